//! The columns of `--plain` of every verb that lists: programs read them, so they stay as they are and new ones go last.

use acp::domain::{Cooldown, ItemId, Lease, Retry};
use acp::store::Place;
use jiff::SignedDuration;

use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::state::{comment, now, run_id, send, store};

/// A call and what it prints, with what differs from test to test replaced.
fn shown(env: &TestEnv, line: &str) -> String {
    let args: Vec<&str> = line.split(' ').collect();
    let text = env.acp(&[&args[..], &["--plain"]].concat()).ok().stdout;
    let text = text.replace(env.path("").to_str().unwrap(), "$ENV/");
    format!("$ acp {line} --plain\n{}\n", text.replace('\t', "→"))
}

/// A profile with one record of each kind, and two writes.
fn one_of_each() -> TestEnv {
    let env = TestEnv::under(GOOD)
        .var("ACP_TEST_NOW", crate::env::NOW)
        .var("ACP_TEST_SEED", "7");
    let _issue = env.issue_with("A\ttab and a \\", &["--no-label"]);
    let store = store(&env);
    let (item, later) = (ItemId::issue(1), now() + SignedDuration::from_hours(2));
    let key = "agent:claude:work".to_owned();
    let cooldown = Cooldown::new(key, later, "quota".to_owned(), now());
    store.put_cooldown(&cooldown).unwrap();
    let lease = Lease {
        item,
        run: run_id(1),
        at: now(),
    };
    store.leases().put("issue-1", &lease).unwrap();
    let retry = Retry {
        item,
        attempt: 2,
        failures: 1,
        last_run: Some(run_id(1)),
        reason: Some("the tests\nfail".to_owned()),
        next: Some(later),
        set: now(),
        blocked: false,
        label_seen: false,
        fixes: 0,
        repair_answered: false,
        dropped: false,
        dead_launches: 0,
        usd_micros: 0,
        excuses: 0,
        avoid: std::collections::BTreeSet::new(),
        started: None,
        alert: None,
    };
    store.retries().put("issue-1", &retry).unwrap();
    let failed = comment(&env, "one", &[]);
    send(&env, &failed, Place::Failed);
    let _waits = comment(&env, "two", &[&failed]);
    let set = [
        "hold",
        "add",
        "deploy",
        "--reason",
        "we deploy",
        "--item",
        "issue/1",
    ];
    let _set = env.acp(&set).ok();
    env
}

#[test]
fn the_columns_of_every_list_are_pinned() {
    let env = one_of_each();
    let lists = [
        "issue list",
        "pr list",
        "run list",
        "outbox list",
        "lease list",
        "retry list",
        "cooldown list",
        "hold list",
        "profile list",
        "usage --days 1",
        "budget show",
    ];
    let mut all: String = lists.iter().map(|line| shown(&env, line)).collect();
    // The others are there or not, as the machine has them.
    let agents = shown(&env, "agent list");
    all.extend(agents.split_inclusive('\n').take(2));
    // The clock of a call begins at the same moment and then runs.
    let seconds = all.replace("03:15:03", "03:15:02");
    let mut stable = String::new();
    let mut rest = seconds.as_str();
    while let Some((before, after)) = rest.split_once("03:15:02.") {
        stable.push_str(before);
        stable.push_str("03:15:02");
        rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    stable.push_str(rest);
    insta::assert_snapshot!(stable, @r"
    $ acp issue list --plain
    1→open→ignore→→A tab and a \\

    $ acp pr list --plain

    $ acp run list --plain

    $ acp outbox list --plain
    69239f9b49cb0e38→failed→comment→issue/1→dispatched→2→→the forge said �[31mno
    0cea141e9a8a3c30→pending→comment→issue/1→prepared→0→→

    $ acp lease list --plain
    issue/1→20261121-031502-issue-1-a1→2026-11-21T03:15:02Z→none

    $ acp retry list --plain
    issue/1→2→1→0→→2026-11-21T05:15:02Z→the tests\nfail

    $ acp cooldown list --plain
    agent:claude:work→2026-11-21T05:15:02Z→2026-11-21T03:15:02Z→quota

    $ acp hold list --plain
    deploy→issue/1→tester→2026-11-21T03:15:02Z→we deploy

    $ acp profile list --plain
    web→local→web→0→$ENV/acp/config/profiles/web.yaml

    $ acp usage --days 1 --plain

    $ acp budget show --plain
    day→2026-11-21→2026-11-22T00:00:00Z
    runs→0→50
    tokens→0→0
    usd_micros→0→0

    $ acp agent list --plain
    command→command→used→ready→→→any→
    ");
}
