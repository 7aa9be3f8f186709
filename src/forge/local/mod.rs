//! A forge for one machine: a bare repository and a log of events.
//!
//! `events.jsonl` is the truth. Every change is one line that carries whole objects, appended and synced under
//! `forge.lock`; the files of objects and `index.json` are made from it, and repaired from it by whoever takes the lock
//! next. Readers take no lock: they read the files and lay over them what the log has beyond `index.json`.

mod books;
mod create;
mod error;
mod event;
mod index;
mod merge;
mod repo;
mod session;
mod sync;
mod views;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use self::books::Books;
use self::event::{Event, Trace};
use self::repo::Repo;
use self::session::Session;
use super::model::{self, Decision, Records};
use super::{Capabilities, ChangeFacts, Forge, ForgeError, GitRemote, Text};
use crate::domain::{
    Applied, Association, BranchName, Intent, Labelled, Mirror, Payload, PullRequest, Sha,
};
use crate::durable::Journal;
use crate::sys::Clock;

/// The bare repository in the folder of a forge.
const REPO: &str = "repo.git";
/// The log in it.
const EVENTS: &str = "events.jsonl";
/// The lock in it.
const LOCK: &str = "forge.lock";

/// A local forge in a folder.
pub struct LocalForge {
    dir: PathBuf,
    repo: Repo,
    log: Journal,
    clock: Arc<dyn Clock>,
}

impl LocalForge {
    /// The forge in the folder `dir`, which [`Self::create`] has made. Reads nothing yet. `git` is the program.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>, git: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            repo: Repo::new(&dir.join(REPO), git, Arc::clone(&clock)),
            log: Journal::open(&dir.join(EVENTS), &dir.join(LOCK)),
            clock,
        }
    }

    /// The event that an intent left, wherever it is in the log: what acp wrote is known by the intent's id in the event,
    /// which nobody can write into a text.
    fn trace(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        let traces: Vec<Trace> = self.log.read(0)?.records;
        let trace = traces
            .into_iter()
            .find(|trace| trace.intent.as_ref() == Some(&intent.id) && trace.applied.is_some());
        Ok(trace.and_then(|trace| trace.applied))
    }
}

impl Forge for LocalForge {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            kind: "local",
            visible_within: Duration::ZERO,
            remote: false,
            reviews_own: true,
        }
    }

    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        self.sync_mirror(mirror, base)
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        let books = Books::read(self)?;
        let (title, body) = match books.issue(number)? {
            Some(doc) => (doc.issue.title, doc.body),
            None => match books.pull(number)? {
                Some(doc) => (doc.pr.title, doc.body),
                None => return Err(model::missing(format_args!("number {number}"))),
            },
        };
        let comments = books.comments(number)?;
        Ok(Text {
            title,
            body,
            comments,
        })
    }

    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        let issue = Books::read(self)?.issue(number)?;
        let has = issue.filter(|doc| doc.issue.has(label));
        // Everyone who can write here is trusted, so it does not matter who it was.
        Ok(has.map(|doc| Labelled {
            by: doc.issue.author,
            association: Association::Owner,
            at: doc.issue.created,
        }))
    }

    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        Ok(ChangeFacts {
            diff: self.repo.facts(&pr.base_sha, &pr.head_sha)?,
            mergeable: self.repo.mergeable(&pr.base_sha, &pr.head_sha)?,
        })
    }

    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.repo.tip(name)
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        if model::leaves_text(intent)
            && let Some(applied) = self.trace(intent)?
        {
            return Ok(Some(applied));
        }
        model::find_by_state(&Books::read(self)?, intent)
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        if let Payload::Merge { head, method } = &intent.payload {
            return self.merge(intent, head, *method);
        }
        let mut session = Session::open(self, &model::tried(intent))?;
        let now = self.clock.now();
        match model::decide(&session.books, intent, now)? {
            Decision::Already(applied) => Ok(applied),
            Decision::Write(change) => {
                let applied = change.applied.clone();
                session.commit(Event::applied(intent, now, change))?;
                Ok(applied)
            }
        }
    }

    fn remote(&self) -> GitRemote {
        GitRemote::Path(self.dir.join(REPO))
    }
}
