//! Words for counts, times and sizes, and the guard against hostile text.

use jiff::Timestamp;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::domain::is_invisible;

/// `text` on one line, safe to show on a terminal: what moves the cursor, changes colours, hides or reorders text is
/// replaced. Everything that comes from outside goes through here or [`clean_text`].
pub fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if is_hostile(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Like [`clean`], but line breaks and tabs stay.
pub fn clean_text(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\t' => c,
            c if is_hostile(c) => '\u{fffd}',
            c => c,
        })
        .collect()
}

/// Text of an item for people: cleaned, and without the hidden lines by which programs find their own writes again.
pub fn body_text(text: &str) -> String {
    let shown = |line: &&str| !(line.starts_with("<!-- ") && line.trim_end().ends_with(" -->"));
    let lines: Vec<&str> = text.lines().filter(shown).collect();
    clean_text(lines.join("\n").trim_end())
}

/// `text`, cleaned and cut to `columns` of a terminal; what is cut ends with an ellipsis.
pub fn cut(text: &str, columns: usize) -> String {
    let text = clean(text);
    if text.width() <= columns {
        return text;
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > columns {
            break;
        }
        out.push(c);
    }
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// What has no shape of its own: control characters, direction marks, joiners, tags, other line ends. How an emoji is to be
/// drawn is harmless.
fn is_hostile(c: char) -> bool {
    is_invisible(c) && !matches!(c, '\u{fe0e}' | '\u{fe0f}')
}

/// `1 run`, `2 runs`, `3 passes`.
pub fn plural(count: usize, word: &str) -> String {
    let ending = match count {
        1 => "",
        _ if word.ends_with('s') => "es",
        _ => "s",
    };
    format!("{count} {word}{ending}")
}

/// `3 min ago`, `in 5 min`, `now`.
pub fn relative(then: Timestamp, now: Timestamp) -> String {
    let seconds = then.duration_since(now).as_secs();
    let span = span(seconds.unsigned_abs());
    match seconds {
        -1..=1 => "now".to_owned(),
        2.. => format!("in {span}"),
        _ => format!("{span} ago"),
    }
}

/// A length of time in its largest unit: `45 s`, `3 min`, `5 h`, `2 d`.
pub fn span(seconds: u64) -> String {
    match seconds {
        0..=89 => format!("{seconds} s"),
        90..=5_399 => format!("{} min", (seconds + 30) / 60),
        5_400..=129_599 => format!("{} h", (seconds + 1_800) / 3_600),
        _ => format!("{} d", (seconds + 43_200) / 86_400),
    }
}

/// `512 B`, `1.5 KiB`, `3.0 MiB`.
pub fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut unit, mut scale) = (0, 1024_u64);
    while unit + 1 < UNITS.len() && bytes / scale >= 1024 {
        scale *= 1024;
        unit += 1;
    }
    let tenths = bytes / (scale / 128) * 10 / 128;
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Micro-dollars as dollars: `$1.50`; a part of a cent is rounded up.
pub fn usd(micros: u64) -> String {
    let cents = micros.div_ceil(10_000);
    format!("${}.{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_is_shown_and_not_obeyed() {
        assert_eq!(clean("a\u{1b}[2J\u{7}b"), "a\u{fffd}[2J\u{fffd}b");
        assert_eq!(clean("\u{9b}31m"), "\u{fffd}31m");
        assert_eq!(clean("a\nb\tc\rd"), "a b c d");
        assert_eq!(clean_text("a\nb\tc\rd"), "a\nb\tc\u{fffd}d");
        assert_eq!(clean("user\u{202e}gpj.exe"), "user\u{fffd}gpj.exe");
        assert_eq!(
            clean("a\u{200b}\u{feff}b\u{2066}"),
            "a\u{fffd}\u{fffd}b\u{fffd}"
        );
        assert_eq!(clean("grün 日本 🦀"), "grün 日本 🦀");
    }

    #[test]
    fn what_is_cut_fits_and_says_so() {
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("a longer one", 6), "a lon…");
        assert_eq!(cut("a b c", 3), "a…");
        for hostile in [
            "日本語のとても長い題名です",
            "🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
            "\u{1b}[31m\u{202e}abcdefghijkl",
            "👨\u{200d}👩\u{200d}👧 a family and more",
        ] {
            for columns in 1..20 {
                let text = cut(hostile, columns);
                assert!(text.width() <= columns, "{text} in {columns}");
                assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{200d}']));
            }
        }
    }

    #[test]
    fn times_and_sizes_read_well() {
        let at = |s| Timestamp::from_second(s).unwrap();
        for (seconds, words) in [
            (0, "now"),
            (45, "in 45 s"),
            (-180, "3 min ago"),
            (300, "in 5 min"),
            (-7_200, "2 h ago"),
            (-86_400 * 3, "3 d ago"),
        ] {
            assert_eq!(relative(at(1_000_000 + seconds), at(1_000_000)), words);
        }
        for (bytes, words) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (3 << 20, "3.0 MiB"),
            (u64::MAX, "16383.9 PiB"),
        ] {
            assert_eq!(size(bytes), words);
        }
        assert_eq!(
            (plural(1, "run"), plural(0, "run")),
            ("1 run".into(), "0 runs".into())
        );
        assert_eq!(
            (usd(0), usd(1), usd(1_500_000)),
            ("$0.00".into(), "$0.01".into(), "$1.50".into())
        );
    }
}
