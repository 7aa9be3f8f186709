//! What is worth telling a person, and when it was told already.

use jiff::{SignedDuration, Timestamp, Zoned};

use super::{budget_marks, cooldown_due, day_end, one_line, only_counts};
use crate::domain::{
    FailureClass, HoldRule, IssueLane, ItemId, ItemKind, Lane, News, NewsBook, NewsKind,
    NotifyRules, Plan, Priority, QuietHours, Rules, Snapshot, StaleKind, Standing, Told,
    Unreadable, Wait,
};

/// What was so within this time is not told again when it comes back.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Who has looked within this time has seen whether anything moved.
const LOOKED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Things told in one pass; more of them are told as one.
const SINGLE_MAX: usize = 5;
/// Lines of a message about several things.
const LINES_MAX: usize = 20;
/// Titles that are kept for a digest.
const FOR_DIGEST_MAX: usize = 50;
/// Characters of an item's title in a message.
const TITLE_CHARS: usize = 120;
/// Characters of a reason in a message.
const REASON_CHARS: usize = 600;
/// The longest that an agent's cooldown may be: a stored one further ahead is a mistake of the clock.
const COOLDOWN_MAX: std::time::Duration = std::time::Duration::from_hours(24 * 31);

/// What is so now and worth telling, the most important first. `moved` is when something last moved.
pub fn news(snapshot: &Snapshot, plan: &Plan, rules: &Rules, moved: Timestamp) -> Vec<News> {
    let mut out = vec![];
    out.extend(login_of_forge(snapshot, rules));
    out.extend(forge_refuses(snapshot, rules));
    out.extend(agents(snapshot, rules));
    out.extend(unreadable(snapshot, rules));
    out.extend(budgets(snapshot, rules));
    for standing in &plan.standings {
        out.extend(of_item(standing, snapshot, rules));
    }
    out.extend(alerts(snapshot, plan, rules));
    out.extend(of_profile(plan, rules));
    out.extend(stalled(snapshot, plan, rules, moved));
    out.sort_by_key(|news| std::cmp::Reverse(news.priority));
    out
}

fn login_of_forge(snapshot: &Snapshot, rules: &Rules) -> Option<News> {
    let refused =
        |hold: &&crate::domain::Hold| matches!(hold.rule, Some(HoldRule::Credential { .. }));
    let hold = snapshot.holds.values().find(refused)?;
    let title = format!("{}: the forge does not take the credential", rules.id);
    let body = format!(
        "{}\nPut a good one where `forge.token` points; the hold then lifts itself.",
        one_line(&hold.reason, REASON_CHARS)
    );
    let (kind, urgent) = (NewsKind::Login, Priority::Urgent);
    Some(News::new(kind, None, urgent, "forge", title, body))
}

/// Records that cannot be read, each told once and not again for what rests on it.
fn unreadable(snapshot: &Snapshot, rules: &Rules) -> Vec<News> {
    let of_record = |record: &Unreadable| {
        let why = one_line(&record.error, REASON_CHARS);
        let title = format!("{}: a record cannot be read", rules.id);
        let body = format!("{why}\nHow it is mended: acp fsck");
        let (kind, urgent) = (NewsKind::PersonNeeded, Priority::Urgent);
        News::new(kind, None, urgent, &why, title, body)
    };
    snapshot.unreadable.iter().map(of_record).collect()
}

/// What no pass can mend: the repository is gone, or a permission is lacking.
fn forge_refuses(snapshot: &Snapshot, rules: &Rules) -> Option<News> {
    let stale = snapshot.stale.as_ref()?;
    if !matches!(stale.kind, StaleKind::Refused | StaleKind::Missing) {
        return None;
    }
    let title = format!("{}: the forge refuses what acp asks", rules.id);
    let body = format!("{}\nLook: acp doctor", one_line(&stale.error, REASON_CHARS));
    let (kind, urgent) = (NewsKind::PersonNeeded, Priority::Urgent);
    Some(News::new(kind, None, urgent, "forge", title, body))
}

/// That passes end with an error of this kind. `error` says more.
pub fn failed_pass(rules: &Rules, kind: &str, error: &str) -> News {
    let title = format!(
        "{}: passes fail: {}",
        rules.id,
        one_line(error, TITLE_CHARS)
    );
    let body = format!("{}\nLook: acp doctor", one_line(error, REASON_CHARS));
    let fact = format!("pass {kind}");
    let (needed, urgent) = (NewsKind::PersonNeeded, Priority::Urgent);
    News::new(needed, None, urgent, &fact, title, body)
}

