//! Finding again what an intent wrote, and what is written so that it can be found: a marker at the end of the text, which
//! counts only in what the account of acp itself wrote.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{Intent, Payload};
use crate::forge::ForgeError;
use crate::forge::model::text;

/// How far before the time at which an intent was sent a look begins: clocks differ.
const MARGIN: SignedDuration = SignedDuration::from_hours(2);
/// How far apart the forge's clock and this machine's may be once the difference that is known is taken off.
const DRIFT: SignedDuration = SignedDuration::from_mins(1);
/// What stands at the end of a text that was cut.
const CUT: &str = "\n\n(The rest was too long for this forge.)";

/// The account that acp writes under.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(in crate::forge) struct Viewer {
    /// The forge's number of it, which no other account ever gets; a login can change hands.
    pub(in crate::forge) id: u64,
    /// Its login.
    pub(in crate::forge) login: String,
}

/// Whether a text is the one that `intent` wrote.
pub(in crate::forge) fn is_from(
    intent: &Intent,
    viewer: &Viewer,
    author: Option<u64>,
    body: Option<&str>,
) -> bool {
    author == Some(viewer.id) && body.is_some_and(|body| text::ends_with_marker(body, intent))
}

/// An issue as a listing shows it.
#[derive(Debug, Clone, Copy)]
pub(in crate::forge) struct OpenedIssue<'a> {
    /// The forge's number of the account that opened it.
    pub(in crate::forge) author: Option<u64>,
    /// Its title.
    pub(in crate::forge) title: &'a str,
    /// Its text.
    pub(in crate::forge) body: &'a str,
    /// When it was opened, by the forge's clock.
    pub(in crate::forge) created: Timestamp,
}

/// Whether an issue is the one that `intent` opened although somebody has replaced its text, and the marker with it, before
/// the lost answer was looked up: acp's own account opened it under the same title after the request was sent, and no marker
/// says that it is another intent's. `ahead` is how far the forge's clock is ahead of this machine's.
///
/// Of comments and reviews nothing is left to go by once their text is replaced: they are sent again.
pub(in crate::forge) fn is_replaced(
    intent: &Intent,
    viewer: &Viewer,
    issue: OpenedIssue<'_>,
    ahead: SignedDuration,
) -> bool {
    let (Payload::Issue { title, .. }, Some(sent)) = (&intent.payload, intent.dispatched) else {
        return false;
    };
    let sent = sent.checked_add(ahead).and_then(|at| at.checked_sub(DRIFT));
    let same_title = text::title(intent, title).is_ok_and(|title| title == issue.title);
    issue.author == Some(viewer.id)
        && same_title
        && sent.is_ok_and(|sent| issue.created >= sent)
        && !text::has_any_marker(issue.body)
}

/// The first of the issues that an intent opened, of which `made` is known. One whose text was replaced counts only when none
/// with the marker is there.
pub(in crate::forge) fn first_of<'a>(
    opened: impl Iterator<Item = (u64, &'a str)>,
    made: Option<u64>,
) -> Option<u64> {
    let (marked, replaced): (Vec<_>, Vec<_>) =
        opened.partition(|(_, body)| text::has_any_marker(body));
    let number = |(number, _): (u64, &str)| number;
    let first = marked.into_iter().map(number).chain(made).min();
    first.or_else(|| replaced.into_iter().map(number).min())
}

/// The earliest time, by the forge's clock, at which `intent` can have been written. `ahead` is how far the forge's clock is
/// ahead of this machine's, as far as that is known.
pub(in crate::forge) fn earliest(intent: &Intent, ahead: SignedDuration) -> Timestamp {
    let sent = intent.dispatched.unwrap_or(intent.created);
    let earliest = sent
        .checked_add(ahead.min(SignedDuration::ZERO))
        .and_then(|time| time.checked_sub(MARGIN));
    let earliest = earliest.unwrap_or(Timestamp::UNIX_EPOCH);
    whole_seconds(earliest.max(Timestamp::UNIX_EPOCH))
}

/// `time` cut to the second, which is how forges write times and want them in a query.
pub(in crate::forge) fn whole_seconds(time: Timestamp) -> Timestamp {
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}

