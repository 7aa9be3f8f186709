//! A model of a remote forge, for simulations: it has a state and rules, not scripted answers. It loses answers, refuses,
//! limits and shows writes late, as its [`Faults`] say, and keeps account of what a simulation must never see.

mod account;
mod faults;
mod people;
mod world;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

pub use self::account::Account;
pub use self::faults::Faults;

use self::faults::{Call, Dice, Fate};
use self::world::{Branches, Log};
use super::model::{self, Ahead, Decision, Records as _};
use super::{Capabilities, ChangeFacts, Forge, ForgeError, GitRemote, Text};
use crate::domain::{
    Applied, BranchName, DiffFacts, Intent, Labelled, Mergeable, Mirror, Payload, PullRequest, Sha,
};
use crate::sys::Clock;

pub use crate::git::sim_refs::{SharedRefs, SimRefs};

/// The simulated forge. Clones of the `Arc` around it are the same forge, seen by several processes.
pub struct SimForge {
    refs: SharedRefs,
    clock: Arc<dyn Clock>,
    dice: Dice,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    faults: Faults,
    log: Log,
    account: Account,
    facts: BTreeMap<Sha, DiffFacts>,
    conflicts: BTreeMap<Sha, Vec<String>>,
    limited_until: Option<Timestamp>,
    /// Who put a label on an issue last, where that is known.
    labelled: BTreeMap<(u64, String), Labelled>,
    commits: u64,
}

impl SimForge {
    /// An empty forge over `refs`, without faults until [`Self::set_faults`].
    pub fn new(refs: SharedRefs, clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            refs,
            clock,
            dice: Dice::seeded(seed),
            inner: Mutex::new(Inner::default()),
        }
    }

    /// Changes what goes wrong from now on.
    pub fn set_faults(&self, faults: Faults) {
        self.lock().faults = faults;
    }

    /// What a change to `head` touches; without it nothing is known of it.
    pub fn set_facts(&self, head: &Sha, facts: DiffFacts) {
        self.lock().facts.insert(head.clone(), facts);
    }

    /// Makes `head` conflict in `paths` with whatever base it is merged into; no paths take that back.
    pub fn set_conflict(&self, head: &Sha, paths: Vec<String>) {
        let mut inner = self.lock();
        if paths.is_empty() {
            inner.conflicts.remove(head);
        } else {
            inner.conflicts.insert(head.clone(), paths);
        }
    }

    /// What has happened so far, for invariants.
    pub fn account(&self) -> Account {
        self.lock().account.clone()
    }

    /// Everything as it is, however late it becomes visible: for comparing with what acp believes.
    pub fn truth(&self) -> Mirror {
        let inner = self.lock();
        let mut mirror = Mirror::default();
        inner.log.truth(self.branches()).list(&mut mirror, None);
        mirror
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn branches(&self) -> Branches {
        Branches(self.refs().branches().clone())
    }

    /// What becomes of a call before anything else is looked at.
    fn admit(&self, inner: &mut Inner, call: &Call) -> Result<Fate, ForgeError> {
        let now = self.clock.now();
        if let Some(until) = inner.limited_until {
            if now < until {
                return Err(ForgeError::Limited { until });
            }
            inner.limited_until = None;
        }
        let fate = self.dice.fate(&inner.faults, call);
        match fate {
            Fate::Limited => {
                let until = later(now, inner.faults.limited_for);
                inner.limited_until = Some(until);
                Err(ForgeError::Limited { until })
            }
            Fate::Unavailable => Err(ForgeError::Unavailable {
                tried: call.tried.clone(),
                why: "502 Bad Gateway".to_owned(),
            }),
            Fate::Refused => Err(ForgeError::Refused {
                tried: call.tried.clone(),
                why: "422 Unprocessable".to_owned(),
            }),
            Fate::Served | Fate::AnswerLost => Ok(fate),
        }
    }

    fn read(&self, tried: &str) -> Result<MutexGuard<'_, Inner>, ForgeError> {
        let mut inner = self.lock();
        let call = Call {
            tried: tried.to_owned(),
            writes: false,
        };
        self.admit(&mut inner, &call)?;
        Ok(inner)
    }

    fn write(&self, inner: &mut Inner, intent: &Intent) -> Result<Applied, ForgeError> {
        let now = self.clock.now();
        let change = if let Payload::Merge { head, .. } = &intent.payload {
            match self.merge(inner, intent, head, now)? {
                Ok(change) => change,
                Err(applied) => return Ok(applied),
            }
        } else {
            let truth = inner.log.truth(self.branches());
            match model::decide(&truth, intent, now)? {
                Decision::Already(applied) => return Ok(applied),
                Decision::Write(change) => change,
            }
        };
        let applied = change.applied.clone();
        inner.account.applied(intent, &change);
        let visible = later(now, self.dice.up_to(inner.faults.visible_within));
        inner.log.append(change, Some(intent), visible);
        Ok(applied)
    }

    /// The change of a merge; `Err` holds what came of one that was made before.
    fn merge(
        &self,
        inner: &mut Inner,
        intent: &Intent,
        head: &Sha,
        now: Timestamp,
    ) -> Result<Result<model::Change, Applied>, ForgeError> {
        let truth = inner.log.truth(self.branches());
        let (pull, base) = match model::check_merge(&truth, intent, head)? {
            Ahead::Already(applied) => return Ok(Err(applied)),
            Ahead::Free(pull, base) => (*pull, base),
        };
        if let Some(paths) = self.conflict(inner, &base, head) {
            return Err(model::conflict(intent, &paths));
        }
        let issue = match pull.pr.closes {
            Some(number) => truth.issue(number)?,
            None => None,
        };
        inner.commits += 1;
        let commit = self.add_commit(&pull.pr.base, inner.commits, &[&base, head]);
        let objects = model::merged(pull, issue, head, &commit, now);
        let applied = Applied::Merged {
            commit: Some(commit),
        };
        Ok(Ok(model::Change { objects, applied }))
    }

    fn conflict(&self, inner: &Inner, base: &Sha, head: &Sha) -> Option<Vec<String>> {
        let by_chance = self.dice.conflicts(&inner.faults, base, head);
        let set = inner.conflicts.get(head).cloned();
        set.or_else(|| by_chance.then(|| vec!["by-chance.txt".to_owned()]))
    }

    fn refs(&self) -> MutexGuard<'_, SimRefs> {
        self.refs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves `branch` to a new commit on `parents`; `nonce` makes it another one than all before.
    fn add_commit(&self, branch: &BranchName, nonce: u64, parents: &[&Sha]) -> Sha {
        let mut refs = self.refs();
        let commit = refs.commit(&format!("{branch} {nonce}"), parents);
        refs.set(branch, Some(commit.clone()));
        commit
    }
}

