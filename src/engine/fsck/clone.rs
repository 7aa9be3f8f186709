//! Whether what acp's clone and the bundles hold fits the runs.

use std::collections::{BTreeMap, BTreeSet};

use super::Flaw;
use crate::domain::{
    BranchName, ItemKind, Mirror, Origin, Payload, Run, RunId, RunState, Sha, Task,
};
use crate::engine::plan::commit_of;
use crate::store::{Inventory, Place};
use crate::vcs::Survey;

/// What a look beyond the records has brought.
#[derive(Debug, Default)]
pub struct InClone {
    /// The clone; taken before the records, so that whatever is in it has its record there.
    pub survey: Survey,
    /// Those of [`results`] that the clone does not have; `None`: that is not known.
    pub missing: Option<BTreeSet<Sha>>,
    /// Bundles that are not as they were written, by the name of their run, and why.
    pub bundles: BTreeMap<String, String>,
}

/// A commit that a run built, where nothing shows that it has reached the forge: the clone alone holds it.
struct Kept<'a> {
    run: &'a Run,
    commit: &'a Sha,
    archived: bool,
}

/// The commits that only the clone holds.
pub(super) fn results(found: &Inventory) -> BTreeSet<Sha> {
    let kept = kept_here(found).into_iter();
    kept.map(|result| result.commit.clone()).collect()
}

/// Where the clone or a bundle contradicts the records. `prefix` is that of acp's branches.
pub fn against_clone(found: &Inventory, clone: &InClone, prefix: &str) -> Vec<Flaw> {
    let mut flaws = vec![];
    flaws.extend(
        kept_here(found)
            .iter()
            .filter_map(|kept| of_result(kept, clone)),
    );
    flaws.extend(unknown_branches(found, &clone.survey, prefix));
    flaws.extend(unknown_worktrees(found, &clone.survey));
    flaws.extend(bundles(found, clone));
    flaws.sort();
    flaws
}

fn kept_here(found: &Inventory) -> Vec<Kept<'_>> {
    // Without what is known of the forge nobody can tell what has reached it.
    let Some(mirror) = &found.mirror else {
        return vec![];
    };
    let live = found.runs.iter();
    let live = live.filter_map(|(id, folder)| Some((id, folder.run.as_ref()?, false)));
    let archived = found.archived.iter();
    let archived = archived.filter_map(|(id, run)| Some((id, run.as_ref()?, true)));
    let result = |(id, run, archived): (&RunId, _, _)| of_run(id, run, archived);
    let heads = mirror.pulls.values().filter(|pr| !pr.from_fork);
    let heads: BTreeSet<&BranchName> = heads.map(|pr| &pr.head).collect();
    let pushed = pushed(found);
    let is_kept = |kept: &Kept<'_>| {
        let run = kept.run;
        let on_forge = match run.item.kind {
            ItemKind::Issue => heads.contains(&run.branch),
            ItemKind::Pr => is_on_pull(mirror, kept),
        };
        !on_forge
            && !pushed.contains(&(&run.id, kept.commit))
            && !found.bundles.contains_key(run.id.as_str())
    };
    live.chain(archived)
        .filter_map(result)
        .filter(is_kept)
        .collect()
}

/// What a run built for others to see, once a pass has drawn its conclusions.
fn of_run<'a>(id: &RunId, run: &'a Run, archived: bool) -> Option<Kept<'a>> {
    let settled = matches!(run.state, RunState::Judged { .. } | RunState::Closed { .. });
    let commit = commit_of(run)?;
    (settled && run.id == *id && run.task != Task::Scheduled).then_some(Kept {
        run,
        commit,
        archived,
    })
}

/// Whether it is what its pull request shows, or nobody asks any more, because that is over.
fn is_on_pull(mirror: &Mirror, kept: &Kept<'_>) -> bool {
    let pull = mirror.pulls.get(&kept.run.item.number);
    pull.filter(|pr| pr.is_open())
        .is_none_or(|pr| pr.head_sha == *kept.commit)
}

/// What runs have brought to the forge, as long as that is remembered.
fn pushed(found: &Inventory) -> BTreeSet<(&RunId, &Sha)> {
    let done = found
        .intents
        .iter()
        .filter(|filed| filed.place == Place::Done);
    let pushed = done.filter_map(
        |filed| match (&filed.intent.origin, &filed.intent.payload) {
            (Origin::Run(run), Payload::Push { sha, .. }) => Some((run, sha)),
            _ => None,
        },
    );
    pushed.collect()
}

fn of_result(kept: &Kept<'_>, clone: &InClone) -> Option<Flaw> {
    let Kept {
        run,
        commit,
        archived,
    } = kept;
    let (id, short) = (&run.id, commit.short());
    if clone.missing.as_ref()?.contains(commit) {
        let lost = format!("what it built, {short}, is neither in acp's clone nor on the forge");
        return Some(if *archived {
            let meaning = format!(
                "{lost}: fetch it into repo.git from a copy of that, or move history/{id} away, which ends this finding, and let the item be tried again"
            );
            Flaw::new("result-gone", id, meaning)
        } else {
            let meaning = format!("{lost}: dropping the run saves what is left in its worktree");
            Flaw::new("result-gone", id, meaning).mend(format!("run drop {id}"))
        });
    }
    // The branch of a pull request moves on with every run at it.
    let held = run.item.kind == ItemKind::Pr || clone.survey.branches.contains(&run.branch);
    (!held).then(|| {
        let meaning = format!(
            "what it built, {short}, is not on the forge, and the branch that held it in acp's clone, {}, is gone: `git gc` there would remove it",
            run.branch
        );
        Flaw::new("branch-gone", id, meaning).git(["branch", run.branch.as_str(), commit.as_str()])
    })
}

