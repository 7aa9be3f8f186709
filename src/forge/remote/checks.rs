//! Checks as forges report them, folded into one list by name. A word that is not known is never green.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::domain::{Check, CheckState, bounds};

/// The longest line of a check that is kept, in characters.
const SUMMARY_CHARS_MAX: usize = 200;
/// How a status says that it says nothing: there is no word for it.
const NEUTRAL: &str = "neutral: ";

/// One report of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::forge) struct Report {
    /// The name.
    pub(in crate::forge) name: String,
    /// Who reports: reports of one source under one name replace each other, those of two stand side by side.
    pub(in crate::forge) source: String,
    /// What tells a newer report from an older one: when it began, then its number.
    pub(in crate::forge) order: (Option<Timestamp>, u64),
    /// What it says.
    pub(in crate::forge) state: CheckState,
    /// One line for people.
    pub(in crate::forge) summary: String,
}

/// What a commit status says: its word and its line.
pub(in crate::forge) fn of_status(word: &str, description: &str) -> CheckState {
    match word {
        "success" if description.starts_with(NEUTRAL) => CheckState::Neutral,
        "success" => CheckState::Success,
        "failure" | "error" | "warning" => CheckState::Failure,
        "skipped" => CheckState::Neutral,
        _ => CheckState::Pending,
    }
}

/// A state as the word of a commit status, and its line, which [`of_status`] reads back.
pub(in crate::forge) fn to_status(
    state: CheckState,
    summary: &str,
    chars_max: usize,
) -> (&'static str, String) {
    let line = bounds::one_line(summary);
    let (word, line) = match state {
        CheckState::Success => ("success", line.trim_start_matches(NEUTRAL).to_owned()),
        CheckState::Failure => ("failure", line),
        CheckState::Pending => ("pending", line),
        CheckState::Neutral => ("success", format!("{NEUTRAL}{line}")),
    };
    (word, line.chars().take(chars_max).collect())
}

/// What a check run says: its status and its conclusion.
pub(in crate::forge) fn of_run(status: &str, conclusion: Option<&str>) -> CheckState {
    match (status, conclusion) {
        ("completed", Some("success")) => CheckState::Success,
        ("completed", Some("neutral" | "skipped")) => CheckState::Neutral,
        (
            "completed",
            Some(
                "failure" | "cancelled" | "timed_out" | "action_required" | "startup_failure"
                | "stale",
            ),
        ) => CheckState::Failure,
        _ => CheckState::Pending,
    }
}

/// One check for each name, sorted: the newest report of each source, and of two sources the worse.
pub(in crate::forge) fn folded(reports: impl IntoIterator<Item = Report>) -> Vec<Check> {
    let mut newest: BTreeMap<(String, String), Report> = BTreeMap::new();
    for report in reports {
        let key = (report.name.clone(), report.source.clone());
        match newest.get(&key) {
            Some(there) if there.order >= report.order => {}
            _ => {
                newest.insert(key, report);
            }
        }
    }
    let mut checks: Vec<Check> = vec![];
    for ((name, _), report) in newest {
        let check = Check {
            name,
            state: report.state,
            summary: bounds::one_line(&report.summary)
                .chars()
                .take(SUMMARY_CHARS_MAX)
                .collect(),
        };
        match checks.last_mut() {
            Some(last) if last.name == check.name => {
                if badness(check.state) > badness(last.state) {
                    *last = check;
                }
            }
            _ => checks.push(check),
        }
    }
    checks
}

const fn badness(state: CheckState) -> u8 {
    match state {
        CheckState::Neutral => 0,
        CheckState::Success => 1,
        CheckState::Pending => 2,
        CheckState::Failure => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &str, source: &str, order: u64, state: CheckState) -> Report {
        Report {
            name: name.to_owned(),
            source: source.to_owned(),
            order: (None, order),
            state,
            summary: String::new(),
        }
    }

    #[test]
    fn unknown_words_are_not_green() {
        assert_eq!(of_run("completed", Some("success")), CheckState::Success);
        assert_eq!(of_run("completed", Some("skipped")), CheckState::Neutral);
        for (status, conclusion) in [
            ("completed", None),
            ("completed", Some("brilliant")),
            ("in_progress", Some("success")),
            ("waiting", None),
            ("", None),
        ] {
            assert_eq!(of_run(status, conclusion), CheckState::Pending);
        }
        for bad in [
            "failure",
            "cancelled",
            "timed_out",
            "action_required",
            "stale",
        ] {
            assert_eq!(of_run("completed", Some(bad)), CheckState::Failure, "{bad}");
        }
        for (word, state) in [
            ("success", CheckState::Success),
            ("error", CheckState::Failure),
            ("warning", CheckState::Failure),
            ("pending", CheckState::Pending),
            ("expected", CheckState::Pending),
            ("", CheckState::Pending),
        ] {
            assert_eq!(of_status(word, ""), state, "{word}");
        }
    }

    #[test]
    fn every_state_comes_back_from_a_status() {
        for state in [
            CheckState::Success,
            CheckState::Failure,
            CheckState::Pending,
            CheckState::Neutral,
        ] {
            for summary in ["12 tests", "", "neutral: x", "two\nlines", &"ä".repeat(300)] {
                let (word, line) = to_status(state, summary, 140);
                assert!(line.chars().count() <= 140 && !line.contains('\n'));
                assert_eq!(of_status(word, &line), state, "{state:?} {summary:?}");
            }
        }
    }

    #[test]
    fn the_newest_of_a_source_counts_and_the_worst_of_several() {
        use CheckState::{Failure, Neutral, Pending, Success};
        let states = |reports: Vec<Report>| -> Vec<(String, CheckState)> {
            let checks = folded(reports).into_iter();
            checks.map(|check| (check.name, check.state)).collect()
        };
        let again = vec![
            report("ci", "app 1", 2, Success),
            report("ci", "app 1", 1, Failure),
            report("a", "app 1", 1, Pending),
        ];
        let expected = [("a".to_owned(), Pending), ("ci".to_owned(), Success)];
        assert_eq!(states(again), expected);
        for (one, other, worst) in [
            (Success, Failure, Failure),
            (Pending, Failure, Failure),
            (Success, Pending, Pending),
            (Neutral, Success, Success),
        ] {
            let two = vec![
                report("ci", "app 1", 9, one),
                report("ci", "app 2", 1, other),
            ];
            assert_eq!(states(two), [("ci".to_owned(), worst)]);
        }
    }
}
