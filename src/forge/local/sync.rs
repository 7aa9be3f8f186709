//! Bringing a mirror up to date: what the log has beyond the mark, and where branches are now.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::MetadataExt as _;

use super::books::{Books, events_from};
use super::event::Event;
use super::{EVENTS, LocalForge};
use crate::domain::{ACTOR, BranchName, Check, Issue, Mirror, PullRequest, Sha, schedule_line};
use crate::forge::ForgeError;
use crate::forge::model::{Object, Records, with_branches};

/// Where a mirror is in the log. The file's number tells a log that was replaced, for example from a backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    end: u64,
    file: u64,
}

impl Mark {
    fn parse(text: &str) -> Option<Self> {
        let (end, file) = text.split_once(':')?;
        Some(Self {
            end: end.parse().ok()?,
            file: file.parse().ok()?,
        })
    }

    fn text(self) -> String {
        format!("{}:{}", self.end, self.file)
    }
}

impl LocalForge {
    /// See [`crate::forge::Forge::sync`]. With nothing new: one stat, and git's files of branches.
    pub(super) fn sync_mirror(
        &self,
        mirror: &mut Mirror,
        base: &BranchName,
    ) -> Result<bool, ForgeError> {
        let news = self.news(mirror)?;
        let mut changed = news.is_some();
        let tips = self.repo.tips();
        let mut tip = |branch: &BranchName| tips.tip(branch);
        let mut listed = Listed::default();
        if let Some(news) = news {
            listed.take(mirror, &news);
            mirror.mark = news.mark.text();
        }
        changed |= listed.refresh_pulls(self, mirror, &mut tip)?;
        changed |= mirror.viewer.as_deref() != Some(ACTOR);
        mirror.viewer = Some(ACTOR.to_owned());
        let base_sha = tip(base)?;
        changed |= mirror.base_sha != base_sha;
        mirror.base_sha = base_sha;
        Ok(changed)
    }

    fn news(&self, mirror: &Mirror) -> Result<Option<News>, ForgeError> {
        let path = self.dir.join(EVENTS);
        let meta = std::fs::metadata(&path).map_err(|error| ForgeError::Unreadable {
            what: format!("the local forge `{}`", self.dir.display()),
            why: error.to_string(),
        })?;
        let file = meta.ino();
        let last = Mark::parse(&mirror.mark).filter(|m| m.file == file && m.end <= meta.len());
        if last.is_some_and(|mark| mark.end == meta.len()) {
            return Ok(None);
        }
        if let Some(mark) = last {
            match events_from(self, mark.end) {
                Ok((events, ..)) if events.is_empty() => return Ok(None),
                Ok((events, end, true)) => {
                    let (mark, all) = (Mark { end, file }, false);
                    return Ok(Some(News { events, mark, all }));
                }
                // Nothing ended there: another log in the same place.
                Ok(_) | Err(ForgeError::Unreadable { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        let (events, end, _) = events_from(self, 0)?;
        let (mark, all) = (Mark { end, file }, true);
        Ok(Some(News { events, mark, all }))
    }
}

/// Events that a mirror has not seen.
struct News {
    events: Vec<Event>,
    mark: Mark,
    /// These are all there are: the mirror starts anew.
    all: bool,
}

/// What a listing has changed so far.
#[derive(Default)]
struct Listed {
    /// Pull requests as they were before, of those that an event changed.
    before: BTreeMap<u64, Option<PullRequest>>,
    checks: BTreeMap<Sha, Vec<Check>>,
    /// `checks` has all there are.
    all: bool,
}

impl Listed {
    fn take(&mut self, mirror: &mut Mirror, news: &News) {
        self.all = news.all;
        if news.all {
            let pulls = std::mem::take(&mut mirror.pulls);
            mirror.issues.clear();
            self.before = pulls.into_iter().map(|(n, pr)| (n, Some(pr))).collect();
        }
        for object in news.events.iter().flat_map(|event| &event.objects) {
            match object {
                Object::Issue(doc) => {
                    // Not as stored: an issue may be older than what is looked for in its text.
                    let schedule = schedule_line(&doc.body);
                    let issue = Issue {
                        schedule,
                        ..doc.issue.clone()
                    };
                    mirror.issues.insert(issue.number, issue);
                }
                Object::Pull(doc) => {
                    let before = mirror.pulls.insert(doc.pr.number, doc.pr.clone());
                    self.before.entry(doc.pr.number).or_insert(before);
                }
                Object::Checks(doc) => {
                    self.checks.insert(doc.sha.clone(), doc.checks.clone());
                }
                Object::Comment(_) | Object::Labels(_) => {}
            }
        }
    }

    /// Adds what is not in the log, or elsewhere in it: tips, checks.
    fn refresh_pulls(
        &self,
        forge: &LocalForge,
        mirror: &mut Mirror,
        tip: &mut dyn FnMut(&BranchName) -> Result<Option<Sha>, ForgeError>,
    ) -> Result<bool, ForgeError> {
        let mut changed = false;
        let touched: BTreeSet<u64> = self.before.keys().copied().collect();
        for (number, pr) in &mut mirror.pulls {
            let has_news = self.checks.contains_key(&pr.head_sha);
            if !pr.is_open() && !touched.contains(number) && !has_news {
                continue;
            }
            let old = pr.clone();
            let before = match self.before.get(number) {
                Some(before) => before.as_ref(),
                None => Some(&old),
            };
            let mut new = with_branches(pr.clone(), before, tip)?;
            new.checks = match (self.checks.get(&new.head_sha), before) {
                (Some(checks), _) => checks.clone(),
                (None, _) if self.all => vec![],
                (None, Some(before)) if before.head_sha == new.head_sha => before.checks.clone(),
                (None, _) => Books::read(forge)?.checks(&new.head_sha)?,
            };
            changed |= new != old;
            *pr = new;
        }
        Ok(changed)
    }
}
