//! The labels that acp sets and removes: desired state, compared with what is seen and what is on its way.

use std::collections::BTreeSet;

use super::view::View;
use crate::domain::{
    Action, ItemId, Lane, Payload, Plan, PrLane, PullRequest, Standing, Wait, label,
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
        // writes under way have arrived.
        Lane::Pr(PrLane::Pending) => {
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
