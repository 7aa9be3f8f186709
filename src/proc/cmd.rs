//! What is to be started: program, arguments, folder, environment.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// A command that has not been started. A program without a slash is looked up in the child's own `PATH`.
#[derive(Debug, Clone)]
pub struct Cmd {
    program: OsString,
    args: Vec<OsString>,
    dir: Option<PathBuf>,
    clear: bool,
    vars: BTreeMap<OsString, Option<OsString>>,
}

impl Cmd {
    /// `program` without arguments, in acp's folder and environment.
    pub fn new(program: impl Into<OsString>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: None,
            clear: false,
            vars: BTreeMap::new(),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Starts it in `dir`. A relative program path is still relative to acp's own folder.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Sets one environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), Some(value.into()));
        self
    }

    /// Takes one environment variable away.
    #[must_use]
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.vars.insert(name.into(), None);
        self
    }

    /// Starts from an empty environment; what was set so far is forgotten.
    #[must_use]
    pub fn env_clear(mut self) -> Self {
        self.clear = true;
        self.vars.clear();
        self
    }

    /// The program as it was named.
    pub fn program(&self) -> &OsStr {
        &self.program
    }

    /// The command for messages, escaped so that it can be pasted into a shell. Without the environment.
    pub fn shown(&self) -> String {
        std::iter::once(&self.program)
            .chain(&self.args)
            .map(|word| escape(&word.to_string_lossy()))
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Its arguments.
    pub fn arguments(&self) -> &[OsString] {
        &self.args
    }

    /// The folder it is started in, when one was named.
    pub fn folder(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

    pub(super) fn is_cleared(&self) -> bool {
        self.clear
    }

    /// The names of the variables that it is given.
    pub fn variable_names(&self) -> impl Iterator<Item = &OsStr> {
        let set = self.vars.iter().filter(|(_, value)| value.is_some());
        set.map(|(name, _)| name.as_os_str())
    }

    /// The value of a variable that it is given.
    pub fn variable(&self, name: &OsStr) -> Option<&OsStr> {
        self.vars.get(name)?.as_deref()
    }

    pub(super) fn variables(&self) -> impl Iterator<Item = (&OsStr, Option<&OsStr>)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_deref()))
    }

    /// The same folder and environment around another program.
    #[must_use]
    pub fn wrapped(&self, program: OsString, args: Vec<OsString>) -> Self {
        Self {
            program,
            args,
            ..self.clone()
        }
    }
}

fn escape(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_@%+=:,./-".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_can_be_pasted() {
        let cmd = Cmd::new("git").args(["commit", "-m", "it's a fix", ""]);
        assert_eq!(cmd.shown(), r"git commit -m 'it'\''s a fix' ''");
    }
}
