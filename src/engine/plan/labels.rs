//! The labels that acp sets and removes: desired state, compared with what is seen and what is on its way.

use std::collections::BTreeSet;

use super::view::{SEEN_WITHIN, View};
use crate::domain::{
    Action, Intent, IntentKind, IntentView, ItemId, Lane, Origin, Payload, Plan, PrLane,
    PullRequest, Standing, Wait, label,
};

pub(super) fn plan(view: &View<'_>, plan: &mut Plan) {
    if !view.may_write() {
        return;
    }
    let mut actions = vec![];
    for issue in view.snapshot.mirror.issues.values() {
        let item = ItemId::issue(issue.number);
        if !view.is_known(issue) {
            continue;
        }
        // Whether a run that nobody can read of is at work is not known: the label stays as it is.
        if view.unreadable_on(item).is_some() {
            continue;
        }
        let at_work =
            view.active_run(item).is_some() || view.snapshot.unrecorded_on(item).is_some();
        let running = issue.is_open() && at_work;
        if running != issue.has(label::RUNNING) || !view.intents_of(item).is_empty() {
            let want = if running {
                BTreeSet::from([label::RUNNING])
            } else {
                BTreeSet::new()
            };
            actions.extend(change(
                view,
                item,
                &issue.labels,
                &want,
                &[label::RUNNING],
                issue.updated,
            ));
        }
    }
    for standing in &plan.standings {
        let Some(pr) = pull_of(view, standing) else {
            continue;
        };
        if matches!(standing.wait, Wait::Unreadable { .. }) {
            continue;
        }
        let want = wanted_on(view, pr, standing);
        let item = standing.item;
        actions.extend(change(
            view,
            item,
            &pr.labels,
            &want,
            label::OWN,
            pr.updated,
        ));
    }
    plan.actions.extend(actions);
}

fn pull_of<'a>(view: &View<'a>, standing: &Standing) -> Option<&'a PullRequest> {
    let Lane::Pr(lane) = standing.lane else {
        return None;
    };
    if lane == PrLane::Ignore {
        return None;
    }
    view.snapshot.mirror.pulls.get(&standing.item.number)
}

