//! Which issues need a heavy slot: those that start browsers or emulators.

use std::collections::BTreeSet;

use crate::domain::label;

/// Labels that make an item heavy, without regard to case.
const LABELS: [&str; 5] = [label::HEAVY, "e2e", "playwright", "detox", "maestro"];

/// Words of a title that make an item heavy.
const WORDS: [&str; 6] = [
    "e2e",
    "end-to-end",
    "end to end",
    "playwright",
    "detox",
    "maestro",
];

/// Whether an item counts against the heavy slots, by its labels and the words of its title. The body does not count:
/// anybody's mention of a tool in passing would take a slot.
pub fn is_heavy(labels: &BTreeSet<String>, title: &str) -> bool {
    let by_label = |label: &String| LABELS.iter().any(|heavy| label.eq_ignore_ascii_case(heavy));
    let title = title.to_lowercase();
    labels.iter().any(by_label) || WORDS.iter().any(|word| has_word(&title, word))
}

fn has_word(text: &str, word: &str) -> bool {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(in_word) && !text[at + word.len()..].starts_with(in_word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_whole_words_of_the_title_count() {
        let none = BTreeSet::new();
        for title in [
            "Flaky E2E run",
            "e2e: login",
            "add end-to-end test",
            "End to end checkout",
            "(playwright) upgrade",
            "Detox",
            "use maestro!",
        ] {
            assert!(is_heavy(&none, title), "{title}");
        }
        for title in [
            "",
            "the2e",
            "e2ee encryption",
            "detoxify",
            "endtoend",
            "maestro_x",
            "weekend to ending",
        ] {
            assert!(!is_heavy(&none, title), "{title}");
        }
        for label in ["agent-e2e-heavy", "E2E", "Playwright", "detox", "maestro"] {
            assert!(
                is_heavy(&BTreeSet::from([label.to_owned()]), "x"),
                "{label}"
            );
        }
        assert!(!is_heavy(&BTreeSet::from(["e2e-flaky".to_owned()]), "x"));
    }
}
