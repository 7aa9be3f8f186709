//! Whether everything that is kept can be read, and whether passes get to their end.

use std::path::Path;

use jiff::SignedDuration;

use super::check::{Case, Finding};
use super::words::shell;
use crate::store::StoreError;

/// How far ahead of the clock a pass may have ended before the clock is in doubt.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);
/// The most files that are named.
const NAMED_MAX: usize = 20;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let errors = case.store.unreadable();
    let mut found: Vec<Finding> = errors
        .iter()
        .take(NAMED_MAX)
        .map(|error| unreadable(case, "records", error))
        .collect();
    if errors.len() > NAMED_MAX {
        let meaning = format!("{} more files cannot be read", errors.len() - NAMED_MAX);
        found.push(Finding::failed("records", meaning).mend(case.acp("fsck")));
    }
    if found.is_empty() {
        found.push(Finding::ok("records", "all can be read"));
    }
    found.extend(last_pass(case));
    found
}

/// Something of a profile's state that cannot be read; where somebody else is at it, another look tells more.
pub(super) fn unreadable(case: &Case, name: &str, error: &StoreError) -> Finding {
    let command = mend(error).unwrap_or_else(|| case.acp("doctor"));
    Finding::failed(name, error.to_string()).mend(command)
}

/// The command that mends a file that cannot be read.
pub(in crate::commands) fn mend(error: &StoreError) -> Option<String> {
    Some(match error {
        // The newer acp is somewhere on this machine, and this one is not to touch what it wrote.
        StoreError::Newer { .. } => "type -a acp".to_owned(),
        StoreError::Damaged { path, .. } | StoreError::TooLarge { path, .. } => {
            let away = format!("mv {0} {0}.damaged", shell(path));
            match stop(path) {
                Some(stop) => format!("{stop} && {away}"),
                None => away,
            }
        }
        StoreError::Io { path, .. } => format!("ls -l {}", shell(path)),
        StoreError::Busy { .. } | StoreError::Order { .. } => return None,
    })
}

/// What ends the run that a record is of: with the record out of the way nobody would look after it any more.
fn stop(record: &Path) -> Option<String> {
    let name = |path: &Path| path.file_name()?.to_str().map(str::to_owned);
    let folder = record.parent()?;
    let is_at_work = record.ends_with("run.json") && folder.parent()?.ends_with("runs");
    let profile = name(folder.parent()?.parent()?).filter(|_| is_at_work)?;
    Some(format!(
        "acp run stop {} --profile {profile}",
        name(folder)?
    ))
}

fn last_pass(case: &Case) -> Vec<Finding> {
    // An unreadable one is named above.
    let Ok(Some(last)) = case.store.last_pass() else {
        return vec![];
    };
    let now = case.ground.machine.now();
    let mut found = vec![];
    if last.ended.duration_since(now) > AHEAD_MAX {
        let meaning = format!(
            "the last pass ended at {}, which is in the future: the clock was or is wrong",
            last.ended
        );
        found.push(Finding::warning("clock", meaning).mend(SET_CLOCK));
    }
    if let Some(error) = last.error {
        let meaning = format!("the last `{}` ended with: {error}", last.verb);
        found.push(Finding::warning("last pass", meaning).mend(case.acp("status")));
    }
    found
}

/// Sets the clock by the network.
pub(super) const SET_CLOCK: &str = if cfg!(target_os = "macos") {
    "sudo sntp -sS time.apple.com"
} else {
    "sudo timedatectl set-ntp true"
};
