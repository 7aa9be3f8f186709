//! `acp man`: manual pages from the command tree itself, one for each verb.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Command;
use clap_mangen::Man as Page;
use serde::Serialize;

use super::{Session, Verb};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// The date in the pages: that of the version, so that a page is the same wherever it is made.
const DATED: &str = "2026-11-21";

/// What stands before the values that an argument can have; the breaks say nothing beside an empty line.
const EMPTY_BREAKS: &str = ".br\n\n.br\n";

/// Prints the manual page of acp, or writes the pages of all verbs into a folder.
#[derive(clap::Args)]
pub(super) struct Man {
    /// Write a page for each verb into this folder instead
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// What was printed, or written.
#[derive(Serialize)]
#[serde(untagged)]
enum Pages {
    Printed(String),
    Written(Vec<PathBuf>),
}

impl Render for Pages {
    const SCHEMA: &'static str = "acp.man/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        match self {
            Self::Printed(page) => out.write_all(page.as_bytes()),
            Self::Written(paths) => {
                let count = plural(paths.len(), "page");
                let dir = paths.first().and_then(|path| path.parent());
                let dir = dir.map_or(String::new(), |dir| dir.to_string_lossy().into_owned());
                writeln!(out, "wrote {count} into {}", clean(&dir))
            }
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Printed(page) => out.write_all(page.as_bytes()),
            Self::Written(paths) => paths
                .iter()
                .try_for_each(|path| plain_line(out, &[&path.to_string_lossy()])),
        }
    }
}

impl Verb for Man {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let pages = man_pages(session.ports.tree())
            .map_err(|error| CliError::of(Exit::Bug, &error).hint("a page could not be made"))?;
        let Some(dir) = self.out else {
            let first = pages
                .into_iter()
                .next()
                .map_or(String::new(), |(_, page)| page);
            return Ok(Output::of(Pages::Printed(first)));
        };
        let mut written = vec![];
        for (name, page) in pages {
            let path = dir.join(name);
            if !session.dry_run {
                session.ports.write_file(&path, page.as_bytes())?;
            }
            written.push(path);
        }
        Ok(Output::of(Pages::Written(written)))
    }
}

/// File name and text of every page, that of acp itself first.
pub fn man_pages(tree: Command) -> io::Result<Vec<(String, String)>> {
    let mut tree = tree.disable_help_subcommand(true);
    tree.build();
    let mut pages = vec![];
    add_pages(&tree, &mut pages)?;
    Ok(pages)
}

fn add_pages(command: &Command, pages: &mut Vec<(String, String)>) -> io::Result<()> {
    let source = concat!("acp ", env!("CARGO_PKG_VERSION"));
    let page = Page::new(command.clone())
        .date(DATED)
        .source(source)
        .manual("acp");
    let mut text = vec![];
    page.render(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    pages.push((page.get_filename(), text.replace(EMPTY_BREAKS, ".sp\n")));
    command
        .get_subcommands()
        .filter(|verb| !verb.is_hide_set())
        .try_for_each(|verb| add_pages(verb, pages))
}
