//! `acp heartbeat --loop`: passes one after the other, for machines that have nothing to start them.

use std::io::{self, Write};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::{Passed, open};
use crate::commands::Session;
use crate::engine::{Idle, Pass};
use crate::sys::Clock;
use crate::ui::words::{clean, plural, relative};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// How long at most until the wall clock is looked at again. The clock that waits are measured with stands still while the
/// machine sleeps; this is how late after waking the pass can come that fell due meanwhile.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The least from one pass to the next, whatever is due.
const REST_MIN: SignedDuration = SignedDuration::from_secs(1);

/// One pass of the loop.
#[derive(Serialize)]
struct Turn {
    at: Timestamp,
    /// When the next one begins.
    next: Timestamp,
    /// Why there was none.
    error: Option<String>,
    pass: Option<Passed>,
}

/// Passes every `every`, or sooner when something falls due, until somebody asks it to end or `timeout` is over. The profile is
/// read anew for each pass. Only the first one's failure to begin ends the loop.
pub(super) fn repeat(
    session: &Session<'_>,
    pass: Pass,
    every: Duration,
    timeout: Option<Duration>,
) -> Result<Output, CliError> {
    let interrupts = session.ports.interrupts()?;
    let end = timeout.map(|timeout| session.clock.monotonic() + timeout);
    let mut first = true;
    loop {
        let (done, due) = match turn(session, pass) {
            Err(error) if first => return Err(error),
            Err(error) => (Err(error.message), None),
            Ok((passed, due)) => (Ok(passed), due),
        };
        first = false;
        let (at, began) = (session.clock.now(), session.clock.monotonic());
        let next = next_turn(at, every, due);
        let (error, passed) = match done {
            Ok(passed) => (None, Some(passed)),
            Err(error) => (Some(error), None),
        };
        let shown = Turn {
            at,
            next,
            error,
            pass: passed,
        };
        // Only a reader that has gone away ends the loop. A full disk behind the output is no reason to let runs lie about.
        if matches!(session.ports.show(session, &Output::of(shown)), Ok(false)) {
            return Ok(Output::silent());
        }
        let wait = Duration::try_from(next.duration_since(at)).unwrap_or(every);
        loop {
            let now = session.clock.monotonic();
            if interrupts.wait(Duration::ZERO) || end.is_some_and(|end| now >= end) {
                return Ok(Output::silent());
            }
            let left = left_of(wait, began, next, session.clock);
            if left.is_zero() {
                break;
            }
            let left = end.map_or(left, |end| left.min(end.saturating_sub(now)));
            interrupts.wait(left.min(LOOK_EVERY));
        }
    }
}

/// What is left of a wait that began at `began` and is over at `next`, by whichever clock says less: one stands still while the
/// machine sleeps, the other may be set back.
fn left_of(wait: Duration, began: Duration, next: Timestamp, clock: &dyn Clock) -> Duration {
    let rest = wait.saturating_sub(clock.monotonic().saturating_sub(began));
    let by_wall = next.duration_since(clock.now());
    rest.min(Duration::try_from(by_wall).unwrap_or(Duration::ZERO))
}

fn turn(session: &Session<'_>, pass: Pass) -> Result<(Passed, Option<Timestamp>), CliError> {
    let control = open(session, pass)?;
    let engine = control.engine(session);
    let report = engine.pass(pass)?;
    let due = match engine.idle(&report, Duration::ZERO) {
        Idle::Yes(next) => next,
        Idle::No => None,
    };
    let mut passed = Passed::new(pass.verb, session.format);
    passed.dry_run = pass.dry_run;
    passed.add(&report);
    Ok((passed, due))
}

/// When the pass after one that ended at `ended` begins.
fn next_turn(ended: Timestamp, every: Duration, due: Option<Timestamp>) -> Timestamp {
    let after = |span: SignedDuration| ended.checked_add(span).unwrap_or(Timestamp::MAX);
    let tick = after(SignedDuration::try_from(every).unwrap_or(SignedDuration::MAX));
    due.map_or(tick, |due| due.max(after(REST_MIN)).min(tick))
}

