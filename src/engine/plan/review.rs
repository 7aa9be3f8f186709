//! What agents' reviews of a head have come to.

use super::view::View;
use crate::domain::{ItemId, Outcome, PullRequest, RunView, Task};
use crate::policy;

/// The most of an objection that is told to the run that repairs it.
const OBJECTION_CHARS_MAX: usize = 3000;

/// What a run says of the head that it started on.
enum Word<'a> {
    /// A review passed.
    Passed,
    /// A review objects, and why in one line.
    Objects(&'a str),
    /// A fix run found nothing to change.
    Stands,
}

/// Reviews that passed on exactly this head.
pub(super) fn passed(view: &View<'_>, pr: &PullRequest) -> u8 {
    let passed = of_head(view, pr).filter(|(_, word)| matches!(word, Word::Passed));
    u8::try_from(passed.count()).unwrap_or(u8::MAX)
}

/// What the last word on this head objects to, for the run that repairs it. A fix run that finds nothing to change answers
/// it, and it is reviewed again; what a fix run changes is another head.
pub(super) fn objection(view: &View<'_>, pr: &PullRequest) -> Option<String> {
    if view.rules.policy.merge.reviews == 0 {
        return None;
    }
    let (run, word) = of_head(view, pr).max_by_key(|(run, _)| run.run.attempt)?;
    let Word::Objects(reason) = word else {
        return None;
    };
    let findings = run.findings.as_ref();
    let words = findings.and_then(|findings| findings.comment.as_deref());
    let words = words.unwrap_or_default().trim();
    // A reason that was not given is the first line of the comment.
    let told = if words.starts_with(reason) {
        format!("an agent's review objects: {words}")
    } else {
        format!("an agent's review objects: {reason} {words}")
    };
    Some(policy::one_line(&told, OBJECTION_CHARS_MAX))
}

/// Whether a run of `pr` is still needed for what it said.
pub(super) fn is_kept(view: &View<'_>, run: &RunView, pr: Option<&PullRequest>) -> bool {
    match word(run) {
        Some(Word::Passed | Word::Objects(_)) => true,
        Some(Word::Stands) => {
            let reviewed = view.rules.policy.merge.reviews > 0;
            reviewed && pr.is_some_and(|pr| pr.head_sha == run.run.start)
        }
        None => false,
    }
}

fn of_head<'a>(view: &View<'a>, pr: &PullRequest) -> impl Iterator<Item = (&'a RunView, Word<'a>)> {
    let runs = view.runs_of(ItemId::pr(pr.number)).iter().copied();
    let of_head = runs.filter(|run| run.run.start == pr.head_sha);
    of_head.filter_map(|run| Some((run, word(run)?)))
}

fn word(run: &RunView) -> Option<Word<'_>> {
    match (&run.run.task, &run.run.state.end()?.outcome) {
        (_, Outcome::Reviewed { .. }) => Some(Word::Passed),
        (Task::Review { .. }, Outcome::Blocked { reason }) => Some(Word::Objects(reason)),
        (Task::Fix { .. }, Outcome::NoChangeNeeded) => Some(Word::Stands),
        _ => None,
    }
}