impl Forge for SimForge {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: "sim",
            visible_within: self.lock().faults.visible_within,
            remote: true,
            reviews_own: false,
        }
    }

    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        let mut inner = self.read("list what has changed")?;
        let visible = inner.log.visible(self.branches(), self.clock.now());
        Ok(visible.list(mirror, Some(base)))
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        let mut inner = self.read("read a text")?;
        let visible = inner.log.visible(self.branches(), self.clock.now());
        let (title, body) = match (visible.issue(number)?, visible.pull(number)?) {
            (Some(doc), _) => (doc.issue.title, doc.body),
            (None, Some(doc)) => (doc.pr.title, doc.body),
            (None, None) => return Err(model::missing(format_args!("number {number}"))),
        };
        let comments = visible.comments(number);
        Ok(Text {
            title,
            body,
            comments,
        })
    }

    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        let mut inner = self.read("read who set a label")?;
        let visible = inner.log.visible(self.branches(), self.clock.now());
        let has = visible
            .issue(number)?
            .is_some_and(|doc| doc.issue.has(label));
        let who = inner.labelled.get(&(number, label.to_owned())).cloned();
        Ok(who.filter(|_| has))
    }

    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        let inner = self.read("read a change")?;
        let conflict = self.conflict(&inner, &pr.base_sha, &pr.head_sha);
        Ok(ChangeFacts {
            diff: inner.facts.get(&pr.head_sha).cloned().unwrap_or_default(),
            mergeable: match conflict {
                Some(_) => Mergeable::No,
                None => Mergeable::Yes,
            },
        })
    }

    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        drop(self.read("read a branch")?);
        Ok(self.branches().0.remove(name))
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let mut inner = self.read("look for a write")?;
        let visible = inner.log.visible(self.branches(), self.clock.now());
        let written = visible.written_by(&intent.id);
        match written.filter(|_| model::leaves_text(intent)) {
            Some(applied) => Ok(Some(applied)),
            None => model::find_by_state(&visible, intent),
        }
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        let tried = model::tried(intent);
        let mut inner = self.lock();
        let call = Call {
            tried: tried.clone(),
            writes: true,
        };
        let fate = self.admit(&mut inner, &call)?;
        let applied = self.write(&mut inner, intent)?;
        if fate == Fate::AnswerLost {
            let why = "the connection was reset".to_owned();
            return Err(ForgeError::Unknown { tried, why });
        }
        Ok(applied)
    }

    fn remote(&self) -> GitRemote {
        GitRemote::Path("/simulated".into())
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}
