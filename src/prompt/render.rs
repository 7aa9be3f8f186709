//! From a task to its prompt, as a pure function.

use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};

use super::quote::{cleaned, fence, one_line};
use crate::domain::contract::{Claim, Contract, ContractKind, PAIRS};
use crate::domain::{BranchName, Comment, ItemId, ProfileId, RunId, Sha, Task};

/// The most of an issue's title, body, comment and all comments together that a prompt shows, in bytes.
const TITLE_BYTES_MAX: usize = 512;
const BODY_BYTES_MAX: usize = 64 * 1024;
const COMMENT_BYTES_MAX: usize = 16 * 1024;
const COMMENTS_BYTES_MAX: usize = 64 * 1024;
/// The most comments that a prompt shows, the newest ones.
const COMMENTS_MAX: usize = 50;
/// The most of one reason for a repair.
const REASON_BYTES_MAX: usize = 4 * 1024;

/// The built-in templates by file name; a profile overrides one with a file of the same name in its `templates/`.
pub const TEMPLATES: &[(&str, &str)] = &[
    (
        "implement.md.j2",
        include_str!("../../templates/implement.md.j2"),
    ),
    (
        "scheduled.md.j2",
        include_str!("../../templates/scheduled.md.j2"),
    ),
    ("fix.md.j2", include_str!("../../templates/fix.md.j2")),
    (
        "merge-repair.md.j2",
        include_str!("../../templates/merge-repair.md.j2"),
    ),
    ("review.md.j2", include_str!("../../templates/review.md.j2")),
];

/// What the rules of every task are made from; its text is the variable `contract` of the others.
const CONTRACT: (&str, &str) = (
    "contract.md.j2",
    include_str!("../../templates/contract.md.j2"),
);

/// A prompt that could not be made: the template is wrong.
#[derive(thiserror::Error, Debug)]
#[error("the template `{template}` is wrong: {why}")]
pub struct PromptError {
    /// Its file name.
    pub template: &'static str,
    /// What is wrong with it, and in which line.
    pub why: String,
}

/// Everything that a prompt is made from.
#[derive(Debug, Clone)]
pub struct PromptInput<'a> {
    /// The profile.
    pub profile: &'a ProfileId,
    /// The run.
    pub run: &'a RunId,
    /// The item.
    pub item: ItemId,
    /// What is to be done with it.
    pub task: &'a Task,
    /// The item's title.
    pub title: &'a str,
    /// The item's text.
    pub body: &'a str,
    /// Its comments, oldest first.
    pub comments: &'a [Comment],
    /// The branch that the result goes to.
    pub branch: &'a BranchName,
    /// The branch that it is meant for.
    pub base: &'a BranchName,
    /// The commit that the worktree starts from.
    pub start: &'a Sha,
    /// The commit that a pull request is compared with.
    pub base_sha: Option<&'a Sha>,
    /// A commit that was merged into the worktree and left conflicts to be resolved.
    pub merge: Option<&'a Sha>,
    /// What the host has already run in the worktree.
    pub setup: &'a [String],
    /// What the host will run when the agent is done.
    pub verify: &'a [String],
    /// Why the attempt before this one failed.
    pub last_failure: Option<&'a str>,
    /// The profile's own template for this task instead of the built-in one.
    pub template: Option<&'a str>,
}

/// The file name of the template of a task; `merges`: the base was merged in first and left conflicts.
pub const fn template_name(task: &Task, merges: bool) -> &'static str {
    match task {
        Task::Implement => "implement.md.j2",
        Task::Scheduled => "scheduled.md.j2",
        Task::Fix { .. } if merges => "merge-repair.md.j2",
        Task::Fix { .. } => "fix.md.j2",
        Task::Review { .. } => "review.md.j2",
    }
}

/// The prompt of a run.
pub fn render(input: &PromptInput<'_>) -> Result<String, PromptError> {
    let name = template_name(input.task, input.merge.is_some());
    let built_in = || TEMPLATES.iter().find(|(other, _)| *other == name);
    let source = input.template.or_else(|| built_in().map(|(_, text)| *text));
    let mut values = values(input);
    let contract = fill(CONTRACT.0, CONTRACT.1, &values)?;
    values.insert("contract", contract.trim().into());
    let text = fill(name, source.unwrap_or_default(), &values)?;
    Ok(format!("{}\n", text.trim()))
}

type Values = BTreeMap<&'static str, Value>;

fn fill(name: &'static str, source: &str, values: &Values) -> Result<String, PromptError> {
    let mut env = Environment::new();
    env.set_undefined_behavior(UndefinedBehavior::Strict);
    env.set_auto_escape_callback(|_| AutoEscape::None);
    let wrong = |error: minijinja::Error| PromptError {
        template: name,
        why: error.to_string(),
    };
    let syntax = SyntaxConfig::builder()
        .trim_blocks(true)
        .lstrip_blocks(true)
        .build();
    env.set_syntax(syntax.map_err(wrong)?);
    env.render_named_str(name, source, values.clone())
        .map_err(wrong)
}

