//! The since-mark of a mirror: each adapter keeps its own fields in it, and takes nobody else's.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::sys::Secret;

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    /// `github`, `gitea`.
    forge: String,
    /// Of the fields.
    version: u32,
    /// Where the forge is and which repository of it: a mark says nothing about another one.
    place: String,
    mark: T,
}

/// Whose mark it is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a place is what it says")]
pub(in crate::forge) struct Place {
    /// The kind of forge.
    pub(in crate::forge) forge: &'static str,
    /// The version of the adapter's fields.
    pub(in crate::forge) version: u32,
    /// Address and repository.
    pub(in crate::forge) place: String,
}

impl Place {
    /// What this adapter wrote about this repository; `None`: everything must be listed.
    pub(in crate::forge) fn read<T: DeserializeOwned>(&self, text: &str) -> Option<T> {
        let read: Envelope<T> = serde_json::from_str(text).ok()?;
        let same =
            read.forge == self.forge && read.version == self.version && read.place == self.place;
        same.then_some(read.mark)
    }

    /// `mark` as text.
    pub(in crate::forge) fn write<T: Serialize>(&self, mark: &T) -> String {
        let envelope = Envelope {
            forge: self.forge.to_owned(),
            version: self.version,
            place: self.place.clone(),
            mark,
        };
        // Maps with keys that are texts or numbers always become JSON; an empty mark means that everything is listed.
        serde_json::to_string(&envelope).unwrap_or_default()
    }
}

/// What tells one token from another without being one: enough of a hash to see that it was changed.
pub(in crate::forge) fn fingerprint(token: &Secret) -> String {
    use std::fmt::Write as _;
    let digest = Sha256::digest(token.reveal());
    digest.iter().take(4).fold(String::new(), |mut hex, byte| {
        let _cannot_fail = write!(hex, "{byte:02x}");
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_only_where_it_was_written() {
        let place = |forge, version, place: &str| Place {
            forge,
            version,
            place: place.to_owned(),
        };
        let here = place("github", 1, "https://x o/r");
        let text = here.write(&vec![1, 2]);
        assert_eq!(here.read::<Vec<u8>>(&text), Some(vec![1, 2]));
        assert_eq!(here.read::<String>(&text), None);
        assert_eq!(here.read::<Vec<u8>>(""), None);
        assert_eq!(here.read::<Vec<u8>>("1234"), None);
        for other in [
            place("gitea", 1, "https://x o/r"),
            place("github", 2, "https://x o/r"),
            place("github", 1, "https://x o/s"),
        ] {
            assert_eq!(other.read::<Vec<u8>>(&text), None);
        }
    }

    #[test]
    fn a_fingerprint_is_short_and_changes_with_the_token() {
        let of = |text: &str| fingerprint(&Secret::new(text.to_owned()));
        assert_eq!(of("a").len(), 8);
        assert_ne!(of("a"), of("b"));
    }
}
