//! `acp service install`: a timer of this machine starts the passes.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Serialize;

use super::{Kind, Place, places};
use crate::agent;
use crate::commands::Session;
use crate::domain::{ForgeKind, ProfileId, Rules, SandboxKind, Timer, TimerKind, TokenSource};
use crate::profile::{self, Overrides, parse_duration};
use crate::service::{ServiceManager, UnitText};
use crate::store::inspect;
use crate::sys::Env;
use crate::ui::words::{clean, span};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// The period when none is given and none was.
const EVERY: Duration = Duration::from_mins(1);
/// The shortest and the longest period.
const EVERY_RANGE: std::ops::RangeInclusive<u64> = 10..=86_400;
/// Where programs are when PATH holds no absolute folder.
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";
/// Variables that stand above a profile.
const OVERRIDES: &[&str] = &["ACP_AGENT", "ACP_SANDBOX", "ACP_WRITES"];
/// Variables that a pass needs to find its files and the network, as they are here.
const HANDED_ON: &[&str] = &[
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "https_proxy",
    "NO_PROXY",
    "no_proxy",
];

/// Writes and starts a timer that calls `acp heartbeat` for the profile, one for each with --all. On a machine with systemd these
/// are user units, on macOS a launch agent, else lines in the crontab; where there is nothing of that, `acp heartbeat --loop`.
///
/// The same again changes nothing; another --every rewrites what is there. A timer gets `PATH` and `ACP_HOME` of the shell that
/// installs it, and no secret: tokens and keys that are only in variables here are named, since its passes will not have them.
/// --dry-run prints the files.
///
/// Lines of --plain: profile, kind, seconds from pass to pass, file that was written (empty: all was as it should be).
#[derive(clap::Args)]
pub(crate) struct Install {
    /// From one pass to the next: 30s, 5m, 1h (default: 1m, or what was installed)
    #[arg(long, value_name = "TIME", value_parser = period)]
    every: Option<Duration>,
    /// For every profile that there is
    #[arg(long)]
    all: bool,
    /// What starts the passes (default: what this machine has)
    #[arg(long, value_enum)]
    kind: Option<Kind>,
}

/// What `--every` takes.
pub(crate) fn period(text: &str) -> Result<Duration, String> {
    let every = parse_duration(text).ok_or("not a time such as 30s, 5m or 1h")?;
    if every.subsec_nanos() == 0 && EVERY_RANGE.contains(&every.as_secs()) {
        Ok(every)
    } else {
        Err("whole seconds, from 10s to 1d".to_owned())
    }
}

#[derive(Serialize)]
#[serde(transparent)]
struct Timers(Vec<Row>);

#[derive(Serialize)]
struct Row {
    profile: String,
    kind: &'static str,
    every_s: u64,
    dry_run: bool,
    /// Files that were written; with `dry_run` those that would be.
    written: Vec<String>,
    /// With `dry_run`: what the files would say.
    files: Vec<FileView>,
}

#[derive(Serialize)]
struct FileView {
    path: String,
    text: String,
}

impl Install {
    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        // The passes of a timer have none of these.
        let own = |name: &OsStr| OVERRIDES.iter().any(|known| name == *known);
        let of_timer = Env::from_pairs(session.env.iter().filter(|(name, _)| !own(name)));
        let mut rows = vec![];
        let mut notes = vec![];
        for place in places(session, self.all)? {
            let config = session.ports.home(session)?.config;
            let rules = profile::load(&config, &place.id, &of_timer, &Overrides::none())?.rules;
            let (row, more) = self.one(session, &place, &rules)?;
            rows.push(row);
            notes.extend(more);
        }
        notes.sort();
        notes.dedup();
        let output = Output::of(Timers(rows));
        Ok(notes.into_iter().fold(output, Output::note))
    }

    /// The timer of one profile, and what its owner should know of it.
    fn one(
        &self,
        session: &Session<'_>,
        place: &Place,
        rules: &Rules,
    ) -> Result<(Row, Vec<String>), CliError> {
        let before = place.store.timer()?;
        let kind = self.kind.map(TimerKind::from);
        let kind = kind.or_else(|| before.as_ref().map(|timer| timer.kind));
        let manager = session.ports.services(session, kind)?;
        let timer = self.timer(session, place, rules, manager.kind(), before.as_ref())?;
        let texts = manager.texts(&place.id, &timer)?;
        let mut notes = of_variables(session, rules, &timer);
        if session.dry_run {
            return Ok((row(place, &timer, &[], texts, true), notes));
        }
        if let Some(before) = before.as_ref().filter(|before| before.kind != timer.kind) {
            let other = session.ports.services(session, Some(before.kind))?;
            other.remove(&place.id)?;
        }
        let written = install(&*manager, place, &timer, before.as_ref())?;
        if let Some((meaning, command)) = manager.look(&place.id, &timer)?.obstacle {
            notes.push(format!("{meaning}: {command}"));
        }
        Ok((row(place, &timer, &written, vec![], false), notes))
    }

    fn timer(
        &self,
        session: &Session<'_>,
        place: &Place,
        rules: &Rules,
        kind: TimerKind,
        before: Option<&Timer>,
    ) -> Result<Timer, CliError> {
        let every = self.every.map(|every| every.as_secs());
        let every = every.or_else(|| before.map(|timer| timer.every_s));
        let timer = Timer {
            kind,
            every_s: every.unwrap_or(EVERY.as_secs()),
            program: stable_program(session)?,
            vars: variables(session),
            log: place.store.timer_log(),
            confined: !needs_privileges(session, rules),
            on: true,
            installed: session.clock.now(),
        };
        // What is the same keeps its time, so that nothing is written.
        Ok(match before {
            Some(before)
                if Timer {
                    installed: before.installed,
                    ..timer.clone()
                } == *before =>
            {
                before.clone()
            }
            _ => timer,
        })
    }
}

