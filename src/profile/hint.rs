//! Words for messages: what was found, without secrets, and what was probably meant.

use serde_json::Value;

/// Beginnings of tokens and keys that services hand out.
const SECRET_PREFIXES: &[&str] = &[
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
    "github_pat_",
    "glpat-",
    "sk-",
    "AKIA",
    "ASIA",
    "AIza",
    "xoxb-",
    "xoxp-",
    "npm_",
    "hf_",
];

/// The fewest characters after such a beginning that make it a secret.
const SECRET_TAIL_MIN: usize = 12;

/// The most characters of a value that a message shows.
const SHOWN_CHARS_MAX: usize = 60;

/// Whether the text holds something that looks like a token, a private key or a password in an address.
pub(super) fn looks_secret(text: &str) -> bool {
    text.contains("-----BEGIN ")
        || has_password(text)
        || text
            .split(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))
            .any(|word| {
                SECRET_PREFIXES.iter().any(|prefix| {
                    word.strip_prefix(prefix).is_some_and(|tail| {
                        tail.len() >= SECRET_TAIL_MIN && tail.bytes().any(|b| b.is_ascii_digit())
                    })
                })
            })
}

/// `https://user:password@host`, also `https://token@host`.
fn has_password(text: &str) -> bool {
    text.split("://").skip(1).any(|rest| {
        let host = rest.split(['/', ' ', '"', '\'', '?', '#']).next();
        host.is_some_and(|host| {
            let (user, _) = host.rsplit_once('@').unwrap_or_default();
            let password = user.split_once(':').map_or("", |(_, password)| password);
            // A variable in a shell line is no secret.
            !password.is_empty() && !password.starts_with('$')
        })
    })
}

/// The value as a message shows it: short, printable, never a secret.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::Bool(b) => format!("`{b}`"),
        Value::Number(n) => format!("the number `{n}`"),
        Value::String(text) => shown_text(text),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "a group of keys".to_owned(),
    }
}

/// The text as a message shows it, in backticks.
pub(super) fn shown_text(text: &str) -> String {
    if looks_secret(text) {
        return "something that looks like a secret".to_owned();
    }
    let mut cut: String = text
        .chars()
        .take(SHOWN_CHARS_MAX)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if cut.len() < text.len() && text.chars().count() > SHOWN_CHARS_MAX {
        cut.push('…');
    }
    format!("`{cut}`")
}

/// The words in backticks: `a`, `b` or `c`.
pub(super) fn words(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The known word that was probably meant.
pub(super) fn nearest<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if given.chars().count() > SHOWN_CHARS_MAX {
        return None;
    }
    let given = given.to_ascii_lowercase();
    let (distance, word) = known
        .into_iter()
        .map(|word| (edit_distance(&given, &word.to_ascii_lowercase()), word))
        .min()?;
    let near = (word.chars().count() / 3).max(1);
    (distance <= near).then_some(word)
}

/// "did you mean `x`?"
pub(super) fn did_you_mean<'a>(
    given: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(given, known).map(|word| format!("did you mean `{word}`?"))
}

/// How many letters to insert, remove, replace or swap with their neighbour.
fn edit_distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let above = &rows[i - 1];
            let replace = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replace.min(above[j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        let known = ["usd_per_day", "usd_per_item", "usd_per_run", "runs_per_day"];
        assert_eq!(nearest("usd_per_dya", known), Some("usd_per_day"));
        assert_eq!(nearest("USD_PER_RUN", known), Some("usd_per_run"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("clade", ["claude", "codex"]), Some("claude"));
    }

    #[test]
    fn secrets_are_seen_and_never_shown() {
        for secret in [
            "ghp_0123456789abcdef0123456789abcdef0123",
            "curl -H 'Authorization: token github_pat_11ABCDEFG0123456789'",
            "sk-ant-api03-0123456789",
            "https://me:hunter2@example.org/x",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
        ] {
            assert!(looks_secret(secret), "{secret}");
            assert!(!shown_text(secret).contains("0123"), "{secret}");
        }
        for plain in [
            "GITHUB_TOKEN",
            "cargo test --workspace",
            "https://example.org/a@b:c",
            "npm_config_registry_address",
            "https://x:$TOKEN@example.org",
            "sk-learn",
        ] {
            assert!(!looks_secret(plain), "{plain}");
        }
    }

    #[test]
    fn long_and_odd_values_are_cut() {
        assert_eq!(shown_text("a\u{1b}[31m"), "`a\u{fffd}[31m`");
        assert_eq!(shown_text(&"x".repeat(100)).chars().count(), 63);
        assert_eq!(words(&["a", "b", "c"]), "`a`, `b` or `c`");
    }
}
