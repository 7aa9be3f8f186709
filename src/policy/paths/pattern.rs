//! One pattern, matched by hand part by part: nothing is compiled, because a risk score has 5 ms in all.

use super::name::{Name, fold_pattern, to_glob};
use super::{BadPattern, bad};

/// Longest pattern in bytes; no real path is near it, and it bounds what compiling one may cost.
const PATTERN_BYTES_MAX: usize = 512;

/// One part of a pattern, between slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    /// Exactly this.
    Plain(String),
    /// With `*` or `?`.
    Wild(String),
    /// `**`: any number of folders, none included.
    Folders,
}

/// A pattern without classes and alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    parts: Vec<Part>,
    /// Whether it also finds what is below the thing that it names.
    covers: bool,
}

/// What a pattern's text becomes.
pub(super) struct Parsed {
    /// The pattern with `[`, `]`, `{` and `}` as plain characters: `app/[slug]/` is also a folder that is called so.
    pub(super) pattern: Pattern,
    /// What must be compiled because of them.
    pub(super) glob: Vec<String>,
}

impl Parsed {
    pub(super) fn new(text: &str) -> Result<Self, BadPattern> {
        check(text)?;
        let parts: Vec<&str> = text
            .trim()
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .collect();
        for part in &parts {
            check_part(text, part)?;
        }
        if parts.is_empty() {
            return Err(bad(text, "it names nothing"));
        }
        let folder = text.trim().ends_with('/');
        let pattern = Pattern::new(&parts, folder);
        let special = text.contains(['[', ']', '{', '}']);
        let glob = if special {
            globs(text, &parts, pattern.covers)?
        } else {
            Vec::new()
        };
        Ok(Self { pattern, glob })
    }
}

fn check(text: &str) -> Result<(), BadPattern> {
    if text.len() > PATTERN_BYTES_MAX {
        let reason = format!("it is longer than {PATTERN_BYTES_MAX} bytes");
        return Err(bad(text, reason));
    }
    if text.contains('\\') {
        return Err(bad(
            text,
            "folders are separated by `/`, and nothing is escaped",
        ));
    }
    if text.trim().starts_with('!') {
        return Err(bad(text, "a pattern cannot take back another one"));
    }
    if text.trim().chars().any(char::is_control) {
        return Err(bad(text, "it holds a control character"));
    }
    Ok(())
}

fn check_part(text: &str, part: &str) -> Result<(), BadPattern> {
    match part {
        ".." => Err(bad(text, "`..` leads out of the repository")),
        "**" => Ok(()),
        _ if part.contains("**") => Err(bad(
            text,
            "`**` stands alone between slashes; write two patterns, or `*`",
        )),
        _ => Ok(()),
    }
}

/// The forms that are compiled: at the root and below every folder, and what is in it where the pattern covers that.
fn globs(text: &str, parts: &[&str], covers: bool) -> Result<Vec<String>, BadPattern> {
    if text.contains('[') && !text.is_ascii() {
        return Err(bad(text, "beside `[` only ASCII is understood"));
    }
    let folded: Vec<String> = parts.iter().map(|part| fold_pattern(part)).collect();
    let body = to_glob(&folded.join("/"));
    let body = body.trim_start_matches("**/").trim_end_matches("/**");
    let mut forms = vec![format!("**/{body}")];
    if covers {
        forms.push(format!("**/{body}/**"));
    }
    Ok(forms)
}

impl Pattern {
    fn new(parts: &[&str], folder: bool) -> Self {
        let mut parts: Vec<Part> = parts.iter().map(|part| Part::new(part)).collect();
        let mut covers = folder;
        while parts.last() == Some(&Part::Folders) {
            parts.pop();
            covers = true;
        }
        let leading = parts.iter().take_while(|p| **p == Part::Folders).count();
        let anchored_by_folders = leading > 0;
        parts.drain(..leading);
        covers |= parts.len() <= 1 && !anchored_by_folders;
        covers |= matches!(parts.last(), Some(Part::Plain(_)));
        Self { parts, covers }
    }

    /// Whether it finds `name` in any reading, at the root or below any folder.
    pub(super) fn finds(&self, name: &Name) -> bool {
        name.readings()
            .any(|path| (0..path.len()).any(|from| self.matches_from(&path[from..])))
    }

    /// Whether it matches from the first of these parts on. On a mismatch the last `**` takes one folder more.
    fn matches_from(&self, path: &[String]) -> bool {
        let (mut at, mut seen) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            match (self.parts.get(at), path.get(seen)) {
                (None, None) => return true,
                (None, Some(_)) if self.covers => return true,
                (Some(Part::Folders), _) => {
                    retry = Some((at, seen));
                    at += 1;
                    continue;
                }
                (Some(part), Some(text)) if part.matches(text) => {
                    at += 1;
                    seen += 1;
                    continue;
                }
                (Some(_), None) => return false,
                _ => {}
            }
            let Some((folders, from)) = retry else {
                return false;
            };
            retry = Some((folders, from + 1));
            at = folders + 1;
            seen = from + 1;
        }
    }
}

impl Part {
    fn new(part: &str) -> Self {
        if part == "**" {
            return Self::Folders;
        }
        let text = fold_pattern(part);
        if text.contains(['*', '?']) {
            Self::Wild(text)
        } else {
            Self::Plain(text)
        }
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Plain(plain) => plain == text,
            Self::Wild(wild) => wild_matches(wild.as_bytes(), text.as_bytes()),
            Self::Folders => true,
        }
    }
}

/// Whether `wild` matches all of `text`: `*` any number of characters, `?` one. On a mismatch the last `*` takes one
/// byte more, so the work is at most the product of the two lengths.
fn wild_matches(wild: &[u8], text: &[u8]) -> bool {
    let (mut at, mut seen) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    loop {
        match (wild.get(at), text.get(seen)) {
            (None, None) => return true,
            (Some(b'*'), _) => {
                retry = Some((at, seen));
                at += 1;
                continue;
            }
            (Some(b'?'), Some(_)) => {
                at += 1;
                seen = next_char(text, seen);
                continue;
            }
            (Some(expected), Some(byte)) if expected == byte => {
                at += 1;
                seen += 1;
                continue;
            }
            (Some(_), None) => return false,
            _ => {}
        }
        let Some((star, from)) = retry else {
            return false;
        };
        retry = Some((star, from + 1));
        at = star + 1;
        seen = from + 1;
    }
}

/// Where the character after the one at `at` begins.
fn next_char(text: &[u8], at: usize) -> usize {
    let continues = |byte: &&u8| **byte & 0xc0 == 0x80;
    at + 1 + text[at + 1..].iter().take_while(continues).count()
}
