//! `acp profile remove`: a repository is no longer under control.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::place::PROFILE_BYTES_MAX;
use crate::commands::service::{files_of_timer, take_away};
use crate::commands::{Session, Verb};
use crate::domain::{ForgeKind, ProfileId, Rules, RunState};
use crate::profile::{self, Overrides, ProfileError};
use crate::store::{Home, LockName, Store, is_held};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// The largest journal of a local forge that is kept beside its bundle.
const EVENTS_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// The folder, in the state folder, of what a purge keeps. No profile can have its name.
const REMOVED: &str = ".removed";

/// What is on its way out, in the folder of a purge.
const GONE: &str = "gone";

/// What a purge keeps of the state as it is: bundles of unpublished work, texts that were never sent, what happened and why.
const KEPT: &[&str] = &["history", "journal.jsonl", "outbox"];

/// Takes a repository out of control. Its timer and worktrees go, after work that exists nowhere else is bundled; history, bundles, the
/// local forge and everything else that is kept stay where they are, and so does a copy of the profile. Refused while an
/// agent runs.
///
/// With --purge the state and the local forge go too. First everything that they hold and nothing else has is put aside:
/// one file with all branches of each repository, bundles of unpublished work, the journal, and writes that were not sent.
///
/// Columns of --plain: what (`removed`, `kept`), path.
#[derive(clap::Args)]
pub(crate) struct Remove {
    /// The profile
    id: ProfileId,
    /// Remove its state and its local forge too
    #[arg(long)]
    purge: bool,
    /// Ask nothing
    #[arg(long, short)]
    yes: bool,
}

#[derive(Debug, Serialize)]
struct Outcome {
    id: String,
    purge: bool,
    dry_run: bool,
    /// What is gone.
    removed: Vec<String>,
    /// What is still there, or was put aside.
    kept: Vec<String>,
}

/// The profile with everything that belongs to it.
struct Case<'a> {
    session: &'a Session<'a>,
    home: Home,
    id: ProfileId,
    file: PathBuf,
    store: Store,
    /// What its file says; `None`: it is gone or cannot be read.
    rules: Option<Rules>,
}

impl Verb for Remove {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let case = Case::open(session, self.id)?;
        case.nothing_runs()?;
        let forge = if self.purge {
            case.forge_to_purge()?
        } else {
            None
        };
        let mut done = Outcome {
            id: case.id.to_string(),
            purge: self.purge,
            dry_run: session.dry_run,
            removed: vec![],
            kept: vec![],
        };
        if session.dry_run {
            case.foresee(&mut done, forge.as_deref())?;
            return Ok(Output::of(done));
        }
        if self.purge && !self.yes {
            case.confirm(forge.as_deref())?;
        }
        case.archive_runs(&mut done)?;
        // From here on no pass may begin; those that wait find nothing to do.
        let _pass = case.lock(LockName::Pass)?;
        let _flush = case.lock(LockName::Flush)?;
        case.nothing_runs()?;
        // Before the profile: a timer without one would start passes that fail, for ever.
        case.take_timer_away(&mut done)?;
        if self.purge {
            case.purge(&mut done, forge.as_deref())?;
        } else {
            case.keep_copy(&mut done)?;
        }
        if session.ports.remove_file(&case.file)? {
            done.removed.push(case.file.display().to_string());
        }
        let mut output = Output::of(done);
        if let Some(checkout) = case.rules.as_ref().and_then(|r| r.repo.path.as_ref())
            && case.is_local()
        {
            output = output.note(format!(
                "the remote `acp` of your checkout is yours to remove: git -C {} remote remove acp",
                clean(&checkout.display().to_string())
            ));
        }
        Ok(output)
    }
}

impl<'a> Case<'a> {
    fn open(session: &'a Session<'a>, id: ProfileId) -> Result<Self, CliError> {
        let home = session.ports.home(session)?;
        let file = profile::profile_path(&home.config, &id);
        let store = Store::new(home.layout(&id));
        // The file goes last: a removal that was interrupted is repeated.
        if file.symlink_metadata().is_err() {
            let known = profile::list(&home.config)?;
            return Err(ProfileError::Missing { id, known }.into());
        }
        let loaded = profile::load(&home.config, &id, session.env, &Overrides::none());
        let rules = loaded.ok().map(|loaded| loaded.rules);
        Ok(Self {
            session,
            home,
            id,
            file,
            store,
            rules,
        })
    }

    fn is_local(&self) -> bool {
        let kind = self.rules.as_ref().map(|rules| rules.forge.kind);
        kind == Some(ForgeKind::Local)
    }