/// Agents without a login, and breakers that are open.
fn agents(snapshot: &Snapshot, rules: &Rules) -> Vec<News> {
    let mut out = vec![];
    for (key, cooldown) in &snapshot.cooldowns {
        let asleep = cooldown_due(cooldown, COOLDOWN_MAX, snapshot.now).is_some();
        if !asleep || only_counts(cooldown) {
            continue;
        }
        let why = one_line(&cooldown.reason, REASON_CHARS);
        if let Some(backend) = key.strip_prefix("breaker:") {
            let title = format!("{}: {backend} fails again and again", rules.id);
            let body = format!("{why}\nIt is left alone until {}.", cooldown.until);
            let (kind, high) = (NewsKind::Breaker, Priority::High);
            out.push(News::new(kind, None, high, backend, title, body));
        } else if cooldown.class == Some(FailureClass::NotLoggedIn) {
            let name = key.strip_prefix("agent:").unwrap_or(key);
            let title = format!("{}: the agent {name} is not logged in", rules.id);
            let body = format!("{why}\nLog in on this machine, then: acp cooldown clear {key}");
            let (kind, urgent) = (NewsKind::Login, Priority::Urgent);
            out.push(News::new(kind, None, urgent, key, title, body));
        }
    }
    out
}

fn budgets(snapshot: &Snapshot, rules: &Rules) -> Vec<News> {
    let day = day_end(snapshot.now).to_string();
    let marks = budget_marks(&snapshot.budget, &rules.budget).into_iter();
    marks
        .map(|mark| {
            let fact = format!("{} {} {day}", mark.name, mark.percent);
            let (priority, title) = if mark.percent >= 100 {
                let title = format!("{}: a budget of the day is used up", rules.id);
                (Priority::High, title)
            } else {
                let title = format!("{}: a budget of the day is nearly used", rules.id);
                (Priority::Normal, title)
            };
            let body = format!("{}\nLook: acp budget show", mark.text);
            News::new(NewsKind::Budget, None, priority, &fact, title, body)
        })
        .collect()
}

/// An item that waits for a person.
fn of_item(standing: &Standing, snapshot: &Snapshot, rules: &Rules) -> Option<News> {
    let item = standing.item;
    if matches!(standing.wait, Wait::Scheduled { .. }) {
        return None;
    }
    let (kind, code, why, command) = for_a_person(&standing.wait, item)?;
    let mirror = &snapshot.mirror;
    let title = match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).map(|issue| &issue.title),
        ItemKind::Pr => mirror.pulls.get(&item.number).map(|pr| &pr.title),
    };
    let title = title.map_or_else(String::new, |title| one_line(title, TITLE_CHARS));
    let does = match kind {
        NewsKind::Blocked => "is blocked",
        _ => "waits for you",
    };
    let head = format!("{}: {item} {does}: {title}", rules.id);
    let body = format!("{}\n{command}", one_line(&why, REASON_CHARS));
    // Nothing is broken and nothing waits behind it.
    let priority = match standing.wait {
        Wait::KeptHere { .. } => Priority::Low,
        _ => Priority::High,
    };
    let news = News::new(kind, Some(item), priority, code, head, body);
    Some(news.at_page(rules.forge.page(item)))
}

/// Alerts of scheduled issues. Told from what is kept, so that the next run that is at work ends none of them.
fn alerts(snapshot: &Snapshot, plan: &Plan, rules: &Rules) -> Vec<News> {
    let of_issue = |standing: &Standing| {
        let item = standing.item;
        let ignored = standing.lane == Lane::Issue(IssueLane::Ignore);
        let retry = snapshot.retries.get(&item).filter(|_| !ignored)?;
        let issue = snapshot.mirror.issues.get(&item.number)?;
        let alert = retry.alert.as_deref()?;
        issue.schedule.as_ref()?;
        let title = one_line(&issue.title, TITLE_CHARS);
        let head = format!("{}: {item} alerts: {title}", rules.id);
        let text = one_line(alert, REASON_CHARS);
        let body = format!("{text}\nLook: acp issue show {}", item.number);
        // Another finding is other news.
        let fact = format!("alert {text}");
        let (kind, high) = (NewsKind::PersonNeeded, Priority::High);
        Some(News::new(kind, Some(item), high, &fact, head, body))
    };
    plan.standings.iter().filter_map(of_issue).collect()
}

