//! Secrets out of what children write: known values, and tokens that are recognised by their shape.

use std::borrow::Cow;

use crate::sys::Secret;

use super::shapes::{
    KEY_BEGIN, KEY_HEADER, KEY_KIND_BYTES_MAX, TOKENS, can_begin_secret, is_token_byte,
};

/// What stands in place of a secret.
pub const REDACTED: &str = "[redacted]";

/// Shorter values are too common to be taken out.
const VALUE_BYTES_MIN: usize = 6;
/// A key without an end is taken to end after so many lines.
const KEY_LINES_MAX: u32 = 200;
/// What a private key ends with, up to its kind.
const KEY_END: &str = "-----END ";

/// Words whose value is a secret, and how long that value is at least.
const HEADERS: &[(&str, usize)] = &[("authorization", 1), ("bearer", 16)];
/// How an authorization header may name its scheme before the secret.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "negotiate"];

/// Takes secrets out of text.
#[derive(Debug, Clone, Default)]
pub struct Redactor {
    values: Vec<Secret>,
}

impl Redactor {
    /// Knows the shapes of tokens and these values. A value of several lines is known by each of its lines.
    pub fn new(secrets: impl IntoIterator<Item = Secret>) -> Self {
        let mut values: Vec<String> = Vec::new();
        for secret in secrets {
            for line in secret.reveal().lines().map(str::trim) {
                values.push(line.to_owned());
                values.push(json_escaped(line));
            }
        }
        values.retain(|value| value.len() >= VALUE_BYTES_MIN);
        // Longest first, so that of two values of which one begins with the other nothing is left.
        values.sort_unstable_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        values.dedup();
        Self {
            values: values.into_iter().map(Secret::new).collect(),
        }
    }

    /// `text` without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.scan(text).0
    }

    /// The redacted text, and whether it ends inside a private key.
    fn scan<'t>(&self, text: &'t str) -> (Cow<'t, str>, bool) {
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for value in &self.values {
            let found = text.match_indices(value.reveal());
            spans.extend(found.map(|(at, part)| (at, at + part.len())));
        }
        let open = shapes(text, &mut spans);
        if spans.is_empty() {
            return (Cow::Borrowed(text), open);
        }
        spans.sort_unstable();
        (Cow::Owned(without(text, &spans)), open)
    }
}

/// A redactor that goes through the lines of one stream and knows when it is inside a private key.
#[derive(Debug)]
pub(super) struct LineRedactor<'a> {
    redactor: &'a Redactor,
    key_lines_left: u32,
}

impl<'a> LineRedactor<'a> {
    pub(super) fn new(redactor: &'a Redactor) -> Self {
        Self {
            redactor,
            key_lines_left: 0,
        }
    }

    pub(super) fn line<'t>(&mut self, line: &'t str) -> Cow<'t, str> {
        let mut rest = line;
        if self.key_lines_left > 0 {
            let Some(at) = line.find(KEY_END) else {
                self.key_lines_left -= 1;
                return Cow::Borrowed(REDACTED);
            };
            rest = &line[end_of_key(line, at)..];
            self.key_lines_left = 0;
        }
        let (clean, open) = self.redactor.scan(rest);
        if open {
            self.key_lines_left = KEY_LINES_MAX;
        }
        if rest.len() == line.len() {
            clean
        } else {
            Cow::Owned(format!("{REDACTED}{clean}"))
        }
    }
}

/// A value as it stands inside a JSON string.
fn json_escaped(value: &str) -> String {
    let quoted = serde_json::to_string(value).unwrap_or_default();
    quoted.trim_matches('"').to_owned()
}

fn without(text: &str, spans: &[(usize, usize)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for &(start, end) in spans {
        if start >= at {
            out.push_str(&text[at..start]);
            out.push_str(REDACTED);
        }
        at = at.max(end);
    }
    out.push_str(&text[at..]);
    out
}

/// Adds where tokens stand; whether the text ends inside a private key.
fn shapes(text: &str, spans: &mut Vec<(usize, usize)>) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|b| can_begin(*b)) {
        at += found;
        if let Some((end, open)) = private_key(text, at) {
            spans.push((at, end));
            if open {
                return true;
            }
            at = end;
            continue;
        }
        match token(text, at).or_else(|| header(text, at)) {
            Some((start, end)) => {
                spans.push((start, end));
                at = end;
            }
            None => at += 1,
        }
    }
    false
}

fn can_begin(byte: u8) -> bool {
    can_begin_secret(byte)
        || HEADERS
            .iter()
            .any(|(name, _)| name.as_bytes()[0] == byte.to_ascii_lowercase())
}

fn token(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.get(at..)?;
    let shape = TOKENS.iter().find(|shape| rest.starts_with(shape.prefix))?;
    let body = &rest[shape.prefix.len()..];
    let len = body.bytes().take_while(|b| is_token_byte(*b)).count();
    let plain = !shape.is_common
        || (starts_word(text, at) && body[..len].bytes().any(|b| b.is_ascii_digit()));
    let end = at + shape.prefix.len() + len;
    (len >= shape.likely_chars_min && plain).then_some((at, end))
}

/// Whether a word starts at `at`; `\n` and the like inside a JSON string end the word before.
fn starts_word(text: &str, at: usize) -> bool {
    let before = &text.as_bytes()[..at];
    match before {
        [] | [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., last] => !is_token_byte(*last),
    }
}

