//! Whether the branches and worktrees of acp's clone are those of its runs.

use super::Flaw;
use crate::domain::{BranchName, Outcome, Payload, Run, RunState};
use crate::store::Inventory;
use crate::vcs::Survey;

/// Where `clone` contradicts the records: a branch of acp's own naming that nothing accounts for, a run whose result is on no
/// branch, a worktree that git does not know.
pub fn against_clone(found: &Inventory, clone: &Survey, prefix: &str) -> Vec<Flaw> {
    let mut flaws = vec![];
    if !clone.in_order {
        let meaning = "its settings are not those that acp wrote: an agent or a person changed them; whatever works in it next puts them back first";
        flaws.push(Flaw::new("clone-changed", "repo.git", meaning));
    }
    for branch in clone.branches.keys() {
        let accounted = accounts(found, branch) || !is_of_a_run(branch, prefix);
        // Without what is known of the forge nobody can tell whether it has a pull request.
        if !accounted && found.mirror.is_some() {
            let meaning = "a branch of no run, no pull request and no write on its way: nothing removes it, and it may be the only copy of somebody's work";
            flaws.push(Flaw::new("branch-without-run", branch, meaning));
        }
    }
    for (id, folder) in &found.runs {
        let Some(run) = folder.run.as_ref().filter(|run| run.id == *id) else {
            continue;
        };
        if has_result(run) && !clone.branches.contains_key(&run.branch) {
            let meaning = format!(
                "its result should be on the branch {} of acp's clone, which is gone: what is in its worktree is saved when it is given up",
                run.branch
            );
            flaws.push(Flaw::new("branch-gone", id, meaning).mend(format!("run drop {id}")));
        }
        // One that is starting gets both, one after the other.
        let settled = !matches!(run.state, RunState::Starting | RunState::Reserved);
        let there = found.worktrees.contains(id.as_str());
        if settled && there && !clone.worktrees.contains(id.as_str()) {
            let meaning = "git has no record of its worktree: no commit can be made from it";
            let verb = if run.state.is_under_way() {
                format!("run stop {id}")
            } else {
                format!("run drop {id}")
            };
            flaws.push(Flaw::new("worktree-unknown", id, meaning).mend(verb));
        }
    }
    flaws.sort();
    flaws
}

/// A bundle that git does not take: `why` are its words.
pub fn of_bundle(run: &str, why: &str) -> Flaw {
    let meaning = format!("git does not take the bundle of its unpublished work: {why}");
    Flaw::new("bundle-damaged", run, meaning)
}

/// Whether a run, a pull request or a write explains the branch.
fn accounts(found: &Inventory, branch: &BranchName) -> bool {
    let live = found.runs.values().filter_map(|folder| folder.run.as_ref());
    let mut runs = live.chain(found.archived.values().flatten());
    let of_pull = |mirror: &crate::domain::Mirror| {
        let mut pulls = mirror.pulls.values();
        pulls.any(|pull| pull.head == *branch)
    };
    runs.any(|run| run.branch == *branch)
        || found.mirror.as_ref().is_some_and(of_pull)
        || found
            .intents
            .iter()
            .any(|filed| match &filed.intent.payload {
                Payload::Push { branch: of, .. } | Payload::DeleteBranch { branch: of, .. } => {
                    of == branch
                }
                Payload::Pr { head, .. } => head == branch,
                _ => false,
            })
        || is_of_a_forgotten_run(found, branch)
}

/// The history is cut to a disk budget, and the branches of what is cut stay: the attempts of their items are still counted.
fn is_of_a_forgotten_run(found: &Inventory, branch: &BranchName) -> bool {
    let Some((slug, attempt)) = parts(branch) else {
        return false;
    };
    let mut retries = found.retries.iter();
    retries.any(|(name, retry)| name == slug && retry.attempt >= attempt)
}

/// Whether it is named as acp names the branch of a run: `<prefix>issue-<n>-a<attempt>`.
fn is_of_a_run(branch: &BranchName, prefix: &str) -> bool {
    branch.as_str().starts_with(prefix) && parts(branch).is_some()
}

/// The item of a branch as records name it, and the attempt.
fn parts(branch: &BranchName) -> Option<(&str, u32)> {
    let name = branch.as_str().rsplit('/').next()?;
    let (slug, attempt) = name.rsplit_once("-a")?;
    let (kind, number) = slug.split_once('-')?;
    let known = ["issue", "pr"].contains(&kind);
    let number = number.parse::<u64>().ok().filter(|_| known)?;
    let attempt = attempt.parse().ok()?;
    (number > 0).then_some((slug, attempt))
}

/// Whether it built a commit and put it on its branch.
fn has_result(run: &Run) -> bool {
    let (RunState::Finished(end) | RunState::Judged { end, .. }) = &run.state else {
        return false;
    };
    matches!(
        end.outcome,
        Outcome::Implemented { .. } | Outcome::UpdatedBranch { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_branch_of_a_run_is_known_by_its_name() {
        let of_a_run = |name: &str| is_of_a_run(&name.parse().unwrap(), "agent/");
        for good in ["agent/issue-7-a1", "agent/pr-12-a30"] {
            assert!(of_a_run(good), "{good}");
        }
        for other in [
            "issue-7-a1",
            "agent/issue-7",
            "agent/issue-0-a1",
            "agent/issue-x-a1",
            "agent/task-7-a1",
            "agent/issue-7-ax",
            "main",
        ] {
            assert!(!of_a_run(other), "{other}");
        }
    }
}
