//! Text that acp writes to a forge, and agent text made harmless before it is published under acp's name.

use crate::domain::{ItemKind, RiskScore, Run, RunFindings};

/// The most characters of agent text in a comment or pull request.
const AGENT_TEXT_MAX: usize = 50_000;

/// The words that make a forge close an issue when a number follows.
const CLOSING: &[&str] = &[
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
];

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

/// Agent text as it may be published: no HTML comments (acp's markers are some), no word that closes an issue, no
/// mention that calls people, no control characters, at most 50,000 characters.
pub fn defuse(text: &str) -> String {
    let text = without_html_comments(text);
    let printable = |c: &char| *c == '\n' || *c == '\t' || !c.is_control();
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    let mut last_word = String::new();
    for c in text.chars().filter(printable).take(AGENT_TEXT_MAX) {
        if c.is_alphanumeric() {
            word.push(c);
            out.push(c);
            continue;
        }
        if !word.is_empty() {
            last_word = std::mem::take(&mut word).to_lowercase();
        }
        match c {
            '#' if CLOSING.contains(&last_word.as_str()) => out.push_str("issue "),
            '@' => out.push_str("@\u{200b}"),
            _ => out.push(c),
        }
        if !(c.is_whitespace() || c == ':' || c == '#') {
            last_word.clear();
        }
    }
    if text.chars().count() > AGENT_TEXT_MAX {
        out.push_str("\n\n(cut)");
    }
    out.trim().to_owned()
}

fn without_html_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("<!--") {
        out.push_str(&rest[..start]);
        rest = rest[start..]
            .find("-->")
            .map_or("", |end| &rest[start + end + 3..]);
    }
    out.push_str(rest);
    out
}

/// The body of the pull request that a run opens. It ends with the line that closes the issue; the forge adds the marker.
pub fn pull_body(run: &Run, findings: &RunFindings, risk: &RiskScore, keep_open: bool) -> String {
    use std::fmt::Write as _;
    let mut body = match &findings.pr_body {
        Some(text) if !defuse(text).is_empty() => defuse(text),
        _ => format!(
            "Implements issue {}: {}.",
            run.item.number,
            one_line(&run.title, 200)
        ),
    };
    let _ = write!(
        body,
        "\n\n---\n\nRun `{}` of `{}`, attempt {}.\n",
        run.id, run.agent, run.attempt
    );
    for result in &findings.verify {
        let mark = if result.passed { "passed" } else { "failed" };
        let _ = writeln!(
            body,
            "- check `{}`: {mark}",
            one_line(&result.command.replace('`', "'"), 200)
        );
    }
    let score = risk
        .score
        .map_or("not known".to_owned(), |score| score.to_string());
    let _ = writeln!(body, "- risk: {score} ({})", risk.band.as_str());
    for factor in &risk.factors {
        let reason = one_line(&factor.reason, 300);
        let _ = writeln!(
            body,
            "  - {} +{}: {}",
            factor.name,
            factor.weight,
            defuse(&reason)
        );
    }
    if findings.inferred {
        body.push_str("- the result was inferred: the agent left a change and passing checks, and no result file\n");
    }
    let verb = if keep_open { "Related to" } else { "Closes" };
    let _ = write!(body, "\n{verb} #{}\n", run.item.number);
    body
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
    fn agent_text_cannot_close_mark_or_call() {
        assert_eq!(
            defuse("This fixes #12 and Closes: #3."),
            "This fixes issue 12 and Closes: issue 3."
        );
        assert_eq!(defuse("see #12"), "see #12");
        assert_eq!(defuse("a <!-- acp:0123456789abcdef --> b"), "a  b");
        assert_eq!(defuse("a <!-- never closed"), "a");
        assert!(!defuse("hello @everyone").contains("@everyone"));
        assert_eq!(defuse("a\u{1b}[31mred\u{0}"), "a[31mred");
    }

    #[test]
    fn one_line_is_one_line() {
        assert_eq!(one_line("a\n b\t\u{7}c", 80), "a b c");
        assert_eq!(one_line("abcdef", 3), "ab…");
    }
}
