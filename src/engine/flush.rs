//! The only place that writes to a forge: intents of the outbox, in order per item, each with one visible effect.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::gate::Gate;
use super::push::meaning_of_push;
use super::{Engine, EngineError};
use crate::domain::{
    Applied, BranchName, Intent, IntentId, ItemId, Origin, Payload, Phase, RepoState, Snapshot,
    Stale, StaleKind, Writes,
};
use crate::forge::ForgeError;
use crate::store::{Entry, LockName, Outbox, Place, Queued, crash_point};
use crate::vcs::{Pushed, VcsError};

/// Why a branch cannot be pushed that is to be new, and what lets its item go on under another name.
fn foreign_branch(intent: &Intent, branch: &BranchName, at: &str) -> String {
    let again = intent.item.map_or_else(String::new, |item| {
        format!(", and after the next pass `acp retry clear {item}` lets another begin, under another name")
    });
    format!(
        "branch `{branch}` is there already ({at}) and not of this run, so it stays: `acp outbox drop {}` gives this \
         attempt up{again}",
        intent.id
    )
}

/// Waits after the first, second, … try that did not get through; the last one repeats.
const DELAYS: [Duration; 5] = [
    Duration::from_secs(2),
    Duration::from_secs(10),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
];

/// How long a write is tried before it goes to `failed/`.
const GIVE_UP_AFTER: SignedDuration = SignedDuration::from_hours(72);

/// A time without a try of what was due that does not count as one of tries: the machine was off, or nothing might be sent.
/// It is longer than the longest period of a timer.
const PAUSE_MIN: SignedDuration = SignedDuration::from_hours(25);

/// Intents that one flush sends at most; the next one goes on.
const SENDS_PER_FLUSH_MAX: usize = 500;

/// Writes in a row that do not reach the forge before a flush gives up; the next one goes on.
const UNREACHED_MAX: u32 = 3;

/// One intent that a flush dealt with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    /// The intent afterwards.
    pub intent: Intent,
    /// It had happened before and was found on the forge.
    pub adopted: bool,
    /// Why it is not confirmed.
    pub error: Option<String>,
    /// It went to `failed/`.
    pub failed: bool,
}

/// What a flush did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Flushed {
    /// Another flusher is at work.
    pub busy: bool,
    /// Intents that were dealt with.
    pub sent: Vec<Sent>,
    /// Intents that wait.
    pub waiting: usize,
    /// When the first of them is due; `None` when nothing waits for time.
    pub next: Option<Timestamp>,
    /// Why nothing more can be sent now.
    pub stopped: Option<Stale>,
    /// Why nothing can be sent to this repository at all.
    pub closed: Option<String>,
    /// Why the journal does not tell of it.
    pub unnoted: Option<String>,
}

/// What sending one intent came to.
enum Answer {
    Applied(Applied),
    /// Not now, and surely nothing was written.
    Later {
        error: String,
        at: Timestamp,
    },
    /// The answer was lost: it may have been written.
    Lost {
        error: String,
        at: Timestamp,
    },
    /// Not now, nor anything else.
    Limited {
        error: String,
        at: Timestamp,
        stopped: Stale,
    },
    /// The credential is not taken: nothing was written, and the write is as good as it was.
    Denied {
        stopped: Stale,
    },
    /// Never.
    Refused(String),
    /// Not to this repository as it is, and nothing else either: the write is as good as it was.
    Closed(String),
    /// Nobody wants it any more: the gates say otherwise now.
    Unwanted(String),
    /// A hold keeps it here, or its issue is nowhere as long as issues are off. It is as good as it was, and waits for a person
    /// and not for time.
    Held(String),
}

