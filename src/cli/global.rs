//! The flags that every verb takes, before or after its name.

use clap::{ArgMatches, FromArgMatches as _};

use crate::sys::Env;
use crate::ui::{CliError, Format};

/// The flags as clap sees them.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[derive(clap::Args)]
#[command(next_help_heading = "Global options")]
pub(super) struct GlobalArgs {
    /// The profile to work with
    #[arg(long, global = true, value_name = "ID")]
    profile: Option<String>,
    /// One record a line, fields between tabs
    #[arg(long, global = true)]
    plain: bool,
    /// One JSON object
    #[arg(long, global = true)]
    json: bool,
    /// Say what would be done, and do nothing
    #[arg(long, global = true)]
    dry_run: bool,
    /// Say more on standard error
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Show no progress
    #[arg(long, global = true)]
    no_progress: bool,
}

/// What they amount to.
pub(super) struct Globals {
    pub(super) profile: Option<String>,
    pub(super) format: Format,
    pub(super) dry_run: bool,
    pub(super) verbose: u8,
    pub(super) progress: bool,
}

impl Globals {
    /// Reads them; `ACP_PROFILE` stands in for `--profile`.
    pub(super) fn read(matches: &ArgMatches, env: &Env) -> Result<Self, CliError> {
        let args = GlobalArgs::from_arg_matches(matches)
            .map_err(|error| CliError::usage(error.to_string()))?;
        // clap checks conflicts level by level, and the two may stand on different levels.
        let format = match (args.plain, args.json) {
            (true, true) => {
                return Err(CliError::usage("`--plain` and `--json` exclude each other"));
            }
            (true, false) => Format::Plain,
            (false, true) => Format::Json,
            (false, false) => Format::Human,
        };
        Ok(Self {
            profile: args
                .profile
                .or_else(|| env.text("ACP_PROFILE").map(str::to_owned)),
            format,
            dry_run: args.dry_run,
            verbose: args.verbose,
            progress: !args.no_progress,
        })
    }
}