/// The text of `intent` as it is sent: within the bounds of every forge, with its marker, and at most `chars_max`
/// characters with it. What does not fit is cut, and the text says so.
///
/// # Errors
/// `Refused` when it is out of the bounds that hold everywhere.
pub(in crate::forge) fn body_within(
    intent: &Intent,
    given: &str,
    chars_max: usize,
) -> Result<String, ForgeError> {
    let whole = text::body(intent, given)?;
    if whole.chars().count() <= chars_max {
        return Ok(whole);
    }
    let around = intent.marker().chars().count() + 2 + CUT.chars().count();
    let kept: String = given
        .chars()
        .take(chars_max.saturating_sub(around))
        .collect();
    Ok(text::with_marker(&format!("{kept}{CUT}"), intent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{ItemId, Origin, Payload};

    fn intent() -> Intent {
        let payload = Payload::Comment {
            body: String::new(),
        };
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let item = Some(ItemId::issue(1));
        Intent::new(Origin::Pass, item, payload, "f".into(), vec![], at)
    }

    #[test]
    fn a_marker_counts_in_our_own_texts_and_at_their_end() {
        let intent = intent();
        let viewer = Viewer {
            id: 7,
            login: "acp".to_owned(),
        };
        let marked = format!("text\n\n{}\n", intent.marker());
        let quoted = format!("> {}\nno", intent.marker());
        assert!(is_from(&intent, &viewer, Some(7), Some(&marked)));
        for (author, body) in [
            (Some(8), Some(&marked)),
            (None, Some(&marked)),
            (Some(7), Some(&quoted)),
            (Some(7), None),
        ] {
            let body = body.map(String::as_str);
            assert!(
                !is_from(&intent, &viewer, author, body),
                "{author:?} {body:?}"
            );
        }
    }

    #[test]
    fn an_issue_whose_text_was_replaced_is_known_by_everything_else() {
        let at = Timestamp::from_second(1_800_000_000).unwrap();
        let payload = Payload::Issue {
            title: "Tidy up".to_owned(),
            body: "Please.".to_owned(),
            labels: std::collections::BTreeSet::new(),
        };
        let mut intent = Intent::new(Origin::Pass, None, payload, "f".into(), vec![], at);
        let viewer = Viewer {
            id: 7,
            login: "acp".to_owned(),
        };
        let hour = SignedDuration::from_hours(1);
        let ours = OpenedIssue {
            author: Some(7),
            title: "Tidy up",
            body: "Another text.",
            created: at + hour,
        };
        let is = |intent: &Intent, issue| is_replaced(intent, &viewer, issue, hour);
        assert!(!is(&intent, ours), "it was never sent");
        intent.dispatched = Some(at);
        assert!(is(&intent, ours));
        let marked = "Another text.\n\n<!-- acp:0123456789abcdef -->";
        for other in [
            OpenedIssue {
                author: Some(8),
                ..ours
            },
            OpenedIssue {
                title: "Tidy up!",
                ..ours
            },
            OpenedIssue {
                body: marked,
                ..ours
            },
            OpenedIssue {
                created: at,
                ..ours
            },
        ] {
            assert!(!is(&intent, other), "{other:?}");
        }
    }

    #[test]
    fn a_look_begins_before_the_sending_by_either_clock() {
        let mut intent = intent();
        let hours = SignedDuration::from_hours;
        assert_eq!(earliest(&intent, hours(0)), intent.created - hours(2));
        assert_eq!(earliest(&intent, hours(5)), intent.created - hours(2));
        assert_eq!(earliest(&intent, hours(-5)), intent.created - hours(7));
        intent.dispatched = Some(intent.created + hours(10));
        assert_eq!(earliest(&intent, hours(0)), intent.created + hours(8));
        intent.dispatched = Some(Timestamp::UNIX_EPOCH);
        assert_eq!(earliest(&intent, hours(0)), Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_text_that_does_not_fit_with_its_marker_is_cut_and_says_so() {
        let intent = intent();
        let long = "漢".repeat(65_536);
        let body = body_within(&intent, &long, 65_536).unwrap();
        assert_eq!(body.chars().count(), 65_536);
        assert!(body.contains(CUT) && text::ends_with_marker(&body, &intent));
        let short = body_within(&intent, "x", 65_536).unwrap();
        assert_eq!(short, format!("x\n\n{}", intent.marker()));
        assert!(body_within(&intent, &"x".repeat(65_537), 65_536).is_err());
    }
}
