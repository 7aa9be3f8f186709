//! Reading pull requests that may have changed, and the checks of heads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Look, OVERLAP, PAGES_MAX};
use crate::domain::BranchName;
use crate::forge::ForgeError;
use crate::forge::gitea::read::{PAGE, Pages, or_empty, paged};
use crate::forge::gitea::shape;
use crate::forge::remote::watch::{self, HEADS_PER_PASS_MAX, Head};

/// How long after its last change, by the server's clock, a pull request must be read to have been read as it is: another
/// change of the same second may become visible as late as any.
const SETTLED_AFTER: SignedDuration = OVERLAP;
/// From how many pull requests on they are read by pages instead of one by one.
const BULK: usize = 20;

/// A pull request, and when it was asked for by this machine's clock.
struct Read {
    pull: shape::Pull,
    at: Timestamp,
}

impl Look<'_> {
    /// Reads pull requests that may have changed.
    pub(super) fn take_pulls(
        &mut self,
        numbers: &BTreeSet<u64>,
        base: &BranchName,
    ) -> Result<(), ForgeError> {
        let mut read = if numbers.len() > BULK {
            self.bulk(numbers)?
        } else {
            BTreeMap::new()
        };
        for number in numbers {
            let there = read.remove(number);
            let there = there.map_or_else(|| self.one(*number), |read| Ok(Some(read)))?;
            if let Some(read) = there {
                self.take_pull(&read, base)?;
            } else {
                self.mark.unsettled.remove(number);
                self.news |= self.mirror.pulls.remove(number).is_some();
            }
        }
        Ok(())
    }

    fn one(&self, number: u64) -> Result<Option<Read>, ForgeError> {
        let at = self.forge.client.clock().now();
        let pull = self.forge.pull(number)?;
        Ok(pull.map(|pull| Read { pull, at }))
    }

    /// Many at once, latest change first.
    fn bulk(&self, numbers: &BTreeSet<u64>) -> Result<BTreeMap<u64, Read>, ForgeError> {
        let tried = "list the pull requests";
        let path = format!("/pulls?state=all&sort=recentupdate&limit={PAGE}");
        let path = self.forge.at(&path);
        let client = &self.forge.client;
        let mut pages: Pages<shape::Pull> = Pages::new();
        let mut found = BTreeMap::new();
        for page in 1..=PAGES_MAX {
            let at = client.clock().now();
            let answer = client.get(tried, &paged(&path, page))?;
            let known = pages.entries.len();
            let more = pages.take(or_empty(&answer)?, &answer);
            let new = pages.entries[known..].iter();
            for pull in new.filter(|pull| numbers.contains(&pull.number)) {
                let pull = pull.clone();
                found.insert(pull.number, Read { pull, at });
            }
            if !more || found.len() == numbers.len() {
                break;
            }
        }
        Ok(found)
    }

    fn take_pull(&mut self, read: &Read, base: &BranchName) -> Result<(), ForgeError> {
        let pull = &read.pull;
        let number = pull.number;
        let before = self.mirror.pulls.get(&number);
        let Some(mut pr) = self.forge.pull_request(pull, before) else {
            // Its branches have names that git or a shell could misread: nobody works on it.
            self.mark.unsettled.remove(&number);
            self.news |= self.mirror.pulls.remove(&number).is_some();
            return Ok(());
        };
        if pr.is_open()
            && pr.base == *base
            && let Some(tip) = &self.mirror.base_sha
        {
            pr.base_sha = tip.clone();
        }
        let same_pair =
            before.is_some_and(|b| b.head_sha == pr.head_sha && b.base_sha == pr.base_sha);
        if let Some(before) = before.filter(|_| same_pair) {
            pr.mergeable = before.mergeable;
        }
        if watch::looks_after(&pr, &self.forge.settings.branch_prefix) {
            pr.reviews = self.forge.reviews(number)?;
            pr.checks = self.forge.checks(&pr.head_sha)?;
            let head = self.mark.heads.get(&number);
            let seen = head.filter(|head| head.sha == pr.head_sha);
            let head = Head {
                sha: pr.head_sha.clone(),
                seen: seen.map_or(self.now, |head| head.seen),
                asked: self.now,
                validators: BTreeMap::new(),
            };
            self.mark.heads.insert(number, head);
            self.read.insert(number);
        }
        let ahead = self.forge.client.ahead();
        let at = read.at.checked_add(ahead).unwrap_or(read.at);
        if at.duration_since(pull.updated_at) >= SETTLED_AFTER {
            self.mark.unsettled.remove(&number);
        } else {
            self.mark.unsettled.insert(number);
        }
        if self.mirror.pulls.get(&number) != Some(&pr) {
            self.news = true;
            self.mirror.pulls.insert(number, pr);
        }
        Ok(())
    }

    /// Asks for the checks of heads that are due.
    pub(super) fn checks(&mut self) -> Result<(), ForgeError> {
        let prefix = &self.forge.settings.branch_prefix;
        let pulls = &self.mirror.pulls;
        self.mark.heads.retain(|number, head| {
            pulls
                .get(number)
                .is_some_and(|pr| pr.head_sha == head.sha && watch::looks_after(pr, prefix))
        });
        for pr in pulls.values().filter(|pr| watch::looks_after(pr, prefix)) {
            let (now, sha) = (self.now, pr.head_sha.clone());
            self.mark.heads.entry(pr.number).or_insert(Head {
                sha,
                seen: now,
                asked: Timestamp::UNIX_EPOCH,
                validators: BTreeMap::new(),
            });
        }
        let mirror = &*self.mirror;
        let due = watch::due(&self.mark.heads, &mirror.pulls, &mirror.awaited, self.now);
        let in_turns = due.len() == HEADS_PER_PASS_MAX;
        for number in due {
            if self.read.contains(&number) {
                continue;
            }
            let Some(pr) = self.mirror.pulls.get_mut(&number) else {
                continue;
            };
            let checks = self.forge.checks(&pr.head_sha)?;
            self.news |= pr.checks != checks;
            pr.checks = checks;
            let Some(head) = self.mark.heads.get_mut(&number) else {
                continue;
            };
            // What is asked for in every pass anyway needs no record of it, unless there are too many for one pass.
            let asked = std::mem::replace(&mut head.asked, self.now);
            let none = BTreeSet::new();
            let again = watch::due(&self.mark.heads, &self.mirror.pulls, &none, self.now);
            let every_pass = again.contains(&number);
            self.news |= in_turns || !every_pass || asked == Timestamp::UNIX_EPOCH;
        }
        Ok(())
    }
}
