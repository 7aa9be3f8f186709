//! Text of strangers as data inside a prompt: what nobody can see is taken out, what is left stays inside a border.

/// Stands where a hidden comment was, so that its removal is visible.
const HIDDEN: &str = "[hidden comment removed]";

/// Text of a forge as an agent may see it: only what a person who looks at the page sees too, at most `bytes_max` of it.
///
/// HTML comments, control characters and characters without a shape are the usual places for instructions that no
/// reviewer notices.
pub(super) fn cleaned(text: &str, bytes_max: usize) -> String {
    // Before anything is looked for: a far longer text costs no more time than the longest that is shown.
    let readable = bytes_max.saturating_mul(4);
    let visible = without_invisible(&text[..floor(text, readable)]);
    cut(without_comments(&visible).trim(), bytes_max)
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

fn without_invisible(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    text.chars()
        .filter_map(|c| match c {
            '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => Some('\n'),
            '\n' | '\t' => Some(c),
            c if c.is_control() || is_invisible(c) => None,
            c => Some(c),
        })
        .collect()
}

/// Characters without a shape of their own: joiners, direction marks, fillers, selectors and tags.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Takes HTML comments out, as a browser would: `<!-->` is one too. One that is never closed hides all that follows when
/// it begins a line, and is plain text elsewhere.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find("<!--") {
        let (before, comment) = rest.split_at(begin);
        out.push_str(before);
        match comment[2..].find("-->") {
            Some(end) => {
                out.push_str(HIDDEN);
                rest = &comment[2 + end + 3..];
            }
            None if begins_a_line(&out) => {
                out.push_str(HIDDEN);
                return out;
            }
            None => {
                out.push_str(comment);
                return out;
            }
        }
    }
    out.push_str(rest);
    out
}

fn begins_a_line(before: &str) -> bool {
    before
        .rsplit('\n')
        .next()
        .is_none_or(|line| line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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

    proptest! {
        #[test]
        fn no_text_can_close_its_fence(text in "[`~a\n ]{0,200}", other in "`{0,30}") {
            let fence = fence([text.as_str(), other.as_str()]);
            prop_assert!(!text.contains(&fence) && !other.contains(&fence));
            prop_assert!(fence.len() >= 4);
        }

        #[test]
        fn cleaning_never_fails_and_leaves_nothing_hidden(text in any::<String>(), max in 0_usize..200) {
            let clean = cleaned(&text, max);
            let hidden = |c: char| (c.is_control() && c != '\n' && c != '\t') || is_invisible(c);
            prop_assert!(!clean.chars().any(hidden));
            prop_assert!(clean.len() <= max + 40);
        }
    }
}
