//! Why an item does not move, in one line, with the command that would change it.

use crate::domain::{IntentKind, ItemId, Stale, StaleKind, Standing, Unreadable, Wait, label};

use super::Exit;
use super::words::{plural, size};

/// One line on why an item does not move, or what it is about to do.
#[expect(clippy::too_many_lines, reason = "one line for each wait")]
pub fn describe(wait: &Wait) -> String {
    match wait {
        Wait::Launching { task } => format!("its {task} run starts with the next pass"),
        Wait::Merging => "all gates say yes: it is merged next".to_owned(),
        Wait::Closed => "it is closed".to_owned(),
        Wait::Merged => "it is merged".to_owned(),
        Wait::NotLabelled { .. }
        | Wait::NotTrusted { .. }
        | Wait::TextChanged { .. }
        | Wait::Gone
        | Wait::Fork
        | Wait::NotOurs => left_alone(wait).unwrap_or_default(),
        Wait::Blocked {
            reason: Some(reason),
        } => format!("blocked: {reason}"),
        Wait::Blocked { reason: None } => format!("`{}` is on it", label::BLOCKED),
        Wait::Running { run, step, .. } => format!("run {run} is at work ({step})"),
        Wait::Unrecorded { run } => {
            format!("run {run} lives and its record is gone: nothing starts here until it is ended")
        }
        Wait::Unreadable { error } => {
            format!("a record of it cannot be read, so nothing is started or decided: {error}")
        }
        Wait::Judging { run } => format!("run {run} is over; the next pass draws the conclusions"),
        Wait::HasPr { pr } => format!("its pull request pr/{pr} is open"),
        Wait::Writing { count, error, .. } => {
            let error = error
                .as_ref()
                .map(|e| format!(" (last try: {e})"))
                .unwrap_or_default();
            format!("{} to the forge on the way{error}", plural(*count, "write"))
        }
        Wait::WriteFailed { intent, error } => format!("the write {intent} failed: {error}"),
        Wait::Dropped { reason, .. } => format!("given up by hand: {reason}"),
        Wait::Lost { run } => {
            format!("what run {run} brings was sent and cannot be found on the forge")
        }
        Wait::Retry {
            failures: 0,
            reason,
            ..
        } => {
            let reason = reason.as_deref().unwrap_or("no reason recorded");
            format!("starts again after a launch that died: {reason}")
        }
        Wait::Retry {
            failures,
            attempts_max,
            reason,
            ..
        } => {
            let reason = reason.as_deref().unwrap_or("no reason recorded");
            format!("waits after failure {failures} of {attempts_max}: {reason}")
        }
        Wait::Cooldown { key, reason, .. } => format!("`{key}` is cooling down: {reason}"),
        Wait::Hold { name, reason } => format!("hold `{name}`: {reason}"),
        Wait::Stale { error, synced, .. } => {
            let since = synced.map_or("it has not answered yet".to_owned(), |at| {
                format!("it last answered at {at}")
            });
            format!(
                "nothing is started, merged or sent while the forge cannot be asked ({since}): {error}"
            )
        }
        Wait::Repository { reason } => format!("acp does not work here: {reason}"),
        Wait::NoAgent { reason } => format!("no agent of the profile can start: {reason}"),
        Wait::Budget { limit, .. } => format!("the budget of the day is used up: {limit}"),
        Wait::Spent { limit } => format!(
            "what the item may cost is used up: {limit}; a higher `budget.{}` lets it go on",
            limit.split(':').next().unwrap_or_default()
        ),
        Wait::Capacity { limit, max } => format!("no free slot: {limit} is {max}"),
        Wait::LaunchLimit { max } => {
            format!("this pass starts no more runs: limits.launches_per_pass is {max}")
        }
        Wait::Exclusive { item } => format!("{item} is exclusive and comes first"),
        Wait::Disk { free, need } => {
            format!(
                "the disk has {} free, limits.disk_free_min is {}",
                size(*free),
                size(*need)
            )
        }
        Wait::KeptHere { branch } => {
            format!("done; `policy.writes: off` keeps it on branch `{branch}` of repo.git")
        }
        Wait::KeepOpen { pr, .. } => format!(
            "pr/{pr} is merged; `{}` keeps it open for another round",
            label::KEEP_OPEN
        ),
        Wait::Scheduled {
            schedule,
            alert: Some(alert),
            ..
        } => format!("`{schedule}`; alert of its last run: {alert}"),
        Wait::Scheduled { schedule, .. } => format!("by the clock: `{schedule}`"),
        Wait::BadSchedule { schedule, reason } => {
            format!("its schedule `{schedule}` cannot be read: {reason}")
        }
        Wait::NoBase => "the base branch cannot be found on the forge".to_owned(),
        Wait::Checks { pending } => format!("waits for checks: {}", pending.join(", ")),
        Wait::Human { reasons } => format!("a person must look: {}", reasons.join("; ")),
        Wait::MergeByHand { writes } => {
            format!("ready; `policy.writes: {writes}` leaves the merge to a person")
        }
        Wait::MergeBlocked { reasons } => {
            format!("cannot be merged as it is: {}", reasons.join("; "))
        }
        Wait::Unknown { what, .. } => format!("not known yet: {what}"),
    }
}

