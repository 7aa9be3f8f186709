//! How the passes of a timer keep time, in words.

use std::time::Duration;

use jiff::Timestamp;

use crate::domain::Timer;
use crate::policy::{Beats, Rhythm, rhythm};
use crate::store::{LastPass, LockName, Store, StoreError};
use crate::ui::words::{plural, span};

/// The last pass, the one under way, and what that means for the timer.
pub(in crate::commands) struct Pace {
    /// The timer that was installed.
    pub(in crate::commands) timer: Option<Timer>,
    /// The last pass that ended.
    pub(in crate::commands) last: Option<LastPass>,
    /// Since when a pass is under way.
    pub(in crate::commands) running: Option<Timestamp>,
    /// `None` without a timer that is to start passes.
    pub(in crate::commands) rhythm: Option<Rhythm>,
}

/// Looks at the passes of a profile. Reads two small files and a lock.
pub(in crate::commands) fn pace_of(store: &Store, now: Timestamp) -> Result<Pace, StoreError> {
    let timer = store.timer()?;
    let last = store.last_pass()?;
    let running = store.lock_holder(LockName::Pass).map(|holder| holder.since);
    let judged = timer.as_ref().filter(|timer| timer.on).map(|timer| {
        rhythm(&Beats {
            every: timer.every(),
            since: timer.installed,
            last: last.as_ref().map(|last| (last.began, last.ended)),
            running,
            now,
        })
    });
    Ok(Pace {
        timer,
        last,
        running,
        rhythm: judged,
    })
}

impl Pace {
    /// What is wrong with how passes come: one line each.
    pub(in crate::commands) fn troubles(&self) -> Vec<String> {
        let (Some(timer), Some(rhythm)) = (&self.timer, &self.rhythm) else {
            return vec![];
        };
        let every = span(timer.every_s);
        let mut troubles = vec![];
        if rhythm.missed > 0 {
            troubles.push(format!(
                "{} missed, one is due every {every}: the machine slept, or the timer does not run",
                plural(usize::try_from(rhythm.missed).unwrap_or(usize::MAX), "pass")
            ));
        }
        if let Some(length) = rhythm.overran {
            let took = span(seconds(length));
            troubles.push(if self.running.is_some() {
                format!("the pass under way has taken {took}, longer than its period of {every}")
            } else {
                format!("the last pass took {took}, longer than its period of {every}")
            });
        }
        troubles
    }
}

fn seconds(length: Duration) -> u64 {
    // Rounded up, so that it never reads shorter than the period that it passed.
    length.as_secs() + u64::from(length.subsec_nanos() > 0)
}
