//! Finds, chooses and loads profiles.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::error::{Problem, ProfileError, Result};
use super::layer::{Layer, Origin, Overrides};
use super::merge::{Merged, value_at};
use super::resolve;
use super::schema::ProfileFile;
use super::validate::{Checker, expand_home};
use crate::domain::{ProfileId, Rules};
use crate::durable::{DurableError, read_file};
use crate::sys::Env;

/// The most bytes of a profile or of `config.toml`.
const FILE_BYTES_MAX: u64 = 256 * 1024;

/// A profile that is ready for work.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// What it says.
    pub rules: Rules,
    /// The layer of each value, by dotted key.
    pub origins: BTreeMap<String, Origin>,
    /// Its file.
    pub path: PathBuf,
    values: Map<String, Value>,
}

impl Profile {
    /// The layer that the value of a dotted key comes from.
    pub fn origin(&self, dotted: &str) -> Origin {
        self.origins.get(dotted).cloned().unwrap_or(Origin::BuiltIn)
    }

    /// Every value with its dotted key and its layer, as they are written in a profile.
    pub fn settings(&self) -> Vec<(&str, &Value, &Origin)> {
        let value = |key: &str| value_at(&self.values, key);
        self.origins
            .iter()
            .filter_map(|(key, origin)| Some((key.as_str(), value(key)?, origin)))
            .collect()
    }
}

/// The folder of the profiles.
pub fn profiles_dir(config_dir: &Path) -> PathBuf {
    config_dir.join("profiles")
}

/// The file of a profile.
pub fn profile_path(config_dir: &Path, id: &ProfileId) -> PathBuf {
    profiles_dir(config_dir).join(format!("{id}.yaml"))
}

/// The profiles that there are, by name. Files that are not named as a profile are not profiles.
///
/// # Errors
/// When the folder cannot be listed; no folder is no profile.
pub fn list(config_dir: &Path) -> Result<Vec<ProfileId>> {
    let path = profiles_dir(config_dir);
    let unlisted = |source| ProfileError::Unlisted {
        path: path.clone(),
        source,
    };
    let entries = match std::fs::read_dir(&path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(vec![]),
        Err(error) => return Err(unlisted(error)),
    };
    let mut out = vec![];
    for entry in entries {
        let name = entry.map_err(unlisted)?.file_name();
        let id = name
            .to_str()
            .and_then(|name| name.strip_suffix(".yaml")?.parse().ok());
        out.extend(id);
    }
    out.sort();
    Ok(out)
}

/// Loads a profile with all its layers.
///
/// # Errors
/// `Missing` when there is no such file, `Invalid` with everything that is wrong, `Unreadable` for the rest.
pub fn load(config_dir: &Path, id: &ProfileId, env: &Env, flags: &Overrides) -> Result<Profile> {
    let path = profile_path(config_dir, id);
    let Some(text) = read_text(&path)? else {
        return Err(ProfileError::Missing {
            id: id.clone(),
            known: list(config_dir)?,
        });
    };
    let config_path = config_dir.join("config.toml");
    let config = read_text(&config_path)?;
    let mut problems = vec![];
    let mut layers = vec![Layer::built_in()];
    layers.extend(config.map(|text| Layer::config(config_path, text, &mut problems)));
    layers.push(Layer::profile(path.clone(), text, &mut problems));
    layers.extend(Layer::environment(env, &mut problems));
    layers.extend(Layer::flags(flags, &mut problems));
    merge(id, path, &layers, problems, env.path("HOME").as_deref())
}

/// Loads the text of a profile that is not in its place yet, over the built-in layer alone.
///
/// # Errors
/// `Invalid` with everything that is wrong.
pub fn load_text(id: &ProfileId, path: &Path, text: &str, env: &Env) -> Result<Profile> {
    let mut problems = vec![];
    let layers = vec![
        Layer::built_in(),
        Layer::profile(path.to_owned(), text.to_owned(), &mut problems),
    ];
    merge(
        id,
        path.to_owned(),
        &layers,
        problems,
        env.path("HOME").as_deref(),
    )
}

