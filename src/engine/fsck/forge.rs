//! Whether what is kept of the forge is what the forge says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::Flaw;
use crate::domain::{
    ItemId, ItemKind, Mirror, Payload, PullRequest, Rules, Run, RunState, Sha, Writes, label,
};
use crate::engine::plan::commit_of;
use crate::store::{Filed, Inventory, Place};

/// What of an item is compared: everything else may change without the forge saying so.
#[derive(Debug, PartialEq, Eq)]
struct Seen<'a> {
    title: &'a str,
    state: String,
    labels: &'a BTreeSet<String>,
    head: Option<&'a str>,
    updated: Timestamp,
}

/// Where `known`, what the last pass knew, contradicts `listed`, everything that the forge lists now. What is newer on
/// the forge is no contradiction.
pub fn against_forge(known: &Mirror, listed: &Mirror) -> Vec<Flaw> {
    let (known, listed) = (items(known), items(listed));
    let mut flaws = vec![];
    for (item, before) in &known {
        let Some(now) = listed.get(item) else {
            let meaning = "it is known and the forge does not list it: it was deleted or moved, and the listing of everything, once a day, will show it";
            flaws.push(Flaw::new("not-on-forge", item, meaning));
            continue;
        };
        if before.updated == now.updated && before != now {
            let meaning = format!(
                "what is known of it is not what the forge says, though both are as of {}: {}",
                now.updated,
                difference(before, now)
            );
            flaws.push(Flaw::new("mirror-wrong", item, meaning));
        }
        if before.updated > now.updated {
            let meaning = format!(
                "what is known of it is as of {}, and the forge says {}: the forge was put back to an older state",
                before.updated, now.updated
            );
            flaws.push(Flaw::new("mirror-ahead", item, meaning));
        }
    }
    flaws
}

/// How long after it was sent a change of labels may not show yet. Within it a pass does not do it again either.
const SEEN_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Open items that wear `agent-running` on the forge while no run is at work on them, where a pass would take it off.
pub fn labels_of_runs(
    found: &Inventory,
    listed: &Mirror,
    rules: &Rules,
    now: Timestamp,
) -> Vec<Flaw> {
    if rules.policy.writes == Writes::Off {
        return vec![];
    }
    let issues = listed.issues.values().filter(|issue| issue.is_open());
    let issues = issues
        .filter(|issue| issue.has(label::RUNNING))
        .map(|issue| ItemId::issue(issue.number));
    let prefix = rules.repo.branch_prefix.as_str();
    let pulls = listed.pulls.values().filter(|pull| pull.is_open());
    let pulls = pulls
        .filter(|pull| pull.has(label::RUNNING))
        .filter(|pull| !pull.from_fork && pull.head.as_str().starts_with(prefix))
        .map(|pull| ItemId::pr(pull.number));
    // acp writes to no issue that it has never worked on and is not asked to.
    let is_ours = |item: &ItemId| match item.kind {
        ItemKind::Pr => true,
        ItemKind::Issue => {
            let issue = listed.issues.get(&item.number);
            let asked = |name: &String| issue.is_some_and(|issue| issue.has(name));
            rules.intake.labels.iter().any(asked)
                || found.retries.iter().any(|(_, retry)| retry.item == *item)
        }
    };
    issues
        .chain(pulls)
        .filter(is_ours)
        .filter(|item| !is_at_work(found, *item) && !is_coming_off(found, *item, now))
        .map(|item| {
            let meaning = "it wears `agent-running` on the forge, and no run is at work on it";
            Flaw::new("label-without-run", item, meaning).mend("heartbeat")
        })
        .collect()
}

/// An open pull request from a branch of acp's whose head is another than what acp pushed there last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedHead {
    item: ItemId,
    /// What acp pushed last.
    pub pushed: Sha,
    /// Where the branch is.
    pub head: Sha,
}

/// Those whose branch moved. Who goes on from what acp built does no wrong, so whoever has the commits tells what it is.
pub fn moved_heads(found: &Inventory, listed: &Mirror, rules: &Rules) -> Vec<MovedHead> {
    let prefix = rules.repo.branch_prefix.as_str();
    let pulls = listed.pulls.values();
    let ours =
        pulls.filter(|pr| pr.is_open() && !pr.from_fork && pr.head.as_str().starts_with(prefix));
    ours.filter_map(|pr| {
        let pushed = last_pushed(found, pr)?;
        (*pushed != pr.head_sha).then(|| MovedHead {
            item: ItemId::pr(pr.number),
            pushed: pushed.clone(),
            head: pr.head_sha.clone(),
        })
    })
    .collect()
}

