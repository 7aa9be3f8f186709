//! Text that somebody else wrote, made harmless before it is published under acp's name.

use std::borrow::Cow;

use super::text::one_line;
use crate::domain::{only_visible, without_closing};

/// The most characters of foreign text in a comment.
const TEXT_CHARS_MAX: usize = 50_000;
/// What is added where a text was cut.
pub(super) const CUT: &str = "\n\n(cut)";
/// The longest fence around code; a longer one is made this long, so that closing it costs little.
const FENCE_CHARS_MAX: usize = 20;

/// Foreign text as it may be published: no HTML comments (acp's markers are some), no other HTML outside of code, no word
/// that closes an issue, no mention that calls people, nothing invisible, no code block that is left open, at most 50,000
/// characters. What acp writes below it is read as acp wrote it.
pub fn defuse(text: &str) -> String {
    defuse_within(text, TEXT_CHARS_MAX)
}

/// As [`defuse`], with at most `chars_max` characters in all. Where it is cut, it says so.
pub(super) fn defuse_within(text: &str, chars_max: usize) -> String {
    let text = only_visible(text);
    let text = without_html_comments(&text);
    let text = without_mentions(&without_closing(&without_entities(&text)));
    let text = without_html(text.trim());
    let text = text.trim();
    if text.chars().count() <= chars_max {
        let closed = with_fences_closed(text);
        if closed.chars().count() <= chars_max {
            return closed.into_owned();
        }
    }
    let around = CUT.chars().count() + FENCE_CHARS_MAX + 1;
    let kept: String = text
        .chars()
        .take(chars_max.saturating_sub(around))
        .collect();
    format!("{}{CUT}", with_fences_closed(kept.trim_end()))
}

/// Foreign text as one line of at most `max` characters among acp's own: as [`defuse`], and no code either.
pub(super) fn defuse_line(text: &str, max: usize) -> String {
    let line = one_line(&only_visible(text), max).replace('`', "'");
    let line = without_html_comments(&line);
    without_html(&without_mentions(&without_closing(&without_entities(
        &line,
    ))))
}

/// Foreign text as the title of something acp opens: one line that closes nothing and calls nobody. It may become the
/// message of a commit.
pub fn defuse_title(text: &str, max: usize) -> String {
    one_line(
        &without_mentions(&without_closing(&only_visible(text))),
        max,
    )
}

/// An at sign and an invisible character after it, in code too: what counts as code is the forge's to say.
fn without_mentions(text: &str) -> String {
    text.replace('@', "@\u{200b}")
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
    // What stood around a comment may be one now.
    out.replace("<!--", "&lt;!--")
}

/// Without characters that are written by their name or number: they are read as what they stand for.
fn without_entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let name = from[1..].trim_start_matches('#');
        let end = name.find(|c: char| !c.is_ascii_alphanumeric());
        let is_named = end.is_some_and(|end| end > 0 && end <= 32 && name[end..].starts_with(';'));
        let is_ours = from.starts_with("&lt;!--");
        out.push_str(if is_named && !is_ours { "&amp;" } else { "&" });
        rest = &from[1..];
    }
    out.push_str(rest);
    out
}

/// Without tags outside of code: one that is left open would hide or change what comes after it. Code is told as forges
/// tell it, and what they could see otherwise is changed so that they cannot: a block begins in the first column, and a
/// backtick that ends nothing on its line is written by its name.
fn without_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut open: Option<Fence> = None;
    for line in text.split_inclusive('\n') {
        match (open, Fence::of(line)) {
            (None, Some(fence)) => {
                open = Some(fence);
                out.push_str(fence.bounded(line));
            }
            (None, None) => line_without_tags(line, &mut out),
            (Some(before), Some(fence)) if fence.closes(before) => {
                open = None;
                out.push_str(fence.bounded(line));
            }
            (Some(_), _) => out.push_str(line),
        }
    }
    out
}

fn line_without_tags(line: &str, out: &mut String) {
    let mut rest = line;
    while let Some(at) = rest.find(['<', '`']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        if from.starts_with('`') {
            let ticks = run(from, '`');
            let code = inline_code(from, ticks).filter(|_| !before.ends_with('\\'));
            let end = code.unwrap_or(ticks);
            match code {
                Some(_) => out.push_str(&from[..end]),
                None => out.push_str(&"&grave;".repeat(ticks)),
            }
            rest = &from[end..];
        } else {
            let opens =
                from[1..].starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c));
            out.push_str(if opens { "&lt;" } else { "<" });
            rest = &from[1..];
        }
    }
    out.push_str(rest);
}

/// How long the code is that begins with this many backticks, when it ends on this line.
fn inline_code(text: &str, ticks: usize) -> Option<usize> {
    let mut at = ticks;
    while let Some(next) = text[at..].find('`') {
        let closing = run(&text[at + next..], '`');
        at += next + closing;
        if closing == ticks {
            return Some(at);
        }
    }
    None
}

fn run(text: &str, sign: char) -> usize {
    text.len() - text.trim_start_matches(sign).len()
}

/// A line that opens or closes a block of code. One that is further in belongs to a list, and ends with it.
#[derive(Debug, Clone, Copy)]
struct Fence {
    indent: usize,
    sign: char,
    length: usize,
    /// Nothing follows on the line.
    bare: bool,
}

impl Fence {
    fn of(line: &str) -> Option<Self> {
        let indent = run(line, ' ');
        let inner = &line[indent..];
        let sign = inner.chars().next().filter(|c| "`~".contains(*c))?;
        let length = run(inner, sign);
        let info = &inner[length..];
        let is_one = indent <= 3 && length >= 3 && !(sign == '`' && info.contains('`'));
        is_one.then_some(Self {
            indent,
            sign,
            length,
            bare: info.trim().is_empty(),
        })
    }

