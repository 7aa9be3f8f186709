//! `acp doctor`: everything that can be wrong on a real machine, each with what it means and the command that mends it.
//!
//! To add a check: a file here with a function that takes the [`Ground`] (the machine, once) or a [`Case`] (each profile)
//! and returns findings, its `mod` line, and its line in [`CHECKS`]. What it may not touch itself becomes a method of
//! [`Machine`]. A check reads only, and need not watch the time: it is not waited for beyond its limit.

mod agents;
mod check;
mod checkout;
mod folders;
mod forge;
mod git;
mod locks;
mod machine;
mod mend;
mod notify;
mod outbox;
mod profiles;
mod records;
mod report;
mod runs;
mod sandbox;
mod secrets;
mod strays;
mod system;
mod timers;
mod view;
mod waits;
mod words;

pub use machine::{Apart, Machine, Reach};
pub(super) use records::mend as mend_unreadable;
pub(super) use words::shell as shell_words;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use self::check::{About, Case, Check, Finding, Ground, Job, Scope, State, run_all, within};
use super::{Session, Verb};
use crate::domain::ProfileId;
use crate::profile::{self, ProfileError};
use crate::store::Store;
use crate::ui::{CliError, Exit, Output, Progress};

/// How long a check may take that looks at files or starts a program of this machine.
const HERE: Duration = Duration::from_secs(10);
/// How long the trial of a sandbox may take, which has a limit of its own below this.
const TRIAL: Duration = Duration::from_secs(25);
/// How long a check may take that asks a forge, several programs or a service manager.
const ELSEWHERE: Duration = Duration::from_secs(45);

/// Every check, in the order in which findings are shown.
const CHECKS: &[Check] = &[
    Check {
        name: "git",
        limit: HERE,
        scope: Scope::Machine(git::look),
    },
    Check {
        name: "folders",
        limit: HERE,
        scope: Scope::Machine(folders::look),
    },
    Check {
        name: "limits",
        limit: HERE,
        scope: Scope::Machine(waits::limits),
    },
    Check {
        name: "processes",
        limit: HERE,
        scope: Scope::Machine(system::look),
    },
    Check {
        name: "profile",
        limit: HERE,
        scope: Scope::Profile(profiles::look),
    },
    Check {
        name: "folders",
        limit: HERE,
        scope: Scope::Profile(folders::look_at_profile),
    },
    Check {
        name: "records",
        limit: HERE,
        scope: Scope::Profile(records::look),
    },
    Check {
        name: "forge",
        limit: ELSEWHERE,
        scope: Scope::Profile(forge::look),
    },
    Check {
        name: "agent",
        limit: ELSEWHERE,
        scope: Scope::Profile(agents::look),
    },
    Check {
        name: "sandbox",
        limit: TRIAL,
        scope: Scope::Profile(sandbox::look),
    },
    Check {
        name: "secrets",
        limit: HERE,
        scope: Scope::Profile(secrets::look),
    },
    Check {
        name: "checkout",
        limit: HERE,
        scope: Scope::Profile(checkout::look),
    },
    Check {
        name: "runs",
        limit: HERE,
        scope: Scope::Profile(runs::look),
    },
    Check {
        name: "strays",
        limit: HERE,
        scope: Scope::Profile(strays::look),
    },
    Check {
        name: "timer",
        limit: ELSEWHERE,
        scope: Scope::Profile(timers::look),
    },
    Check {
        name: "locks",
        limit: HERE,
        scope: Scope::Profile(locks::look),
    },
    Check {
        name: "outbox",
        limit: HERE,
        scope: Scope::Profile(outbox::look),
    },
    Check {
        name: "notify",
        limit: ELSEWHERE,
        scope: Scope::Profile(notify::look),
    },
    Check {
        name: "holds",
        limit: HERE,
        scope: Scope::Profile(waits::look),
    },
];

