//! How layers lie on each other: scalars and lists replace, groups merge.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::layer::{Layer, Origin, nest};
use super::tree::path_of;

/// The layers on top of each other, and which one each value comes from.
#[derive(Debug, Clone, Default)]
pub(super) struct Merged {
    pub tree: Map<String, Value>,
    pub origins: BTreeMap<String, Origin>,
}

impl Merged {
    /// Puts a layer on top.
    pub(super) fn add(&mut self, layer: &Layer) {
        overlay(
            &mut self.tree,
            &layer.tree,
            "",
            &layer.origin,
            &mut self.origins,
        );
    }

    /// Sets a value that follows from others, unless some layer has set it.
    pub(super) fn fill(&mut self, key: &str, value: Value) {
        if !self.origins.contains_key(key) {
            let tree = nest(&path_of(key), value);
            overlay(
                &mut self.tree,
                &tree,
                "",
                &Origin::BuiltIn,
                &mut self.origins,
            );
        }
    }

    /// The value of a dotted key.
    pub(super) fn get(&self, key: &str) -> Option<&Value> {
        value_at(&self.tree, key)
    }
}

/// The value of a dotted key in a tree.
pub(super) fn value_at<'a>(tree: &'a Map<String, Value>, key: &str) -> Option<&'a Value> {
    let mut parts = key.split('.');
    let first = tree.get(parts.next()?)?;
    parts.try_fold(first, |value, part| value.get(part))
}

/// Whether a group is one value: the choice of a token's source is never merged from two layers.
fn is_one_value(key: &str) -> bool {
    key == "forge.token"
        || key
            .strip_prefix("notify.to.")
            .is_some_and(|inside| matches!(inside.split_once('.'), Some((_, "token" | "address"))))
}

fn overlay(
    base: &mut Map<String, Value>,
    over: &Map<String, Value>,
    prefix: &str,
    origin: &Origin,
    origins: &mut BTreeMap<String, Origin>,
) {
    drop_alternative(base, over, prefix, origins);
    for (name, value) in over.iter().filter(|(_, value)| !value.is_null()) {
        let key = join(prefix, name);
        match value {
            Value::Object(group) if !is_one_value(&key) => {
                let slot = base
                    .entry(name.clone())
                    .or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(inner) = slot {
                    overlay(inner, group, &key, origin, origins);
                }
            }
            _ => {
                base.insert(name.clone(), value.clone());
                origins.insert(key, origin.clone());
            }
        }
    }
}

/// A layer that names a shell line takes away the lower layers' `argv`, and the other way round.
fn drop_alternative(
    base: &mut Map<String, Value>,
    over: &Map<String, Value>,
    prefix: &str,
    origins: &mut BTreeMap<String, Origin>,
) {
    if !prefix.starts_with("agents.settings.") {
        return;
    }
    for (chosen, other) in [("shell", "argv"), ("argv", "shell")] {
        let sets = |name: &str| over.get(name).is_some_and(|value| !value.is_null());
        if sets(chosen) && !sets(other) {
            base.remove(other);
            origins.remove(&join(prefix, other));
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}