/// What acp pushed last to the branch of a pull request, as far as that is remembered. `None` while something is on its way.
fn last_pushed<'a>(found: &'a Inventory, pr: &PullRequest) -> Option<&'a Sha> {
    let mut last = None;
    for Filed { place, intent, .. } in &found.intents {
        match &intent.payload {
            Payload::Push { branch, sha, .. } if *branch == pr.head => match place {
                Place::Done => last = last.max(Some((intent.dispatched, sha))),
                Place::Pending | Place::Claimed => return None,
                Place::Failed => {}
            },
            _ => {}
        }
    }
    // What was sent long ago is forgotten; its run is not.
    let of_runs = || {
        let live = found.runs.values().filter_map(|folder| folder.run.as_ref());
        let all = found.archived.values().flatten().chain(live);
        let there = all.filter(|run| run.branch == pr.head);
        let built = there.filter_map(|run| Some((run.created, commit_of(run)?)));
        built.max().map(|(_, sha)| sha)
    };
    last.map(|(_, sha)| sha).or_else(of_runs)
}

impl MovedHead {
    /// What it amounts to when the branch does not hold what acp pushed.
    pub fn flaw(&self) -> Flaw {
        let meaning = format!(
            "its branch is at {}, which does not hold what acp pushed there last, {}: somebody has put another change in its place",
            self.head.short(),
            self.pushed.short()
        );
        Flaw::new("head-moved", self.item, meaning)
    }

    /// What is said when the commits are not on this machine.
    pub fn unseen(&self) -> String {
        format!(
            "{}: its branch is at {}, which is not in acp's clone; whether it holds what acp pushed last, {}, is not known",
            self.item,
            self.head.short(),
            self.pushed.short()
        )
    }
}

/// Whether a run has begun at it of which no pass has drawn the conclusions.
fn is_at_work(found: &Inventory, item: ItemId) -> bool {
    found.runs.iter().any(|(id, folder)| {
        let waits =
            |run: &Run| run.state.is_under_way() || matches!(run.state, RunState::Finished(_));
        let at_work = folder.run.as_ref().is_none_or(waits);
        let of = folder.run.as_ref().map(|run| run.item);
        at_work && of.or_else(|| id.item()) == Some(item)
    })
}

/// Whether a change of its labels waits, is in somebody's hands, or was made so lately that the forge may not show it.
fn is_coming_off(found: &Inventory, item: ItemId, now: Timestamp) -> bool {
    found.intents.iter().any(|Filed { place, intent, .. }| {
        let Payload::Labels { remove, .. } = &intent.payload else {
            return false;
        };
        let lately = intent
            .dispatched
            .is_some_and(|at| now.duration_since(at).abs() <= SEEN_WITHIN);
        let counts = *place != Place::Done || lately && remove.contains(label::RUNNING);
        intent.item == Some(item) && counts
    })
}

fn items(mirror: &Mirror) -> BTreeMap<ItemId, Seen<'_>> {
    let issues = mirror.issues.values().map(|issue| {
        let seen = Seen {
            title: &issue.title,
            state: format!("{:?}", issue.state),
            labels: &issue.labels,
            head: None,
            updated: issue.updated,
        };
        (ItemId::issue(issue.number), seen)
    });
    let pulls = mirror.pulls.values().map(|pr| {
        let seen = Seen {
            title: &pr.title,
            state: format!("{:?}", pr.state),
            labels: &pr.labels,
            head: Some(pr.head_sha.as_str()),
            updated: pr.updated,
        };
        (ItemId::pr(pr.number), seen)
    });
    issues.chain(pulls).collect()
}

fn difference(before: &Seen<'_>, now: &Seen<'_>) -> String {
    let mut parts = vec![];
    if before.title != now.title {
        parts.push("its title");
    }
    if before.state != now.state {
        parts.push("its state");
    }
    if before.labels != now.labels {
        parts.push("its labels");
    }
    if before.head != now.head {
        parts.push("its head");
    }
    parts.join(", ")
}
