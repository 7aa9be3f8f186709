//! The file of a profile that is to be written.

use std::path::Path;

use crate::domain::ProfileId;
use crate::ui::{CliError, Exit};

/// The largest profile that is read.
pub(super) const PROFILE_BYTES_MAX: u64 = 256 * 1024;

/// Refuses when there is another profile in that place; the same text is no reason.
///
/// # Errors
/// `Denied`: what is there says something else.
pub(super) fn free_place(
    id: &ProfileId,
    path: &Path,
    known: Option<&[u8]>,
    text: &str,
) -> Result<(), CliError> {
    if known.is_none_or(|known| known == text.as_bytes()) {
        return Ok(());
    }
    let what = format!(
        "there is another profile `{id}` already: {}",
        path.display()
    );
    Err(CliError::new(Exit::Denied, what)
        .hint("give this one another name")
        .hint(format!(
            "or take the other one away: `acp profile remove {id}`"
        )))
}
