//! `acp lease`, `retry`, `cooldown`, `hold` and `budget`.

use acp::domain::{Cooldown, DayBudget, ItemId, Lease, Reservation, Retry};
use acp::store::LockName;
use jiff::SignedDuration;

use crate::env::TestEnv;
use crate::state::{now, run_id, store, with_profile};

#[test]
fn nothing_is_success_with_one_line_for_people() {
    let env = with_profile();
    for group in ["lease", "retry", "cooldown", "hold"] {
        let human = env.acp(&[group, "list"]).ok();
        assert_eq!(
            (human.stdout.as_str(), human.stderr.lines().count()),
            ("", 1)
        );
        let plain = env.acp(&[group, "list", "--plain"]).ok();
        assert_eq!((plain.stdout.as_str(), plain.stderr.as_str()), ("", ""));
        let json = env.acp(&[group, "list", "--json"]).ok().json();
        assert_eq!(json["schema"], format!("acp.{group}.list/1"));
        assert_eq!(json["data"], serde_json::json!([]));
    }
    env.acp(&["lease", "clear", "issue/1"])
        .with(66)
        .says("acp lease list");
    env.acp(&["retry", "clear", "issue/1"])
        .with(66)
        .says("acp retry list");
    env.acp(&["cooldown", "clear", "forge"])
        .with(66)
        .says("acp cooldown list");
    env.acp(&["hold", "clear", "stop"])
        .with(66)
        .says("acp hold list");
    let _no_item = env.acp(&["lease", "clear", "12"]).with(2);
}

#[test]
fn a_hold_works_at_once_while_a_pass_is_at_work_and_the_profile_is_broken() {
    let env = TestEnv::new();
    env.write("acp/config/profiles/web.yaml", "schema: 1\nworkerz: 3\n");
    let store = store(&env);
    let pass = store
        .try_lock(LockName::Pass, "acp heartbeat")
        .unwrap()
        .unwrap();
    let set = ["hold", "add", "deploy", "--reason", "we \u{1b}[1mdeploy"];
    let dry: Vec<&str> = set.iter().copied().chain(["--dry-run"]).collect();
    assert!(env.acp(&dry).ok().stdout.contains("would be held"));
    assert!(store.holds().list().unwrap().is_empty());
    env.acp(&set).ok().says("acp hold clear deploy");
    assert!(env.read("acp/state/web/journal.jsonl").contains("hold.set"));
    env.acp(&set).ok().says("there already");
    let of_item = [
        "hold", "add", "deploy", "--reason", "x", "--item", "issue/3",
    ];
    env.acp(&of_item).with(77).says("another name");
    let other = ["hold", "add", "wait", "--reason", "x", "--item", "issue/3"];
    let _set = env.acp(&other).ok();
    let list = env.acp(&["hold", "list", "--plain"]).ok().stdout;
    assert_eq!(
        list.lines()
            .map(|l| l.split('\t').take(3).collect())
            .collect::<Vec<Vec<_>>>(),
        [["deploy", "", "tester"], ["wait", "issue/3", "tester"]]
    );
    assert!(!list.contains('\u{1b}'));
    drop(pass);
    env.acp(&["hold", "clear", "deploy"]).ok().says("wait");
    assert_eq!(store.holds().list().unwrap().len(), 1);
    let _bad_name = env.acp(&["hold", "add", "../x", "--reason", "x"]).with(2);
    let _no_reason = env.acp(&["hold", "add", "x"]).with(2);
}

