//! A file of settings as a tree of plain values.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The most levels of lists and groups.
const DEPTH_MAX: usize = 16;
/// The most values in one file, each use of an alias counted.
const VALUES_MAX: usize = 20_000;
/// The most brackets that open: the time to parse them grows with the square of their number.
const BRACKETS_MAX: usize = 4_000;

/// One step from a value to a value inside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    /// Into a group.
    Key(String),
    /// Into a list.
    Index(usize),
}

/// The way from the root to a value.
pub(super) type Path = Vec<Step>;

/// The path as people write it: `retry.delays[2]`.
pub(super) fn dotted(path: &[Step]) -> String {
    let printable = |key: &str| key.replace(char::is_control, "\u{fffd}");
    let mut out = String::new();
    for step in path {
        match step {
            Step::Key(key) if out.is_empty() => out = printable(key),
            Step::Key(key) => out = format!("{out}.{}", printable(key)),
            Step::Index(index) => out = format!("{out}[{index}]"),
        }
    }
    out
}

/// The path of a dotted key without list indices.
pub(super) fn path_of(dotted: &str) -> Path {
    dotted
        .split('.')
        .map(|key| Step::Key(key.to_owned()))
        .collect()
}

/// What reading a text gave: the tree, and the keys that stand there more than once.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    /// A group, empty when the text was.
    pub tree: Map<String, Value>,
    /// Keys that are written a second time; the first one counts.
    pub repeated: Vec<Path>,
}

/// The text is not what it should be at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NotReadable {
    /// Where, when that is known.
    pub line: Option<usize>,
    /// What is wrong.
    pub message: String,
}

/// Reads YAML. Neither aliases that multiply nor deep nesting cost more than a moment.
pub(super) fn parse_yaml(text: &str) -> Result<Parsed, NotReadable> {
    let brackets = text.bytes().filter(|b| matches!(b, b'[' | b'{')).count();
    if brackets > BRACKETS_MAX {
        return Err(NotReadable {
            line: None,
            message: format!(
                "there are {brackets} opening brackets, at most {BRACKETS_MAX} are read"
            ),
        });
    }
    let mut reader = Reader::default();
    let documents = serde_yaml::Deserializer::from_str(text);
    let read = Node {
        reader: &mut reader,
        path: vec![],
    }
    .deserialize(documents);
    match read {
        Ok(Value::Object(tree)) => Ok(Parsed {
            tree,
            repeated: reader.repeated,
        }),
        Ok(Value::Null) => Ok(Parsed::default()),
        Ok(_) => Err(NotReadable {
            line: Some(1),
            message: "expected `key: value` lines".to_owned(),
        }),
        Err(error) => Err(NotReadable {
            line: error.location().map(|at| at.line()),
            message: without_position(&error.to_string()),
        }),
    }
}

/// The parser ends its messages with the position, which is shown elsewhere.
fn without_position(message: &str) -> String {
    let mut words: Vec<&str> = message.split(' ').collect();
    while let Some(at) = words
        .windows(5)
        .position(|w| w[0] == "at" && w[1] == "line" && w[3] == "column")
    {
        let comma = words[at + 4].ends_with(',');
        words.drain(at..at + 5);
        if comma && at > 0 {
            words.insert(at, "/");
        }
    }
    let joined = words.join(" ").replace(" / ", ", ");
    match joined.split_once(": ") {
        Some((path, rest)) if !path.contains(' ') => rest.to_owned(),
        _ => joined,
    }
}

#[derive(Default)]
struct Reader {
    values: usize,
    repeated: Vec<Path>,
}

/// Reads one value, whatever it is.
struct Node<'r> {
    reader: &'r mut Reader,
    path: Path,
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.reader.values += 1;
        if self.reader.values > VALUES_MAX {
            let message =
                format!("there are more than {VALUES_MAX} values, counting each use of an alias");
            return Err(de::Error::custom(message));
        }
        if self.path.len() > DEPTH_MAX {
            let message = format!("lists and groups are nested deeper than {DEPTH_MAX} levels");
            return Err(de::Error::custom(message));
        }
        deserializer.deserialize_any(self)
    }
}

impl Node<'_> {
    fn inner(&mut self, step: Step) -> Node<'_> {
        let mut path = self.path.clone();
        path.push(step);
        Node {
            reader: self.reader,
            path,
        }
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a number, true, false, a list or a group, without a tag")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    /// Larger than any number that a profile may hold; what reads the key says so, and names it.
    fn visit_u128<E>(self, value: u128) -> Result<Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_i128<E>(self, value: i128) -> Result<Value, E> {
        Ok(value.to_string().into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        let number =
            Number::from_f64(value).ok_or_else(|| E::custom("the number is not finite"))?;
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<Value, A::Error> {
        let mut out = vec![];
        while let Some(value) = list.next_element_seed(self.inner(Step::Index(out.len())))? {
            out.push(value);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut group: A) -> Result<Value, A::Error> {
        let mut out = Map::new();
        while let Some(key) = group.next_key_seed(KeyText)? {
            let mut inner = self.inner(Step::Key(key.clone()));
            if out.contains_key(&key) {
                let path = std::mem::take(&mut inner.path);
                inner.reader.repeated.push(path.clone());
                inner.path = path;
            }
            let value = group.next_value_seed(inner)?;
            out.entry(key).or_insert(value);
        }
        Ok(Value::Object(out))
    }
}

/// A key: text, or a number or word that stands for its text.
struct KeyText;

impl<'de> DeserializeSeed<'de> for KeyText {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeyText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key that is text")
    }

    fn visit_str<E>(self, key: &str) -> Result<String, E> {
        Ok(key.to_owned())
    }
}