fn values(input: &PromptInput<'_>) -> Values {
    let title = one_line(input.title, TITLE_BYTES_MAX);
    let body = cleaned(input.body, BODY_BYTES_MAX);
    let (comments, left_out) = newest_comments(input.comments);
    let reasons = match input.task {
        Task::Fix { reasons } => reasons.as_slice(),
        Task::Implement | Task::Scheduled | Task::Review { .. } => &[],
    };
    let reasons: Vec<String> = reasons
        .iter()
        .map(|r| one_line(r, REASON_BYTES_MAX))
        .collect();
    let last_failure = input
        .last_failure
        .map(|why| one_line(why, REASON_BYTES_MAX));
    let untrusted = [title.as_str(), body.as_str()]
        .into_iter()
        .chain(comments.iter().map(|comment| comment["body"].as_str()))
        .chain(reasons.iter().map(String::as_str))
        .chain(last_failure.as_deref());
    let fence = fence(untrusted);
    let stage = match input.task {
        Task::Review { stage } => *stage,
        Task::Implement | Task::Scheduled | Task::Fix { .. } => 0,
    };
    let sha = |sha: Option<&Sha>| sha.map_or(String::new(), Sha::to_string);
    BTreeMap::from([
        ("profile", input.profile.as_str().into()),
        ("run", input.run.as_str().into()),
        ("item", input.item.to_string().into()),
        ("number", input.item.number.into()),
        ("task", input.task.as_str().into()),
        ("stage", stage.into()),
        ("title", title.into()),
        ("body", body.into()),
        ("comments", comments.into()),
        ("comments_left_out", left_out.into()),
        ("reasons", reasons.into()),
        ("last_failure", last_failure.unwrap_or_default().into()),
        ("fence", fence.into()),
        ("branch", input.branch.as_str().into()),
        ("base", input.base.as_str().into()),
        ("start", input.start.as_str().into()),
        ("base_sha", sha(input.base_sha).into()),
        ("merge", sha(input.merge).into()),
        ("setup", input.setup.to_vec().into()),
        ("verify", input.verify.to_vec().into()),
        ("results", results(input.task).into()),
        ("verbs", verbs(input.task).into()),
        ("comment_file", comment_file(input.task).into()),
    ])
}

type Row = BTreeMap<&'static str, String>;

/// The newest comments that fit, oldest first, and how many did not.
fn newest_comments(comments: &[Comment]) -> (Vec<Row>, usize) {
    let mut kept = vec![];
    let mut room = COMMENTS_BYTES_MAX;
    for comment in comments.iter().rev().take(COMMENTS_MAX) {
        let body = cleaned(&comment.body, COMMENT_BYTES_MAX);
        if body.len() > room {
            break;
        }
        room -= body.len();
        kept.push(Row::from([
            (
                "author",
                one_line(&comment.author, TITLE_BYTES_MAX).replace('`', "'"),
            ),
            ("created", comment.created.to_string()),
            ("body", body),
        ]));
    }
    kept.reverse();
    let left_out = comments.len() - kept.len();
    (kept, left_out)
}

/// The legal ends of a task, from the table that the host checks them against.
fn results(task: &Task) -> Vec<Row> {
    let kind = ContractKind::of(task);
    let row = |pair: &Contract| {
        Row::from([
            ("outcome", pair.outcome.to_owned()),
            ("action", pair.action.to_owned()),
            ("when", when(pair.claim).to_owned()),
        ])
    };
    let legal = PAIRS.iter().filter(|pair| pair.kinds.contains(&kind));
    legal.map(row).collect()
}

/// The verbs of `acp report` for a task.
fn verbs(task: &Task) -> Vec<&'static str> {
    let kind = ContractKind::of(task);
    let legal = PAIRS.iter().filter(|pair| pair.kinds.contains(&kind));
    let mut verbs: Vec<&str> = legal.map(|pair| verb(pair.claim)).collect();
    verbs.dedup();
    verbs
}

const fn verb(claim: Claim) -> &'static str {
    match claim {
        Claim::Implemented => "implemented",
        Claim::Blocked => "blocked --detail REASON",
        Claim::Reported { alert: false } => "reported --comment-file FILE",
        Claim::Reported { alert: true } => "reported --alert --comment-file FILE",
        Claim::Approved(_) => "approved --next merge    # or second-review, or human",
        Claim::UpdatedBranch => "updated-branch",
        Claim::NoChangeNeeded => "no-change-needed",
    }
}

const fn when(claim: Claim) -> &'static str {
    use crate::domain::ReviewAction::{AdvanceDoubleCheck2, ApproveAndMerge, AwaitHumanReview};
    match claim {
        Claim::Implemented => "the files in this folder implement the issue",
        Claim::Blocked => "you cannot go on; say why in the comment file",
        Claim::Reported { alert: false } => "you looked and found nothing urgent",
        Claim::Reported { alert: true } => "you looked and a person should know",
        Claim::Approved(AdvanceDoubleCheck2) => "nothing to object; a second review may follow",
        Claim::Approved(ApproveAndMerge) => "nothing to object; you would merge it",
        Claim::Approved(AwaitHumanReview) => "nothing wrong found, but a person should decide",
        Claim::UpdatedBranch => "the files in this folder repair the pull request",
        Claim::NoChangeNeeded => "the pull request is fine as it is",
    }
}

const fn comment_file(task: &Task) -> &'static str {
    match task {
        Task::Implement | Task::Scheduled => "issue-comment.md",
        Task::Fix { .. } | Task::Review { .. } => "pr-comment.md",
    }
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
