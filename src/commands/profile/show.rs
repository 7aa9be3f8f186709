//! `acp profile show`: every value of a profile, and where it comes from.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value;

use crate::commands::{Session, Verb};
use crate::domain::ProfileId;
use crate::profile::{self, Overrides};
use crate::ui::words::clean;
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Shows every value of a profile as it holds, with what comes from the layers below it.
///
/// Columns of --plain: key, value as JSON, layer (built-in, config.toml, profile, or the name of a variable).
#[derive(clap::Args)]
pub(crate) struct Show {
    /// The profile; by default the one that the call is about
    id: Option<ProfileId>,
    /// Say which layer set each value
    #[arg(long)]
    origin: bool,
}

#[derive(Serialize)]
struct Shown {
    id: String,
    path: String,
    settings: Vec<Setting>,
    #[serde(skip)]
    with_origin: bool,
}

#[derive(Serialize)]
struct Setting {
    key: String,
    value: Value,
    origin: String,
}

impl Verb for Show {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let home = session.ports.home(session)?;
        let id = match self.id {
            Some(id) => id,
            None => session.ports.select(session, &home)?,
        };
        let loaded = profile::load(&home.config, &id, session.env, &Overrides::none())?;
        let setting = |(key, value, origin): (&str, &Value, &profile::Origin)| Setting {
            key: key.to_owned(),
            value: value.clone(),
            origin: origin.to_string(),
        };
        Ok(Output::of(Shown {
            id: id.to_string(),
            path: loaded.path.display().to_string(),
            settings: loaded.settings().into_iter().map(setting).collect(),
            with_origin: self.origin,
        }))
    }
}

/// The value as YAML reads it back, on one line.
fn yaml(value: &Value) -> String {
    match value {
        Value::Array(members) => {
            let members: Vec<String> = members.iter().map(yaml).collect();
            format!("[{}]", members.join(", "))
        }
        Value::Object(map) => {
            let pairs: Vec<String> = map
                .iter()
                .map(|(key, value)| format!("{key}: {}", yaml(value)))
                .collect();
            format!("{{ {} }}", pairs.join(", "))
        }
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Text that needs no quotes: anything else is quoted as JSON does, which YAML reads too.
fn is_plain(text: &str) -> bool {
    let keywords = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c))
        && !keywords.contains(&text.to_ascii_lowercase().as_str())
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.profile.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        writeln!(out, "{}", style.dim(&format!("# {}", clean(&self.path))))?;
        let lines: Vec<String> = self
            .settings
            .iter()
            .map(|setting| clean(&format!("{}: {}", setting.key, yaml(&setting.value))))
            .collect();
        let widest = lines
            .iter()
            .map(|line| line.chars().count())
            .filter(|width| *width <= 60);
        let column = widest.max().unwrap_or(0);
        for (line, setting) in lines.iter().zip(&self.settings) {
            if self.with_origin {
                let origin = style.dim(&format!("# {}", clean(&setting.origin)));
                writeln!(out, "{line:<column$}  {origin}")?;
            } else {
                writeln!(out, "{line}")?;
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.settings.iter().try_for_each(|setting| {
            let value = setting.value.to_string();
            plain_line(out, &[&setting.key, &value, &setting.origin])
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_in_a_profile() {
        for (value, text) in [
            (json!("main"), "main"),
            (json!("agent/"), "agent/"),
            (json!("off"), "\"off\""),
            (json!("30m"), "\"30m\""),
            (json!(""), "\"\""),
            (json!(4), "4"),
            (json!(["a b", "c"]), "[\"a b\", c]"),
            (json!({"env": "GITHUB_TOKEN"}), "{ env: GITHUB_TOKEN }"),
            (json!([]), "[]"),
        ] {
            assert_eq!(yaml(&value), text);
        }
    }
}
