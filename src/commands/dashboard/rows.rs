//! The rows of the page, from records: cleaned and cut, so that nothing that an agent or a forge wrote makes it large.

use jiff::Timestamp;
use serde::Serialize;

use super::offer::{Offer, offers_of_hold, offers_of_intent, offers_of_run};
use crate::domain::{Cooldown, Hold, IntentView, Life, Phase, Run, RunFindings, RunState, RunView};
use crate::ui::words::clean;

/// The longest text of one field, in characters.
const TEXT_CHARS_MAX: usize = 600;

/// Text on one line, without what moves a cursor or hides, and not endless.
pub(super) fn text(text: &str) -> String {
    let mut chars = text.chars();
    let mut short: String = chars.by_ref().take(TEXT_CHARS_MAX).collect();
    if chars.next().is_some() {
        short.push('…');
    }
    clean(&short)
}

/// A run.
#[derive(Debug, Serialize)]
pub(super) struct RunRow {
    pub(super) id: String,
    item: String,
    title: String,
    task: &'static str,
    agent: String,
    attempt: u32,
    state: &'static str,
    step: Option<&'static str>,
    /// Whether its supervisor lives; `None` for one that is over.
    alive: Option<bool>,
    outcome: Option<&'static str>,
    reason: Option<String>,
    created: Timestamp,
    started: Option<Timestamp>,
    deadline: Option<Timestamp>,
    pub(super) ended: Option<Timestamp>,
    tokens: Option<u64>,
    usd_micros: Option<u64>,
    offers: Vec<Offer>,
}

impl RunRow {
    pub(super) fn live(view: &RunView) -> Self {
        let under_way = view.run.state.is_under_way();
        Self {
            alive: under_way.then_some(view.life == Life::Supervised),
            offers: if under_way {
                offers_of_run(&view.run)
            } else {
                vec![]
            },
            tokens: known(view.findings.as_ref(), |found| found.tokens).or(view.tokens),
            usd_micros: known(view.findings.as_ref(), |found| found.usd_micros).or(view.usd_micros),
            ..Self::of(&view.run, view.findings.as_ref())
        }
    }

    pub(super) fn of(run: &Run, findings: Option<&RunFindings>) -> Self {
        let end = run.state.end();
        let (started, step, deadline) = match &run.state {
            RunState::Running {
                started,
                step,
                deadline,
                ..
            } => (Some(*started), Some(step.as_str()), Some(*deadline)),
            _ => (end.and_then(|end| end.started), None, None),
        };
        Self {
            id: run.id.to_string(),
            item: run.item.to_string(),
            title: text(&run.title),
            task: run.task.as_str(),
            agent: text(&run.agent),
            attempt: run.attempt,
            state: run.state.as_str(),
            step,
            alive: None,
            outcome: end.map(|end| end.outcome.as_str()),
            reason: end
                .and_then(|end| end.outcome.reason())
                .map(|why| text(&why)),
            created: run.created,
            started,
            deadline,
            ended: end.map(|end| end.ended),
            tokens: known(findings, |found| found.tokens),
            usd_micros: known(findings, |found| found.usd_micros),
            offers: vec![],
        }
    }
}

/// What the supervisor found out of what a run has used.
fn known(findings: Option<&RunFindings>, what: fn(&RunFindings) -> Option<u64>) -> Option<u64> {
    findings.and_then(what)
}

/// A hold.
#[derive(Debug, Serialize)]
pub(super) struct HoldRow {
    name: String,
    /// `None`: the whole profile.
    item: Option<String>,
    reason: String,
    by: String,
    at: Timestamp,
    offers: Vec<Offer>,
}

impl HoldRow {
    pub(super) fn of(hold: &Hold) -> Self {
        Self {
            name: text(&hold.name),
            item: hold.item.map(|item| item.to_string()),
            reason: text(&hold.reason),
            by: text(&hold.by),
            at: hold.at,
            offers: offers_of_hold(&hold.name),
        }
    }
}

/// A cooldown.
#[derive(Debug, Serialize)]
pub(super) struct CooldownRow {
    key: String,
    until: Timestamp,
    reason: String,
}

impl CooldownRow {
    pub(super) fn of(cooldown: &Cooldown) -> Self {
        Self {
            key: text(&cooldown.key),
            until: cooldown.until,
            reason: text(&cooldown.reason),
        }
    }
}

/// A write that is not confirmed.
#[derive(Debug, Serialize)]
pub(super) struct IntentRow {
    id: String,
    kind: &'static str,
    target: String,
    item: Option<String>,
    /// Whether it needs a person.
    failed: bool,
    phase: Phase,
    attempts: u32,
    created: Timestamp,
    next: Option<Timestamp>,
    error: Option<String>,
    offers: Vec<Offer>,
}

impl IntentRow {
    pub(super) fn of(view: &IntentView) -> Self {
        let intent = &view.intent;
        Self {
            id: intent.id.to_string(),
            kind: intent.payload.kind().as_str(),
            target: text(&intent.target()),
            item: intent.item.map(|item| item.to_string()),
            failed: view.failed,
            phase: intent.phase,
            attempts: intent.attempts,
            created: intent.created,
            next: intent.next.filter(|_| !view.failed),
            error: intent.last_error.as_deref().map(text),
            offers: if view.failed {
                offers_of_intent(intent)
            } else {
                vec![]
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_one_short_harmless_line() {
        assert_eq!(text("a\nb\u{1b}[2J\u{202e}"), "a b\u{fffd}[2J\u{fffd}");
        assert_eq!(text("<img src=x>"), "<img src=x>");
        let long = text(&"ä".repeat(5000));
        assert_eq!(long.chars().count(), TEXT_CHARS_MAX + 1);
        assert!(long.ends_with('…'));
    }
}
