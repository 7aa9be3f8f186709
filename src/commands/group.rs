//! How a verb hangs in the tree: lazily, and with its permission to work inside a run.

use clap::{ArgMatches, Args, Command, FromArgMatches, Subcommand};

use super::Session;
use crate::ui::{CliError, Output};

/// A verb, or a group of verbs, with its arguments read.
pub trait Verb: FromArgMatches {
    /// Does it.
    fn run(self, session: &Session<'_>) -> Result<Output, CliError>;

    /// Whether this call may be made inside a run; looked at only for a group that is [`Group::sometimes_in_run`].
    fn works_in_run(&self) -> bool {
        false
    }
}

/// Whether a group works while `ACP_RUN_ID` is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum InRun {
    Never,
    Always,
    Ask,
}

/// A verb or group of the first level.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its name.
    pub name: &'static str,
    /// One line for `--help`.
    pub about: &'static str,
    /// Whether `--help` leaves it out.
    pub hidden: bool,
    in_run: InRun,
    build: fn(Command) -> Command,
    run: fn(&ArgMatches, &Session<'_>) -> Result<Output, CliError>,
    asks: fn(&ArgMatches) -> bool,
}

impl Group {
    /// A single verb.
    pub const fn verb<T: Args + Verb>(name: &'static str, about: &'static str) -> Self {
        Self::new::<T>(name, about, build_verb::<T>)
    }

    /// A group of verbs.
    pub const fn verbs<T: Subcommand + Verb>(name: &'static str, about: &'static str) -> Self {
        Self::new::<T>(name, about, build_verbs::<T>)
    }

    const fn new<T: Verb>(
        name: &'static str,
        about: &'static str,
        build: fn(Command) -> Command,
    ) -> Self {
        Self {
            name,
            about,
            hidden: false,
            in_run: InRun::Never,
            build,
            run: run::<T>,
            asks: asks::<T>,
        }
    }

    /// Works inside a run too.
    #[must_use]
    pub const fn in_run(mut self) -> Self {
        self.in_run = InRun::Always;
        self
    }

    /// Works inside a run for the calls of which [`Verb::works_in_run`] says so.
    #[must_use]
    pub const fn sometimes_in_run(mut self) -> Self {
        self.in_run = InRun::Ask;
        self
    }

    /// Is not shown.
    #[must_use]
    pub const fn hidden(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Its place in the tree; the rest is built when it is called.
    pub fn command(&self) -> Command {
        Command::new(self.name)
            .about(self.about)
            .hide(self.hidden)
            .defer(self.build)
    }

    /// Whether this call may be made inside a run.
    pub fn works_in_run(&self, matches: &ArgMatches) -> bool {
        match self.in_run {
            InRun::Never => false,
            InRun::Always => true,
            InRun::Ask => (self.asks)(matches),
        }
    }

    /// Does it.
    pub fn run(&self, matches: &ArgMatches, session: &Session<'_>) -> Result<Output, CliError> {
        (self.run)(matches, session)
    }
}

fn build_verb<T: Args>(command: Command) -> Command {
    keeping_about(command, T::augment_args)
}

fn build_verbs<T: Subcommand>(command: Command) -> Command {
    keeping_about(command, |command| {
        T::augment_subcommands(command)
            .subcommand_required(true)
            .arg_required_else_help(true)
    })
}

/// The doc comment of the arguments' type becomes the long text; the one line stays that of the table.
fn keeping_about(command: Command, augment: impl FnOnce(Command) -> Command) -> Command {
    let about = command.get_about().cloned();
    let command = augment(command);
    match about {
        Some(about) => command.about(about),
        None => command,
    }
}

fn run<T: Verb>(matches: &ArgMatches, session: &Session<'_>) -> Result<Output, CliError> {
    T::from_arg_matches(matches)
        .map_err(|error| CliError::usage(error.to_string()))?
        .run(session)
}

fn asks<T: Verb>(matches: &ArgMatches) -> bool {
    T::from_arg_matches(matches).is_ok_and(|verb| verb.works_in_run())
}
