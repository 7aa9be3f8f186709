//! What acp's clone holds, against the runs.

use super::*;
use crate::domain::{BranchName, Origin, Payload, Rules, Sha, Task, Writes};
use crate::engine::testing::{FakeClone, open_pull, sha};
use crate::vcs::{Survey, Vcs as _};

/// A run with its clone: everything that belongs to it is there.
struct World {
    sound: Sound,
    /// What the run builds.
    built: Sha,
}

fn implemented(commit: &Sha) -> RunEnd {
    RunEnd {
        started: Some(start()),
        ended: start(),
        outcome: Outcome::Implemented {
            commit: commit.clone(),
        },
    }
}

fn branch(name: &str) -> BranchName {
    name.parse().unwrap()
}

impl World {
    /// The run is at work.
    fn new() -> Self {
        let sound = Sound::new();
        let built = sha('9');
        let clone = FakeClone {
            survey: Survey {
                worktrees: [sound.run.to_string()].into(),
                ..Survey::default()
            },
            commits: [built.clone()].into(),
        };
        *sound.scene.clone.borrow_mut() = Some(clone);
        Self { sound, built }
    }

    fn keep(&self, name: &str) {
        let mut clone = self.sound.scene.clone.borrow_mut();
        let survey = &mut clone.as_mut().unwrap().survey;
        survey.branches.insert(branch(name));
        survey.made.insert(branch(name));
    }

    /// The run has built a commit, which is on its branch, and a pass has drawn its conclusions.
    fn judged() -> Self {
        let world = Self::new();
        world.end(|run, end| {
            run.state = RunState::Judged { end, at: start() };
        });
        world.keep("agent/issue-1-a1");
        world
    }

    fn end(&self, change: impl FnOnce(&mut Run, RunEnd)) {
        fs::remove_file(self.sound.path("leases/issue-1.json")).unwrap();
        self.sound
            .put_run(|run| change(run, implemented(&self.built)));
    }

    /// The same, in a clone that has lost its branches and records of worktrees.
    fn without_refs(self) -> Self {
        let mut clone = self.sound.scene.clone.borrow_mut();
        clone.as_mut().unwrap().survey = Survey::default();
        drop(clone);
        self
    }

    /// The same in a clone that was made anew: the forge has never had the result.
    fn without_commit(self) -> Self {
        *self.sound.scene.clone.borrow_mut() = Some(FakeClone::default());
        self
    }

    fn flaws(&self) -> Vec<Flaw> {
        let look = look(
            self.sound.store(),
            Some((&self.sound.scene, "agent/")),
            start(),
        );
        assert!(look.unreadable.is_empty(), "{:?}", look.unreadable);
        assert_eq!(look.unseen, None);
        look.flaws
    }

    #[track_caller]
    fn has(&self, codes: &[&str]) {
        let flaws = self.flaws();
        let found: Vec<&str> = flaws.iter().map(|flaw| flaw.code).collect();
        assert_eq!(found, codes, "{flaws:?}");
    }

    /// The verb, or the words of git, that mend the one flaw that there is.
    #[track_caller]
    fn mend(&self, code: &str) -> String {
        let mut flaws = self.flaws();
        assert_eq!(flaws.len(), 1, "{flaws:?}");
        let flaw = flaws.remove(0);
        assert_eq!(flaw.code, code);
        let git = flaw.git.map(|words| format!("git {}", words.join(" ")));
        flaw.verb.or(git).unwrap_or_default()
    }

    fn mirror(&self, change: impl FnOnce(&mut Mirror)) {
        let mut mirror = self.sound.store().mirror().unwrap();
        change(&mut mirror);
        self.sound.store().put_mirror(&mirror).unwrap();
    }

    fn archive(&self) {
        let item = ItemId::issue(1);
        let retries = self.sound.store().retries();
        retries.put(&item.slug(), &retry(item, 1)).unwrap();
        self.sound.store().archive_run(&self.sound.run).unwrap();
    }
}

#[test]
fn a_life_that_goes_as_it_should_is_sound_at_every_step() {
    let world = World::new();
    world.has(&[]);
    // The commit is on its branch before the record says so.
    world.keep("agent/issue-1-a1");
    world.has(&[]);
    World::judged().has(&[]);
    // Agents name branches as they like.
    let world = World::judged();
    for name in [
        "main",
        "fix",
        "agent/own-idea",
        "agent/issue-1",
        "issue-9-a9",
    ] {
        world.keep(name);
    }
    world.has(&[]);
    world.archive();
    world.has(&[]);
    // The history is cut, and the branch stays.
    fs::remove_dir_all(world.sound.path("history")).unwrap();
    fs::remove_dir_all(world.sound.path("worktrees")).unwrap();
    world.has(&[]);
}

