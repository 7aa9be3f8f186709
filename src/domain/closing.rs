//! The words by which a text closes or reopens an issue when a forge reads it, taken out of texts that acp did not write.

/// The words that make a forge close or reopen an issue when a reference follows.
const WORDS: [&str; 12] = [
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
    "reopen", "reopens", "reopened",
];

/// `text` with a plain word between every word that closes or reopens an issue and the reference that follows it:
/// `fixes #12` becomes `fixes issue 12`. Addresses of issues, `owner/name#12`, `GH-12` and `!12` are references too, and so
/// is one behind markup, such as `Closes **#12**`.
pub fn without_closing(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut closes = false;
    while let Some(c) = rest.chars().next() {
        if c.is_alphanumeric() {
            let end = rest.find(|c: char| !c.is_alphanumeric());
            let word = &rest[..end.unwrap_or(rest.len())];
            if closes && is_reference(rest) {
                out.push_str("issue ");
            }
            out.push_str(word);
            closes = WORDS.iter().any(|known| word.eq_ignore_ascii_case(known));
            rest = &rest[word.len()..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '#' if closes => out.push_str("issue "),
            '!' if closes && rest.starts_with(|c: char| c.is_ascii_digit()) => {
                out.push_str("pull request ");
            }
            _ => out.push(c),
        }
        closes &= is_between(c);
    }
    out
}

/// Whether a reference may still follow: blanks, a colon, and what markup leaves out when it is shown.
fn is_between(c: char) -> bool {
    c.is_whitespace() || ":#*_~[](){}<>\"'`\\&;-".contains(c)
}

/// Whether the text begins with a reference that has no sign before it.
fn is_reference(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let numbered = |after: &str| after.starts_with(|c: char| c.is_ascii_digit());
    let behind = |sign: &str| {
        let mut parts = word.split(sign).skip(1);
        parts.any(numbered)
    };
    let is_gh = word.get(..3).is_some_and(|w| w.eq_ignore_ascii_case("gh-"));
    (is_gh && numbered(&word[3..]))
        || ["#", "!", "/issues/", "/pull/", "/pulls/"]
            .into_iter()
            .any(behind)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_reference_follows_a_closing_word() {
        for (given, expected) in [
            (
                "This fixes #12 and Closes: #3.",
                "This fixes issue 12 and Closes: issue 3.",
            ),
            ("FIXED\n#4", "FIXED\nissue 4"),
            ("Closes **#12**", "Closes **issue 12**"),
            ("Closes [#12](x)", "Closes [issue 12](x)"),
            ("Closes \\#12", "Closes \\issue 12"),
            ("resolves acme/widgets#7", "resolves issue acme/widgets#7"),
            (
                "close https://forge.example/a/b/issues/5",
                "close issue https://forge.example/a/b/issues/5",
            ),
            ("Fix GH-3", "Fix issue GH-3"),
            ("reopens !9", "reopens pull request 9"),
            ("see #12", "see #12"),
            ("fixes src/pull/x.rs", "fixes src/pull/x.rs"),
            ("fix: the parser (#12)", "fix: the parser (#12)"),
            ("fixes it, see #12", "fixes it, see #12"),
            ("prefixes #12", "prefixes #12"),
            ("Ünclosed #1", "Ünclosed #1"),
            ("", ""),
        ] {
            assert_eq!(without_closing(given), expected, "{given:?}");
        }
    }

    proptest! {
        #[test]
        fn it_is_done_in_one_go(text in "((fixe[sd]|Close|reopen|gh|[a-z]{1,3}|[0-9]|a/b)[ :#!*\\n/-]{0,3}){0,12}") {
            let once = without_closing(&text);
            prop_assert_eq!(without_closing(&once), once);
        }
    }
}
