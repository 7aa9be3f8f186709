//! The one error that a verb ends with: what was tried, why it failed, what to do next.

use std::error::Error;
use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::json;

use super::Exit;
use super::words::{clean, clean_text};

/// An error as the caller sees it. Texts are lower case and have no final period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// What the caller should make of it.
    pub kind: Exit,
    /// What was tried, on what.
    pub message: String,
    /// Why, from the nearest cause to the last.
    pub causes: Vec<String>,
    /// What to do next.
    pub hints: Vec<String>,
    /// When a retry may succeed, where that is known.
    pub retry_at: Option<Timestamp>,
}

impl CliError {
    /// An error of that kind.
    pub fn new(kind: Exit, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            causes: vec![],
            hints: vec![],
            retry_at: None,
        }
    }

    /// The call is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// `error` with its whole chain of sources.
    pub fn of(kind: Exit, error: &dyn Error) -> Self {
        Self::new(kind, error.to_string()).because_of(error.source())
    }

    /// Adds `cause` and its sources.
    #[must_use]
    pub fn because_of(mut self, cause: Option<&dyn Error>) -> Self {
        let mut next = cause;
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Adds when a retry may succeed.
    #[must_use]
    pub fn retry_at(mut self, at: Timestamp) -> Self {
        self.retry_at = Some(at);
        self
    }

    /// For people.
    pub fn write_human(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "error: {}", clean_text(&self.message))?;
        for cause in &self.causes {
            writeln!(out, "  caused by: {}", clean(cause))?;
        }
        if let Some(at) = self.retry_at {
            writeln!(out, "hint: try again at {at}")?;
        }
        for hint in &self.hints {
            writeln!(out, "hint: {}", clean(hint))?;
        }
        Ok(())
    }

    /// For programs: one line.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        let object = json!({
            "schema": "acp.error/1",
            "kind": self.kind.name(),
            "code": self.kind.code(),
            "message": self.message,
            "causes": self.causes,
            "hints": self.hints,
            "retry_at": self.retry_at,
        });
        writeln!(out, "{object}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_message_causes_and_hints() {
        let cause = io::Error::other("no \u{1b}[31mroom\nleft");
        let at = Timestamp::from_second(0).unwrap();
        let error = CliError::new(Exit::TempFail, "cannot write `a`")
            .because_of(Some(&cause))
            .hint("free some disk")
            .retry_at(at);
        let mut human = vec![];
        error.write_human(&mut human).unwrap();
        assert_eq!(
            String::from_utf8(human).unwrap(),
            "error: cannot write `a`\n  caused by: no \u{fffd}[31mroom left\n\
             hint: try again at 1970-01-01T00:00:00Z\nhint: free some disk\n"
        );
        let mut json = vec![];
        error.write_json(&mut json).unwrap();
        let json = String::from_utf8(json).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["kind"], "tempfail");
        assert_eq!(value["code"], 75);
        assert_eq!(value["retry_at"], "1970-01-01T00:00:00Z");
        assert_eq!(json.lines().count(), 1);
    }
}
