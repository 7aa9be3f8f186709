//! Merging, and why a merge was refused: what passes by itself is told apart from what a person must change.

use serde_json::json;

use super::Github;
use super::shapes::{MergedDoc, PullDoc, RuleDoc};
use super::write::hidden;
use crate::domain::{Applied, CheckState, Intent, ItemKind, MergeMethod, Sha};
use crate::forge::ForgeError;
use crate::forge::model::{self, head_moved, refused};
use crate::forge::remote::address::escaped_path;
use crate::http::Method;

/// Words of a refusal that passes by itself.
const PASSING: [&str; 7] = [
    "base branch was modified",
    "try the merge again",
    "in progress",
    "is expected",
    "are expected",
    "are pending",
    "is pending",
];

impl Github {
    pub(super) fn merge(
        &self,
        intent: &Intent,
        head: &Sha,
        method: MergeMethod,
    ) -> Result<Applied, ForgeError> {
        let number = match intent.item {
            Some(item) if item.kind == ItemKind::Pr => item.number,
            _ => return Err(refused(intent, "it names no pull request")),
        };
        let method = match method {
            MergeMethod::Squash => "squash",
            MergeMethod::Merge => "merge",
            MergeMethod::Rebase => "rebase",
        };
        let body = json!({"sha": head, "merge_method": method});
        let tail = format!("/pulls/{number}/merge");
        match self.alter(intent, Method::Put, &tail, Some(&body)) {
            Ok(answer) => {
                let unclear = |error: ForgeError| ForgeError::Unknown {
                    tried: model::tried(intent),
                    why: error.to_string(),
                };
                let doc: MergedDoc = answer.read().map_err(unclear)?;
                Ok(Applied::Merged { commit: doc.sha })
            }
            Err(ForgeError::Refused { why, .. }) => self.not_merged(intent, number, head, &why),
            Err(error @ ForgeError::Missing { .. }) => {
                // There, but not to be written, is something else than not there.
                self.pull(number)?;
                Err(hidden(intent, error, "contents: write"))
            }
            Err(error) => Err(error),
        }
    }

    /// What a refusal means, from how the pull request stands.
    fn not_merged(
        &self,
        intent: &Intent,
        number: u64,
        head: &Sha,
        said: &str,
    ) -> Result<Applied, ForgeError> {
        let pull = self.pull(number)?;
        if pull.is_merged() {
            if pull.head.sha == *head {
                let commit = pull.merge_commit_sha;
                return Ok(Applied::Merged { commit });
            }
            return Err(refused(
                intent,
                format!("it was merged at {}", pull.head.sha),
            ));
        }
        if !pull.is_open() {
            return Err(refused(intent, "it is closed"));
        }
        if pull.draft {
            return Err(refused(intent, format!("it is a draft: {said}")));
        }
        if pull.head.sha != *head {
            return Err(refused(intent, head_moved(head, Some(&pull.head.sha))));
        }
        let waits = |why: String| ForgeError::Unavailable {
            tried: model::tried(intent),
            why,
        };
        let lower = said.to_lowercase();
        let failed = lower.contains("failing") || lower.contains("have not succeeded");
        if !failed && PASSING.iter().any(|words| lower.contains(words)) {
            return Err(waits(said.to_owned()));
        }
        let computing = pull.mergeable.is_none() && lower.contains("not mergeable");
        if computing {
            return Err(waits(format!(
                "GitHub does not know yet whether it can be merged: {said}"
            )));
        }
        if pull.mergeable == Some(false) {
            return Err(refused(
                intent,
                format!("it conflicts with its base: {said}"),
            ));
        }
        if failed {
            let pending = self.checks_now(head)?;
            let red = pending.iter().any(|c| c.state == CheckState::Failure);
            if !red && pending.iter().any(|c| c.state == CheckState::Pending) {
                return Err(waits(said.to_owned()));
            }
        }
        let why = self.in_plain_words(&pull, &lower);
        Err(refused(intent, format!("{why}: {said}")))
    }

    fn in_plain_words(&self, pull: &PullDoc, said: &str) -> String {
        let has = |words: &str| said.contains(words);
        if has("merge queue") {
            "this branch takes changes through its merge queue only".to_owned()
        } else if has("approving review") {
            "a person must approve it on GitHub first".to_owned()
        } else if has("changes have been requested") {
            "a review asks for changes".to_owned()
        } else if has("not allowed on this repository") {
            "the repository does not allow this way of merging (policy.merge.method)".to_owned()
        } else if has("not up to date") || pull.mergeable_state.as_deref() == Some("behind") {
            "its branch must be brought up to date with the base first".to_owned()
        } else {
            match self.rules_of(&pull.base.name) {
                rules if rules.is_empty() => "GitHub does not allow it".to_owned(),
                rules => format!("rules of the branch hold it back ({})", rules.join(", ")),
            }
        }
    }

    /// The rules that hold for a branch, by name; none when they cannot be read, since they only explain.
    fn rules_of(&self, branch: &str) -> Vec<String> {
        let path = self.path(format_args!("/rules/branches/{}", escaped_path(branch)));
        let rules = self.client.get("read the rules of a branch", &path);
        let rules = rules.and_then(|answer| answer.read::<Vec<RuleDoc>>());
        let mut names: Vec<String> = rules
            .unwrap_or_default()
            .into_iter()
            .map(|rule| rule.kind.replace('_', " "))
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
