//! `acp fsck`: whether what is kept agrees with itself and with the forge.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use super::doctor::{mend_unreadable, shell_words};
use super::status::{about, several};
use super::{Control, Session, Verb};
use crate::domain::Mirror;
use crate::engine::fsck::{self, Flaw, LEFTOVER_AGE};
use crate::store::{LockName, Store};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Output, Progress, Render, Style, plain_line};

/// How long a pass or a flush gets to come to the end of what it is in the middle of.
const PAUSE: Duration = Duration::from_millis(500);
/// How often everything is looked at while something is at work.
const LOOKS_MAX: u32 = 4;

/// Checks the whole state against itself: every record can be read and is filed under its own name; runs, leases,
/// worktrees, attempts, budgets, labels and the writes on their way fit each other; the branches and worktrees of acp's clone
/// are those of its runs, and git takes the bundles of unpublished work; nothing is left over. With --forge also what is kept
/// of the forge, and the label of runs, against what it lists now. Without --profile all profiles.
///
/// Nothing is changed and no lock is taken: what a pass is in the middle of is looked at again. Each finding says what it
/// means and, where there is one, the verb that mends it. Ends with 1 when there are findings.
///
/// Columns of --plain: profile, code, what it is about, meaning, command.
#[derive(clap::Args)]
pub(super) struct Fsck {
    /// Compare with one listing of everything on the forge
    #[arg(long)]
    forge: bool,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Findings(Vec<Finding>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Finding {
    profile: String,
    code: &'static str,
    about: String,
    meaning: String,
    command: Option<String>,
}

impl Verb for Fsck {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let progress = Progress::start(session.format, session.progress, "checking");
        let mut findings = vec![];
        let mut profiles = 0;
        match several(session)? {
            None => {
                profiles += 1;
                findings.extend(self.look(session, "")?);
            }
            Some(ids) => {
                for id in ids {
                    profiles += 1;
                    let suffix = format!(" --profile {id}");
                    findings.extend(self.look(&about(session, &id), &suffix)?);
                }
            }
        }
        drop(progress);
        let sound = findings.is_empty();
        let output = Output::of(Findings(findings)).answer(sound);
        Ok(if sound {
            output.note(format!(
                "nothing is wrong in {}",
                plural(profiles, "profile")
            ))
        } else {
            output
        })
    }
}

impl Fsck {
    /// `suffix` makes a command one for this profile.
    fn look(&self, session: &Session<'_>, suffix: &str) -> Result<Vec<Finding>, CliError> {
        let keep = session.keep()?;
        let profile = keep.id.to_string();
        let mut findings = settled(session, &keep.store, &profile, suffix);
        findings.extend(dead_locks(session, &keep.store, &profile)?);
        let profile_works = session.control();
        if let Ok(control) = &profile_works {
            let flaws = settled_flaws(session, &keep.store, || in_clone(session, control))?;
            findings.extend(
                flaws
                    .into_iter()
                    .map(|flaw| of_flaw(flaw, &profile, suffix)),
            );
        }
        if self.forge {
            let control = profile_works?;
            let mut listed = Mirror::default();
            control.forge.sync(&mut listed, &control.rules.repo.base)?;
            // An unreadable one is named above.
            let known = control.store.mirror().unwrap_or_default();
            let flaws = fsck::against_forge(&known, &listed).into_iter();
            findings.extend(flaws.map(|flaw| of_flaw(flaw, &profile, suffix)));
            let flaws = settled_flaws(session, &keep.store, || {
                let found = keep.store.inventory(LEFTOVER_AGE, session.clock.now());
                Ok(fsck::labels_of_runs(&found, &listed))
            })?;
            findings.extend(
                flaws
                    .into_iter()
                    .map(|flaw| of_flaw(flaw, &profile, suffix)),
            );
        }
        Ok(findings)
    }
}

/// What does not fit in acp's clone. git itself only reads bundles there, and only where nobody has changed its settings.
fn in_clone(session: &Session<'_>, control: &Control<'_>) -> Result<Vec<Flaw>, CliError> {
    let Some(clone) = control.vcs.survey()? else {
        return Ok(vec![]);
    };
    let store = &control.store;
    let found = store.inventory(LEFTOVER_AGE, session.clock.now());
    let mut flaws = fsck::against_clone(&found, &clone, &control.rules.repo.branch_prefix);
    let bundles = found
        .bundles
        .iter()
        .filter(|(_, whole)| **whole && clone.in_order);
    for (run, _) in bundles {
        let file = store.layout().history().join(format!("{run}.bundle"));
        if let Some(why) = control.vcs.flaw_of_bundle(&file)? {
            flaws.push(fsck::of_bundle(run, &why));
        }
    }
    Ok(flaws)
}

/// As [`settled`], for one kind of look.
fn settled_flaws(
    session: &Session<'_>,
    store: &Store,
    look: impl Fn() -> Result<Vec<Flaw>, CliError>,
) -> Result<Vec<Flaw>, CliError> {
    let mut flaws = look()?;
    for _ in 1..LOOKS_MAX {
        if flaws.is_empty() || !at_work(store) {
            break;
        }
        session.clock.sleep(PAUSE);
        let again = look()?;
        flaws.retain(|flaw| again.contains(flaw));
    }
    Ok(flaws)
}

fn at_work(store: &Store) -> bool {
    let mut locks = [LockName::Pass, LockName::Flush].into_iter();
    locks.any(|name| store.lock_holder(name).is_some())
}

/// What is found in one look after the other while something is at work, and stays.
fn settled(session: &Session<'_>, store: &Store, profile: &str, suffix: &str) -> Vec<Finding> {
    let mut findings = once(session, store, profile, suffix);
    for _ in 1..LOOKS_MAX {
        if findings.is_empty() || !at_work(store) {
            break;
        }
        session.clock.sleep(PAUSE);
        let again = once(session, store, profile, suffix);
        findings.retain(|finding| again.contains(finding));
    }
    findings
}

fn once(session: &Session<'_>, store: &Store, profile: &str, suffix: &str) -> Vec<Finding> {
    let now = session.clock.now();
    let found = store.inventory(LEFTOVER_AGE, now);
    let mut findings: Vec<Finding> = found
        .unreadable
        .iter()
        .map(|error| Finding {
            profile: profile.to_owned(),
            code: "unreadable",
            about: String::new(),
            meaning: error.to_string(),
            command: mend_unreadable(error),
        })
        .collect();
    let flaws = fsck::check(&found, now).into_iter();
    findings.extend(flaws.map(|flaw| of_flaw(flaw, profile, suffix)));
    findings
}

fn of_flaw(flaw: Flaw, profile: &str, suffix: &str) -> Finding {
    Finding {
        profile: profile.to_owned(),
        code: flaw.code,
        about: flaw.about,
        meaning: flaw.meaning,
        command: flaw.verb.map(|verb| format!("acp {verb}{suffix}")),
    }
}

/// Locks that are held though the process that took them is gone: something inherited them and does not let go.
fn dead_locks(
    session: &Session<'_>,
    store: &Store,
    profile: &str,
) -> Result<Vec<Finding>, CliError> {
    let machine = session.ports.machine(session)?;
    let mut found = vec![];
    for name in LockName::ALL {
        let Some(holder) = store.lock_holder(name) else {
            continue;
        };
        if holder.is_here() && !machine.is_alive(holder.pid) {
            let file = store
                .layout()
                .locks()
                .join(format!("{}.lock", name.as_str()));
            found.push(Finding {
                profile: profile.to_owned(),
                code: "lock-of-nobody",
                about: name.as_str().to_owned(),
                meaning: format!(
                    "it is held, though process {} (`{}`), which took it, is gone",
                    holder.pid, holder.command
                ),
                command: Some(format!("fuser -v {}", shell_words(&file))),
            });
        }
    }
    Ok(found)
}

impl Render for Findings {
    const SCHEMA: &'static str = "acp.fsck/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let mut profile = "";
        for finding in &self.0 {
            if finding.profile != profile {
                profile = &finding.profile;
                writeln!(out, "{}", style.bold(profile))?;
            }
            let about = clean(&finding.about);
            let code = style.red(finding.code);
            writeln!(out, "  {code}  {about}")?;
            writeln!(out, "    {}", clean(&finding.meaning))?;
            if let Some(command) = &finding.command {
                writeln!(out, "    {}", style.dim(&clean(command)))?;
            }
        }
        if !self.0.is_empty() {
            writeln!(out, "\n{}", plural(self.0.len(), "finding"))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|finding| {
            let fields = [
                &finding.profile,
                finding.code,
                &finding.about,
                &finding.meaning,
                finding.command.as_deref().unwrap_or(""),
            ];
            plain_line(out, &fields)
        })
    }
}
