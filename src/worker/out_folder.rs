//! `ACP_OUT`: made fresh before an agent starts, read after it has ended. Everything in it is the agent's.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::contract::{RESULT_BYTES_MAX, ResultFile, parse_result_env, parse_result_json};
use crate::domain::out::{
    self, COMMIT_MESSAGE, FOLLOW_UPS, FOLLOW_UPS_MAX, FollowUp, LINES_BYTES_MAX, PR_BODY, PassFail,
    RESULT_ENV, RESULT_JSON, TITLE_CHARS_MAX, VERIFICATION, Verification,
};
use crate::domain::{Failure, FailureClass, ItemKind};
use crate::durable::{self, DurableError, OpenDir};
use crate::proc::Redactor;

use super::WorkerError;

/// More than any text for people may have before it is cut.
const TEXT_FILE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Characters of a comment or body; forges take 65,536, and acp adds its own.
const TEXT_CHARS_MAX: usize = 60_000;
/// Characters of a commit message.
const MESSAGE_CHARS_MAX: usize = 16_000;
/// What is added where a text was cut.
const CUT: &str = "\n\n[cut: the rest was too long]";

/// What an agent left.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Left {
    pub(super) result: Option<ResultFile>,
    pub(super) comment: Option<String>,
    pub(super) pr_body: Option<String>,
    pub(super) message: Option<String>,
    /// Its own checks: at least one command passed, and none was failing last.
    pub(super) verified: bool,
    pub(super) follow_ups: Vec<(String, String)>,
}

/// Makes the folder `path` anew, with the prompt in it and nothing else. What the repository, a setup command or an
/// earlier try had there is removed, links without following them.
pub(super) fn make_fresh(path: &Path, prompt: &[u8]) -> Result<(), WorkerError> {
    durable::remove_tree(path)?;
    durable::create_dirs(path)?;
    durable::write_quick(&path.join("prompt.md"), prompt)?;
    Ok(())
}

/// Reads the folder. What is not as the contract says is a failure of the agent, in words that name the file.
pub(super) fn read(path: &Path, kind: ItemKind, redact: &Redactor) -> Result<Left, Failure> {
    let Some(dir) = OpenDir::open(path).map_err(|error| broken(".acp", &error))? else {
        return Ok(Left::default());
    };
    let folder = Folder { dir, redact };
    Ok(Left {
        result: folder.result()?,
        comment: folder.text(out::comment_file(kind), TEXT_CHARS_MAX)?,
        pr_body: folder.text(PR_BODY, TEXT_CHARS_MAX)?,
        message: folder.text(COMMIT_MESSAGE, MESSAGE_CHARS_MAX)?,
        verified: folder.verified()?,
        follow_ups: folder.follow_ups()?,
    })
}

fn broken(name: &str, error: &DurableError) -> Failure {
    let what = match error {
        DurableError::Damaged { detail, .. } => format!("is {detail}"),
        DurableError::TooLarge { limit_bytes, .. } => format!("is larger than {limit_bytes} bytes"),
        DurableError::Io { source, .. } => format!("cannot be read: {source}"),
        other => format!("cannot be read: {other}"),
    };
    Failure {
        class: FailureClass::BrokenContract,
        detail: format!("`{name}` in ACP_OUT {what}").replace("`.acp` in ACP_OUT", "ACP_OUT"),
    }
}

struct Folder<'a> {
    dir: OpenDir,
    redact: &'a Redactor,
}

