//! `acp run show`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::{Session, advice};
use crate::domain::{Run, RunFindings, RunId, RunState, VerifyResult};
use crate::ui::words::{clean, relative, usd};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Shows a run: what it was asked, how far it is, how it ended, what it brought, where its files are.
///
/// Lines of --plain: key and value.
#[derive(clap::Args)]
pub(crate) struct Show {
    /// The run
    run: RunId,
}

#[derive(Debug, Serialize)]
struct Shown {
    id: String,
    item: String,
    title: String,
    task: &'static str,
    agent: String,
    attempt: u32,
    state: &'static str,
    step: Option<&'static str>,
    outcome: Option<&'static str>,
    reason: Option<String>,
    /// What a person should do, after a failure.
    advice: Option<&'static str>,
    branch: String,
    start: String,
    commit: Option<String>,
    verify: Vec<CheckView>,
    files: Option<usize>,
    /// What its agent is known to have used: by now, or in all.
    tokens: Option<u64>,
    usd_micros: Option<u64>,
    created: Timestamp,
    started: Option<Timestamp>,
    ended: Option<Timestamp>,
    deadline: Option<Timestamp>,
    resumes: u32,
    folder: String,
    worktree: Option<String>,
    intents: Vec<IntentRow>,
    journal: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct CheckView {
    command: String,
    passed: bool,
    note: String,
}

#[derive(Debug, Serialize)]
struct IntentRow {
    id: String,
    kind: &'static str,
    target: String,
    state: String,
}

#[derive(Debug, Serialize)]
struct Line {
    at: Timestamp,
    what: String,
    text: String,
}

impl Show {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let run = find(&control.store, &self.run)?;
        let findings = control.store.findings(&run.id)?.unwrap_or_default();
        let mut shown = Shown::of(&run, &findings, &control.store);
        if run.state.is_under_way() {
            (shown.tokens, shown.usd_micros) = control.workers.spent(&run.id)?;
        }
        let origin = crate::domain::Origin::Run(run.id.clone());
        let outbox = control.store.outbox()?;
        for view in outbox
            .views()?
            .0
            .into_iter()
            .filter(|view| view.intent.origin == origin)
        {
            let state = match view.intent.dropped {
                Some(_) => "dropped",
                None if view.failed => "failed",
                None => "waiting",
            };
            shown.intents.push(IntentRow::of(&view.intent, state));
        }
        for intent in outbox
            .done()?
            .iter()
            .filter(|intent| intent.origin == origin)
        {
            shown.intents.push(IntentRow::of(intent, "done"));
        }
        let (entries, _torn) = control.store.journal().read()?;
        let of_run = entries
            .into_iter()
            .filter(|entry| entry.run.as_ref() == Some(&run.id));
        shown.journal = of_run
            .map(|entry| Line {
                at: entry.at,
                what: entry.what,
                text: entry.text,
            })
            .collect();
        Ok(Output::of(shown))
    }
}

/// A run, archived or not.
pub(super) fn find(store: &crate::store::Store, id: &RunId) -> Result<Run, CliError> {
    store.run(id)?.ok_or_else(|| {
        CliError::new(Exit::Missing, format!("there is no run `{id}`"))
            .hint("`acp run list --all` lists the runs")
    })
}

impl IntentRow {
    fn of(intent: &crate::domain::Intent, state: &str) -> Self {
        Self {
            id: intent.id.to_string(),
            kind: intent.payload.kind().as_str(),
            target: intent.target(),
            state: state.to_owned(),
        }
    }
}

impl Shown {
    fn of(run: &Run, findings: &RunFindings, store: &crate::store::Store) -> Self {
        let end = run.state.end();
        let (started, step, deadline) = match &run.state {
            RunState::Running {
                started,
                step,
                deadline,
                ..
            } => (Some(*started), Some(step.as_str()), Some(*deadline)),
            _ => (end.and_then(|end| end.started), None, None),
        };
        let worktree = store.layout().worktree(&run.id);
        let check = |result: &VerifyResult| CheckView {
            command: result.command.clone(),
            passed: result.passed,
            note: result.note.clone(),
        };
        Self {
            id: run.id.to_string(),
            item: run.item.to_string(),
            title: run.title.clone(),
            task: run.task.as_str(),
            agent: run.agent.clone(),
            attempt: run.attempt,
            state: run.state.as_str(),
            step,
            outcome: end.map(|end| end.outcome.as_str()),
            reason: end.and_then(|end| end.outcome.reason()),
            advice: advice::of_run(run),
            branch: run.branch.to_string(),
            start: run.start.to_string(),
            commit: findings.commit.as_ref().map(ToString::to_string),
            verify: findings.verify.iter().map(check).collect(),
            files: findings.facts.files.as_ref().map(Vec::len),
            tokens: findings.tokens,
            usd_micros: findings.usd_micros,
            created: run.created,
            started,
            ended: end.map(|end| end.ended),
            deadline,
            resumes: run.resumes,
            folder: store.run_folder(&run.id).display().to_string(),
            worktree: worktree.exists().then(|| worktree.display().to_string()),
            intents: vec![],
            journal: vec![],
        }
    }

    fn pairs(&self) -> Vec<(&'static str, String)> {
        let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
        let all = [
            ("run", Some(self.id.clone())),
            ("item", Some(self.item.clone())),
            ("title", Some(self.title.clone())),
            ("task", Some(self.task.to_owned())),
            (
                "agent",
                Some(format!("{}, attempt {}", self.agent, self.attempt)),
            ),
            (
                "state",
                Some(
                    self.step
                        .map_or(self.state.to_owned(), |s| format!("{} ({s})", self.state)),
                ),
            ),
            ("outcome", self.outcome.map(str::to_owned)),
            ("reason", self.reason.clone()),
            ("advice", self.advice.map(str::to_owned)),
            ("branch", Some(self.branch.clone())),
            ("start", Some(self.start.clone())),
            ("commit", self.commit.clone()),
            ("files", self.files.map(|n| n.to_string())),
            ("spent", self.usd_micros.map(usd)),
            ("tokens", self.tokens.map(|n| n.to_string())),
            ("started", time(self.started)),
            ("ended", time(self.ended)),
            ("deadline", time(self.deadline)),
            ("folder", Some(self.folder.clone())),
            ("worktree", self.worktree.clone()),
        ];
        all.into_iter()
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.run.show/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for (key, value) in self.pairs() {
            writeln!(out, "{key:<9} {}", clean(&value))?;
        }
        for check in &self.verify {
            let mark = if check.passed {
                style.green("passed")
            } else {
                style.red("failed")
            };
            writeln!(
                out,
                "check     {mark}: {} ({})",
                clean(&check.command),
                clean(&check.note)
            )?;
        }
        for intent in &self.intents {
            let target = clean(&intent.target);
            writeln!(
                out,
                "write     {} {} {target}: {}",
                intent.id, intent.kind, intent.state
            )?;
        }
        for line in &self.journal {
            let when = relative(line.at, style.now);
            writeln!(
                out,
                "{}",
                style.dim(&format!("{when:<16} {} {}", line.what, clean(&line.text)))
            )?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for (key, value) in self.pairs() {
            plain_line(out, &[key, &value])?;
        }
        for check in &self.verify {
            let passed = if check.passed { "pass" } else { "fail" };
            plain_line(out, &["check", passed, &check.command, &check.note])?;
        }
        for intent in &self.intents {
            plain_line(
                out,
                &[
                    "write",
                    &intent.id,
                    intent.kind,
                    &intent.target,
                    &intent.state,
                ],
            )?;
        }
        Ok(())
    }
}
