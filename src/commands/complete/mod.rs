//! `acp complete`: what a shell's completion script asks for.

mod line;
mod live;

use std::io::{self, Write};

use serde::Serialize;

use self::line::Wanted;
use super::{Session, Verb};
use crate::ui::words::clean;
use crate::ui::{CliError, Output, Render, Style};

/// The most that is offered; more than that helps nobody.
const OFFERED_MAX: usize = 300;

/// The longest word about a value that is offered, in characters.
const ABOUT_CHARS_MAX: usize = 60;

/// Prints what could stand at the end of a command line, one value a line with a tab and a word about it. `:files` and
/// `:folders` leave it to the shell. Reads only, asks no forge behind HTTP, and says nothing when something is wrong:
/// the scripts of `acp completions` call it at every press of the key.
#[derive(clap::Args)]
pub(super) struct Complete {
    /// The words after `acp` up to the cursor; the last one is completed
    #[arg(last = true, value_name = "WORD", allow_hyphen_values = true)]
    words: Vec<String>,
}

/// One value that is offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Offer {
    value: String,
    /// Empty: there is nothing to say.
    about: String,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Offers(Vec<Offer>);

impl Offer {
    fn new(value: impl Into<String>, about: &str) -> Self {
        Self {
            value: value.into(),
            about: clean(about).chars().take(ABOUT_CHARS_MAX).collect(),
        }
    }
}

/// Whether a shell takes the value as it stands, without quotes: names from a forge can hold anything.
fn is_plain(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@+,".contains(c);
    !value.is_empty() && value.chars().all(plain)
}

impl Verb for Complete {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let place = line::place(&session.ports.tree(), &self.words);
        // Inside a run the state is none of the agent's business.
        let in_run = session.env.text("ACP_RUN_ID").is_some();
        let offers = match place.wanted {
            Wanted::Files => return Ok(Output::of(Offers(vec![Offer::new(":files", "")]))),
            Wanted::Folders => return Ok(Output::of(Offers(vec![Offer::new(":folders", "")]))),
            Wanted::Offers(offers) => offers,
            Wanted::Live(_) if in_run => vec![],
            Wanted::Live(kind) => {
                let asked = Session {
                    profile: place.profile.or_else(|| session.profile.clone()),
                    ..*session
                };
                live::values(&asked, kind).unwrap_or_default()
            }
        };
        let fits = |offer: &Offer| is_plain(&offer.value) && offer.value.starts_with(&place.typed);
        let mut shown: Vec<Offer> = offers.into_iter().filter(fits).take(OFFERED_MAX).collect();
        for offer in &mut shown {
            offer.value.insert_str(0, &place.before);
        }
        Ok(Output::of(Offers(shown)))
    }
}

impl Render for Offers {
    const SCHEMA: &'static str = "acp.complete/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        self.plain(out)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|offer| match &*offer.about {
            "" => writeln!(out, "{}", offer.value),
            about => writeln!(out, "{}\t{about}", offer.value),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_no_quotes_is_offered() {
        for plain in ["issue/12", "agent:claude", "agent-double-check-1/2", "web"] {
            assert!(is_plain(plain), "{plain}");
        }
        for odd in [
            "",
            "a b",
            "$(reboot)",
            "a;b",
            "a'b",
            "`x`",
            "ä",
            "a\nb",
            "*",
        ] {
            assert!(!is_plain(odd), "{odd}");
        }
    }

    #[test]
    fn a_word_about_a_value_is_one_short_line() {
        let offer = Offer::new("x", &format!("a\nb\t\u{1b}[31m{}", "c".repeat(100)));
        assert_eq!(offer.about.chars().count(), ABOUT_CHARS_MAX);
        assert!(!offer.about.contains(['\n', '\t', '\u{1b}']), "{offer:?}");
    }
}
