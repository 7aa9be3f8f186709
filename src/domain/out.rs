//! The files that an agent may leave in `ACP_OUT`, and the lines of those that hold lines.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::ItemKind;

/// The result as `KEY=VALUE` lines.
pub const RESULT_ENV: &str = "result.env";
/// The result as JSON.
pub const RESULT_JSON: &str = "result.json";
/// What to say on the issue.
pub const ISSUE_COMMENT: &str = "issue-comment.md";
/// What to say on the pull request.
pub const PR_COMMENT: &str = "pr-comment.md";
/// The text of the pull request.
pub const PR_BODY: &str = "pr-body.md";
/// The message of the commit.
pub const COMMIT_MESSAGE: &str = "commit-message.txt";
/// What was verified: one [`Verification`] a line.
pub const VERIFICATION: &str = "verification.jsonl";
/// Follow-up issues that are asked for: one [`FollowUp`] a line.
pub const FOLLOW_UPS: &str = "follow-ups.jsonl";

/// The largest comment or body; forges take 65,536 characters, and acp adds a marker.
pub const TEXT_BYTES_MAX: usize = 60 * 1024;
/// The largest file of lines.
pub const LINES_BYTES_MAX: usize = 1024 * 1024;
/// The most follow-up issues that one run may ask for.
pub const FOLLOW_UPS_MAX: usize = 5;
/// The longest title of a follow-up issue, in characters.
pub const TITLE_CHARS_MAX: usize = 200;

/// The file for a comment on an item.
pub const fn comment_file(kind: ItemKind) -> &'static str {
    match kind {
        ItemKind::Issue => ISSUE_COMMENT,
        ItemKind::Pr => PR_COMMENT,
    }
}

/// Whether something passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PassFail {
    /// It did.
    Pass,
    /// It did not.
    Fail,
}

/// One command that was run to verify the work, as the agent says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// When it ended.
    pub timestamp: Timestamp,
    /// How.
    pub status: PassFail,
    /// The command as a shell would take it.
    pub command: String,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A follow-up issue that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    /// When it was asked for.
    pub timestamp: Timestamp,
    /// Its title.
    pub title: String,
    /// Its body.
    pub body: String,
}