#[test]
fn what_only_the_clone_holds_is_missed_there() {
    let world = World::judged().without_refs();
    let mend = format!("git branch agent/issue-1-a1 {}", world.built);
    assert_eq!(world.mend("branch-gone"), mend);
    world.keep("agent/issue-1-a1");
    world.has(&[]);
    let world = World::judged().without_commit();
    let drop = format!("run drop {}", world.sound.run);
    assert_eq!(world.mend("result-gone"), drop);
    // What is left in the worktree is saved when it goes.
    let bundle = world.sound.store().layout().bundle(&world.sound.run);
    world.archive();
    assert_eq!(world.mend("result-gone"), "", "a person decides");
    fs::write(&bundle, "a bundle").unwrap();
    world.has(&["bundle-damaged"]);
    let history = world.sound.path(&format!("history/{}", world.sound.run));
    fs::remove_file(&bundle).unwrap();
    fs::remove_dir_all(history).unwrap();
    world.has(&["worktree-without-run"]);
}

#[test]
fn what_is_on_the_forge_or_not_over_is_not_missed() {
    // A pull request brings it, whatever became of that.
    let world = World::judged().without_commit();
    world.mirror(|mirror| {
        mirror.pulls.insert(2, open_pull(1));
    });
    world.has(&[]);
    // It was sent, and its pull request is still on its way.
    let world = World::judged().without_commit();
    let push = Payload::Push {
        branch: branch("agent/issue-1-a1"),
        sha: world.built.clone(),
        expect: None,
    };
    let origin = Origin::Run(world.sound.run.clone());
    let item = ItemId::issue(1);
    let push = world.sound.scene.enqueue(origin, item, push, "push", &[]);
    world.has(&["result-gone"]);
    world.sound.refile(&push, "pending", "done", |intent| {
        intent.phase = Phase::Confirmed;
        intent.applied = Some(Applied::Done);
    });
    world.has(&[]);
    // A scheduled run publishes nothing, and before a pass has looked nobody knows.
    let world = World::new().without_commit();
    world.end(|run, end| {
        run.task = Task::Scheduled;
        run.state = RunState::Judged { end, at: start() };
    });
    world.has(&[]);
    let world = World::new().without_commit();
    world
        .sound
        .put_run(|run| run.state = RunState::Finished(implemented(&world.built)));
    world.has(&[]);
    // Nothing is known of the forge.
    let world = World::judged().without_commit();
    fs::write(world.sound.path("forge/index.json"), "{").unwrap();
    let look = look(
        world.sound.store(),
        Some((&world.sound.scene, "agent/")),
        start(),
    );
    assert_eq!((look.unreadable.len(), look.flaws), (1, vec![]));
}

#[test]
fn a_result_on_a_pull_request_is_missed_while_that_is_open() {
    let on_pull = |head: Sha| {
        let world = World::new();
        let mut pull = open_pull(7);
        pull.head_sha = head;
        world.mirror(|mirror| {
            mirror.pulls.insert(7, pull);
        });
        let id = world.sound.scene.run(ItemId::pr(7), running());
        let path = world.sound.path(&format!("runs/{id}/run.json"));
        let mut run = world.sound.store().live_run(&id).unwrap().unwrap();
        run.task = Task::Fix { reasons: vec![] };
        run.branch = branch("agent/issue-7-a1");
        let outcome = Outcome::UpdatedBranch { commit: sha('8') };
        let end = RunEnd {
            outcome,
            ..implemented(&world.built)
        };
        run.state = RunState::Judged { end, at: start() };
        fs::write(path, record(&run)).unwrap();
        world
    };
    on_pull(sha('c')).has(&["result-gone"]);
    on_pull(sha('8')).has(&[]);
    let world = on_pull(sha('c'));
    world.mirror(|mirror| {
        mirror.pulls.remove(&7);
    });
    world.has(&[]);
}

#[test]
fn a_branch_with_a_number_that_comes_yet_is_found() {
    let world = World::judged();
    let early = branch("agent/issue-77-a2");
    world.keep("agent/issue-77-a2");
    let mend = "git branch -m agent/issue-77-a2 kept/agent/issue-77-a2";
    assert_eq!(world.mend("branch-without-run"), mend);
    // Its records are gone but for the count, or for its folder.
    let item = ItemId::issue(77);
    let retries = world.sound.store().retries();
    retries.put(&item.slug(), &retry(item, 1)).unwrap();
    world.has(&["branch-without-run"]);
    retries.put(&item.slug(), &retry(item, 2)).unwrap();
    world.has(&[]);
    retries.remove(&item.slug()).unwrap();
    fs::create_dir_all(world.sound.path("history/20261121-115900-issue-77-a2")).unwrap();
    world.has(&[]);
    fs::remove_dir(world.sound.path("history/20261121-115900-issue-77-a2")).unwrap();
    // Another's pull request comes from it.
    let mut pull = open_pull(77);
    pull.head = early;
    world.mirror(|mirror| {
        mirror.pulls.insert(78, pull);
    });
    world.has(&[]);
}

