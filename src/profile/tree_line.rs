//! The line of a key in YAML, looked for only when something is wrong with it.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::tree::Step;

/// The line of the key or list member at `path`, or of what is nearest above it. `second`: where it is repeated.
pub(super) fn yaml_line(text: &str, path: &[Step], second: bool) -> Option<usize> {
    (1..=path.len()).rev().find_map(|length| {
        let documents = serde_yaml::Deserializer::from_str(text);
        let seek = Seek {
            path: &path[..length],
            second: second && length == path.len(),
        };
        let error = seek.deserialize(documents).err()?;
        error.location().map(|at| at.line())
    })
}

/// Goes to `path` and stops there with an error, which carries the position.
struct Seek<'p> {
    path: &'p [Step],
    second: bool,
}

impl<'de> DeserializeSeed<'de> for Seek<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seek<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the way to a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let [Step::Index(index), rest @ ..] = self.path else {
            return Err(de::Error::custom("here"));
        };
        for _ in 0..*index {
            list.next_element::<de::IgnoredAny>()?;
        }
        list.next_element_seed(Seek {
            path: rest,
            second: self.second,
        })?;
        while list.next_element::<de::IgnoredAny>()?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut group: A) -> Result<(), A::Error> {
        let [Step::Key(wanted), rest @ ..] = self.path else {
            return Err(de::Error::custom("here"));
        };
        let mut skip = usize::from(self.second && rest.is_empty());
        while let Some(found) = group.next_key_seed(SeekKey {
            wanted,
            stop: rest.is_empty() && skip == 0,
        })? {
            if found && !rest.is_empty() {
                group.next_value_seed(Seek {
                    path: rest,
                    second: self.second,
                })?;
            } else {
                skip -= usize::from(found && skip > 0);
                group.next_value::<de::IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

/// Whether the key is the wanted one; stops at it when `stop`.
struct SeekKey<'p> {
    wanted: &'p str,
    stop: bool,
}

impl<'de> DeserializeSeed<'de> for SeekKey<'_> {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for SeekKey<'_> {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: de::Error>(self, key: &str) -> Result<bool, E> {
        match key == self.wanted {
            true if self.stop => Err(E::custom("here")),
            found => Ok(found),
        }
    }
}
