//! Layers of settings, each with the place of its values.

use std::cell::Cell;
use std::fmt;
use std::path::PathBuf;

use serde::Deserialize as _;
use serde_json::{Map, Value};

use super::built_in;
use super::error::Problem;
use super::hint::did_you_mean;
use super::schema::PathsFile;
use super::shape;
use super::tree::{self, NotReadable, Path, Step, dotted, path_of};
use super::tree_line::yaml_line;
use super::tree_toml;
use crate::domain::PathRules;
use crate::sys::Env;

/// The built-in values, with comments.
pub const DEFAULTS: &str = include_str!("defaults.yaml");

/// The settings that an environment variable overrides.
pub const ENVIRONMENT: &[(&str, &str)] = &[
    ("ACP_AGENT", "agents.use"),
    ("ACP_SANDBOX", "sandbox.kind"),
    ("ACP_WRITES", "policy.writes"),
];

/// For how many problems of a layer the line is looked up: each time its text is read again.
const LINES_MAX: u32 = 50;

/// The tables of `config.toml`.
const CONFIG_TABLES: &[&str] = &["profile"];

/// Which layer a value comes from, lowest first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// `defaults.yaml`, or a default that follows from another value.
    BuiltIn,
    /// `[profile]` in `config.toml`.
    Config,
    /// The profile's own file.
    Profile,
    /// An environment variable.
    Env(String),
    /// A flag.
    Flag(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built-in"),
            Self::Config => f.write_str("config.toml"),
            Self::Profile => f.write_str("profile"),
            Self::Env(name) | Self::Flag(name) => f.write_str(name),
        }
    }
}

/// What flags of the command line set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overrides {
    entries: Vec<(String, String, String)>,
}

impl Overrides {
    /// Nothing is set.
    pub fn none() -> Self {
        Self::default()
    }

    /// The same, and `flag` sets the dotted `key`; the text is read as a value in a profile is, so `3` is a number.
    #[must_use]
    pub fn with(mut self, flag: &str, key: &str, value: &str) -> Self {
        self.entries
            .push((flag.to_owned(), key.to_owned(), value.to_owned()));
        self
    }
}

/// Where the text of a layer is.
#[derive(Debug, Clone)]
enum Text {
    Yaml(PathBuf, String),
    Toml(PathBuf, String),
    Word(String),
}

/// The path rules of a profile that says nothing about paths.
pub fn default_path_rules() -> PathRules {
    // A test proves that they are in the built-in text and complete.
    let of_defaults = || {
        let paths = built_in::defaults().get("policy")?.get("paths")?;
        let paths = PathsFile::deserialize(paths).ok()?;
        Some((paths.forbidden?, paths.protected?))
    };
    let (forbidden, protected) = of_defaults().unwrap_or_default();
    PathRules {
        forbidden,
        protected,
    }
}

/// One layer: its values and where they stand.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub origin: Origin,
    pub tree: Map<String, Value>,
    /// Nothing can be said about the values: the text is no settings at all, or a newer acp's.
    pub is_opaque: bool,
    text: Text,
    lines_asked: Cell<u32>,
}

impl Layer {
    /// The built-in layer.
    pub(super) fn built_in() -> Self {
        Self {
            origin: Origin::BuiltIn,
            tree: built_in::defaults().clone(),
            is_opaque: false,
            text: Text::Word("defaults".to_owned()),
            lines_asked: Cell::default(),
        }
    }

    /// `config.toml`: its table `profile`.
    pub(super) fn config(path: PathBuf, text: String, problems: &mut Vec<Problem>) -> Self {
        let parsed = tree_toml::parse_toml(&text);
        let mut layer = Self {
            origin: Origin::Config,
            tree: Map::new(),
            is_opaque: false,
            text: Text::Toml(path, text),
            lines_asked: Cell::default(),
        };
        match parsed {
            Ok(mut tables) => {
                for name in tables
                    .keys()
                    .filter(|name| !CONFIG_TABLES.contains(&name.as_str()))
                {
                    problems.push(Problem {
                        line: layer.table_line(name),
                        suggestion: did_you_mean(name, CONFIG_TABLES.iter().copied()),
                        ..layer.problem_without_line(name, "unknown table")
                    });
                }
                match tables.remove("profile") {
                    Some(Value::Object(tree)) => layer.tree = tree,
                    Some(_) => {
                        problems.push(layer.problem_without_line("profile", "expected a table"));
                    }
                    None => {}
                }
            }
            Err(error) => {
                layer.is_opaque = true;
                problems.push(layer.unreadable(&error));
            }
        }
        layer.check(problems);
        layer
    }

    /// A profile's file.
    pub(super) fn profile(path: PathBuf, text: String, problems: &mut Vec<Problem>) -> Self {
        let parsed = tree::parse_yaml(&text);
        let mut layer = Self {
            origin: Origin::Profile,
            tree: Map::new(),
            is_opaque: false,
            text: Text::Yaml(path, text),
            lines_asked: Cell::default(),
        };
        match parsed {
            Ok(parsed) => {
                layer.tree = parsed.tree;
                for path in parsed.repeated {
                    problems.push(Problem {
                        line: layer.line_at(&path, true),
                        suggestion: layer
                            .line_at(&path, false)
                            .map(|line| format!("it is already in line {line}")),
                        ..layer.problem_without_line(&dotted(&path), "the key is written twice")
                    });
                }
                layer.check_version(problems);
            }
            Err(error) => {
                layer.is_opaque = true;
                problems.push(layer.unreadable(&error));
            }
        }
        layer
    }

