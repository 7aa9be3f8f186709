//! The text of a message, within the limits of whoever takes it.

use super::Message;
use crate::domain::{Priority, is_invisible};

/// The title on one line.
pub(super) fn title(message: &Message<'_>) -> String {
    let words: Vec<&str> = message.news.title.split_whitespace().collect();
    visible(&words.join(" "))
}

/// The body, line ends and all; the page of what it is about is the last line.
pub(super) fn body(message: &Message<'_>) -> String {
    let said = visible(message.news.body.trim_end());
    match page(message) {
        None => said,
        Some(url) if said.is_empty() => url,
        Some(url) => format!("{said}\n{url}"),
    }
}

/// The page of what it is about.
pub(super) fn page(message: &Message<'_>) -> Option<String> {
    message.news.url.as_deref().map(visible)
}

/// Title and body without that page.
pub(super) fn without_page(message: &Message<'_>) -> String {
    let (title, said) = (title(message), visible(message.news.body.trim_end()));
    [title, said].join("\n").trim_end().to_owned()
}

/// Title and body.
pub(super) fn whole(message: &Message<'_>) -> String {
    let (title, body) = (title(message), body(message));
    if body.is_empty() {
        title
    } else {
        format!("{title}\n{body}")
    }
}

/// What hides, reorders or moves text is left out.
fn visible(text: &str) -> String {
    let shown = |c: &char| *c == '\n' || !is_invisible(*c);
    text.chars().filter(shown).collect()
}

/// As many characters of `text` as fit into `max`, where each takes what `cost` says and comes out as `write` does it. What
/// is cut off shows as an ellipsis.
pub(super) fn fitted(
    text: &str,
    max: usize,
    cost: impl Fn(&str) -> usize,
    write: impl Fn(char) -> String,
) -> String {
    let pieces: Vec<String> = text.chars().map(write).collect();
    let total: usize = pieces.iter().map(|piece| cost(piece)).sum();
    if total <= max {
        return pieces.concat();
    }
    let mut left = max.saturating_sub(cost("…"));
    let fits = |piece: &&String| match left.checked_sub(cost(piece)) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    let mut out: String = pieces.iter().take_while(fits).map(String::as_str).collect();
    out.push('…');
    out
}

/// Units of UTF-16, in which several vendors count.
pub(super) fn utf16(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A word in front of what matters most, where the vendor has no priorities.
pub(super) const fn mark(priority: Priority) -> &'static str {
    match priority {
        Priority::Low | Priority::Normal => "",
        Priority::High => "❗ ",
        Priority::Urgent => "🚨 ",
    }
}
