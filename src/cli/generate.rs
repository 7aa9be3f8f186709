//! What the repository holds as files made from the command tree.

use clap::ValueEnum as _;
use clap_complete::{Generator as _, Shell};

use super::app;
use crate::commands;

/// File name and text of every manual page.
pub fn man_pages() -> impl Iterator<Item = (String, String)> {
    commands::man_pages(app::tree())
        .unwrap_or_default()
        .into_iter()
}

/// File name and text of the completion script of every shell.
pub fn completions() -> impl Iterator<Item = (String, String)> {
    Shell::value_variants().iter().map(|shell| {
        let script = commands::completion_script(*shell, app::tree());
        (shell.file_name("acp"), script)
    })
}
