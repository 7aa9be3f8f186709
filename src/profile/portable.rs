//! A profile that goes to another machine: what of it is left out, and what has to be looked at there.

use std::path::PathBuf;

use serde_yaml::{Mapping, Value};

use super::error::Problem;
use super::hint::looks_secret;

/// What begins the text of an export.
const HEADER: &str = "# Exported by `acp profile export`; `acp profile import` takes it. Comments, the place of the checkout and paths to\n\
                      # tokens are not part of it.\n";

/// A profile without what belongs to one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The YAML text.
    pub text: String,
    /// Dotted keys that were left out.
    pub left_out: Vec<String>,
}

/// A value that names a place on one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachinePath {
    /// Its dotted key.
    pub key: String,
    /// The path as it is written; `~/` is not expanded.
    pub path: String,
}

/// The text of a sound profile without its comments and without what belongs to this machine: `repo.path`, and a token's
/// file. `None`: it is no YAML with keys.
pub fn export(text: &str) -> Option<Exported> {
    let Ok(Value::Mapping(mut tree)) = serde_yaml::from_str(text) else {
        return None;
    };
    let mut left_out = vec![];
    let mut leave = |group: &str, key: &str, wanted: fn(&Value) -> bool| {
        if let Some(Value::Mapping(group_of)) = tree.get_mut(group)
            && group_of.get(key).is_some_and(wanted)
        {
            group_of.remove(key);
            left_out.push(format!("{group}.{key}"));
        }
    };
    leave("repo", "path", |_| true);
    leave("forge", "token", |token| token.get("file").is_some());
    tree.retain(|_, value| !matches!(value, Value::Mapping(group) if group.is_empty()));
    let body = serde_yaml::to_string(&tree).ok()?;
    Some(Exported {
        text: format!("{HEADER}{body}"),
        left_out,
    })
}

/// The same text with another checkout. `None`: it is no YAML with keys. Comments go.
pub fn with_checkout(text: &str, path: &std::path::Path) -> Option<String> {
    let Ok(Value::Mapping(mut tree)) = serde_yaml::from_str(text) else {
        return None;
    };
    let repo = tree
        .entry("repo".into())
        .or_insert_with(|| Value::Mapping(Mapping::new()));
    let Value::Mapping(repo) = repo else {
        return None;
    };
    repo.insert("path".into(), path.to_str()?.into());
    serde_yaml::to_string(&tree).ok()
}

/// Every line of a file that holds what looks like a secret, comments too: what is imported may have been passed around.
pub fn secrets_in(place: &str, text: &str) -> Vec<Problem> {
    let lines = (1..).zip(text.lines());
    lines
        .filter(|(_, line)| looks_secret(line))
        .map(|(number, _)| Problem {
            place: place.to_owned(),
            line: Some(number),
            key: String::new(),
            message: "this looks like a secret, and secrets must not be in a profile".to_owned(),
            suggestion: Some(
                "take it out, and consider it known to whoever had the file".to_owned(),
            ),
        })
        .collect()
}

/// The values that name a place on one machine: absolute paths, and those below `~/`. Shell lines count by their first
/// word; patterns of the policy name no place.
pub fn machine_paths(text: &str) -> Vec<MachinePath> {
    let mut out = vec![];
    if let Ok(Value::Mapping(tree)) = serde_yaml::from_str(text) {
        for (key, value) in &tree {
            let key = key.as_str().unwrap_or_default();
            if !matches!(key, "policy" | "risk" | "intake") {
                collect(key, value, &mut out);
            }
        }
    }
    out
}

fn collect(key: &str, value: &Value, out: &mut Vec<MachinePath>) {
    match value {
        Value::Mapping(group) => {
            for (name, value) in group {
                collect(
                    &format!("{key}.{}", name.as_str().unwrap_or_default()),
                    value,
                    out,
                );
            }
        }
        Value::Sequence(members) => {
            for (at, member) in members.iter().enumerate() {
                collect(&format!("{key}[{at}]"), member, out);
            }
        }
        Value::String(text) => {
            let path = text.split_whitespace().next().unwrap_or_default();
            if path.starts_with('/') || path.starts_with("~/") {
                out.push(MachinePath {
                    key: key.to_owned(),
                    path: path.to_owned(),
                });
            }
        }
        _ => {}
    }
}

impl MachinePath {
    /// The place on this machine; `None`: it is below a home that is not known.
    pub fn here(&self, home: Option<&std::path::Path>) -> Option<PathBuf> {
        match self.path.strip_prefix("~/") {
            Some(inside) => Some(home?.join(inside)),
            None => Some(PathBuf::from(&self.path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::profile::{load_text, secrets_in};
    use crate::sys::Env;

    const TEXT: &str = "# mine, ghp_0123456789abcdef0123456789abcdef0123\nschema: 1\n\
        forge: { kind: github, repo: o/r, token: { file: ~/.tok } }\n\
        repo:\n  path: /home/me/web # here\n  base: main\n  verify: [/opt/check --all, cargo test]\n\
        sandbox: { read: [/srv/data] }\nlimits: { workers: 2 }\n";

    #[test]
    fn an_export_says_the_same_but_for_this_machine() {
        let exported = export(TEXT).unwrap();
        assert_eq!(exported.left_out, ["repo.path", "forge.token"]);
        assert!(
            secrets_in("x", &exported.text).is_empty(),
            "{}",
            exported.text
        );
        assert!(!exported.text.contains("/home/me"), "{}", exported.text);
        let load = |text: &str| {
            let id = "web".parse().unwrap();
            load_text(
                &id,
                Path::new("web.yaml"),
                text,
                &Env::from_pairs([("HOME", "/h")]),
            )
        };
        let (before, after) = (
            load(TEXT).unwrap().rules,
            load(&exported.text).unwrap().rules,
        );
        assert_eq!(before.repo.verify, after.repo.verify);
        assert_eq!(before.limits, after.limits);
        assert_eq!((after.repo.path, after.forge.token), (None, None));
        let again = export(&exported.text).unwrap();
        assert_eq!(
            (again.text, again.left_out),
            (exported.text.clone(), vec![])
        );
        let moved = with_checkout(&exported.text, Path::new("/there")).unwrap();
        assert_eq!(load(&moved).unwrap().rules.repo.path, Some("/there".into()));
        assert_eq!(export("[]"), None);
        assert_eq!(export("repo: 3\n").unwrap().left_out, Vec::<String>::new());
    }

    #[test]
    fn secrets_are_found_in_comments_too() {
        let found = secrets_in("in.yaml", TEXT);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].line, Some(1));
        assert!(!found[0].to_string().contains("0123"), "{}", found[0]);
    }

    #[test]
    fn places_on_a_machine_are_named_by_key() {
        let paths = machine_paths(TEXT);
        let shown: Vec<String> = paths
            .iter()
            .map(|p| format!("{} {}", p.key, p.path))
            .collect();
        assert_eq!(
            shown,
            [
                "forge.token.file ~/.tok",
                "repo.path /home/me/web",
                "repo.verify[0] /opt/check",
                "sandbox.read[0] /srv/data"
            ]
        );
        assert_eq!(paths[0].here(Some(Path::new("/h"))), Some("/h/.tok".into()));
        assert_eq!(paths[0].here(None), None);
        assert!(machine_paths("policy: { paths: { forbidden: [/etc/**] } }").is_empty());
    }
}