    /// The variables of [`ENVIRONMENT`] that are set.
    pub(super) fn environment(env: &Env, problems: &mut Vec<Problem>) -> Vec<Self> {
        let set = ENVIRONMENT
            .iter()
            .filter_map(|(name, key)| Some((*name, *key, env.text(name)?)));
        set.map(|(name, key, text)| {
            Self::single(Origin::Env(name.to_owned()), name, key, text, problems)
        })
        .collect()
    }

    /// What flags set.
    pub(super) fn flags(flags: &Overrides, problems: &mut Vec<Problem>) -> Vec<Self> {
        let single = |(flag, key, text): &(String, String, String)| {
            Self::single(Origin::Flag(flag.clone()), flag, key, text, problems)
        };
        flags.entries.iter().map(single).collect()
    }

    fn single(
        origin: Origin,
        name: &str,
        key: &str,
        text: &str,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let mut layer = Self {
            origin,
            tree: Map::new(),
            is_opaque: false,
            text: Text::Word(name.to_owned()),
            lines_asked: Cell::default(),
        };
        match tree::parse_yaml(&format!("v: {text}")) {
            Ok(mut parsed) if parsed.tree.len() == 1 => {
                let value = parsed.tree.remove("v").unwrap_or_default();
                layer.tree = nest(&path_of(key), value);
            }
            _ => layer.tree = nest(&path_of(key), Value::String(text.to_owned())),
        }
        layer.check(problems);
        layer
    }

    /// Takes out what the schema does not allow.
    fn check(&mut self, problems: &mut Vec<Problem>) {
        if let Some(Value::Array(entries)) = self.tree.get_mut("notify") {
            let entries = std::mem::take(entries);
            let notify = named(entries);
            self.tree.insert("notify".to_owned(), notify);
        }
        for misfit in shape::prune(&mut self.tree) {
            problems.push(Problem {
                line: self.line_at(&misfit.path, false),
                suggestion: misfit.suggestion,
                ..self.problem_without_line(&dotted(&misfit.path), &misfit.message)
            });
        }
    }

    /// `schema:` first: a newer file is not looked at further, for nothing true could be said about it.
    fn check_version(&mut self, problems: &mut Vec<Problem>) {
        let supported = super::schema::SCHEMA;
        match self.tree.get("schema") {
            Some(Value::Number(found))
                if found
                    .as_u64()
                    .is_some_and(|found| found > u64::from(supported)) =>
            {
                problems.push(Problem {
                    suggestion: Some("use the newer acp".to_owned()),
                    ..self.problem(
                        "schema",
                        &format!("the file has schema {found}, this acp knows up to {supported}"),
                    )
                });
                self.tree = Map::new();
                self.is_opaque = true;
            }
            None | Some(Value::Null) => {
                problems.push(Problem {
                    suggestion: Some(format!("write `schema: {supported}` in its first line")),
                    ..self.problem("schema", "the key is missing")
                });
                self.check(problems);
            }
            Some(_) => self.check(problems),
        }
    }

    /// A problem with the value of a dotted key.
    pub(super) fn problem(&self, key: &str, message: &str) -> Problem {
        let keys: String = key.chars().take_while(|c| *c != '[').collect();
        let mut path = path_of(&keys);
        let index = key
            .rsplit_once('[')
            .and_then(|(_, index)| index.trim_end_matches(']').parse().ok());
        path.extend(index.map(Step::Index));
        Problem {
            line: self.line_at(&path, false),
            ..self.problem_without_line(key, message)
        }
    }

    fn problem_without_line(&self, key: &str, message: &str) -> Problem {
        let place = match &self.text {
            Text::Yaml(path, _) | Text::Toml(path, _) => path.display().to_string(),
            Text::Word(word) => word.clone(),
        };
        Problem {
            place,
            line: None,
            key: key.to_owned(),
            message: message.to_owned(),
            suggestion: None,
        }
    }

    fn unreadable(&self, error: &NotReadable) -> Problem {
        Problem {
            line: error.line,
            ..self.problem_without_line("", &error.message)
        }
    }

    fn table_line(&self, name: &str) -> Option<usize> {
        match &self.text {
            Text::Toml(_, text) => tree_toml::toml_line(text, &[Step::Key(name.to_owned())]),
            Text::Yaml(..) | Text::Word(_) => None,
        }
    }

    fn line_at(&self, path: &[Step], second: bool) -> Option<usize> {
        self.lines_asked.set(self.lines_asked.get() + 1);
        if self.lines_asked.get() > LINES_MAX {
            return None;
        }
        match &self.text {
            Text::Yaml(_, text) => yaml_line(text, path, second),
            Text::Toml(_, text) => {
                let mut inside: Path = vec![Step::Key("profile".to_owned())];
                inside.extend_from_slice(path);
                tree_toml::toml_line(text, &inside)
            }
            Text::Word(_) => None,
        }
    }
}

/// A tree that holds one value.
pub(super) fn nest(path: &[Step], value: Value) -> Map<String, Value> {
    let mut inner = value;
    for step in path.iter().rev() {
        if let Step::Key(key) = step {
            inner = Value::Object(Map::from_iter([(key.clone(), inner)]));
        }
    }
    match inner {
        Value::Object(tree) => tree,
        _ => Map::new(),
    }
}

/// `notify:` as a plain list of notifiers, with a name for each: its kind, and from the second of a kind on its number.
fn named(entries: Vec<Value>) -> Value {
    let mut to = Map::new();
    for entry in entries {
        let kind = entry.get("kind").and_then(Value::as_str);
        let kind = kind.unwrap_or("notifier").to_owned();
        let more = (2..).map(|number| format!("{kind}-{number}"));
        let mut names = std::iter::once(kind.clone()).chain(more);
        if let Some(name) = names.find(|name| !to.contains_key(name)) {
            to.insert(name, entry);
        }
    }
    Value::Object(Map::from_iter([("to".to_owned(), Value::Object(to))]))
}