/// The kind, a stable word, why, and what a person types. `None`: it does not wait for one.
fn for_a_person(wait: &Wait, item: ItemId) -> Option<(NewsKind, &'static str, String, String)> {
    let look = format!("Look: acp why {item}");
    let number = item.number;
    let need = |code, why, command| Some((NewsKind::PersonNeeded, code, why, command));
    match wait {
        Wait::Blocked { reason } => {
            // Without a reason a person has set the label and knows.
            let reason = reason.clone()?;
            let command = format!("Take `agent-blocked` off to let it start anew. {look}");
            Some((NewsKind::Blocked, "blocked", reason, command))
        }
        Wait::Human { reasons } => {
            let command = format!("Say yes: acp pr approve {number}. {look}");
            need("human", reasons.join("; "), command)
        }
        Wait::MergeByHand { writes } => {
            let why = format!("it can be merged, and `policy.writes: {writes}` leaves that to you");
            need("merge", why, format!("Merge: acp pr merge {number}"))
        }
        Wait::MergeBlocked { reasons } => need("merge-blocked", reasons.join("; "), look),
        Wait::TextChanged { approved_by, .. } => {
            let why = format!("its text is not the one that {approved_by} approved");
            need("text", why, look)
        }
        Wait::Scheduled { alert, .. } => need("alert", alert.clone()?, look),
        Wait::BadSchedule { schedule, reason } => {
            let why = format!("its schedule `{schedule}` cannot be read: {reason}");
            need("schedule", why, look)
        }
        Wait::WriteFailed { error, .. } => need("write", error.clone(), look),
        Wait::Unrecorded { run } => {
            let why = format!("run {run} lives and its record is gone");
            need("unrecorded", why, look)
        }
        Wait::Lost { .. } => {
            let why = "its pull request was sent and is not to be found".to_owned();
            need("lost", why, look)
        }
        Wait::Spent { limit } => {
            let why = format!("what it may cost is used up: {limit}");
            let name = limit.split(':').next().unwrap_or_default();
            let command = format!("Raise `budget.{name}` to let it go on. {look}");
            need("spent", why, command)
        }
        Wait::KeptHere { branch } => {
            let why = format!("the work is done and on the branch {branch} of acp's clone");
            need("kept", why, look)
        }
        _ => None,
    }
}

/// What keeps every item from starting and only a person changes. Told once, not for every item.
fn of_profile(plan: &Plan, rules: &Rules) -> Vec<News> {
    let mut out: Vec<News> = vec![];
    for standing in &plan.standings {
        let (fact, why) = match &standing.wait {
            Wait::NoAgent { reason } => ("no-agent", reason.clone()),
            Wait::Disk { .. } => ("disk", "too little disk is free".to_owned()),
            Wait::Repository { reason } => ("repository", reason.clone()),
            _ => continue,
        };
        let title = format!("{}: nothing can start", rules.id);
        let body = format!("{}\nLook: acp doctor", one_line(&why, REASON_CHARS));
        let news = News::new(
            NewsKind::PersonNeeded,
            None,
            Priority::High,
            fact,
            title,
            body,
        );
        if !out.iter().any(|told| told.fingerprint == news.fingerprint) {
            out.push(news);
        }
    }
    out
}

/// Whether an item is work that acp itself should be getting on with.
fn is_work(wait: &Wait) -> bool {
    matches!(
        wait,
        Wait::Launching { .. }
            | Wait::Merging
            | Wait::Judging { .. }
            | Wait::Writing { .. }
            | Wait::Retry { .. }
            | Wait::Cooldown { .. }
            | Wait::Budget { .. }
            | Wait::Capacity { .. }
            | Wait::LaunchLimit { .. }
            | Wait::Exclusive { .. }
            | Wait::NoBase
            | Wait::Checks { .. }
            | Wait::Unknown { .. }
            | Wait::Stale { .. }
    )
}

