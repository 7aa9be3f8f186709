//! What people and programs get to see: rendering in three formats, tables, words, errors and exit codes.
//!
//! Nothing here prints; `cli` does.

pub mod action;
mod error;
mod exit;
mod progress;
mod render;
pub mod standing;
mod style;
mod table;
pub mod words;

pub use error::CliError;
pub use exit::{EXITS, Exit, ExitRow};
pub use progress::Progress;
pub use render::{Format, Outcome, Output, Render, plain_line};
pub use style::Style;
pub use table::Table;
