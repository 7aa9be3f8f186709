//! Showing something again and again in the same place.
//!
//! On a terminal each picture is drawn over the last in one write, line by line with the rest of each line cleared, so that
//! nothing flickers; it is cut to the height of the terminal. Elsewhere one block follows another, after an empty line for
//! people and pipes. It ends with the signal that interrupts it (130 after Ctrl-C): nothing has to be put back then.

use std::io::{self, Write};
use std::time::Duration;

use super::{after_printing, fail};
use crate::sys::{Clock as _, SystemClock};
use crate::ui::{CliError, Exit, Format, Output, Style};

/// One picture and how it is shown.
type Shown = (Output, Format, Style);

/// Shows `first`, and what `next` gives after each wait, until standard output is gone.
pub(super) fn redraw(
    every: Duration,
    first: Shown,
    next: impl Fn() -> Result<Shown, CliError>,
) -> Exit {
    let clock = SystemClock::new();
    let (format, on_terminal) = (first.1, first.2.height.is_some());
    let mut picture = Ok(first);
    let mut drawn = false;
    loop {
        let written = match &picture {
            // What fails now may work later: a profile that is being edited.
            Err(error) if on_terminal && format == Format::Human => {
                human_error(error).and_then(|text| {
                    let clear = if drawn { "\u{1b}[H\u{1b}[J" } else { "" };
                    put(format!("{clear}{text}").as_bytes())
                })
            }
            Err(error) => return fail(error, format),
            Ok(shown) => text_of(shown).and_then(|text| match (shown.1, shown.2.height) {
                (Format::Human, Some(height)) => put(&over_the_last(&text, height, drawn)),
                (Format::Json, _) => put(&text),
                _ if drawn => put(&[b"\n", &text[..]].concat()),
                _ => put(&text),
            }),
        };
        if written.is_err() {
            return after_printing(written, Exit::Ok);
        }
        drawn = true;
        clock.sleep(every);
        picture = next();
    }
}

fn text_of((output, format, style): &Shown) -> io::Result<Vec<u8>> {
    let mut text = vec![];
    if let Some(body) = &output.body {
        body.write(*format, style, &mut text)?;
    }
    Ok(text)
}

fn human_error(error: &CliError) -> io::Result<String> {
    let mut text = vec![];
    error.write_human(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn put(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()
}

/// The bytes that draw `text` from the top of a terminal of `height` lines; the first time it is cleared before.
fn over_the_last(text: &[u8], height: u16, drawn: bool) -> Vec<u8> {
    let mut out = if drawn { vec![] } else { b"\x1b[2J".to_vec() };
    out.extend(b"\x1b[H");
    let lines: Vec<&[u8]> = text
        .strip_suffix(b"\n")
        .unwrap_or(text)
        .split(|byte| *byte == b'\n')
        .collect();
    // The cursor stands in the last line.
    let room = usize::from(height).saturating_sub(1).max(1);
    let cut = lines.len() > room;
    let shown = if cut { room - 1 } else { lines.len() };
    for line in &lines[..shown] {
        out.extend(*line);
        out.extend(b"\x1b[K\n");
    }
    if cut {
        let more = format!("… {} more lines\x1b[K\n", lines.len() - shown);
        out.extend(more.as_bytes());
    }
    out.extend(b"\x1b[J");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str, height: u16, drawn: bool) -> String {
        String::from_utf8(over_the_last(text.as_bytes(), height, drawn)).unwrap()
    }

    #[test]
    fn a_picture_goes_over_the_last_without_clearing_it_first() {
        let first = drawn("a\nb\n", 24, false);
        assert_eq!(first, "\u{1b}[2J\u{1b}[Ha\u{1b}[K\nb\u{1b}[K\n\u{1b}[J");
        let second = drawn("c\n", 24, true);
        assert_eq!(second, "\u{1b}[Hc\u{1b}[K\n\u{1b}[J");
    }

    #[test]
    fn what_is_higher_than_the_terminal_is_cut() {
        let text = (1..=10)
            .map(|n| format!("line {n}\n"))
            .collect::<Vec<_>>()
            .concat();
        let shown = drawn(&text, 5, true);
        assert_eq!(shown.matches('\n').count(), 4);
        assert!(shown.contains("line 3") && !shown.contains("line 4"));
        assert!(shown.contains("… 7 more lines"));
        assert!(drawn("a\n", 1, true).contains('a'));
    }
}
