//! What the schema cannot say: values that do not go together, names that git or a forge refuse, pasted secrets.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::Problem;
use super::hint::{looks_secret, shown_text};
use super::layer::{Layer, Origin};
use super::merge::Merged;
use super::schema::ProfileFile;
use super::validate_agents::agents;
use super::validate_forge::forge;
use super::validate_notify::notify;
use super::validate_policy::{budget, policy, risk};
use super::validate_sandbox::sandbox;
use crate::domain::is_valid_branch;

/// Collects what is wrong, each with the place of the value.
pub(super) struct Checker<'a> {
    pub merged: &'a Merged,
    layers: &'a [Layer],
    /// Where `~` is.
    home: Option<&'a Path>,
    /// Keys that are already reported: what follows from them is not worth a word.
    reported: BTreeSet<String>,
    problems: Vec<Problem>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        merged: &'a Merged,
        layers: &'a [Layer],
        home: Option<&'a Path>,
        problems: Vec<Problem>,
    ) -> Self {
        let reported = problems
            .iter()
            .map(|problem| without_index(&problem.key).to_owned())
            .collect();
        Self {
            merged,
            layers,
            home,
            reported,
            problems,
        }
    }

    /// Looks at everything.
    pub(super) fn run(mut self, file: &ProfileFile) -> Vec<Problem> {
        self.secrets();
        forge(&mut self, file);
        repo(&mut self, file);
        intake(&mut self, file);
        agents(&mut self, file);
        sandbox(&mut self, file);
        budget(&mut self, file);
        policy(&mut self, file);
        risk(&mut self, file);
        notify(&mut self, file);
        self.problems
    }

    /// The factors that a group of `risk:` names in the built-in layer.
    pub(super) fn built_in_factors(&self, group: &str) -> Vec<String> {
        let risk = self.layers.first().and_then(|layer| layer.tree.get("risk"));
        let keys = risk.and_then(|risk| risk.get(group)?.as_object());
        keys.into_iter()
            .flatten()
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Whether the key, what it stands in or what stands in it already has a problem.
    pub(super) fn is_reported(&self, key: &str) -> bool {
        let inside = |inner: &str, outer: &str| {
            inner
                .strip_prefix(outer)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        self.reported
            .iter()
            .any(|known| inside(key, known) || inside(known, key))
    }

    /// Reports that the value of `key` is wrong.
    pub(super) fn report(&mut self, key: &str, message: &str, suggestion: Option<&str>) {
        let base = without_index(key);
        if self.is_reported(key) {
            return;
        }
        let origin = self.merged.origins.get(base).unwrap_or(&Origin::Profile);
        let layer = self
            .layers
            .iter()
            .rev()
            .find(|layer| layer.origin == *origin);
        if let Some(layer) = layer.or(self.layers.last()) {
            let suggestion = suggestion.map(str::to_owned);
            self.problems.push(Problem {
                suggestion,
                ..layer.problem(key, message)
            });
        }
    }

    /// Reports a value that two keys make wrong together; the higher layer's key is named.
    pub(super) fn report_pair(&mut self, keys: [&str; 2], message: &str, suggestion: Option<&str>) {
        if keys.iter().any(|key| self.is_reported(key)) {
            return;
        }
        let origin = |key: &str| self.merged.origins.get(key);
        let key = if origin(keys[1]) > origin(keys[0]) {
            keys[1]
        } else {
            keys[0]
        };
        self.report(key, message, suggestion);
    }

    fn secrets(&mut self) {
        let written = |layer: &&Layer| layer.origin != Origin::BuiltIn;
        for layer in self.layers.iter().filter(written) {
            for (key, value) in &layer.tree {
                let mut found = vec![];
                texts(key, value, &mut |key, text| {
                    if looks_secret(text) {
                        found.push(key.to_owned());
                    }
                });
                for key in found {
                    let problem = layer.problem(
                        &key,
                        "this looks like a secret, and secrets must not be in a profile",
                    );
                    let suggestion = Some(
                        "keep it in an environment variable or a file, and name that here"
                            .to_owned(),
                    );
                    self.reported.insert(without_index(&key).to_owned());
                    self.problems.push(Problem {
                        suggestion,
                        ..problem
                    });
                }
            }
        }
    }

    /// Reports members that are empty text.
    pub(super) fn no_empty_text(&mut self, key: &str, list: Option<&Vec<String>>) {
        for (index, text) in list.into_iter().flatten().enumerate() {
            if text.trim().is_empty() {
                self.report(&format!("{key}[{index}]"), "the text is empty", None);
            }
        }
    }

    /// The home folder, when it is known.
    pub(super) fn home(&self) -> Option<&'a Path> {
        self.home
    }

    /// Reports a path that cannot be used.
    pub(super) fn path(&mut self, key: &str, text: &str) {
        if let Err(message) = expand_home(text, self.home) {
            self.report(
                key,
                message,
                Some("write an absolute path, or one that begins with `~/`"),
            );
        }
    }
}

