//! What a person decides about a pull request.

use super::{Engine, EngineError, plan};
use crate::domain::{
    Applied, Approval, ItemId, MergeVerdict, Payload, PullRequest, Sha, Snapshot, label,
};
use crate::store::Entry;

impl Engine<'_> {
    /// An open pull request as the forge shows it now.
    pub fn open_pull(&self, number: u64) -> Result<Option<PullRequest>, EngineError> {
        let mut mirror = self.store.mirror()?;
        self.forge.sync(&mut mirror, &self.rules.repo.base)?;
        Ok(mirror.pulls.remove(&number).filter(PullRequest::is_open))
    }

    /// An open pull request as the forge shows it now, at the head that was looked at.
    ///
    /// # Errors
    /// `Forbidden` when it has another head than `seen`.
    pub fn pull_at(
        &self,
        number: u64,
        seen: Option<&Sha>,
    ) -> Result<Option<PullRequest>, EngineError> {
        let pr = self.open_pull(number)?;
        pr.map(|pr| still_at(&pr, seen).map(|()| pr)).transpose()
    }

    /// Stores a person's yes to the present head and shows it as a label. `None`: there is no such open pull request.
    ///
    /// # Errors
    /// `Forbidden` when its head is not `seen`: the yes is to what was looked at.
    pub fn approve(
        &self,
        number: u64,
        actor: &str,
        seen: Option<&Sha>,
    ) -> Result<Option<Sha>, EngineError> {
        let Some(pr) = self.pull_at(number, seen)? else {
            return Ok(None);
        };
        self.store_approval(&pr, actor, false)?;
        if !pr.has(label::HUMAN_APPROVED) {
            let add = std::collections::BTreeSet::from([label::HUMAN_APPROVED.to_owned()]);
            let remove = std::collections::BTreeSet::new();
            let payload = Payload::Labels { add, remove };
            self.write(&self.typed(actor, Some(ItemId::pr(number)), payload, vec![]))?;
        }
        Ok(Some(pr.head_sha))
    }

    /// Whether a person's yes to the present head would be enough to merge it.
    ///
    /// # Errors
    /// `Forbidden` when its head is not `seen`, and with everything that blocks or is under way.
    pub fn may_merge(
        &self,
        number: u64,
        actor: &str,
        seen: Option<&Sha>,
    ) -> Result<Snapshot, EngineError> {
        let mut snapshot = self.observe(false)?;
        if let Some(stale) = snapshot.stale {
            return Err(EngineError::Away(stale));
        }
        let Some(pr) = snapshot.mirror.pulls.get(&number).filter(|pr| pr.is_open()) else {
            return Err(EngineError::Missing {
                what: format!("open pr/{number}"),
            });
        };
        still_at(pr, seen)?;
        let yes = self.approval(pr, actor, true);
        snapshot.approvals.insert(number, yes);
        let decision = plan::merge_decision(&snapshot, self.rules, number)?;
        let decision = decision.ok_or_else(|| EngineError::Missing {
            what: format!("pr/{number}"),
        })?;
        match decision.verdict {
            MergeVerdict::Merge => Ok(snapshot),
            MergeVerdict::Ask | MergeVerdict::Block | MergeVerdict::Wait => {
                Err(EngineError::Forbidden {
                    what: format!("merging pr/{number}"),
                    why: decision.reasons.join("; "),
                })
            }
        }
    }

    /// Approves the present head and merges it at once; a draft is made ready first. Returns the commit on the base branch.
    ///
    /// # Errors
    /// As [`Self::may_merge`] and [`Self::write`].
    pub fn merge(
        &self,
        number: u64,
        actor: &str,
        seen: Option<&Sha>,
    ) -> Result<Option<Sha>, EngineError> {
        let snapshot = self.may_merge(number, actor, seen)?;
        let missing = || EngineError::Missing {
            what: format!("pr/{number}"),
        };
        let pr = snapshot.mirror.pulls.get(&number).ok_or_else(missing)?;
        self.store_approval(pr, actor, true)?;
        let item = Some(ItemId::pr(number));
        let mut needs = vec![];
        if pr.draft {
            let ready = self.typed(actor, item, Payload::Ready { pr: number }, vec![]);
            self.write(&ready)?;
            needs.push(ready.id);
        }
        let method = self.rules.policy.merge.method;
        let payload = Payload::Merge {
            head: pr.head_sha.clone(),
            method,
        };
        match self.write(&self.typed(actor, item, payload, needs))? {
            Applied::Merged { commit } => Ok(commit),
            _ => Ok(None),
        }
    }

    fn approval(&self, pr: &PullRequest, actor: &str, merge: bool) -> Approval {
        let (head, by, at) = (pr.head_sha.clone(), actor.to_owned(), self.clock.now());
        Approval {
            pr: pr.number,
            head,
            by,
            at,
            merge,
        }
    }

    fn store_approval(
        &self,
        pr: &PullRequest,
        actor: &str,
        merge: bool,
    ) -> Result<(), EngineError> {
        let approval = self.approval(pr, actor, merge);
        self.store
            .approvals()
            .put(&format!("pr-{}", pr.number), &approval)?;
        let text = format!("{actor} approves {}", pr.head_sha.short());
        self.note(
            &Entry::new(approval.at, "pr.approved")
                .item(ItemId::pr(pr.number))
                .text(text),
        );
        Ok(())
    }
}

/// That the head is the one that somebody has looked at, where they said which.
fn still_at(pr: &PullRequest, seen: Option<&Sha>) -> Result<(), EngineError> {
    match seen.filter(|seen| pr.head_sha != **seen) {
        None => Ok(()),
        Some(seen) => Err(EngineError::Forbidden {
            what: format!("a yes to pr/{}", pr.number),
            why: format!(
                "it has another head than the one that was looked at: {} instead of {}; `acp pr show {}` shows it as it is \
                 now",
                pr.head_sha.short(),
                seen.short(),
                pr.number
            ),
        }),
    }
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