/// The timer of a profile that was set up with it.
#[derive(Debug, Serialize)]
pub(crate) struct TimerMade {
    pub(crate) kind: &'static str,
    pub(crate) every_s: u64,
    /// Files that were written; with `--dry-run` those that would be.
    pub(crate) files: Vec<String>,
}

/// Installs the timer of a profile that starts a pass each `every`, as `acp service install` does; with `--dry-run` says what it
/// would write. Gives back what its owner should know too.
///
/// # Errors
/// This machine has no timers, or what keeps them does not answer.
pub(crate) fn set_up(
    session: &Session<'_>,
    id: &ProfileId,
    rules: &Rules,
    every: Duration,
) -> Result<(TimerMade, Vec<String>), CliError> {
    let place = Place::new(&session.ports.home(session)?, id.clone());
    let wanted = Install {
        every: Some(every),
        all: false,
        kind: None,
    };
    let (row, notes) = wanted.one(session, &place, rules)?;
    let planned = row.files.into_iter().map(|file| file.path);
    let made = TimerMade {
        kind: row.kind,
        every_s: row.every_s,
        files: row.written.into_iter().chain(planned).collect(),
    };
    Ok((made, notes))
}

/// The record first: what is there without it nobody would look after.
fn install(
    manager: &dyn ServiceManager,
    place: &Place,
    timer: &Timer,
    before: Option<&Timer>,
) -> Result<Vec<PathBuf>, CliError> {
    if before != Some(timer) {
        place.store.set_timer(timer)?;
    }
    match manager.install(&place.id, timer) {
        Ok(done) => Ok(done.written),
        Err(error) => {
            // Nothing starts passes, so nothing may say that something does.
            if before.is_none() && manager.look(&place.id, timer).is_ok_and(|look| look.absent) {
                place.store.forget_timer()?;
            }
            Err(error.into())
        }
    }
}

fn row(
    place: &Place,
    timer: &Timer,
    written: &[PathBuf],
    texts: Vec<UnitText>,
    dry_run: bool,
) -> Row {
    let shown = |path: &Path| path.display().to_string();
    Row {
        profile: place.id.to_string(),
        kind: timer.kind.as_str(),
        every_s: timer.every_s,
        dry_run,
        written: written.iter().map(|path| shown(path)).collect(),
        files: texts
            .into_iter()
            .map(|unit| FileView {
                path: shown(&unit.path),
                text: unit.text,
            })
            .collect(),
    }
}

/// acp by the name under which PATH has it, when that is this very program: an update often replaces what a link points to.
fn stable_program(session: &Session<'_>) -> Result<PathBuf, CliError> {
    let own = session.ports.own_program()?;
    let named = session.ports.find_program(session, "acp");
    let same = |path: &PathBuf| path.canonicalize().ok() == own.canonicalize().ok();
    Ok(named.filter(same).unwrap_or(own))
}

