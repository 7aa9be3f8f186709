//! Drafts: a title with a prefix makes one. Which prefixes do is a setting of the server that it does not tell; what it
//! does tell, in all but old versions, is whether a pull request is one.

use super::shape::Pull;

/// What a server takes without being told otherwise.
const PREFIXES: [&str; 2] = ["WIP:", "[WIP]"];
/// The longest title that the server keeps whole, in characters.
const TITLE_CHARS_MAX: usize = 255;

/// The prefixes that are known.
#[derive(Debug, Clone)]
pub(super) struct Drafts {
    /// The one that is written comes first.
    prefixes: Vec<String>,
}

impl Drafts {
    /// `more` are those of this server.
    pub(super) fn new(more: &[String]) -> Self {
        let more = more.iter().map(|prefix| prefix.trim().to_owned());
        let usual = PREFIXES.into_iter().map(str::to_owned);
        Self {
            prefixes: more.chain(usual).filter(|p| !p.is_empty()).collect(),
        }
    }

    /// The title as people mean it.
    pub(super) fn plain<'t>(&self, title: &'t str) -> &'t str {
        let mut rest = title.trim();
        while let Some(after) = self.without_prefix(rest) {
            rest = after;
        }
        // A title that is nothing but a prefix stays as it is.
        if rest.is_empty() { title.trim() } else { rest }
    }

    /// Whether a pull request is a draft.
    pub(super) fn is_draft(&self, pull: &Pull) -> bool {
        pull.draft
            .unwrap_or_else(|| self.without_prefix(pull.title.trim()).is_some())
    }

    /// The title that makes a pull request a draft, or keeps it from being one.
    pub(super) fn titled(&self, title: &str, draft: bool) -> String {
        let plain = self.plain(title);
        match self.prefixes.first().filter(|_| draft) {
            Some(prefix) => within(&format!("{prefix} {plain}")),
            None => within(plain),
        }
    }

    fn without_prefix<'t>(&self, title: &'t str) -> Option<&'t str> {
        self.prefixes.iter().find_map(|prefix| {
            let begin = title.get(..prefix.len())?;
            let same = begin.to_uppercase() == prefix.to_uppercase();
            same.then(|| title[prefix.len()..].trim_start())
        })
    }
}

/// The server cuts a title that is too long, or refuses it, by its version.
pub(super) fn within(title: &str) -> String {
    if title.chars().count() <= TITLE_CHARS_MAX {
        return title.to_owned();
    }
    let kept: String = title.chars().take(TITLE_CHARS_MAX - 1).collect();
    format!("{kept}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_of_any_case_is_no_part_of_a_title() {
        let drafts = Drafts::new(&["Entwurf:".to_owned(), " ".to_owned()]);
        for (title, plain) in [
            ("WIP: add a", "add a"),
            ("wip:add a", "add a"),
            ("[WIP] [wip] add a", "add a"),
            ("ENTWURF: add ä", "add ä"),
            ("WIPE the disk", "WIPE the disk"),
            ("add WIP: a", "add WIP: a"),
            ("é", "é"),
            ("WIP:", "WIP:"),
            ("", ""),
        ] {
            assert_eq!(drafts.plain(title), plain, "{title}");
        }
        assert_eq!(drafts.titled("add a", true), "Entwurf: add a");
        assert_eq!(Drafts::new(&[]).titled("[WIP] add a", true), "WIP: add a");
        assert_eq!(drafts.titled("WIP: add a", false), "add a");
    }

    #[test]
    fn a_title_is_cut_with_its_prefix() {
        let drafts = Drafts::new(&[]);
        let long = "ä".repeat(256);
        let title = drafts.titled(&long, true);
        assert!(title.starts_with("WIP: ä") && title.ends_with('…'));
        assert_eq!(title.chars().count(), 255);
        assert_eq!(drafts.titled(&long, false).chars().count(), 255);
    }
}
