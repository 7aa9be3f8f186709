//! Names in addresses.

/// `text` for one segment of a path or one value of a query: everything but unreserved characters is escaped.
pub(in crate::forge) fn escaped(text: &str) -> String {
    escape(text, false)
}

/// As [`escaped`], for several segments at once: slashes stay. For names of branches.
pub(in crate::forge) fn escaped_path(text: &str) -> String {
    escape(text, true)
}

fn escape(text: &str, slashes: bool) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if plain || (slashes && byte == b'/') {
            out.push(char::from(byte));
        } else {
            let _cannot_fail = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// The parameter `page` of a path with a query.
pub(in crate::forge) fn page_of(path: &str) -> Option<u64> {
    let (_, query) = path.split_once('?')?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| *name == "page")?.1.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_place() {
        assert_eq!(
            escaped("agent-double-check-1/2"),
            "agent-double-check-1%2F2"
        );
        assert_eq!(escaped("a b?c#d%&é"), "a%20b%3Fc%23d%25%26%C3%A9");
        assert_eq!(escaped_path("agent/é#1"), "agent/%C3%A9%231");
    }

    #[test]
    fn a_page_is_found_in_a_query() {
        assert_eq!(page_of("/x?per_page=100&page=34"), Some(34));
        assert_eq!(page_of("/x?per_page=100"), None);
        assert_eq!(page_of("/x"), None);
    }
}
