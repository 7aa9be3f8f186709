//! Bringing a mirror up to date. One conditional listing says whether anything changed; what it cannot say (tips of the
//! base, the end of a check) is asked for apart, bounded and conditionally too.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Github;
use super::listing::Listing;
use super::shapes::{PullDoc, PullSeen, Seen};
use crate::domain::{BranchName, Issue, Mergeable, Mirror, PrState, PullRequest};
use crate::forge::ForgeError;
use crate::forge::remote::Validator;
use crate::forge::remote::adopt::Viewer;
use crate::forge::remote::watch::{self, Head, Heads, looks_after};

/// How old a listing of everything may become: it alone shows what was deleted, transferred or archived.
const FULL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How long after a change another one of an earlier time may still turn up in a listing.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);
/// How long after a change another one of the same second may still become visible, and then show in no listing.
const HOT: SignedDuration = OVERLAP;
/// How often the base branch is looked at while nothing says that it moved.
const BASE_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// How often a repository that takes no writes is looked at: no listing shows that it takes them again.
const HOUSE_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How many listings one pass makes at most; what changes meanwhile is seen by the next.
const ROUNDS_MAX: usize = 6;

/// Where the next pass goes on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Mark {
    /// The latest change that was seen, by the forge's clock.
    since: Option<Timestamp>,
    /// Whether nothing from before `since` can turn up any more.
    settled: bool,
    /// Of the listing after `since`, or from a little before it while that is not settled.
    listing: Option<Validator>,
    viewer: Option<Viewer>,
    /// What tells the token that `viewer` was asked with.
    token: String,
    /// When everything was listed last, by this machine's clock.
    full: Timestamp,
    /// When a repository that takes no writes was last looked at, by this machine's clock.
    #[serde(default)]
    house: Timestamp,
    base: Option<BaseLook>,
    /// Heads whose checks are watched.
    heads: Heads,
    /// Pull requests that were read right after they changed: they are read once more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    hot: BTreeMap<u64, Timestamp>,
}

/// The last look at the base branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct BaseLook {
    name: BranchName,
    at: Timestamp,
    validator: Option<Validator>,
}

impl Mark {
    /// Where a listing begins.
    fn start(&self) -> Option<Timestamp> {
        let since = self.since?;
        // Nothing can be added any more to a second that is long over: the listing after it is empty, and stays so.
        let start = if self.settled {
            since.checked_add(SignedDuration::from_secs(1))
        } else {
            since.checked_sub(OVERLAP)
        };
        Some(start.unwrap_or(since))
    }
}

pub(super) fn sync(
    forge: &Github,
    mirror: &mut Mirror,
    base: &BranchName,
) -> Result<bool, ForgeError> {
    let known: Option<Mark> = forge.place().read(&mirror.mark);
    let now = forge.client.clock().now();
    let mut pass = Pass {
        forge,
        mirror,
        base,
        now,
        mark: known.clone().unwrap_or_default(),
        changed: false,
        news: false,
        stale: BTreeSet::new(),
        base_moved: false,
    };
    pass.run()?;
    if known.as_ref() != Some(&pass.mark) {
        pass.changed = true;
        let mark = forge.place().write(&pass.mark);
        pass.mirror.mark = mark;
    }
    Ok(pass.changed)
}

/// One turn of reading.
struct Pass<'a> {
    forge: &'a Github,
    mirror: &'a mut Mirror,
    base: &'a BranchName,
    now: Timestamp,
    mark: Mark,
    /// Whether the mirror is another one than before.
    changed: bool,
    /// Whether the listing held anything new.
    news: bool,
    /// Pull requests that must be read.
    stale: BTreeSet<u64>,
    /// Whether something was merged into the base.
    base_moved: bool,
}

