//! `acp fsck`: whether what is kept agrees with itself and with the forge.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use super::doctor::{mend_unreadable, shell_words};
use super::status::{about, several};
use super::{Control, Session, Verb};
use crate::domain::Mirror;
use crate::engine::fsck::{self, Flaw, LEFTOVER_AGE};
use crate::store::{LockName, Store, StoreError};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Format, Output, Progress, Render, Style, plain_line};

/// How long a pass or a flush gets to come to the end of what it is in the middle of.
const PAUSE: Duration = Duration::from_millis(500);
/// The code of what was not looked at. It is no finding.
const UNSEEN: &str = "not-looked-at";
/// How often everything is looked at while something is at work.
const LOOKS_MAX: u32 = 4;

/// Checks the whole state against itself: every record can be read and is filed under its own name; runs, leases,
/// worktrees, attempts, budgets, labels and the writes on their way fit each other; what runs have built and not published is
/// in acp's clone, whose branches and worktrees are theirs; bundles of unpublished work are whole; nothing is left over. With
/// --forge also what is kept of the forge, and the label of runs, against what it lists now. Without --profile all profiles.
///
/// Nothing is changed and no lock is taken: what is found is looked at again, and again while a pass is in the middle of
/// something. Each finding says what it means and what mends it: a verb, a call of git, or in words what a person does. Ends
/// with 1 when there are findings. What could not be looked at is said and is no finding; --json and --plain have it with
/// the code `not-looked-at`.
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

/// What is found of one profile.
#[derive(Default)]
struct Found {
    findings: Vec<Finding>,
    /// What could not be looked at, and why.
    notes: Vec<Finding>,
}

impl Verb for Fsck {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let progress = Progress::start(session.format, session.progress, "checking");
        let mut all = Found::default();
        let mut profiles = 0;
        let mut add = |found: Found| {
            profiles += 1;
            all.findings.extend(found.findings);
            all.notes.extend(found.notes);
        };
        match several(session)? {
            None => add(self.look(session, "")?),
            Some(ids) => {
                for id in ids {
                    let suffix = format!(" --profile {id}");
                    add(self.look(&about(session, &id), &suffix)?);
                }
            }
        }
        drop(progress);
        let sound = all.findings.is_empty();
        // For people they are words beside the answer; a script is told in the answer itself.
        let notes = all.notes.iter();
        let words: Vec<String> = notes
            .map(|n| format!("{}: {}", n.profile, n.meaning))
            .collect();
        if session.format != Format::Human {
            all.findings.extend(all.notes);
        }
        let mut output = Output::of(Findings(all.findings)).answer(sound);
        for note in words {
            output = output.note(note);
        }
        Ok(if sound {
            let profiles = plural(profiles, "profile");
            output.note(format!("nothing is wrong in {profiles}"))
        } else {
            output
        })
    }
}

impl Fsck {
    /// `suffix` makes a command one for this profile.
    fn look(&self, session: &Session<'_>, suffix: &str) -> Result<Found, CliError> {
        let keep = session.keep()?;
        let control = session.control();
        let place = Place {
            session,
            store: &keep.store,
            profile: keep.id.to_string(),
            suffix,
        };
        let mut found = place.records(control.as_ref())?;
        found.findings.extend(place.dead_locks()?);
        if self.forge {
            let more = place.forge(&control?)?;
            found.findings.extend(more.findings);
            found.notes.extend(more.notes);
        }
        Ok(found)
    }
}

/// Where is looked, and how a finding there is told.
struct Place<'a> {
    session: &'a Session<'a>,
    store: &'a Store,
    profile: String,
    suffix: &'a str,
}