impl Turn {
    fn result(&self) -> &'static str {
        match &self.pass {
            None => "failed",
            Some(pass) if pass.skipped.is_some() => "skipped",
            Some(pass) if pass.stale.is_some() => "away",
            Some(pass) if !pass.problems.is_empty() => "problem",
            Some(_) => "ok",
        }
    }

    /// What went wrong first.
    fn words(&self) -> String {
        let of_pass = |pass: &Passed| {
            let stale = pass.stale.as_ref().map(|stale| stale.error.clone());
            pass.skipped
                .clone()
                .or_else(|| pass.problems.first().cloned())
                .or(stale)
        };
        let error = self.error.clone();
        error
            .or_else(|| self.pass.as_ref().and_then(of_pass))
            .unwrap_or_default()
    }
}

impl Render for Turn {
    const SCHEMA: &'static str = "acp.heartbeat.turn/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let at = self.at.strftime("%Y-%m-%d %H:%M:%SZ");
        let what = match &self.pass {
            Some(pass) if self.result() == "ok" => {
                let done = pass.actions.len() + pass.sent.len();
                if done == 0 {
                    "nothing to do".to_owned()
                } else {
                    plural(done, "action")
                }
            }
            _ => style.red(&format!("{}: {}", self.result(), clean(&self.words()))),
        };
        writeln!(out, "{at}  {what}; next {}", relative(self.next, self.at))?;
        for action in self.pass.iter().flat_map(|pass| &pass.actions) {
            writeln!(out, "  {}", clean(action))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |of: fn(&Passed) -> usize| self.pass.as_ref().map_or(0, of).to_string();
        let fields = [
            &self.at.to_string(),
            self.result(),
            &count(|pass| pass.actions.len()),
            &count(|pass| pass.problems.len()),
            &count(|pass| pass.launched.len()),
            &count(|pass| pass.sent.len()),
            &self.next.to_string(),
            &self.words(),
        ];
        plain_line(out, &fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two clocks that need not agree.
    struct Clocks(i64, u64);

    impl Clock for Clocks {
        fn now(&self) -> Timestamp {
            Timestamp::from_second(1_800_000_000 + self.0).unwrap()
        }

        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.1)
        }

        fn sleep(&self, _: Duration) {}
    }

    #[test]
    fn a_wait_is_over_when_either_clock_says_so() {
        let next = Timestamp::from_second(1_800_000_060).unwrap();
        let left = |wall, steady| {
            let clocks = Clocks(wall, steady);
            left_of(
                Duration::from_mins(1),
                Duration::from_secs(100),
                next,
                &clocks,
            )
            .as_secs()
        };
        assert_eq!(left(10, 110), 50);
        // The machine slept for an hour: the steady clock did not see it.
        assert_eq!(left(3610, 110), 0);
        // The wall clock was set back by an hour: the wait is no longer for that.
        assert_eq!(left(-3590, 110), 50);
        assert_eq!(left(-3540, 160), 0);
    }

    #[test]
    fn the_next_pass_comes_with_the_tick_or_with_what_is_due_before() {
        let at = |seconds| Timestamp::from_second(1_800_000_000 + seconds).unwrap();
        let next = |due: Option<i64>| next_turn(at(0), Duration::from_mins(1), due.map(at));
        assert_eq!(next(None), at(60));
        assert_eq!(next(Some(30)), at(30));
        assert_eq!(next(Some(600)), at(60));
        // What is overdue is no reason to turn without rest.
        assert_eq!(next(Some(-5)), at(1));
        assert_eq!(
            next_turn(at(0), Duration::from_millis(200), Some(at(-5))),
            at(0) + Duration::from_millis(200)
        );
    }
}