#[test]
fn a_worktree_that_git_does_not_know_is_found_while_its_run_is_at_work() {
    let world = World::new().without_refs();
    let stop = format!("run stop {}", world.sound.run);
    assert_eq!(world.mend("worktree-unknown"), stop);
    world.sound.put_run(|run| run.state = RunState::Starting);
    world.has(&[]);
    world.end(|run, end| run.state = RunState::Judged { end, at: start() });
    world.keep("agent/issue-1-a1");
    world.has(&[]);
}

#[test]
fn a_bundle_that_the_clone_can_replace_says_so() {
    let world = World::judged();
    let bundle = world.sound.store().layout().bundle(&world.sound.run);
    fs::create_dir_all(bundle.parent().unwrap()).unwrap();
    fs::write(&bundle, "").unwrap();
    assert_eq!(world.mend("bundle-damaged"), "", "a person decides");
    let seen = |rescued: &[&RunId]| {
        let found = world.sound.store().inventory(LEFTOVER_AGE, start());
        let name = world.sound.run.to_string();
        let rescued = rescued.iter().map(ToString::to_string);
        let survey = Survey {
            rescued: rescued.collect(),
            ..world.sound.scene.survey().unwrap()
        };
        let seen = InClone {
            survey,
            missing: None,
            bundles: [(name, "it is cut off".to_owned())].into(),
        };
        against_clone(&found, &seen, "agent/").remove(0)
    };
    let run = &world.sound.run;
    let expected = [
        "bundle".to_owned(),
        "create".to_owned(),
        format!("../history/{run}.bundle"),
        format!("refs/acp/rescue/{run}"),
        format!("^{}", sha('0')),
    ];
    assert_eq!(seen(&[run]).git, Some(expected.to_vec()));
    assert_eq!(seen(&[]).git, None);
}

#[test]
fn a_clone_that_cannot_be_read_is_one_finding() {
    let sound = Sound::new();
    // A scene's clone answers nothing.
    let look = look(sound.store(), Some((&sound.scene, "agent/")), start());
    let codes: Vec<&str> = look.flaws.iter().map(|flaw| flaw.code).collect();
    assert_eq!(codes, ["clone-damaged"]);
    assert_eq!(look.flaws[0].about, "repo.git");
}

#[test]
fn a_label_that_no_run_explains_is_found_where_a_pass_takes_it_off() {
    let sound = Sound::new();
    let mut rules: Rules = sound.scene.rules.clone();
    let mut listed = Mirror::default();
    let worn = [label::RUNNING, "agent-ready"];
    for number in [1, 2] {
        let open = issue(number, IssueState::Open, &worn);
        listed.issues.insert(number, open);
    }
    listed.issues.insert(3, issue(3, IssueState::Closed, &worn));
    // acp has never worked on it and is not asked to.
    let other = issue(4, IssueState::Open, &[label::RUNNING]);
    listed.issues.insert(4, other);
    for (number, head) in [(5, "agent/issue-9-a1"), (6, "own-work")] {
        let mut pull = open_pull(number);
        pull.head = branch(head);
        pull.labels.insert(label::RUNNING.to_owned());
        listed.pulls.insert(number, pull);
    }
    let about = |rules: &Rules, hours: i64| -> Vec<String> {
        let now = start() + SignedDuration::from_hours(hours);
        let found = sound.store().inventory(LEFTOVER_AGE, now);
        let flaws = labels_of_runs(&found, &listed, rules, now).into_iter();
        flaws.map(|flaw| flaw.about).collect()
    };
    assert_eq!(about(&rules, 0), ["issue/2", "pr/5"]);
    // Its run is over, and no pass has drawn the conclusions.
    sound.put_run(|run| run.state = RunState::Finished(implemented(&sha('9'))));
    assert_eq!(about(&rules, 0), ["issue/2", "pr/5"]);
    sound.put_run(|run| run.state = judged());
    assert_eq!(about(&rules, 0), ["issue/1", "issue/2", "pr/5"]);
    // It is being taken off, and was lately.
    let payload = Payload::Labels {
        add: BTreeSet::new(),
        remove: [label::RUNNING.to_owned()].into(),
    };
    let item = ItemId::issue(1);
    let off = sound.scene.enqueue(Origin::Pass, item, payload, "off", &[]);
    assert_eq!(about(&rules, 0), ["issue/2", "pr/5"]);
    sound.refile(&off, "pending", "done", |intent| {
        intent.phase = Phase::Confirmed;
        intent.dispatched = Some(start());
    });
    assert_eq!(about(&rules, 1), ["issue/2", "pr/5"]);
    assert_eq!(about(&rules, 2), ["issue/1", "issue/2", "pr/5"]);
    rules.policy.writes = Writes::Off;
    assert_eq!(about(&rules, 2), Vec::<String>::new());
}
