//! Whether something starts passes, and whether they come as often as they should.

use jiff::{SignedDuration, Timestamp};

use super::check::{Case, Finding, Fix};
use crate::commands::service::pace_of;
use crate::domain::Timer;
use crate::service::Look;
use crate::ui::words::{relative, span};

/// A profile without a timer whose last pass is older than this is one that nobody looks after.
const FORSAKEN: SignedDuration = SignedDuration::from_mins(15);

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let now = case.ground.machine.now();
    // What cannot be read is named by the check of the records.
    let Ok(pace) = pace_of(&case.store, now) else {
        return vec![];
    };
    let Some(timer) = &pace.timer else {
        return vec![without(case, pace.last.map(|last| last.ended), now)];
    };
    let mut found = of_program(case, timer);
    if timer.on {
        match case.ground.machine.timer(&case.id, timer) {
            Ok(look) => found.extend(of_look(case, timer, &look)),
            Err(why) => found.push(Finding::unknown("timer", why)),
        }
        for trouble in pace.troubles() {
            let status = case.acp("service status");
            found.push(Finding::warning("timer", trouble).mend(status));
        }
    } else {
        let meaning = "the timer was stopped: nothing starts passes";
        found.push(Finding::warning("timer", meaning).mend(case.acp("service start")));
    }
    if found.is_empty() {
        let meaning = format!(
            "{} starts a pass every {}",
            timer.kind.as_str(),
            span(timer.every_s)
        );
        found.push(Finding::ok("timer", meaning));
    }
    found
}

fn without(case: &Case, last: Option<Timestamp>, now: Timestamp) -> Finding {
    let recent = last.filter(|last| now.duration_since(*last) <= FORSAKEN);
    if let Some(last) = recent {
        let last = relative(last, now);
        return Finding::ok(
            "timer",
            format!("none of acp's own; the last pass was {last}"),
        );
    }
    let last = last.map_or("never".to_owned(), |last| relative(last, now));
    let meaning = format!("no timer starts passes, and the last one was {last}");
    Finding::warning("timer", meaning).mend(case.acp("service install --every 1m"))
}

fn of_program(case: &Case, timer: &Timer) -> Vec<Finding> {
    let program = timer.program.display();
    let again = case.acp("service install");
    if !timer.program.exists() {
        let meaning = format!("the timer starts `{program}`, which is not there any more");
        return vec![
            Finding::failed("timer", meaning)
                .mend(again)
                .fix(Fix::Timer),
        ];
    }
    let own = case.ground.machine.own_program();
    let real = |path: &std::path::Path| path.canonicalize().ok();
    if own.as_deref().and_then(real) != real(&timer.program) {
        let meaning = format!("the timer starts `{program}`, which is another acp than this one");
        return vec![Finding::warning("timer", meaning).mend(again)];
    }
    vec![]
}

fn of_look(case: &Case, timer: &Timer, look: &Look) -> Vec<Finding> {
    let (kind, again) = (timer.kind.as_str(), case.acp("service install"));
    if look.absent {
        let meaning = format!("what {kind} would start passes by is gone");
        return vec![
            Finding::failed("timer", meaning)
                .mend(again)
                .fix(Fix::Timer),
        ];
    }
    let mut found = vec![];
    for file in &look.stale {
        let meaning = format!(
            "`{}` is not what this acp would write: it is of an older one, or was changed by hand",
            file.display()
        );
        found.push(Finding::warning("timer", meaning).mend(again.clone()));
    }
    match &look.active {
        Ok(true) => {}
        Ok(false) => {
            let meaning = format!("the timer of {kind} does not run: nothing starts passes");
            found.push(
                Finding::failed("timer", meaning)
                    .mend(again)
                    .fix(Fix::Timer),
            );
        }
        Err(why) => found.push(Finding::unknown("timer", why.clone())),
    }
    if let Some((meaning, command)) = &look.obstacle {
        found.push(Finding::warning("timer", meaning.clone()).mend(command.clone()));
    }
    found
}
