//! Any program that reads its task on standard input and ends with 0 when it has done it.

use jiff::Zoned;

use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Login, ProcessEnd, process_failure,
};
use crate::domain::{AgentEnd, AgentSettings, Failure};

/// The shell that runs a `shell` line, by its full path: the line itself may change PATH, this may not.
const SHELL: &str = "/bin/sh";

/// A program of the profile's own choice.
pub(super) struct Command;

impl Agent for Command {
    fn name(&self) -> &'static str {
        "command"
    }

    fn about(&self) -> &'static str {
        "any program: reads the task on standard input, ends with 0 when it is done"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            tried_with: Some("any"),
            ..Abilities::default()
        }
    }

    fn login(&self) -> Login {
        Login {
            how: "acp knows nothing of its login; `agents.settings.command.env` hands variables on",
            ..Login::default()
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        match (&settings.shell, settings.argv.first()) {
            (Some(_), _) => Some(SHELL.to_owned()),
            (None, Some(program)) => Some(program.clone()),
            (None, None) => None,
        }
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        let settings = task.settings;
        let (program, mut args) = match (&settings.shell, settings.argv.split_first()) {
            (Some(_), Some(_)) => {
                return Err("the agent `command` has both `argv` and `shell`; keep one".to_owned());
            }
            // The extra arguments become $1, $2, … of the line; they are never pasted into it.
            (Some(line), None) => (
                SHELL.to_owned(),
                vec!["-c".to_owned(), line.clone(), "acp-agent".to_owned()],
            ),
            (None, Some((program, args))) => (program.clone(), args.to_vec()),
            (None, None) => {
                return Err(
                    "the agent `command` needs `argv` or `shell` in its settings".to_owned(),
                );
            }
        };
        args.extend(settings.args.iter().cloned());
        Ok(AgentCommand {
            program,
            args,
            prompt_on_stdin: true,
            env: vec![],
            pass_env: &[],
        })
    }

    /// A program of which nothing is known says nothing; it has its exit status.
    fn read_line(&self, _line: &str, _now: &Zoned) -> Vec<AgentEvent> {
        vec![]
    }

    fn judge(&self, end: ProcessEnd, _verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        process_failure(end, None).map_or(AgentEnd::Well, AgentEnd::Failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{settings, task};
    use crate::domain::FailureClass;

    fn command(settings: &AgentSettings) -> Result<AgentCommand, String> {
        Command.command(&task(settings))
    }

    #[test]
    fn a_program_or_a_shell_line_but_not_both() {
        let mut given = settings();
        assert!(command(&given).is_err() && Command.program(&given).is_none());

        given.argv = vec!["tool".into(), "--go".into()];
        given.args = vec!["x y".into()];
        let built = command(&given).unwrap();
        assert_eq!(
            (built.program.as_str(), built.args.as_slice()),
            ("tool", &["--go".to_owned(), "x y".to_owned()][..])
        );
        assert!(built.prompt_on_stdin);
        assert_eq!(Command.program(&given).as_deref(), Some("tool"));

        given.shell = Some("echo \"$1\"".into());
        assert!(command(&given).is_err());
        given.argv.clear();
        let built = command(&given).unwrap();
        assert_eq!(built.program, "/bin/sh");
        assert_eq!(built.args, ["-c", "echo \"$1\"", "acp-agent", "x y"]);
    }

    #[test]
    fn only_an_exit_status_of_0_is_well() {
        let class = |end| match Command.judge(end, None) {
            AgentEnd::Well => None,
            AgentEnd::Failed(failure) => Some(failure.class),
        };
        assert_eq!(class(ProcessEnd::Exited(0)), None);
        assert_eq!(class(ProcessEnd::Exited(3)), Some(FailureClass::Crashed));
        assert_eq!(class(ProcessEnd::Signaled(9)), Some(FailureClass::Killed));
    }
}
