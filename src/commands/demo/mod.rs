//! `acp demo`: the whole loop on a sample repository, in a folder of its own.

mod agent;
mod sample;

pub(super) use agent::DemoAgent;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::sight::Sight;
use super::{Control, Session, Verb};
use crate::domain::{
    BranchName, ForgeKind, ItemId, Payload, PrState, ProfileId, RunState, Wait, label,
};
use crate::engine::{Idle, NO_SANDBOX, Pass, PassReport, UNCONFINED};
use crate::profile::{self, NewProfile};
use crate::sys::Env;
use crate::ui::standing::describe;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Output, Progress, Render, Style, Table, plain_line};

/// How long the demonstration may take with its own agent.
const TIMEOUT: Duration = Duration::from_mins(1);

/// How long it may take with an installed agent.
const AGENT_TIMEOUT: Duration = Duration::from_mins(30);

/// Shows the whole loop: makes a sample repository and a local forge in a temporary folder, files three issues, and lets
/// heartbeats run until nothing moves. One change is merged, one waits for a person, one fails and is blocked.
#[derive(clap::Args)]
pub(super) struct Demo {
    /// Leave everything in place and say how to look further
    #[arg(long)]
    keep: bool,
    /// Use an installed agent instead of the small one that is part of acp; it spends what it spends
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
}

#[derive(Debug, Serialize)]
struct Shown {
    home: String,
    kept: bool,
    seconds: f64,
    /// The installed agent that did the work.
    agent: Option<String>,
    items: Vec<Row>,
    comment: Option<String>,
    commands: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Row {
    item: String,
    title: String,
    result: &'static str,
    pr: Option<u64>,
    why: String,
}

impl Verb for Demo {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let began = session.clock.monotonic();
        let folder = session.ports.temp_folder()?;
        let home = folder.path().join("home");
        let env = env_with_home(session.env, &home);
        let inner = Session {
            clock: session.clock,
            rng: session.rng,
            env: &env,
            profile: Some(sample::PROFILE.to_owned()),
            format: session.format,
            dry_run: false,
            verbose: session.verbose,
            progress: session.progress,
            ports: session.ports,
        };
        let progress = Progress::start(
            session.format,
            session.progress,
            "making a sample repository",
        )
        .of_parts(sample::ISSUES.len() as u64);
        self.set_up(&inner, folder.path())?;
        let control = inner.control()?;
        if self.agent.is_none() {
            // The agent of the demonstration is acp itself: there is nothing to warn of.
            for mark in [NO_SANDBOX, UNCONFINED] {
                control.store.first_time(mark)?;
            }
        }
        for (title, body) in sample::ISSUES {
            let payload = Payload::Issue {
                title: (*title).to_owned(),
                body: (*body).to_owned(),
                labels: std::collections::BTreeSet::from([label::READY.to_owned()]),
            };
            super::item::send(&inner, &control, None, payload, vec![])?;
        }
        let idle = self.turn(&inner, &control, &progress)?;
        drop(progress);
        if idle == Idle::No {
            let engine = control.engine(&inner);
            let _ended = engine.ender().stop("demo", "it took too long");
            let kept = folder.keep();
            return Err(CliError::new(
                Exit::TempFail,
                "the demonstration did not come to rest in time",
            )
            .hint(format!(
                "look at it with `ACP_HOME={} acp status`",
                kept.join("home").display()
            )));
        }
        let mut shown = show(&inner, &control, self.agent.clone())?;
        shown.seconds = session
            .clock
            .monotonic()
            .saturating_sub(began)
            .as_secs_f64();
        shown.home = home.display().to_string();
        if self.keep {
            shown.kept = true;
            shown.commands = commands(&shown, &session.ports.own_program()?, &control)?;
            let _kept: PathBuf = folder.keep();
        }
        Ok(Output::of(shown))
    }
}

