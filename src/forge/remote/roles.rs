//! What forges say of people.

use crate::domain::Association;

/// Who wrote something whose account is gone.
pub(in crate::forge) const GHOST: &str = "ghost";

/// What an author is to the repository, in GitHub's words for it. Whoever once contributed is nobody in particular.
pub(in crate::forge) fn association(word: Option<&str>) -> Association {
    match word {
        Some("OWNER") => Association::Owner,
        Some("MEMBER") => Association::Member,
        Some("COLLABORATOR") => Association::Collaborator,
        _ => Association::None,
    }
}

/// What a permission or the name of a role makes of somebody. To read is given to everyone.
pub(in crate::forge) fn permission(word: &str) -> Association {
    match word {
        "owner" | "admin" => Association::Owner,
        "maintain" | "write" | "triage" => Association::Collaborator,
        _ => Association::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_words_are_trusted() {
        for word in [
            "CONTRIBUTOR",
            "FIRST_TIMER",
            "MANNEQUIN",
            "owner",
            "",
            "NONE",
        ] {
            assert_eq!(association(Some(word)), Association::None, "{word}");
        }
        assert_eq!(association(None), Association::None);
        assert_eq!(association(Some("MEMBER")), Association::Member);
        assert_eq!(permission("admin"), Association::Owner);
        assert_eq!(permission("triage"), Association::Collaborator);
        for word in ["read", "none", "", "Admin", "custom"] {
            assert_eq!(permission(word), Association::None, "{word}");
        }
    }
}