fn variables(session: &Session<'_>) -> BTreeMap<String, String> {
    let env = session.env;
    let mut vars = BTreeMap::new();
    let folders = env.text("PATH").unwrap_or_default().split(':');
    let mut path: Vec<&str> = vec![];
    for folder in folders.filter(|folder| folder.starts_with('/')) {
        if !path.contains(&folder) {
            path.push(folder);
        }
    }
    let path = if path.is_empty() {
        PATH_DEFAULT.to_owned()
    } else {
        path.join(":")
    };
    vars.insert("PATH".to_owned(), path);
    if let Some(home) = env.path("ACP_HOME") {
        let home = std::path::absolute(&home).unwrap_or(home);
        vars.insert("ACP_HOME".to_owned(), home.display().to_string());
    } else {
        for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"] {
            if let Some(value) = env.text(name).filter(|value| value.starts_with('/')) {
                vars.insert(name.to_owned(), value.to_owned());
            }
        }
    }
    for name in HANDED_ON {
        // A proxy's address may hold a password.
        if let Some(value) = env.text(name).filter(|value| !value.contains('@')) {
            vars.insert((*name).to_owned(), value.to_owned());
        }
    }
    vars
}

/// Whether something that the profile uses gains privileges by its setuid bit: the helpers of rootless Podman do, and bubblewrap
/// where users may make no namespaces.
fn needs_privileges(session: &Session<'_>, rules: &Rules) -> bool {
    let bwrap = session.ports.find_program(session, "bwrap");
    let setuid =
        |path: PathBuf| matches!(inspect(&path), Ok(Some(found)) if found.mode & 0o4000 != 0);
    rules.sandbox.kind == SandboxKind::Podman || bwrap.is_some_and(setuid)
}

/// What passes by hand have from this shell and those of a timer will not.
fn of_variables(session: &Session<'_>, rules: &Rules, timer: &Timer) -> Vec<String> {
    let env = session.env;
    let mut lost: Vec<String> = vec![];
    match (&rules.forge.token, rules.forge.kind) {
        (_, ForgeKind::Local) => {}
        (Some(TokenSource::Env(name)), _) => lost.push(name.clone()),
        (None, ForgeKind::Github) => lost.extend(["GH_TOKEN", "GITHUB_TOKEN"].map(str::to_owned)),
        (None, ForgeKind::Gitea) => {
            lost.extend(["GITEA_TOKEN", "FORGEJO_TOKEN"].map(str::to_owned));
        }
        (Some(_), _) => {}
    }
    for notifier in rules.notify.to.values() {
        for source in [&notifier.token, &notifier.address].into_iter().flatten() {
            if let TokenSource::Env(name) = source {
                lost.push(name.clone());
            }
        }
    }
    for name in rules.agents.in_order() {
        let adapter = agent::by_name(rules.agents.backend(name));
        let settings = rules.agents.settings.get(name);
        lost.extend(
            adapter
                .iter()
                .flat_map(|agent| agent.login().env)
                .map(|name| (*name).to_owned()),
        );
        lost.extend(
            settings
                .iter()
                .flat_map(|settings| settings.env.iter().cloned()),
        );
    }
    lost.extend(
        OVERRIDES
            .iter()
            .chain(HANDED_ON)
            .map(|name| (*name).to_owned()),
    );
    lost.sort();
    lost.dedup();
    lost.retain(|name| {
        env.raw(name).is_some_and(|value| !value.is_empty()) && !timer.vars.contains_key(name)
    });
    lost.into_iter()
        .map(|name| {
            format!("`{name}` is set in this shell and not for the timer: what needs it must find it in the profile or in a file")
        })
        .collect()
}

impl Render for Timers {
    const SCHEMA: &'static str = "acp.service.install/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for row in &self.0 {
            let every = span(row.every_s);
            let name = style.bold(&row.profile);
            if row.dry_run {
                writeln!(
                    out,
                    "{name}: would start a pass every {every} by {}",
                    row.kind
                )?;
                for file in &row.files {
                    writeln!(out, "# {}", clean(&file.path))?;
                    out.write_all(file.text.as_bytes())?;
                }
                continue;
            }
            let state = if row.written.is_empty() {
                "unchanged"
            } else {
                "installed"
            };
            writeln!(out, "{name}: {state}, a pass every {every} by {}", row.kind)?;
            for file in &row.written {
                writeln!(out, "  {}", clean(file))?;
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.0 {
            let every = row.every_s.to_string();
            let head = [row.profile.as_str(), row.kind, &every];
            let files = row
                .written
                .iter()
                .chain(row.files.iter().map(|file| &file.path));
            let mut any = false;
            for file in files {
                any = true;
                plain_line(out, &[head[0], head[1], head[2], file])?;
            }
            if !any {
                plain_line(out, &[head[0], head[1], head[2], ""])?;
            }
        }
        Ok(())
    }
}
