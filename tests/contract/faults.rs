//! What the simulated forge does wrong on purpose, and what it keeps account of.

use std::sync::Arc;
use std::time::Duration;

use acp::domain::{Applied, Association, ItemId, Mirror};
use acp::forge::sim::Faults;
use acp::forge::{Forge as _, ForgeError};
use acp::sys::StepClock;
use jiff::{SignedDuration, Timestamp};

use crate::fixture::{
    Fixture as _, Sim, adopt_or_apply, branch, comment, issue, mirror, open, pull,
};

fn always(faults: Faults) -> Sim {
    let sim = Sim::new();
    sim.forge.set_faults(faults);
    sim
}

#[test]
fn a_lost_answer_has_happened_and_is_found() {
    let sim = always(Faults {
        lost_answer: 1000,
        ..Faults::default()
    });
    let opening = issue("one", "", &[]);
    let error = sim.forge.apply(&opening).unwrap_err();
    assert!(matches!(error, ForgeError::Unknown { .. }), "{error}");
    assert_eq!(
        sim.forge.find(&opening).unwrap(),
        Some(Applied::Opened { number: 1 })
    );
    // Whoever sends it again without looking writes it twice, as on a real forge, and it shows.
    sim.forge.apply(&opening).unwrap_err();
    assert_eq!(sim.forge.account().written_twice(), [&opening.id]);
}

#[test]
fn failures_before_the_write_leave_nothing() {
    for (faults, kind) in [
        (
            Faults {
                unavailable: 1000,
                ..Faults::default()
            },
            "could not",
        ),
        (
            Faults {
                refused: 1000,
                ..Faults::default()
            },
            "refused",
        ),
    ] {
        let sim = always(faults);
        let error = sim.forge.apply(&issue("one", "", &[])).unwrap_err();
        assert!(error.to_string().contains(kind), "{error}");
        assert!(sim.forge.truth().issues.is_empty());
    }
}

#[test]
fn a_rate_limit_holds_until_it_ends() {
    let clock = Arc::new(StepClock::new(Timestamp::UNIX_EPOCH));
    let sim = Sim::with_clock(clock.clone());
    sim.forge.set_faults(Faults {
        limited: 1000,
        limited_for: Duration::from_mins(1),
        ..Faults::default()
    });
    let mut known = Mirror::default();
    let error = sim.forge.sync(&mut known, &branch("main")).unwrap_err();
    sim.forge.set_faults(Faults::default());
    let again = sim.forge.apply(&issue("one", "", &[])).unwrap_err();
    assert_eq!(error, again);
    clock.step(SignedDuration::from_mins(1));
    open(&sim.forge, &issue("one", "", &[]));
}

#[test]
fn a_write_is_seen_late_but_within_the_promise() {
    let mut late = 0;
    for seed in 0..50 {
        let clock = Arc::new(StepClock::new(Timestamp::UNIX_EPOCH));
        let sim = Sim::with_clock(clock.clone());
        sim.forge.set_faults(Faults {
            visible_within: Duration::from_mins(1),
            ..Faults::default()
        });
        let number = (0..seed % 5).fold(0, |_, _| {
            sim.forge
                .open_issue("ann", Association::Member, "x", "", &[])
        });
        let saying = comment(ItemId::issue(number.max(1)), "x");
        if number == 0 {
            continue;
        }
        // Writes see everything at once.
        sim.forge.apply(&saying).unwrap();
        late += u32::from(sim.forge.find(&saying).unwrap().is_none());
        clock.step(SignedDuration::from_mins(1));
        assert!(sim.forge.find(&saying).unwrap().is_some());
        assert_eq!(mirror(&sim.forge).issues, sim.forge.truth().issues);
    }
    assert!(late > 10, "{late}");
    assert_eq!(
        always(Faults::default())
            .forge
            .capabilities()
            .visible_within,
        Duration::ZERO
    );
}

#[test]
fn people_interfere_and_are_accounted_for() {
    let sim = Sim::new();
    let forge = &sim.forge;
    let number = forge.open_issue("eve", Association::None, "wish", "text", &["agent-ready"]);
    let item = ItemId::issue(number);
    forge
        .relabel(item, &["agent-blocked"], &["agent-ready"])
        .unwrap();
    forge.close(item).unwrap();
    forge.reopen(item).unwrap();
    forge.comment_as("eve", item, "please").unwrap();
    let head = sim.push("work", &[]);
    let pr = open(forge, &pull("work", &head, &format!("Closes #{number}")));
    forge.merge_by_person(pr).unwrap();
    forge.merge_by_person(pr).unwrap_err();
    let known = mirror(forge);
    assert_eq!(known.issues[&number].association, Association::None);
    assert!(known.issues[&number].has("agent-blocked") && !known.issues[&number].is_open());
    assert!(!known.pulls[&pr].is_open());
    assert_eq!(forge.text(number).unwrap().comments.len(), 1);
    let account = forge.account();
    assert_eq!(account.merges[&pr], 1);
    assert_eq!(account.pulls_by_head[&branch("work")], 1);
    assert_eq!(account.pulls_by_issue[&number], 1);
    assert!(account.written_twice().is_empty());
    assert!(account.without_intent.contains(&format!("merge pr/{pr}")));
    assert_eq!(
        account.without_intent.len(),
        8,
        "{:?}",
        account.without_intent
    );
}

#[test]
fn a_seed_repeats_everything() {
    let run = || {
        let sim = always(Faults {
            lost_answer: 300,
            unavailable: 300,
            conflict: 500,
            visible_within: Duration::from_secs(5),
            ..Faults::default()
        });
        let tries: Vec<bool> = (0..50)
            .map(|n| {
                sim.forge
                    .apply(&issue(&format!("issue {n}"), "", &[]))
                    .is_ok()
            })
            .collect();
        (tries, sim.forge.truth().issues.len())
    };
    assert_eq!(run(), run());
}

#[test]
fn looking_before_sending_again_leaves_one_under_any_fault() {
    for seed in 0..20_u16 {
        let sim = always(Faults {
            lost_answer: 200 + seed,
            unavailable: 200,
            ..Faults::default()
        });
        let wanted: Vec<_> = (0..20)
            .map(|n| issue(&format!("issue {n}"), "", &[]))
            .collect();
        for intent in &wanted {
            while !matches!(sim.forge.find(intent), Ok(Some(_))) {
                if sim.forge.find(intent) == Ok(None) {
                    let _lost_or_failed = sim.forge.apply(intent);
                }
            }
        }
        sim.forge.set_faults(Faults::default());
        for intent in &wanted {
            adopt_or_apply(&sim.forge, intent);
        }
        assert!(sim.forge.account().written_twice().is_empty());
        assert_eq!(sim.forge.truth().issues.len(), 20);
    }
}
