//! Compares a tree with the schema: keys that do not exist, values of the wrong kind. What is wrong is taken out of the
//! tree, so that everything else can still be looked at.

use std::sync::LazyLock;

use schemars::generate::SchemaSettings;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::built_in;
use super::hint::{did_you_mean, shown, words};
use super::schema::ProfileFile;
use super::tree::{Path, Step};
use super::{scalars, units};

/// Something in a tree that does not fit, not yet with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misfit {
    pub path: Path,
    pub message: String,
    pub suggestion: Option<String>,
}

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let mut schema = settings
        .into_generator()
        .into_root_schema_for::<ProfileFile>()
        .to_value();
    drop_null(&mut schema);
    schema
});

/// The schema of a profile file, made from the types. An absent key and an empty one are the same, so no value is null.
pub(super) fn schema() -> &'static Value {
    &SCHEMA
}

/// Takes everything out of `tree` that the schema does not allow, and says so.
pub(super) fn prune(tree: &mut Map<String, Value>) -> Vec<Misfit> {
    let mut out = vec![];
    let mut path = vec![];
    prune_group(tree, built_in::shape(), &mut path, &mut out);
    out
}

/// `Option` makes null a possible type of everything; here it never is.
fn drop_null(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            if let Some(Value::Array(types)) = object.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    object.insert("type".to_owned(), only);
                }
            }
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            if let Some(Value::Array(choices)) = object.remove("anyOf") {
                for choice in choices {
                    if let Value::Object(choice) = choice
                        && choice.get("type") != Some(&Value::from("null"))
                    {
                        object.extend(choice);
                    }
                }
            }
            object.values_mut().for_each(drop_null);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_null),
        _ => {}
    }
}

fn prune_group(
    group: &mut Map<String, Value>,
    schema: &Value,
    path: &mut Path,
    out: &mut Vec<Misfit>,
) {
    group.retain(|key, value| {
        path.push(Step::Key(key.clone()));
        let any = schema
            .get("additionalProperties")
            .filter(|any| any.is_object());
        let keep = if let Some(inner) = schema["properties"].get(key).or(any) {
            prune_value(value, inner, path, out)
        } else {
            out.push(unknown_key(key, schema, path));
            false
        };
        path.pop();
        keep
    });
}

fn unknown_key(key: &str, schema: &Value, path: &Path) -> Misfit {
    let known: Vec<&str> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, _)| k.as_str())
        .collect();
    let merge_key = "anchors work, merge keys do not: write the keys out";
    let suggestion = match key {
        "<<" => Some(merge_key.to_owned()),
        _ => did_you_mean(key, known.iter().copied()).or_else(|| elsewhere(key)),
    };
    Misfit {
        path: path.clone(),
        message: "unknown key".to_owned(),
        suggestion: suggestion.or_else(|| Some(format!("known here: {}", known.join(", ")))),
    }
}

/// Where else in a profile a key of that name belongs.
fn elsewhere(key: &str) -> Option<String> {
    let sections = built_in::shape()["properties"].as_object()?;
    sections.iter().find_map(|(section, inner)| {
        let inner = inner["properties"].as_object()?;
        if inner.contains_key(key) {
            return Some(format!("it belongs under `{section}`"));
        }
        let (group, _) = inner
            .iter()
            .find(|(_, deeper)| deeper["properties"].get(key).is_some())?;
        Some(format!("it belongs under `{section}.{group}`"))
    })
}

/// Whether the value may stay.
fn prune_value(value: &mut Value, schema: &Value, path: &mut Path, out: &mut Vec<Misfit>) -> bool {
    if value.is_null() {
        return true;
    }
    if let Some((message, suggestion)) = wrong(value, schema) {
        out.push(Misfit {
            path: path.clone(),
            message,
            suggestion,
        });
        return false;
    }
    match value {
        Value::Object(group) => {
            let before = out.len();
            prune_group(group, schema, path, out);
            // Half a choice between keys is no choice.
            schema.get("maxProperties").is_none() || out.len() == before
        }
        Value::Array(list) => {
            let before = out.len();
            for (index, member) in list.iter_mut().enumerate() {
                path.push(Step::Index(index));
                if member.is_null() {
                    out.push(Misfit {
                        path: path.clone(),
                        message: "an empty list member".to_owned(),
                        suggestion: None,
                    });
                } else {
                    prune_value(member, &schema["items"], path, out);
                }
                path.pop();
            }
            out.len() == before
        }
        _ => true,
    }
}