impl Engine<'_> {
    /// Sends what is due, if no other flusher is at work. An empty outbox costs one look at two folders.
    pub fn flush(&self) -> Result<Flushed, EngineError> {
        let outbox = self.store.outbox()?;
        if outbox.is_idle()? {
            return Ok(Flushed::default());
        }
        let Some(lock) = self.store.try_lock(LockName::Flush, "outbox flush")? else {
            return Ok(Flushed {
                busy: true,
                ..Flushed::default()
            });
        };
        let flushed = self.flush_held(&outbox, None);
        drop(lock);
        flushed
    }

    /// The flush of a pass. A forge that has just been found away is not asked once more for every write that waits.
    pub(super) fn flush_after(&self, seen: Option<&Snapshot>) -> Result<Flushed, EngineError> {
        if let Some(seen) = seen {
            self.settle_merges(seen)?;
        }
        let away = seen.and_then(|snapshot| snapshot.stale.as_ref());
        if away.is_none_or(|s| matches!(s.kind, StaleKind::Limited | StaleKind::Denied)) {
            return self.flush();
        }
        let open = self.store.outbox()?.open_intents()?;
        Ok(Flushed {
            waiting: open.iter().filter(|q| q.place != Place::Failed).count(),
            ..Flushed::default()
        })
    }

    /// Sends what was just typed, or everything. The caller holds the flusher's lock.
    pub(super) fn flush_held(
        &self,
        outbox: &Outbox,
        typed: Option<&Typed>,
    ) -> Result<Flushed, EngineError> {
        outbox.settle()?;
        let mut flushed = Flushed::default();
        let mut line = Line::default();
        // A credential that was refused is tried again by a pass, with a question and not with a write.
        let held = self.credential_hold()?.map(|(hold, next)| Stale {
            kind: StaleKind::Denied,
            error: hold.reason,
            synced: None,
            next: Some(next),
        });
        flushed.stopped = held.map_or_else(|| self.silence(), |held| Ok(Some(held)))?;
        let repo = self.known_repo()?;
        flushed.closed = closed(&repo);
        line.no_issues = repo.issues_off;
        if flushed.stopped.is_some() || flushed.closed.is_some() {
            let open = outbox.open_intents()?;
            flushed.waiting = open.iter().filter(|q| q.place != Place::Failed).count();
            flushed.next = flushed.stopped.as_ref().and_then(|stale| stale.next);
            return Ok(flushed);
        }
        for queued in outbox.open_intents()? {
            if queued.place == Place::Failed {
                line.failed.insert(queued.intent.id.clone());
                continue;
            }
            // Whoever gave it up died before it was put away.
            if queued.intent.dropped.is_some() {
                outbox.fail(&queued)?;
                line.failed.insert(queued.intent.id.clone());
                continue;
            }
            if typed.is_some_and(|typed| !typed.with.contains(&queued.intent.id)) {
                line.hold(&queued.intent);
                continue;
            }
            let off = line.no_issues && is_for_issues(&queued.intent);
            if off || self.is_held_still(&queued, typed)? {
                line.held.insert(queued.intent.id);
                flushed.wait(None);
                continue;
            }
            if self.stays_here(&queued.intent) {
                line.hold(&queued.intent);
                flushed.wait(None);
                continue;
            }
            match line.may_go(self, outbox, &queued.intent, typed.is_some())? {
                Turn::Go if flushed.sent.len() < SENDS_PER_FLUSH_MAX => {
                    if let Some((sent, end)) = self.send_one(outbox, queued, typed)? {
                        if matches!(end, End::Held) {
                            line.no_issues = self.known_repo()?.issues_off;
                        }
                        line.after(&sent, end, &mut flushed);
                        flushed.sent.push(sent);
                    }
                }
                Turn::Go => line.hold(&queued.intent),
                Turn::Wait(next) => {
                    line.hold(&queued.intent);
                    flushed.wait(next);
                }
                Turn::WaitForFailed => flushed.waiting += 1,
            }
            let ended = flushed.stopped.is_some() || flushed.closed.is_some();
            if ended || line.unreached == UNREACHED_MAX {
                break;
            }
        }
        if !flushed.sent.is_empty() {
            flushed.unnoted = self.keep_notes();
        }
        Ok(flushed)
    }

    fn send_one(
        &self,
        outbox: &Outbox,
        queued: Queued,
        typed: Option<&Typed>,
    ) -> Result<Option<(Sent, End)>, EngineError> {
        let Some(mut queued) = outbox.claim(queued)? else {
            return Ok(None);
        };
        crash_point("flush.claimed");
        let (answer, adopted) = self.answer(outbox, &mut queued, typed)?;
        let now = self.clock.now();
        let mut sent = Sent {
            intent: queued.intent.clone(),
            adopted,
            error: None,
            failed: false,
        };
        let end = End::of(&answer);
        let what = match answer {
            Answer::Applied(applied) => {
                queued.intent.phase = Phase::Confirmed;
                queued.intent.applied = Some(applied);
                queued.intent.last_error = None;
                outbox.complete(&queued)?;
                if adopted {
                    "intent.adopted"
                } else {
                    "intent.confirmed"
                }
            }
            // A limit is the forge's own word for when it goes on: no write ends by it.
            Answer::Limited { error, at, .. } => {
                sent.error = Some(error.clone());
                put_back(outbox, &mut queued, error, Some(at))?;
                "intent.delayed"
            }
            Answer::Later { error, at } | Answer::Lost { error, at }
                if !is_tried_enough(&mut queued.intent, now) =>
            {
                sent.error = Some(error.clone());
                put_back(outbox, &mut queued, error, Some(at))?;
                "intent.delayed"
            }
            // One hold or one reason tells of it, not every write that waits.
            Answer::Denied {
                stopped: Stale { error, .. },
            }
            | Answer::Closed(error) => {
                queued.intent.first_tried = None;
                outbox.requeue(&queued)?;
                sent.error = Some(error);
                sent.intent = queued.intent;
                return Ok(Some((sent, end)));
            }
            Answer::Held(reason) => {
                sent.error = Some(reason.clone());
                put_back(outbox, &mut queued, reason, None)?;
                "intent.delayed"
            }
            Answer::Later { error, .. } | Answer::Lost { error, .. } | Answer::Refused(error) => {
                queued.intent.last_error = Some(error.clone());
                outbox.fail(&queued)?;
                sent.error = Some(error);
                sent.failed = true;
                "intent.failed"
            }
            Answer::Unwanted(reason) => {
                sent.error = Some(reason);
                // Told before it is done: a write that was wanted never vanishes without a word.
                self.note_sent("intent.dropped", &sent);
                outbox.remove(&queued)?;
                return Ok(Some((sent, End::Dropped)));
            }
        };
        sent.intent = queued.intent;
        self.note_sent(what, &sent);
        Ok(Some((sent, end)))
    }

    /// Whether `policy.writes: off` keeps it on this machine. What was sent before is still looked up, and a person's
    /// verbs are refused before they are enqueued.
    fn stays_here(&self, intent: &Intent) -> bool {
        self.rules.policy.writes == Writes::Off
            && intent.phase == Phase::Prepared
            && !matches!(intent.origin, Origin::Verb { .. })
    }

    /// Looks for what may have happened already, else sends.
    fn answer(
        &self,
        outbox: &Outbox,
        queued: &mut Queued,
        typed: Option<&Typed>,
    ) -> Result<(Answer, bool), EngineError> {
        // It has happened, and whoever sent it died before it was put away.
        if queued.intent.phase == Phase::Confirmed {
            let applied = queued.intent.applied.clone();
            return Ok((Answer::Applied(applied.unwrap_or(Applied::Done)), true));
        }
        if queued.intent.phase == Phase::Dispatched {
            match self.forge.find(&queued.intent) {
                Ok(Some(applied)) => return Ok((Answer::Applied(applied), true)),
                Ok(None) => {}
                Err(error) => return Ok((self.read_error(&queued.intent, &error)?, false)),
            }
            // A time of sending that is still to come is a mistake of the clock: the wait is kept once more, from now.
            let now = self.clock.now();
            queued.intent.dispatched = queued.intent.dispatched.map(|at| at.min(now));
            if let Some(visible_at) = self.visible_at(&queued.intent) {
                let error =
                    "its last answer was lost; it is looked up again before it is sent again";
                return Ok((
                    Answer::Lost {
                        error: error.to_owned(),
                        at: visible_at,
                    },
                    false,
                ));
            }
        }
        match self.gate(&queued.intent, typed)? {
            Gate::Open => {}
            Gate::Shut(reason) => return Ok((Answer::Unwanted(reason), false)),
            Gate::Refused(reason) => return Ok((Answer::Refused(reason), false)),
            Gate::Held(reason) => {
                // It was looked up if it was sent before, and is not there.
                queued.intent.phase = Phase::Prepared;
                return Ok((Answer::Held(reason), false));
            }
            Gate::Unknown(reason) => return Ok((self.later(&queued.intent, reason), false)),
        }
        let before = queued.intent.clone();
        queued.intent.phase = Phase::Dispatched;
        queued.intent.dispatched = Some(self.clock.now());
        queued.intent.attempts += 1;
        outbox.update(queued)?;
        crash_point("flush.dispatched");
        let answer = self.send(&queued.intent)?;
        crash_point("flush.answered");
        // A sure refusal or a sure failure wrote nothing: the next try starts afresh.
        match answer {
            Answer::Later { .. } | Answer::Limited { .. } => queued.intent.phase = Phase::Prepared,
            Answer::Denied { .. } | Answer::Closed(_) | Answer::Held(_) => queued.intent = before,
            _ => {}
        }
        Ok((answer, false))
    }

    /// When a write whose answer was lost must be visible. `None`: now.
    fn visible_at(&self, intent: &Intent) -> Option<Timestamp> {
        let now = self.clock.now();
        let sent = intent.dispatched?;
        let within = SignedDuration::try_from(self.forge.capabilities().visible_within).ok()?;
        let at = sent.checked_add(within).ok()?;
        (at > now).then_some(at)
    }

    fn send(&self, intent: &Intent) -> Result<Answer, EngineError> {
        match &intent.payload {
            Payload::Push {
                branch,
                sha,
                expect,
            } => {
                let _repo = self.repo_lock()?;
                let pushed = self.vcs.push(branch, sha, expect.as_ref());
                return self.read_push(intent, pushed, |at| {
                    Answer::Refused(if expect.is_some() {
                        format!("branch `{branch}` is {at}, somebody else moved it")
                    } else {
                        foreign_branch(intent, branch, at)
                    })
                });
            }
            Payload::DeleteBranch { branch, expect } => {
                let _repo = self.repo_lock()?;
                let pushed = match self.vcs.delete_branch(branch, expect) {
                    // Gone already: the forge's own doing, a person's, or that of a call whose answer was lost.
                    Ok(Pushed::Moved { found: None }) => Ok(Pushed::Done),
                    pushed => pushed,
                };
                // Somebody goes on there: it is theirs now, and nothing waits for it to go.
                return self.read_push(intent, pushed, |at| {
                    Answer::Unwanted(format!("branch `{branch}` stays: it is {at} now"))
                });
            }
            _ => {}
        }
        match self.forge.apply(intent) {
            Ok(applied) => Ok(Answer::Applied(applied)),
            Err(ForgeError::Unknown { why, .. }) => Ok(self.lost(intent, why)),
            // The call may have arrived before this machine failed, or before its answer went wrong.
            Err(error @ (ForgeError::Unreadable { .. } | ForgeError::Io { .. })) => {
                Ok(self.lost(intent, error.to_string()))
            }
            Err(error) => self.read_error(intent, &error),
        }
    }

    fn read_push(
        &self,
        intent: &Intent,
        pushed: Result<Pushed, VcsError>,
        moved: impl FnOnce(&str) -> Answer,
    ) -> Result<Answer, EngineError> {
        Ok(match pushed {
            Ok(Pushed::Done) => Answer::Applied(Applied::Done),
            Ok(Pushed::Moved { found }) => {
                let at = found.map_or("gone".to_owned(), |sha| format!("at {}", sha.short()));
                moved(&at)
            }
            Err(VcsError::Durable(error)) => return Err(error.into()),
            Err(error) => match meaning_of_push(error) {
                Ok(error) => return self.read_error(intent, &error),
                Err(why) => self.lost(intent, why),
            },
        })
    }

    fn read_error(&self, intent: &Intent, error: &ForgeError) -> Result<Answer, EngineError> {
        self.heed(error)?;
        Ok(match error {
            ForgeError::Missing { .. }
            | ForgeError::Refused { .. }
            | ForgeError::Forbidden { .. } => self.refused(intent, error)?,
            ForgeError::Denied { .. } => Answer::Denied {
                stopped: self.stale_by(error),
            },
            ForgeError::Limited { until } => Answer::Limited {
                error: error.to_string(),
                at: *until,
                stopped: self.stale_by(error),
            },
            ForgeError::Unavailable { .. }
            | ForgeError::Unknown { .. }
            | ForgeError::Unreadable { .. }
            | ForgeError::Io { .. } => self.later(intent, error.to_string()),
        })
    }

    /// What holds for the repository as a whole, by what is known of it.
    fn known_repo(&self) -> Result<RepoState, EngineError> {
        Ok(match self.store.repository_note()? {
            Some(repo) => repo,
            None => self.store.mirror()?.repo,
        })
    }

    /// What a refusal comes to: the repository as a whole may be the reason, so the forge is asked how it is. That is noted
    /// for the next pass. A forge that does not say it leaves it at what it refused.
    fn refused(&self, intent: &Intent, error: &ForgeError) -> Result<Answer, EngineError> {
        let refused = || Answer::Refused(error.to_string());
        let Ok(repo) = self.forge.repository() else {
            return Ok(refused());
        };
        let no_issues = || repo.closed_to_issues().filter(|_| intent.is_about_issue());
        let (text, answer) = match (closed(&repo), no_issues()) {
            (Some(reason), _) => (
                format!("nothing can be sent: {reason}"),
                Answer::Closed(reason),
            ),
            (None, Some(reason)) => (
                format!("nothing can be sent to issues: {reason}"),
                Answer::Held(reason),
            ),
            (None, None) => return Ok(refused()),
        };
        self.store.note_repository(&repo)?;
        let entry = Entry::new(self.clock.now(), "forge.closed");
        self.note(&entry.text(text));
        Ok(answer)
    }

    fn later(&self, intent: &Intent, error: String) -> Answer {
        Answer::Later {
            error,
            at: self.next_try(intent),
        }
    }

    fn lost(&self, intent: &Intent, error: String) -> Answer {
        Answer::Lost {
            error,
            at: self.next_try(intent),
        }
    }

    fn next_try(&self, intent: &Intent) -> Timestamp {
        let tries = usize::try_from(intent.attempts.saturating_sub(1)).unwrap_or(usize::MAX);
        let delay = DELAYS[tries.min(DELAYS.len() - 1)];
        let now = self.clock.now();
        now.checked_add(delay).unwrap_or(now)
    }

    fn note_sent(&self, what: &str, sent: &Sent) {
        let intent = &sent.intent;
        let mut entry = Entry::new(self.clock.now(), what).intent(&intent.id);
        entry.item = intent.item;
        if let Origin::Run(run) = &intent.origin {
            entry.run = Some(run.clone());
        }
        let error = sent
            .error
            .as_ref()
            .map(|e| format!(": {e}"))
            .unwrap_or_default();
        let text = format!(
            "{} {}{error}",
            intent.payload.kind().as_str(),
            intent.target()
        );
        self.note(&entry.text(text));
    }
}