impl Folder<'_> {
    fn bytes(&self, name: &str, max: usize) -> Result<Option<Vec<u8>>, Failure> {
        let limit = u64::try_from(max).unwrap_or(u64::MAX);
        self.dir
            .read(name, limit)
            .map_err(|error| broken(name, &error))
    }

    fn result(&self) -> Result<Option<ResultFile>, Failure> {
        let wrong = |name: &str, error: &dyn std::fmt::Display| Failure {
            class: FailureClass::BrokenContract,
            detail: format!("`{name}`: {error}"),
        };
        let env = self.bytes(RESULT_ENV, RESULT_BYTES_MAX)?;
        let env = env.map(|bytes| parse_result_env(&bytes)).transpose();
        let env = env.map_err(|error| wrong(RESULT_ENV, &error))?;
        let json = self.bytes(RESULT_JSON, RESULT_BYTES_MAX)?;
        let json = json.map(|bytes| parse_result_json(&bytes)).transpose();
        let json = json.map_err(|error| wrong(RESULT_JSON, &error))?;
        if let (Some(env), Some(json)) = (&env, &json) {
            let says = |result: &ResultFile, key| result.get(key).map(str::to_owned);
            if ["OUTCOME", "ACTION"]
                .iter()
                .any(|key| says(env, key) != says(json, key))
            {
                let both = format!("`{RESULT_JSON}` says otherwise");
                return Err(wrong(RESULT_ENV, &both));
            }
        }
        Ok(env.or(json))
    }

    /// A text for people or a commit, ready to leave this machine: no secrets, no marker of acp, not too long.
    fn text(&self, name: &str, chars_max: usize) -> Result<Option<String>, Failure> {
        let Some(bytes) = self.bytes(name, TEXT_FILE_BYTES_MAX)? else {
            return Ok(None);
        };
        let text = publishable(&String::from_utf8_lossy(&bytes), self.redact, chars_max);
        Ok((!text.is_empty()).then_some(text))
    }

    fn verified(&self) -> Result<bool, Failure> {
        let Some(bytes) = self.bytes(VERIFICATION, LINES_BYTES_MAX)? else {
            return Ok(false);
        };
        let mut last = BTreeMap::new();
        for line in lines(&bytes) {
            // A line that cannot be read may have been a failure.
            let Ok(check) = serde_json::from_str::<Verification>(line) else {
                return Ok(false);
            };
            last.insert(check.command, check.status);
        }
        let passed = last.values().filter(|s| **s == PassFail::Pass).count();
        Ok(passed > 0 && passed == last.len())
    }

    fn follow_ups(&self) -> Result<Vec<(String, String)>, Failure> {
        let Some(bytes) = self.bytes(FOLLOW_UPS, LINES_BYTES_MAX)? else {
            return Ok(vec![]);
        };
        let asked = lines(&bytes).filter_map(|line| serde_json::from_str::<FollowUp>(line).ok());
        let clean = asked.map(|follow_up| {
            let title = publishable(&follow_up.title, self.redact, TITLE_CHARS_MAX * 4);
            let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
            let title: String = title.chars().take(TITLE_CHARS_MAX).collect();
            let body = publishable(&follow_up.body, self.redact, TEXT_CHARS_MAX);
            (title, body)
        });
        let named = clean.filter(|(title, _)| !title.is_empty());
        Ok(named.take(FOLLOW_UPS_MAX).collect())
    }
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let text = bytes.split(|byte| *byte == b'\n');
    let text = text.map(|line| std::str::from_utf8(line).unwrap_or("not text").trim());
    text.filter(|line| !line.is_empty())
}

/// Text of an agent as it may be published.
pub(super) fn publishable(text: &str, redact: &Redactor, chars_max: usize) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let visible: String = text.chars().filter(kept).collect();
    let clean = without_markers(&redact.redact(&visible));
    let clean = clean.trim();
    match clean.char_indices().nth(chars_max) {
        Some((end, _)) => format!("{}{CUT}", &clean[..end]),
        None => clean.to_owned(),
    }
}

/// A marker tells acp that a write has happened already; one that an agent wrote would make it adopt the wrong thing.
fn without_markers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("<!--") {
        let (before, comment) = rest.split_at(at);
        let inside = comment[4..].trim_start();
        let is_marker = inside
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("acp:"));
        out.push_str(before);
        out.push_str(if is_marker { "&lt;!--" } else { "<!--" });
        rest = &comment[4..];
    }
    out.push_str(rest);
    out
}
