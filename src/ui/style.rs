//! Whether there is a terminal, how wide it is, and what colour may be used.

use std::io::IsTerminal as _;

use jiff::Timestamp;

use crate::sys::Env;

/// How text for people may look.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether colour is used.
    pub colour: bool,
    /// The width of the terminal; `None` when there is none.
    pub width: Option<u16>,
    /// Its lines, likewise.
    pub height: Option<u16>,
    /// The time that "3 min ago" counts from.
    pub now: Timestamp,
}

impl Style {
    /// No terminal.
    pub const fn bare(now: Timestamp) -> Self {
        Self {
            colour: false,
            width: None,
            height: None,
            now,
        }
    }

    /// What standard output can show.
    pub fn of_stdout(env: &Env, now: Timestamp) -> Self {
        let stdout = std::io::stdout();
        if !stdout.is_terminal() {
            return Self::bare(now);
        }
        let size = rustix::termios::tcgetwinsize(&stdout);
        Self {
            colour: env.text("NO_COLOR").is_none() && env.text("TERM") != Some("dumb"),
            width: size.ok().map(|s| s.ws_col).filter(|columns| *columns > 0),
            height: size.ok().map(|s| s.ws_row).filter(|lines| *lines > 0),
            now,
        }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour && !text.is_empty() {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }

    /// For headings.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what matters less.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// For what went wrong.
    pub fn red(self, text: &str) -> String {
        self.paint("31", text)
    }

    /// For what went well.
    pub fn green(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// For what needs a person.
    pub fn yellow(self, text: &str) -> String {
        self.paint("33", text)
    }
}
