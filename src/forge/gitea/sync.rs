//! Bringing a mirror up to date.
//!
//! A listing gives what has changed since the mark, newest item first: the order does not follow the changes, so a change
//! that is made while pages are read may be missed, and the mark therefore never passes the time at which the listing
//! began. Times have whole seconds: a pull request is asked for again until it was read well after its last change.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Gitea;
use super::people::People;
use super::read::{PAGE, Pages, login, or_empty, paged};
use super::shape;
use crate::domain::{
    BranchName, Issue, IssueState, Mirror, PullRequest, RepoState, Sha, text_digest,
};
use crate::forge::ForgeError;
use crate::forge::remote::address::escaped;
use crate::forge::remote::adopt::{Viewer, whole_seconds};
use crate::forge::remote::mark::fingerprint;
use crate::forge::remote::watch::{self, HEADS_PER_PASS_MAX, Head, Heads};
use crate::forge::remote::{Found, Validator};

/// How often everything is listed: what was deleted or transferred is in no listing of changes.
const FULL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How often the repository itself is looked at.
const HOUSE_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// How far behind the last change the mark stays: a change is seen a moment after the time that it bears.
const OVERLAP: SignedDuration = SignedDuration::from_secs(30);
/// How long after its last change, by the server's clock, a pull request must be read to have been read as it is.
const SETTLED_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// The most pages of a listing of everything.
const PAGES_MAX: usize = 4_000;
/// From how many pull requests on they are read by pages instead of one by one.
const BULK: usize = 20;
/// The most base branches besides the profile's that are looked at.
const OTHER_BASES_MAX: usize = 5;

/// What a listing goes on from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Mark {
    /// Whose token it was made with.
    token: String,
    /// The account that the token belongs to.
    viewer: Viewer,
    /// What has changed since then, by the server's clock, is not known yet.
    since: Option<Timestamp>,
    /// The first page of the listing as of then, where the server has validators.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    page: Option<Validator>,
    /// When everything was last listed.
    full: Timestamp,
    /// When the repository itself was last looked at.
    house: Timestamp,
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

/// A pull request, and when it was asked for by this machine's clock.
struct Read {
    pull: shape::Pull,
    at: Timestamp,
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
        let token = fingerprint(&self.settings.token);
        let mark = self.place.read(&mirror.mark);
        let mark = mark.filter(|mark: &Mark| mark.token == token);
        let fresh = mark.is_none();
        let mark = match mark {
            Some(mark) => {
                self.known.borrow_mut().viewer = Some(mark.viewer.clone());
                mark
            }
            None => Mark {
                token,
                viewer: self.viewer()?,
                since: None,
                page: None,
                full: now,
                house: now,
                unsettled: BTreeSet::new(),
                authors_due: BTreeSet::new(),
                pairs: BTreeMap::new(),
                heads: Heads::new(),
            },
        };
        let full = fresh || is_due(mark.full, FULL_EVERY, now);
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
        look.bases(base)?;
        look.take(listed, base)?;
        look.authors()?;
        look.checks()?;
        look.end()
    }
}

