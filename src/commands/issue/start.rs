//! `acp issue start`.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::Session;
use crate::commands::item::{known, send};
use crate::domain::{Action, ItemId, Payload, RunId, Snapshot};
use crate::engine::{Pass, PassReport};
use crate::ui::standing::describe;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Has an issue worked on now: puts the intake label on it, forgets its failures and its wait, and does one pass. The pass is
/// as any other: other issues may start in it too, and holds, budgets, cooldowns and the number of workers hold as ever.
///
/// Ends with 75 when no run of the issue has started, and says why. Columns of --plain: issue, run, why there is none, when
/// acp looks at it again.
#[derive(clap::Args)]
pub(crate) struct Start {
    /// The number
    number: u64,
}

#[derive(Debug, Serialize)]
struct Started {
    item: String,
    run: Option<String>,
    dry_run: bool,
    /// What a dry run would do before the pass: whether a run starts then is known only afterwards.
    first: Vec<String>,
    /// Why no run has started.
    why: Option<String>,
    next: Option<Timestamp>,
}

impl Start {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let item = known(session, &control, ItemId::issue(self.number))?;
        let engine = control.engine(session);
        let snapshot = engine.observe(false)?;
        if let Some(run) = at_work(&snapshot, item) {
            return Err(CliError::new(
                Exit::Denied,
                format!("the run `{run}` is at work on {item}"),
            )
            .hint(format!("`acp run log {run}` shows what it does")));
        }
        let issue = snapshot.mirror.issues.get(&self.number);
        if issue.is_some_and(|issue| !issue.is_open()) {
            return Err(CliError::new(Exit::Denied, format!("{item} is closed"))
                .hint("open it again on the forge first"));
        }
        let wanted = &control.rules.intake.labels;
        let lacks = issue.is_some_and(|issue| !wanted.iter().any(|name| issue.has(name)));
        let lacking = wanted.iter().next().filter(|_| lacks).cloned();
        let retry = control.store.retries().get(&item.slug())?;
        let is_counted = retry.is_some_and(|retry| retry.holds_back());
        if session.dry_run && (lacking.is_some() || is_counted) {
            return Ok(Output::of(before_the_pass(item, lacking, is_counted)));
        }
        if let Some(name) = lacking {
            let (add, remove) = (BTreeSet::from([name]), BTreeSet::new());
            let payload = Payload::Labels { add, remove };
            let _written = send(session, &control, Some(item), payload, vec![])?;
        }
        if is_counted {
            let keep = session.keep()?;
            let actor = session.actor();
            let _cleared = keep.change(session, |desk| desk.clear_retry(item, &actor))?;
        }
        let report = engine.pass(Pass {
            verb: "issue start",
            launches: true,
            flushes: true,
            dry_run: session.dry_run,
        })?;
        let run = match &report.skipped {
            Some(holder) => {
                return Err(CliError::new(Exit::TempFail, holder.clone()).hint(
                    "what stood against it is forgotten; that pass or the next one starts it",
                ));
            }
            None => launched(&report, item),
        };
        let standing = report.plan.standings.iter().find(|s| s.item == item);
        let started = run.is_some() || (session.dry_run && would_launch(&report, item));
        let output = Output::of(Started {
            item: item.to_string(),
            dry_run: session.dry_run,
            first: vec![],
            why: standing
                .filter(|_| !started)
                .map(|standing| describe(&standing.wait)),
            next: standing
                .filter(|_| !started)
                .and_then(|standing| standing.wait.next()),
            run,
        });
        Ok(if started {
            output
        } else {
            let output = output.exit(Exit::TempFail);
            output.note(format!("`acp why {item}` tells more"))
        })
    }
}

/// What would be done before the pass.
fn before_the_pass(item: ItemId, lacking: Option<String>, is_counted: bool) -> Started {
    let label = lacking.map(|name| format!("it gets the label `{name}`"));
    let retry = is_counted.then(|| "its failures and its wait are forgotten".to_owned());
    Started {
        item: item.to_string(),
        run: None,
        dry_run: true,
        first: label.into_iter().chain(retry).collect(),
        why: None,
        next: None,
    }
}

fn at_work(snapshot: &Snapshot, item: ItemId) -> Option<&RunId> {
    let mut runs = snapshot.runs.values();
    let run = runs.find(|run| run.run.item == item && run.run.state.is_under_way());
    run.map(|run| &run.run.id)
}

fn launched(report: &PassReport, item: ItemId) -> Option<String> {
    let mut runs = report.launched.iter();
    let run = runs.find(|run| run.item() == Some(item));
    run.map(ToString::to_string)
}

fn would_launch(report: &PassReport, item: ItemId) -> bool {
    let launches =
        |action: &Action| matches!(action, Action::Launch { item: of, .. } if *of == item);
    report.plan.actions.iter().any(launches)
}

impl Render for Started {
    const SCHEMA: &'static str = "acp.issue.start/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        match (&self.run, &self.why) {
            (Some(run), _) => writeln!(out, "{}: launched {run}", self.item),
            (None, Some(why)) => {
                let text = format!("{}: not started: {}", self.item, clean(why));
                writeln!(out, "{}", style.yellow(&text))
            }
            (None, None) if self.dry_run && self.first.is_empty() => {
                writeln!(out, "{}: would be started", self.item)
            }
            (None, None) if self.dry_run => {
                let first = self.first.join(", ");
                writeln!(
                    out,
                    "{}: would be tried by a pass, after {first}",
                    self.item
                )
            }
            (None, None) => writeln!(out, "{}: not started", self.item),
        }
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let next = self.next.map(|at| at.to_string()).unwrap_or_default();
        let why = clean(self.why.as_deref().unwrap_or_default());
        let run = self.run.as_deref().unwrap_or_default();
        plain_line(out, &[&self.item, run, &why, &next])
    }
}
