//! Merging. The server is told which head was judged and refuses any other. What it answers when it refuses is meant for
//! people and differs by version, so the decision rests on what is there afterwards.

use serde_json::json;

use super::Gitea;
use super::find::merged;
use super::read::{ITEM_PAGES_MAX, PAGE};
use super::shape;
use crate::domain::{Applied, CheckState, Intent, ItemId, MergeMethod, Mergeable, Sha};
use crate::forge::ForgeError;
use crate::forge::model::{head_moved, missing, refused, tried};
use crate::forge::remote::Cost;
use crate::http::Method;

/// The trailer of commits that names the run.
const RUN_TRAILER: &str = "Acp-Run:";
/// The most trailers that a message takes.
const TRAILERS_MAX: usize = 20;

impl Gitea {
    /// Merges the pull request of `intent` at `head`, or finds it merged there.
    pub(super) fn merge(
        &self,
        intent: &Intent,
        head: &Sha,
        method: MergeMethod,
    ) -> Result<Applied, ForgeError> {
        let number = Self::pr_number(intent)?;
        let pull = self.pull(number)?;
        let pull = pull.ok_or_else(|| missing(ItemId::pr(number)))?;
        if let Some(applied) = self.stands(intent, &pull, head)? {
            return Ok(applied);
        }
        let (how, title, message) = match method {
            MergeMethod::Squash => {
                let title = format!("{} (#{number})", self.drafts.plain(&pull.title));
                ("squash", title, self.run_trailers(number)?.join("\n"))
            }
            MergeMethod::Merge => ("merge", String::new(), String::new()),
            MergeMethod::Rebase => ("rebase", String::new(), String::new()),
        };
        let body = json!({
            "Do": how,
            "head_commit_id": head.as_str(),
            "MergeTitleField": title,
            "MergeMessageField": message,
        });
        let path = self.at(&format!("/pulls/{number}/merge"));
        match self.write(intent, Cost::Write, Method::Post, &path, &body) {
            Ok(_) => {
                // It is merged, whatever becomes of the question for the commit.
                let now = self.pull(number).ok().flatten();
                Ok(now.map_or(Applied::Merged { commit: None }, |pull| merged(&pull)))
            }
            Err(error @ (ForgeError::Refused { .. } | ForgeError::Forbidden { .. })) => {
                self.after_refusal(intent, head, error)
            }
            Err(error) => Err(error),
        }
    }

    /// Whether the pull request is merged at `head` already; refused when it cannot be, whatever the server says.
    fn stands(
        &self,
        intent: &Intent,
        pull: &shape::Pull,
        head: &Sha,
    ) -> Result<Option<Applied>, ForgeError> {
        if pull.merged {
            let at = self.merged_head(pull)?;
            if at.as_ref() == Some(head) {
                return Ok(Some(merged(pull)));
            }
            let at = at.as_ref().map_or("another head", Sha::as_str);
            return Err(refused(intent, format!("it was merged at {at}")));
        }
        if !pull.is_open() {
            return Err(refused(intent, "it is closed"));
        }
        if self.drafts.is_draft(pull) {
            return Err(refused(intent, "it is a draft"));
        }
        let found = match pull.head.branch.parse() {
            // The branch itself: what the server says of a deleted one is the last that it was.
            Ok(branch) if !super::pulls::is_elsewhere(pull) => self.tip(&branch)?,
            _ => pull.head.sha.parse().ok(),
        };
        if found.as_ref() != Some(head) {
            return Err(refused(intent, head_moved(head, found.as_ref())));
        }
        Ok(None)
    }

    /// What a refusal means, from how things are now.
    fn after_refusal(
        &self,
        intent: &Intent,
        head: &Sha,
        error: ForgeError,
    ) -> Result<Applied, ForgeError> {
        let number = Self::pr_number(intent)?;
        let pull = self.pull(number)?;
        let pull = pull.ok_or_else(|| missing(ItemId::pr(number)))?;
        if let Some(applied) = self.stands(intent, &pull, head)? {
            return Ok(applied);
        }
        let ForgeError::Refused { why, .. } = &error else {
            return Err(error);
        };
        let later = |plain: &str| ForgeError::Unavailable {
            tried: tried(intent),
            why: format!("{plain}: {why}"),
        };
        let base = &pull.base.branch;
        let said = why.to_lowercase();
        let conflicts = match pull.base.sha.parse() {
            Ok(base) => self.mergeable(&pull, &base, head),
            Err(_) => Mergeable::Unknown,
        };
        if conflicts == Mergeable::No {
            let why = format!("it conflicts with {base}, and the server names no files: {why}");
            return Err(refused(intent, why));
        }
        if said.contains("try again") || said.contains("out of date") {
            return Err(later("the server is not done with it"));
        }
        if said.contains("status check") && self.has_pending(head)? {
            return Err(later("required checks are not finished"));
        }
        if said.contains("conflict") || said == "status 409" {
            let why = format!("it conflicts with {base}: {why}");
            return Err(refused(intent, why));
        }
        let plain = PLAIN.iter().find(|(words, _)| said.contains(words));
        Err(match plain {
            Some((_, plain)) => refused(intent, format!("{plain}: {why}")),
            None => error,
        })
    }

    /// Whether a check of a commit is not finished, or none has begun.
    fn has_pending(&self, head: &Sha) -> Result<bool, ForgeError> {
        let checks = self.checks(head)?;
        let pending = checks.iter().any(|c| c.state == CheckState::Pending);
        let bad = checks.iter().any(|c| c.state == CheckState::Failure);
        Ok(pending || !bad)
    }

    /// The lines of the commits of a pull request that name acp's runs, each once.
    fn run_trailers(&self, number: u64) -> Result<Vec<String>, ForgeError> {
        let path = self.at(&format!(
            "/pulls/{number}/commits?verification=false&files=false&limit={PAGE}"
        ));
        let tried = format!("list the commits of pr/{number}");
        let commits = match self.list::<shape::Commit>(&tried, &path, ITEM_PAGES_MAX) {
            Ok(commits) => commits,
            // A merge does not wait for what its message would say.
            Err(ForgeError::Missing { .. } | ForgeError::Unreadable { .. }) => return Ok(vec![]),
            Err(error) => return Err(error),
        };
        let mut trailers: Vec<String> = vec![];
        // The newest comes first.
        for commit in commits.entries.iter().rev() {
            for line in trailer_lines(&commit.message) {
                if trailers.len() < TRAILERS_MAX && !trailers.iter().any(|there| there == line) {
                    trailers.push(line.to_owned());
                }
            }
        }
        Ok(trailers)
    }
}

/// What a person has to do about words of the server.
const PLAIN: [(&str, &str); 8] = [
    (
        "not allowed to merge",
        "the account of the token may not merge into this branch",
    ),
    ("enough approvals", "the branch wants more approvals"),
    ("review", "the branch wants a review"),
    (
        "behind the base",
        "the branch wants the head to be brought up to date first",
    ),
    ("status check", "the branch wants checks that are not green"),
    ("protected", "the branch is protected"),
    ("signed", "the branch wants signed commits"),
    (
        "merge style",
        "the repository does not allow this method of merging",
    ),
];

/// The lines of the last paragraph that name a run.
fn trailer_lines(message: &str) -> impl Iterator<Item = &str> {
    let last = message.trim_end().rsplit("\n\n").next().unwrap_or("");
    let lines = last.lines().map(str::trim);
    lines.filter(|line| line.starts_with(RUN_TRAILER))
}
