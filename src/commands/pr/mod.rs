//! `acp pr`: pull requests.

mod approve;
mod list;
mod merge;
mod risk;
mod show;

use super::item::{Close, CommentOn, LabelOn};
use super::{Session, Verb};
use crate::domain::ItemKind;
use crate::ui::{CliError, Output};

/// Looks at pull requests and decides about them. A write goes through the outbox and is sent at once.
#[derive(clap::Subcommand)]
pub(super) enum Pr {
    #[command(about = "List pull requests with their lanes and risk")]
    List(list::List),
    #[command(about = "Show a pull request, its checks, and where it stands")]
    Show(show::Show),
    #[command(about = "Score how risky a change is, with every reason")]
    Risk(risk::Risk),
    #[command(about = "Say yes to the head as it is; the next pass merges")]
    Approve(approve::Approve),
    #[command(about = "Say yes and merge at once")]
    Merge(merge::Merge),
    /// Comment on a pull request
    Comment(CommentOn),
    /// Put labels on a pull request and take them off
    Label(LabelOn),
    /// Close a pull request without a merge
    Close(Close),
}

impl Verb for Pr {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        match self {
            Self::List(args) => args.run(session),
            Self::Show(args) => args.run(session),
            Self::Risk(args) => args.run(session),
            Self::Approve(args) => args.run(session),
            Self::Merge(args) => args.run(session),
            Self::Comment(args) => args.run(session, ItemKind::Pr),
            Self::Label(args) => args.run(session, ItemKind::Pr),
            Self::Close(args) => args.run(session, ItemKind::Pr),
        }
    }

    fn works_in_run(&self) -> bool {
        match self {
            Self::Risk(args) => args.is_offline(),
            _ => false,
        }
    }
}
