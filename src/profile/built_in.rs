//! The built-in values and the shape of a profile, ready made: every start needs them, and to read the YAML of the one and to
//! make the other from the types costs as much as to read the index of a thousand issues.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::layer::DEFAULTS;
use super::{shape, tree};

/// What `built_in.json` holds.
#[derive(Deserialize)]
struct BuiltIn {
    defaults: Map<String, Value>,
    shape: Value,
}

static BUILT_IN: LazyLock<BuiltIn> = LazyLock::new(|| {
    serde_json::from_str(include_str!("built_in.json"))
        .expect("a part of the program, which a test reads")
});

/// The values of `defaults.yaml`.
pub(super) fn defaults() -> &'static Map<String, Value> {
    &BUILT_IN.defaults
}

/// The schema of a profile file without its words.
pub(super) fn shape() -> &'static Value {
    &BUILT_IN.shape
}

/// The text of `built_in.json`, made anew from `defaults.yaml` and the types.
pub fn built_in_json() -> String {
    let defaults = tree::parse_yaml(DEFAULTS)
        .map(|parsed| parsed.tree)
        .unwrap_or_default();
    let mut shape = shape::schema().clone();
    drop_words(&mut shape);
    let [defaults, shape] = [Value::Object(defaults), shape].map(|part| part.to_string());
    format!("{{\"defaults\":{defaults},\n\"shape\":{shape}}}\n")
}

fn drop_words(schema: &mut Value) {
    let Some(object) = schema.as_object_mut() else {
        return;
    };
    object.retain(|key, _| !matches!(key.as_str(), "$schema" | "title" | "description"));
    for (key, of) in object.iter_mut() {
        match (key.as_str(), of) {
            ("properties", Value::Object(named)) => named.values_mut().for_each(drop_words),
            (_, of) => drop_words(of),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_what_the_defaults_and_the_types_say() {
        let made: BuiltIn = serde_json::from_str(&built_in_json()).unwrap();
        assert!(made.defaults.len() > 5 && made.shape["properties"]["policy"].is_object());
        assert_eq!(*defaults(), made.defaults);
        assert_eq!(*shape(), made.shape);
    }
}
