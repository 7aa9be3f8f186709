//! `--report`: everything that somebody who helps needs to know, without what is nobody's business.

use std::fmt::Write as _;
use std::path::Path;

use super::check::{Case, Finding};
use crate::commands::Session;
use crate::domain::TokenSource;
use crate::profile::profile_path;
use crate::sys::Secret;
use crate::ui::CliError;
use crate::ui::words::clean_text;

/// Journal lines of each profile that are told.
const LINES_MAX: usize = 200;
/// The largest profile, token file or log that is read.
const BYTES_MAX: u64 = 1024 * 1024;
/// What the name of a variable holds whose value is a secret.
const SECRET_WORDS: &[&str] = &[
    "TOKEN",
    "KEY",
    "SECRET",
    "PASS",
    "AUTH",
    "COOKIE",
    "CREDENTIAL",
];

/// Writes the bundle as one text file, with every secret taken out that is known by its value or by its shape.
pub(super) fn write(
    session: &Session<'_>,
    file: &Path,
    cases: &[Case],
    findings: &[Finding],
    with_text: bool,
) -> Result<(), CliError> {
    let mut text = String::from("# Report of acp doctor\n");
    let mut secrets = of_environment(session);
    section(&mut text, "versions");
    let git = cases.first().map(|case| case.ground.machine.git_version());
    put(&mut text, &format!("acp {}", env!("CARGO_PKG_VERSION")));
    put(
        &mut text,
        &match git {
            Some(Ok(git)) => git,
            Some(Err(why)) => why,
            None => String::new(),
        },
    );
    put(
        &mut text,
        &format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
    );
    put(&mut text, &format!("written {}", session.clock.now()));
    section(&mut text, "findings");
    for finding in findings {
        let profile = finding.profile.as_deref().unwrap_or("machine");
        let (state, name, meaning) = (finding.state.as_str(), &finding.name, &finding.meaning);
        put(&mut text, &format!("{profile}  {state}  {name}  {meaning}"));
    }
    for case in cases {
        let path = profile_path(&case.ground.home.config, &case.id);
        section(&mut text, &format!("profile {}", case.id));
        let known = session
            .ports
            .read_file(&path, BYTES_MAX)?
            .unwrap_or_default();
        put(&mut text, &String::from_utf8_lossy(&known));
        let token = case
            .rules
            .as_ref()
            .and_then(|rules| rules.forge.token.as_ref());
        if let Some(TokenSource::File(path)) = token
            && let Ok(Some(bytes)) = session.ports.read_file(path, BYTES_MAX)
        {
            secrets.push(Secret::new(String::from_utf8_lossy(&bytes).into_owned()));
        }
        section(&mut text, &format!("journal of {}", case.id));
        journal(&mut text, case, with_text);
    }
    let mut text = session.ports.redacted(&text, secrets);
    text = without_passwords(&text);
    if let Some(home) = session.env.text("HOME").filter(|home| home.len() > 1) {
        text = text.replace(home, "~");
    }
    session.ports.write_file(file, clean_text(&text).as_bytes())
}

fn section(text: &mut String, name: &str) {
    put(text, &format!("\n## {name}\n"));
}

fn put(text: &mut String, line: &str) {
    // Writing to a string cannot fail.
    let _infallible = writeln!(text, "{line}");
}

fn of_environment(session: &Session<'_>) -> Vec<Secret> {
    let is_secret = |name: &str| {
        SECRET_WORDS
            .iter()
            .any(|word| name.to_ascii_uppercase().contains(word))
    };
    let vars = session.env.iter();
    let values = vars.filter(|(name, _)| is_secret(&name.to_string_lossy()));
    values
        .map(|(_, value)| Secret::new(value.to_string_lossy().into_owned()))
        .collect()
}

/// What happened, to which item, run and intent. The words of a line may quote an issue or an agent: only on demand.
fn journal(text: &mut String, case: &Case, with_text: bool) {
    let entries = match case.store.journal().read() {
        Ok((entries, torn)) => {
            if torn > 0 {
                put(text, &format!("{torn} torn lines"));
            }
            entries
        }
        Err(error) => return put(text, &error.to_string()),
    };
    for entry in &entries[entries.len().saturating_sub(LINES_MAX)..] {
        let of = |part: Option<String>| part.map_or(String::new(), |part| format!("  {part}"));
        let words = if with_text {
            Some(entry.text.clone())
        } else {
            None
        };
        put(
            text,
            &format!(
                "{}  {}{}{}{}{}",
                entry.at,
                entry.what,
                of(entry.item.map(|item| item.to_string())),
                of(entry.run.as_ref().map(ToString::to_string)),
                of(entry.intent.as_ref().map(ToString::to_string)),
                of(words.filter(|words| !words.is_empty()))
            ),
        );
    }
}

/// Addresses without who logs in there: `https://me:word@host` becomes `https://[redacted]@host`.
fn without_passwords(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let (before, after) = rest.split_at(at + 3);
        out.push_str(before);
        let end = after
            .find(|c: char| c.is_whitespace() || "/?#\"'`<>".contains(c))
            .unwrap_or(after.len());
        match after[..end].rfind('@') {
            Some(host) => {
                out.push_str("[redacted]");
                rest = &after[host..];
            }
            None => rest = after,
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_who_logs_in_and_nothing_else() {
        let text = "see https://me:w@rd@host/x@y and http://h:1/p \"ssh://git@h\" a@b";
        let clean = "see https://[redacted]@host/x@y and http://h:1/p \"ssh://[redacted]@h\" a@b";
        assert_eq!(without_passwords(text), clean);
    }
}
