//! The exit codes: one table, from which `docs/exit-codes.md` is made.

/// How acp ended, for the caller's decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Done, or nothing to do.
    Ok,
    /// A question was asked and the answer is no.
    No,
    /// The call is wrong.
    Usage,
    /// Stored state or an input file is damaged or of a newer format.
    Data,
    /// What was named does not exist.
    Missing,
    /// Something outside could not be reached.
    Unavailable,
    /// A bug in acp.
    Bug,
    /// This machine failed.
    Io,
    /// Not now; later it may work.
    TempFail,
    /// Something outside answered what acp cannot read.
    Protocol,
    /// Not allowed.
    Denied,
    /// A profile or setting is not valid.
    Config,
    /// A command that acp was asked to run ended with this status, or by signal `n` as 128 + n.
    Child(u8),
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct ExitRow {
    /// The exit; for a signal the form of it.
    pub exit: Exit,
    /// The number as it is written.
    pub code: &'static str,
    /// The stable word.
    pub name: &'static str,
    /// When it happens.
    pub when: &'static str,
    /// What the caller should do.
    pub then: &'static str,
}

const fn row(
    exit: Exit,
    code: &'static str,
    name: &'static str,
    when: &'static str,
    then: &'static str,
) -> ExitRow {
    ExitRow {
        exit,
        code,
        name,
        when,
        then,
    }
}

/// Every exit code, in order.
pub const EXITS: &[ExitRow] = &[
    row(Exit::Ok, "0", "ok", "done, or nothing to do", "go on"),
    row(
        Exit::No,
        "1",
        "no",
        "a question was asked and the answer is no (`pr risk --max low`, `doctor`, `fsck`)",
        "branch on it",
    ),
    row(
        Exit::Usage,
        "2",
        "usage",
        "the call is wrong: an unknown verb, a missing or malformed argument",
        "fix the call",
    ),
    row(
        Exit::Data,
        "65",
        "data",
        "stored state or an input file is damaged or of a newer format",
        "stop; the error names the file",
    ),
    row(
        Exit::Missing,
        "66",
        "missing",
        "the profile, item, run or file that was named does not exist",
        "fix the name",
    ),
    row(
        Exit::Unavailable,
        "69",
        "unavailable",
        "the forge, an agent's program or git could not be reached or used",
        "try later; alert when it lasts",
    ),
    row(
        Exit::Bug,
        "70",
        "bug",
        "a broken invariant or a panic: a bug in acp",
        "report it",
    ),
    row(
        Exit::Io,
        "74",
        "io",
        "this machine failed: disk full, no permission on acp's own files",
        "fix the machine",
    ),
    row(
        Exit::TempFail,
        "75",
        "tempfail",
        "a lock is busy past its limit, a rate limit or a cooldown holds; `retry_at` says until when, where it is known",
        "try again later",
    ),
    row(
        Exit::Protocol,
        "76",
        "protocol",
        "something outside answered what acp cannot read",
        "report it",
    ),
    row(
        Exit::Denied,
        "77",
        "denied",
        "a credential is missing, expired or too weak, or the policy forbids it",
        "a person must look",
    ),
    row(
        Exit::Config,
        "78",
        "config",
        "a profile or setting is not valid",
        "a person must fix it",
    ),
    row(
        Exit::Child(128),
        "128+n",
        "signal",
        "ended by signal n (130 for Ctrl-C)",
        "as the signal says",
    ),
];

impl Exit {
    /// The number that the process ends with.
    pub const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Data => 65,
            Self::Missing => 66,
            Self::Unavailable => 69,
            Self::Bug => 70,
            Self::Io => 74,
            Self::TempFail => 75,
            Self::Protocol => 76,
            Self::Denied => 77,
            Self::Config => 78,
            Self::Child(code) => code,
        }
    }

    /// The stable word, for `--json`.
    pub fn name(self) -> &'static str {
        EXITS
            .iter()
            .find(|row| row.exit == self)
            .map_or("child", |row| row.name)
    }

    /// What holds beside the table.
    pub const AFTERWORD: &str = "`acp report verify -- CMD...` ends as CMD does. A reader that closes the pipe early is no error.\n\n\
         With `--json` an error is one object on standard error, and standard output stays empty:\n\
         `{\"schema\":\"acp.error/1\",\"kind\":\"tempfail\",\"code\":75,\"message\":…,\"causes\":[…],\"hints\":[…],\"retry_at\":…}`.\n\n\
         For systemd: `SuccessExitStatus=75` and `RestartPreventExitStatus=2 65 77 78`.\n";

    /// `docs/exit-codes.md`.
    pub fn document() -> String {
        let mut text = String::from(
            "# Exit codes\n\n\
             Generated from `src/ui/exit.rs`; `ACP_UPDATE=1 cargo test --test tidy` rewrites it.\n\n\
             | code | name | when | the caller should |\n|--:|---|---|---|\n",
        );
        for row in EXITS {
            let ExitRow {
                code,
                name,
                when,
                then,
                ..
            } = row;
            text.push_str(&["| ", code, " | `", name, "` | ", when, " | ", then, " |\n"].concat());
        }
        text.push('\n');
        text.push_str(Self::AFTERWORD);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_and_the_numbers_agree() {
        for row in &EXITS[..EXITS.len() - 1] {
            assert_eq!(row.code, row.exit.code().to_string());
            assert_eq!(row.exit.name(), row.name);
        }
        assert_eq!(Exit::Child(3).name(), "child");
        assert_eq!(Exit::Child(3).code(), 3);
    }
}
