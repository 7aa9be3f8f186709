//! Durations, sizes and money as values of a profile file.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};

use super::units::{self, parse_dollars, parse_duration, parse_size};

/// A duration, written `30m`, `90s`, `2h`, `500ms` or `1d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

/// A size in bytes, written `500MB` or `2GB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bytes(pub u64);

/// Micro-dollars, written in dollars: `15`, `0.50`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dollars(pub u64);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = parse_duration(&text).map(Self);
        read.ok_or_else(|| de::Error::custom(format!("expected {}", units::DURATION)))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let read = parse_size(&text).map(Self);
        read.ok_or_else(|| de::Error::custom(format!("expected {}", units::BYTES)))
    }
}

impl<'de> Deserialize<'de> for Dollars {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DollarsVisitor)
    }
}

struct DollarsVisitor;

impl Visitor<'_> for DollarsVisitor {
    type Value = Dollars;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(units::DOLLARS)
    }

    fn visit_u64<E: de::Error>(self, dollars: u64) -> Result<Dollars, E> {
        decimal(&dollars.to_string())
    }

    fn visit_i64<E: de::Error>(self, dollars: i64) -> Result<Dollars, E> {
        decimal(&dollars.to_string())
    }

    fn visit_f64<E: de::Error>(self, dollars: f64) -> Result<Dollars, E> {
        // The shortest decimal text that means this number is what the person wrote.
        decimal(&dollars.to_string())
    }
}

fn decimal<E: de::Error>(text: &str) -> Result<Dollars, E> {
    parse_dollars(text)
        .map(Dollars)
        .ok_or_else(|| E::custom(format!("expected {}", units::DOLLARS)))
}

impl JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "acp-duration", "pattern": "^[0-9]+ *(ms|s|m|h|d)$" })
    }
}

impl JsonSchema for Bytes {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "acp-size", "pattern": "^[0-9]+ *([kKmMgGtT]?[bB])$" })
    }
}

impl JsonSchema for Dollars {
    fn schema_name() -> Cow<'static, str> {
        "Dollars".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "format": "acp-dollars", "minimum": 0 })
    }
}
