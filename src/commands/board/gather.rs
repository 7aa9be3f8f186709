//! What is on the board, from what was seen of each profile.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::commands::Control;
use crate::commands::sight::Sight;
use crate::commands::status::is_for_a_person;
use crate::domain::{DayBudget, Life, Outcome, Phase, RunId, RunState, StaleKind, Wait};
use crate::engine::CREDENTIAL_HOLD;
use crate::policy;
use crate::ui::CliError;
use crate::ui::standing::{describe, way_out};

/// How old the last pass of a loop may be that is healthy, and of one that is merely late.
const HEALTHY: SignedDuration = SignedDuration::from_secs(90);
const LATE: SignedDuration = SignedDuration::from_secs(600);
/// How long a write may have been sent without a word on what came of it.
const ORPHAN: SignedDuration = SignedDuration::from_secs(300);
/// What counts as new.
const RECENT: SignedDuration = SignedDuration::from_hours(1);
/// How far back failures are looked for.
const HISTORY: SignedDuration = SignedDuration::from_hours(24);
/// How many failures in the last hour are a storm.
const STORM: usize = 5;
/// The most commands that are named as next.
const NEXT_MAX: usize = 5;

/// The board.
#[derive(Debug, Serialize)]
pub(super) struct Board {
    pub(super) generated_at: Timestamp,
    pub(super) release_state: Release,
    pub(super) soak: Soak,
    pub(super) runtime_health: Health,
    pub(super) queue: Queue,
    pub(super) signals: Signals,
    pub(super) ga_gates: Gates,
    pub(super) usage: Usage,
    /// Each profile by itself.
    pub(super) profiles: Vec<ProfileView>,
    /// What to type next.
    pub(super) next_actions: Vec<String>,
}

#[expect(
    clippy::struct_field_names,
    reason = "the keys are what boards of this kind have"
)]
#[derive(Debug, Serialize)]
pub(super) struct Release {
    /// The base branch of the only profile; with several `profiles` has them.
    pub(super) main_sha: Option<String>,
    pub(super) implementation_branch_sha: Option<String>,
    pub(super) ga_tag_exists: Option<bool>,
    pub(super) latest_release: Option<String>,
    pub(super) ga_status: &'static str,
}

#[derive(Debug, Serialize)]
pub(super) struct Soak {
    pub(super) t0: Option<Timestamp>,
    pub(super) elapsed_seconds: Option<u64>,
    pub(super) required_seconds: Option<u64>,
    pub(super) progress_percent: Option<f64>,
    pub(super) result: &'static str,
    pub(super) earliest_full_check: Option<Timestamp>,
}