fn wanted_on(view: &View<'_>, pr: &PullRequest, standing: &Standing) -> BTreeSet<&'static str> {
    let mut want = BTreeSet::new();
    if view.active_run(standing.item).is_some() {
        want.insert(label::RUNNING);
    }
    if view
        .snapshot
        .approvals
        .get(&pr.number)
        .is_some_and(|a| a.head == pr.head_sha)
    {
        want.insert(label::HUMAN_APPROVED);
    }
    match standing.lane {
        Lane::Pr(PrLane::HumanReview) if !matches!(standing.wait, Wait::MergeByHand { .. }) => {
            want.insert(label::HUMAN_REVIEW);
        }
        Lane::Pr(PrLane::DoubleCheck1) => {
            want.insert(label::DOUBLE_CHECK_1);
        }
        Lane::Pr(PrLane::DoubleCheck2) => {
            want.insert(label::DOUBLE_CHECK_2);
        }
        // While something is under way the lane is not settled: labels of the lane stay as they are, or will be when the
        // writes under way have arrived. A merge that a pass decided has settled it, also when the pass died before it had
        // the labels taken off.
        Lane::Pr(PrLane::Pending) if !is_merged_by_pass(view, standing.item) => {
            let coming = view.labels_after(standing.item, &pr.labels);
            let lane_labels = [
                label::HUMAN_REVIEW,
                label::DOUBLE_CHECK_1,
                label::DOUBLE_CHECK_2,
            ];
            want.extend(
                lane_labels
                    .into_iter()
                    .filter(|&name| coming.contains(name)),
            );
        }
        _ => {}
    }
    want
}

fn is_merged_by_pass(view: &View<'_>, item: ItemId) -> bool {
    let mut on_its_way = view.intents_of(item).iter().filter(|view| !view.failed);
    on_its_way.any(|IntentView { intent, .. }| {
        intent.origin == Origin::Pass && intent.payload.kind() == IntentKind::Merge
    })
}

fn change(
    view: &View<'_>,
    item: ItemId,
    seen: &BTreeSet<String>,
    want: &BTreeSet<&str>,
    own: &[&str],
    updated: jiff::Timestamp,
) -> Option<Action> {
    let coming = view.labels_after(item, seen);
    let add: BTreeSet<String> = want
        .iter()
        .filter(|name| !coming.contains(**name))
        .map(|&name| name.to_owned())
        .collect();
    let gone = |name: &&&str| coming.contains(**name) && !want.contains(**name);
    let remove: BTreeSet<String> = own
        .iter()
        .filter(gone)
        .map(|&name| name.to_owned())
        .collect();
    if add.is_empty() && remove.is_empty() {
        return None;
    }
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(",");
    // The same decision on the same sight of the item is the same intent; once the item has changed it is a new one.
    let fact = format!("+{} -{} seen {updated}", list(&add), list(&remove));
    let signed = |sign: char, names: &BTreeSet<String>| {
        let named = names.iter().map(|name| format!("{sign}{name}"));
        named.collect::<Vec<_>>()
    };
    let reason = [signed('+', &add), signed('-', &remove)].concat().join(" ");
    let intent = Box::new(view.intent(item, Payload::Labels { add, remove }, fact));
    Some(Action::Enqueue { intent, reason })
}

/// The intent that does `wanted` once more, when its key belongs to a write that is confirmed and no longer holds.
///
/// A forge tells the second in which an item changed, and labels go on, off and on again within one. The decision is a new
/// one when another change of labels was confirmed after it, or when what it wrote should long be seen; otherwise the sight
/// of the item is old, and the write is not made twice. `done` holds confirmed intents, of other items too.
pub(in crate::engine) fn once_more(wanted: &Intent, done: &[Intent]) -> Option<Intent> {
    let of_item = |intent: &&Intent| {
        intent.item == wanted.item && matches!(intent.payload, Payload::Labels { .. })
    };
    let last = done
        .iter()
        .filter(of_item)
        .max_by_key(|intent| (intent.dispatched, intent.seq))?;
    let is_old = last
        .dispatched
        .is_some_and(|at| wanted.created.duration_since(at) > SEEN_WITHIN);
    let fact = format!("{} after {}", wanted.fact, last.id);
    (last.payload != wanted.payload || is_old).then(|| {
        Intent::new(
            wanted.origin.clone(),
            wanted.item,
            wanted.payload.clone(),
            fact,
            wanted.needs.clone(),
            wanted.created,
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(add: &[&str], remove: &[&str], fact: &str, at: i64) -> Intent {
        let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
        let (add, remove) = (names(add), names(remove));
        let at = jiff::Timestamp::from_second(at).unwrap();
        let payload = Payload::Labels { add, remove };
        let item = Some(ItemId::pr(2));
        let intent = Intent::new(Origin::Pass, item, payload, fact.to_owned(), vec![], at);
        Intent {
            dispatched: Some(at),
            ..intent
        }
    }

    #[test]
    fn labels_go_on_again_in_the_second_in_which_they_went_off() {
        let on = labels(&["x"], &[], "+x - seen 0", 0);
        let off = labels(&[], &["x"], "+ -x seen 0", 1);
        let mut done = vec![on.clone()];
        // The sight of the item is from before it.
        assert_eq!(once_more(&on, &done), None);
        done.push(off.clone());
        assert_eq!(once_more(&off, &done), None);
        let again = once_more(&on, &done).unwrap();
        assert_ne!(again.key, on.key);
        assert_eq!(again.payload, on.payload);
        // The same pass once more, after a crash: the same intent.
        assert_eq!(once_more(&on, &done).unwrap().key, again.key);
        done.push(Intent {
            dispatched: Some(jiff::Timestamp::from_second(2).unwrap()),
            ..again
        });
        assert_eq!(once_more(&on, &done), None);
        assert!(once_more(&off, &done).is_some());
    }

    #[test]
    fn what_somebody_undid_in_the_second_of_the_write_is_made_up_for_later() {
        let on = labels(&["x"], &[], "+x - seen 0", 0);
        let done = [on.clone()];
        let later = |seconds| Intent {
            created: jiff::Timestamp::from_second(seconds).unwrap(),
            ..on.clone()
        };
        assert_eq!(once_more(&later(3600), &done), None);
        assert!(once_more(&later(3601), &done).is_some());
    }

    #[test]
    fn labels_of_another_item_say_nothing() {
        let on = labels(&["x"], &[], "+x - seen 0", 0);
        let other = Intent {
            item: Some(ItemId::pr(3)),
            ..labels(&[], &["x"], "+ -x seen 0", 1)
        };
        assert_eq!(once_more(&on, &[on.clone(), other]), None);
    }
}