    fn nothing_runs(&self) -> Result<(), CliError> {
        for id in self.store.run_ids()? {
            let run = self.store.live_run(&id)?;
            let at_work = run.as_ref().is_some_and(|run| run.state.is_under_way());
            let layout = self.store.layout();
            let mut locks = layout.held_by_agent(&id).chain([layout.alive_lock(&id)]);
            let lives = locks.any(|lock| is_held(&lock).unwrap_or(true));
            if at_work || lives {
                let what = format!("the run `{id}` is at work; nothing was removed");
                return Err(CliError::new(Exit::Denied, what)
                    .hint(format!("`acp stop --profile {}` ends it", self.id)));
            }
            if run.is_some_and(|run| matches!(run.state, RunState::Finished(_))) {
                let what = format!("the run `{id}` is over and not judged yet");
                return Err(CliError::new(Exit::Denied, what).hint(format!(
                    "`acp reconcile --profile {}` draws the conclusions",
                    self.id
                )));
            }
        }
        Ok(())
    }

    /// The folder of its local forge, unless another profile works with it.
    fn forge_to_purge(&self) -> Result<Option<PathBuf>, CliError> {
        let Some(rules) = &self.rules else {
            let what = format!(
                "{} cannot be read, so its forge is not known",
                self.file.display()
            );
            return Err(CliError::new(Exit::Config, what)
                .hint(format!(
                    "`acp profile check {}` says what is wrong",
                    self.id
                ))
                .hint("without `--purge` it can be removed as it is"));
        };
        if rules.forge.kind != ForgeKind::Local {
            return Ok(None);
        }
        for other in profile::list(&self.home.config)? {
            if other == self.id {
                continue;
            }
            let env = self.session.env;
            let loaded = profile::load(&self.home.config, &other, env, &Overrides::none());
            let shares = match loaded {
                Ok(other) => {
                    let forge = other.rules.forge;
                    forge.kind == ForgeKind::Local && forge.repo == rules.forge.repo
                }
                // It may.
                Err(_) => true,
            };
            if shares {
                return Ok(None);
            }
        }
        let folder = self.home.local_forge(&rules.forge.repo);
        Ok(folder.is_dir().then_some(folder))
    }

    /// What would be done.
    fn foresee(&self, done: &mut Outcome, forge: Option<&Path>) -> Result<(), CliError> {
        let layout = self.store.layout();
        done.removed
            .extend(files_of_timer(self.session, &self.id, &self.store)?);
        for run in self.store.run_ids().unwrap_or_default() {
            let worktree = layout.worktree(&run);
            if worktree.exists() {
                done.removed.push(worktree.display().to_string());
            }
        }
        done.removed.push(self.file.display().to_string());
        if done.purge {
            let aside = self.home.state.join(REMOVED);
            done.kept.push(aside.display().to_string());
        }
        let state = layout.root().display().to_string();
        if done.purge {
            done.removed.push(state);
            done.removed.extend(forge.map(|f| f.display().to_string()));
        } else if layout.root().is_dir() {
            done.kept.push(state);
        }
        Ok(())
    }

    fn take_timer_away(&self, done: &mut Outcome) -> Result<(), CliError> {
        let files = files_of_timer(self.session, &self.id, &self.store)?;
        let taken = take_away(self.session, &self.id, &self.store).map_err(|error| {
            error.hint(format!(
                "the timer of `{0}` goes first: `acp service uninstall --profile {0}` tries that alone; the profile is still there",
                self.id
            ))
        })?;
        if taken.is_some() {
            done.removed.extend(files);
        }
        Ok(())
    }

    fn confirm(&self, forge: Option<&Path>) -> Result<(), CliError> {
        let state = self.store.layout().root().display().to_string();
        let forge = forge.map_or(String::new(), |f| format!(" and {}", f.display()));
        let question = format!(
            "Remove {state}{forge}? What only they hold is put aside in {}.",
            self.home.state.join(REMOVED).display()
        );
        match self.session.ports.confirm(&question)? {
            Some(true) => Ok(()),
            Some(false) => Err(CliError::new(Exit::No, "nothing was removed")),
            None => Err(CliError::usage("there is no terminal to ask on")
                .hint("`--yes` removes without asking, `--dry-run` shows what would be removed")),
        }
    }

    /// Ends what is left of runs that are over: their worktrees go, after unpublished work is bundled.
    fn archive_runs(&self, done: &mut Outcome) -> Result<(), CliError> {
        let runs = self.store.run_ids()?;
        if runs.is_empty() {
            return Ok(());
        }
        if self.rules.is_none() {
            let what = format!(
                "{} is not archived, and {} cannot be read",
                plural(runs.len(), "run"),
                self.file.display()
            );
            return Err(CliError::new(Exit::Config, what).hint(format!(
                "`acp profile check {}` says what is wrong",
                self.id
            )));
        }
        let session = Session {
            profile: Some(self.id.to_string()),
            ..*self.session
        };
        let control = session.control()?;
        let engine = control.engine(&session);
        for run in runs {
            if self.store.live_run(&run)?.is_some() {
                engine.drop_run(&run, &session.actor())?;
                done.removed
                    .push(self.store.layout().worktree(&run).display().to_string());
            }
        }
        Ok(())
    }

