use super::*;
use crate::domain::{AgentSettings, ItemId, PoolEntry, RunState, Sandbox, Task};
use crate::policy::testing::time;

const NOW: &str = "2026-11-21T12:00:00Z";

fn settings(model: &str) -> AgentSettings {
    AgentSettings {
        model: Some(model.to_owned()),
        argv: vec![],
        shell: None,
        args: vec![],
        env: vec![],
        timeout: Duration::ZERO,
        stall: Duration::ZERO,
        grace: Duration::ZERO,
        output_bytes_max: 0,
        steps_max: 0,
        sandbox: Sandbox::None,
    }
}

fn agents() -> AgentRules {
    let entry = |account: &str| PoolEntry {
        backend: "claude".to_owned(),
        account: account.to_owned(),
    };
    AgentRules {
        use_: "claude".to_owned(),
        fallback: vec!["work".to_owned(), "small".to_owned(), "codex".to_owned()],
        settings: [("small", "haiku"), ("claude", "opus")]
            .map(|(name, model)| (name.to_owned(), settings(model)))
            .into(),
        pool: [
            ("work".to_owned(), entry("work")),
            ("small".to_owned(), entry("claude")),
        ]
        .into(),
    }
}

/// A run of `agent` on issue `number`, launched so many minutes before noon.
fn run(agent: &str, number: u64, ago: i64) -> Run {
    let item = ItemId::issue(number);
    let created = time(NOW) - SignedDuration::from_mins(ago);
    Run {
        id: RunId::new(created, item, 1),
        profile: "p".parse().unwrap(),
        item,
        task: Task::Implement,
        agent: agent.to_owned(),
        attempt: 1,
        title: String::new(),
        branch: "agent/a".parse().unwrap(),
        base: "main".parse().unwrap(),
        start: "0".repeat(40).parse().unwrap(),
        merge: None,
        created,
        text: None,
        resumes: 0,
        state: RunState::Reserved,
    }
}

fn failed(class: FailureClass) -> Outcome {
    Outcome::Failed(Failure::new(class, "no".to_owned()))
}

struct Book {
    cooldowns: Cooldowns,
    now: Timestamp,
}

impl Book {
    fn new() -> Self {
        Self {
            cooldowns: Cooldowns::new(),
            now: time(NOW),
        }
    }

    fn ends(&mut self, run: &Run, outcome: &Outcome) {
        for change in after_run(&self.cooldowns, &agents(), run, outcome, self.now) {
            match change {
                CooldownChange::Set(c) => drop(self.cooldowns.insert(c.key.clone(), c)),
                CooldownChange::Clear { key } => drop(self.cooldowns.remove(&key)),
            }
        }
    }

    /// Which of the four agents may start.
    fn up(&self) -> Vec<String> {
        let agents = agents();
        let names = agents.in_order().into_iter();
        let up = |name: &&str| awake(&self.cooldowns, &agents, name, self.now) == Awake::Yes;
        names.filter(up).map(str::to_owned).collect()
    }

    fn wait(&mut self, minutes: i64) {
        self.now += SignedDuration::from_mins(minutes);
    }

    fn minutes_left(&self, name: &str) -> i64 {
        match awake(&self.cooldowns, &agents(), name, self.now) {
            Awake::No { until, .. } => until.duration_since(self.now).as_mins(),
            _ => 0,
        }
    }
}

#[test]
fn a_limit_stops_all_agents_of_the_account_until_its_time_and_no_other() {
    let mut book = Book::new();
    let reset = book.now + SignedDuration::from_hours(3);
    let failure = Failure {
        reset: Some(reset),
        ..Failure::new(FailureClass::Limit, "5 hours".to_owned())
    };
    book.ends(&run("claude", 1, 5), &Outcome::Failed(failure));
    assert_eq!(book.up(), ["work", "codex"]);
    assert_eq!(book.minutes_left("small"), 180);
    book.wait(179);
    assert_eq!(book.up(), ["work", "codex"]);
    book.wait(1);
    assert_eq!(book.up(), ["claude", "work", "small", "codex"]);
}

#[test]
fn trouble_of_a_model_stops_that_model_alone() {
    let mut book = Book::new();
    book.ends(&run("claude", 1, 5), &failed(FailureClass::Overloaded));
    assert_eq!(book.up(), ["work", "small", "codex"]);
}

#[test]
fn without_a_time_the_table_is_gone_through_and_a_success_begins_anew() {
    let mut book = Book::new();
    for minutes in [5, 15, 30, 60, 60] {
        let mut run = run("codex", 1, 0);
        run.created = book.now;
        run.id = RunId::new(run.created, run.item, 1);
        book.ends(&run, &failed(FailureClass::Limit));
        assert_eq!(book.minutes_left("codex"), minutes);
        book.ends(&run, &failed(FailureClass::Limit));
        assert_eq!(book.minutes_left("codex"), minutes, "counted once");
        book.wait(minutes);
    }
    let mut good = run("codex", 1, 0);
    good.created = book.now;
    book.ends(&good, &Outcome::NoChangeNeeded);
    assert!(book.cooldowns.is_empty());
}

