//! Values that are in the state: profiles, items, runs, and what else a verb can be given the name of.

use std::collections::BTreeSet;

use super::Offer;
use crate::commands::{Control, Session};
use crate::domain::{ForgeKind, ItemId, Mirror, RunId, label};
use crate::profile::{self, KNOWN_AGENTS};
use crate::store::Store;
use crate::ui::CliError;

/// Runs of which the record is read, to say more of them than their name.
const DESCRIBED_MAX: usize = 100;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Profiles,
    /// Open ones, as numbers.
    Issues,
    AllIssues,
    /// Open ones, as numbers.
    Pulls,
    AllPulls,
    /// Open ones of both kinds, as `issue/12`.
    Items,
    Runs,
    RunsUnderWay,
    Intents,
    /// What `acp why` answers for.
    Anything,
    Holds,
    Cooldowns,
    Leases,
    Retries,
    Labels,
    Agents,
}

/// The values of a kind in the profile that the line is about.
pub(super) fn values(session: &Session<'_>, kind: Kind) -> Result<Vec<Offer>, CliError> {
    match kind {
        Kind::Profiles => profiles(session),
        Kind::Agents => Ok(agents(session)),
        Kind::Issues | Kind::AllIssues => Ok(issues(&mirror(session)?, kind == Kind::AllIssues)),
        Kind::Pulls | Kind::AllPulls => Ok(pulls(&mirror(session)?, kind == Kind::AllPulls)),
        Kind::Items => Ok(items(&mirror(session)?)),
        Kind::Labels => Ok(labels(&mirror(session)?)),
        Kind::Runs | Kind::RunsUnderWay => runs(&store(session)?, kind == Kind::RunsUnderWay),
        Kind::Intents => intents(&store(session)?),
        Kind::Anything => {
            let store = store(session)?;
            let mut all = mirror(session).map(|m| items(&m)).unwrap_or_default();
            all.extend(runs(&store, false).unwrap_or_default());
            all.extend(intents(&store).unwrap_or_default());
            Ok(all)
        }
        Kind::Holds => {
            let holds = store(session)?.holds().list()?;
            let offer =
                |(name, hold): (String, crate::domain::Hold)| Offer::new(name, &hold.reason);
            Ok(holds.into_iter().map(offer).collect())
        }
        Kind::Cooldowns => {
            let cooldowns = store(session)?.cooldowns().list()?.into_iter();
            Ok(cooldowns
                .map(|(_, c)| Offer::new(c.key, &c.reason))
                .collect())
        }
        Kind::Leases => Ok(slugs(store(session)?.leases().keys()?)),
        Kind::Retries => Ok(slugs(store(session)?.retries().keys()?)),
    }
}

fn store(session: &Session<'_>) -> Result<Store, CliError> {
    Ok(session.keep()?.store)
}

fn profiles(session: &Session<'_>) -> Result<Vec<Offer>, CliError> {
    let config = session.ports.home(session)?.config;
    let ids = profile::list(&config)?;
    Ok(ids.iter().map(|id| Offer::new(id.as_str(), "")).collect())
}

/// The profile's agents; without a profile those that acp knows.
fn agents(session: &Session<'_>) -> Vec<Offer> {
    match session.control() {
        Ok(control) => {
            let names = control.rules.agents.settings.keys();
            names.map(|name| Offer::new(name, "")).collect()
        }
        Err(_) => KNOWN_AGENTS.iter().map(|n| Offer::new(*n, "")).collect(),
    }
}

/// What is known of the forge. The local one is read as it is now; another is not asked.
fn mirror(session: &Session<'_>) -> Result<Mirror, CliError> {
    let control: Control<'_> = session.control()?;
    let mut mirror = control.store.mirror()?;
    if control.rules.forge.kind == ForgeKind::Local {
        control.forge.sync(&mut mirror, &control.rules.repo.base)?;
    }
    Ok(mirror)
}

/// The newest first.
fn issues(mirror: &Mirror, all: bool) -> Vec<Offer> {
    let wanted = mirror.issues.values().rev().filter(|i| all || i.is_open());
    wanted
        .map(|issue| Offer::new(issue.number.to_string(), &issue.title))
        .collect()
}

/// The newest first.
fn pulls(mirror: &Mirror, all: bool) -> Vec<Offer> {
    let wanted = mirror.pulls.values().rev().filter(|p| all || p.is_open());
    wanted
        .map(|pull| Offer::new(pull.number.to_string(), &pull.title))
        .collect()
}

fn items(mirror: &Mirror) -> Vec<Offer> {
    let prefixed = |prefix: &'static str| {
        move |offer: Offer| Offer {
            value: format!("{prefix}/{}", offer.value),
            about: offer.about,
        }
    };
    let issues = issues(mirror, false).into_iter().map(prefixed("issue"));
    let pulls = pulls(mirror, false).into_iter().map(prefixed("pr"));
    issues.chain(pulls).collect()
}

fn labels(mirror: &Mirror) -> Vec<Offer> {
    let known = label::ALL.iter();
    let mut offers: Vec<Offer> = known.map(|(n, _, what)| Offer::new(*n, what)).collect();
    let of_issues = mirror.issues.values().flat_map(|issue| &issue.labels);
    let of_pulls = mirror.pulls.values().flat_map(|pull| &pull.labels);
    let others: BTreeSet<&String> = of_issues.chain(of_pulls).collect();
    let is_new = |name: &&&String| label::ALL.iter().all(|(known, _, _)| known != *name);
    offers.extend(
        others
            .iter()
            .filter(is_new)
            .map(|n| Offer::new(n.as_str(), "")),
    );
    offers
}

/// The newest first; those that are archived last.
fn runs(store: &Store, under_way: bool) -> Result<Vec<Offer>, CliError> {
    let live: Vec<RunId> = store.run_ids()?.into_iter().rev().collect();
    let mut offers = vec![];
    for (at, id) in live.iter().enumerate() {
        let run = (at < DESCRIBED_MAX)
            .then(|| store.live_run(id).ok().flatten())
            .flatten();
        if under_way && run.as_ref().is_some_and(|run| !run.state.is_under_way()) {
            continue;
        }
        let about = run.map(|run| format!("{}, {}", run.state.as_str(), run.title));
        offers.push(Offer::new(id.as_str(), &about.unwrap_or_default()));
    }
    if !under_way {
        let archived = store.archived()?.into_iter().rev();
        offers.extend(archived.map(|run| Offer::new(run.id.as_str(), "archived")));
    }
    Ok(offers)
}

fn intents(store: &Store) -> Result<Vec<Offer>, CliError> {
    let views = store.outbox()?.views()?.0.into_iter();
    let offer = |view: crate::domain::IntentView| {
        let item = view.intent.item.map(|item| item.to_string());
        let about = match (item, view.failed) {
            (Some(item), true) => format!("failed, {item}"),
            (Some(item), false) => item,
            (None, true) => "failed".to_owned(),
            (None, false) => String::new(),
        };
        Offer::new(view.intent.id.to_string(), &about)
    };
    Ok(views.map(offer).collect())
}

fn slugs(keys: Vec<String>) -> Vec<Offer> {
    let items = keys
        .into_iter()
        .filter_map(|key| key.parse::<ItemId>().ok());
    items.map(|item| Offer::new(item.to_string(), "")).collect()
}
