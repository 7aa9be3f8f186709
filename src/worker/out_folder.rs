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
pub(super) const MESSAGE_CHARS_MAX: usize = 16_000;
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
    durable::create_quick_dir(path)?;
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
    Failure::new(
        FailureClass::BrokenContract,
        format!("`{name}` in ACP_OUT {what}").replace("`.acp` in ACP_OUT", "ACP_OUT"),
    )
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
        let wrong = |name: &str, error: &dyn std::fmt::Display| {
            Failure::new(FailureClass::BrokenContract, format!("`{name}`: {error}"))
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

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    struct Out {
        dir: tempfile::TempDir,
    }

    impl Out {
        fn new() -> Self {
            let dir = tempfile::tempdir().unwrap();
            make_fresh(&dir.path().join(".acp"), b"the task").unwrap();
            Self { dir }
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.dir.path().join(".acp").join(name)
        }

        fn put(&self, name: &str, text: &str) {
            durable::write_quick(&self.path(name), text.as_bytes()).unwrap();
        }

        fn read(&self) -> Result<Left, Failure> {
            read(
                &self.dir.path().join(".acp"),
                ItemKind::Issue,
                &Redactor::default(),
            )
        }

        fn refused(&self) -> String {
            let failure = self.read().unwrap_err();
            assert_eq!(failure.class, FailureClass::BrokenContract);
            failure.detail
        }
    }

    const ALL_FILES: [&str; 7] = [
        "result.env",
        "result.json",
        "issue-comment.md",
        "pr-body.md",
        "commit-message.txt",
        "verification.jsonl",
        "follow-ups.jsonl",
    ];

    #[test]
    fn a_fresh_folder_says_nothing() {
        let out = Out::new();
        assert_eq!(out.read(), Ok(Left::default()));
        assert_eq!(std::fs::read(out.path("prompt.md")).unwrap(), b"the task");
        durable::remove_tree(&out.dir.path().join(".acp")).unwrap();
        assert_eq!(out.read(), Ok(Left::default()));
    }

    #[test]
    fn making_it_fresh_follows_no_link() {
        let out = Out::new();
        let kept = out.dir.path().join("kept");
        durable::create_dirs(&kept).unwrap();
        durable::write_quick(&kept.join("file"), b"work").unwrap();
        let path = out.dir.path().join(".acp");
        durable::remove_tree(&path).unwrap();
        symlink(&kept, &path).unwrap();
        make_fresh(&path, b"new").unwrap();
        assert!(path.symlink_metadata().unwrap().is_dir());
        assert_eq!(std::fs::read_dir(&kept).unwrap().count(), 1);
        symlink(&kept, path.join("link")).unwrap();
        make_fresh(&path, b"new").unwrap();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
        assert!(kept.join("file").exists());
    }

    #[test]
    fn links_pipes_folders_and_devices_are_refused_by_name_and_not_waited_for() {
        for name in ALL_FILES {
            let out = Out::new();
            symlink("/etc/passwd", out.path(name)).unwrap();
            let said = out.refused();
            assert_eq!(said, format!("`{name}` in ACP_OUT is not a regular file"));

            let out = Out::new();
            let fifo = out.path(name);
            let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
            let kind = rustix::fs::FileType::Fifo;
            rustix::fs::mknodat(rustix::fs::CWD, &fifo, kind, mode, 0).unwrap();
            assert!(out.refused().contains("not a regular file"));

            let out = Out::new();
            durable::create_dirs(&out.path(name)).unwrap();
            assert!(out.refused().contains("not a regular file"));

            let out = Out::new();
            symlink("/dev/zero", out.path(name)).unwrap();
            assert!(out.refused().contains("not a regular file"));
        }
    }

    #[test]
    fn huge_files_are_refused_without_reading_them() {
        for name in ALL_FILES {
            let out = Out::new();
            out.put(name, "");
            let file = std::fs::OpenOptions::new().write(true).open(out.path(name));
            file.unwrap().set_len(100 << 30).unwrap();
            assert!(out.refused().contains("is larger than"), "{name}");
        }
    }

    #[test]
    fn a_folder_that_is_a_link_or_a_file_is_refused() {
        let out = Out::new();
        let path = out.dir.path().join(".acp");
        durable::remove_tree(&path).unwrap();
        symlink("/etc", &path).unwrap();
        assert_eq!(out.refused(), "ACP_OUT is not a folder");
        durable::remove_tree(&path).unwrap();
        durable::write_quick(&path, b"").unwrap();
        assert_eq!(out.refused(), "ACP_OUT is not a folder");
    }

    #[test]
    fn texts_are_cut_between_characters_and_lose_what_acp_would_believe() {
        let out = Out::new();
        out.put("issue-comment.md", &"ä".repeat(TEXT_CHARS_MAX + 1));
        out.put(
            "pr-body.md",
            "<!--\tACP:0123 -->a\0b\u{1b}[2Jc<!-- note -->\r\n",
        );
        out.put("commit-message.txt", " \n");
        let left = out.read().unwrap();
        let comment = left.comment.unwrap();
        assert!(comment.ends_with(CUT) && comment.starts_with('ä'));
        assert_eq!(comment.chars().count(), TEXT_CHARS_MAX + CUT.len());
        let body = "&lt;!--\tACP:0123 -->ab[2Jc<!-- note -->";
        assert_eq!(left.pr_body.as_deref(), Some(body));
        assert_eq!(left.message, None);
    }

    #[test]
    fn follow_ups_are_few_and_short_and_bad_lines_are_passed_over() {
        let out = Out::new();
        let line = |title: &str| {
            let record =
                serde_json::json!({"timestamp":"2026-11-21T03:20:00Z","title":title,"body":"b"});
            format!("{record}\n")
        };
        let mut text = format!("nonsense\n{{}}\n{}", line(" \n "));
        for n in 0..9 {
            text.push_str(&line(&format!("title\n{n}{}", "x".repeat(300))));
        }
        out.put("follow-ups.jsonl", &text);
        let left = out.read().unwrap();
        assert_eq!(left.follow_ups.len(), FOLLOW_UPS_MAX);
        assert!(left.follow_ups[0].0.starts_with("title 0xx"));
        assert!(
            left.follow_ups
                .iter()
                .all(|(title, _)| title.chars().count() == TITLE_CHARS_MAX)
        );
    }

    #[test]
    fn a_result_with_a_mistake_says_where() {
        let out = Out::new();
        out.put("result.env", "OUTCOME=implemented\nnonsense\n");
        assert_eq!(
            out.refused(),
            "`result.env`: line 2 of the result is not KEY=VALUE"
        );
    }
}
