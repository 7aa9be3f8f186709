//! Calling the programs that manage timers, and the files that they read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{ServiceError, UnitText};
use crate::durable;
use crate::proc::{self, Cmd, ProcError, Quick};
use crate::sys::{Clock, Env};

/// What such a program may take, and write.
const LIMITS: Quick = Quick {
    deadline: Duration::from_secs(30),
    output_bytes_max: 1024 * 1024,
};
/// The largest log that is read; a sweep cuts it long before.
const LOG_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// The largest file of a timer that is read.
const UNIT_BYTES_MAX: u64 = 256 * 1024;

/// What every manager works with.
pub struct Programs<'a> {
    /// acp's own environment.
    pub env: &'a Env,
    /// Time.
    pub clock: &'a dyn Clock,
    /// The number of this user.
    pub uid: u32,
}

impl Programs<'_> {
    /// The file of a program on PATH.
    pub(super) fn find(&self, name: &'static str) -> Result<PathBuf, ServiceError> {
        let path = self.env.raw("PATH").unwrap_or_default();
        proc::find_program(name.as_ref(), path, Path::new("/")).ok_or(ServiceError::NoManager(name))
    }

    /// A folder below HOME.
    pub(super) fn below_home(
        &self,
        inside: &str,
        kind: &'static str,
    ) -> Result<PathBuf, ServiceError> {
        let home = self.env.path("HOME").filter(|home| home.is_absolute());
        home.map(|home| home.join(inside))
            .ok_or(ServiceError::NoPlace(kind))
    }

    /// Runs it for what it prints.
    pub(super) fn read(
        &self,
        manager: &'static str,
        doing: &'static str,
        cmd: Cmd,
        input: Option<&str>,
    ) -> Result<String, ServiceError> {
        let cmd = cmd.env("LC_ALL", "C");
        let read = match input {
            Some(input) => cmd.read_with_input(input.as_bytes(), &LIMITS, self.clock),
            None => cmd.read(&LIMITS, self.clock),
        };
        let bytes = read.map_err(|source| ServiceError::Manager {
            manager,
            doing,
            source,
        })?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Runs it; whether it ended well.
    pub(super) fn asks(&self, cmd: Cmd) -> Result<bool, ProcError> {
        let output = cmd.env("LC_ALL", "C").capture(&LIMITS, self.clock)?;
        Ok(output.status.ok())
    }
}

/// What a file says now.
pub(super) fn said(path: &Path) -> Result<Option<String>, ServiceError> {
    let bytes = durable::read_file(path, UNIT_BYTES_MAX)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

/// Those of the files that say something else than they should, or are missing.
pub(super) fn differing(texts: &[UnitText]) -> Result<Vec<&UnitText>, ServiceError> {
    let mut out = vec![];
    for unit in texts {
        if said(&unit.path)?.as_deref() != Some(unit.text.as_str()) {
            out.push(unit);
        }
    }
    Ok(out)
}

/// Refuses to replace a file that acp did not write, or that an acp with another home did.
pub(super) fn refuse_foreign(texts: &[UnitText], mark: &str) -> Result<(), ServiceError> {
    for unit in texts {
        let Some(there) = said(&unit.path)? else {
            continue;
        };
        let why = if !there.contains(MARK) {
            "acp did not write it"
        } else if there.contains(mark) {
            continue;
        } else {
            "it is of an acp that keeps its state elsewhere"
        };
        return Err(ServiceError::Foreign {
            path: unit.path.display().to_string(),
            why,
        });
    }
    Ok(())
}

/// What every file of a timer says in a comment.
pub(super) const MARK: &str = "Written by `acp service install`";

/// Writes a file of a timer as a whole.
pub(super) fn write(unit: &UnitText) -> Result<(), ServiceError> {
    if let Some(folder) = unit.path.parent() {
        durable::create_dirs(folder)?;
    }
    Ok(durable::write_atomic(&unit.path, unit.text.as_bytes())?)
}

/// The last `lines` of a log that passes append to; nothing when there is none.
pub(super) fn tail(path: &Path, lines: usize) -> Result<String, ServiceError> {
    let bytes = durable::read_file(path, LOG_BYTES_MAX)?.unwrap_or_default();
    Ok(last_lines(&String::from_utf8_lossy(&bytes), lines))
}

/// The last `lines` of a text.
pub(super) fn last_lines(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().collect();
    let mut last = all[all.len().saturating_sub(lines)..].join("\n");
    if !last.is_empty() {
        last.push('\n');
    }
    last
}
