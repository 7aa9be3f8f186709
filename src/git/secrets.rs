//! Shapes of secrets in source text. Only shapes that hardly occur otherwise: a hit blocks a merge.

use crate::proc::{
    AWS_KEY, AWS_KEY_CHARS, KEY_BEGIN, KEY_HEADER, KEY_KIND_BYTES_MAX, TOKENS, TokenShape,
    can_begin_secret, is_token_byte,
};

/// How many different characters a token has at least: `ghp_xxxxxxxx…` in a document is no secret.
const DIFFERENT_MIN: usize = 8;

/// The name of the pattern of every secret in `line`.
pub(super) fn patterns_in(line: &[u8]) -> impl Iterator<Item = &'static str> {
    (0..line.len())
        .filter(|at| can_begin_secret(line[*at]))
        .filter_map(|at| pattern_at(line, at))
}

fn pattern_at(line: &[u8], at: usize) -> Option<&'static str> {
    let rest = &line[at..];
    if rest[0] == b'-' {
        return is_private_key(rest).then_some("private-key");
    }
    if !starts_word(&line[..at]) {
        return None;
    }
    let shape = TOKENS.iter().find(|shape| is_token(shape, rest))?;
    Some(shape.name)
}

fn is_token(shape: &TokenShape, rest: &[u8]) -> bool {
    let Some(body) = rest.strip_prefix(shape.prefix.as_bytes()).map(token_start) else {
        return false;
    };
    if shape.name == AWS_KEY {
        is_aws_body(body)
    } else {
        body.len() >= shape.sure_chars_min && looks_random(body)
    }
}

/// Whether a word begins after `before`; `\n` and the like inside a string end the word before.
fn starts_word(before: &[u8]) -> bool {
    match before {
        [] | [.., b'\\', b'n' | b'r' | b't'] => true,
        [.., last] => !last.is_ascii_alphanumeric() && *last != b'-',
    }
}

fn token_start(rest: &[u8]) -> &[u8] {
    &rest[..rest.iter().take_while(|b| is_token_byte(**b)).count()]
}

/// A digit, and not the same few characters over and over, as placeholders are.
fn looks_random(body: &[u8]) -> bool {
    let mut seen = [false; 256];
    for byte in body {
        seen[usize::from(*byte)] = true;
    }
    body.iter().any(u8::is_ascii_digit) && seen.iter().filter(|s| **s).count() >= DIFFERENT_MIN
}

fn is_aws_body(body: &[u8]) -> bool {
    body.len() == AWS_KEY_CHARS
        && body
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !body.ends_with(b"EXAMPLE")
}

fn is_private_key(rest: &[u8]) -> bool {
    let Some(rest) = rest.strip_prefix(KEY_BEGIN.as_bytes()) else {
        return false;
    };
    let kind = rest
        .iter()
        .take_while(|b| b.is_ascii_uppercase() || **b == b' ')
        .count();
    kind <= KEY_KIND_BYTES_MAX + KEY_HEADER.len()
        && rest
            .get(..kind + 5)
            .is_some_and(|header| header.ends_with(KEY_HEADER.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        patterns_in(text.as_bytes()).collect()
    }

    #[test]
    fn secrets_are_named_by_their_pattern() {
        let body = "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2";
        for (prefix, name) in [
            ("ghp_", "github-token"),
            ("github_pat_", "github-token"),
            ("glpat-", "gitlab-token"),
            ("sk-ant-", "anthropic-key"),
            ("xoxb-", "slack-token"),
            ("AIza", "google-key"),
            ("sk_live_", "stripe-key"),
        ] {
            let hits = found(&format!("let key = \"{prefix}{body}\";"));
            assert_eq!(hits.first(), Some(&name), "{prefix}");
        }
        assert_eq!(found("AKIAQ2W3E4R5T6Y7U8I9"), ["aws-key"]);
        assert_eq!(
            found("a\\nAKIAQ2W3E4R5T6Y7U8I9 KEY_AKIAQ2W3E4R5T6Y7U8I9").len(),
            2
        );
        assert_eq!(
            found("-----BEGIN OPENSSH PRIVATE KEY-----\\n"),
            ["private-key"]
        );
        assert_eq!(
            found("\u{fffd}-----BEGIN PRIVATE KEY-----"),
            ["private-key"]
        );
    }

    #[test]
    fn what_only_resembles_a_secret_is_none() {
        for text in [
            "AKIAIOSFODNN7EXAMPLE",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "ghp_your-token-goes-here",
            "task-sk-a1b2c3d4",
            "-----BEGIN CERTIFICATE-----",
            "find -----BEGIN (.*) PRIVATE KEY-----",
            "-----BEGIN PUBLIC KEY-----",
            "AKIAQ2W3E4R5T6Y7U8I9AAAA",
        ] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }
}
