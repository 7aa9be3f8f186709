//! Answers are written straight into text: a page of a listing has thousands of fields, and a simulation asks for many.

use std::fmt::Write as _;

use jiff::Timestamp;

/// An object that is being written.
pub(super) struct Obj(String);

impl Obj {
    pub(super) fn new() -> Self {
        Self(String::from("{"))
    }

    fn key(&mut self, name: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        self.0.push('"');
        self.0.push_str(name);
        self.0.push_str("\":");
    }

    /// A field with a text.
    pub(super) fn text(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.key(name);
        quote(&mut self.0, value.as_ref());
        self
    }

    /// A field with what something is displayed as: a commit, a branch.
    pub(super) fn shown(self, name: &str, value: impl std::fmt::Display) -> Self {
        self.text(name, value.to_string())
    }

    /// A field with a text or null.
    pub(super) fn opt(self, name: &str, value: Option<impl AsRef<str>>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A field with a number.
    pub(super) fn num(mut self, name: &str, value: u64) -> Self {
        self.key(name);
        let _cannot_fail = write!(self.0, "{value}");
        self
    }

    /// A field with true or false.
    pub(super) fn flag(self, name: &str, value: bool) -> Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A field with a time, which has whole seconds.
    pub(super) fn time(mut self, name: &str, value: Timestamp) -> Self {
        self.key(name);
        let _cannot_fail = write!(self.0, "\"{value}\"");
        self
    }

    /// A field with a time or null.
    pub(super) fn opt_time(self, name: &str, value: Option<Timestamp>) -> Self {
        match value {
            Some(value) => self.time(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A field whose value is written already.
    pub(super) fn raw(mut self, name: &str, value: impl AsRef<str>) -> Self {
        self.key(name);
        self.0.push_str(value.as_ref());
        self
    }

    /// Fields that each hold `base` and a path after it.
    pub(super) fn addresses(mut self, base: &str, fields: &[(&str, &str)]) -> Self {
        for (name, tail) in fields {
            self.key(name);
            // Both are made of characters that JSON takes as they are.
            self.0.extend(["\"", base, tail, "\""]);
        }
        self
    }

    /// The text.
    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

/// An array of what is written already.
pub(super) fn array<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(item.as_ref());
    }
    out.push(']');
    out
}

/// `text` as JSON.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let byte = special.as_bytes()[0];
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            other => {
                let _cannot_fail = write!(out, "\\u{other:04x}");
            }
        }
        rest = &special[1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        let nasty = "a\"b\\c\nd\te\u{0}f\u{1f}\u{7f}\u{202e}\u{1F600}é";
        let text = Obj::new()
            .text("nasty", nasty)
            .opt("none", None::<&str>)
            .num("n", u64::MAX)
            .flag("yes", true)
            .raw("list", array([quoted(nasty), Obj::new().end()]))
            .addresses("http://x", &[("url", "/y{/z}")])
            .time("at", Timestamp::from_second(1_700_000_000).unwrap())
            .end();
        let read: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["nasty"], nasty);
        assert_eq!(read["list"][0], nasty);
        assert_eq!(read["n"], u64::MAX);
        assert_eq!(read["url"], "http://x/y{/z}");
        assert_eq!(read["at"], "2023-11-14T22:13:20Z");
        assert!(read["none"].is_null() && read["yes"] == true);
        assert_eq!(array::<&str>([]), "[]");
    }
}
