//! A token that is looked for when it is first needed.

use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::sys::Secret;

/// A token and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToken {
    /// The token.
    pub secret: Secret,
    /// Its source in words for errors: "`GITHUB_TOKEN`", "the file …".
    pub from: String,
}

type Find = dyn Fn() -> Result<FoundToken, String> + Send + Sync;

/// A token that is looked for once, when the first call needs it: verbs that make none need no token, and no program is
/// started for it. Clones share what was found.
#[derive(Clone)]
pub struct Token(Arc<Inner>);

struct Inner {
    found: OnceLock<Result<FoundToken, String>>,
    find: Box<Find>,
}

impl Token {
    /// A token that is here already.
    pub fn known(secret: Secret, from: impl Into<String>) -> Self {
        let found = FoundToken {
            secret,
            from: from.into(),
        };
        Self::later(move || Ok(found.clone()))
    }

    /// A token that `find` looks for. Its error says where it looked and why there is none, without a value.
    pub fn later(find: impl Fn() -> Result<FoundToken, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            found: OnceLock::new(),
            find: Box::new(find),
        }))
    }

    /// The token.
    ///
    /// # Errors
    /// In words: there is none, and where it was looked for.
    pub fn get(&self) -> Result<&FoundToken, &str> {
        let found = self.0.found.get_or_init(|| (self.0.find)());
        found.as_ref().map_err(String::as_str)
    }

    /// What stands for the token where the token must not: the same for the same token, and of no use to find it.
    pub fn fingerprint(&self) -> String {
        match self.get() {
            Ok(found) => super::mark::fingerprint(&found.secret),
            Err(_) => "none".to_owned(),
        }
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(***)")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn it_is_looked_for_once_and_only_when_needed() {
        let looks = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&looks);
        let token = Token::later(move || {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok(FoundToken {
                secret: Secret::new("hush-hush".to_owned()),
                from: "here".to_owned(),
            })
        });
        let other = token.clone();
        assert_eq!(looks.load(Ordering::SeqCst), 0);
        assert_eq!(other.get().unwrap().secret.reveal(), "hush-hush");
        assert_eq!(token.get().unwrap().from, "here");
        assert_eq!(looks.load(Ordering::SeqCst), 1);
        assert!(!format!("{token:?} {:?}", token.get()).contains("hush"));
        assert_eq!(token.fingerprint().len(), 8);
        let none = Token::later(|| Err("`X` is not set".to_owned()));
        assert_eq!(none.get().unwrap_err(), "`X` is not set");
        assert_ne!(none.fingerprint(), token.fingerprint());
    }
}