/// The same environment with another home of acp.
pub(super) fn env_with_home(env: &Env, home: &Path) -> Env {
    let others = env
        .iter()
        .filter(|(name, _)| *name != "ACP_HOME" && *name != "ACP_PROFILE");
    let pairs = others.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Env::from_pairs(pairs.chain([("ACP_HOME".into(), home.as_os_str().to_owned())]))
}

impl Demo {
    fn set_up(&self, session: &Session<'_>, folder: &Path) -> Result<(), CliError> {
        let project = folder.join("project");
        session
            .ports
            .sample_repository(session, &project, sample::FILES)?;
        let home = session.ports.home(session)?;
        let id = ProfileId::try_from(sample::PROFILE.to_owned())?;
        let forge_dir = home.local_forge(sample::PROFILE);
        let base = BranchName::try_from("main".to_owned())?;
        let git_dir = project.join(".git");
        session
            .ports
            .make_local_forge(session, &forge_dir, &git_dir, &base)?;
        let own = session.ports.own_program()?;
        let new = NewProfile {
            id: id.clone(),
            kind: ForgeKind::Local,
            repo: sample::PROFILE.to_owned(),
            base_url: None,
            git_url: None,
            token: None,
            path: Some(project),
            base: base.to_string(),
            setup: vec![],
            verify: vec!["sh tests/greet.sh".to_owned()],
            agent: self.agent.clone().unwrap_or_else(|| "command".to_owned()),
            agent_command: self.agent.is_none().then(|| {
                let quoted = own.display().to_string().replace('\'', "'\\''");
                format!("'{quoted}' demo-agent")
            }),
            labels: vec![],
            writes: None,
        };
        let text = format!("{}{}", profile::render(&new), sample::SHORT_WAITS);
        let file = profile::profile_path(&home.config, &id);
        profile::load_text(&id, &file, &text, session.env)?;
        session.ports.write_file(&file, text.as_bytes())
    }

    fn turn(
        &self,
        session: &Session<'_>,
        control: &Control<'_>,
        progress: &Progress,
    ) -> Result<Idle, CliError> {
        let pass = Pass {
            verb: "demo",
            launches: true,
            flushes: true,
            dry_run: false,
        };
        let timeout = if self.agent.is_some() {
            AGENT_TIMEOUT
        } else {
            TIMEOUT
        };
        let idle = control
            .engine(session)
            .until_idle(pass, timeout, &mut |report| {
                progress.done(settled(report));
                if let Some(done) = report.done.last() {
                    progress.say(&clean(done));
                }
            })?;
        Ok(idle)
    }
}

/// Issues that nothing of acp's own moves any more: closed, blocked, or waiting for a person.
fn settled(report: &PassReport) -> u64 {
    let Some(snapshot) = &report.snapshot else {
        return 0;
    };
    let closed = snapshot
        .mirror
        .issues
        .values()
        .filter(|issue| !issue.is_open())
        .count();
    let waits = |wait: &Wait| {
        matches!(
            wait,
            Wait::Human { .. } | Wait::Blocked { .. } | Wait::MergeBlocked { .. }
        )
    };
    let waiting = report
        .plan
        .standings
        .iter()
        .filter(|standing| waits(&standing.wait))
        .count();
    (closed + waiting) as u64
}

