//! What a check gets and gives, and running checks so that none can hang the verb.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use serde::Serialize;

use super::Machine;
use crate::domain::{ProfileId, Rules};
use crate::store::{Home, Store};

/// How many checks are under way at once.
const TOGETHER: usize = 24;

/// How something stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// As it should be.
    Ok,
    /// acp works, though not as well as it could, or somebody should know.
    Warning,
    /// Something that acp needs does not work.
    Failed,
    /// It could not be found out, and that is no failure.
    Unknown,
}

impl State {
    /// The word.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// What `--fix` can do about a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fix {
    /// Take a file or folder away from other users.
    Private(PathBuf),
    /// Make labels on the forge.
    Labels(Vec<String>),
    /// Put back the timer as it was installed.
    Timer,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Finding {
    /// The profile that it is about; none: the machine.
    pub(super) profile: Option<String>,
    /// What was looked at.
    pub(super) name: String,
    /// How it stands.
    pub(super) state: State,
    /// What that means, in one line.
    pub(super) meaning: String,
    /// The command that mends it.
    pub(super) command: Option<String>,
    /// What `--fix` does about it.
    #[serde(skip)]
    pub(super) fix: Option<Fix>,
}

impl Finding {
    fn new(state: State, name: &str, meaning: impl Into<String>) -> Self {
        Self {
            profile: None,
            name: name.to_owned(),
            state,
            meaning: meaning.into(),
            command: None,
            fix: None,
        }
    }

    /// It is as it should be.
    pub(super) fn ok(name: &str, meaning: impl Into<String>) -> Self {
        Self::new(State::Ok, name, meaning)
    }

    /// Somebody should know.
    pub(super) fn warning(name: &str, meaning: impl Into<String>) -> Self {
        Self::new(State::Warning, name, meaning)
    }

    /// It does not work.
    pub(super) fn failed(name: &str, meaning: impl Into<String>) -> Self {
        Self::new(State::Failed, name, meaning)
    }

    /// Nobody can tell.
    pub(super) fn unknown(name: &str, meaning: impl Into<String>) -> Self {
        Self::new(State::Unknown, name, meaning)
    }

    /// The command that mends it.
    pub(super) fn mend(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// What `--fix` does about it.
    pub(super) fn fix(mut self, fix: Fix) -> Self {
        self.fix = Some(fix);
        self
    }
}

/// What every check may look at.
#[derive(Clone)]
pub(super) struct Ground {
    pub(super) machine: Arc<dyn Machine>,
    pub(super) home: Home,
    /// Whether commands must say which profile they are about.
    pub(super) many_profiles: bool,
}

/// A profile under examination.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) ground: Ground,
    pub(super) id: ProfileId,
    pub(super) store: Store,
    /// What the profile says; `None` when it cannot be read, which is a finding of its own.
    pub(super) rules: Option<Arc<Rules>>,
}

impl Case {
    /// The command `acp WORDS` for this profile.
    pub(super) fn acp(&self, words: &str) -> String {
        if self.ground.many_profiles {
            format!("acp {words} --profile {}", self.id)
        } else {
            format!("acp {words}")
        }
    }
}

/// What a check looks at.
#[derive(Clone, Copy)]
pub(super) enum Scope {
    /// The machine, once.
    Machine(fn(&Ground) -> Vec<Finding>),
    /// Each profile.
    Profile(fn(&Case) -> Vec<Finding>),
}

/// One check.
#[derive(Clone, Copy)]
pub(super) struct Check {
    /// The name of a finding that it did not come back in time.
    pub(super) name: &'static str,
    /// How long it may take.
    pub(super) limit: Duration,
    /// What it does.
    pub(super) scope: Scope,
}

/// A check and what it is about.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) check: Check,
    pub(super) about: About,
}

/// What a job is about.
#[derive(Clone)]
pub(super) enum About {
    /// The machine.
    Machine(Ground),
    /// A profile.
    Profile(Case),
}

impl Job {
    fn findings(&self) -> Vec<Finding> {
        let mut findings = match (self.check.scope, &self.about) {
            (Scope::Machine(look), About::Machine(ground)) => look(ground),
            (Scope::Profile(look), About::Profile(case)) => look(case),
            _ => vec![],
        };
        for finding in &mut findings {
            finding.profile = self.profile();
        }
        findings
    }

    pub(super) fn profile(&self) -> Option<String> {
        match &self.about {
            About::Machine(_) => None,
            About::Profile(case) => Some(case.id.to_string()),
        }
    }

    /// A check that does not come back is one that found something that does not answer.
    fn hangs(&self) -> Finding {
        let seconds = self.check.limit.as_secs();
        let meaning = format!(
            "nothing came back within {seconds} s: a disk, a network or a program does not answer"
        );
        Finding {
            profile: self.profile(),
            ..Finding::failed(self.check.name, meaning)
        }
    }
}

/// What each job found, in their order. Some run at the same time; none is waited for longer than its limit.
pub(super) fn run_all(jobs: &[Job]) -> Vec<Vec<Finding>> {
    let mut all = vec![];
    for together in jobs.chunks(TOGETHER) {
        let started: Vec<mpsc::Receiver<Vec<Finding>>> = together
            .iter()
            .map(|job| {
                let job = job.clone();
                in_thread(move || job.findings())
            })
            .collect();
        // The others go on while one is waited for, so the longest limit is the most that all of them take.
        let mut spent = Duration::ZERO;
        for (job, answer) in together.iter().zip(started) {
            let left = job.check.limit.saturating_sub(spent);
            all.push(match answer.recv_timeout(left) {
                Ok(findings) => findings,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    spent = spent.max(job.check.limit);
                    vec![job.hangs()]
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => vec![broken(job)],
            });
        }
    }
    all
}

/// What `work` gives within `limit`. It is not waited for any longer, and goes with the process.
pub(super) fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    in_thread(work).recv_timeout(limit).ok()
}

fn in_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> mpsc::Receiver<T> {
    let (send, receive) = mpsc::channel();
    // Without a thread nothing is sent, which the receiver sees.
    let _unnamed = std::thread::Builder::new().spawn(move || {
        if let Ok(done) = catch_unwind(AssertUnwindSafe(work)) {
            let _nobody_waits = send.send(done);
        }
    });
    receive
}

fn broken(job: &Job) -> Finding {
    Finding {
        profile: job.profile(),
        ..Finding::failed(
            job.check.name,
            "the check itself broke down: please report it",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_come_back_is_not_waited_for() {
        let (_never, wait) = mpsc::channel::<()>();
        let hangs = within(Duration::from_millis(1), move || wait.recv().is_ok());
        assert_eq!(hangs, None);
        assert_eq!(within(Duration::from_mins(1), || 7), Some(7));
    }
}
