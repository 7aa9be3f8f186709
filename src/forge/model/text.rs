//! Rules for what people and agents write: bounds, one-line titles, markers, and which issue a text closes.

use std::collections::BTreeSet;

use super::refused;
use crate::domain::{Intent, bounds};
use crate::forge::ForgeError;

/// The most labels on one item.
const LABELS_MAX: usize = 100;

/// The words after which `#n` names an issue that a merge closes.
const CLOSING: [&str; 9] = [
    "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
];

/// The title as it is stored, or why not.
pub(in crate::forge) fn title(intent: &Intent, given: &str) -> Result<String, ForgeError> {
    match bounds::title_fault(given) {
        Some(why) => Err(refused(intent, why)),
        None => Ok(bounds::one_line(given)),
    }
}

/// The body as it is stored: as given, and the marker at its end.
pub(in crate::forge) fn body(intent: &Intent, given: &str) -> Result<String, ForgeError> {
    match bounds::body_fault(given) {
        Some(why) if !ends_with_marker(given, intent) => Err(refused(intent, why)),
        _ => Ok(with_marker(given, intent)),
    }
}

/// The name of a label or a check, or why not.
pub(in crate::forge) fn name(intent: &Intent, given: &str) -> Result<(), ForgeError> {
    bounds::name_fault(given).map_or(Ok(()), |why| Err(refused(intent, why)))
}

/// The labels of an item after a change, or why not. Labels that are not named stay: they may be a person's.
pub(in crate::forge) fn labels(
    intent: &Intent,
    present: &BTreeSet<String>,
    add: &BTreeSet<String>,
    remove: &BTreeSet<String>,
) -> Result<BTreeSet<String>, ForgeError> {
    for label in add.difference(present) {
        name(intent, label)?;
    }
    let kept = present.difference(remove);
    let labels: BTreeSet<String> = kept.chain(add).cloned().collect();
    if labels.len() > LABELS_MAX.max(present.len()) {
        let n = labels.len();
        let why = format!("it would have {n} labels, at most {LABELS_MAX} are allowed");
        return Err(refused(intent, why));
    }
    Ok(labels)
}

/// `body` with the marker of `intent` as its last line.
pub(in crate::forge) fn with_marker(body: &str, intent: &Intent) -> String {
    if ends_with_marker(body, intent) {
        return body.to_owned();
    }
    let marker = intent.marker();
    if body.is_empty() {
        marker
    } else {
        format!("{body}\n\n{marker}")
    }
}

/// Whether anything in `body` looks like a marker of any intent.
pub(in crate::forge) fn has_any_marker(body: &str) -> bool {
    body.contains("<!-- acp:")
}

/// Whether `body` ends with the marker of `intent`. A marker further up may be a quotation and says nothing.
pub(in crate::forge) fn ends_with_marker(body: &str, intent: &Intent) -> bool {
    body.trim_end().ends_with(&intent.marker())
}

/// The issue that a text closes, when it names exactly one: `Closes #12`, `fixes: #12`.
pub(in crate::forge) fn closes(body: &str) -> Option<u64> {
    let mut named = BTreeSet::new();
    for (at, _) in body.match_indices('#') {
        let rest = &body[at + 1..];
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let whole = !rest[end..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
        if let Ok(number) = rest[..end].parse::<u64>()
            && whole
            && number > 0
            && follows_closing_word(&body[..at])
        {
            named.insert(number);
        }
    }
    (named.len() == 1).then(|| named.pop_first()).flatten()
}

fn follows_closing_word(before: &str) -> bool {
    let trimmed = before.trim_end();
    let word_end = trimmed.strip_suffix(':').unwrap_or(trimmed);
    if word_end.len() == before.len() {
        return false;
    }
    let in_word = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let start = word_end.trim_end_matches(in_word).len();
    let word = word_end[start..].to_ascii_lowercase();
    CLOSING.contains(&word.as_str())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::{ItemId, Origin, Payload};

    fn intent() -> Intent {
        let payload = Payload::Comment {
            body: String::new(),
        };
        let item = Some(ItemId::issue(1));
        let now = Timestamp::UNIX_EPOCH;
        Intent::new(Origin::Pass, item, payload, "f".into(), vec![], now)
    }

    #[test]
    fn one_issue_is_closed_and_only_after_a_closing_word() {
        for (text, expected) in [
            ("Closes #12", Some(12)),
            ("closes: #12\n\nfixes #12", Some(12)),
            ("Does things.\n\nRESOLVED\t#7.", Some(7)),
            ("äfix #3", None),
            ("(fix #3)", Some(3)),
            ("fix #3 and close #4", None),
            ("fix#3", None),
            ("see #3", None),
            ("prefix #3", None),
            ("auto-fix #3", None),
            ("fix #0", None),
            ("fix #3a", None),
            ("fix #", None),
            ("fix #99999999999999999999999", None),
            ("#3", None),
            ("", None),
        ] {
            assert_eq!(closes(text), expected, "{text:?}");
        }
    }

    #[test]
    fn titles_are_one_line_and_bounded() {
        let title = |text: &str| title(&intent(), text);
        assert_eq!(title("a\r\nb\u{7}").unwrap(), "a b");
        assert_eq!(title("--x \u{202e}y").unwrap(), "--x \u{202e}y");
        assert_eq!(title(&"ä".repeat(256)).unwrap().chars().count(), 256);
        assert!(title(&"ä".repeat(257)).is_err());
        assert!(title(" \n").is_err());
    }

    #[test]
    fn a_marker_is_added_once_and_only_counts_at_the_end() {
        let intent = intent();
        let once = body(&intent, "text").unwrap();
        assert!(ends_with_marker(&once, &intent));
        assert_eq!(body(&intent, &once).unwrap(), once);
        let quoted = format!("> {}\nno", intent.marker());
        assert!(!ends_with_marker(&quoted, &intent));
        assert!(body(&intent, &"x".repeat(65_536)).is_ok());
        assert!(body(&intent, &"x".repeat(65_537)).is_err());
    }

    #[test]
    fn labels_of_people_stay_and_bounds_hold() {
        let set = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
        let intent = intent();
        let change = |add: &[&str], remove: &[&str]| {
            labels(&intent, &set(&["mine", "b"]), &set(add), &set(remove))
        };
        assert_eq!(change(&["a"], &["b"]).unwrap(), set(&["a", "mine"]));
        assert_eq!(change(&["b"], &["b"]).unwrap(), set(&["b", "mine"]));
        for bad in ["", " ", "a\nb", &"x".repeat(51)] {
            assert!(change(&[bad], &[]).is_err(), "{bad:?}");
        }
        let many: Vec<String> = (0..99).map(|i| format!("l{i}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert!(change(&many[..98], &[]).is_ok());
        assert!(change(&many, &[]).is_err());
    }
}
