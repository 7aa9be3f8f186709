//! Merging. The commit is made without the lock, which may take git a moment; under the lock the base branch moves by
//! one compare-and-swap between two lines of the log, so that whoever finds the first without the second can tell from
//! the branch alone how far it got.

use super::LocalForge;
use super::event::{Begun, Event, Step};
use super::repo::Made;
use super::session::Session;
use crate::domain::{Applied, Intent, MergeMethod, PrState, Sha};
use crate::durable::crash_point;
use crate::forge::ForgeError;
use crate::forge::model::{self, Ahead, PullDoc, Records, check_merge, conflict};

/// How often a merge starts again because somebody moved the base meanwhile.
const TRIES_MAX: usize = 8;

impl LocalForge {
    /// Merges the pull request of `intent` at `head`, or finds it merged.
    pub(super) fn merge(
        &self,
        intent: &Intent,
        head: &Sha,
        method: MergeMethod,
    ) -> Result<Applied, ForgeError> {
        // Taking the lock finishes a merge that was left half done, which may be this one.
        let mut session = Session::open(self, &model::tried(intent))?;
        for _ in 0..TRIES_MAX {
            let (pull, base_old) = match check_merge(&session.books, intent, head)? {
                Ahead::Already(applied) => return Ok(applied),
                Ahead::Free(pull, base) => (pull, base),
            };
            drop(session);
            let made = self.make_commit(&pull, &base_old, head, method)?;
            let commit = match made {
                Made::Commit(commit) => commit,
                Made::Conflict(paths) => return Err(conflict(intent, &paths)),
            };
            session = Session::open(self, &model::tried(intent))?;
            let begun = Begun {
                pr: pull.pr.number,
                head: head.clone(),
                base: pull.pr.base.clone(),
                base_old,
                commit,
                actor: intent.actor().to_owned(),
                intent: intent.id.clone(),
            };
            match check_merge(&session.books, intent, head)? {
                Ahead::Already(applied) => return Ok(applied),
                Ahead::Free(_, base) if base == begun.base_old => session.begin_merge(begun)?,
                Ahead::Free(..) => {}
            }
            session.finish_merge()?;
        }
        match check_merge(&session.books, intent, head)? {
            Ahead::Already(applied) => Ok(applied),
            Ahead::Free(pull, _) => Err(ForgeError::Unavailable {
                tried: model::tried(intent),
                why: format!("{} keeps moving", pull.pr.base),
            }),
        }
    }

    fn make_commit(
        &self,
        pull: &PullDoc,
        base: &Sha,
        head: &Sha,
        method: MergeMethod,
    ) -> Result<Made, ForgeError> {
        let message = match method {
            MergeMethod::Squash => squash_message(pull, &self.repo.run_trailers(base, head)?),
            MergeMethod::Merge | MergeMethod::Rebase => merge_message(pull),
        };
        self.repo.make_merge(method, base, head, &message)
    }
}

impl Session<'_> {
    fn begin_merge(&mut self, begun: Begun) -> Result<(), ForgeError> {
        let now = self.books.forge.clock.now();
        self.commit(Event::of_merge(Step::MergeBegun, begun, now))
    }

    /// Brings a merge that was begun to its end, if there is one: the branch is what tells.
    pub(super) fn finish_merge(&mut self) -> Result<(), ForgeError> {
        let Some(begun) = self.books.index.merge.clone() else {
            return Ok(());
        };
        let forge = self.books.forge;
        let repo = &forge.repo;
        crash_point("forge.before_branch");
        let mut tip = repo.tip(&begun.base)?;
        if tip.as_ref() == Some(&begun.base_old) && begun.commit != begun.base_old {
            repo.swap(&begun.base, &begun.commit, &begun.base_old)?;
            crash_point("forge.after_branch");
            tip = repo.tip(&begun.base)?;
        }
        let has_it = match &tip {
            Some(tip) => *tip == begun.commit || repo.is_ancestor(&begun.commit, tip)?,
            None => false,
        };
        let now = forge.clock.now();
        let pull = self.books.pull(begun.pr)?;
        let event = match pull {
            Some(pull) if has_it && !matches!(pull.pr.state, PrState::Merged { .. }) => {
                let issue = match pull.pr.closes {
                    Some(number) => self.books.issue(number)?,
                    None => None,
                };
                let objects = model::merged(pull, issue, &begun.head, &begun.commit, now);
                Event::merged(begun, now, objects)
            }
            _ => Event::of_merge(Step::MergeAbandoned, begun, now),
        };
        self.commit(event)
    }
}

/// The message of a squashed merge; `trailers` are those of the branch's commits that name acp's runs.
fn squash_message(pull: &PullDoc, trailers: &[String]) -> String {
    let mut message = format!("{} (#{})\n", pull.pr.title, pull.pr.number);
    if !trailers.is_empty() {
        message.push('\n');
        for trailer in trailers {
            message.push_str(trailer);
            message.push('\n');
        }
    }
    message
}

/// The message of a merge commit.
fn merge_message(pull: &PullDoc) -> String {
    let pr = &pull.pr;
    format!("Merge #{} from {}\n\n{}\n", pr.number, pr.head, pr.title)
}
