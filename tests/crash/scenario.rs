//! What is played: a few issues from their creation to rest, with at most one process that dies at a named point.

use std::collections::BTreeMap;
use std::path::Path;

use super::view;
use super::world::{ABORTED, Ended, World};

/// What a person does about pull requests that wait for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    Approves,
    Merges,
}

/// Issues, and the person who looks after them.
#[derive(Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    titles: &'static [&'static str],
    person: Option<Person>,
    /// The setting up is part of it.
    pub(crate) from_nothing: bool,
    /// People are told of it.
    tells: bool,
    /// An agent reviews before a merge.
    reviews: bool,
}

/// A call that can be armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Init,
    Create,
    Passes,
    Verb,
    LastPasses,
}

pub(crate) const STEPS: [Step; 5] = [
    Step::Init,
    Step::Create,
    Step::Passes,
    Step::Verb,
    Step::LastPasses,
];

/// Who dies: the process that was called, or a supervisor that it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Caller,
    Supervisor,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Supervisor => "supervisor",
        }
    }
}

/// Variables for the call of one step, and for the call after it when it died.
#[derive(Debug, Clone)]
pub(crate) struct Arm {
    pub(crate) step: Step,
    pub(crate) vars: Vec<(&'static str, String)>,
    pub(crate) again: Vec<(&'static str, String)>,
}

pub(crate) const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "a change and a failure",
        titles: &["Plain change No 1", "Always fails No 2"],
        person: None,
        from_nothing: false,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "a mended change and a question",
        titles: &["Red then mended No 1", "Own word No 2"],
        person: None,
        from_nothing: false,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "a conflict",
        titles: &["Shared No 1", "Shared No 2"],
        person: None,
        from_nothing: false,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "an approval",
        titles: &["Needs a person No 1"],
        person: Some(Person::Approves),
        from_nothing: false,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "a merge by hand",
        titles: &["Needs a person No 1"],
        person: Some(Person::Merges),
        from_nothing: false,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "setting up",
        titles: &["Plain change No 1"],
        person: None,
        from_nothing: true,
        tells: false,
        reviews: false,
    },
    Scenario {
        name: "news of a question",
        titles: &["Own word No 1"],
        person: None,
        from_nothing: false,
        tells: true,
        reviews: false,
    },
    Scenario {
        name: "a review that objects",
        titles: &["Reviewed No 1"],
        person: None,
        from_nothing: false,
        tells: false,
        reviews: true,
    },
];

impl Scenario {
    /// The calls that it makes.
    pub(crate) fn has(&self, step: Step) -> bool {
        match step {
            Step::Init | Step::Create => self.from_nothing,
            Step::Passes => !self.from_nothing,
            Step::Verb | Step::LastPasses => self.person.is_some(),
        }
    }

    /// A home where it can begin.
    pub(crate) fn prepare(&self, acp: &Path) -> World {
        let world = World::new(acp);
        if !self.from_nothing {
            let _made = world.init_with(&[]).ok();
            world.quicken();
            if self.tells {
                tell(&world);
            }
            if self.reviews {
                world.set_in_profile("writes: full", "writes: full\n  merge: { reviews: 1 }");
            }
            self.create(&world, &[]);
        }
        world
    }

    /// Plays it from there to rest; returns what is on the forge then.
    pub(crate) fn play(&self, world: &World, arm: Option<&Arm>) -> Vec<String> {
        let vars = |step| match arm {
            Some(arm) if arm.step == step => arm.vars.as_slice(),
            _ => &[],
        };
        if self.from_nothing {
            if died(&world.init_with(vars(Step::Init))) {
                let _made = world.init_with(&[]).ok();
            }
            world.quicken();
            self.create(world, vars(Step::Create));
        }
        let passes = |step| {
            let args = ["heartbeat", "--until-idle", "--timeout", "100s"];
            if died(&world.acp_with(vars(step), &args)) {
                let again = arm.map_or(&[][..], |arm| arm.again.as_slice());
                let _also_armed = again.is_empty() || died(&world.acp_with(again, &args));
            }
            world.until_idle();
        };
        passes(Step::Passes);
        if let Some(person) = self.person {
            decide(world, person, vars(Step::Verb));
            passes(Step::LastPasses);
        }
        view::assert_at_rest(world);
        let mut end = view::of_forge(world);
        end.extend(told(world));
        end
    }

    /// A person who saw the verb die looks first whether the issue is there: the same verb typed twice is two issues.
    fn create(&self, world: &World, vars: &[(&str, String)]) {
        for title in self.titles {
            let args = ["issue", "create", "--title", title];
            if died(&world.acp_with(vars, &args)) {
                world.until_idle();
                let listed = world.acp(&["issue", "list", "--json"]).ok();
                let is_there = listed.stdout.contains(title) || merged(world);
                if !is_there {
                    let _made = world.acp(&args).ok();
                }
            }
        }
    }
}

/// What people heard, each piece once: a crash between the call and its note repeats the call, and nothing more.
#[track_caller]
fn told(world: &World) -> Vec<String> {
    let text = std::fs::read_to_string(world.path("home/told.jsonl")).unwrap_or_default();
    let mut ids = BTreeMap::<String, usize>::new();
    let mut lines = vec![];
    for line in text.lines() {
        let notice: serde_json::Value = serde_json::from_str(line).unwrap();
        let times = ids
            .entry(notice["id"].as_str().unwrap().to_owned())
            .or_default();
        *times += 1;
        if *times == 1 {
            lines.push(format!("told {} {}", notice["kind"], notice["item"]));
        }
    }
    // One call dies in most plays, two in a few.
    assert!(ids.values().all(|times| *times <= 3), "{text}");
    lines.sort();
    lines
}

/// Lets the profile tell a program, which writes down what it hears.
fn tell(world: &World) {
    // A copy of this world has the profile of this one and a home of its own.
    let script = world.path("tell.sh");
    std::fs::write(&script, "cat >>\"$HOME/told.jsonl\"\n").unwrap();
    let notifier = format!("{{ kind: command, argv: [sh, '{}'] }}", script.display());
    world.add_to_profile(&format!(
        "notify: {{ to: {{ a: {notifier}, b: {notifier} }} }}\n"
    ));
}

/// Whether the one change of the scenario is in the base already.
fn merged(world: &World) -> bool {
    let log = std::fs::read_to_string(world.forge().join("events.jsonl")).unwrap();
    log.contains("\"step\":\"merged\"")
}

/// What a person does about each open pull request; and does again when the verb died.
fn decide(world: &World, person: Person, vars: &[(&str, String)]) {
    let verb = match person {
        Person::Approves => "approve",
        Person::Merges => "merge",
    };
    let listed = world.acp(&["pr", "list", "--json"]).ok().data();
    for pr in listed.as_array().unwrap() {
        let number = pr["number"].to_string();
        if died(&world.acp_with(vars, &["pr", verb, &number])) {
            let again = world.acp(&["pr", verb, &number]);
            // It had happened already, or the second call did it: there is no such open pull request any more.
            let shown = world.acp(&["pr", "show", &number, "--json"]).ok().data();
            assert!(
                again.code == 0 || again.code == 77 && shown["merged"] == true,
                "{again:?}"
            );
        }
    }
}

/// Whether it died at its point; it must have ended well otherwise.
#[track_caller]
fn died(ended: &Ended) -> bool {
    assert!([0, ABORTED].contains(&ended.code), "{ended:?}");
    ended.code == ABORTED
}
