//! Bringing a mirror up to date.
//!
//! A listing gives what has changed since the mark, newest item first: the order does not follow the changes, so a change
//! that is made while pages are read may be missed, and the mark therefore never passes the time at which the listing
//! began. Times have whole seconds: a pull request is asked for again until it was read well after its last change.

mod listing;
mod reading;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Gitea;
use super::people::People;
use super::read::login;
use super::shape;
use crate::domain::{BranchName, Issue, IssueState, Mirror, Sha, schedule_line, text_digest};
use crate::forge::ForgeError;
use crate::forge::remote::Validator;
use crate::forge::remote::adopt::{Viewer, whole_seconds};
use crate::forge::remote::watch::{self, Heads};

/// How often everything is listed: what was deleted or transferred is in no listing of changes.
const FULL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How often the repository itself is looked at.
const HOUSE_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How often the base branch is looked at while nothing says that it moved.
const BASE_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// How long after a change an earlier one may still turn up: a write is seen a moment after the time that it bears.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);
/// The most pages of a listing of everything.
const PAGES_MAX: usize = 4_000;
/// The most base branches besides the profile's that are looked at.
const OTHER_BASES_MAX: usize = 5;

/// What a listing goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mark {
    /// Whose token it was made with.
    token: String,
    /// The account that the token belongs to.
    viewer: Viewer,
    /// The last change that was seen, by the server's clock, and when it was first seen, by this machine's.
    last: Option<(Timestamp, Timestamp)>,
    /// Whether a listing from a while before the last change was made when nothing earlier could turn up any more.
    #[serde(default)]
    settled: bool,
    /// The first page of the listing as of then, where the server has validators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<Validator>,
    /// When everything was last listed.
    full: Timestamp,
    /// When the repository itself was last looked at.
    house: Timestamp,
    /// The base branch that was looked at, and when.
    #[serde(default)]
    base: Option<(BranchName, Timestamp)>,
    /// Pull requests that were read too soon after their last change.
    #[serde(default)]
    unsettled: BTreeSet<u64>,
    /// Issues whose authors are still to be asked about.
    #[serde(default)]
    authors_due: BTreeSet<u64>,
    /// Since when open pull requests have had their present base and head.
    #[serde(default)]
    pairs: BTreeMap<u64, (Sha, Sha, Timestamp)>,
    #[serde(default)]
    heads: Heads,
}

impl Mark {
    /// Where a listing begins. The time of the last change is the server's own, so that no clock needs to be right; how long
    /// ago it was seen is this machine's.
    fn since(&self, now: Timestamp) -> Option<Timestamp> {
        let (last, _) = self.last?;
        let since = if self.settled && !self.may_turn_up(now) {
            last
        } else {
            last.checked_sub(OVERLAP).unwrap_or(last)
        };
        Some(whole_seconds(since))
    }

    /// Whether a change that is earlier than the last one may still become visible.
    fn may_turn_up(&self, now: Timestamp) -> bool {
        self.last.is_some_and(|(_, seen)| {
            let passed = now.duration_since(seen);
            passed < OVERLAP || passed.is_negative()
        })
    }
}

/// What became of a listing.
enum Listing {
    /// Nothing is other than it was.
    Same,
    Of(Listed),
    /// The repository has another name.
    Moved(String),
}

/// What a listing gave.
struct Listed {
    issues: Vec<shape::Issue>,
    /// Nothing can be missing from it.
    whole: bool,
    /// The latest change in it, or when it began if that was earlier.
    until: Option<Timestamp>,
    page: Option<Validator>,
}

/// One look.
struct Look<'a> {
    forge: &'a Gitea,
    mirror: &'a mut Mirror,
    mark: Mark,
    now: Timestamp,
    /// Everything is listed.
    full: bool,
    /// Something is known now that was not.
    news: bool,
    /// Pull requests whose checks were read just now.
    read: BTreeSet<u64>,
}

