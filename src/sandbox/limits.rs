//! What one child may use. A shell sets the limits and becomes the command: there is no other way that needs neither
//! `unsafe` nor a program that some systems lack.

use std::ffi::OsString;

use crate::domain::SandboxRules;
use crate::proc::Cmd;

const SHELL: &str = "/bin/sh";
/// The unit of `ulimit -f`.
const BLOCK_BYTES: u64 = 512;
const KIB: u64 = 1024;

/// Whose processes are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// A user namespace counts its own.
    OfTheSandbox,
    /// All of the user's: a limit would depend on what else runs, so there is none.
    OfTheUser,
}

/// `cmd` below its limits; `cmd` itself when there are none.
pub(super) fn around(cmd: Cmd, rules: &SandboxRules, scope: Scope) -> Cmd {
    let Some(script) = script(rules, scope) else {
        return cmd;
    };
    let mut args: Vec<OsString> = vec!["-c".into(), script.into(), "acp".into()];
    args.push(cmd.program().to_owned());
    args.extend_from_slice(cmd.arguments());
    cmd.wrapped(SHELL.into(), args)
}

/// A limit that cannot be set keeps the command from being started.
fn script(rules: &SandboxRules, scope: Scope) -> Option<String> {
    let mut steps = vec![];
    if rules.file_bytes_max > 0 {
        steps.push(format!(
            "ulimit -f {}",
            rules.file_bytes_max.div_ceil(BLOCK_BYTES)
        ));
    }
    if rules.memory_bytes_max > 0 {
        // Not the address space: JIT compilers reserve far more of it than they ever use.
        steps.push(format!(
            "ulimit -d {}",
            rules.memory_bytes_max.div_ceil(KIB)
        ));
    }
    if rules.processes_max > 0 && scope == Scope::OfTheSandbox {
        let n = rules.processes_max;
        // `-u` in bash and zsh, `-p` in dash and busybox. A limit that is lower already cannot be set, and holds.
        let lower = format!("test \"$(ulimit -u || ulimit -p)\" -le {n}");
        steps.push(format!(
            "{{ ulimit -u {n} || ulimit -p {n} || {lower}; }} 2>/dev/null"
        ));
    }
    if steps.is_empty() {
        return None;
    }
    steps.push("exec \"$@\"".to_owned());
    Some(steps.join(" && "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_become_one_line_and_the_command_stays_what_it_was() {
        let rules = SandboxRules {
            memory_bytes_max: 2_000_000,
            processes_max: 50,
            file_bytes_max: 1_000,
            ..SandboxRules::off()
        };
        let cmd = || Cmd::new("tool").args(["a b", "$(c)"]);
        assert_eq!(
            around(cmd(), &rules, Scope::OfTheSandbox).shown(),
            "/bin/sh -c 'ulimit -f 2 && ulimit -d 1954 && { ulimit -u 50 || ulimit -p 50 || \
             test \"$(ulimit -u || ulimit -p)\" -le 50; } 2>/dev/null && exec \"$@\"' acp tool 'a b' '$(c)'"
        );
        let shown = around(cmd(), &rules, Scope::OfTheUser).shown();
        assert!(
            !shown.contains("50") && shown.contains("ulimit -d"),
            "{shown}"
        );
        let off = SandboxRules::off();
        assert_eq!(around(cmd(), &off, Scope::OfTheUser).shown(), cmd().shown());
    }
}