fn stalled(snapshot: &Snapshot, plan: &Plan, rules: &Rules, moved: Timestamp) -> Option<News> {
    let limit = SignedDuration::try_from(rules.notify.stalled_after).ok()?;
    let still = snapshot.now.duration_since(moved);
    let at_work = |view: &crate::domain::RunView| view.run.state.is_under_way();
    if limit.is_zero() || still < limit || snapshot.runs.values().any(at_work) {
        return None;
    }
    let waiting: Vec<&Standing> = plan
        .standings
        .iter()
        .filter(|standing| is_work(&standing.wait))
        .collect();
    let first = waiting.first()?;
    let hours = still.as_secs() / 3600;
    let title = format!("{}: nothing has moved for {hours} h", rules.id);
    let body = format!(
        "{} with work to do, the first is {}.\nLook: acp why {}",
        count(waiting.len(), "item"),
        first.item,
        first.item
    );
    // Something that moves in between makes the next standstill other news.
    let fact = moved.to_string();
    let (kind, high) = (NewsKind::Stalled, Priority::High);
    Some(News::new(kind, None, high, &fact, title, body))
}

fn count(number: usize, word: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {word}{ending}")
}

/// When something last moved. A time that is still to come is a mistake of the clock, and while nobody looked nothing is
/// known to have stood still: then it counts from `now`. `looked` is when the last pass ended, `period` the time from one
/// pass to the next where a timer starts them.
pub fn last_moved(
    before: Option<Timestamp>,
    looked: Option<Timestamp>,
    moves: bool,
    period: Option<std::time::Duration>,
    now: Timestamp,
) -> Timestamp {
    let two_periods = period.map_or(SignedDuration::ZERO, |period| {
        let seconds = i64::try_from(period.as_secs()).unwrap_or(i64::MAX);
        SignedDuration::from_secs(seconds.saturating_mul(2))
    });
    let gap_max = two_periods.max(LOOKED_WITHIN);
    let watched = looked.is_some_and(|at| at <= now && now.duration_since(at) <= gap_max);
    match before {
        Some(at) if !moves && watched && at <= now => at,
        _ => now,
    }
}

/// What the book says once `found` is told; `None`: it says so already. With `known` false the forge could not be asked:
/// what is not found then may still be so. What is new has its text in [`Told::pending`].
pub fn book(
    book: &NewsBook,
    found: &[News],
    known: bool,
    rules: &NotifyRules,
    now: Timestamp,
) -> Option<NewsBook> {
    let mut next = book.clone();
    if known {
        next.told.retain(|fingerprint, told| {
            let is_there = found.iter().any(|news| news.fingerprint == *fingerprint);
            if !is_there && told.gone.is_none() {
                told.gone = Some(now);
            }
            // A time that is still to come is a mistake of the clock.
            let over = told
                .gone
                .is_some_and(|at| at > now || now.duration_since(at) > AGAIN_AFTER);
            is_there || !over || told.pending.is_some()
        });
    }
    let mut fresh = vec![];
    for news in found {
        let again = next.told.get_mut(&news.fingerprint);
        if let Some(told) = again
            && told
                .gone
                .is_none_or(|at| at <= now && now.duration_since(at) <= AGAIN_AFTER)
        {
            told.gone = None;
            continue;
        }
        fresh.push(news);
    }
    add(&mut next, &fresh, rules, now);
    (next != *book).then_some(next)
}

fn add(next: &mut NewsBook, fresh: &[&News], rules: &NotifyRules, now: Timestamp) {
    let mut tell = |fingerprint: &str, pending: Option<News>| {
        let (at, gone) = (now, None);
        let told = Told { at, gone, pending };
        next.told.insert(fingerprint.to_owned(), told);
    };
    let can_wait = |news: &&News| news.priority == Priority::Low && rules.digest.is_some();
    let (later, alone): (Vec<&News>, Vec<&News>) = fresh.iter().partition(|news| can_wait(news));
    for news in &later {
        tell(&news.fingerprint, None);
    }
    let single = match alone.len() {
        0..=SINGLE_MAX => alone.len(),
        _ => SINGLE_MAX - 1,
    };
    let (singly, rest) = alone.split_at(single);
    for news in singly {
        tell(&news.fingerprint, Some((*news).clone()));
    }
    for news in rest {
        tell(&news.fingerprint, None);
    }
    if let Some(first) = rest.first() {
        let several = together(first, rest);
        tell(&several.fingerprint.clone(), Some(several));
    }
    let room = FOR_DIGEST_MAX.saturating_sub(next.for_digest.len());
    let titles = later.iter().take(room).map(|news| news.title.clone());
    next.for_digest.extend(titles);
}

