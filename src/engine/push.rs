//! What a push that failed means for the intent that wanted it.

use crate::forge::ForgeError;
use crate::vcs::VcsError;

/// The forge's word for it. `Err`: it may have arrived, with the reason.
pub(super) fn meaning_of_push(error: VcsError) -> Result<ForgeError, String> {
    Ok(match error {
        VcsError::Denied { tried, why } => ForgeError::Denied { tried, why },
        VcsError::Refused { tried, why } => ForgeError::Refused { tried, why },
        VcsError::Unavailable { tried, why } => ForgeError::Unavailable { tried, why },
        other => return Err(other.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_have_arrived_is_looked_up() {
        let (tried, why) = ("push".to_owned(), "w".to_owned());
        let refused = VcsError::Refused {
            tried: tried.clone(),
            why: why.clone(),
        };
        assert!(matches!(
            meaning_of_push(refused),
            Ok(ForgeError::Refused { .. })
        ));
        let denied = VcsError::Denied {
            tried: tried.clone(),
            why: why.clone(),
        };
        assert!(matches!(
            meaning_of_push(denied),
            Ok(ForgeError::Denied { .. })
        ));
        let away = VcsError::Unavailable {
            tried: tried.clone(),
            why: why.clone(),
        };
        assert!(matches!(
            meaning_of_push(away),
            Ok(ForgeError::Unavailable { .. })
        ));
        let unknown = VcsError::Unknown {
            tried: tried.clone(),
            why: why.clone(),
        };
        assert_eq!(
            meaning_of_push(unknown).unwrap_err(),
            "the answer to push was lost: w"
        );
        assert!(meaning_of_push(VcsError::Git { tried, why }).is_err());
    }
}
