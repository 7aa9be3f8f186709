//! What is on the screen, from a snapshot and its plan.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::commands::service::pace_of;
use crate::commands::sight::Sight;
use crate::commands::{Control, advice};
use crate::domain::{
    BudgetRules, DayBudget, ItemId, ItemKind, Mirror, RepoState, Rules, RunState, RunView, Stale,
    Standing, Unreadable, Wait, Writes,
};
use crate::forge::remote::blocks;
use crate::policy::{self, nearly_used};
use crate::store::{Place, Store};
use crate::ui::CliError;
use crate::ui::standing::{describe, trouble, way_out};

#[derive(Debug, Serialize)]
pub(super) struct Screen {
    pub(super) profile: String,
    pub(super) forge: &'static str,
    pub(super) repo: String,
    pub(super) holds: Vec<HoldView>,
    pub(super) waiting_for_you: Vec<ItemView>,
    pub(super) running: Vec<RunningView>,
    pub(super) waiting: Vec<ItemView>,
    pub(super) other: usize,
    pub(super) outbox: OutboxView,
    pub(super) notices: NoticesView,
    pub(super) runs_today: u32,
    pub(super) runs_per_day: u32,
    /// Limits of the day of which most is used.
    pub(super) nearly_used: Vec<String>,
    pub(super) last_pass: Option<Timestamp>,
    pub(super) last_error: Option<String>,
    /// What starts passes: `systemd`, `launchd`, `cron`; `None`: no timer of acp's, or one that was stopped.
    pub(super) timer: Option<&'static str>,
    pub(super) every_s: Option<u64>,
    pub(super) next_pass: Option<Timestamp>,
    pub(super) missed_passes: u64,
    pub(super) overran_s: Option<u64>,
    /// What is wrong with how passes come, and with a part of the repository.
    pub(super) troubles: Vec<String>,
    /// Whether there is a record that cannot be read; `troubles` name it.
    #[serde(skip)]
    pub(super) unreadable: bool,
    /// Why acp can do nothing in the repository as a whole.
    pub(super) closed: Option<String>,
    /// The same in a word, for a screen of 40 columns.
    #[serde(skip)]
    pub(super) closed_word: &'static str,
    /// What failed and is tried again; what was given up waits for a person.
    pub(super) failed: Vec<FailedView>,
    pub(super) cooldowns: Vec<CooldownView>,
    /// What the forges let nobody of this user send, and until when.
    pub(super) limits: Vec<LimitView>,
    pub(super) budget: BudgetView,
    /// When something is due that acp waits for by itself.
    pub(super) next: Option<Timestamp>,
    /// Why the forge could not be asked when it was last tried.
    pub(super) stale: Option<Stale>,
}

#[derive(Debug, Serialize)]
pub(super) struct HoldView {
    pub(super) name: String,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) at: Timestamp,
}

