//! What `--fix` does: only what cannot lose anything.

use super::check::{About, Case, Finding, Fix, Job, run_all};
use crate::store::{Entry, LockName, make_private};
use crate::ui::CliError;

use super::Session;

/// Mends what can be mended and then looks at everything again, since what was wrong may have been the reason of something
/// else. Returns a line for everything that was done, or would be.
pub(super) fn all(
    session: &Session<'_>,
    jobs: &[Job],
    found: &mut Vec<Vec<Finding>>,
) -> Vec<String> {
    let mut notes = vec![];
    for (job, findings) in jobs.iter().zip(found.iter()) {
        for fix in findings.iter().filter_map(|f| f.fix.as_ref()) {
            if session.dry_run {
                notes.push(format!("would {}", describe(fix)));
                continue;
            }
            notes.push(match mend(session, job, fix) {
                Ok(done) => done,
                Err(error) => format!("could not {}: {}", describe(fix), error.message),
            });
        }
    }
    if !notes.is_empty() && !session.dry_run {
        *found = run_all(jobs);
    }
    notes
}

fn describe(fix: &Fix) -> String {
    match fix {
        Fix::Private(path) => format!("close `{}` to other users", path.display()),
        Fix::Labels(names) => format!("make the labels {}", names.join(", ")),
        Fix::Timer => "put the timer back".to_owned(),
    }
}

fn mend(session: &Session<'_>, job: &Job, fix: &Fix) -> Result<String, CliError> {
    match (fix, &job.about) {
        (Fix::Private(path), _) => {
            make_private(path)?;
            Ok(format!("closed `{}` to other users", path.display()))
        }
        (Fix::Labels(names), About::Profile(case)) => make_labels(session, case, names),
        (Fix::Timer, About::Profile(case)) => put_back_timer(session, case),
        (Fix::Labels(_) | Fix::Timer, About::Machine(_)) => Ok(String::new()),
    }
}

/// The timer as it was installed; where acp has moved it starts this one.
fn put_back_timer(session: &Session<'_>, case: &Case) -> Result<String, CliError> {
    let Some(mut timer) = case.store.timer()? else {
        return Ok(String::new());
    };
    if !timer.program.exists() {
        timer.program = session.ports.own_program()?;
        case.store.set_timer(&timer)?;
    }
    let manager = session.ports.services(session, Some(timer.kind))?;
    manager.install(&case.id, &timer)?;
    Ok(format!("put the timer of `{}` back", case.id))
}

/// Under the lock of the flush, since a flusher makes labels too and a forge may take two of one name.
fn make_labels(session: &Session<'_>, case: &Case, names: &[String]) -> Result<String, CliError> {
    let Some(rules) = &case.rules else {
        return Ok(String::new());
    };
    let Some(lock) = case.store.try_lock(LockName::Flush, "acp doctor --fix")? else {
        return Err(CliError::new(
            crate::ui::Exit::TempFail,
            "the outbox is being flushed; try again",
        ));
    };
    let made = case.ground.machine.make_labels(rules, names)?;
    drop(lock);
    let text = made.join(", ");
    let entry = Entry::new(session.clock.now(), "labels.made").text(text.clone());
    // The journal explains; the labels are on the forge whether it could be written or not.
    let _explained = case.store.journal().add(&entry);
    Ok(if made.is_empty() {
        "the labels are all there by now".to_owned()
    } else {
        format!("made the labels {text}")
    })
}