fn show(
    session: &Session<'_>,
    control: &Control<'_>,
    agent: Option<String>,
) -> Result<Shown, CliError> {
    let sight = Sight::take(session, control)?;
    let mirror = &sight.snapshot.mirror;
    let mut shown = Shown {
        home: String::new(),
        kept: false,
        seconds: 0.0,
        agent,
        items: vec![],
        comment: None,
        commands: vec![],
    };
    for issue in mirror.issues.values() {
        let item = ItemId::issue(issue.number);
        let branch = format!("{}{}-a", control.rules.repo.branch_prefix, item.slug());
        let pr = mirror
            .pulls
            .values()
            .find(|pr| pr.head.as_str().starts_with(&branch));
        let standing = pr
            .and_then(|pr| sight.standing(ItemId::pr(pr.number)))
            .or_else(|| sight.standing(item));
        let merged = pr.is_some_and(|pr| matches!(pr.state, PrState::Merged { .. }));
        let (result, why) = match standing.map(|standing| &standing.wait) {
            _ if merged => (
                "merged",
                "its checks are green and its risk is low".to_owned(),
            ),
            Some(wait @ Wait::Blocked { .. }) => ("blocked", describe(wait)),
            Some(wait @ (Wait::Human { .. } | Wait::MergeBlocked { .. })) => {
                ("waits for you", describe(wait))
            }
            Some(wait) => ("waits", describe(wait)),
            None => ("closed", String::new()),
        };
        if result == "blocked" && shown.comment.is_none() {
            let comments = control.forge.text(issue.number)?.comments;
            shown.comment = comments.last().map(|comment| comment.body.clone());
        }
        shown.items.push(Row {
            item: item.to_string(),
            title: issue.title.clone(),
            result,
            pr: pr.map(|pr| pr.number),
            why,
        });
    }
    Ok(shown)
}

fn commands(shown: &Shown, acp: &Path, control: &Control<'_>) -> Result<Vec<String>, CliError> {
    let call = |verb: String| format!("ACP_HOME={} {} {verb}", shown.home, acp.display());
    let mut commands = vec![call("status".to_owned())];
    for row in &shown.items {
        if let ("waits for you", Some(pr)) = (row.result, row.pr) {
            commands.push(call(format!("why {}", row.item)));
            commands.push(call(format!("why pr/{pr}")));
            commands.push(call(format!("pr risk {pr}")));
            commands.push(call(format!("pr approve {pr}")));
        }
    }
    let mut failed = vec![];
    for archived in control.store.archived()? {
        let run = control.store.archived_run(&archived)?;
        failed.extend(run.filter(|run| match &run.state {
            RunState::Closed { end, .. } => end.outcome.as_str() == "failed",
            _ => false,
        }));
    }
    if let Some(run) = failed.last() {
        commands.push(call(format!("run show {}", run.id)));
        commands.push(call(format!("run log {}", run.id)));
    }
    commands.push(call("heartbeat --until-idle".to_owned()));
    commands.push(format!(
        "rm -r {}",
        Path::new(&shown.home)
            .parent()
            .unwrap_or(Path::new(""))
            .display()
    ));
    Ok(commands)
}

impl Render for Shown {
    const SCHEMA: &'static str = "acp.demo/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let mut table = Table::new(&["ISSUE", "TITLE", "RESULT", "PR", "WHY"]);
        for row in &self.items {
            let pr = row.pr.map(|pr| format!("pr/{pr}")).unwrap_or_default();
            table.row([&row.item, &row.title, row.result, &pr, &row.why]);
        }
        table.write(out, style)?;
        if let Some(comment) = &self.comment {
            writeln!(out, "\n{}", style.bold("The comment on the blocked issue"))?;
            for line in comment.lines().filter(|line| !line.starts_with("<!--")) {
                writeln!(out, "  {}", clean(line))?;
            }
        }
        // An installed agent speaks to its provider.
        let alone = match self.agent {
            None => ", without a server and without a network",
            Some(_) => "",
        };
        writeln!(out, "\nThree issues in {:.1} s{alone}.", self.seconds)?;
        if !self.kept {
            return writeln!(
                out,
                "All of it is gone again; `acp demo --keep` leaves it in place to look at."
            );
        }
        writeln!(out, "\n{}", style.bold("Look further"))?;
        self.commands
            .iter()
            .try_for_each(|command| writeln!(out, "  {command}"))
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.items {
            let pr = row.pr.map(|pr| format!("pr/{pr}")).unwrap_or_default();
            plain_line(out, &[&row.item, row.result, &pr, &row.why])?;
        }
        Ok(())
    }
}