impl Pass<'_> {
    fn run(&mut self) -> Result<(), ForgeError> {
        self.learn_viewer()?;
        let age = self.now.duration_since(self.mark.full);
        // A listing of the future was made before the clock went back.
        let full = !(-FULL_EVERY..FULL_EVERY).contains(&age);
        if full && !self.list_all()? {
            return Ok(());
        }
        if !self.look_at_house()? {
            return Ok(());
        }
        if !self.list_news()? {
            return Ok(());
        }
        let forge_now = self.forge.client.forge_now();
        let cold = |(number, at): (&u64, &Timestamp)| {
            (forge_now.duration_since(*at) >= HOT).then_some(*number)
        };
        self.stale.extend(self.mark.hot.iter().filter_map(cold));
        self.read_stale()?;
        self.watch_heads()?;
        self.look_at_base(full)
    }

    fn learn_viewer(&mut self) -> Result<(), ForgeError> {
        let token = self.forge.client.fingerprint();
        match &self.mark.viewer {
            Some(viewer) if self.mark.token == token => {
                let _there_already = self.forge.viewer.set(viewer.clone());
            }
            _ => {
                self.mark.viewer = Some(self.forge.viewer()?.clone());
                self.mark.token = token;
            }
        }
        let login = self.mark.viewer.as_ref().map(|viewer| viewer.login.clone());
        self.set(|mirror| &mut mirror.viewer, login);
        Ok(())
    }

    /// Sets a part of the mirror, and notes whether it was another.
    fn set<T: PartialEq>(&mut self, part: impl FnOnce(&mut Mirror) -> &mut T, value: T) {
        let place = part(self.mirror);
        if *place != value {
            *place = value;
            self.changed = true;
        }
    }

    /// Lists everything. `false`: there is nothing to be had here any more.
    fn list_all(&mut self) -> Result<bool, ForgeError> {
        let repo = self.forge.repo_state()?;
        let moved = repo.moved_to.is_some();
        let issues_off = repo.issues_off;
        self.set(|mirror| &mut mirror.repo, repo);
        if moved {
            return Ok(false);
        }
        let entries = match self.forge.list_changed(None, None) {
            Ok(Listing::Changed { entries, .. }) => entries,
            // It was renamed just now; the next pass will be told how.
            Ok(Listing::Same | Listing::Moved) => return Ok(false),
            Err(ForgeError::Missing { .. }) if issues_off => vec![],
            Err(error) => return Err(error),
        };
        let since = entries.iter().map(Seen::updated).max();
        let mut issues: BTreeMap<u64, Issue> = BTreeMap::new();
        let mut pulls: BTreeMap<u64, PullSeen> = BTreeMap::new();
        for entry in entries {
            match entry {
                Seen::Issue(issue) => {
                    issues.insert(issue.number, issue);
                }
                Seen::Pull(pull) => {
                    pulls.insert(pull.number, pull);
                }
            }
        }
        self.set(|mirror| &mut mirror.issues, issues);
        let docs = self.forge.list_pulls()?;
        let there: BTreeSet<u64> = docs.iter().map(|doc| doc.number).collect();
        let before = self.mirror.pulls.len();
        self.mirror.pulls.retain(|number, _| there.contains(number));
        self.changed |= self.mirror.pulls.len() != before;
        for doc in docs {
            let seen = pulls.get(&doc.number).map(|pull| pull.updated);
            self.take_pull(doc, seen)?;
        }
        self.stale = pulls.into_keys().filter(|n| !there.contains(n)).collect();
        self.mark.since = since;
        self.mark.settled = self.is_quiet();
        self.mark.listing = None;
        self.mark.full = self.now;
        Ok(true)
    }

    /// Looks whether a repository that took no writes, or had no issues, takes them again. `false`: there is nothing to be
    /// had here any more.
    fn look_at_house(&mut self) -> Result<bool, ForgeError> {
        let known = &self.mirror.repo;
        let closed = known.archived || known.read_only || known.issues_off;
        let age = self.now.duration_since(self.mark.house);
        if !closed || (SignedDuration::ZERO..HOUSE_EVERY).contains(&age) {
            return Ok(true);
        }
        let repo = self.forge.repo_state()?;
        let moved = repo.moved_to.is_some();
        self.set(|mirror| &mut mirror.repo, repo);
        self.mark.house = self.now;
        Ok(!moved)
    }

    /// Whether so much time has passed since the last change that nothing from before it can turn up.
    fn is_quiet(&self) -> bool {
        let forge_now = self.forge.client.forge_now();
        let quiet = |since: Timestamp| forge_now.duration_since(since) >= OVERLAP;
        self.mark.since.is_none_or(quiet)
    }

    /// Lists what changed. `false`: the repository has another name.
    fn list_news(&mut self) -> Result<bool, ForgeError> {
        for _ in 0..ROUNDS_MAX {
            let start = self.mark.start();
            let listed = self.forge.list_changed(start, self.mark.listing.as_ref());
            match listed {
                Ok(Listing::Same) => {}
                Ok(Listing::Moved) => {
                    let repo = self.forge.repo_state()?;
                    self.set(|mirror| &mut mirror.repo, repo);
                    return Ok(false);
                }
                Ok(Listing::Changed { entries, validator }) => {
                    self.mark.listing = validator;
                    if self.take(entries) {
                        continue;
                    }
                }
                Err(error @ ForgeError::Missing { .. }) => return self.without_issues(error),
                Err(error) => return Err(error),
            }
            if self.mirror.repo.moved_to.is_some() {
                self.set(|mirror| &mut mirror.repo.moved_to, None);
            }
            if self.mark.settled || !self.is_quiet() {
                break;
            }
            // From here on a listing begins after the last change, which is another one with another validator.
            self.mark.settled = true;
            self.mark.listing = None;
        }
        Ok(true)
    }

    /// The listing of issues is not there: because they are off, or because the repository is not there either.
    fn without_issues(&mut self, error: ForgeError) -> Result<bool, ForgeError> {
        let repo = self.forge.repo_state()?;
        let off = repo.issues_off;
        let moved = repo.moved_to.is_some();
        self.set(|mirror| &mut mirror.repo, repo);
        match (moved, off) {
            (true, _) => Ok(false),
            // Without the listing every open pull request may have changed.
            (false, true) => {
                let pulls = self.mirror.pulls.values();
                let open = pulls.filter(|pr| pr.is_open()).map(|pr| pr.number);
                self.stale.extend(open);
                Ok(true)
            }
            (false, false) => Err(error),
        }
    }

    /// Takes the entries of a listing. Whether the mark went on, and the next listing begins elsewhere.
    fn take(&mut self, entries: Vec<Seen>) -> bool {
        let newest = entries.iter().map(Seen::updated).max();
        if self.mirror.repo.issues_off && entries.iter().any(|e| matches!(e, Seen::Issue(_))) {
            self.set(|mirror| &mut mirror.repo.issues_off, false);
        }
        for entry in entries {
            match entry {
                Seen::Issue(issue) => self.take_issue(issue),
                Seen::Pull(seen) => {
                    let known = self.mirror.pulls.get(&seen.number);
                    if known.is_none_or(|known| seen.is_news(known)) {
                        self.news = true;
                        self.stale.insert(seen.number);
                    }
                }
            }
        }
        if newest <= self.mark.since {
            return false;
        }
        self.mark.since = newest;
        self.mark.settled = self.is_quiet();
        self.mark.listing = None;
        true
    }

    fn take_issue(&mut self, issue: Issue) {
        let known = self.mirror.issues.get(&issue.number);
        if known != Some(&issue) {
            self.mirror.issues.insert(issue.number, issue);
            self.changed = true;
            self.news = true;
        }
    }

    fn cares(&self, pr: &PullRequest) -> bool {
        looks_after(pr, &self.forge.settings.branch_prefix)
    }

    fn read_stale(&mut self) -> Result<(), ForgeError> {
        for number in std::mem::take(&mut self.stale) {
            match self.forge.pull(number) {
                Ok(doc) => self.take_pull(doc, None)?,
                Err(ForgeError::Missing { .. }) => {
                    self.changed |= self.mirror.pulls.remove(&number).is_some();
                    self.mark.heads.remove(&number);
                    self.mark.hot.remove(&number);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Takes a pull request, with its checks and reviews if acp looks after it.
    fn take_pull(&mut self, doc: PullDoc, seen: Option<Timestamp>) -> Result<(), ForgeError> {
        let mut pr = doc.into_domain();
        pr.updated = seen.map_or(pr.updated, |seen| seen.max(pr.updated));
        let was_open = self
            .mirror
            .pulls
            .get(&pr.number)
            .is_none_or(PullRequest::is_open);
        let is_merged = matches!(pr.state, PrState::Merged { .. });
        let forge_now = self.forge.client.forge_now();
        if self.cares(&pr) && forge_now.duration_since(pr.updated) < HOT {
            self.mark.hot.insert(pr.number, pr.updated);
        } else {
            self.mark.hot.remove(&pr.number);
        }
        let before = self.mirror.pulls.get(&pr.number);
        self.base_moved |= is_merged && was_open && pr.base == *self.base;
        if pr.is_open()
            && pr.base == *self.base
            && let Some(tip) = &self.mirror.base_sha
        {
            pr.base_sha = tip.clone();
        }
        if let Some(before) = before.filter(|before| before.head_sha == pr.head_sha) {
            pr.checks.clone_from(&before.checks);
            pr.reviews.clone_from(&before.reviews);
            if before.base_sha == pr.base_sha {
                pr.mergeable = before.mergeable;
            }
        }
        if self.cares(&pr) {
            pr.reviews = self.forge.reviews(pr.number)?;
            let mut head = match self.mark.heads.remove(&pr.number) {
                Some(head) if head.sha == pr.head_sha => head,
                _ => Head {
                    sha: pr.head_sha.clone(),
                    seen: self.now,
                    asked: self.now,
                    validators: BTreeMap::new(),
                },
            };
            if let Some(checks) = self.forge.checks_if(&mut head)? {
                pr.checks = checks;
            }
            head.asked = self.now;
            self.mark.heads.insert(pr.number, head);
        } else {
            self.mark.heads.remove(&pr.number);
            if pr.is_open() {
                pr.checks.clear();
                pr.reviews.clear();
            }
        }
        if self.mirror.pulls.get(&pr.number) != Some(&pr) {
            self.mirror.pulls.insert(pr.number, pr);
            self.changed = true;
            self.news = true;
        }
        Ok(())
    }

    fn watch_heads(&mut self) -> Result<(), ForgeError> {
        let mirror = &*self.mirror;
        let due = watch::due(&self.mark.heads, &mirror.pulls, &mirror.awaited, self.now);
        let crowded = due.len() >= watch::HEADS_PER_PASS_MAX;
        for number in due {
            let Some(pr) = self.mirror.pulls.get_mut(&number) else {
                continue;
            };
            let Some(mut head) = self.mark.heads.get(&number).cloned() else {
                continue;
            };
            if head.asked == self.now {
                continue;
            }
            if let Some(checks) = self.forge.checks_if(&mut head)?
                && pr.checks != checks
            {
                pr.checks = checks;
                self.changed = true;
            }
            // A head that is asked for in every pass needs no time, unless many take turns.
            if crowded || !watch::is_close(&head, &pr.checks, self.now) {
                head.asked = self.now;
            }
            self.mark.heads.insert(number, head);
        }
        Ok(())
    }

    fn look_at_base(&mut self, full: bool) -> Result<(), ForgeError> {
        let look = self.mark.base.as_ref().filter(|l| l.name == *self.base);
        let validator = look.and_then(|look| look.validator.clone());
        let age = look.map(|look| self.now.duration_since(look.at));
        let old = age.is_none_or(|age| age >= BASE_EVERY || age.is_negative());
        let watched = self.mirror.pulls.values().any(|pr| self.cares(pr));
        if full || self.base_moved || age.is_none() || (old && (watched || self.news)) {
            let known = validator
                .as_ref()
                .filter(|_| self.mirror.base_sha.is_some());
            let mut validator = validator.clone();
            if let Some(tip) = self.forge.tip_if(self.base, known)? {
                validator = tip.validator;
                self.set(|mirror| &mut mirror.base_sha, tip.sha);
            }
            self.mark.base = Some(BaseLook {
                name: self.base.clone(),
                at: self.now,
                validator,
            });
        }
        self.follow_base();
        Ok(())
    }

    /// Open pull requests go into the base as it is now.
    fn follow_base(&mut self) {
        let Some(tip) = &self.mirror.base_sha else {
            return;
        };
        let open = self.mirror.pulls.values_mut().filter(|pr| pr.is_open());
        for pr in open.filter(|pr| pr.base == *self.base && pr.base_sha != *tip) {
            pr.base_sha = tip.clone();
            pr.mergeable = Mergeable::Unknown;
            self.changed = true;
        }
    }
}