type Wrong = (String, Option<String>);

fn wrong(value: &Value, schema: &Value) -> Option<Wrong> {
    let expected = |what: &str| Some((format!("expected {what}, found {}", shown(value)), None));
    match schema["format"].as_str() {
        Some("acp-duration") => return unit_of_time(value),
        Some("acp-size") if scalars::Bytes::deserialize(value).is_err() => {
            return expected(units::BYTES);
        }
        Some("acp-dollars") if scalars::Dollars::deserialize(value).is_err() => {
            return expected(units::DOLLARS);
        }
        Some("acp-size" | "acp-dollars") => return None,
        _ => {}
    }
    match schema["type"].as_str() {
        Some("object") => wrong_group(value, schema),
        Some("array") => wrong_list(value, schema),
        Some("string") => wrong_text(value, schema),
        Some("integer") => wrong_number(value, schema),
        Some("boolean") if !value.is_boolean() => expected("`true` or `false`"),
        _ => None,
    }
}

fn unit_of_time(value: &Value) -> Option<Wrong> {
    if scalars::Span::deserialize(value).is_ok() {
        return None;
    }
    let bare = value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let suggestion = bare.map(|number| format!("`{number}s` for seconds, `{number}m` for minutes"));
    Some((
        format!("expected {}, found {}", units::DURATION, shown(value)),
        suggestion,
    ))
}

fn wrong_group(value: &Value, schema: &Value) -> Option<Wrong> {
    let names: Vec<&str> = schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(k, _)| k.as_str())
        .collect();
    let one_key = schema["maxProperties"] == 1;
    match value.as_object() {
        Some(group) if one_key && group.len() != 1 => {
            Some((format!("expected exactly one of {}", words(&names)), None))
        }
        Some(_) => None,
        // The only choice between keys is where a token comes from.
        None if one_key && value.is_string() => Some((
            "the token itself must not be in a profile".to_owned(),
            Some("name its source: `token: { env: NAME }`, `{ file: PATH }` or `{ command: [PROGRAM, ARG] }`".to_owned()),
        )),
        None => Some((format!("expected a group of keys, found {}", shown(value)), None)),
    }
}

fn wrong_list(value: &Value, schema: &Value) -> Option<Wrong> {
    let Some(list) = value.as_array() else {
        let one = value
            .as_str()
            .map(|_| "put it in brackets: a list has one member or more".to_owned());
        return Some((format!("expected a list, found {}", shown(value)), one));
    };
    if schema["minItems"]
        .as_u64()
        .is_some_and(|min| (list.len() as u64) < min)
    {
        return Some(("the list must not be empty".to_owned(), None));
    }
    let reserved = schema["maxItems"] == 0 && !list.is_empty();
    reserved.then(|| {
        (
            "nothing reads it yet: the list must be empty".to_owned(),
            None,
        )
    })
}

fn wrong_text(value: &Value, schema: &Value) -> Option<Wrong> {
    let Some(text) = value.as_str() else {
        let quotes = (value.is_number() || value.is_boolean())
            .then(|| format!("put it in quotes: \"{value}\""));
        return Some((format!("expected text, found {}", shown(value)), quotes));
    };
    let allowed: Vec<&str> = schema["enum"]
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if allowed.contains(&text) {
        return None;
    }
    Some((
        format!("expected {}, found {}", words(&allowed), shown(value)),
        did_you_mean(text, allowed),
    ))
}

fn wrong_number(value: &Value, schema: &Value) -> Option<Wrong> {
    let widest = match schema["format"].as_str() {
        Some("uint8") => u64::from(u8::MAX),
        Some("uint32") => u64::from(u32::MAX),
        _ => u64::MAX,
    };
    let min = schema["minimum"].as_u64().unwrap_or(0);
    let limit = schema["maximum"].as_u64();
    let max = limit.unwrap_or(widest).min(widest);
    if value
        .as_u64()
        .is_some_and(|number| (min..=max).contains(&number))
    {
        return None;
    }
    let range = match limit {
        Some(only) if only == min => format!("nothing reads it yet: it must be {only}"),
        Some(_) => format!("expected a whole number from {min} to {max}"),
        None => format!("expected a whole number, {min} or more"),
    };
    let unquoted = value.as_str().and_then(|text| text.parse::<u64>().ok());
    Some((
        format!("{range}, found {}", shown(value)),
        unquoted.map(|_| "leave the quotes out".to_owned()),
    ))
}