impl Look<'_> {
    /// What holds for the repository as a whole; its new name when it has another one.
    fn house(&mut self) -> Result<Option<String>, ForgeError> {
        let settings = &self.forge.settings;
        let place = format!("{}/{}", settings.owner, settings.name);
        let path = self.forge.at("");
        let answer = match self.forge.client.look("read the repository", &path, None) {
            Ok(Found::New(answer)) => answer,
            Ok(Found::Same) => return Ok(None),
            Ok(Found::Moved(path)) => return Ok(Some(name_in(&path))),
            Err(ForgeError::Missing { .. }) => {
                let what = format!("repository {place}, or the right to see it,");
                return Err(ForgeError::Missing { what });
            }
            Err(error) => return Err(error),
        };
        let repository: shape::Repository = answer.read()?;
        let elsewhere = !repository.full_name.is_empty()
            && repository.full_name.to_lowercase() != place.to_lowercase();
        if elsewhere {
            return Ok(Some(repository.full_name));
        }
        self.mirror.repo = RepoState {
            archived: repository.archived,
            issues_off: repository.has_issues == Some(false),
            moved_to: None,
        };
        self.mirror.viewer = Some(self.mark.viewer.login.clone());
        self.mark.house = self.now;
        // The time of the look itself is worth keeping.
        self.news = true;
        Ok(None)
    }

    /// The repository has another name: whether that is new. All else stays as it was last seen.
    fn moved(self, to: String) -> bool {
        let repo = RepoState {
            moved_to: Some(to),
            ..self.mirror.repo.clone()
        };
        let changed = self.mirror.repo != repo;
        self.mirror.repo = repo;
        changed
    }

    /// Issues and pull requests that have changed since the mark.
    fn list(&mut self) -> Result<Listing, ForgeError> {
        let tried = "list what has changed";
        let since = self.mark.since.filter(|_| !self.full);
        let since = since.map_or_else(String::new, |since| {
            format!("&since={}", escaped(&since.to_string()))
        });
        let client = &self.forge.client;
        let path = self
            .forge
            .at(&format!("/issues?state=all&limit={PAGE}{since}"));
        let known = self.mark.page.as_ref().filter(|_| !self.full);
        let sent = client.clock().now();
        let first = match client.look(tried, &paged(&path, 1), known) {
            Ok(Found::Same) => return Ok(Listing::Same),
            Ok(Found::New(answer)) => answer,
            Ok(Found::Moved(path)) => return Ok(Listing::Moved(name_in(&path))),
            // Neither issues nor pull requests are on.
            Err(ForgeError::Missing { .. }) if self.mirror.repo.issues_off => {
                return Ok(Listing::Same);
            }
            Err(error) => return Err(error),
        };
        // What the server's clock said when the listing began.
        let began = sent.checked_add(client.ahead()).unwrap_or(sent);
        let mut pages: Pages<shape::Issue> = Pages::new();
        let mut more = pages.take(or_empty(&first)?, &first);
        for page in 2..=PAGES_MAX {
            if !more {
                break;
            }
            let answer = client.get(tried, &paged(&path, page))?;
            more = pages.take(or_empty(&answer)?, &answer);
        }
        if more {
            return Err(ForgeError::Unreadable {
                what: tried.to_owned(),
                why: format!("it has more than {PAGES_MAX} pages"),
            });
        }
        let last = pages.entries.iter().map(|issue| issue.updated_at).max();
        Ok(Listing::Of(Listed {
            whole: pages.is_whole(),
            issues: pages.entries,
            until: last.map(|last| last.min(began)),
            page: first.validator,
        }))
    }

    /// The tips of the branches that pull requests go into.
    fn bases(&mut self, base: &BranchName) -> Result<(), ForgeError> {
        let tip = self.forge.tip(base)?;
        self.news |= self.mirror.base_sha != tip;
        self.mirror.base_sha = tip;
        let prefix = &self.forge.settings.branch_prefix;
        let pulls = self.mirror.pulls.values();
        let others: BTreeSet<BranchName> = pulls
            .filter(|pr| watch::looks_after(pr, prefix) && pr.base != *base)
            .map(|pr| pr.base.clone())
            .collect();
        for other in others.into_iter().take(OTHER_BASES_MAX) {
            if let Some(tip) = self.forge.tip(&other)? {
                self.rebase(&other, &tip);
            }
        }
        if let Some(tip) = self.mirror.base_sha.clone() {
            self.rebase(base, &tip);
        }
        Ok(())
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
        if let Some(until) = listed.until {
            let since = until.checked_sub(OVERLAP).map(whole_seconds).ok();
            // A mark that moves within what is known already is not worth a file.
            let since = since.max(self.mark.since);
            self.news |= since != self.mark.since;
            self.mark.since = since;
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

    /// Reads pull requests that may have changed.
    fn take_pulls(&mut self, numbers: &BTreeSet<u64>, base: &BranchName) -> Result<(), ForgeError> {
        let mut read = if numbers.len() > BULK {
            self.bulk(numbers)?
        } else {
            BTreeMap::new()
        };
        for number in numbers {
            let pull = match read.remove(number) {
                Some(pull) => Some(pull),
                None => self.one(*number)?,
            };
            match pull {
                Some(pull) => self.take_pull(&pull, base)?,
                None => {
                    self.mark.unsettled.remove(number);
                    self.news |= self.mirror.pulls.remove(number).is_some();
                }
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

    /// Everything was listed: what is not there is gone.
    fn drop_all_but(&mut self, there: &BTreeSet<u64>) {
        let mirror = &mut self.mirror;
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

    /// Asks for the checks of heads that are due.
    fn checks(&mut self) -> Result<(), ForgeError> {
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
        let due = watch::due(&self.mark.heads, &self.mirror.pulls, self.now);
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
            let again = watch::due(&self.mark.heads, &self.mirror.pulls, self.now);
            let every_pass = again.contains(&number);
            self.news |= in_turns || !every_pass || asked == Timestamp::UNIX_EPOCH;
        }
        Ok(())
    }

    /// Writes the mark, if there is anything that the last one does not say.
    fn end(mut self) -> Result<bool, ForgeError> {
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
        Ok(self.news)
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

/// The name of the repository in a path under it.
fn name_in(path: &str) -> String {
    let path = path.split('?').next().unwrap_or(path);
    let mut parts = path.trim_start_matches("/repos/").split('/');
    let (owner, name) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    format!("{owner}/{name}")
}
