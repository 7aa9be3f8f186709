//! `acp why`: one line and one object on why something does not move.

use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::sight::Sight;
use super::{Control, Session, Verb, advice};
use crate::domain::{
    BadId, ForgeKind, Intent, IntentId, IssueState, ItemId, ItemKind, Notice, Phase, PrState, Run,
    RunId, RunState, Stale, Standing, Wait,
};
use crate::forge::remote::{Addresses, blocks};
use crate::policy;
use crate::store::Place;
use crate::ui::standing::{code, describe, exit_of, way_out};
use crate::ui::words::{clean, relative};
use crate::ui::{CliError, Exit, Output, Render, Style, plain_line};

/// Says why an item, a run or a write does not move, when acp looks at it again, and which command would change it.
#[derive(clap::Args)]
pub(super) struct Why {
    /// issue/12, pr/34, a run, an intent, or a notice
    #[arg(value_name = "ITEM")]
    what: String,
}

/// The code of what rests on a record that cannot be read.
const UNREADABLE: &str = "unreadable";

/// The answer.
#[derive(Debug, Serialize)]
struct Answer {
    subject: String,
    lane: Option<String>,
    code: String,
    why: String,
    /// When acp looks at it again by itself.
    next: Option<Timestamp>,
    /// What would change it.
    command: Option<String>,
    /// What a person should do, where a failure is what it waits for.
    advice: Option<&'static str>,
    /// More of it: risk factors, reasons.
    details: Vec<String>,
    /// The page of the item on the forge.
    url: Option<String>,
    /// Why the forge cannot be asked, when that is what it waits for.
    #[serde(skip)]
    stale: Option<Stale>,
}

impl Verb for Why {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let control = session.control()?;
        let mut answer = match self.what.parse::<ItemId>() {
            Ok(item) => of_item(session, &control, item)?,
            Err(no_item) => self.of_other(session, &control, no_item)?,
        };
        // What the forge lets nobody of this user do at the moment holds up whatever it is.
        for block in blocks(&control.home.state, session.clock.now()) {
            answer.details.push(format!(
                "calls to {} wait until {}: {}",
                block.host, block.until, block.why
            ));
        }
        let exit = match &answer.stale {
            Some(stale) => exit_of(stale),
            None if answer.code == UNREADABLE => Exit::Data,
            None => Exit::Ok,
        };
        Ok(Output::of(answer).exit(exit))
    }
}

impl Why {
    /// A run or an intent. What is neither was most likely meant as an item.
    fn of_other(
        &self,
        session: &Session<'_>,
        control: &Control<'_>,
        no_item: BadId,
    ) -> Result<Answer, CliError> {
        if let Ok(run) = self.what.parse::<RunId>() {
            return of_run(session, control, &run);
        }
        if let Ok(intent) = self.what.parse::<IntentId>() {
            return of_intent(session, control, &intent);
        }
        Err(CliError::from(no_item).hint(
            "an item is written issue/12 or pr/34; `acp run list` and `acp outbox list` show runs and intents",
        ))
    }
}

fn of_item(session: &Session<'_>, control: &Control<'_>, item: ItemId) -> Result<Answer, CliError> {
    let sight = Sight::take(session, control)?;
    if let Some(standing) = sight.standing(item) {
        let mut answer = Answer::of_standing(standing, &sight);
        answer.next = next_of(&standing.wait, &sight, control);
        let advise = |standing| advice::of_standing(standing, &sight.snapshot, &control.store);
        answer.advice = advise(standing);
        answer.url = control.forge.page(item);
        // The pull request is what an issue waits for, so its reason is the issue's.
        if let Wait::HasPr { pr } = standing.wait
            && let Some(of_pull) = sight.standing(ItemId::pr(pr))
        {
            let lane = of_pull.lane.as_str();
            answer
                .details
                .push(format!("pr/{pr} [{lane}]: {}", describe(&of_pull.wait)));
            answer.next = next_of(&of_pull.wait, &sight, control);
            answer.command = way_out(of_pull).or(answer.command);
            answer.advice = advise(of_pull);
        }
        return Ok(answer);
    }
    let mirror = &sight.snapshot.mirror;
    let wait = match item.kind {
        ItemKind::Issue => match mirror.issues.get(&item.number).map(|issue| issue.state) {
            Some(IssueState::Closed) => Wait::Closed,
            Some(IssueState::Open) => Wait::Unknown {
                what: "its lane".into(),
                next: None,
            },
            None => return Err(missing(&item.to_string())),
        },
        ItemKind::Pr => match mirror.pulls.get(&item.number).map(|pr| &pr.state) {
            Some(PrState::Merged { .. }) => Wait::Merged,
            Some(PrState::Closed) => Wait::Closed,
            Some(PrState::Open) => Wait::Unknown {
                what: "its lane".into(),
                next: None,
            },
            None => return Err(missing(&item.to_string())),
        },
    };
    Ok(Answer {
        subject: item.to_string(),
        lane: None,
        code: code(&wait),
        why: describe(&wait),
        next: None,
        command: None,
        advice: None,
        details: vec![],
        url: control.forge.page(item),
        stale: None,
    })
}

