//! The text of a new profile: what differs from the defaults, and the few keys that people change, with comments.

use std::path::PathBuf;

use crate::domain::{ForgeKind, ProfileId, TokenSource};

/// What `acp init` knows about a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// The profile's name.
    pub id: ProfileId,
    /// The kind of forge.
    pub kind: ForgeKind,
    /// `owner/name`, or the name of a local forge.
    pub repo: String,
    /// The address of an own server.
    pub base_url: Option<String>,
    /// Where git clones from.
    pub git_url: Option<String>,
    /// Where the token comes from.
    pub token: Option<TokenSource>,
    /// The checkout.
    pub path: Option<PathBuf>,
    /// The branch that work starts from.
    pub base: String,
    /// Lines for `repo.setup`.
    pub setup: Vec<String>,
    /// Lines for `repo.verify`.
    pub verify: Vec<String>,
    /// The agent of first choice.
    pub agent: String,
    /// The shell line of the agent `command`.
    pub agent_command: Option<String>,
    /// Labels for `intake.labels`; empty for the built-in one.
    pub labels: Vec<String>,
    /// What may leave this machine; `None` for what is usual for the forge.
    pub writes: Option<&'static str>,
}

/// The YAML text; it loads back to the same values.
pub fn render(new: &NewProfile) -> String {
    let mut out = header(new);
    out.push_str(&forge(new));
    out.push_str(&repo(new));
    out.push_str(&agents(new));
    out.push_str(&rest(new));
    out
}

fn header(new: &NewProfile) -> String {
    format!(
        "# The profile `{id}`. Keys that are not here have their built-in value: `acp profile show {id} --origin`\n\
         # lists all of them. Check a change with `acp profile check {id}`.\n\
         schema: 1\n",
        id = new.id
    )
}

fn forge(new: &NewProfile) -> String {
    let mut out = String::from("\n# Where issues and pull requests live.\nforge:\n");
    line(&mut out, 2, "kind", new.kind.as_str());
    line(&mut out, 2, "repo", &scalar(&new.repo));
    if let Some(url) = &new.base_url {
        line(&mut out, 2, "base_url", &scalar(url));
    }
    if let Some(url) = &new.git_url {
        line(&mut out, 2, "git_url", &scalar(url));
    }
    if let Some(token) = &new.token {
        out.push_str("  # Only its source; the token itself must not be here.\n");
        let source = match token {
            TokenSource::Env(name) => format!("{{ env: {} }}", scalar(name)),
            TokenSource::File(path) => format!("{{ file: {} }}", scalar(&path.to_string_lossy())),
            TokenSource::Command(argv) => format!("{{ command: {} }}", flow_list(argv)),
        };
        line(&mut out, 2, "token", &source);
    }
    out
}

fn repo(new: &NewProfile) -> String {
    let mut out = String::from("\nrepo:\n");
    if let Some(path) = &new.path {
        out.push_str("  # Your checkout; it is never changed.\n");
        line(&mut out, 2, "path", &scalar(&path.to_string_lossy()));
    }
    out.push_str("  # The branch that work starts from and goes to.\n");
    line(&mut out, 2, "base", &scalar(&new.base));
    if !new.setup.is_empty() {
        out.push_str("  # Shell lines that run in a fresh worktree before the agent.\n");
        list(&mut out, "setup", &new.setup);
    }
    out.push_str("  # Shell lines that must end with 0 before anything is merged.\n");
    list(&mut out, "verify", &new.verify);
    out
}

fn agents(new: &NewProfile) -> String {
    let mut out = String::from(
        "\nagents:\n  # claude, codex, opencode, gemini, pi, qwen, openclaw, kilo, crush, ollama or command (any program).\n",
    );
    line(&mut out, 2, "use", &scalar(&new.agent));
    if let Some(shell) = &new.agent_command {
        out.push_str("  settings:\n    command:\n");
        line(&mut out, 6, "shell", &scalar(shell));
    }
    out
}

fn rest(new: &NewProfile) -> String {
    let usual = if new.kind == ForgeKind::Local {
        "full"
    } else {
        "draft"
    };
    let writes = match new.writes.unwrap_or(usual) {
        // Without quotes YAML could take it for a no.
        "off" => "\"off\"",
        other => other,
    };
    let intake = match flow_list(&new.labels) {
        _ if new.labels.is_empty() => String::new(),
        labels => format!("\n# What makes acp take an issue.\nintake: {{ labels: {labels} }}\n"),
    };
    let built_in = if new.labels.is_empty() {
        "# intake: { labels: [agent-ready] }\n"
    } else {
        ""
    };
    format!(
        "{intake}\n# Often changed; these are the built-in values.\n\
         {built_in}\
         # limits: {{ workers: 4, launches_per_pass: 4 }}\n\
         # budget: {{ runs_per_day: 50, usd_per_day: 0, usd_per_run: 0 }}   # 0: no limit\n\
         \n\
         policy:\n\
         \u{20} # off: nothing leaves this machine; draft: draft pull requests and comments; full: may also merge.\n\
         \u{20} writes: {writes}\n\
         \u{20} # Risk scores, from 0 to 100: merged without asking, and merged after a person's yes.\n\
         \u{20} # merge: {{ auto_max: 30, ask_max: 70 }}\n"
    )
}

fn line(out: &mut String, indent: usize, key: &str, value: &str) {
    out.extend([" ".repeat(indent).as_str(), key, ": ", value, "\n"]);
}

fn list(out: &mut String, key: &str, members: &[String]) {
    if members.is_empty() {
        line(out, 2, key, "[]");
        return;
    }
    out.extend(["  ", key, ":\n"]);
    for member in members {
        out.extend(["    - ", &scalar(member), "\n"]);
    }
}

fn flow_list(members: &[String]) -> String {
    let quoted: Vec<String> = members.iter().map(|member| scalar(member)).collect();
    format!("[{}]", quoted.join(", "))
}

/// The text as YAML reads it back as text: plain when that is certain, quoted otherwise.
fn scalar(text: &str) -> String {
    let keyword = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./ ".contains(c))
        && !text.ends_with(' ')
        && !keyword.contains(&text.to_ascii_lowercase().as_str());
    if plain {
        return text.to_owned();
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // Everything that YAML, a terminal or an editor could take for a break or leave out.
            c if c.is_control() || !c.is_ascii() && !c.is_alphanumeric() => {
                out.extend([format!("\\U{:08X}", u32::from(c))]);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
