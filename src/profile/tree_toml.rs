//! `config.toml` as the same tree of plain values.

use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::tree::{NotReadable, Step};

/// Reads TOML.
pub(super) fn parse_toml(text: &str) -> Result<Map<String, Value>, NotReadable> {
    let table = DeTable::parse(text).map_err(|error| NotReadable {
        line: error.span().map(|span| line_at(text, span.start)),
        message: error.message().replace('\n', ", "),
    })?;
    group(text, table.get_ref())
}

/// The line of the key or list member at `path`, or of what is nearest above it.
pub(super) fn toml_line(text: &str, path: &[Step]) -> Option<usize> {
    let root = DeTable::parse(text).ok()?;
    let mut at = None;
    let mut here = (!path.is_empty()).then(|| Here::Table(root.get_ref()));
    for step in path {
        let next: Option<(usize, &Spanned<DeValue<'_>>)> = match (here.take(), step) {
            (Some(Here::Table(table)), Step::Key(wanted)) => {
                let found = table
                    .iter()
                    .find(|(key, _)| key.get_ref() == wanted.as_str());
                found.map(|(key, value)| (key.span().start, value))
            }
            (Some(Here::Value(DeValue::Array(list))), Step::Index(index)) => {
                list.get(*index).map(|value| (value.span().start, value))
            }
            _ => None,
        };
        let Some((start, value)) = next else { break };
        at = Some(line_at(text, start));
        here = Some(match value.get_ref() {
            DeValue::Table(table) => Here::Table(table),
            other => Here::Value(other),
        });
    }
    at
}

enum Here<'a> {
    Table(&'a DeTable<'a>),
    Value(&'a DeValue<'a>),
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}

fn group(text: &str, table: &DeTable<'_>) -> Result<Map<String, Value>, NotReadable> {
    let mut out = Map::new();
    for (key, value) in table {
        out.insert(key.get_ref().to_string(), plain(text, value)?);
    }
    Ok(out)
}

fn plain(text: &str, value: &Spanned<DeValue<'_>>) -> Result<Value, NotReadable> {
    let bad = |message: &str| NotReadable {
        line: Some(line_at(text, value.span().start)),
        message: message.to_owned(),
    };
    Ok(match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| bad("the number is too large"))?
            .into(),
        DeValue::Float(number) => {
            let finite = number.as_str().parse().ok().and_then(Number::from_f64);
            Value::Number(finite.ok_or_else(|| bad("the number is not finite"))?)
        }
        DeValue::Boolean(b) => Value::Bool(*b),
        DeValue::Datetime(_) => return Err(bad("no setting is a date: put text in quotes")),
        DeValue::Array(list) => {
            let members: Result<Vec<Value>, NotReadable> =
                list.iter().map(|member| plain(text, member)).collect();
            Value::Array(members?)
        }
        DeValue::Table(table) => Value::Object(group(text, table)?),
    })
}
