//! Which characters a person can see: text that is shown to one and read by a program must be the same for both.

/// `text` without what nobody can see. Line breaks and tabs stay; every kind of line end becomes `\n`. What a character is
/// joined from (an emoji of several people) falls apart into its visible parts.
pub fn only_visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut after_return = false;
    for c in text.chars() {
        match c {
            '\n' if after_return => {}
            '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(c),
            c if is_invisible(c) => {}
            c => out.push(c),
        }
        after_return = c == '\r';
    }
    out
}

/// Whether a character has no shape of its own: control and format characters (joiners, direction marks, tags), fillers,
/// variation selectors, and code points that no text has. Blanks of the ordinary kinds are not among them.
pub const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        | '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{e000}'..='\u{f8ff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{16fe4}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{10ffff}')
        || (c as u32) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_seen_stays_and_what_is_not_goes() {
        for (given, expected) in [
            ("a\u{200b}b\u{200d}c\u{feff}d", "abcd"),
            ("a\u{202e}b\u{2066}c\u{61c}d", "abcd"),
            ("say \u{e0068}\u{e0069}hi", "say hi"),
            ("so\u{ad}ft\u{fe0f}\u{e0100}", "soft"),
            ("\u{1b}[31m\0red\u{9b}", "[31mred"),
            ("a\r\nb\rc\u{2028}d\u{85}e\tf", "a\nb\nc\nd\ne\tf"),
            ("\u{e123}\u{fdd0}\u{1fffe}\u{f0000}", ""),
            // One family is four people, and a heart loses its colour: degraded and still readable.
            ("👨\u{200d}👩\u{200d}👧 ❤\u{fe0f}", "👨👩👧 ❤"),
            (
                "grüße नमस्ते 日本語 עברית العربية 🦀 a\u{300}",
                "grüße नमस्ते 日本語 עברית العربية 🦀 a\u{300}",
            ),
        ] {
            assert_eq!(only_visible(given), expected, "{given:?}");
        }
    }

    /// The longest text of a forge, of every character that there is.
    #[test]
    fn every_character_in_the_longest_text_is_decided_about() {
        let all: Vec<char> = (0..=0x0010_ffff).filter_map(char::from_u32).collect();
        for part in all.chunks(65_536) {
            let text: String = part.iter().collect();
            let seen = only_visible(&text);
            let lines =
                |c: &char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\t');
            let kept = part.iter().filter(|c| lines(c) || !is_invisible(**c));
            assert_eq!(seen.chars().count(), kept.count());
        }
    }

    proptest! {
        #[test]
        fn nothing_invisible_survives_and_nothing_else_is_lost(text in any::<String>()) {
            let seen = only_visible(&text);
            prop_assert!(!seen.chars().any(|c| is_invisible(c) && c != '\n' && c != '\t'));
            let letters = |text: &str| text.chars().filter(|c| !is_invisible(*c)).collect::<String>();
            prop_assert_eq!(letters(&seen), letters(&text));
            prop_assert_eq!(only_visible(&seen), seen);
        }
    }
}