#[test]
fn runs_side_by_side_meet_a_limit_once_and_a_success_from_before_it_ends_nothing() {
    let mut book = Book::new();
    book.ends(&run("codex", 1, 5), &failed(FailureClass::Limit));
    book.ends(&run("codex", 2, 5), &failed(FailureClass::Limit));
    assert_eq!(book.minutes_left("codex"), 5);
    assert_eq!(book.cooldowns["agent:codex"].times, 1);
    book.ends(&run("codex", 3, 5), &Outcome::NoChangeNeeded);
    assert_eq!(book.minutes_left("codex"), 5);
}

#[test]
fn a_reset_that_is_past_or_absurd_is_not_believed() {
    let reset = |hours| {
        let mut book = Book::new();
        let failure = Failure {
            reset: Some(book.now + SignedDuration::from_hours(hours)),
            ..Failure::new(FailureClass::Quota, "no".to_owned())
        };
        book.ends(&run("codex", 1, 5), &Outcome::Failed(failure));
        book.minutes_left("codex")
    };
    assert_eq!(reset(-1), 6 * 60);
    assert_eq!(reset(24 * 400), 8 * 24 * 60);
}

#[test]
fn three_in_a_row_on_several_items_open_the_breaker_and_one_trial_closes_it() {
    let mut book = Book::new();
    let crash = failed(FailureClass::Crashed);
    for number in [1, 1, 1, 1] {
        book.wait(1);
        let mut run = run("claude", number, 0);
        run.created = book.now;
        run.id = RunId::new(run.created, run.item, 1);
        book.ends(&run, &crash);
        assert_eq!(book.up().len(), 4, "one item alone never opens it");
    }
    book.ends(&run("work", 2, 0), &crash);
    assert_eq!(book.up(), ["codex"], "all agents of the backend");
    book.wait(15);
    let half = awake(&book.cooldowns, &agents(), "small", book.now);
    assert!(matches!(half, Awake::Trial { .. }), "{half:?}");
    let mut trial = run("claude", 3, 0);
    trial.created = book.now;
    book.ends(&trial, &failed(FailureClass::Stalled));
    assert_eq!(book.minutes_left("claude"), 30, "again, and longer");
    book.wait(30);
    let mut trial = run("claude", 4, 0);
    trial.created = book.now;
    book.ends(&trial, &failed(FailureClass::NothingDone));
    assert_eq!(book.up().len(), 4, "it worked, even if it brought nothing");
}

#[test]
fn another_reason_or_a_success_in_between_is_not_in_a_row() {
    let crash = failed(FailureClass::Crashed);
    for other in [
        failed(FailureClass::Stalled),
        failed(FailureClass::TimedOut),
        Outcome::NoChangeNeeded,
    ] {
        let mut book = Book::new();
        book.ends(&run("codex", 1, 3), &crash);
        book.ends(&run("codex", 2, 3), &crash);
        book.ends(&run("codex", 3, 3), &other);
        book.ends(&run("codex", 4, 3), &crash);
        assert_eq!(book.minutes_left("codex"), 0, "{other:?}");
    }
    let mut book = Book::new();
    for number in [1, 2, 3] {
        book.ends(&run("codex", number, 3), &crash);
    }
    assert_eq!(book.minutes_left("codex"), 15);
}

#[test]
fn what_was_stopped_says_nothing() {
    let mut book = Book::new();
    let reason = "stopped".to_owned();
    book.ends(&run("codex", 1, 3), &Outcome::Cancelled { reason });
    assert!(book.cooldowns.is_empty());
}

/// What only counts is no wait, and of a wait that was set in the future nobody knows how much is left.
#[test]
fn a_clock_that_went_back_leaves_no_agent_asleep() {
    let mut book = Book::new();
    book.ends(&run("codex", 1, 3), &failed(FailureClass::Crashed));
    book.ends(&run("claude", 2, 3), &failed(FailureClass::NotLoggedIn));
    book.now -= SignedDuration::from_secs(30);
    assert_eq!(book.up(), ["work", "codex"]);
    book.wait(-60);
    assert_eq!(book.up().len(), 4);
}

#[test]
fn what_only_a_person_can_mend_is_tried_ever_less_often() {
    let mut book = Book::new();
    let mut hours = vec![];
    for attempt in 1..10 {
        let mut run = run("codex", 1, 0);
        run.created = book.now;
        run.id = RunId::new(run.created, run.item, attempt);
        book.ends(&run, &failed(FailureClass::CouldNotStart));
        let left = book.minutes_left("codex");
        hours.push(left / 60);
        book.wait(left);
    }
    assert_eq!(hours, [0, 1, 2, 4, 8, 16, 24, 24, 24]);
}

/// What the agent knows of a limit goes before what is usual for its class.
#[test]
fn a_limit_of_a_model_leaves_the_rest_of_the_account_awake() {
    let mut book = Book::new();
    let limit = |scope| {
        Outcome::Failed(Failure {
            scope: Some(scope),
            ..Failure::new(FailureClass::Limit, "seven_day_opus".to_owned())
        })
    };
    book.ends(&run("claude", 1, 5), &limit(Scope::Model));
    assert_eq!(book.up(), ["work", "small", "codex"]);
    book.ends(&run("small", 1, 5), &limit(Scope::Account));
    assert_eq!(book.up(), ["work", "codex"]);
}