#[derive(Debug, Serialize)]
pub(super) struct Health {
    pub(super) launchd_loaded: Option<u32>,
    pub(super) launchd_expected: Option<u32>,
    /// By the age of the last pass: healthy, stale, down, unknown.
    pub(super) dispatcher: &'static str,
    pub(super) dashboard: &'static str,
    pub(super) notifier: &'static str,
    pub(super) doctor: &'static str,
    pub(super) last_pass: Option<Timestamp>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Queue {
    pub(super) repos_enabled: usize,
    pub(super) active_tasks: usize,
    /// Given up, or at work beyond their time.
    pub(super) stuck_tasks: usize,
    /// What waits for a person and was not given up.
    pub(super) need_approval: usize,
    /// Writes that were sent and of which nothing was heard for minutes.
    pub(super) orphan_commands: usize,
    pub(super) pending_commands: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Signals {
    /// Runs and writes that failed in the last hour.
    pub(super) new_critical_errors: usize,
    /// Those of the day before that.
    pub(super) known_historical_errors: usize,
    pub(super) alert_storm: bool,
    pub(super) budget_sane: bool,
    pub(super) logs_searchable: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Gates {
    pub(super) passed: usize,
    pub(super) total: usize,
    pub(super) blocked: Vec<String>,
    pub(super) recommendation: String,
}

#[derive(Debug, Serialize)]
pub(super) struct Usage {
    pub(super) runs_total: usize,
    pub(super) runs_today: usize,
    pub(super) runs_last_hour: usize,
    pub(super) active_workers: usize,
    /// Runs of today by the agent that did them.
    pub(super) by_role: BTreeMap<String, usize>,
    pub(super) by_auth_mode: BTreeMap<String, usize>,
    pub(super) estimated_cost_today_usd: f64,
    pub(super) estimated_cost_total_usd: f64,
    pub(super) note: &'static str,
    #[serde(skip)]
    pub(super) today_micros: u64,
    #[serde(skip)]
    pub(super) total_micros: u64,
}

/// One profile on the board.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ProfileView {
    pub(super) id: String,
    pub(super) repo: Option<String>,
    pub(super) main_sha: Option<String>,
    pub(super) last_pass: Option<Timestamp>,
    pub(super) running: usize,
    pub(super) waiting_for_you: usize,
    pub(super) holds: Vec<String>,
    /// Why it cannot be looked at.
    pub(super) error: Option<String>,
}

/// What was seen of a profile.
pub(super) enum Seen {
    Whole(Box<Facts>),
    Broken { profile: String, error: String },
}

/// What counts of a profile.
pub(super) struct Facts {
    view: ProfileView,
    queue: Queue,
    failures: Vec<Timestamp>,
    failed_writes: usize,
    budget_left: bool,
    logs: bool,
    gates: Vec<(&'static str, bool)>,
    budgets: Vec<(String, DayBudget)>,
    today: String,
    commands: Vec<String>,
}

impl Seen {
    pub(super) fn of(sight: &Sight, control: &Control<'_>) -> Result<Self, CliError> {
        let snapshot = &sight.snapshot;
        let store = &control.store;
        let last = store.last_pass()?;
        let now = snapshot.now;
        let running = snapshot
            .runs
            .values()
            .filter(|view| view.run.state.is_under_way());
        // One that was interrupted and waits counts its time anew when it goes on.
        let overdue = running.clone().filter(|view| {
            view.life != Life::Gone
                && matches!(view.run.state, RunState::Running { deadline, .. } if deadline < now)
        });
        let standings = &sight.plan.standings;
        let person = || standings.iter().filter(|s| is_for_a_person(&s.wait));
        let given_up = person()
            .filter(|s| matches!(s.wait, Wait::Blocked { .. }))
            .count();
        let orphans = snapshot.intents.iter().filter(|view| {
            let sent = view
                .intent
                .dispatched
                .filter(|_| view.intent.phase == Phase::Dispatched);
            !view.failed && sent.is_some_and(|at| now.duration_since(at) > ORPHAN)
        });
        let failed_writes = snapshot
            .intents
            .iter()
            .filter(|view| view.failed && view.intent.dropped.is_none())
            .count();
        let failures = failures(sight, control)?;
        let budget_left = snapshot_has_budget(sight, control);
        let ended_well = last.as_ref().is_none_or(|last| last.error.is_none());
        let queue = Queue {
            repos_enabled: 1,
            active_tasks: running.clone().count(),
            stuck_tasks: given_up + overdue.count(),
            need_approval: person().count() - given_up,
            orphan_commands: orphans.count(),
            pending_commands: snapshot.intents.iter().filter(|view| !view.failed).count(),
        };
        let view = ProfileView {
            id: control.id().to_string(),
            repo: Some(control.rules.forge.repo.clone()),
            main_sha: snapshot.mirror.base_sha.as_ref().map(ToString::to_string),
            last_pass: last.as_ref().map(|last| last.ended),
            running: queue.active_tasks,
            waiting_for_you: person().count(),
            holds: snapshot.holds.keys().cloned().collect(),
            error: None,
        };
        Ok(Self::Whole(Box::new(Facts {
            view,
            queue,
            failures,
            failed_writes,
            budget_left,
            logs: store.journal().read().is_ok(),
            gates: gates_of(sight, control, budget_left, failed_writes, ended_well),
            budgets: store.budgets().list()?,
            today: crate::store::Store::day(now),
            commands: commands(sight),
        })))
    }
}

/// When runs of the last day ended that failed. Of archived ones only those are opened that began then.
fn failures(sight: &Sight, control: &Control<'_>) -> Result<Vec<Timestamp>, CliError> {
    let now = sight.snapshot.now;
    let mut runs = vec![];
    for archived in control.store.archived()? {
        if began(&archived.id).is_some_and(|at| now.duration_since(at) <= HISTORY) {
            runs.extend(control.store.archived_run(&archived)?);
        }
    }
    let live = sight.snapshot.runs.values().map(|view| &view.run);
    let ended = runs.iter().chain(live).filter_map(|run| {
        let end = run.state.end()?;
        let recent = now.duration_since(end.ended) <= HISTORY;
        (recent && matches!(end.outcome, Outcome::Failed(_))).then_some(end.ended)
    });
    Ok(ended.collect())
}

/// What must hold for work to go on.
fn gates_of(
    sight: &Sight,
    control: &Control<'_>,
    budget_left: bool,
    failed_writes: usize,
    ended_well: bool,
) -> Vec<(&'static str, bool)> {
    let (snapshot, rules) = (&sight.snapshot, &control.rules);
    let held = snapshot.holds.values().any(|hold| hold.item.is_none());
    let stale = snapshot.stale.as_ref().map(|stale| stale.kind);
    let refused = snapshot.holds.contains_key(CREDENTIAL_HOLD) || stale == Some(StaleKind::Denied);
    let missing = &snapshot.agents_missing;
    let agents = rules.agents.in_order();
    let room = |free| free >= rules.limits.disk_free_min;
    vec![
        ("no hold on the profile", !held),
        ("the forge takes the credential", !refused),
        ("the forge answers", stale.is_none()),
        ("budget is left today", budget_left),
        (
            "an agent can start",
            agents.iter().any(|name| !missing.contains_key(*name)),
        ),
        ("the disk has room", snapshot.disk_free.is_none_or(room)),
        ("no write has failed", failed_writes == 0),
        ("the last pass ended well", ended_well),
    ]
}

fn snapshot_has_budget(sight: &Sight, control: &Control<'_>) -> bool {
    policy::may_start(&sight.snapshot.budget, &control.rules.budget).is_ok()
}

/// What a person can do now, the most urgent first.
fn commands(sight: &Sight) -> Vec<String> {
    let person = sight
        .plan
        .standings
        .iter()
        .filter(|s| is_for_a_person(&s.wait));
    let of_items = person.filter_map(|standing| {
        let command = way_out(standing)?;
        Some(format!("{command}  # {}", describe(&standing.wait)))
    });
    let holds = sight.snapshot.holds.values();
    let of_holds = holds.map(|hold| format!("acp hold clear {}  # {}", hold.name, hold.reason));
    of_items.chain(of_holds).collect()
}

impl Board {
    pub(super) fn of(now: Timestamp, seen: &[Seen]) -> Self {
        let whole: Vec<&Facts> = seen
            .iter()
            .filter_map(|seen| match seen {
                Seen::Whole(facts) => Some(&**facts),
                Seen::Broken { .. } => None,
            })
            .collect();
        let profiles: Vec<ProfileView> = seen.iter().map(profile).collect();
        // The loop is as healthy as the profile that was looked at least recently.
        let oldest = whole
            .iter()
            .map(|facts| facts.view.last_pass)
            .min()
            .flatten();
        let sum = |of: fn(&Queue) -> usize| whole.iter().map(|facts| of(&facts.queue)).sum();
        let several = profiles.len() > 1;
        let next_actions = next_actions(&whole, several);
        Self {
            generated_at: now,
            release_state: Release {
                main_sha: match profiles.as_slice() {
                    [only] => only.main_sha.clone(),
                    _ => None,
                },
                implementation_branch_sha: None,
                ga_tag_exists: None,
                latest_release: None,
                ga_status: "unknown",
            },
            soak: Soak {
                t0: None,
                elapsed_seconds: None,
                required_seconds: None,
                progress_percent: None,
                result: "unknown",
                earliest_full_check: None,
            },
            runtime_health: Health {
                launchd_loaded: None,
                launchd_expected: None,
                dispatcher: dispatcher(oldest, now),
                dashboard: "unknown",
                notifier: "unknown",
                doctor: "unknown",
                last_pass: oldest,
            },
            queue: Queue {
                repos_enabled: sum(|queue| queue.repos_enabled),
                active_tasks: sum(|queue| queue.active_tasks),
                stuck_tasks: sum(|queue| queue.stuck_tasks),
                need_approval: sum(|queue| queue.need_approval),
                orphan_commands: sum(|queue| queue.orphan_commands),
                pending_commands: sum(|queue| queue.pending_commands),
            },
            signals: signals(now, &whole),
            ga_gates: gates(seen, several, &next_actions),
            usage: usage(now, &whole),
            profiles,
            next_actions,
        }
    }
}

fn profile(seen: &Seen) -> ProfileView {
    match seen {
        Seen::Whole(facts) => facts.view.clone(),
        Seen::Broken { profile, error } => ProfileView {
            id: profile.clone(),
            repo: None,
            main_sha: None,
            last_pass: None,
            running: 0,
            waiting_for_you: 0,
            holds: vec![],
            error: Some(error.clone()),
        },
    }
}

fn dispatcher(last: Option<Timestamp>, now: Timestamp) -> &'static str {
    match last.map(|last| now.duration_since(last)) {
        None => "unknown",
        Some(age) if age < HEALTHY => "healthy",
        Some(age) if age < LATE => "stale",
        Some(_) => "down",
    }
}

fn next_actions(whole: &[&Facts], several: bool) -> Vec<String> {
    let mut all = vec![];
    for facts in whole {
        for command in &facts.commands {
            all.push(match command.split_once("  # ") {
                Some((command, why)) if several => {
                    format!("{command} --profile {}  # {why}", facts.view.id)
                }
                _ => command.clone(),
            });
        }
    }
    all.truncate(NEXT_MAX);
    all
}

fn signals(now: Timestamp, whole: &[&Facts]) -> Signals {
    let ended = || whole.iter().flat_map(|facts| &facts.failures);
    let recent = ended()
        .filter(|at| now.duration_since(**at) <= RECENT)
        .count();
    let writes: usize = whole.iter().map(|facts| facts.failed_writes).sum();
    Signals {
        new_critical_errors: recent + writes,
        known_historical_errors: ended().count() - recent,
        alert_storm: recent > STORM,
        budget_sane: whole.iter().all(|facts| facts.budget_left),
        logs_searchable: whole.iter().all(|facts| facts.logs),
    }
}

fn gates(seen: &[Seen], several: bool, next: &[String]) -> Gates {
    let (mut passed, mut total, mut blocked) = (0, 0, vec![]);
    for seen in seen {
        let (id, gates) = match seen {
            Seen::Whole(facts) => (&facts.view.id, facts.gates.clone()),
            Seen::Broken { profile, .. } => (profile, vec![("the profile can be read", false)]),
        };
        for (name, open) in gates {
            total += 1;
            if open {
                passed += 1;
            } else if several {
                blocked.push(format!("{id}: {name}"));
            } else {
                blocked.push(name.to_owned());
            }
        }
    }
    let recommendation = match (blocked.is_empty(), next.first()) {
        (true, None) => "nothing to do".to_owned(),
        (_, Some(next)) => next.clone(),
        (false, None) => "acp doctor".to_owned(),
    };
    Gates {
        passed,
        total,
        blocked,
        recommendation,
    }
}

fn usage(now: Timestamp, whole: &[&Facts]) -> Usage {
    let mut usage = Usage {
        runs_total: 0,
        runs_today: 0,
        runs_last_hour: 0,
        active_workers: 0,
        by_role: BTreeMap::new(),
        by_auth_mode: BTreeMap::new(),
        estimated_cost_today_usd: 0.0,
        estimated_cost_total_usd: 0.0,
        note: "by role is by agent; until a run's cost is known, what was set aside for it counts",
        today_micros: 0,
        total_micros: 0,
    };
    for facts in whole {
        usage.active_workers += facts.queue.active_tasks;
        for (day, budget) in &facts.budgets {
            let count = budget.run_count() as usize;
            usage.runs_total += count;
            usage.total_micros += budget.usd_micros();
            let recent = |id: &&RunId| began(id).is_some_and(|at| now.duration_since(at) <= RECENT);
            let counted = budget.runs.iter().filter(|(_, r)| !r.released);
            usage.runs_last_hour += counted.clone().filter(|(id, _)| recent(id)).count();
            if *day == facts.today {
                usage.runs_today += count;
                usage.today_micros += budget.usd_micros();
                for (_, reserved) in counted {
                    *usage.by_role.entry(reserved.agent.clone()).or_default() += 1;
                }
            }
        }
    }
    usage.estimated_cost_today_usd = dollars(usage.today_micros);
    usage.estimated_cost_total_usd = dollars(usage.total_micros);
    usage
}

/// When a run was launched, by its id.
fn began(id: &RunId) -> Option<Timestamp> {
    let stamp = id.as_str().get(..15)?;
    let civil = jiff::civil::DateTime::strptime("%Y%m%d-%H%M%S", stamp).ok()?;
    Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

/// Micro-dollars as dollars with whole cents.
#[expect(
    clippy::cast_precision_loss,
    reason = "no sum of cents comes near 2^53"
)]
fn dollars(micros: u64) -> f64 {
    micros.div_ceil(10_000) as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loop_is_as_healthy_as_its_last_pass_is_young() {
        let now: Timestamp = "2026-11-21T12:00:00Z".parse().unwrap();
        let ago = |seconds| Some(now - SignedDuration::from_secs(seconds));
        for (last, word) in [
            (None, "unknown"),
            (ago(0), "healthy"),
            (ago(89), "healthy"),
            (ago(90), "stale"),
            (ago(599), "stale"),
            (ago(600), "down"),
        ] {
            assert_eq!(dispatcher(last, now), word, "{last:?}");
        }
    }

    #[test]
    fn a_run_says_when_it_began_and_money_has_whole_cents() {
        let id: RunId = "20261121-031502-issue-12-a1".parse().unwrap();
        assert_eq!(began(&id), Some("2026-11-21T03:15:02Z".parse().unwrap()));
        assert!((dollars(1_234_567) - 1.24).abs() < 1e-9);
    }
}