    fn closes(self, open: Self) -> bool {
        self.sign == open.sign && self.length >= open.length.min(FENCE_CHARS_MAX) && self.bare
    }

    /// The line from the first column, with a fence that is no longer than the longest.
    fn bounded(self, line: &str) -> &str {
        &line[self.indent + self.length.saturating_sub(FENCE_CHARS_MAX)..]
    }
}

/// With a line that closes the block of code that is still open at the end.
fn with_fences_closed(text: &str) -> Cow<'_, str> {
    let mut open: Option<Fence> = None;
    for line in text.lines() {
        match (open, Fence::of(line)) {
            (None, Some(fence)) => open = Some(fence),
            (Some(before), Some(fence)) if fence.closes(before) => open = None,
            _ => {}
        }
    }
    match open {
        None => Cow::Borrowed(text),
        Some(Fence { sign, length, .. }) => {
            let closing = sign.to_string().repeat(length.min(FENCE_CHARS_MAX));
            Cow::Owned(format!("{text}\n{closing}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn nothing_comes_together_from_what_is_taken_out() {
        for hostile in [
            "<!-<!-- x -->- acp:0123456789abcdef -->",
            "<!\u{0}-- acp:0123456789abcdef -->",
            "<\u{200b}!-- acp:0123456789abcdef -->",
            "`<!-`<!-- x -->`- acp:0123456789abcdef -->`",
        ] {
            assert!(!defuse(hostile).contains("<!--"), "{}", defuse(hostile));
        }
        assert_eq!(defuse("Clo\u{200b}ses <!-- x --> #5"), "Closes  issue 5");
        assert_eq!(defuse("Closes&Tab;#5"), "Closes&issue amp;Tab;#5");
        assert_eq!(defuse("C&#108;oses #5"), "C&amp;#108;oses #5");
        assert_eq!(defuse("&commat;ann"), "&amp;commat;ann");
        assert_eq!(defuse("a && &self and x & y"), "a && &self and x & y");
    }

    #[test]
    fn html_is_text_outside_of_code_and_stays_inside() {
        for (given, expected) in [
            ("<details>\nx", "&lt;details>\nx"),
            ("</details><pre>", "&lt;/details>&lt;pre>"),
            ("<?php <![CDATA[", "&lt;?php &lt;![CDATA["),
            ("a < b, 1 <2", "a < b, 1 <2"),
            ("uses `Vec<String>` here", "uses `Vec<String>` here"),
            (
                "a ` <b> and ``c<d>` e``",
                "a ` <b> and ``c<d>` e&grave;&grave;",
            ),
            ("`\n` <b> `", "&grave;\n` <b> `"),
            ("\\` <b> `", "\\&grave; &lt;b> &grave;"),
            (
                "```rust\nVec<u8>\n```\n<b>",
                "```rust\nVec<u8>\n```\n&lt;b>",
            ),
        ] {
            assert_eq!(defuse(given), expected, "{given:?}");
        }
    }

    #[test]
    fn a_block_of_code_ends_where_the_text_ends() {
        assert_eq!(defuse("```\ncode"), "```\ncode\n```");
        assert_eq!(defuse("~~~~ x\n```\ncode"), "~~~~ x\n```\ncode\n~~~~");
        assert_eq!(defuse("a\n  ```\n  code"), "a\n```\n  code\n```");
        assert_eq!(defuse("~~~ a\nb\n~~~ c ~"), "~~~ a\nb\n~~~ c ~\n~~~");
        assert_eq!(defuse("- ```\n  <b>"), "- &grave;&grave;&grave;\n  &lt;b>");
        assert_eq!(defuse("```\ncode\n```"), "```\ncode\n```");
        let long = "`".repeat(4_000);
        assert_eq!(defuse(&long), format!("{0}\n{0}", "`".repeat(20)));
        let cut = defuse_within(&format!("```\n{}\n```\nafter", "x\n".repeat(200)), 100);
        assert!(cut.ends_with("\nx\n```\n\n(cut)"), "{cut}");
        assert!(cut.chars().count() <= 100);
    }

    #[test]
    fn a_line_among_acps_own_is_one_line_without_code() {
        assert_eq!(
            defuse_line("a\n```\n<b> `@ann` fixes #3", 80),
            "a ''' &lt;b> '@\u{200b}ann' fixes issue 3"
        );
        assert_eq!(
            defuse_title("Fix #12: <T> for @ann", 80),
            "Fix issue 12: <T> for @\u{200b}ann"
        );
    }

    proptest! {
        #[test]
        fn whatever_is_written_stays_harmless_and_bounded(
            text in "((<!|--|>|`{1,4}|~~~|<[a-z]|&#?[a-z]{1,3};|fixes|closes|#|@|[ \\n\\x00\u{200b}]|[a-z0-9]){1,3}){0,40}",
            max in 60_usize..200,
        ) {
            let out = defuse_within(&text, max);
            prop_assert!(out.chars().count() <= max);
            prop_assert!(!out.contains("<!--"));
            let named = |part: &str| part.starts_with(|c: char| c.is_alphanumeric());
            let called = out.split('@').skip(1).any(named);
            prop_assert!(!called);
            prop_assert_eq!(with_fences_closed(&out).into_owned(), out.clone());
            let shown = out.replace("&lt;", "<").replace("&grave;", "`");
            prop_assert_eq!(without_closing(&shown), shown);
        }
    }
}
