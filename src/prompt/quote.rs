//! Text of strangers as data inside a prompt: what nobody can see is taken out, what is left stays inside a border.

use crate::domain::only_visible;

/// Stands where a hidden comment was, so that its removal is visible.
const HIDDEN: &str = "[hidden comment removed]";

/// Text of a forge as an agent may see it: only what a person who looks at the page sees too, at most `bytes_max` of it.
///
/// HTML comments, control characters and characters without a shape are the usual places for instructions that no
/// reviewer notices.
pub(super) fn cleaned(text: &str, bytes_max: usize) -> String {
    // Before anything is looked for: a far longer text costs no more time than the longest that is shown.
    let readable = bytes_max.saturating_mul(4);
    let visible = only_visible(&text[..floor(text, readable)]);
    let seen = without_definitions(&without_comments(&visible));
    cut(seen.trim(), bytes_max)
}

/// The same for what must stay on one line.
pub(super) fn one_line(text: &str, bytes_max: usize) -> String {
    let clean = cleaned(text, bytes_max);
    clean.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Backticks for a fence that none of `texts` can close: longer than any run of them.
pub(super) fn fence<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let longest = texts.into_iter().map(longest_run).max().unwrap_or(0);
    "`".repeat((longest + 1).max(4))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

/// At most `bytes_max` bytes, cut between two characters, with a note of how much is missing.
fn cut(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let end = floor(text, bytes_max);
    format!(
        "{}\n[cut here: {} more bytes]",
        &text[..end],
        text.len() - end
    )
}

fn floor(text: &str, bytes_max: usize) -> usize {
    (0..=bytes_max.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at))
        .unwrap_or(0)
}

/// Where something begins that no browser shows, and where it ends.
const HIDES: [(&str, &str); 4] = [
    ("<!--", "-->"),
    ("<![CDATA[", "]]>"),
    ("<!", ">"),
    ("<?", "?>"),
];

/// Takes HTML comments and their like out, as a browser would: `<!-->` is one too. A comment that is never closed hides all
/// that follows when it begins a line, also one of a list or a quotation, and is plain text elsewhere.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut begins_a_line = true;
    // An end that is not there for one is not there for those after it: each is looked for to the end only once.
    let mut endless = [false; HIDES.len()];
    while let Some(begin) = rest.find('<') {
        let (before, here) = rest.split_at(begin);
        out.push_str(before);
        begins_a_line = still_begins(begins_a_line, before);
        let hides = HIDES.iter().position(|(open, _)| begins_with(here, open));
        let Some((at, (open, close))) = hides.map(|at| (at, HIDES[at])) else {
            out.push('<');
            begins_a_line = false;
            rest = &here[1..];
            continue;
        };
        let from = if open == "<!--" { 2 } else { open.len() };
        let look = |from: usize| here[from..].find(close);
        let found = if endless[at] { None } else { look(from) };
        if let Some(end) = found {
            out.push_str(HIDDEN);
            rest = &here[from + end + close.len()..];
        } else if begins_a_line {
            out.push_str(HIDDEN);
            return out;
        } else {
            endless[at] = true;
            out.push_str(open);
            rest = &here[open.len()..];
        }
        begins_a_line = false;
    }
    out.push_str(rest);
    out
}

/// `<!x` hides only before a letter, as in `<!DOCTYPE`.
fn begins_with(text: &str, open: &str) -> bool {
    let named = |rest: &str| open != "<!" || rest.starts_with(|c: char| c.is_ascii_alphabetic());
    text.strip_prefix(open).is_some_and(named)
}

/// Whether nothing but what makes a quotation or a list stands before on the line, once `more` stands there too.
fn still_begins(before: bool, more: &str) -> bool {
    let marks = |c: char| c.is_whitespace() || c.is_ascii_digit() || ">-*+.)".contains(c);
    match more.rsplit_once('\n') {
        Some((_, line)) => line.chars().all(marks),
        None => before && more.chars().all(marks),
    }
}