#[test]
fn a_cleared_retry_leaves_the_label_to_a_person() {
    let env = with_profile();
    let store = store(&env);
    let item = ItemId::issue(1);
    let retry = Retry {
        item,
        attempt: 6,
        failures: 6,
        last_run: Some(run_id(1)),
        reason: Some("the tests fail".to_owned()),
        next: None,
        set: now(),
        blocked: true,
        label_seen: true,
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
    store.retries().put(&item.slug(), &retry).unwrap();
    let list = env.acp(&["retry", "list", "--plain"]).ok().stdout;
    assert_eq!(list, "issue/1\t6\t6\t0\tblocked\t\tthe tests fail\n");
    let cleared = env.acp(&["retry", "clear", "issue/1"]).ok();
    assert!(
        cleared.stdout.contains("the next attempt is 7"),
        "{cleared:?}"
    );
    cleared.says("acp issue label 1 --remove agent-blocked");
    assert!(env.acp(&["retry", "list"]).ok().stdout.is_empty());
    let all = env.acp(&["retry", "list", "--all", "--json"]).ok().json();
    assert_eq!(all["data"][0]["attempt"], 6);
}

#[test]
fn cooldowns_and_leases_are_listed_and_cleared() {
    let env = with_profile();
    let store = store(&env);
    let cooldown = Cooldown::new(
        "agent:claude".to_owned(),
        now() + SignedDuration::from_hours(2),
        "quota".to_owned(),
        now(),
    );
    store.put_cooldown(&cooldown).unwrap();
    let lease = Lease {
        item: ItemId::issue(1),
        run: run_id(1),
        at: now(),
    };
    store.leases().put("issue-1", &lease).unwrap();
    let list = env.acp(&["cooldown", "list"]).ok().stdout;
    assert!(list.contains("in 2 h") && list.contains("quota"), "{list}");
    let dry = env
        .acp(&["cooldown", "clear", "agent:claude", "--dry-run"])
        .ok();
    assert!(dry.stdout.contains("would be tried again"), "{dry:?}");
    let _cleared = env.acp(&["cooldown", "clear", "agent:claude"]).ok();
    assert!(store.cooldowns().list().unwrap().is_empty());
    let list = env.acp(&["lease", "list", "--plain"]).ok().stdout;
    assert_eq!(
        list,
        format!("issue/1\t{}\t2026-11-21T03:15:02Z\tnone\n", run_id(1))
    );
    let cleared = env
        .acp(&["lease", "clear", "issue/1", "--plain"])
        .ok()
        .stdout;
    assert!(cleared.starts_with("issue/1\t") && cleared.ends_with("\tchanged\n"));
    assert!(store.leases().list().unwrap().is_empty());
    let journal = store.journal().read().unwrap().0;
    let what: Vec<&str> = journal.iter().map(|entry| entry.what.as_str()).collect();
    assert_eq!(what, ["cooldown.cleared", "lease.cleared"]);
}

#[test]
fn a_killed_clear_of_a_lease_can_be_repeated() {
    let env = with_profile();
    let store = store(&env);
    let lease = Lease {
        item: ItemId::issue(1),
        run: run_id(1),
        at: now(),
    };
    store.leases().put("issue-1", &lease).unwrap();
    let mut command = env.acp_command(&["lease", "clear", "issue/1"]);
    command.env("ACP_TEST_CRASH", "desk.before_lease_clear");
    assert!(!command.output().unwrap().status.success());
    assert_eq!(store.leases().list().unwrap().len(), 1);
    let _cleared = env.acp(&["lease", "clear", "issue/1"]).ok();
    assert!(store.leases().list().unwrap().is_empty());
}

#[test]
fn the_budget_of_the_day_is_shown_and_reset_only_on_purpose() {
    let env = with_profile();
    let store = store(&env);
    let empty = env.acp(&["budget", "show", "--plain"]).ok().stdout;
    assert_eq!(
        empty,
        "day\t2026-11-21\t2026-11-22T00:00:00Z\nruns\t0\t50\ntokens\t0\t0\nusd_micros\t0\t0\n"
    );
    let reservation = Reservation {
        item: ItemId::issue(1),
        agent: "claude".to_owned(),
        backend: None,
        model: None,
        reserved_usd_micros: 2_000_000,
        reserved_tokens: 10,
        usd_micros: None,
        tokens: Some(7),
        released: false,
    };
    let runs = [(run_id(1), reservation)].into();
    store
        .budgets()
        .put(
            "2026-11-21",
            &DayBudget {
                runs,
                ..DayBudget::default()
            },
        )
        .unwrap();
    let human = env.acp(&["budget", "show"]).ok().stdout;
    assert!(
        human.contains("$2.00") && human.contains("1 of 50"),
        "{human}"
    );
    env.acp(&["budget", "reset"]).with(2).says("--yes");
    let dry = env.acp(&["budget", "reset", "--dry-run"]).ok().stdout;
    assert!(dry.contains("would be counted no more"), "{dry}");
    let _reset = env.acp(&["budget", "reset", "--yes"]).ok();
    let shown = env.acp(&["budget", "show", "--json"]).ok().json();
    assert_eq!(shown["data"]["used"]["runs"], 0);
    assert_eq!(shown["data"]["runs"][0]["counts"], false);
    assert_eq!(shown["data"]["limits"]["runs"], 50);
}
