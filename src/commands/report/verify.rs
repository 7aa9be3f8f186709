//! `acp report verify`: runs a command and records whether it passed.

use std::ffi::OsString;
use std::path::Path;

use super::follow_up::add_line;
use crate::commands::Session;
use crate::domain::out::{self, PassFail, Verification};
use crate::ui::{CliError, Exit, Output};

/// The longest command line that is recorded.
const COMMAND_CHARS_MAX: usize = 4096;

/// Arguments.
#[derive(clap::Args)]
pub(crate) struct Verify {
    /// Anything worth adding to the record
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// The command, after `--`
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Verify {
    pub(super) fn run(self, session: &Session<'_>, folder: &Path) -> Result<Output, CliError> {
        let command = shell_words(&self.command);
        if session.dry_run {
            return Ok(Output::silent().note(format!("would run {command}")));
        }
        let code = session.ports.run_command(&self.command)?;
        let status = if code == 0 {
            PassFail::Pass
        } else {
            PassFail::Fail
        };
        let record = Verification {
            timestamp: session.clock.now(),
            status,
            command: command.chars().take(COMMAND_CHARS_MAX).collect(),
            note: self.note,
        };
        add_line(session, &folder.join(out::VERIFICATION), &record)?;
        let word = if code == 0 { "pass" } else { "fail" };
        let output = Output::silent().note(format!("recorded: {word} (exit {code})"));
        Ok(match code {
            0 => output,
            127 => output
                .note("a command that cannot be started ends with 127")
                .exit(Exit::Child(127)),
            code => output.exit(Exit::Child(code)),
        })
    }
}

/// The words as a shell would take them, for people: nothing ever executes this text.
fn shell_words(argv: &[OsString]) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+@%^".contains(c);
    let word = |word: &OsString| {
        let word = word.to_string_lossy();
        if !word.is_empty() && word.chars().all(plain) {
            word.into_owned()
        } else {
            format!("'{}'", word.replace('\'', "'\\''"))
        }
    };
    argv.iter().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_would_need_them() {
        let words =
            |argv: &[&str]| shell_words(&argv.iter().map(OsString::from).collect::<Vec<_>>());
        assert_eq!(words(&["cargo", "test", "--all"]), "cargo test --all");
        assert_eq!(words(&["sh", "-c", "a && b"]), "sh -c 'a && b'");
        assert_eq!(words(&["echo", "it's", ""]), "echo 'it'\\''s' ''");
    }
}