/// One message about many things.
fn together(first: &News, rest: &[&News]) -> News {
    let mut lines: Vec<&str> = rest
        .iter()
        .take(LINES_MAX)
        .map(|news| news.title.as_str())
        .collect();
    let more = format!("and {} more", rest.len().saturating_sub(LINES_MAX));
    if rest.len() > LINES_MAX {
        lines.push(&more);
    }
    let fact: Vec<&str> = rest.iter().map(|news| news.fingerprint.as_str()).collect();
    let title = format!("{} things at once", rest.len());
    News::new(
        NewsKind::Several,
        None,
        first.priority,
        &fact.join(" "),
        title,
        lines.join("\n"),
    )
}

/// The last day on which the time of the digest has come. `local` is now in this machine's zone.
fn last_digest_day(at: u16, local: &Zoned) -> Option<String> {
    let today = local.date();
    let day = if minute_of(local) >= at {
        today
    } else {
        today.yesterday().ok()?
    };
    Some(day.to_string())
}

/// The day whose digest is due when that of the day `made` was the last one.
fn due_digest(made: Option<&str>, at: u16, local: &Zoned) -> Option<String> {
    let (day, today) = (last_digest_day(at, local)?, local.date().to_string());
    let is_due = match made {
        // A day that is still to come is a mistake of the clock.
        Some(made) => made < day.as_str() || made > today.as_str(),
        None => day == today,
    };
    is_due.then_some(day)
}

/// The day of the digest that counts as made when digests begin before their time of the day: the first one is today's,
/// however late the next pass comes. `None`: they have begun, or none is wanted.
pub fn digests_begin(book: &NewsBook, rules: &NotifyRules, local: &Zoned) -> Option<String> {
    let at = rules.digest.filter(|_| book.digest_day.is_none())?;
    last_digest_day(at, local)
}

/// The digest, when its time of the day has come since the last one. `local` is now in this machine's zone.
pub fn digest_news(
    book: &NewsBook,
    snapshot: &Snapshot,
    plan: &Plan,
    rules: &Rules,
    local: &Zoned,
) -> Option<(String, News)> {
    let at = rules.notify.digest?;
    let day = due_digest(book.digest_day.as_deref(), at, local)?;
    let people: Vec<String> = plan
        .standings
        .iter()
        .filter(|standing| for_a_person(&standing.wait, standing.item).is_some())
        .map(|standing| standing.item.to_string())
        .collect();
    let work = plan.standings.iter().filter(|s| is_work(&s.wait)).count();
    let at_work = snapshot
        .runs
        .values()
        .filter(|view| view.run.state.is_under_way())
        .count();
    let mut lines = vec![];
    if people.is_empty() {
        lines.push("Nothing waits for you.".to_owned());
    } else {
        let shown = people[..people.len().min(LINES_MAX)].join(", ");
        lines.push(format!("{} for you: {shown}", count(people.len(), "item")));
    }
    lines.push(format!(
        "{} at work, {} waiting, {} today.",
        count(at_work, "run"),
        count(work, "item"),
        count(snapshot.budget.run_count() as usize, "run")
    ));
    lines.extend(book.for_digest.iter().cloned());
    let title = format!("{}: the day", rules.id);
    let (kind, normal) = (NewsKind::Digest, Priority::Normal);
    let news = News::new(kind, None, normal, &day, title, lines.join("\n"));
    Some((day, news))
}

/// Until when only the urgent is told; `None`: everything is. `local` is now in this machine's zone.
pub fn quiet_until(quiet: Option<QuietHours>, local: &Zoned) -> Option<Timestamp> {
    let QuietHours { from, to } = quiet?;
    let minute = minute_of(local);
    let (is_quiet, tomorrow) = if from <= to {
        ((from..to).contains(&minute), false)
    } else {
        (minute >= from || minute < to, minute >= from)
    };
    if !is_quiet {
        return None;
    }
    let date = if tomorrow {
        local.date().tomorrow().ok()?
    } else {
        local.date()
    };
    let time = jiff::civil::Time::new(
        i8::try_from(to / 60).ok()?,
        i8::try_from(to % 60).ok()?,
        0,
        0,
    );
    let end = date
        .to_datetime(time.ok()?)
        .to_zoned(local.time_zone().clone());
    Some(end.ok()?.timestamp())
}

fn minute_of(local: &Zoned) -> u16 {
    let minute = i16::from(local.hour()) * 60 + i16::from(local.minute());
    u16::try_from(minute).unwrap_or(0)
}

#[cfg(test)]
#[path = "news_tests.rs"]
mod tests;
