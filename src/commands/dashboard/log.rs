//! The end of a run's log, as the page shows it.

use serde_json::json;

use crate::commands::Session;
use crate::domain::RunId;
use crate::ui::words::clean_text;
use crate::ui::{CliError, Exit};

/// How much of the end of a log is read.
const TAIL_BYTES: u64 = 96 * 1024;
/// The most lines of it that are shown.
const LINES_MAX: usize = 600;
/// The longest line that is shown, in characters.
const LINE_CHARS_MAX: usize = 2_000;

/// The last lines of what a run printed. Secrets were taken out when it was written.
pub(super) fn tail(session: &Session<'_>, run: &str) -> Result<String, CliError> {
    let store = session.keep()?.store;
    let missing = || CliError::new(Exit::Missing, format!("there is no run `{run}`"));
    let id: RunId = run.parse().map_err(|_| missing())?;
    let record = store.run(&id)?.ok_or_else(missing)?;
    let (bytes, length) = store.log_tail(&id, TAIL_BYTES)?.unwrap_or_default();
    let (lines, whole) = last_lines(&bytes, length);
    Ok(json!({
        "schema": "acp.dashboard.log/1",
        "data": {
            "run": id.to_string(),
            "state": record.state.as_str(),
            "under_way": record.state.is_under_way(),
            "bytes": length,
            "whole": whole,
            "lines": lines,
        },
    })
    .to_string())
}

/// The last lines of `bytes`, which are the end of `length` bytes, and whether they are all of it.
fn last_lines(bytes: &[u8], length: u64) -> (Vec<String>, bool) {
    let text = String::from_utf8_lossy(bytes);
    let cut = u64::try_from(bytes.len()).is_ok_and(|there| there < length);
    // The first line of a part begins in its middle.
    let first = usize::from(cut);
    let all: Vec<&str> = text.lines().skip(first).collect();
    let from = all.len().saturating_sub(LINES_MAX);
    let lines = all[from..].iter().map(|line| shown(line)).collect();
    (lines, !cut && from == 0)
}

fn shown(line: &str) -> String {
    let mut chars = line.chars();
    let mut short: String = chars.by_ref().take(LINE_CHARS_MAX).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    clean_text(&short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_log_is_whole_lines_within_limits() {
        assert_eq!(last_lines(b"", 0), (vec![], true));
        let (lines, whole) = last_lines(b"a\n\x1b[2Jb\n", 8);
        assert_eq!(lines, ["a", "\u{fffd}[2Jb"]);
        assert!(whole);
        let (lines, whole) = last_lines(b"alf\nb\n", 99);
        assert_eq!(lines, ["b"]);
        assert!(!whole);
        let many = "x\n".repeat(LINES_MAX + 5);
        let (lines, whole) = last_lines(many.as_bytes(), many.len() as u64);
        assert_eq!(lines.len(), LINES_MAX);
        assert!(!whole);
        let wide = "ä".repeat(LINE_CHARS_MAX * 2);
        let (lines, _) = last_lines(wide.as_bytes(), wide.len() as u64);
        assert_eq!(lines[0].chars().count(), LINE_CHARS_MAX + 1);
    }
}
