//! What each program needs: its settings in a HOME of its own, dummy keys, and few retries.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde_json::json;

/// Silence after which a program is ended whose provider never answers. Several seconds pass on a busy machine before it
/// has started, and more between its tries.
pub(crate) const STALL: Duration = Duration::from_secs(45);
/// The same where the provider answers.
const STALL_LONG: Duration = Duration::from_mins(10);
const TIMEOUT: Duration = Duration::from_mins(15);
const GRACE: Duration = Duration::from_secs(1);
/// What a busy machine takes to start a program and to end it.
const SLACK: Duration = Duration::from_mins(1);

/// Whether it says nothing for longer than [`STALL`]: nothing comes back, or it tries again without a word.
fn is_silent(agent: &str, mode: &str) -> bool {
    matches!(
        (agent, mode),
        (_, "hang" | "refused")
            | ("qwen", "429" | "429quota" | "500")
            | ("opencode", "429quota" | "500")
    )
}

fn stall(agent: &str, mode: &str) -> Duration {
    if is_silent(agent, mode) {
        STALL
    } else {
        STALL_LONG
    }
}

/// Limits of a run, as settings of an agent in a profile.
pub(crate) fn limits(agent: &str, mode: &str) -> String {
    let secs = |time: Duration| format!("{}s", time.as_secs());
    let (timeout, stall, grace) = (secs(TIMEOUT), secs(stall(agent, mode)), secs(GRACE));
    with_model(
        agent,
        &format!("timeout: {timeout}, stall: {stall}, grace: {grace}"),
    )
}

/// How long a run takes at most within these limits.
pub(crate) fn longest(agent: &str, mode: &str) -> Duration {
    // Nothing is printed any more where nothing comes: the time in all is not what ends it.
    let limit = if is_silent(agent, mode) {
        STALL
    } else {
        TIMEOUT
    };
    limit + GRACE + SLACK
}

/// The same, with an end after some turns and calls.
pub(crate) fn few_steps(agent: &str) -> String {
    format!("{}, steps_max: 6", limits(agent, "ok"))
}

fn with_model(agent: &str, limits: &str) -> String {
    match agent {
        "gemini" => format!("{limits}, model: gemini-2.5-flash"),
        "ollama" => format!("{limits}, model: stub-model"),
        "pi" => format!("{limits}, model: stub/stub-model"),
        "qwen" => format!("{limits}, args: [--auth-type, openai]"),
        _ => limits.to_owned(),
    }
}

/// An issue that asks for one more file.
pub(crate) fn good_script(agent: &str) -> String {
    // Qwen Code takes absolute paths alone, and nobody knows that of the worktree beforehand.
    let write = match agent {
        "qwen" => "@model run printf 'made by the model\\n' > work.txt",
        _ => "@model write work.txt made by the model",
    };
    format!("{write}\n@model run acp report implemented\n@model say All done.")
}

/// Whether a variable of acp's environment leads it to its provider, and not a file of its settings.
pub(crate) fn is_led_by_variable(agent: &str) -> bool {
    ["claude", "gemini", "ollama", "qwen"].contains(&agent)
}

/// Whether it says what it cost.
pub(crate) fn says_cost(agent: &str) -> bool {
    ["claude", "opencode", "pi"].contains(&agent)
}

/// Writes its settings and gives the variables of acp's environment that it is handed.
pub(crate) fn set_up(
    agent: &str,
    home: &Path,
    base: &str,
    mode: &str,
) -> Vec<(&'static str, String)> {
    if let Some((name, text)) = settings(agent, &format!("{base}/v1")) {
        let path = home.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    if agent == "pi" {
        let retry = json!({ "retry": { "enabled": true, "maxRetries": 1, "baseDelayMs": 100 } });
        fs::write(home.join(".pi/agent/settings.json"), retry.to_string()).unwrap();
    }
    let base_v1 = format!("{base}/v1");
    let key = || "dummy".to_owned();
    match agent {
        "claude" => {
            // Only a login of its own is told when a window of hours ends.
            let login = match mode {
                "429quota" => "CLAUDE_CODE_OAUTH_TOKEN",
                _ => "ANTHROPIC_API_KEY",
            };
            vec![
                (login, key()),
                ("ANTHROPIC_BASE_URL", base.to_owned()),
                ("CLAUDE_CODE_MAX_RETRIES", "1".to_owned()),
            ]
        }
        "codex" => vec![("OPENAI_API_KEY", key())],
        "ollama" => vec![("CODEX_OSS_BASE_URL", base_v1)],
        "gemini" => vec![
            ("GEMINI_API_KEY", key()),
            ("GOOGLE_GEMINI_BASE_URL", base.to_owned()),
        ],
        "qwen" => vec![
            ("OPENAI_API_KEY", key()),
            ("OPENAI_BASE_URL", base_v1),
            ("OPENAI_MODEL", "stub-model".to_owned()),
        ],
        _ => vec![],
    }
}

/// The file of its settings below HOME, and what is in it.
fn settings(agent: &str, base: &str) -> Option<(&'static str, String)> {
    let cost = json!({ "input": 1, "output": 2, "cacheRead": 0, "cacheWrite": 0 });
    Some(match agent {
        "codex" => (
            ".codex/config.toml",
            format!(
                "model = \"gpt-5.5\"\nmodel_provider = \"stub\"\n[model_providers.stub]\nname = \"stub\"\n\
                 base_url = \"{base}\"\nwire_api = \"responses\"\nenv_key = \"OPENAI_API_KEY\"\n\
                 request_max_retries = 1\nstream_max_retries = 1\n"
            ),
        ),
        "opencode" => {
            let model = json!({ "name": "stub", "limit": { "context": 100_000, "output": 8000 },
                "cost": { "input": 1, "output": 2 } });
            let provider = json!({ "npm": "@ai-sdk/openai-compatible", "name": "stub",
                "options": { "baseURL": base, "apiKey": "dummy" }, "models": { "stub-model": model } });
            let all = json!({ "model": "stub/stub-model", "small_model": "stub/stub-model",
                "provider": { "stub": provider } });
            (".config/opencode/opencode.json", all.to_string())
        }
        "gemini" => {
            let all = json!({ "security": { "auth": { "selectedType": "gemini-api-key" } },
                "privacy": { "usageStatisticsEnabled": false },
                "general": { "maxAttempts": 2, "retryFetchErrors": false } });
            (".gemini/settings.json", all.to_string())
        }
        "pi" => {
            let model = json!({ "id": "stub-model", "name": "stub", "reasoning": false, "input": ["text"],
                "cost": cost, "contextWindow": 100_000, "maxTokens": 8000 });
            let all = json!({ "providers": { "stub": { "baseUrl": base, "apiKey": "dummy",
                "api": "openai-completions", "models": [model] } } });
            (".pi/agent/models.json", all.to_string())
        }
        _ => return None,
    })
}
