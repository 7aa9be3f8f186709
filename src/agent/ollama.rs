//! A model on this machine, served by Ollama: Codex does the work and speaks to it.

use jiff::Zoned;

use super::codex;
use super::{
    Abilities, Agent, AgentCommand, AgentEvent, AgentTask, Hosts, Login, ProcessEnd, model,
    no_shell, program_or,
};
use crate::domain::{AgentEnd, AgentSettings, Failure};

/// Codex with a local model.
pub(super) struct Ollama;

impl Agent for Ollama {
    fn name(&self) -> &'static str {
        "ollama"
    }

    fn about(&self) -> &'static str {
        "a model of Ollama on this machine, through Codex (`codex exec --oss`)"
    }

    fn abilities(&self) -> Abilities {
        Abilities {
            structured: true,
            resume: true,
            cost: false,
            sandbox: true,
            // Codex was, at Ollama's interface; a real Ollama was not.
            tried_with: None,
        }
    }

    fn login(&self) -> Login {
        Login {
            env: &["CODEX_OSS_BASE_URL"],
            files: &[".ollama"],
            home: &[".codex"],
            how: "`ollama serve` and `ollama pull MODEL`; there is no login",
        }
    }

    fn hosts(&self) -> Hosts {
        Hosts {
            known: &["localhost:11434"],
            vars: &["CODEX_OSS_BASE_URL"],
        }
    }

    fn program(&self, settings: &AgentSettings) -> Option<String> {
        Some(program_or(settings, "codex"))
    }

    fn command(&self, task: &AgentTask<'_>) -> Result<AgentCommand, String> {
        no_shell(self.name(), task.settings)?;
        if model(task.settings).is_none() {
            return Err("`agents.settings.ollama.model` names no model; `ollama list` shows those that there are".into());
        }
        Ok(AgentCommand {
            program: program_or(task.settings, "codex"),
            args: codex::exec(task, &["--oss", "--local-provider", "ollama"]),
            prompt_on_stdin: true,
            env: vec![],
            pass_env: &["CODEX_HOME", "CODEX_OSS_BASE_URL", "CODEX_OSS_PORT"],
        })
    }

    fn read_line(&self, line: &str, now: &Zoned) -> Vec<AgentEvent> {
        codex::events(line, now)
    }

    fn judge(&self, end: ProcessEnd, verdict: Option<&Result<(), Failure>>) -> AgentEnd {
        codex::judge(end, verdict)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::testing::{settings, task};

    #[test]
    fn it_needs_a_model_and_is_codex_otherwise() {
        let mut settings = settings();
        let none = Ollama.command(&task(&settings)).unwrap_err();
        assert!(none.contains("agents.settings.ollama.model"), "{none}");
        settings.model = Some("qwen3-coder".into());
        let args = Ollama.command(&task(&settings)).unwrap().args.join(" ");
        assert!(args.starts_with("exec --json "), "{args}");
        assert!(
            args.ends_with("--oss --local-provider ollama --model qwen3-coder -"),
            "{args}"
        );
    }
}
