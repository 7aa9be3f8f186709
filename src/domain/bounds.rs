//! What every forge takes as a title, a body and a name: the same bounds before a write is queued and when it is made.

/// The longest title, in characters: GitHub's bound, so that a text fits on every forge.
pub const TITLE_CHARS_MAX: usize = 256;
/// The longest body, in characters, without the marker.
pub const BODY_CHARS_MAX: usize = 65_536;
/// The longest name of a label or a check, in characters.
pub const NAME_CHARS_MAX: usize = 50;

/// `text` as one line: each run of control characters becomes one space. A title is one line wherever it is shown; all
/// else, direction overrides too, stays as it was written and is made harmless where it is printed.
pub fn one_line(text: &str) -> String {
    let words = text.split(char::is_control).filter(|part| !part.is_empty());
    words.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// Why a text cannot be a title.
pub fn title_fault(text: &str) -> Option<String> {
    match one_line(text).chars().count() {
        0 => Some("the title is empty".to_owned()),
        n => too_long("title", n, TITLE_CHARS_MAX),
    }
}

/// Why a text cannot be a body or a comment.
pub fn body_fault(text: &str) -> Option<String> {
    too_long("text", text.chars().count(), BODY_CHARS_MAX)
}

/// Why a text cannot be the name of a label or a check.
pub fn name_fault(text: &str) -> Option<String> {
    if text.trim().is_empty() {
        return Some("a name is empty".to_owned());
    }
    if text.chars().any(char::is_control) {
        return Some(format!("the name {text:?} holds control characters"));
    }
    too_long("name", text.chars().count(), NAME_CHARS_MAX)
}

fn too_long(what: &str, n: usize, max: usize) -> Option<String> {
    (n > max).then(|| format!("the {what} has {n} characters, at most {max} are allowed"))
}
