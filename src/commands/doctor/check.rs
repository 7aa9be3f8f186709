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

    /// The command `acp WORDS` about the same.
    fn acp(&self, words: &str) -> String {
        match &self.about {
            About::Machine(_) => format!("acp {words}"),
            About::Profile(case) => case.acp(words),
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
            ..Finding::failed(self.check.name, meaning).mend(self.acp("doctor"))
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
            "the check itself broke down: please report it, with the file that the command makes",
        )
        .mend(job.acp("doctor --report doctor.txt"))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use jiff::Timestamp;

    use super::super::machine::{Apart, Reach};
    use super::*;
    use crate::domain::{RunId, Timer};
    use crate::forge::ForgeError;
    use crate::profile::{Profile, ProfileError};
    use crate::service::Look;
    use crate::sys::Env;
    use crate::worker::Proof;

    /// A machine that no check of these tests asks anything.
    struct Unasked;

    impl Machine for Unasked {
        fn now(&self) -> Timestamp {
            unreachable!()
        }
        fn profile(&self, _: &ProfileId) -> Result<Profile, ProfileError> {
            unreachable!()
        }
        fn git_version(&self) -> Result<String, String> {
            unreachable!()
        }
        fn agent_missing(&self, _: &Rules, _: &str) -> Option<String> {
            unreachable!()
        }
        fn notifiers(&self, _: &Rules) -> Vec<(String, Option<String>)> {
            unreachable!()
        }
        fn is_alive(&self, _: u32) -> bool {
            unreachable!()
        }
        fn reach(&self, _: &Rules) -> Result<Reach, ForgeError> {
            unreachable!()
        }
        fn make_labels(&self, _: &Rules, _: &[String]) -> Result<Vec<String>, ForgeError> {
            unreachable!()
        }
        fn timer(&self, _: &ProfileId, _: &Timer) -> Result<Look, String> {
            unreachable!()
        }
        fn own_program(&self) -> Option<PathBuf> {
            unreachable!()
        }
        fn env(&self) -> &Env {
            unreachable!()
        }
        fn version_of(&self, _: &str) -> Option<String> {
            unreachable!()
        }
        fn sandbox(&self, _: &Rules, _: &str) -> Result<Proof, String> {
            unreachable!()
        }
        fn processes_of_runs(&self, _: &Path) -> Vec<(u32, RunId)> {
            unreachable!()
        }
        fn apart(&self, _: &Rules, _: &Path) -> Result<Apart, String> {
            unreachable!()
        }
    }

    #[test]
    fn a_check_that_hangs_and_one_that_breaks_down_are_findings_with_a_command() {
        let root = Path::new("/nowhere");
        let home = Home::below(root);
        let id: ProfileId = "web".parse().unwrap();
        let store = Store::new(home.layout(&id));
        let ground = Ground {
            machine: Arc::new(Unasked),
            home,
            many_profiles: true,
        };
        let case = Case {
            ground: ground.clone(),
            id,
            store,
            rules: None,
        };
        let hang: fn(&Ground) -> Vec<Finding> = |_| {
            // Nobody sends anything, and nobody lets go.
            let (_never, wait) = mpsc::channel::<()>();
            let _forever = wait.recv();
            vec![]
        };
        let breaks: fn(&Case) -> Vec<Finding> = |case| {
            case.ground.machine.now();
            vec![]
        };
        let check = |name, scope| Check {
            name,
            limit: Duration::from_millis(20),
            scope,
        };
        let jobs = [
            Job {
                check: check("hangs", Scope::Machine(hang)),
                about: About::Machine(ground),
            },
            Job {
                check: Check {
                    limit: Duration::from_mins(1),
                    ..check("breaks", Scope::Profile(breaks))
                },
                about: About::Profile(case),
            },
        ];
        let found: Vec<Finding> = run_all(&jobs).concat();
        let seen = |finding: &Finding| {
            let (name, command) = (finding.name.clone(), finding.command.clone());
            (
                name,
                finding.state,
                finding.profile.clone(),
                command.unwrap(),
            )
        };
        let text = str::to_owned;
        let expected = [
            (text("hangs"), State::Failed, None, text("acp doctor")),
            (
                text("breaks"),
                State::Failed,
                Some(text("web")),
                text("acp doctor --report doctor.txt --profile web"),
            ),
        ];
        assert_eq!(found.iter().map(seen).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn what_does_not_come_back_is_not_waited_for() {
        let (_never, wait) = mpsc::channel::<()>();
        let hangs = within(Duration::from_millis(1), move || wait.recv().is_ok());
        assert_eq!(hangs, None);
        assert_eq!(within(Duration::from_mins(1), || 7), Some(7));
    }
}
