//! `acp outbox flush`: send what is due.

use std::io::{self, Write};
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::sent::SentView;
use crate::commands::stats::Stats;
use crate::commands::told::ToldView;
use crate::commands::{Session, Verb};
use crate::domain::Phase;
use crate::engine::{Flushed, Sending};
use crate::store::{Notices, Outbox, Place};
use crate::ui::standing;
use crate::ui::words::{clean, plural, relative};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Sends what is due, in order. What was sent before and has no known answer is looked up first and never sent twice.
/// Nothing to do, and another flusher at work, are success. Then it tells people what waits to be told, as a heartbeat does:
/// a notifier that does not answer delays nothing else and fails nothing.
///
/// Lines of --plain: `sent`, id, kind, target, error; `due`, id, kind, target (with --dry-run); `told`, id, to whom, title,
/// error; `waiting`, how many, when the next is due.
#[derive(clap::Args)]
pub(crate) struct Flush {
    /// Say what it cost: requests, processes, fsyncs, time by phase
    #[arg(long)]
    stats: bool,
}

/// What a flush did.
#[derive(Default, Serialize)]
struct FlushView {
    /// Another flusher is at work.
    busy: bool,
    dry_run: bool,
    sent: Vec<SentView>,
    /// With `--dry-run`: what would be looked up or sent.
    due: Vec<Due>,
    waiting: usize,
    next: Option<Timestamp>,
    /// What people were told, or with `--dry-run` would be.
    told: Vec<ToldView>,
    stats: Option<Stats>,
}

#[derive(Serialize)]
struct Due {
    id: String,
    kind: &'static str,
    target: String,
    /// It may have happened: it is looked up before it is sent.
    look_up: bool,
}

impl Verb for Flush {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        // Before anything is loaded: this is typed, and called by timers, far more often than there is something to do.
        let store = session.keep()?.store;
        let (outbox, notices) = (store.outbox()?, store.notices()?);
        if outbox.is_idle()? && notices.is_idle()? {
            let view = FlushView {
                stats: self.stats.then(|| Stats::now(&[])),
                ..FlushView::default()
            };
            return Ok(Output::of(view).note("nothing waits to be sent"));
        }
        if session.dry_run {
            return Ok(Output::of(due(&outbox, &notices, session.clock.now())?));
        }
        let control = session.control()?;
        let engine = control.engine(session);
        let began = session.clock.monotonic();
        let flushed = engine.flush()?;
        let sent = session.clock.monotonic();
        // Who cannot be told is no reason to fail: what was sent was sent.
        let (sending, untold) = match engine.send_notices() {
            Ok(sending) => (sending, None),
            Err(error) => (Sending::default(), Some(error)),
        };
        let mut view = FlushView::of(&flushed, &sending);
        if self.stats {
            let told = session.clock.monotonic();
            let ms = |from: Duration, to: Duration| to.saturating_sub(from).as_secs_f64() * 1000.0;
            let phases = [("flush", ms(began, sent)), ("notify", ms(sent, told))];
            view.stats = Some(Stats::now(&phases));
        }
        let mut output = Output::of(view);
        if let Some(error) = untold {
            output = output.note(format!("telling people: {error}"));
        }
        if let Some(stale) = &flushed.stopped {
            output = output
                .exit(standing::exit_of(stale))
                .note(format!("nothing more is sent now: {}", stale.error));
        }
        if let Some(reason) = &flushed.closed {
            output = output.note(format!("nothing can be sent: {reason}"));
        }
        Ok(if flushed.busy {
            output.note("another flusher is at work; it sends what waits")
        } else {
            output
        })
    }
}

fn due(outbox: &Outbox, notices: &Notices, now: Timestamp) -> Result<FlushView, CliError> {
    let mut view = FlushView {
        dry_run: true,
        ..FlushView::default()
    };
    for queued in outbox.open_intents()? {
        let intent = &queued.intent;
        if queued.place == Place::Failed {
            continue;
        }
        if let Some(at) = intent.next.filter(|at| *at > now) {
            view.waiting += 1;
            view.next = Some(view.next.map_or(at, |next| next.min(at)));
            continue;
        }
        view.due.push(Due {
            id: intent.id.to_string(),
            kind: intent.payload.kind().as_str(),
            target: intent.target(),
            look_up: intent.phase == Phase::Dispatched,
        });
    }
    for queued in notices.list(&[Place::Pending, Place::Claimed])? {
        if queued.notice.next.is_none_or(|at| at <= now) {
            view.told.push(ToldView::planned(&queued.notice));
        }
    }
    Ok(view)
}

impl FlushView {
    fn of(flushed: &Flushed, sending: &Sending) -> Self {
        Self {
            busy: flushed.busy,
            dry_run: false,
            sent: flushed.sent.iter().map(SentView::of).collect(),
            due: vec![],
            waiting: flushed.waiting,
            next: flushed.next,
            told: sending.told.iter().map(ToldView::of).collect(),
            stats: None,
        }
    }
}

impl Render for FlushView {
    const SCHEMA: &'static str = "acp.outbox.flush/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for sent in &self.sent {
            sent.human(out, style)?;
        }
        for due in &self.due {
            let how = if due.look_up { "looked up" } else { "sent" };
            writeln!(out, "{} {}: would be {how}", due.kind, clean(&due.target))?;
        }
        for told in &self.told {
            told.human(out, self.dry_run)?;
        }
        if self.waiting > 0 {
            let next = self
                .next
                .map(|at| format!(", the next one {}", relative(at, style.now)))
                .unwrap_or_default();
            writeln!(out, "{} later{next}", plural(self.waiting, "write"))?;
        }
        self.stats.iter().try_for_each(|stats| stats.human(out))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for sent in &self.sent {
            sent.plain(out)?;
        }
        for due in &self.due {
            plain_line(out, &["due", &due.id, due.kind, &due.target])?;
        }
        for told in &self.told {
            told.plain(out)?;
        }
        if self.waiting > 0 {
            let next = self.next.map(|at| at.to_string()).unwrap_or_default();
            plain_line(out, &["waiting", &self.waiting.to_string(), &next])?;
        }
        self.stats.iter().try_for_each(|stats| stats.plain(out))
    }
}