    fn lock(&self, name: LockName) -> Result<crate::store::Lock, CliError> {
        self.store.try_lock(name, "profile remove")?.ok_or_else(|| {
            CliError::new(
                Exit::TempFail,
                format!("a pass of `{}` is at work", self.id),
            )
            .hint("try again when it is over; `acp stop` keeps the next ones from launching")
        })
    }

    fn profile_text(&self) -> Result<Option<Vec<u8>>, CliError> {
        let real = self.file.canonicalize();
        let real = real.unwrap_or_else(|_gone| self.file.clone());
        self.session.ports.read_file(&real, PROFILE_BYTES_MAX)
    }

    /// A copy of the profile beside the state, so that `profile import` brings it back.
    fn keep_copy(&self, done: &mut Outcome) -> Result<(), CliError> {
        let copy = self.store.layout().root().join("profile.yaml");
        if let Some(text) = self.profile_text()? {
            self.session.ports.write_file(&copy, &text)?;
            done.kept.push(copy.display().to_string());
        }
        done.kept
            .push(self.store.layout().root().display().to_string());
        if self.is_local()
            && let Some(rules) = &self.rules
        {
            let forge = self.home.local_forge(&rules.forge.repo);
            done.kept.push(forge.display().to_string());
        }
        Ok(())
    }

    /// Puts aside what exists nowhere else, then removes the rest. The locks stay: a pass may wait for one. Whatever goes
    /// is moved out of its place first, so that a purge that is killed leaves nothing half removed where it is looked for.
    fn purge(&self, done: &mut Outcome, forge: Option<&Path>) -> Result<(), CliError> {
        let ports = self.session.ports;
        let aside = self.place_aside()?;
        if let Some(text) = self.profile_text()? {
            ports.write_file(&aside.join("profile.yaml"), &text)?;
        }
        let root = self.store.layout().root().to_owned();
        let clone = self.store.layout().repo_git();
        if clone.is_dir() {
            ports.bundle(self.session, &clone, &aside.join("repo.bundle"))?;
        }
        if let Some(forge) = forge {
            let repo = forge.join("repo.git");
            ports.bundle(self.session, &repo, &aside.join("forge.bundle"))?;
            let events = ports.read_file(&forge.join("events.jsonl"), EVENTS_BYTES_MAX)?;
            if let Some(events) = events {
                ports.write_file(&aside.join("events.jsonl"), &events)?;
            }
        }
        let gone = aside.join(GONE);
        ports.make_folder(&gone)?;
        for name in names_in(&root) {
            if name == "locks" {
                continue;
            }
            let kept = KEPT.contains(&name.as_str());
            let to = if kept { &aside } else { &gone };
            ports.move_path(&root.join(&name), &to.join(&name))?;
        }
        done.removed.push(root.display().to_string());
        if let Some(forge) = forge {
            ports.move_path(forge, &gone.join("local-forge"))?;
            done.removed.push(forge.display().to_string());
        }
        ports.remove_tree(&gone)?;
        done.kept.push(aside.display().to_string());
        Ok(())
    }

    /// A folder that is not there yet, after what an earlier purge has left behind is gone.
    fn place_aside(&self) -> Result<PathBuf, CliError> {
        let all = self.home.state.join(REMOVED);
        for name in names_in(&all) {
            self.session.ports.remove_tree(&all.join(name).join(GONE))?;
        }
        let stamp = self.session.clock.now().strftime("%Y%m%d-%H%M%S");
        let name = format!("{}-{stamp}", self.id);
        let first = all.join(&name);
        let more = (2..=u32::from(u16::MAX)).map(|n| all.join(format!("{name}-{n}")));
        let mut places = std::iter::once(first).chain(more);
        let free = places.find(|place| place.symlink_metadata().is_err());
        let aside = free.ok_or_else(|| {
            CliError::new(
                Exit::Io,
                format!("there is no free name in {}", all.display()),
            )
        })?;
        self.session.ports.make_folder(&aside)?;
        Ok(aside)
    }
}

/// The names in a folder; one that cannot be read has none.
fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    names
}

impl Render for Outcome {
    const SCHEMA: &'static str = "acp.profile.remove/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let would = if self.dry_run { "would be " } else { "" };
        let id = style.bold(&self.id);
        writeln!(out, "profile {id}: {would}removed")?;
        for path in &self.removed {
            writeln!(out, "  {would}removed: {}", clean(path))?;
        }
        for path in &self.kept {
            writeln!(out, "  {would}kept: {}", clean(path))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let removed = self.removed.iter().map(|path| ("removed", path));
        let kept = self.kept.iter().map(|path| ("kept", path));
        removed
            .chain(kept)
            .try_for_each(|(what, path)| plain_line(out, &[what, path]))
    }
}
