//! `--dry-run` of every verb there is: it gets as far as the verb itself, and nothing has changed.

use std::collections::BTreeSet;

use acp::domain::{Cooldown, ItemId, Lease, News, NewsKind, Notice, Priority, Retry};
use acp::store::Place;
use jiff::SignedDuration;

use crate::env::{TestEnv, names};
use crate::service::{self, SYSTEMCTL};
use crate::state::{comment, now, run_id, send, store};

/// Verbs that only look, print, or work in a folder of their own that they remove.
const LOOKS: &[&str] = &[
    "agent list",
    "agent probe",
    "agent test",
    "budget show",
    "completions",
    "cooldown list",
    "dashboard serve",
    "dashboard snapshot",
    "demo",
    "fsck",
    "hold list",
    "issue list",
    "issue show",
    "lease list",
    "notify list",
    "outbox list",
    "outbox show",
    "pr list",
    "pr risk",
    "pr show",
    "profile check",
    "profile list",
    "profile schema",
    "profile show",
    "prompt show",
    "retry list",
    "run list",
    "run log",
    "run show",
    "service logs",
    "service status",
    "status",
    "usage",
    "why",
];

/// Calls of every other verb, with which `world` and a run each have something to do.
const CALLS: &[&str] = &[
    "board --md board.md",
    "budget reset --yes",
    "cooldown clear agent:claude:work",
    "doctor --fix",
    "doctor --report report.txt",
    "heartbeat",
    "hold add other --reason lunch",
    "hold clear deploy",
    "init --yes --profile other",
    "issue close 3",
    "issue comment 3 --body B",
    "issue create --title T",
    "issue follow-up 3 --title T",
    "issue label 3 --add x",
    "issue start 3",
    "lease clear issue/3",
    "man --out pages",
    "notify drop NOTICE",
    "notify retry NOTICE",
    "notify send --title T",
    "notify test",
    "outbox drop FAILED",
    "outbox flush",
    "outbox retry FAILED",
    "pr approve 2",
    "pr close 2",
    "pr comment 2 --body B",
    "pr label 2 --add x",
    "pr merge 2",
    "profile export --out web.yaml",
    "profile import OTHER --as third",
    "profile new other --forge local",
    "profile remove web --yes",
    "reconcile",
    "retry clear issue/3",
    "run drop RUN",
    "run retry RUN",
    "run stop RUN",
    "service install --every 5m",
    "service start",
    "service stop",
    "service uninstall",
    "stop",
    "sweep",
];

/// The same inside a run.
const REPORTS: &[&str] = &[
    "report approved",
    "report blocked --detail D",
    "report follow-up --title T --body-file -",
    "report implemented",
    "report no-change-needed",
    "report reported --detail D",
    "report updated-branch",
    "report verify -- false",
];

/// Every verb that a person can call, by its words.
fn verbs() -> BTreeSet<String> {
    let mut tree = acp::cli::tree();
    tree.build();
    let mut verbs = BTreeSet::new();
    let shown = |command: &&clap::Command| !command.is_hide_set() && command.get_name() != "help";
    for group in tree.get_subcommands().filter(shown) {
        let name = group.get_name();
        let before = verbs.len();
        let below = group.get_subcommands().filter(shown);
        verbs.extend(below.map(|verb| format!("{name} {}", verb.get_name())));
        if verbs.len() == before {
            verbs.insert(name.to_owned());
        }
    }
    verbs
}

/// The verb of a call.
fn verb_of(call: &str, verbs: &BTreeSet<String>) -> String {
    let words: Vec<&str> = call.split(' ').collect();
    let two = words[..words.len().min(2)].join(" ");
    if verbs.contains(&two) {
        two
    } else {
        words[0].to_owned()
    }
}

