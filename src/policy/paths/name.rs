//! A path as patterns see it: without case, and without the differences that hide a name from a person or a file system.

/// One path, folded, in every reading that it can have.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Name {
    readings: Vec<Vec<String>>,
}

impl Name {
    /// Reads `path`. A backslash separates folders on some systems, and `..` may or may not have been resolved by whoever
    /// wrote the path: both readings are tried.
    pub(in crate::policy) fn new(path: &str) -> Self {
        let mut readings = Vec::with_capacity(1);
        read(path, &mut readings);
        if path.contains('\\') {
            read(&path.replace('\\', "/"), &mut readings);
        }
        Self { readings }
    }

    /// The parts between the slashes, for each reading.
    pub(super) fn readings(&self) -> impl Iterator<Item = &[String]> {
        self.readings.iter().map(Vec::as_slice)
    }

    /// The text that is compared with compiled patterns, for each reading.
    pub(super) fn as_globs(&self) -> impl Iterator<Item = String> {
        self.readings.iter().map(|parts| to_glob(&parts.join("/")))
    }
}

fn read(path: &str, readings: &mut Vec<Vec<String>>) {
    let parts = || path.split('/').filter(|part| !matches!(*part, "" | "."));
    let plain = parts().filter(|part| *part != "..").map(fold);
    readings.push(plain.collect());
    if parts().any(|part| part == "..") {
        let mut resolved: Vec<String> = Vec::new();
        for part in parts() {
            if part == ".." {
                resolved.pop();
            } else {
                resolved.push(fold(part));
            }
        }
        readings.push(resolved);
    }
}

/// Folds one part of a path: case, blanks and dots at its end, characters without width, accents.
pub(super) fn fold(part: &str) -> String {
    let edge = |c: char| c.is_whitespace() || c.is_control();
    let trimmed = part
        .trim_start_matches(edge)
        .trim_end_matches(|c| edge(c) || c == '.');
    let text = if trimmed.is_empty() { part } else { trimmed };
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let kept = text.chars().filter(|c| !is_ignorable(*c) && !is_mark(*c));
    kept.flat_map(fold_char).collect()
}

/// Folds one part of a pattern. A character that may be written in two ways (`é`, or `e` and an accent) becomes `?`,
/// so that the pattern finds both without a table of all such characters.
pub(super) fn fold_pattern(part: &str) -> String {
    if part.is_ascii() {
        return fold(part);
    }
    let mut out = String::new();
    let mut chars = part.chars().filter(|c| !is_ignorable(*c)).peekable();
    while let Some(c) = chars.next() {
        let marked = chars.next_if(|c| is_mark(*c)).is_some();
        while chars.next_if(|c| is_mark(*c)).is_some() {}
        let both_ways = (marked || is_composed(c)) && fold_char(c).count() == 1;
        out.push(if both_ways { '?' } else { c });
    }
    fold(&out)
}

/// For compiled patterns, which count bytes: every character that is not ASCII becomes the same single byte.
pub(super) fn to_glob(folded: &str) -> String {
    let byte = |c: char| if c.is_ascii() { c } else { '\u{1}' };
    folded.chars().map(byte).collect()
}

/// Upper case first, because some letters meet only there (`ſ` and `s`, `ı` and `i`).
fn fold_char(c: char) -> impl Iterator<Item = char> {
    let wide = ('\u{ff01}'..='\u{ff5e}').contains(&c);
    let narrow = if wide {
        char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
    } else {
        c
    };
    let upper = narrow.to_uppercase();
    upper.flat_map(char::to_lowercase).filter(|c| !is_mark(*c))
}

/// Characters that are not seen and that some file systems leave out when they compare names.
fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

fn is_mark(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{3099}' | '\u{309a}' | '\u{fe20}'..='\u{fe2f}'
    )
}

/// Letters that macOS stores as a base letter and marks: Latin, and the common ones of Greek, Cyrillic and kana.
fn is_composed(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1fff}')
        || "άέήίόύώϊϋΐΰΆΈΉΊΌΎΏйёїўѓќЙЁЇЎЃЌ".contains(c)
        || "がぎぐげござじずぜぞだぢづでどばびぶべぼぱぴぷぺぽゔ".contains(c)
        || "ガギグゲゴザジズゼゾダヂヅデドバビブベボパピプペポヴ".contains(c)
}