/// Why an item is none of acp's, or not any more.
fn left_alone(wait: &Wait) -> Option<String> {
    Some(match wait {
        Wait::NotLabelled { labels } => format!("it has no intake label ({})", labels.join(" or ")),
        Wait::NotTrusted {
            author,
            labelled_by,
            label,
        } => {
            let who = labelled_by
                .as_ref()
                .map(|by| format!(" (`{by}` did)"))
                .unwrap_or_default();
            format!(
                "written by `{author}`, who is not trusted, and nobody trusted put `{label}` on it{who}"
            )
        }
        Wait::TextChanged { approved_by, .. } => {
            format!("its text was changed after it was approved (by `{approved_by}`)")
        }
        Wait::Gone => "it is not on the forge any more: deleted, or moved elsewhere".to_owned(),
        Wait::Fork => {
            "its branch is in another repository: acp never runs, changes or merges it".to_owned()
        }
        Wait::NotOurs => format!(
            "acp did not open it and it has no label `{}`",
            label::HANDOFF
        ),
        _ => return None,
    })
}

/// The command that would change where an item stands, when there is one.
pub fn way_out(standing: &Standing) -> Option<String> {
    let item = standing.item;
    Some(match &standing.wait {
        Wait::NotLabelled { labels } => {
            format!("acp issue label {} --add {}", item.number, labels.first()?)
        }
        Wait::NotTrusted { label, .. } | Wait::TextChanged { label, .. } => {
            let n = item.number;
            format!("acp issue label {n} --remove {label} && acp issue label {n} --add {label}")
        }
        Wait::NotOurs => format!("acp pr label {} --add {}", item.number, label::HANDOFF),
        Wait::Blocked { .. } => {
            format!(
                "acp {} label {} --remove {}",
                noun(item),
                item.number,
                label::BLOCKED
            )
        }
        Wait::Running { run, .. } => format!("acp run log {run}"),
        Wait::Unrecorded { run } => format!("acp run stop {run}"),
        Wait::Unreadable { .. } => "acp fsck".to_owned(),
        Wait::Judging { .. }
        | Wait::LaunchLimit { .. }
        | Wait::Launching { .. }
        | Wait::Stale { .. }
        | Wait::Merging => "acp heartbeat".to_owned(),
        Wait::Writing { .. } => "acp outbox flush".to_owned(),
        Wait::WriteFailed { intent, .. } => format!("acp outbox retry {intent}"),
        Wait::Dropped { kind, .. } => match kind {
            IntentKind::Merge | IntentKind::Ready => format!("acp pr merge {}", item.number),
            IntentKind::Close => format!("acp issue close {}", item.number),
            _ => format!("acp retry clear {item}"),
        },
        Wait::Lost { run } => format!("acp run drop {run}"),
        Wait::Retry { .. } | Wait::Scheduled { alert: Some(_), .. } => {
            format!("acp retry clear {item}")
        }
        Wait::Cooldown { key, .. } => format!("acp cooldown clear {key}"),
        Wait::Hold { name, .. } => format!("acp hold clear {name}"),

        Wait::BadSchedule { .. } => format!("acp issue show {}", item.number),
        Wait::Human { .. } => format!("acp pr approve {}", item.number),
        Wait::MergeByHand { .. } => format!("acp pr merge {}", item.number),
        Wait::Budget { .. } => "acp budget show".to_owned(),
        Wait::HasPr { pr } => format!("acp why pr/{pr}"),
        Wait::Exclusive { item } => format!("acp why {item}"),
        Wait::NoAgent { .. } => "acp profile check".to_owned(),
        _ => return None,
    })
}

const fn noun(item: ItemId) -> &'static str {
    match item.kind {
        crate::domain::ItemKind::Issue => "issue",
        crate::domain::ItemKind::Pr => "pr",
    }
}

/// One line on a record that cannot be read, with what tells how it is mended.
pub fn trouble(record: &Unreadable) -> String {
    format!("{}: `acp fsck` says what mends it", record.error)
}

/// How a verb ends that could not ask the forge.
pub const fn exit_of(stale: &Stale) -> Exit {
    match stale.kind {
        StaleKind::Unreachable => Exit::Unavailable,
        StaleKind::Limited => Exit::TempFail,
        StaleKind::Denied | StaleKind::Refused => Exit::Denied,
        StaleKind::Missing => Exit::Missing,
        StaleKind::Unreadable => Exit::Protocol,
    }
}

/// One line on a forge that could not be asked, with what follows and what to do.
pub fn away(stale: &Stale) -> String {
    let since = stale
        .synced
        .map_or("unknown".to_owned(), |at| at.to_string());
    let then = match stale.kind {
        StaleKind::Denied => {
            "; give it a credential that it takes, then `acp hold clear credential`, or wait for the next check"
        }
        _ => "",
    };
    format!(
        "{}; what is known of the forge is as of {since}, and nothing is started, merged or sent{then}",
        stale.error
    )
}

/// The stable word for a wait, as in its JSON.
pub fn code(wait: &Wait) -> String {
    let value = serde_json::to_value(wait).unwrap_or_default();
    value
        .get("code")
        .and_then(|code| code.as_str())
        .unwrap_or("unknown")
        .to_owned()
}