#[test]
fn every_verb_that_changes_something_is_called() {
    let verbs = verbs();
    let looks = LOOKS.iter().map(|verb| (*verb).to_owned());
    let calls = CALLS.iter().chain(REPORTS);
    let known: BTreeSet<String> = calls
        .map(|call| verb_of(call, &verbs))
        .chain(looks)
        .collect();
    let unknown: Vec<_> = verbs.symmetric_difference(&known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// A profile with something of each kind that a verb could change, and the words that stand for it in calls.
fn world() -> (TestEnv, Vec<(&'static str, String)>) {
    let env = service::with("systemctl", SYSTEMCTL);
    env.set("writes: full", "writes: draft");
    env.profile(|text| {
        format!("{text}\nnotify: {{ to: {{ me: {{ kind: command, argv: [touch, told] }} }} }}\n")
    });
    let _worked = env.issue("Add work");
    let _idle = env.until_idle();
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let _later = env.issue_with("Later", &["--no-label"]);
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let _held = env
        .acp(&["hold", "add", "deploy", "--reason", "we deploy"])
        .ok();
    let store = store(&env);
    let later = now() + SignedDuration::from_hours(2);
    let key = "agent:claude:work".to_owned();
    let cooldown = Cooldown::new(key, later, "quota".to_owned(), now());
    store.put_cooldown(&cooldown).unwrap();
    let item = ItemId::issue(3);
    let lease = Lease {
        item,
        run: run_id(3),
        at: now(),
    };
    store.leases().put("issue-3", &lease).unwrap();
    let retry: Retry = serde_json::from_value(serde_json::json!({
        "item": "issue/3", "attempt": 2, "failures": 1, "last_run": null, "reason": "the tests fail",
        "next": later, "set": now(), "blocked": false,
    }))
    .unwrap();
    store.retries().put("issue-3", &retry).unwrap();
    let first = ItemId::issue(1);
    store
        .retries()
        .put(
            "issue-1",
            &Retry {
                item: first,
                ..retry
            },
        )
        .unwrap();
    let failed = comment(&env, "one", &[]);
    send(&env, &failed, Place::Failed);
    let _waits = comment(&env, "two", &[]);
    let news = News::new(
        NewsKind::Blocked,
        Some(item),
        Priority::Normal,
        "fact",
        "Title".to_owned(),
        String::new(),
    );
    let notice = Notice::new("me", news, now());
    let notices = store.notices().unwrap();
    assert!(notices.enqueue(&notice).unwrap());
    let queued = notices.find(&notice.id).unwrap().unwrap();
    let queued = notices.claim(queued).unwrap().unwrap();
    notices.fail(&queued).unwrap();
    let other = env.write("other.yaml", "schema: 1\nforge: { kind: local }\n");
    let words = vec![
        ("RUN", run),
        ("FAILED", failed.id.to_string()),
        ("NOTICE", notice.id.to_string()),
        ("OTHER", other.display().to_string()),
    ];
    (env, words)
}

#[test]
fn a_dry_run_of_every_verb_changes_nothing() {
    let (env, words) = world();
    let asked = |env: &TestEnv| {
        let calls = env.read("standin/calls");
        calls
            .lines()
            .filter(|call| !call.contains(" show "))
            .count()
    };
    let (before, told) = (env.everything(), asked(&env));
    let mut wrong = vec![];
    for call in CALLS {
        let word = |word| words.iter().find(|(key, _)| *key == word);
        let args: Vec<&str> = call
            .split(' ')
            .map(|arg| word(arg).map_or(arg, |(_, value)| value.as_str()))
            .chain(["--dry-run"])
            .collect();
        let ended = env.acp(&args);
        // `doctor` ends with 1 when something is wrong, and something is.
        let fine = ended.code == 0 || (call.starts_with("doctor") && ended.code == 1);
        let after = env.everything();
        let changed: Vec<_> = after.iter().filter(|file| !before.contains(file)).collect();
        let gone = before.iter().any(|file| !after.contains(file));
        if !fine || gone || !changed.is_empty() || asked(&env) != told {
            let changed: Vec<_> = changed.iter().map(|(path, _)| path).collect();
            wrong.push(format!("{call}: {changed:?} {ended:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_dry_run_of_every_report_records_nothing() {
    let mut wrong = vec![];
    for call in REPORTS {
        let item = if ["approved", "no-change", "updated"]
            .iter()
            .any(|word| call.contains(word))
        {
            "pr/12"
        } else {
            "issue/12"
        };
        let env = TestEnv::in_run(item);
        let mut args: Vec<&str> = call.split(' ').collect();
        args.insert(2, "--dry-run");
        let ended = env.acp(&args);
        if ended.code != 0 || !names(&env.path("out")).is_empty() {
            wrong.push(format!("{call}: {ended:?} {:?}", names(&env.path("out"))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