/// `Authorization: Bearer x`, `"authorization":"token x"`, `bearer x`.
fn header(text: &str, at: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let (name, min) = HEADERS.iter().find(|(name, _)| word_at(bytes, at, name))?;
    let mut from = at + name.len();
    let gap = |from: usize| bytes[from..].iter().take_while(|b| is_gap(**b)).count();
    let first = gap(from);
    if first == 0
        || (*name == "authorization"
            && !bytes[from..from + first].iter().any(|b| b":=".contains(b)))
    {
        return None;
    }
    from += first;
    if let Some(scheme) = SCHEMES.iter().find(|scheme| word_at(bytes, from, scheme)) {
        let after = gap(from + scheme.len());
        if after > 0 {
            from += scheme.len() + after;
        }
    }
    let len = bytes[from..]
        .iter()
        .take_while(|b| !ends_value(**b))
        .count();
    (len >= *min).then_some((from, from + len))
}

fn word_at(bytes: &[u8], at: usize, word: &str) -> bool {
    bytes
        .get(at..at + word.len())
        .is_some_and(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b':' | b'=' | b'"' | b'\'' | b'\\')
}

fn ends_value(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'\t' | b'\n' | b'\r' | b'"' | b'\'' | b'\\' | b',' | b';'
    )
}

/// Where the private key that begins at `at` ends, and whether that is the end of the text because the key goes on.
fn private_key(text: &str, at: usize) -> Option<(usize, bool)> {
    if !text[at..].starts_with(KEY_BEGIN) {
        return None;
    }
    let kind = at + KEY_BEGIN.len();
    let header = text[kind..].find(KEY_HEADER)?;
    if header > KEY_KIND_BYTES_MAX {
        return None;
    }
    let body = kind + header + KEY_HEADER.len();
    if let Some(end) = text[body..].find(KEY_END) {
        return Some((end_of_key(text, body + end), false));
    }
    // Inside a JSON string the whole key is on this line, cut off somewhere.
    match text[body..].find('"') {
        Some(quote) => Some((body + quote, false)),
        None => Some((text.len(), true)),
    }
}

/// The end of the footer that begins at `at`.
fn end_of_key(text: &str, at: usize) -> usize {
    let name = at + KEY_END.len();
    let close = text[name..].find("-----");
    close.map_or(text.len(), |close| name + close + 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        Redactor::default().redact(text).into_owned()
    }

    #[test]
    fn tokens_are_known_by_their_shape() {
        let body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8";
        for prefix in [
            "ghp_",
            "gho_",
            "ghs_",
            "github_pat_",
            "sk-ant-",
            "sk-",
            "sk-proj-",
            "xoxb-",
            "AIza",
            "sk_live_",
            "rk_live_",
        ] {
            let text = format!("key={prefix}{body}, and\\n{prefix}{body}\"");
            assert_eq!(
                plain(&text),
                format!("key={REDACTED}, and\\n{REDACTED}\""),
                "{prefix}"
            );
        }
        assert_eq!(plain("AKIAIOSFODNN7EXAMPLE é"), format!("{REDACTED} é"));
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "task-list-of-many-long-words-and-1",
            "sk-learn",
            "a bearer of news",
            "ghp_",
            "authorization is needed",
            "-----BEGIN CERTIFICATE-----",
            "ségolène",
        ] {
            assert_eq!(plain(text), text);
        }
    }

    #[test]
    fn headers_lose_their_value_and_json_stays_json() {
        assert_eq!(
            plain("Authorization: Bearer abc.def"),
            format!("Authorization: Bearer {REDACTED}")
        );
        assert_eq!(
            plain("authorization: Basic eDp5"),
            format!("authorization: Basic {REDACTED}")
        );
        let json = r#"{"Authorization":"token 0123456789abcdef","x":1}"#;
        assert_eq!(plain(json), r#"{"Authorization":"token [redacted]","x":1}"#);
        assert_eq!(
            plain("-H 'bearer 0123456789abcdef'"),
            "-H 'bearer [redacted]'"
        );
    }

    #[test]
    fn values_are_known_also_in_json_and_line_by_line() {
        let redactor = Redactor::new(
            ["pass\"word", "first line\nsecond line", "short"].map(|s| Secret::new(s.into())),
        );
        assert_eq!(
            redactor.redact(r#"pass"word "pass\"word""#),
            r#"[redacted] "[redacted]""#
        );
        assert_eq!(
            redactor.redact("the second line, short"),
            "the [redacted], short"
        );
    }

    #[test]
    fn a_private_key_goes_from_header_to_footer() {
        let redactor = Redactor::default();
        let mut lines = LineRedactor::new(&redactor);
        let text = [
            "x -----BEGIN RSA PRIVATE KEY-----",
            "MIIE",
            "-----END RSA PRIVATE KEY----- y",
            "z",
        ];
        let clean = text.map(|line| lines.line(line).into_owned());
        assert_eq!(clean, ["x [redacted]", REDACTED, "[redacted] y", "z"]);
        let json =
            r#"{"a":"-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n","b":1}"#;
        assert_eq!(plain(json), r#"{"a":"[redacted]\n","b":1}"#);
        assert_eq!(
            plain(r#"{"a":"-----BEGIN PRIVATE KEY-----\nMI","b":1}"#),
            r#"{"a":"[redacted]","b":1}"#
        );
    }
}
