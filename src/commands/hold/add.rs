//! `acp hold add`: stop launches and merges.

use crate::commands::change::Changes;
use crate::commands::{Session, Verb};
use crate::domain::{Hold, ItemId};
use crate::ui::words::clean;
use crate::ui::{CliError, Output};

/// The longest name.
const NAME_CHARS_MAX: usize = 64;

/// Sets a hold: from now on nothing starts and nothing merges, on one item or in the whole profile. What runs goes on;
/// `acp stop` ends that too. Works at once, also while a pass is at work.
///
/// Columns of --plain: name, what changed, `changed` or `dry-run`.
#[derive(clap::Args)]
pub(crate) struct Add {
    /// Its name: lower-case letters, digits, `-`, `_` and `.`
    #[arg(value_parser = name)]
    name: String,
    /// Why, for whoever finds it
    #[arg(long)]
    reason: String,
    /// Only this item
    #[arg(long)]
    item: Option<ItemId>,
}

/// A name is a file name: two names never become one.
pub(super) fn name(text: &str) -> Result<String, String> {
    let allowed =
        |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if begins && text.len() <= NAME_CHARS_MAX && text.chars().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err("not a name: lower-case letters, digits, `-`, `_`, `.`, at most 64".to_owned())
    }
}

impl Verb for Add {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let hold = Hold {
            name: self.name,
            reason: self.reason,
            by: session.actor(),
            at: session.clock.now(),
            item: self.item,
            rule: None,
        };
        let keep = session.keep()?;
        let (hold, new) = keep.change(session, |desk| desk.add_hold(hold))?;
        let on = hold
            .item
            .map_or("the whole profile".to_owned(), |item| item.to_string());
        let lift = format!("acp hold clear {}", hold.name);
        let changes = Changes::new("acp.hold.add/1", session);
        Ok(if new {
            changes
                .add(&hold.name, format!("held: {on}"))
                .output()
                .note(format!("nothing starts or merges until `{lift}`"))
        } else {
            let text = format!(
                "`{}` is there already: {} holds {on} since {}: {}",
                hold.name,
                clean(&hold.by),
                hold.at,
                clean(&hold.reason)
            );
            changes.output().note(text)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_file_name() {
        for good in ["stop", "deploy-2026", "a.b_c", "7"] {
            assert_eq!(name(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(65);
        for bad in [
            "", "A", "a b", "a/b", ".a", "-a", "a:b", "ä", "a\u{1b}", &long,
        ] {
            assert!(name(bad).is_err(), "{bad:?}");
        }
    }
}
