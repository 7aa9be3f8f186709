//! Whether the forge may be asked at all, and what follows for every later call when it does not answer as it should.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::plan::{FORGE_COOLDOWN, FORGE_COOLDOWN_MAX, VERIFY_CHECK};
use super::{Engine, EngineError};
use crate::domain::{
    Cooldown, Hold, HoldRule, Mirror, Payload, PullRequest, Sha, Stale, StaleKind,
};
use crate::forge::ForgeError;
use crate::policy;
use crate::store::{Entry, StoreError};

/// The name of the hold that acp sets while the forge does not take its credential.
pub const CREDENTIAL_HOLD: &str = "credential";

/// How long after acp posted a check of a head it is looked for in every pass. What cannot be seen by then is looked for
/// as seldom as any other.
const AWAITED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// How often a credential that was refused is tried again.
pub(super) const PROBE_EVERY: Duration = Duration::from_mins(15);

impl Engine<'_> {
    /// Why the forge must not be asked now; `None`: it may be. Costs no request.
    pub(super) fn silence(&self) -> Result<Option<Stale>, EngineError> {
        let now = self.clock.now();
        if let Some((hold, next)) = self.credential_hold()?
            && policy::still_ahead(next, PROBE_EVERY, now)
        {
            return Ok(Some(Stale {
                kind: StaleKind::Denied,
                error: hold.reason,
                synced: None,
                next: Some(next),
            }));
        }
        // One that cannot be read is over: the forge itself says if it is not.
        let cooldown = match self.store.cooldowns().get(FORGE_COOLDOWN) {
            Err(error) if error.is_unreadable() => None,
            read => read?,
        };
        let until = cooldown.and_then(|c| policy::cooldown_due(&c, FORGE_COOLDOWN_MAX, now));
        Ok(until.map(limited))
    }

    /// As [`Self::silence`], with the time at which the forge last answered: verbs show what was known then.
    pub fn silent(&self) -> Result<Option<Stale>, EngineError> {
        self.silence()?.map(|stale| self.dated(stale)).transpose()
    }

    /// The hold that the credential has set, with the time before which it is not tried again.
    pub(super) fn credential_hold(&self) -> Result<Option<(Hold, Timestamp)>, EngineError> {
        // One that cannot be read holds everything already; whether the credential is taken is asked anew.
        let hold = match self.store.holds().get(CREDENTIAL_HOLD) {
            Err(error) if error.is_unreadable() => None,
            read => read?,
        };
        Ok(hold.and_then(|hold| {
            let HoldRule::Credential { next_check } = hold.rule.clone()?;
            Some((hold, next_check))
        }))
    }

    /// Writes down what a failed call means for all calls that follow, and tells it once: a rate limit is a cooldown, a
    /// credential that is not taken is a hold on the profile. Everything else is about that call alone.
    pub(super) fn heed(&self, error: &ForgeError) -> Result<(), EngineError> {
        match error {
            ForgeError::Limited { until } => self.cool_down(*until),
            ForgeError::Denied { .. } => self.hold_for_credential(error),
            _ => Ok(()),
        }
    }

    fn cool_down(&self, until: Timestamp) -> Result<(), EngineError> {
        let now = self.clock.now();
        let longest = SignedDuration::try_from(FORGE_COOLDOWN_MAX).unwrap_or_default();
        let until = until.min(now.checked_add(longest).unwrap_or(until));
        let reason = "the forge's rate limit".to_owned();
        let cooldown = Cooldown::new(FORGE_COOLDOWN.to_owned(), until, reason, now);
        let shelf = self.store.cooldowns();
        let before = shelf.get(FORGE_COOLDOWN)?;
        let cools = before.and_then(|c| policy::cooldown_due(&c, FORGE_COOLDOWN_MAX, now));
        if cools.is_some_and(|there| there >= cooldown.until) {
            return Ok(());
        }
        shelf.put(FORGE_COOLDOWN, &cooldown)?;
        if cools.is_none() {
            let text = format!(
                "{FORGE_COOLDOWN} until {}: {}",
                cooldown.until, cooldown.reason
            );
            self.note(&Entry::new(now, "cooldown.set").text(text));
        }
        Ok(())
    }

    fn hold_for_credential(&self, error: &ForgeError) -> Result<(), EngineError> {
        let now = self.clock.now();
        let wait = SignedDuration::try_from(PROBE_EVERY).unwrap_or_default();
        let rule = HoldRule::Credential {
            next_check: now.checked_add(wait).unwrap_or(now),
        };
        let before = self.credential_hold()?.map(|(hold, _)| hold);
        let is_new = before.is_none();
        let hold = before.unwrap_or(Hold {
            name: CREDENTIAL_HOLD.to_owned(),
            reason: error.to_string(),
            by: "acp".to_owned(),
            at: now,
            item: None,
            rule: None,
        });
        let hold = Hold {
            reason: error.to_string(),
            rule: Some(rule),
            ..hold
        };
        self.store.holds().put(CREDENTIAL_HOLD, &hold)?;
        if is_new {
            let text = format!("{CREDENTIAL_HOLD} by acp: {}", hold.reason);
            self.note(&Entry::new(now, "hold.set").text(text));
        }
        Ok(())
    }

    /// The forge has taken the credential: what was held for it goes on.
    fn lift_credential_hold(&self) -> Result<(), EngineError> {
        if self.credential_hold()?.is_some() {
            self.store.holds().remove(CREDENTIAL_HOLD)?;
            let text = format!("{CREDENTIAL_HOLD} by acp: the forge takes the credential again");
            self.note(&Entry::new(self.clock.now(), "hold.cleared").text(text));
        }
        Ok(())
    }

    /// The mirror as up to date as it can be, and why it is not when it is not. With `keep`, what was learned is written
    /// down; that needs the pass lock.
    ///
    /// # Errors
    /// Only for this machine: its disk, its state folder.
    pub(super) fn listing(&self, keep: bool) -> Result<(Mirror, Option<Stale>), EngineError> {
        // No listing shows that a repository takes no more writes: a write that was refused did.
        let note = self.store.repository_note()?;
        let known = || -> Result<Mirror, EngineError> {
            let mut known = self.known_mirror(keep)?;
            if let Some(repo) = &note {
                known.repo.clone_from(repo);
            }
            Ok(known)
        };
        let mut mirror = known()?;
        if let Some(stale) = self.silence()? {
            return Ok((mirror, Some(self.dated(stale)?)));
        }
        mirror.awaited = self.awaited(&mirror)?;
        let synced = self.forge.sync(&mut mirror, &self.rules.repo.base);
        mirror.awaited.clear();
        match synced {
            Ok(changed) => {
                if keep {
                    self.lift_credential_hold()?;
                }
                if (changed || note.is_some()) && keep {
                    self.store.put_mirror(&mirror)?;
                }
                if note.is_some() && keep {
                    self.store.forget_repository_note()?;
                }
                Ok((mirror, None))
            }
            Err(error @ ForgeError::Io { .. }) => Err(error.into()),
            Err(error) => {
                if keep {
                    self.heed(&error)?;
                }
                // Half of an answer is none: what the forge said before it failed is not used.
                Ok((known()?, Some(self.dated(self.stale_by(&error))?)))
            }
        }
    }

    /// The mirror as the last pass left it. One that is damaged is as good as none: everything is listed anew, and with
    /// `keep` the file is put away for that.
    fn known_mirror(&self, keep: bool) -> Result<Mirror, EngineError> {
        match self.store.mirror() {
            Err(error @ (StoreError::Damaged { .. } | StoreError::TooLarge { .. })) => {
                if keep {
                    self.start_anew(&error)?;
                }
                Ok(Mirror::default())
            }
            read => Ok(read?),
        }
    }

    /// Puts a damaged file away whose content is made again, and tells it.
    pub(super) fn start_anew(&self, error: &StoreError) -> Result<(), EngineError> {
        if self.store.put_away(error)? {
            let text = format!("{error}; it is kept as `.damaged` beside it and made anew");
            (self.say)(&text);
            self.note(&Entry::new(self.clock.now(), "record.damaged").text(text));
        }
        Ok(())
    }

    /// Heads of open pull requests for which a check was posted a while ago at most that the mirror does not show: merges
    /// wait for it, and no listing of a forge tells of it. Most passes know without reading anything that there is none.
    fn awaited(&self, mirror: &Mirror) -> Result<BTreeSet<Sha>, EngineError> {
        if self.rules.repo.verify.is_empty() || !self.forge.capabilities().remote {
            return Ok(BTreeSet::new());
        }
        let own = |pr: &&PullRequest| pr.checks.iter().any(|check| check.name == VERIFY_CHECK);
        let ours = |pr: &&PullRequest| {
            let prefix = self.rules.repo.branch_prefix.as_str();
            pr.is_open() && !pr.from_fork && pr.head.as_str().starts_with(prefix)
        };
        let pulls = mirror.pulls.values().filter(ours);
        let lacking: BTreeSet<&Sha> = pulls.filter(|pr| !own(pr)).map(|pr| &pr.head_sha).collect();
        if lacking.is_empty() {
            return Ok(BTreeSet::new());
        }
        let now = self.clock.now();
        let posted = self.store.outbox()?.done()?.into_iter();
        Ok(posted
            .filter_map(|intent| {
                let age = now.duration_since(intent.dispatched?).abs();
                match intent.payload {
                    Payload::Check { sha, name, .. } if name == VERIFY_CHECK => {
                        (age < AWAITED_FOR && lacking.contains(&sha)).then_some(sha)
                    }
                    _ => None,
                }
            })
            .collect())
    }

    /// The mirror as the last pass left it, and why it may be older than that pass; a forge on this machine as it is now.
    /// Costs no request.
    pub(super) fn known_listing(&self) -> Result<(Mirror, Option<Stale>), EngineError> {
        if !self.forge.capabilities().remote {
            return self.listing(false);
        }
        let mut known = self.known_mirror(false)?;
        if let Some(repo) = self.store.repository_note()? {
            known.repo = repo;
        }
        if let Some(stale) = self.silent()? {
            return Ok((known, Some(stale)));
        }
        Ok((known, self.store.last_pass()?.and_then(|last| last.stale)))
    }

    /// What follows when a call after the listing shows that nothing more may be asked: what was listed is up to date, and
    /// the rest is not known.
    pub(super) fn silenced_by(&self, error: &ForgeError, keep: bool) -> Result<Stale, EngineError> {
        if keep {
            self.heed(error)?;
        }
        Ok(Stale {
            synced: Some(self.clock.now()),
            ..self.stale_by(error)
        })
    }

    /// What a failed call says of all that is known.
    pub(super) fn stale_by(&self, error: &ForgeError) -> Stale {
        let now = self.clock.now();
        let kind = match error {
            ForgeError::Limited { until } => return limited(*until),
            ForgeError::Denied { .. } => StaleKind::Denied,
            ForgeError::Forbidden { .. } | ForgeError::Refused { .. } => StaleKind::Refused,
            ForgeError::Missing { .. } => StaleKind::Missing,
            ForgeError::Unreadable { .. } => StaleKind::Unreadable,
            ForgeError::Unavailable { .. } | ForgeError::Unknown { .. } | ForgeError::Io { .. } => {
                StaleKind::Unreachable
            }
        };
        let wait = SignedDuration::try_from(PROBE_EVERY).unwrap_or_default();
        let next = (kind == StaleKind::Denied).then(|| now.checked_add(wait).unwrap_or(now));
        Stale {
            kind,
            error: error.to_string(),
            synced: None,
            next,
        }
    }

    /// With the time at which the forge last answered.
    fn dated(&self, stale: Stale) -> Result<Stale, EngineError> {
        let synced = self.store.last_pass()?.and_then(|last| last.synced);
        Ok(Stale { synced, ..stale })
    }
}

fn limited(until: Timestamp) -> Stale {
    Stale {
        kind: StaleKind::Limited,
        error: format!("the forge's rate limit holds until {until}"),
        synced: None,
        next: Some(until),
    }
}

#[cfg(test)]
#[path = "contact_tests.rs"]
mod tests;