/// Why nothing can be written to the repository.
fn closed(repo: &RepoState) -> Option<String> {
    repo.closed_to_writes().or_else(|| repo.closed_to_account())
}

/// Whether it would be refused while issues are off, and could not be looked up either.
fn is_for_issues(intent: &Intent) -> bool {
    intent.phase != Phase::Confirmed && intent.is_about_issue()
}

impl Flushed {
    fn wait(&mut self, next: Option<Timestamp>) {
        self.waiting += 1;
        self.next = match (self.next, next) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

/// Back to pending, with the reason and the time of the next try.
fn put_back(
    outbox: &Outbox,
    queued: &mut Queued,
    error: String,
    next: Option<Timestamp>,
) -> Result<(), EngineError> {
    queued.intent.next = next;
    queued.intent.last_error = Some(error);
    Ok(outbox.requeue(queued)?)
}

/// A write that was just typed.
pub(super) struct Typed {
    /// It.
    pub(super) id: IntentId,
    /// It, everything it needs, and what is before it in the order of its item.
    pub(super) with: BTreeSet<IntentId>,
}

/// Whether tries that did not get through went on for long enough. The first one is noted: what waited before it, for a
/// credential or a forge that was away, was no try.
fn is_tried_enough(intent: &mut Intent, now: Timestamp) -> bool {
    let paused = intent
        .next
        .is_some_and(|due| now.duration_since(due) >= PAUSE_MIN);
    let since = intent.first_tried.filter(|_| !paused);
    // One that is still to come is a mistake of the clock.
    let since = since.map_or(now, |since| since.min(now));
    intent.first_tried = Some(since);
    now.duration_since(since) >= GIVE_UP_AFTER
}

/// What the end of one intent means for those behind it.
enum End {
    Answered,
    Unreached,
    Stopped(Stale),
    Closed(String),
    /// Nobody wants it any more, so nothing waits for it.
    Dropped,
    /// It may wait for long: only what needs it waits with it.
    Held,
}

impl End {
    fn of(answer: &Answer) -> Self {
        match answer {
            Answer::Later { .. } => Self::Unreached,
            Answer::Limited { stopped, .. } | Answer::Denied { stopped } => {
                Self::Stopped(stopped.clone())
            }
            Answer::Closed(reason) => Self::Closed(reason.clone()),
            Answer::Unwanted(_) => Self::Dropped,
            Answer::Held(_) => Self::Held,
            Answer::Applied(_) | Answer::Lost { .. } | Answer::Refused(_) => Self::Answered,
        }
    }
}

/// Whether an intent's turn has come.
enum Turn {
    Go,
    Wait(Option<Timestamp>),
    WaitForFailed,
}

/// The order of one flush: an intent that waits holds up later ones of its item, and those that need it.
#[derive(Default)]
struct Line {
    held_items: BTreeSet<ItemId>,
    held: BTreeSet<IntentId>,
    failed: BTreeSet<IntentId>,
    /// Writes in a row that did not reach the forge.
    unreached: u32,
    /// The repository has no issues now.
    no_issues: bool,
}

impl Line {
    fn hold(&mut self, intent: &Intent) {
        self.held_items.extend(intent.item);
        self.held.insert(intent.id.clone());
    }

    fn may_go(
        &mut self,
        engine: &Engine<'_>,
        outbox: &Outbox,
        intent: &Intent,
        asked_for: bool,
    ) -> Result<Turn, EngineError> {
        for need in &intent.needs {
            if outbox.is_done(need)? {
                continue;
            }
            if self.held.contains(need) {
                return Ok(Turn::Wait(None));
            }
            // In failed/, or dropped: it waits for a person, and nothing of its item waits for it.
            self.failed.insert(intent.id.clone());
            return Ok(Turn::WaitForFailed);
        }
        if intent
            .item
            .is_some_and(|item| self.held_items.contains(&item))
        {
            return Ok(Turn::Wait(None));
        }
        let now = engine.clock.now();
        let longest = SignedDuration::try_from(DELAYS[DELAYS.len() - 1]).unwrap_or_default();
        let limit = longest + SignedDuration::from_mins(1);
        Ok(match intent.next.filter(|next| *next > now) {
            // Further ahead than any delay: the clock was set back.
            Some(next) if !asked_for && next.duration_since(now) <= limit => Turn::Wait(Some(next)),
            _ => Turn::Go,
        })
    }

    fn after(&mut self, sent: &Sent, end: End, flushed: &mut Flushed) {
        match end {
            End::Answered => self.unreached = 0,
            End::Unreached => self.unreached += 1,
            End::Stopped(stale) => flushed.stopped = Some(stale),
            End::Closed(reason) => flushed.closed = Some(reason),
            End::Dropped => {
                self.unreached = 0;
                return;
            }
            End::Held => {
                self.held.insert(sent.intent.id.clone());
                flushed.wait(None);
                return;
            }
        }
        if sent.failed {
            self.failed.insert(sent.intent.id.clone());
        } else if sent.error.is_some() && sent.intent.phase != Phase::Confirmed {
            self.hold(&sent.intent);
            flushed.wait(sent.intent.next);
        }
    }
}

#[cfg(test)]
#[path = "flush_issues_tests.rs"]
mod issues_tests;
#[cfg(test)]
#[path = "flush_tests.rs"]
mod tests;