impl Gitea {
    /// See [`crate::forge::Forge::sync`].
    pub(super) fn sync_mirror(
        &self,
        mirror: &mut Mirror,
        base: &BranchName,
    ) -> Result<bool, ForgeError> {
        let now = self.client.clock().now();
        let token = self.client.fingerprint();
        let mark = self.place.read(&mirror.mark);
        let mark = mark.filter(|mark: &Mark| mark.token == token);
        let fresh = mark.is_none();
        let full = mark
            .as_ref()
            .is_none_or(|mark| is_due(mark.full, FULL_EVERY, now));
        // An account may be renamed: whose token it is, is asked as often as everything is listed.
        self.known.borrow_mut().viewer = match &mark {
            Some(mark) if !full => Some(mark.viewer.clone()),
            _ => None,
        };
        let viewer = self.viewer()?;
        let mark = match mark {
            Some(mark) => Mark { viewer, ..mark },
            None => Mark {
                token,
                viewer,
                last: None,
                settled: false,
                page: None,
                full: now,
                house: now,
                base: None,
                unsettled: BTreeSet::new(),
                authors_due: BTreeSet::new(),
                pairs: BTreeMap::new(),
                heads: Heads::new(),
            },
        };
        let mut look = Look {
            forge: self,
            mirror,
            mark,
            now,
            full,
            news: fresh,
            read: BTreeSet::new(),
        };
        let was_moved = look.mirror.repo.moved_to.is_some();
        if (full || was_moved || is_due(look.mark.house, HOUSE_EVERY, now))
            && let Some(to) = look.house()?
        {
            return Ok(look.moved(to));
        }
        let listed = match look.list()? {
            Listing::Same => None,
            Listing::Of(listed) => Some(listed),
            Listing::Moved(to) => return Ok(look.moved(to)),
        };
        let tips = look.bases_if(base, listed.as_ref())?;
        let merged = look.merged_into(base);
        look.take(listed, base)?;
        // What was merged while nothing else said that the base moved.
        let tips = match tips {
            None if look.merged_into(base) != merged => look.bases(base)?,
            tips => tips.unwrap_or_default(),
        };
        // Those that are still open.
        for (base, tip) in tips {
            look.rebase(&base, &tip);
        }
        look.authors()?;
        look.checks()?;
        Ok(look.end())
    }
}

