//! One value, three formats: for people, for pipes, for programs.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::words::clean_text;
use super::{Exit, Style};

/// In which format standard output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// One record a line, fields between tabs.
    Plain,
    /// One JSON object.
    Json,
}

/// What a verb shows. Serializing gives the `data` of `--json`: fields are only ever added to it; a change that breaks a
/// reader is a new schema.
pub trait Render: Serialize {
    /// For example `acp.issue.list/1`.
    const SCHEMA: &'static str;

    /// The schema's name where one type serves several verbs.
    fn schema(&self) -> String {
        Self::SCHEMA.to_owned()
    }

    /// For people: tables, colour, "3 min ago".
    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()>;

    /// For pipes: one record a line through [`plain_line`], RFC 3339 times; new fields go last.
    fn plain(&self, out: &mut dyn Write) -> io::Result<()>;
}

/// Something renderable whose type is forgotten.
pub trait Outcome {
    /// Writes it in one of the formats.
    fn write(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()>;
}

impl<T: Render> Outcome for T {
    fn write(&self, format: Format, style: &Style, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Envelope<'a, T> {
            schema: String,
            data: &'a T,
        }
        match format {
            Format::Human => self.human(out, style),
            Format::Plain => self.plain(out),
            Format::Json => {
                let envelope = Envelope {
                    schema: self.schema(),
                    data: self,
                };
                serde_json::to_writer(&mut *out, &envelope)?;
                writeln!(out)
            }
        }
    }
}

/// What a verb gives back: what to show, how to end, and words beside it for standard error.
#[must_use]
pub struct Output {
    /// What to show; nothing for a verb that has already said everything.
    pub body: Option<Box<dyn Outcome>>,
    /// How to end: `Ok`, `No`, or the status of a command that was run.
    pub exit: Exit,
    /// Lines for people on standard error: an empty list, the next command. Not with `--json` and `--plain`.
    pub notes: Vec<String>,
    /// Do it all again after this time, and show it in the same place, until somebody interrupts.
    pub again: Option<Duration>,
}

impl Output {
    /// Shows `body` and ends well.
    pub fn of(body: impl Render + 'static) -> Self {
        Self {
            body: Some(Box::new(body)),
            exit: Exit::Ok,
            notes: vec![],
            again: None,
        }
    }

    /// Shows nothing and ends well.
    pub fn silent() -> Self {
        Self {
            body: None,
            exit: Exit::Ok,
            notes: vec![],
            again: None,
        }
    }

    /// Ends so instead.
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// The answer is yes (0) or no (1).
    pub fn answer(self, yes: bool) -> Self {
        self.exit(if yes { Exit::Ok } else { Exit::No })
    }

    /// Is done again every so often.
    pub fn again(mut self, every: Duration) -> Self {
        self.again = Some(every);
        self
    }

    /// Adds a line for standard error.
    pub fn note(mut self, line: impl Into<String>) -> Self {
        self.notes.push(line.into());
        self
    }
}

/// One record of `--plain`: fields between tabs. Backslash, tab and line ends in a field are escaped, so that a line is a
/// record and a tab ends a field; other control characters are replaced.
pub fn plain_line(out: &mut dyn Write, fields: &[&str]) -> io::Result<()> {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.write_all(b"\t")?;
        }
        out.write_all(escape(field).as_bytes())?;
    }
    writeln!(out)
}

fn escape(field: &str) -> String {
    let mut escaped = String::with_capacity(field.len());
    for c in field.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '\t' => escaped.push_str("\\t"),
            '\n' => escaped.push_str("\\n"),
            '\r' => escaped.push_str("\\r"),
            c => escaped.push(c),
        }
    }
    clean_text(&escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Page(&'static str);

    impl Render for Page {
        const SCHEMA: &'static str = "acp.page.show/1";

        fn human(&self, _: &mut dyn Write, _: &Style) -> io::Result<()> {
            Ok(())
        }

        fn plain(&self, _: &mut dyn Write) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_plain_line_is_one_line_whatever_is_in_it() {
        let mut out = vec![];
        plain_line(&mut out, &["a\tb", "c\nd\r", "e\\n", "\u{1b}]0;x\u{7}", ""]).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "a\\tb\tc\\nd\\r\te\\\\n\t\u{fffd}]0;x\u{fffd}\t\n"
        );
    }

    #[test]
    fn json_is_an_envelope_on_one_line() {
        let mut out = vec![];
        let style = Style::bare(jiff::Timestamp::UNIX_EPOCH);
        Page("a\nb").write(Format::Json, &style, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\"schema\":\"acp.page.show/1\",\"data\":\"a\\nb\"}\n"
        );
    }
}
