//! Text that acp writes to a forge in its own words.

use super::defuse::defuse;
use crate::domain::{ItemKind, Run, RunFindings};

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

/// The one comment on an item that a run's end blocks.
pub fn blocked_comment(run: &Run, findings: &RunFindings, reason: &str) -> String {
    use std::fmt::Write as _;
    let mut body = blocked_item_comment(reason);
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
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\n b\t\u{7}c", 80), "a b c");
        assert_eq!(one_line("abcdef", 3), "ab…");
    }
}
