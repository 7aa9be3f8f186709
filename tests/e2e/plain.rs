//! The columns of `--plain` of every verb that lists: programs read them, so they stay as they are and new ones go last.

use acp::domain::{Cooldown, ItemId, Lease, Retry};
use acp::store::Place;
use jiff::{SignedDuration, Timestamp};

use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::service;
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
        tokens: 0,
        runs: 0,
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

/// A time as minutes since the tests' moment: the clock of a call begins there and then runs.
fn time(field: &str) -> String {
    let since = field
        .parse::<Timestamp>()
        .map(|at| at.duration_since(now()));
    since.map_or(field.to_owned(), |since| format!("+{}m", since.as_mins()))
}

/// What a call prints, with what differs from test to test replaced.
fn lines(env: &TestEnv, line: &str) -> String {
    let args: Vec<&str> = line.split(' ').collect();
    let ended = env.acp(&[&args[..], &["--plain"]].concat());
    // `doctor` and `fsck` end with 1 for what they found.
    assert!(ended.code <= 1, "{ended:?}");
    let shown = |row: &str| match row.split_once(": ") {
        Some((key, value)) if !row.contains('\t') => format!("{key}: {}", time(value)),
        _ => row.split('\t').map(time).collect::<Vec<_>>().join("→"),
    };
    let rows: Vec<String> = ended.stdout.lines().map(shown).collect();
    format!("$ acp {line} --plain\n{}\n\n", rows.join("\n"))
}

#[test]
fn the_columns_of_every_look_are_pinned() {
    let env = one_of_each();
    let notify = "notify: { to: { bell: { kind: command, argv: [/bin/false] } } }\n";
    env.profile(|text| format!("{text}\n{notify}"));
    let said = ["--title", "Tab\there", "--body", "two\nlines"];
    let _waits = env.acp(&[&["notify", "send"], &said[..]].concat()).with(75);
    let looks = ["service status", "why issue/1", "status"];
    let mut all: String = looks.iter().map(|line| lines(&env, line)).collect();
    // A name that is drawn comes first there; what else these find depends on the machine, or has tests of its own.
    for (line, mark) in [
        ("notify list", "→pending→"),
        ("doctor", "→holds→"),
        ("fsck", "→lease-"),
    ] {
        let found = lines(&env, line);
        let (call, rows) = found.split_once('\n').unwrap();
        let row = rows.lines().find(|row| row.contains(mark));
        let row = row.unwrap_or_else(|| panic!("no {mark} in {found}"));
        let (first, rest) = row.split_once('→').unwrap();
        let first = if line == "notify list" { "ID" } else { first };
        all.extend([call, "\n", first, "→", rest, "\n\n"]);
    }
    insta::assert_snapshot!(all.trim_end(), @r"
    $ acp service status --plain
    web→→→none→→→0→→

    $ acp why issue/1 --plain
    issue/1→ignore→not-labelled→it has no intake label (agent-ready)→→acp issue label 1 --add agent-ready→

    $ acp status --plain
    profile: web
    hold: deploy
    cool: agent:claude:work
    outbox: 1 +1 failed
    today: 0 runs
    spent: $0.00
    pass: never
    notices: 1 +0 failed
    next: +120m

    $ acp notify list --plain
    ID→pending→bell→normal→message→→Tab here→1→+0m→the program exited with 1→

    $ acp doctor --plain
    web→holds→warning→hold `deploy` by tester: we deploy→acp hold clear deploy

    $ acp fsck --plain
    web→lease-without-run→issue/1→its lease is held by 20261121-031502-issue-1-a1, which is not there→acp reconcile
    ");
    let timer = service::with("crontab", service::CRONTAB).var("ACP_TEST_NOW", crate::env::NOW);
    let every = ["service", "install", "--kind", "cron", "--every", "5m"];
    let _made = timer.acp(&every).ok();
    assert_eq!(
        lines(&timer, "service status"),
        "$ acp service status --plain\nweb→cron→300→on→→+5m→0→→\n\n"
    );
}

#[test]
fn the_keys_of_status_are_pinned() {
    let status = one_of_each().data(&["status"]);
    let mut keys: Vec<&String> = status.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(
        format!("{keys:?}").replace(['"', ',', '[', ']'], ""),
        "budget closed cooldowns every_s failed forge holds last_error last_pass limits missed_passes nearly_used next next_pass \
         notices other outbox overran_s profile repo running runs_per_day runs_today stale timer troubles waiting waiting_for_you"
    );
}