/// Branches with a number that no attempt has had: a run that gets it puts its result there, over what is there now.
fn unknown_branches<'a>(
    found: &'a Inventory,
    survey: &'a Survey,
    prefix: &'a str,
) -> impl Iterator<Item = Flaw> + 'a {
    // What came with the clone is on the forge too.
    let named = survey.made.iter().filter_map(move |branch| {
        let (slug, attempt) = parts(branch.as_str().strip_prefix(prefix)?)?;
        Some((branch, slug, attempt))
    });
    let known = known_branches(found);
    let unknown = named.filter(move |(branch, slug, attempt)| {
        found.mirror.is_some() && !known.contains(branch) && !was_used(found, slug, *attempt)
    });
    unknown.map(|(branch, ..)| {
        let meaning = "a branch of acp's clone that is named as a run's and is of none: the run that gets its number would put its result there instead. Give it another name to keep what is on it, or delete it";
        Flaw::new("branch-without-run", branch, meaning).git([
            "branch",
            "-m",
            branch.as_str(),
            &format!("kept/{branch}"),
        ])
    })
}

/// The branches that a run, a pull request or a write explains.
fn known_branches(found: &Inventory) -> BTreeSet<&BranchName> {
    let live = found.runs.values().filter_map(|folder| folder.run.as_ref());
    let runs = live.chain(found.archived.values().flatten());
    let pulls = found.mirror.iter().flat_map(|mirror| mirror.pulls.values());
    let payloads = found.intents.iter().map(|filed| &filed.intent.payload);
    let named = payloads.filter_map(|payload| match payload {
        Payload::Push { branch, .. } | Payload::DeleteBranch { branch, .. } => Some(branch),
        Payload::Pr { head, .. } => Some(head),
        _ => None,
    });
    let runs = runs.map(|run| &run.branch);
    runs.chain(pulls.map(|pull| &pull.head))
        .chain(named)
        .collect()
}

/// Whether an attempt has had that number. The history is cut to a disk budget and runs whose records cannot be read are
/// named by themselves, while the count of an item's attempts stays.
fn was_used(found: &Inventory, slug: &str, attempt: u32) -> bool {
    let ids = found.runs.keys().chain(found.archived.keys());
    let mut of_runs = ids.filter(|id| id.item().is_some_and(|item| item.slug() == slug));
    let mut retries = found.retries.iter();
    let end = format!("-a{attempt}");
    of_runs.any(|id| id.as_str().ends_with(&end))
        || retries.any(|(name, retry)| name == slug && retry.attempt >= attempt)
}

/// The issue of a branch as records name it, and the attempt: `issue-<n>-a<attempt>`.
fn parts(name: &str) -> Option<(&str, u32)> {
    let (slug, attempt) = name.rsplit_once("-a")?;
    let number: u64 = slug.strip_prefix("issue-")?.parse().ok()?;
    let attempt = attempt.parse().ok()?;
    (number > 0).then_some((slug, attempt))
}

/// Worktrees that git does not know: HEAD of one is read from git's own record of it.
fn unknown_worktrees(found: &Inventory, survey: &Survey) -> Vec<Flaw> {
    let mut flaws = vec![];
    for (id, folder) in &found.runs {
        let run = folder.run.as_ref().filter(|run| run.id == *id);
        // One that is starting gets both, one after the other.
        let at_work = run.is_some_and(|run| matches!(run.state, RunState::Running { .. }));
        let there = found.worktrees.contains(id.as_str());
        if at_work && there && !survey.worktrees.contains(id.as_str()) {
            let meaning = "git has no record of its worktree: no commit will be made from it. Stopping the run saves what is in it";
            flaws.push(Flaw::new("worktree-unknown", id, meaning).mend(format!("run stop {id}")));
        }
    }
    flaws
}

fn bundles<'a>(found: &'a Inventory, clone: &'a InClone) -> impl Iterator<Item = Flaw> + 'a {
    clone.bundles.iter().map(|(name, why)| {
        let run: Option<RunId> = name.parse().ok();
        let saved = run.filter(|_| clone.survey.rescued.contains(name));
        let Some(run) = saved else {
            let meaning = format!(
                "the bundle of its unpublished work is damaged: {why}. Nothing else holds that: put the file back from a backup, or move it away, which ends this finding"
            );
            return Flaw::new("bundle-damaged", name, meaning);
        };
        let meaning = format!(
            "the bundle of its unpublished work is damaged: {why}. acp's clone holds that too, and it can be written anew"
        );
        let file = format!("../history/{name}.bundle");
        let rescued = format!("refs/acp/rescue/{run}");
        let archived = found.archived.get(&run).and_then(Option::as_ref);
        let live = found.runs.get(&run).and_then(|folder| folder.run.as_ref());
        let start = archived.or(live).map(|run| format!("^{}", run.start));
        let words = ["bundle", "create", &file, &rescued].map(str::to_owned);
        Flaw::new("bundle-damaged", name, meaning).git(words.into_iter().chain(start))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_of_a_run_is_known_by_its_name() {
        assert_eq!(parts("issue-7-a1"), Some(("issue-7", 1)));
        assert_eq!(parts("issue-12-a30"), Some(("issue-12", 30)));
        for other in [
            "issue-7",
            "issue-0-a1",
            "issue-x-a1",
            "issue-7-ax",
            // A run at a pull request adds to the branch of that.
            "pr-7-a1",
            "own/issue-7-a1",
            "main",
        ] {
            assert_eq!(parts(other), None, "{other}");
        }
    }
}