fn of_run(session: &Session<'_>, control: &Control<'_>, id: &RunId) -> Result<Answer, CliError> {
    let run = control
        .store
        .run(id)?
        .ok_or_else(|| missing(&format!("run {id}")))?;
    let mut answer = Answer::of_run(&run);
    answer.advice = advice::of_run(&run);
    if run.state.is_under_way() || matches!(run.state, RunState::Finished(_)) {
        answer.command = Some(format!("acp run log {id}"));
    } else if let Ok(of_item) = of_item(session, control, run.item) {
        answer
            .details
            .push(format!("{}: {}", run.item, of_item.why));
        answer.next = of_item.next;
        answer.command = of_item.command;
        answer.url = of_item.url;
        answer.stale = of_item.stale;
    }
    Ok(answer)
}

fn of_intent(
    session: &Session<'_>,
    control: &Control<'_>,
    id: &IntentId,
) -> Result<Answer, CliError> {
    if let Some((place, intent)) = control.store.outbox()?.find(id)? {
        let mut answer = Answer::of_intent(place, &intent, session.clock.now());
        if matches!(place, Place::Pending | Place::Claimed) {
            let silent = control.engine(session).silent()?;
            let silent = silent.and_then(|stale| stale.next);
            let blocked = blocked_until(control, session.clock.now());
            answer.next = answer.next.max(silent).max(blocked);
        }
        return Ok(answer);
    }
    let notice = control.store.notices()?.find(id)?;
    let queued = notice.ok_or_else(|| missing(&format!("intent or notice {id}")))?;
    Ok(Answer::of_notice(queued.place, &queued.notice))
}

/// The other way out of a write that failed for good, and what follows.
fn dropping(intent: &str) -> String {
    format!(
        "or `acp outbox drop {intent}`: it is never sent, nor what needs it, and what acp wanted with it is left to you"
    )
}

/// When acp looks at it again: not while the forge takes nothing from this profile, nor, where a run is to start, while none
/// of its agents does.
fn next_of(wait: &Wait, sight: &Sight, control: &Control<'_>) -> Option<Timestamp> {
    let next = wait.next();
    match wait {
        // What runs is ended whatever the forge says.
        Wait::Running { .. } => next,
        Wait::Writing { .. } => next.max(held_until(wait, sight, control)),
        _ => Some(next?.max(held_until(wait, sight, control).unwrap_or(Timestamp::MIN))),
    }
}

fn held_until(wait: &Wait, sight: &Sight, control: &Control<'_>) -> Option<Timestamp> {
    let (snapshot, agents) = (&sight.snapshot, &control.rules.agents);
    let silent = snapshot.stale.as_ref().and_then(|stale| stale.next);
    let forge = silent.max(blocked_until(control, snapshot.now));
    let launches = matches!(
        wait,
        Wait::Retry { .. } | Wait::Scheduled { .. } | Wait::KeepOpen { .. } | Wait::Budget { .. }
    );
    let wakes = |name| match policy::awake(&snapshot.cooldowns, agents, name, snapshot.now) {
        policy::Awake::No { until, .. } => Some(until),
        policy::Awake::Yes | policy::Awake::Trial { .. } => None,
    };
    // The first that wakes takes it; one that is awake waits for nobody.
    let all: Option<Vec<Timestamp>> = agents.in_order().into_iter().map(wakes).collect();
    let asleep = all.and_then(|all| all.into_iter().min());
    forge.max(asleep.filter(|_| launches))
}

/// Until when calls to the host of this profile's forge wait, whoever of this user makes them.
fn blocked_until(control: &Control<'_>, now: Timestamp) -> Option<Timestamp> {
    let forge = &control.rules.forge;
    if forge.kind == ForgeKind::Local {
        return None;
    }
    let (base, git) = (forge.base_url.as_deref(), forge.git_url.as_deref());
    let host = Addresses::of(forge.kind, base, git, &forge.repo).host;
    let blocks = blocks(&control.home.state, now).into_iter();
    blocks
        .filter(|block| block.host == host)
        .map(|block| block.until)
        .max()
}

fn missing(what: &str) -> CliError {
    CliError::new(Exit::Missing, format!("there is no {what}"))
        .hint("`acp issue list`, `acp pr list` and `acp run list --all` show what there is")
}

impl Answer {
    fn of_standing(standing: &Standing, sight: &Sight) -> Self {
        let mut details = vec![];
        if let Wait::WriteFailed { intent, .. } = &standing.wait {
            details.push(dropping(intent));
        }
        if let ItemKind::Pr = standing.item.kind
            && let Some(risk) = sight.plan.risks.get(&standing.item.number)
        {
            let score = risk
                .score
                .map_or("unknown".to_owned(), |score| score.to_string());
            details.push(format!("risk {score} ({})", risk.band.as_str()));
            details.extend(
                risk.factors
                    .iter()
                    .map(|f| format!("{} +{}: {}", f.name, f.weight, f.reason)),
            );
        }
        Self {
            subject: standing.item.to_string(),
            lane: Some(standing.lane.as_str().to_owned()),
            code: code(&standing.wait),
            why: describe(&standing.wait),
            next: standing.wait.next(),
            command: way_out(standing),
            advice: None,
            details,
            url: None,
            stale: match standing.wait {
                Wait::Stale { .. } => sight.snapshot.stale.clone(),
                _ => None,
            },
        }
    }

