//! Only this module writes, renames and locks files.

/// A file operation that did not end well.
#[derive(thiserror::Error, Debug)]
#[error("placeholder until the module lands")]
pub struct DurableError;
