//! `acp dashboard serve`.

use std::io::{self, Write};

use serde::Serialize;

use super::snapshot::View;
use super::{act, log};
use crate::commands::{Session, Verb};
use crate::dashboard::{Answer, Door, Seen, Site, serve};
use crate::sys::random_token;
use crate::ui::{CliError, Exit, Output, Render, Style};

/// Serves one page on 127.0.0.1 that shows everything of the profile and keeps itself up to date, until it is ended with
/// Ctrl-C. No other machine reaches it; `docs/phone.md` says how to see it from a phone.
///
/// It reads the state of the profile once a second while somebody looks, and not at all otherwise. It takes no lock, so
/// that no pass ever waits for it, and asks no forge on another machine: of that it shows what the last pass has seen.
///
/// On Linux other users of this machine are refused; elsewhere they can read the page while it is served. Nothing can be changed
/// there unless `--actions` is given; then the address that is printed ends in a token, and only who has it can approve, deny, retry,
/// hold and stop. Whoever has the token acts as you.
///
/// Columns of --plain: the address, the port, `actions` or `reads`.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, value_name = "N", default_value_t = 8765)]
    port: u16,
    /// Let who has the token approve, deny, retry, hold and stop
    #[arg(long)]
    actions: bool,
}

#[derive(Debug, Serialize)]
struct Serving {
    /// The address to open. With actions its end is a secret.
    url: String,
    port: u16,
    actions: bool,
}

impl Verb for Serve {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        // What cannot be shown now is told here, and not in the browser.
        let _seen = View::take(session)?;
        let door = Door::open(self.port).map_err(|error| {
            CliError::new(
                Exit::Unavailable,
                format!("cannot listen on 127.0.0.1:{}", self.port),
            )
            .because_of(Some(&error))
            .hint("`--port 0` takes a free port; another dashboard may be served already")
        })?;
        let port = door.port();
        let token = self
            .actions
            .then(random_token)
            .transpose()
            .map_err(|error| {
                CliError::new(Exit::Io, "cannot make a token").because_of(Some(&error))
            })?;
        let fragment = token
            .as_ref()
            .map_or(String::new(), |token| format!("#token={}", token.reveal()));
        let serving = Output::of(Serving {
            url: format!("http://127.0.0.1:{port}/{fragment}"),
            port,
            actions: self.actions,
        });
        let serving = serving.note("open it in a browser on this machine; Ctrl-C ends it");
        if !session.ports.show(session, &serving)? {
            return Err(CliError::new(Exit::Io, "nobody reads standard output"));
        }
        let site = Desk { session };
        match serve(&door, &site, session.clock, token.as_ref()) {
            Err(error) => Err(
                CliError::new(Exit::Io, "the dashboard's port has gone away")
                    .because_of(Some(&error)),
            ),
            Ok(never) => match never {},
        }
    }
}

/// What is behind the page.
struct Desk<'a> {
    session: &'a Session<'a>,
}

impl Site for Desk<'_> {
    fn look(&self) -> Result<Seen, String> {
        let seen = View::take(self.session).and_then(|view| view.lines());
        match seen {
            Ok((json, digest)) => Ok(Seen { json, digest }),
            Err(error) => Err(error_line(&error)),
        }
    }

    fn log(&self, run: &str) -> Answer {
        answer(log::tail(self.session, run))
    }

    fn act(&self, wish: &[u8]) -> Answer {
        answer(act::act(self.session, wish))
    }
}

fn answer(json: Result<String, CliError>) -> Answer {
    match json {
        Ok(json) => Answer { status: 200, json },
        Err(error) => Answer {
            status: act::status(error.kind),
            json: error_line(&error),
        },
    }
}

fn error_line(error: &CliError) -> String {
    let mut line = vec![];
    // Writing to memory does not fail.
    let _written = error.write_json(&mut line);
    String::from_utf8_lossy(&line).trim_end().to_owned()
}

impl Render for Serving {
    const SCHEMA: &'static str = "acp.dashboard.serve/1";

    fn human(&self, out: &mut dyn Write, _style: &Style) -> io::Result<()> {
        writeln!(out, "{}", self.url)
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let may = if self.actions { "actions" } else { "reads" };
        crate::ui::plain_line(out, &[&self.url, &self.port.to_string(), may])
    }
}
