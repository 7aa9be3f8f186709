//! The message of a run's commit.

use crate::domain::{RunId, without_closing};

/// The longest message; what is over is cut off.
pub(super) const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// What marks a commit as a run's.
const TRAILER: &str = "Acp-Run";

/// The first of `candidates` that has text, cleaned, with the trailer that names the run. Agents write messages:
/// characters that could steer a terminal or hide text are taken out, and so are trailers that name another run. Nor does
/// it close an issue where it is merged: that is for the pull request to say.
pub(super) fn commit_message<'t>(
    candidates: impl IntoIterator<Item = Option<&'t str>>,
    run: &RunId,
) -> String {
    let body = candidates
        .into_iter()
        .flatten()
        .map(clean)
        .find(|text| !text.is_empty())
        .unwrap_or_else(|| format!("Result of {run}"));
    let gap = if ends_in_trailers(&body) {
        "\n"
    } else {
        "\n\n"
    };
    let tail = format!("{gap}{TRAILER}: {run}\n");
    let cut = cut_at(&body, MESSAGE_BYTES_MAX - tail.len()).trim_end();
    format!("{cut}{tail}")
}

/// The first line of a message.
pub(super) fn subject(message: &str) -> String {
    message.lines().next().unwrap_or_default().to_owned()
}

fn clean(text: &str) -> String {
    // A margin for what is taken out; a message is never worth more work than that.
    let text = cut_at(text, 4 * MESSAGE_BYTES_MAX).replace("\r\n", "\n");
    let visible: String = text.chars().filter(|c| !is_hidden(*c)).collect();
    let lines: Vec<&str> = visible
        .lines()
        .map(str::trim_end)
        .filter(|line| !is_run_trailer(line))
        .collect();
    without_closing(lines.join("\n").trim())
}

/// Control characters, and those that turn the direction of text or take no room.
fn is_hidden(c: char) -> bool {
    (c.is_control() && c != '\n' && c != '\t')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_run_trailer(line: &str) -> bool {
    line.split_once(':')
        .is_some_and(|(key, _)| key.trim().eq_ignore_ascii_case(TRAILER))
}

/// Whether the last paragraph consists of trailers, so that one more belongs directly below. The subject never is one.
fn ends_in_trailers(body: &str) -> bool {
    let Some((_, last)) = body.rsplit_once("\n\n") else {
        return false;
    };
    last.lines().all(|line| {
        line.split_once(": ").is_some_and(|(key, value)| {
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
            !key.is_empty() && key.chars().all(plain) && !value.trim().is_empty()
        })
    })
}

fn cut_at(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len()))
        .rev()
        .find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str) -> String {
        let run = "20261121-031502-issue-12-a1".parse().unwrap();
        commit_message([Some(text), Some("fallback")], &run)
    }

    const TAIL: &str = "Acp-Run: 20261121-031502-issue-12-a1\n";

    #[test]
    fn the_trailer_is_there_once_and_names_this_run() {
        assert_eq!(made("Fix it"), format!("Fix it\n\n{TAIL}"));
        assert_eq!(made("a\n\nb: c d"), format!("a\n\nb: c d\n{TAIL}"));
        assert_eq!(made("feat: x"), format!("feat: x\n\n{TAIL}"));
        let forged = format!("a\n\nacp-run : x\nCo-authored-by: B <b>\n{TAIL}");
        assert_eq!(made(&forged), format!("a\n\nCo-authored-by: B <b>\n{TAIL}"));
        assert_eq!(made(&made("again")), made("again"));
        let closing = made("fix: it (#4)\n\nFixes #9");
        assert_eq!(closing, format!("fix: it (#4)\n\nFixes issue 9\n\n{TAIL}"));
    }

    #[test]
    fn nothing_that_steers_a_terminal_gets_through() {
        let text = "\n\n\u{1b}[2Jred\0\u{7}\r\n  line \u{202e}two\t.  \r\n";
        assert_eq!(made(text), format!("[2Jred\n  line two\t.\n\n{TAIL}"));
    }

    #[test]
    fn an_empty_message_gives_way_to_the_next_and_a_long_one_is_cut() {
        assert_eq!(made(" \n\u{0}\n"), format!("fallback\n\n{TAIL}"));
        let run = "20261121-031502-issue-12-a1".parse().unwrap();
        let none = commit_message([None, Some("")], &run);
        assert!(none.starts_with("Result of 20261121-031502-issue-12-a1\n\n"));
        let long = made(&"é".repeat(200_000));
        assert!(long.len() <= MESSAGE_BYTES_MAX && long.ends_with(&format!("é\n\n{TAIL}")));
        assert_eq!(subject(&made("one\ntwo")), "one");
    }
}
