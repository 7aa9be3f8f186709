//! Files, streams and commands of this machine, for the verbs that need them.

use std::ffi::OsString;
use std::io::{self, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::wire::Wiring;
use super::{app, range};
use crate::commands::{Checkout, Control, Interrupted, Machine, Ports, Session};
use crate::domain::{BranchName, DiffFacts, ForgeRules, NetPlace, ProfileId, RunId, TimerKind};
use crate::forge::remote::Access;
use crate::sandbox::door;
use crate::service::ServiceManager;
use crate::store::Home;
use crate::sys::Secret;
use crate::ui::words::clean_text;
use crate::ui::{CliError, Exit, Output};
use crate::worker::Workers;
use crate::{durable, proc};

impl Interrupted for proc::Interrupts {
    fn wait(&self, limit: Duration) -> bool {
        Self::wait(self, limit)
    }
}

impl Ports for Wiring<'_> {
    fn control<'w>(&'w self, session: &'w Session<'_>) -> Result<Control<'w>, CliError> {
        super::wire::open::open(self, session)
    }

    fn workers<'w>(
        &'w self,
        session: &'w Session<'_>,
        home: &Home,
        profile: &ProfileId,
    ) -> Result<Box<dyn Workers + 'w>, CliError> {
        super::wire::open::workers(session, home, profile)
    }

    fn supervise(&self, session: &Session<'_>, run: &RunId) -> Result<(), CliError> {
        super::wire::open::supervise(self, session, run)
    }

    fn home(&self, session: &Session<'_>) -> Result<Home, CliError> {
        super::wire::open::home(session)
    }

    fn select(&self, session: &Session<'_>, home: &Home) -> Result<ProfileId, CliError> {
        super::wire::open::select(session, home)
    }

    fn checkout(&self, session: &Session<'_>, folder: &Path) -> Result<Checkout, CliError> {
        super::wire::setup::checkout(session, folder)
    }

    fn make_local_forge(
        &self,
        session: &Session<'_>,
        dir: &Path,
        from: &Path,
        base: &BranchName,
    ) -> Result<bool, CliError> {
        super::wire::setup::make_local_forge(self, session, dir, from, base)
    }

    fn add_remote(
        &self,
        session: &Session<'_>,
        checkout: &Checkout,
        name: &str,
        url: &str,
    ) -> Result<(), CliError> {
        super::wire::setup::add_remote(session, checkout, name, url)
    }

    fn installed_agents(&self, session: &Session<'_>) -> Vec<String> {
        super::wire::setup::installed_agents(session)
    }

    fn find_program(&self, session: &Session<'_>, name: &str) -> Option<PathBuf> {
        super::wire::open::find(session.env, name)
    }

    fn version_of(&self, session: &Session<'_>, program: &Path) -> Option<String> {
        super::wire::setup::version_of(session.env, session.clock, program)
    }

    fn sample_repository(
        &self,
        session: &Session<'_>,
        folder: &Path,
        files: &[(&str, &str)],
    ) -> Result<(), CliError> {
        super::wire::setup::sample_repository(session, folder, files)
    }

    fn access(&self, session: &Session<'_>, forge: &ForgeRules) -> Result<Access, CliError> {
        let home = super::wire::open::home(session)?;
        super::wire::remote::access(self, &home.state, forge)
    }

    fn machine(&self, session: &Session<'_>) -> Result<Arc<dyn Machine>, CliError> {
        super::wire::doctor::machine(self, session)
    }

    fn services<'w>(
        &'w self,
        session: &Session<'_>,
        kind: Option<TimerKind>,
    ) -> Result<Box<dyn ServiceManager + 'w>, CliError> {
        super::wire::service::manager(self, session, kind)
    }

    fn interrupts(&self) -> Result<Box<dyn Interrupted>, CliError> {
        let heard = proc::Interrupts::listen().map_err(|error| {
            CliError::new(Exit::Io, "cannot listen to signals").because_of(Some(&error))
        })?;
        Ok(Box::new(heard))
    }

    fn show(&self, session: &Session<'_>, output: &Output) -> Result<bool, CliError> {
        super::show_now(session, output)
    }

    fn redacted(&self, text: &str, secrets: Vec<Secret>) -> String {
        proc::Redactor::new(secrets).redact(text).into_owned()
    }

    fn confirm(&self, question: &str) -> Result<Option<bool>, CliError> {
        use std::io::{IsTerminal as _, Write as _};
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        let mut answer = String::new();
        write!(io::stderr(), "{} [y/N] ", clean_text(question))
            .and_then(|()| io::stdin().read_line(&mut answer))
            .map_err(|error| CliError::of(Exit::Io, &error))?;
        Ok(Some(matches!(answer.trim(), "y" | "Y" | "yes")))
    }

    fn may_ask(&self) -> bool {
        use std::io::IsTerminal as _;
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    fn ask(&self, question: &str) -> Result<Option<String>, CliError> {
        use std::io::Write as _;
        let mut answer = String::new();
        let read = write!(io::stderr(), "{}", clean_text(question))
            .and_then(|()| io::stdin().read_line(&mut answer))
            .map_err(|error| CliError::of(Exit::Io, &error))?;
        Ok((read > 0).then_some(answer))
    }

    fn bundle(
        &self,
        session: &Session<'_>,
        repo_git: &Path,
        file: &Path,
    ) -> Result<bool, CliError> {
        super::wire::setup::bundle(session, repo_git, file)
    }

    fn remove_file(&self, path: &Path) -> Result<bool, CliError> {
        Ok(durable::remove_file(path)?)
    }

    fn remove_tree(&self, path: &Path) -> Result<(), CliError> {
        Ok(durable::remove_tree(path)?)
    }

    fn make_folder(&self, path: &Path) -> Result<(), CliError> {
        Ok(durable::create_dirs(path)?)
    }

    fn move_path(&self, from: &Path, to: &Path) -> Result<(), CliError> {
        Ok(durable::move_dir(from, to)?)
    }

    fn temp_folder(&self) -> Result<tempfile::TempDir, CliError> {
        tempfile::Builder::new()
            .prefix("acp-demo-")
            .tempdir()
            .map_err(|error| {
                CliError::new(Exit::Io, "cannot make a temporary folder").because_of(Some(&error))
            })
    }

    fn own_program(&self) -> Result<PathBuf, CliError> {
        super::wire::open::own_program()
    }

    fn tree(&self) -> clap::Command {
        app::tree()
    }

    fn read_input(&self, path: &Path, limit_bytes: u64) -> Result<Vec<u8>, CliError> {
        let shown = if path == Path::new("-") {
            "standard input".to_owned()
        } else {
            format!("`{}`", path.display())
        };
        let bytes = read_limited(path, limit_bytes).map_err(|error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound => Exit::Missing,
                _ => Exit::Io,
            };
            CliError::new(kind, format!("cannot read {shown}")).because_of(Some(&error))
        })?;
        if u64::try_from(bytes.len()).is_ok_and(|length| length > limit_bytes) {
            return Err(CliError::new(
                Exit::Data,
                format!("{shown} is larger than {limit_bytes} bytes"),
            ));
        }
        Ok(bytes)
    }

    fn read_file(&self, path: &Path, limit_bytes: u64) -> Result<Option<Vec<u8>>, CliError> {
        Ok(durable::read_file(path, limit_bytes)?)
    }

    fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), CliError> {
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            durable::create_dirs(folder)?;
        }
        Ok(durable::write_atomic(path, bytes)?)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> Result<(), CliError> {
        Ok(durable::append_log(path, bytes)?)
    }

    fn diff_of_range(&self, range: &str) -> Result<DiffFacts, CliError> {
        range::diff_of_range(range, self.env, self.clock())
    }

    fn relay(&self, folder: &Path, direct: &[NetPlace], argv: &[OsString]) -> Result<(), CliError> {
        let result = if argv.is_empty() {
            door::serve(folder, direct)
        } else {
            Err(door::relay(&self.own_program()?, folder, direct, argv))
        };
        result.map_err(|error| {
            CliError::new(Exit::Io, "the way out of the sandbox cannot be opened")
                .because_of(Some(&error))
        })
    }

    fn run_command(&self, argv: &[OsString]) -> Result<u8, CliError> {
        let status = match proc::foreground(argv) {
            Ok(status) => status,
            Err(error) if is_not_startable(&error) => return Ok(127),
            Err(error) => return Err(CliError::of(Exit::Io, &error)),
        };
        let code = status.code().or_else(|| Some(128 + status.signal()?));
        Ok(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(255))
    }
}

/// One byte more than the limit, so that the caller sees that it was passed.
fn read_limited(path: &Path, limit_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    let limit = limit_bytes.saturating_add(1);
    if path == Path::new("-") {
        io::stdin().lock().take(limit).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?
            .take(limit)
            .read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

fn is_not_startable(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidInput, NotFound, PermissionDenied};
    matches!(error.kind(), NotFound | PermissionDenied | InvalidInput)
}