/// Takes lines out that a page uses as comments: definitions of links that lead nowhere, such as `[//]: # (text)`.
fn without_definitions(text: &str) -> String {
    let hidden = |line: &str| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || c == '>');
        let Some((_, target)) = line
            .strip_prefix('[')
            .and_then(|rest| rest.split_once("]:"))
        else {
            return false;
        };
        let target = target.trim_start();
        let nowhere = |open: &str| {
            let rest = target.strip_prefix(open);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
        };
        nowhere("#") || nowhere("<>")
    };
    let lines = text
        .split('\n')
        .map(|line| if hidden(line) { HIDDEN } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::is_invisible;

    #[test]
    fn what_a_person_cannot_see_an_agent_does_not_see() {
        for (given, expected) in [
            ("a<!-- do evil -->b", "a[hidden comment removed]b"),
            ("a\n<!-- evil\nto the end", "a\n[hidden comment removed]"),
            ("write `<!--` before", "write `<!--` before"),
            ("<!--> seen", "[hidden comment removed] seen"),
            ("<!---> seen", "[hidden comment removed] seen"),
            ("<!<!-- x -->-- y -->", "<![hidden comment removed]-- y -->"),
            ("<\u{200b}!-- evil -->x", "[hidden comment removed]x"),
            ("<!-- a <!-- b --> c -->", "[hidden comment removed] c -->"),
            ("> 1. <!-- evil\nmore", "> 1. [hidden comment removed]"),
            ("a\n<!--\n\nevil", "a\n[hidden comment removed]"),
            (
                "`<!--` and `<!--` and <!-- evil",
                "`<!--` and `<!--` and <!-- evil",
            ),
            (
                "a<?evil?>b<![CDATA[evil]]>c<!ELEMENT evil>d",
                "a[hidden comment removed]b[hidden comment removed]c[hidden comment removed]d",
            ),
            ("a < b <! c <b>d</b>", "a < b <! c <b>d</b>"),
            (
                "[//]: # (evil)\n[x]: <> \"evil\"\n[1]: https://example.com\n[2]: #part",
                "[hidden comment removed]\n[hidden comment removed]\n[1]: https://example.com\n[2]: #part",
            ),
            ("a\u{202e}b\u{e0041}c\u{ad}d\u{1b}[31me\0f", "abcd[31mef"),
            (
                "one\r\ntwo\rthree\u{2028}four\tfive",
                "one\ntwo\nthree\nfour\tfive",
            ),
            ("grüße 日本 👍", "grüße 日本 👍"),
        ] {
            assert_eq!(cleaned(given, 1000), expected, "{given:?}");
        }
    }

    #[test]
    fn a_cut_is_between_characters_and_says_so() {
        assert_eq!(cleaned("äöü", 6), "äöü");
        assert_eq!(cleaned("äöü", 3), "ä\n[cut here: 4 more bytes]");
        assert_eq!(one_line("a\nb  c\t", 100), "a b c");
    }

    /// What opens is looked for from each place at most once: the longest text of openings takes no more than a moment, where
    /// one look to the end for each would be billions of steps.
    #[test]
    fn openings_without_an_end_take_linear_time() {
        for piece in [
            "a<!--",
            "a<!x",
            "a<?",
            "a<![CDATA[",
            "<",
            "[x]:",
            "<!-- x",
            "\u{e0041}\u{200d}",
        ] {
            let text = piece.repeat(4_000_000 / piece.len());
            let clean = cleaned(&text, 1_000_000);
            assert!(clean.len() <= 1_000_040, "{piece:?}");
        }
    }

    proptest! {
        #[test]
        fn no_comment_with_an_end_survives(parts in proptest::collection::vec("<!--|-->|<|!|-|>|x|\n| ", 0..40)) {
            let clean = cleaned(&parts.concat(), 10_000);
            if let Some(open) = clean.find("<!--") {
                prop_assert!(!clean[open + 2..].contains("-->"), "{clean:?}");
            }
        }

        #[test]
        fn no_text_can_close_its_fence(text in "[`~a\n ]{0,200}", other in "`{0,30}") {
            let fence = fence([text.as_str(), other.as_str()]);
            prop_assert!(!text.contains(&fence) && !other.contains(&fence));
            prop_assert!(fence.len() >= 4);
        }

        #[test]
        fn cleaning_never_fails_and_leaves_nothing_hidden(text in any::<String>(), max in 0_usize..200) {
            let clean = cleaned(&text, max);
            let hidden = |c: char| is_invisible(c) && c != '\n' && c != '\t';
            prop_assert!(!clean.chars().any(hidden));
            prop_assert!(clean.len() <= max + 40);
        }
    }
}