/// Looks for everything that can be wrong: git, acp's folders, disk and clock, records, profiles, the forge with its
/// permissions and labels, agents, their sandbox (by a trial from inside), logins that others can read, the checkout, runs, processes
/// that were left behind, the timer, locks, writes that failed, notifiers, holds. Each finding says what it means and names the command
/// that mends it. Without --profile all profiles are looked at.
///
/// Nothing is changed without --fix, and it may be called while passes run; calls to a forge count towards its limits.
/// --report writes a text file for a bug report: versions, findings, profiles and the last lines of the journals. Secrets are taken
/// out, by their values and by their shapes; words of issues and agents are left out without --with-text. Read it before you send it.
/// Every check is bounded in time. Ends with 1 when something that acp needs does not work; warnings do not count.
///
/// Columns of --plain: profile (empty: the machine), name, state (ok, warning, failed, unknown), meaning, command.
#[derive(clap::Args)]
pub(super) struct Doctor {
    /// Mend what can be mended safely: close files to other users, make missing labels on the forge, put back a timer that is
    /// gone, does not run or starts an acp that is not there any more
    #[arg(long)]
    fix: bool,
    /// Write what was found, and what somebody who helps needs, to this file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Let the report quote the journal, which may quote issues
    #[arg(long, requires = "report")]
    with_text: bool,
}

impl Verb for Doctor {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let progress = Progress::start(session.format, session.progress, "looking");
        let ground = Ground {
            machine: session.ports.machine(session)?,
            home: session.ports.home(session)?,
            many_profiles: false,
        };
        let mut findings = vec![];
        let mut todo = vec![];
        let mut known = vec![];
        if let Some(cases) = cases(session, ground.clone())? {
            if cases.is_empty() {
                let none = Finding::warning("profiles", "there is no profile yet");
                findings.push(none.mend("acp init"));
            }
            todo = jobs(&ground, &cases);
            known = cases;
        } else {
            let meaning = format!(
                "`{}` does not answer: profiles cannot be looked at",
                ground.home.config.display()
            );
            findings.push(Finding::failed("profiles", meaning));
        }
        let jobs = todo;
        let mut all = run_all(&jobs);
        let mut notes = vec![];
        if self.fix {
            progress.say("mending");
            notes = mend::all(session, &jobs, &mut all);
        }
        drop(progress);
        findings.extend(all.into_iter().flatten());
        findings.sort_by(|a, b| a.profile.cmp(&b.profile));
        let well = findings
            .iter()
            .all(|finding| finding.state != State::Failed);
        if let Some(file) = self.report.as_ref().filter(|_| !session.dry_run) {
            report::write(session, file, &known, &findings, self.with_text)?;
            notes.push(format!(
                "report: {} (read it before you send it)",
                file.display()
            ));
        }
        let output = Output::of(view::Findings(findings)).answer(well);
        Ok(notes.into_iter().fold(output, Output::note))
    }
}

/// The profiles to look at; `None` when their folder does not answer.
fn cases(session: &Session<'_>, mut ground: Ground) -> Result<Option<Vec<Case>>, CliError> {
    let wanted: Option<ProfileId> = session.profile.clone().map(str_to_id).transpose()?;
    let work = move || -> Result<Vec<Case>, ProfileError> {
        let known = profile::list(&ground.home.config)?;
        ground.many_profiles = known.len() > 1;
        let ids = match wanted {
            Some(id) if known.contains(&id) => vec![id],
            Some(id) => return Err(ProfileError::Missing { id, known }),
            None => known,
        };
        let case = |id: ProfileId| Case {
            store: Store::new(ground.home.layout(&id)),
            rules: ground.machine.profile(&id).ok().map(|p| Arc::new(p.rules)),
            ground: ground.clone(),
            id,
        };
        Ok(ids.into_iter().map(case).collect())
    };
    match within(HERE, work) {
        None => Ok(None),
        Some(Ok(cases)) => Ok(Some(cases)),
        Some(Err(error)) => Err(error.into()),
    }
}

fn str_to_id(text: String) -> Result<ProfileId, CliError> {
    ProfileId::try_from(text).map_err(|error| CliError::of(Exit::Usage, &error))
}

fn jobs(ground: &Ground, cases: &[Case]) -> Vec<Job> {
    let mut jobs = vec![];
    for check in CHECKS {
        if matches!(check.scope, Scope::Machine(_)) {
            jobs.push(Job {
                check: *check,
                about: About::Machine(ground.clone()),
            });
        }
    }
    for case in cases {
        for check in CHECKS {
            if matches!(check.scope, Scope::Profile(_)) {
                jobs.push(Job {
                    check: *check,
                    about: About::Profile(case.clone()),
                });
            }
        }
    }
    jobs
}