impl Place<'_> {
    /// What is kept on this machine.
    fn records(&self, control: Result<&Control<'_>, &CliError>) -> Result<Found, CliError> {
        let clone = control.map(|control| {
            let prefix = control.rules.repo.branch_prefix.as_str();
            (&*control.vcs, prefix)
        });
        let unseen = RefCell::new(None);
        let findings = self.settled(|| {
            let look = fsck::look(self.store, clone.ok(), self.session.clock.now());
            let unreadable = look.unreadable.iter().map(|error| self.unreadable(error));
            let flaws = look.flaws.into_iter().map(|flaw| self.of_flaw(flaw));
            *unseen.borrow_mut() = look.unseen;
            Ok(unreadable.chain(flaws).collect())
        })?;
        let why = clone.err().map(|error| error.message.clone());
        let note = why.or(unseen.into_inner()).map(|why| {
            self.note(&format!(
                "not everything in acp's clone was looked at: {why}"
            ))
        });
        Ok(Found {
            findings,
            notes: note.into_iter().collect(),
        })
    }

    /// What is kept of the forge, and what shows there.
    fn forge(&self, control: &Control<'_>) -> Result<Found, CliError> {
        // Before the listing, which nothing is ahead of then. An unreadable one is named by itself.
        let known = self.store.mirror().unwrap_or_default();
        let listed = RefCell::new(Mirror::default());
        let list = || {
            let base = &control.rules.repo.base;
            control.forge.sync(&mut listed.borrow_mut(), base)
        };
        list()?;
        let flaws = fsck::against_forge(&known, &listed.borrow());
        let mut findings: Vec<Finding> = flaws.into_iter().map(|flaw| self.of_flaw(flaw)).collect();
        let fresh = Cell::new(true);
        let unseen = RefCell::new(vec![]);
        findings.extend(self.settled(|| {
            if !fresh.replace(false) {
                list()?;
            }
            let now = self.session.clock.now();
            let found = self.store.inventory(LEFTOVER_AGE, now);
            let (listed, rules) = (listed.borrow(), &control.rules);
            let mut flaws = fsck::labels_of_runs(&found, &listed, rules, now);
            unseen.borrow_mut().clear();
            let moved = fsck::moved_heads(&found, &listed, rules);
            // No git is started in a clone whose settings an agent has changed.
            let is_readable = !moved.is_empty() && control.vcs.survey().is_ok();
            for head in moved {
                let goes_on = || control.vcs.is_ancestor(&head.pushed, &head.head).ok();
                match is_readable.then(goes_on).flatten() {
                    Some(true) => {}
                    Some(false) => flaws.push(head.flaw()),
                    None => unseen.borrow_mut().push(self.note(&head.unseen())),
                }
            }
            Ok(flaws.into_iter().map(|flaw| self.of_flaw(flaw)).collect())
        })?);
        Ok(Found {
            findings,
            notes: unseen.into_inner(),
        })
    }

    /// Words on what was not looked at, which are no finding.
    fn note(&self, meaning: &str) -> Finding {
        Finding {
            profile: self.profile.clone(),
            code: UNSEEN,
            about: String::new(),
            meaning: clean(meaning),
            command: None,
        }
    }

    /// What is found in one look and in the next. While a pass or a flush is at work they are some time apart, and there are
    /// more of them.
    fn settled(
        &self,
        look: impl Fn() -> Result<Vec<Finding>, CliError>,
    ) -> Result<Vec<Finding>, CliError> {
        let mut findings = look()?;
        for nth in 1..LOOKS_MAX {
            let at_work = [LockName::Pass, LockName::Flush]
                .into_iter()
                .any(|name| self.store.lock_holder(name).is_some());
            // A supervisor holds no lock that could be looked at: one more look is always taken.
            if findings.is_empty() || (nth > 1 && !at_work) {
                break;
            }
            if at_work {
                self.session.clock.sleep(PAUSE);
            }
            let again = look()?;
            findings.retain(|finding| again.contains(finding));
        }
        Ok(findings)
    }

    fn unreadable(&self, error: &StoreError) -> Finding {
        Finding {
            profile: self.profile.clone(),
            code: "unreadable",
            about: String::new(),
            meaning: error.to_string(),
            command: mend_unreadable(error),
        }
    }

    fn of_flaw(&self, flaw: Flaw) -> Finding {
        let verb = flaw.verb.map(|verb| format!("acp {verb}{}", self.suffix));
        let git = flaw.git.map(|words| {
            let clone = shell_words(&self.store.layout().repo_git());
            let words = words.iter().map(|word| shell_words(Path::new(word)));
            let words: Vec<String> = words.collect();
            format!("git -C {clone} {}", words.join(" "))
        });
        Finding {
            profile: self.profile.clone(),
            code: flaw.code,
            about: flaw.about,
            meaning: flaw.meaning,
            command: verb.or(git),
        }
    }

    /// Locks that are held though the process that took them is gone: something inherited them and does not let go.
    fn dead_locks(&self) -> Result<Vec<Finding>, CliError> {
        let machine = self.session.ports.machine(self.session)?;
        let mut found = vec![];
        for name in LockName::ALL {
            let Some(holder) = self.store.lock_holder(name) else {
                continue;
            };
            if holder.is_here() && !machine.is_alive(holder.pid) {
                let locks = self.store.layout().locks();
                let file = locks.join(format!("{}.lock", name.as_str()));
                found.push(Finding {
                    profile: self.profile.clone(),
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
