//! The shapes of secrets that are known by how they begin: one list for what is taken out of logs and for what is
//! searched for in changes.

/// A kind of token.
#[derive(Debug, Clone, Copy)]
pub struct TokenShape {
    /// How a finding of it is named.
    pub name: &'static str,
    /// What it starts with.
    pub prefix: &'static str,
    /// How many characters follow at least in a real one: from here on it is taken for a secret by its shape alone.
    pub sure_chars_min: usize,
    /// From how many characters on it is taken out of a log, where one too many costs nothing.
    pub likely_chars_min: usize,
    /// Ordinary words begin like that too: in a log it must start a word and hold a digit.
    pub is_common: bool,
}

const fn token(
    name: &'static str,
    prefix: &'static str,
    sure_chars_min: usize,
    likely_chars_min: usize,
) -> TokenShape {
    TokenShape {
        name,
        prefix,
        sure_chars_min,
        likely_chars_min,
        is_common: false,
    }
}

const fn common(shape: TokenShape) -> TokenShape {
    TokenShape {
        is_common: true,
        ..shape
    }
}

/// All tokens; of two prefixes that fit, the longer one stands first.
pub const TOKENS: &[TokenShape] = &[
    token("github-token", "ghp_", 36, 20),
    token("github-token", "gho_", 36, 20),
    token("github-token", "ghu_", 36, 20),
    token("github-token", "ghs_", 36, 20),
    token("github-token", "ghr_", 36, 20),
    token("github-token", "github_pat_", 40, 20),
    token("gitlab-token", "glpat-", 20, 20),
    token("anthropic-key", "sk-ant-", 32, 10),
    common(token("openai-key", "sk-proj-", 32, 15)),
    common(token("openai-key", "sk-", 40, 20)),
    token("slack-token", "xoxa-", 20, 10),
    token("slack-token", "xoxb-", 20, 10),
    token("slack-token", "xoxe-", 20, 10),
    token("slack-token", "xoxp-", 20, 10),
    token("slack-token", "xoxr-", 20, 10),
    token("slack-token", "xoxs-", 20, 10),
    token("google-key", "AIza", 35, 35),
    token("npm-token", "npm_", 36, 36),
    token("stripe-key", "sk_live_", 20, 20),
    token("stripe-key", "rk_live_", 20, 20),
    // A real one has exactly as many, and only upper-case letters and digits.
    token(AWS_KEY, "AKIA", AWS_KEY_CHARS, AWS_KEY_CHARS),
    token(AWS_KEY, "ASIA", AWS_KEY_CHARS, AWS_KEY_CHARS),
];

/// How a finding of an AWS key is named.
pub const AWS_KEY: &str = "aws-key";
/// How many characters of an AWS key follow its prefix.
pub const AWS_KEY_CHARS: usize = 16;

/// What a private key starts with, up to its kind.
pub const KEY_BEGIN: &str = "-----BEGIN ";
/// What follows the kind of a private key.
pub const KEY_HEADER: &str = "PRIVATE KEY-----";
/// The longest kind of key in a header, `OPENSSH ENCRYPTED` and the like.
pub const KEY_KIND_BYTES_MAX: usize = 40;

/// Whether a token or a private key can begin with `byte`.
pub fn can_begin_secret(byte: u8) -> bool {
    matches!(byte, b'g' | b's' | b'x' | b'A' | b'n' | b'r' | b'-')
}

/// Whether `byte` can be inside a token.
pub fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_can_be_found() {
        for (n, shape) in TOKENS.iter().enumerate() {
            assert!(can_begin_secret(shape.prefix.as_bytes()[0]), "{shape:?}");
            assert!(shape.likely_chars_min <= shape.sure_chars_min, "{shape:?}");
            let mut before = TOKENS[..n].iter();
            let hidden = before.find(|other| shape.prefix.starts_with(other.prefix));
            assert!(hidden.is_none(), "{shape:?} is hidden by {hidden:?}");
        }
        assert!(can_begin_secret(KEY_BEGIN.as_bytes()[0]));
    }
}