impl Look<'_> {
    /// As [`Self::bases`], where something has changed or they were not looked at for a while. `None`: they were not.
    fn bases_if(
        &mut self,
        base: &BranchName,
        listed: Option<&Listed>,
    ) -> Result<Option<Vec<(BranchName, Sha)>>, ForgeError> {
        let looked = self.mark.base.as_ref().filter(|(name, _)| name == base);
        let due = looked.is_none_or(|(_, at)| is_due(*at, BASE_EVERY, self.now));
        let mut entries = listed.iter().flat_map(|listed| &listed.issues);
        let changed = entries.any(|entry| self.is_news(entry));
        if !(due || changed || self.full || self.mirror.base_sha.is_none()) {
            return Ok(None);
        }
        // The time of the look itself is worth keeping.
        self.news |= due;
        self.mark.base = Some((base.clone(), self.now));
        self.bases(base).map(Some)
    }

    fn is_news(&self, entry: &shape::Issue) -> bool {
        if entry.pull_request.is_some() {
            return self.has_news(entry);
        }
        let known = self.mirror.issues.get(&entry.number);
        known.is_none_or(|issue| issue.updated != entry.updated_at)
    }

    /// How many pull requests were merged into a branch.
    fn merged_into(&self, base: &BranchName) -> usize {
        let pulls = self.mirror.pulls.values();
        let merged = |pr: &&crate::domain::PullRequest| {
            pr.base == *base && matches!(pr.state, crate::domain::PrState::Merged { .. })
        };
        pulls.filter(merged).count()
    }

    /// The tips of the branches that pull requests go into.
    fn bases(&mut self, base: &BranchName) -> Result<Vec<(BranchName, Sha)>, ForgeError> {
        let tip = self.forge.tip(base)?;
        self.news |= self.mirror.base_sha != tip;
        self.mirror.base_sha = tip;
        let prefix = &self.forge.settings.branch_prefix;
        let pulls = self.mirror.pulls.values();
        let others: BTreeSet<BranchName> = pulls
            .filter(|pr| watch::looks_after(pr, prefix) && pr.base != *base)
            .map(|pr| pr.base.clone())
            .collect();
        let mut tips = vec![];
        for other in others.into_iter().take(OTHER_BASES_MAX) {
            if let Some(tip) = self.forge.tip(&other)? {
                tips.push((other, tip));
            }
        }
        if let Some(tip) = self.mirror.base_sha.clone() {
            tips.push((base.clone(), tip));
        }
        Ok(tips)
    }

    fn rebase(&mut self, base: &BranchName, tip: &Sha) {
        for pr in self.mirror.pulls.values_mut() {
            if pr.is_open() && pr.base == *base && pr.base_sha != *tip {
                pr.base_sha = tip.clone();
                pr.mergeable = crate::domain::Mergeable::Unknown;
                self.news = true;
            }
        }
    }

    /// Takes what a listing gave.
    fn take(&mut self, listed: Option<Listed>, base: &BranchName) -> Result<(), ForgeError> {
        // Made of everything since a while before the last change, unless that was done before.
        let settled = !self.mark.may_turn_up(self.now);
        self.news |= settled && !self.mark.settled;
        self.mark.settled |= settled;
        let Some(listed) = listed else {
            return self.take_pulls(&self.mark.unsettled.clone(), base);
        };
        let mut pulls = self.mark.unsettled.clone();
        let mut there = BTreeSet::new();
        for issue in &listed.issues {
            there.insert(issue.number);
            if issue.pull_request.is_none() {
                self.take_issue(issue);
            } else if self.has_news(issue) {
                pulls.insert(issue.number);
            }
        }
        self.take_pulls(&pulls, base)?;
        if self.full && listed.whole {
            self.drop_all_but(&there);
        }
        if let Some(until) = listed.until
            && self.mark.last.is_none_or(|(last, _)| last < until)
        {
            self.news = true;
            self.mark.last = Some((until, self.now));
            self.mark.settled = false;
        }
        if self.full {
            self.mark.full = self.now;
        }
        self.mark.page = listed.page;
        Ok(())
    }

    fn has_news(&self, listed: &shape::Issue) -> bool {
        let known = self.mirror.pulls.get(&listed.number);
        known.is_none_or(|pr| pr.updated != listed.updated_at)
    }

    fn take_issue(&mut self, listed: &shape::Issue) {
        let before = self.mirror.issues.get(&listed.number);
        let asks_in = self.forge.asks_in(listed);
        // Everything is listed so that trust is asked about anew, too.
        let known = before.filter(|issue| {
            let same = issue.author == login(&listed.user);
            same && !self.full && !self.mark.authors_due.contains(&listed.number)
        });
        let was_in = before.is_some_and(|issue| {
            let labels = &self.forge.settings.intake_labels;
            issue.is_open() && issue.labels.iter().any(|label| labels.contains(label))
        });
        let mut issue = issue_of(listed);
        match known {
            Some(known) if asks_in && was_in => issue.association = known.association,
            _ if asks_in => {
                self.mark.authors_due.insert(listed.number);
            }
            _ => {
                self.mark.authors_due.remove(&listed.number);
            }
        }
        if let Some(before) = before
            && self.mark.authors_due.contains(&listed.number)
        {
            // Until it is asked again, what was told last is what is known.
            issue.association = before.association;
        }
        if before != Some(&issue) {
            self.news = true;
            self.mirror.issues.insert(issue.number, issue);
        }
    }

    /// Everything was listed: what is not there is gone.
    fn drop_all_but(&mut self, there: &BTreeSet<u64>) {
        let mirror = &mut *self.mirror;
        let before = mirror.issues.len() + mirror.pulls.len();
        mirror.pulls.retain(|number, _| there.contains(number));
        // With issues switched off none is listed, and all are still there.
        if !mirror.repo.issues_off {
            mirror.issues.retain(|number, _| there.contains(number));
        }
        self.news |= before != mirror.issues.len() + mirror.pulls.len();
    }

    /// Asks what the authors of issues that ask to be let in are to the repository.
    fn authors(&mut self) -> Result<(), ForgeError> {
        let issues = &self.mirror.issues;
        self.mark
            .authors_due
            .retain(|number| issues.contains_key(number));
        if self.mark.authors_due.is_empty() {
            return Ok(());
        }
        let due: Vec<u64> = self.mark.authors_due.iter().copied().collect();
        let authors = due.iter().filter_map(|number| issues.get(number));
        let people: People = self
            .forge
            .associations(authors.map(|issue| issue.author.as_str()))?;
        for number in due {
            if let Some(issue) = self.mirror.issues.get_mut(&number)
                && people.knows(&issue.author)
            {
                let association = people.of(&issue.author);
                self.news |= issue.association != association;
                issue.association = association;
                self.mark.authors_due.remove(&number);
            }
        }
        Ok(())
    }

    /// Writes the mark, if there is anything that the last one does not say.
    fn end(mut self) -> bool {
        let mut pairs = BTreeMap::new();
        for pr in self.mirror.pulls.values().filter(|pr| pr.is_open()) {
            let pair = (pr.base_sha.clone(), pr.head_sha.clone());
            let since = self.mark.pairs.get(&pr.number);
            let since = since.filter(|(base, head, _)| (base, head) == (&pair.0, &pair.1));
            let seen = since.map_or(self.now, |(.., seen)| *seen);
            pairs.insert(pr.number, (pair.0, pair.1, seen));
        }
        self.forge.known.borrow_mut().pairs.clone_from(&pairs);
        self.mark.pairs = pairs;
        if self.news {
            self.mirror.mark = self.forge.place.write(&self.mark);
        }
        self.news
    }
}

/// Whether so much time has passed; a clock that went back makes everything due.
fn is_due(last: Timestamp, every: SignedDuration, now: Timestamp) -> bool {
    let passed = now.duration_since(last);
    passed >= every || passed.is_negative()
}

/// An issue of a listing. What its author is to the repository it does not say.
fn issue_of(listed: &shape::Issue) -> Issue {
    Issue {
        number: listed.number,
        digest: Some(text_digest(&listed.title, &listed.body)),
        schedule: schedule_line(&listed.body),
        title: listed.title.clone(),
        state: if listed.state == "open" {
            IssueState::Open
        } else {
            IssueState::Closed
        },
        labels: listed.labels.iter().map(|l| l.name.clone()).collect(),
        author: login(&listed.user),
        association: crate::domain::Association::None,
        created: listed.created_at,
        updated: listed.updated_at,
    }
}
