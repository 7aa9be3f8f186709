//! `acp issue`: issues of the forge.

mod create;
mod list;
mod show;
mod start;

pub(super) use show::{CommentView, write_comments};

use super::item::{Close, CommentOn, LabelOn};
use super::{Session, Verb};
use crate::domain::ItemKind;
use crate::ui::{CliError, Output};

/// Reads and writes issues. A write goes through the outbox and is sent at once.
#[derive(clap::Subcommand)]
pub(super) enum Issue {
    #[command(about = "List issues with their lanes")]
    List(list::List),
    #[command(about = "Show an issue, its comments, and where it stands")]
    Show(show::Show),
    #[command(about = "Open an issue; prints its name")]
    Create(create::Create),
    #[command(about = "Open an issue that goes on from another one; prints its name")]
    FollowUp(create::FollowUp),
    #[command(about = "Start a run on an issue now")]
    Start(start::Start),
    /// Comment on an issue
    Comment(CommentOn),
    /// Put labels on an issue and take them off
    Label(LabelOn),
    /// Close an issue
    Close(Close),
}

impl Verb for Issue {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Create(args) => args.run(session),
            Self::FollowUp(args) => args.run(session),
            Self::Start(args) => args.run(session),
            Self::Comment(args) => args.run(session, ItemKind::Issue),
            Self::Label(args) => args.run(session, ItemKind::Issue),
            Self::Close(args) => args.run(session, ItemKind::Issue),
        }
    }
}