#[derive(Debug, Serialize)]
pub(super) struct ItemView {
    pub(super) item: String,
    pub(super) lane: &'static str,
    pub(super) title: String,
    pub(super) why: String,
    pub(super) next: Option<Timestamp>,
    pub(super) command: Option<String>,
    /// What a person should do about the failure that it waits for.
    pub(super) advice: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct RunningView {
    pub(super) run: String,
    pub(super) item: String,
    pub(super) agent: String,
    pub(super) step: String,
    pub(super) started: Option<Timestamp>,
    pub(super) deadline: Option<Timestamp>,
    /// When it last printed or recorded something.
    pub(super) last_sign: Option<Timestamp>,
    pub(super) usd_micros: Option<u64>,
    pub(super) tokens: Option<u64>,
    /// What is set aside for it while what it has used is not known.
    pub(super) reserved_usd_micros: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct FailedView {
    pub(super) item: String,
    pub(super) title: String,
    pub(super) failures: u32,
    pub(super) attempts_max: u32,
    pub(super) reason: Option<String>,
    pub(super) run: Option<String>,
    pub(super) next: Option<Timestamp>,
    pub(super) advice: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct CooldownView {
    pub(super) key: String,
    pub(super) until: Timestamp,
    pub(super) reason: String,
    /// What a person should do, where a failure of an agent set it.
    pub(super) advice: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct LimitView {
    pub(super) host: String,
    pub(super) until: Timestamp,
    pub(super) why: String,
}

#[derive(Debug, Serialize)]
pub(super) struct OutboxView {
    pub(super) waiting: usize,
    pub(super) failed: usize,
}

/// What people were not told.
#[derive(Debug, Serialize)]
pub(super) struct NoticesView {
    pub(super) waiting: usize,
    pub(super) failed: usize,
    /// Why, by notifier: the last word of each that did not take one.
    pub(super) errors: BTreeMap<String, String>,
}

impl NoticesView {
    fn of(store: &Store) -> Result<Self, CliError> {
        let open = [Place::Pending, Place::Claimed, Place::Failed];
        let notices = store.notices()?.list(&open)?;
        let failed = notices.iter().filter(|q| q.place == Place::Failed).count();
        let mut errors = BTreeMap::new();
        for queued in &notices {
            if let Some(error) = &queued.notice.last_error {
                errors.insert(queued.notice.to.clone(), error.clone());
            }
        }
        Ok(Self {
            waiting: notices.len() - failed,
            failed,
            errors,
        })
    }
}

/// What the day has used, what is set aside included; a limit of 0 is none.
#[derive(Debug, Serialize)]
pub(super) struct BudgetView {
    pub(super) tokens: u64,
    pub(super) tokens_per_day: u64,
    pub(super) usd_micros: u64,
    pub(super) usd_micros_per_day: u64,
}

impl Screen {
    pub(super) fn of(sight: &Sight, control: &Control<'_>) -> Result<Self, CliError> {
        let (snapshot, rules) = (&sight.snapshot, &control.rules);
        let pace = pace_of(&control.store, snapshot.now)?;
        let (mut troubles, rhythm) = (pace.troubles(), pace.rhythm);
        let no_issues = snapshot.mirror.repo.closed_to_issues();
        let told = |record: &&Unreadable| {
            let mut all = sight.plan.standings.iter();
            all.any(|s| matches!(&s.wait, Wait::Unreadable { error } if *error == record.error))
        };
        let untold = snapshot.unreadable.iter().filter(|record| !told(record));
        troubles.extend(untold.map(trouble));
        troubles.extend(no_issues.map(|why| format!("only pull requests are worked on: {why}")));
        let timer = pace.timer.filter(|timer| timer.on);
        let last = pace.last;
        let failed_writes = snapshot
            .intents
            .iter()
            .filter(|view| view.failed && view.intent.dropped.is_none());
        let mut screen = Self {
            profile: control.id().to_string(),
            forge: rules.forge.kind.as_str(),
            repo: rules.forge.repo.clone(),
            holds: holds(sight),
            waiting_for_you: vec![],
            running: running(sight, control),
            waiting: vec![],
            other: 0,
            outbox: OutboxView {
                waiting: snapshot.intents.iter().filter(|view| !view.failed).count(),
                failed: failed_writes.count(),
            },
            notices: NoticesView::of(&control.store)?,
            runs_today: snapshot.budget.run_count(),
            runs_per_day: rules.budget.runs_per_day,
            nearly_used: nearly_used(&snapshot.budget, &rules.budget)
                .into_iter()
                .map(|(_, text)| text)
                .collect(),
            last_pass: last.as_ref().map(|last| last.ended),
            last_error: last.and_then(|last| last.error),
            timer: timer.as_ref().map(|timer| timer.kind.as_str()),
            every_s: timer.as_ref().map(|timer| timer.every_s),
            next_pass: rhythm.and_then(|rhythm| rhythm.next),
            missed_passes: rhythm.map_or(0, |rhythm| rhythm.missed),
            overran_s: rhythm
                .and_then(|rhythm| rhythm.overran)
                .map(|length| length.as_secs()),
            troubles,
            unreadable: !snapshot.unreadable.is_empty(),
            closed: closed(sight, rules),
            closed_word: closed_word(&snapshot.mirror.repo),
            failed: vec![],
            cooldowns: cooldowns(sight),
            limits: limits(sight, control),
            budget: BudgetView::of(&snapshot.budget, &rules.budget),
            next: None,
            stale: snapshot.stale.clone(),
        };
        for standing in &sight.plan.standings {
            screen.place(standing, sight, &control.store);
        }
        let items = screen.waiting.iter().filter_map(|item| item.next);
        let cooling = screen.cooldowns.iter().map(|cooldown| cooldown.until);
        screen.next = items.chain(cooling).filter(|at| *at > snapshot.now).min();
        Ok(screen)
    }

    /// Puts an item where it belongs.
    fn place(&mut self, standing: &Standing, sight: &Sight, store: &Store) {
        match &standing.wait {
            Wait::NotLabelled { .. }
            | Wait::NotOurs
            | Wait::NotTrusted { .. }
            | Wait::Gone
            | Wait::Fork => {
                self.other += 1;
                return;
            }
            Wait::Running { .. } | Wait::HasPr { .. } => return,
            _ => {}
        }
        let title = title(&sight.snapshot.mirror, standing.item);
        let advice = advice::of_standing(standing, &sight.snapshot, store);
        if let Wait::Retry {
            failures: failures @ 1..,
            attempts_max,
            at,
            reason,
        } = &standing.wait
        {
            let retry = sight.snapshot.retries.get(&standing.item);
            let run = retry.and_then(|retry| retry.last_run.as_ref());
            self.failed.push(FailedView {
                item: standing.item.to_string(),
                title: title.clone(),
                failures: *failures,
                attempts_max: *attempts_max,
                reason: reason.clone(),
                run: run.map(ToString::to_string),
                next: Some(*at),
                advice,
            });
        }
        let view = ItemView {
            item: standing.item.to_string(),
            lane: standing.lane.as_str(),
            title,
            why: describe(&standing.wait),
            next: standing.wait.next(),
            command: way_out(standing),
            // What is said of what cools down is not said again with each item that waits for it.
            advice: advice.filter(|_| !matches!(standing.wait, Wait::Cooldown { .. })),
        };
        if is_for_a_person(&standing.wait) {
            self.waiting_for_you.push(view);
        } else {
            self.waiting.push(view);
        }
    }
}

/// Whether an item moves only when a person does something.
pub(in crate::commands) const fn is_for_a_person(wait: &Wait) -> bool {
    matches!(
        wait,
        Wait::Human { .. }
            | Wait::Blocked { .. }
            | Wait::MergeBlocked { .. }
            | Wait::MergeByHand { .. }
            | Wait::KeptHere { .. }
            | Wait::Dropped { .. }
            | Wait::Lost { .. }
            | Wait::Unreadable { .. }
            | Wait::Repository { .. }
            | Wait::TextChanged { .. }
            | Wait::Scheduled { alert: Some(_), .. }
            | Wait::BadSchedule { .. }
            | Wait::WriteFailed { .. }
            | Wait::NoAgent { .. }
    )
}

/// The title of an item; nothing when it is not known.
fn title(mirror: &Mirror, item: ItemId) -> String {
    let title = match item.kind {
        ItemKind::Issue => mirror.issues.get(&item.number).map(|issue| &issue.title),
        ItemKind::Pr => mirror.pulls.get(&item.number).map(|pr| &pr.title),
    };
    title.cloned().unwrap_or_default()
}

fn closed(sight: &Sight, rules: &Rules) -> Option<String> {
    let repo = &sight.snapshot.mirror.repo;
    let account = || {
        repo.closed_to_account()
            .filter(|_| rules.policy.writes != Writes::Off)
    };
    repo.closed_to_writes().or_else(account)
}

const fn closed_word(repo: &RepoState) -> &'static str {
    if repo.moved_to.is_some() {
        "renamed"
    } else if repo.archived {
        "archived"
    } else {
        "read only"
    }
}

fn holds(sight: &Sight) -> Vec<HoldView> {
    let view = |hold: &crate::domain::Hold| HoldView {
        name: hold.name.clone(),
        reason: hold.reason.clone(),
        by: hold.by.clone(),
        at: hold.at,
    };
    sight.snapshot.holds.values().map(view).collect()
}

/// What cools down now. A record that only counts holds nothing back.
fn cooldowns(sight: &Sight) -> Vec<CooldownView> {
    let now = sight.snapshot.now;
    let all = sight.snapshot.cooldowns.values();
    all.filter(|cooldown| cooldown.until > now && !policy::only_counts(cooldown))
        .map(|cooldown| CooldownView {
            key: cooldown.key.clone(),
            until: cooldown.until,
            reason: cooldown.reason.clone(),
            advice: advice::of_cooldown(cooldown),
        })
        .collect()
}

fn limits(sight: &Sight, control: &Control<'_>) -> Vec<LimitView> {
    let blocks = blocks(&control.home.state, sight.snapshot.now).into_iter();
    blocks
        .map(|block| LimitView {
            host: block.host,
            until: block.until,
            why: block.why,
        })
        .collect()
}

fn running(sight: &Sight, control: &Control<'_>) -> Vec<RunningView> {
    let live = sight.snapshot.runs.values();
    live.filter(|run| run.run.state.is_under_way())
        .map(|view| running_view(view, sight, control))
        .collect()
}

fn running_view(view: &RunView, sight: &Sight, control: &Control<'_>) -> RunningView {
    let (step, started, deadline) = match &view.run.state {
        RunState::Running {
            step,
            started,
            deadline,
            ..
        } => (step.as_str(), Some(*started), Some(*deadline)),
        state => (state.as_str(), None, None),
    };
    let reserved = sight.snapshot.budget.runs.get(&view.run.id);
    RunningView {
        run: view.run.id.to_string(),
        item: view.run.item.to_string(),
        agent: view.run.agent.clone(),
        step: step.to_owned(),
        started,
        deadline,
        last_sign: control.store.last_sign(&view.run.id),
        usd_micros: view.usd_micros,
        tokens: view.tokens,
        reserved_usd_micros: reserved.map_or(0, |r| r.reserved_usd_micros),
    }
}

impl BudgetView {
    fn of(day: &DayBudget, rules: &BudgetRules) -> Self {
        Self {
            tokens: day.tokens(),
            tokens_per_day: rules.tokens_per_day,
            usd_micros: day.usd_micros(),
            usd_micros_per_day: rules.usd_micros_per_day,
        }
    }
}