    fn of_run(run: &Run) -> Self {
        let why = match &run.state {
            RunState::Running { step, .. } => format!("it is at work: step `{}`", step.as_str()),
            RunState::Finished(end) => {
                format!(
                    "it ended ({}); the next pass draws the conclusions",
                    end.outcome.as_str()
                )
            }
            RunState::Judged { end, .. } | RunState::Closed { end, .. } => {
                let reason = end
                    .outcome
                    .reason()
                    .map(|r| format!(": {r}"))
                    .unwrap_or_default();
                format!("it ended ({}){reason}", end.outcome.as_str())
            }
            state => format!("it is {}", state.as_str()),
        };
        Self {
            subject: run.id.to_string(),
            lane: None,
            code: run.state.as_str().to_owned(),
            why,
            next: match &run.state {
                RunState::Running { deadline, .. } => Some(*deadline),
                _ => None,
            },
            command: None,
            advice: None,
            details: vec![],
            url: None,
            stale: None,
        }
    }

    fn of_notice(place: Place, notice: &Notice) -> Self {
        let what = format!("\"{}\" to {}", notice.news.title, notice.to);
        let error = notice.last_error.as_ref();
        let error = error.map(|e| format!(": {e}")).unwrap_or_default();
        let (why, command) = match place {
            Place::Done => (format!("it was taken: {what}"), None),
            Place::Failed => (
                format!("it was given up ({what}){error}"),
                Some(format!("acp notify retry {}", notice.id)),
            ),
            Place::Pending | Place::Claimed => {
                (format!("it waits to be sent ({what}){error}"), None)
            }
        };
        Self {
            subject: notice.id.to_string(),
            lane: None,
            code: place.name().to_owned(),
            why,
            next: notice.next.filter(|_| place == Place::Pending),
            command,
            advice: None,
            details: vec![],
            url: None,
            stale: None,
        }
    }

    fn of_intent(place: Place, intent: &Intent, now: Timestamp) -> Self {
        let what = format!("{} {}", intent.payload.kind().as_str(), intent.target());
        let error = intent
            .last_error
            .as_ref()
            .map(|e| format!(": {e}"))
            .unwrap_or_default();
        let (why, command) = match place {
            Place::Done => (format!("it happened: {what}"), None),
            Place::Failed if intent.dropped.is_some() => (
                format!(
                    "{} dropped it ({what})",
                    intent.dropped.as_deref().unwrap_or_default()
                ),
                intent.item.map(|item| format!("acp why {item}")),
            ),
            Place::Failed => (
                format!("it failed for good ({what}){error}"),
                Some(format!("acp outbox retry {}", intent.id)),
            ),
            Place::Claimed if intent.phase == Phase::Dispatched => (
                format!("it was sent and not confirmed ({what}){error}"),
                Some("acp outbox flush".to_owned()),
            ),
            Place::Pending | Place::Claimed => (
                format!("it waits to be sent ({what}){error}"),
                Some("acp outbox flush".to_owned()),
            ),
        };
        let needs = intent.needs.iter().map(|need| format!("needs {need}"));
        let failed = place == Place::Failed && intent.dropped.is_none();
        let gives_up = failed.then(|| dropping(intent.id.as_str()));
        Self {
            subject: intent.id.to_string(),
            lane: None,
            code: place.name().to_owned(),
            why,
            next: intent
                .next
                .filter(|next| *next > now && place == Place::Pending),
            command,
            advice: None,
            details: needs.chain(gives_up).collect(),
            url: None,
            stale: None,
        }
    }
}

impl Render for Answer {
    const SCHEMA: &'static str = "acp.why/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let lane = self
            .lane
            .as_ref()
            .map(|lane| format!(" [{lane}]"))
            .unwrap_or_default();
        writeln!(
            out,
            "{}{lane}: {}",
            style.bold(&self.subject),
            clean(&self.why)
        )?;
        for detail in &self.details {
            writeln!(out, "  {}", clean(detail))?;
        }
        if let Some(next) = self.next {
            writeln!(out, "  next: {} ({next})", relative(next, style.now))?;
        }
        if let Some(advice) = self.advice {
            writeln!(out, "  do:   {advice}")?;
        }
        if let Some(command) = &self.command {
            writeln!(out, "  try:  {}", clean(command))?;
        }
        if let Some(url) = &self.url {
            writeln!(out, "  page: {}", clean(url))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let next = self.next.map(|next| next.to_string()).unwrap_or_default();
        let lane = self.lane.as_deref().unwrap_or("");
        let command = self.command.as_deref().unwrap_or("");
        plain_line(
            out,
            &[
                &self.subject,
                lane,
                &self.code,
                &self.why,
                &next,
                command,
                self.url.as_deref().unwrap_or(""),
            ],
        )
    }
}
