//! Header fields.

use std::fmt;

/// Header fields in order; names are compared without regard to case. Values that are secret are not shown by `Debug`.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(Vec<(String, String)>);

/// Fields whose value is never printed.
const SECRET: [&str; 3] = ["authorization", "proxy-authorization", "cookie"];

impl Headers {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The first value of `name` as a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.trim().parse().ok()
    }

    /// Adds a field.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// With a field more.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.push(name, value);
        self
    }

    /// All fields.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(n, v)| (n.as_str(), v.as_str()))
    }
}

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| {
            let secret = SECRET.iter().any(|s| name.eq_ignore_ascii_case(s));
            (name, if secret { "(hidden)" } else { value })
        });
        f.debug_map().entries(shown).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_no_case_and_secrets_are_not_shown() {
        let headers = Headers::new()
            .with("ETag", "\"a\"")
            .with("Authorization", "Bearer hush")
            .with("X-RateLimit-Remaining", " 12");
        assert_eq!(headers.get("etag"), Some("\"a\""));
        assert_eq!(headers.number("x-ratelimit-remaining"), Some(12));
        assert!(!format!("{headers:?}").contains("hush"));
    }
}