fn merge(
    id: &ProfileId,
    path: PathBuf,
    layers: &[Layer],
    problems: Vec<Problem>,
    home: Option<&Path>,
) -> Result<Profile> {
    if layers.iter().any(|layer| layer.is_opaque) {
        return Err(ProfileError::Invalid { path, problems });
    }
    let mut merged = Merged::default();
    for layer in layers {
        merged.add(layer);
    }
    follow_from_kind(&mut merged, id);
    let invalid = |problems| ProfileError::Invalid {
        path: path.clone(),
        problems,
    };
    let file = match ProfileFile::deserialize(&Value::Object(merged.tree.clone())) {
        Ok(file) => file,
        Err(error) => {
            return Err(invalid(with_whole_file(
                &path,
                problems,
                &error.to_string(),
            )));
        }
    };
    let problems = Checker::new(&merged, layers, home, problems).run(&file);
    if !problems.is_empty() {
        return Err(invalid(problems));
    }
    match resolve::rules(id, file, home) {
        Some(rules) => Ok(Profile {
            rules,
            origins: merged.origins,
            path,
            values: merged.tree,
        }),
        None => Err(invalid(with_whole_file(
            &path,
            problems,
            "a value is missing",
        ))),
    }
}

/// Defaults that depend on the kind of forge.
fn follow_from_kind(merged: &mut Merged, id: &ProfileId) {
    let local = match merged.get("forge.kind").and_then(Value::as_str) {
        Some(kind) => kind == "local",
        None => return,
    };
    if local {
        merged.fill("forge.repo", Value::from(id.as_str()));
    }
    merged.fill(
        "policy.writes",
        Value::from(if local { "full" } else { "draft" }),
    );
    merged.fill(
        "policy.merge.checks",
        Value::from(if local { "present" } else { "required" }),
    );
}

fn with_whole_file(path: &Path, mut problems: Vec<Problem>, message: &str) -> Vec<Problem> {
    problems.push(Problem {
        place: path.display().to_string(),
        line: None,
        key: String::new(),
        message: message.to_owned(),
        suggestion: None,
    });
    problems
}

fn read_text(path: &Path) -> Result<Option<String>> {
    // A person may keep settings elsewhere and link to them.
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let Some(bytes) = read_file(&real, FILE_BYTES_MAX)? else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|error| DurableError::Damaged {
        path: path.to_owned(),
        detail: format!("byte {} is not UTF-8", error.utf8_error().valid_up_to()),
    })?;
    Ok(Some(text))
}

/// Which profile is meant: the flag, else `ACP_PROFILE`, else the only one, else the one whose checkout `cwd` is in.
///
/// # Errors
/// `Missing` when the named one does not exist, `NoProfile` when there is none, `TooManyProfiles` when it is not clear.
pub fn select(
    config_dir: &Path,
    flag: Option<&ProfileId>,
    env: &Env,
    cwd: &Path,
) -> Result<ProfileId> {
    let known = list(config_dir)?;
    let named = match (flag, env.text("ACP_PROFILE")) {
        (Some(id), _) => Some(id.clone()),
        (None, Some(text)) => Some(text.parse().map_err(|source| ProfileError::BadName {
            from: "ACP_PROFILE",
            source,
        })?),
        (None, None) => None,
    };
    if let Some(id) = named {
        return if known.contains(&id) {
            Ok(id)
        } else {
            Err(ProfileError::Missing { id, known })
        };
    }
    match known.as_slice() {
        [] => Err(ProfileError::NoProfile),
        [only] => Ok(only.clone()),
        _ => owner_of(config_dir, &known, env, cwd).ok_or(ProfileError::TooManyProfiles { known }),
    }
}

/// The profile whose checkout holds `cwd`; the innermost one when checkouts are nested, none when two are the same.
/// A file that cannot be read owns nothing: its error belongs to whoever loads it.
fn owner_of(config_dir: &Path, known: &[ProfileId], env: &Env, cwd: &Path) -> Option<ProfileId> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (cwd, home) = (real(cwd), env.path("HOME"));
    let mut owners: Vec<(usize, &ProfileId)> = vec![];
    for id in known {
        let text = read_text(&profile_path(config_dir, id))
            .ok()
            .flatten()
            .unwrap_or_default();
        let layer = Layer::profile(PathBuf::new(), text, &mut vec![]);
        let path = layer
            .tree
            .get("repo")
            .and_then(|repo| repo.get("path"))
            .and_then(Value::as_str);
        let checkout = path.and_then(|path| expand_home(path, home.as_deref()).ok());
        if let Some(checkout) = checkout
            .map(|path| real(&path))
            .filter(|path| cwd.starts_with(path))
        {
            owners.push((checkout.components().count(), id));
        }
    }
    owners.sort_by_key(|(depth, _)| std::cmp::Reverse(*depth));
    match owners.as_slice() {
        [(depth, id), rest @ ..] if rest.first().is_none_or(|(next, _)| next < depth) => {
            Some((*id).clone())
        }
        _ => None,
    }
}