/// A path as it is used: absolute, `~/` replaced by the home folder.
pub(super) fn expand_home(text: &str, home: Option<&Path>) -> Result<PathBuf, &'static str> {
    let inside = if text == "~" {
        Some("")
    } else {
        text.strip_prefix("~/")
    };
    match (inside, home) {
        (Some(inside), Some(home)) => Ok(home.join(inside)),
        (Some(_), None) => Err("`~` is not known, because HOME is not set"),
        (None, _) if Path::new(text).is_absolute() => Ok(PathBuf::from(text)),
        (None, _) => Err("the path is relative, and it is not clear to what"),
    }
}

/// Whether the text is the name of an environment variable.
pub(super) fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn without_index(key: &str) -> &str {
    key.split('[').next().unwrap_or(key)
}

fn texts(key: &str, value: &Value, see: &mut impl FnMut(&str, &str)) {
    match value {
        Value::String(text) => see(key, text),
        Value::Array(list) => {
            for (index, member) in list.iter().enumerate() {
                texts(&format!("{key}[{index}]"), member, see);
            }
        }
        Value::Object(group) => {
            for (name, inner) in group {
                texts(&format!("{key}.{name}"), inner, see);
            }
        }
        _ => {}
    }
}

fn repo(check: &mut Checker<'_>, file: &ProfileFile) {
    if let Some(path) = &file.repo.path {
        check.path("repo.path", path);
    }
    let base = file.repo.base.as_deref().unwrap_or_default();
    if !is_valid_branch(base) {
        check.report(
            "repo.base",
            &format!("expected the name of a branch, found {}", shown_text(base)),
            None,
        );
    }
    let prefix = file.repo.branch_prefix.as_deref().unwrap_or_default();
    if prefix.is_empty() || !is_valid_branch(&format!("{prefix}issue-1-a1")) {
        let message = format!("no branch can begin with {}", shown_text(prefix));
        check.report("repo.branch_prefix", &message, Some("for example `agent/`"));
    } else if prefix
        .strip_prefix(base)
        .is_some_and(|rest| rest.starts_with('/'))
    {
        let message = format!(
            "git cannot have the branch {} and branches below it",
            shown_text(base)
        );
        check.report_pair(
            ["repo.branch_prefix", "repo.base"],
            &message,
            Some("for example `agent/`"),
        );
    }
    check.no_empty_text("repo.setup", file.repo.setup.as_ref());
    check.no_empty_text("repo.verify", file.repo.verify.as_ref());
}

fn intake(check: &mut Checker<'_>, file: &ProfileFile) {
    check.no_empty_text("intake.labels", file.intake.labels.as_ref());
    check.no_empty_text("intake.users", file.intake.users.as_ref());
    for (index, user) in file.intake.users.iter().flatten().enumerate() {
        if let Some(name) = user.strip_prefix('@') {
            let message = format!("expected a login, found {}", shown_text(user));
            check.report(
                &format!("intake.users[{index}]"),
                &message,
                Some(&format!("write `{name}`")),
            );
        }
    }
}
