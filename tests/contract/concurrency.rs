//! Many processes on one local forge.

use std::collections::BTreeSet;

use acp::domain::{Applied, CheckState, ItemId, MergeMethod, PrState};
use acp::forge::Forge as _;

use crate::fixture::{
    Fixture as _, Local, apply, branch, check, comment, issue, listed, merge, mirror, names, open,
    pull, relabel,
};

const HANDLES: usize = 8;
const EACH: usize = 20;

#[test]
fn numbers_are_distinct_and_without_gaps() {
    let local = Local::new();
    let numbers: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..HANDLES)
            .map(|_| {
                scope.spawn(|| {
                    let forge = Local::open_at(&local.dir);
                    let opened =
                        (0..EACH).map(|n| match forge.apply(&issue(&n.to_string(), "", &[])) {
                            Ok(Applied::Opened { number }) => number,
                            other => unreachable!("{other:?}"),
                        });
                    opened.collect::<Vec<_>>()
                })
            })
            .collect();
        let each = threads.into_iter().map(|thread| thread.join().unwrap());
        each.flatten().collect()
    });
    let distinct: BTreeSet<u64> = numbers.iter().copied().collect();
    assert_eq!(distinct, (1..=(HANDLES * EACH) as u64).collect());
    assert_eq!(mirror(local.forge()).issues.len(), HANDLES * EACH);
}

#[test]
fn changes_of_one_item_from_many_sides_all_hold() {
    let local = Local::new();
    let number = open(local.forge(), &issue("busy", "", &[]));
    let item = ItemId::issue(number);
    let head = local.push("work", &[("a.txt", "a\n")]);
    let pr = open(local.forge(), &pull("work", &head, ""));
    std::thread::scope(|scope| {
        for n in 0..HANDLES {
            let (dir, head) = (&local.dir, &head);
            scope.spawn(move || {
                let forge = Local::open_at(dir);
                apply(&forge, &relabel(item, &[&format!("label {n}")], &[]));
                apply(&forge, &comment(item, "x"));
                apply(
                    &forge,
                    &check(head, &format!("check {n}"), CheckState::Success),
                );
                // Readers in between see whole things.
                mirror(&forge);
            });
        }
    });
    let labels: Vec<String> = (0..HANDLES).map(|n| format!("label {n}")).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    assert_eq!(mirror(local.forge()).issues[&number].labels, names(&labels));
    assert_eq!(local.forge().text(number).unwrap().comments.len(), HANDLES);
    assert_eq!(listed(local.forge(), pr).checks.len(), HANDLES);
}

#[test]
fn merges_into_one_base_all_arrive() {
    let local = Local::new();
    let wanted: Vec<_> = (0..4)
        .map(|n| {
            let name = format!("work-{n}");
            let head = local.push(&name, &[(&format!("{n}.txt"), "x\n")]);
            (open(local.forge(), &pull(&name, &head, "")), head)
        })
        .collect();
    std::thread::scope(|scope| {
        for (pr, head) in &wanted {
            let dir = &local.dir;
            scope.spawn(move || {
                let forge = Local::open_at(dir);
                apply(&forge, &merge(*pr, head, MergeMethod::Squash));
            });
        }
    });
    let known = mirror(local.forge());
    for (pr, _) in &wanted {
        assert!(matches!(known.pulls[pr].state, PrState::Merged { .. }));
    }
    let tip = local.forge().branch(&branch("main")).unwrap().unwrap();
    let files = local.git(&format!("ls-tree --name-only {tip}"));
    for n in 0..4 {
        assert!(files.contains(&format!("{n}.txt")), "{files}");
    }
    assert_eq!(local.git(&format!("rev-list --count {tip}")).trim(), "5");
}
