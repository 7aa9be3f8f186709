//! Text that acp writes to a forge in its own words.

use super::defuse::{defuse, defuse_within};
use crate::domain::bounds::BODY_CHARS_MAX;
use crate::domain::{ItemKind, Run, RunFindings};

/// Room for the marker that every forge adds, with the blank line before it.
pub(super) const MARKER_CHARS_MAX: usize = 64;

/// One line of at most `max` characters, without control characters.
pub fn one_line(text: &str, max: usize) -> String {
    let clean = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out: String = clean
        .chars()
        .filter(|c| !c.is_control())
        .take(max)
        .collect();
    if clean.chars().count() > max {
        out.pop();
        out.push('…');
    }
    out
}

/// The one comment on an item that a run's end blocks. `advice`: what a person should do about the failure that did it.
pub fn blocked_comment(
    run: &Run,
    findings: &RunFindings,
    reason: &str,
    advice: Option<&str>,
) -> String {
    use std::fmt::Write as _;
    let mut body = blocked_item_comment(reason);
    if let Some(advice) = advice {
        let _ = write!(body, "\n\nWhat a person should do: {advice}.");
    }
    if let Some(text) = &findings.comment {
        body.push_str("\n\nThe agent's own words:\n\n");
        body.push_str(&quoted(&defuse(text)));
    }
    let kind = match run.item.kind {
        ItemKind::Issue => "issue",
        ItemKind::Pr => "pull request",
    };
    let _ = write!(
        body,
        "\n\nLast run on this {kind}: `{}`; see `acp run log {}`.",
        run.id, run.id
    );
    body
}

/// The comment on an item that acp gives up.
pub fn blocked_item_comment(reason: &str) -> String {
    format!(
        "### Blocked\n\n{}\n\nNothing more is tried until a person removes the label `agent-blocked`.",
        defuse(reason)
    )
}

/// The comment that a run on a scheduled issue ends with: the agent's report, and what acp knows of it.
pub fn scheduled_comment(run: &Run, findings: &RunFindings, alert: bool, summary: &str) -> String {
    use std::fmt::Write as _;
    let mut end = String::new();
    match findings.facts.files.as_deref() {
        Some([]) => {}
        files => {
            let count = match files.map(<[_]>::len) {
                Some(1) => "1 file".to_owned(),
                Some(many) => format!("{many} files"),
                None => "files".to_owned(),
            };
            let _ = write!(
                end,
                "\n\nThe run changed {count}. A scheduled run publishes no change: it is kept in a bundle in `history/` on \
                 the machine that ran it."
            );
        }
    }
    let _ = write!(
        end,
        "\n\n---\n\nRun `{}` of agent `{}`; see `acp run show {}`.",
        run.id, run.agent, run.id
    );
    let head = if alert {
        "### Alert\n\n"
    } else {
        "### Report\n\n"
    };
    let room = BODY_CHARS_MAX.saturating_sub(head.len() + end.chars().count() + MARKER_CHARS_MAX);
    let words = findings.comment.as_deref().unwrap_or(summary);
    format!("{head}{}{end}", defuse_within(words, room))
}

fn quoted(text: &str) -> String {
    text.lines()
        .map(|line| format!("> {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_harmless_says_what_was_changed_and_fits_a_forge() {
        let run = super::super::testing::run("x");
        let mut findings = RunFindings::default();
        findings.facts.files = Some(vec![]);
        let body = scheduled_comment(&run, &findings, false, "fixes #3 for @ann");
        assert!(body.starts_with("### Report\n\n") && !body.contains("changed"));
        assert!(
            !body.contains("fixes #3") && !body.contains("@ann"),
            "{body}"
        );
        findings.comment = Some("<!-- acp:0123456789abcdef -->```\nä".repeat(60_000));
        findings.facts.files = None;
        let body = scheduled_comment(&run, &findings, true, "short");
        assert!(body.starts_with("### Alert\n\n") && body.contains("The run changed files."));
        assert!(body.ends_with(&format!("see `acp run show {}`.", run.id)));
        assert!(!body.contains("<!-- acp:"));
        assert!(body.chars().count() + MARKER_CHARS_MAX <= BODY_CHARS_MAX);
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\n b\t\u{7}c", 80), "a b c");
        assert_eq!(one_line("abcdef", 3), "ab…");
    }
}
