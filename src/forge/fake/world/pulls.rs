//! Pull requests, and what a push makes of them.

use std::sync::Arc;

use super::{IssueEdit, Problem, World, invalid};
use crate::domain::{BranchName, Sha};
use crate::forge::fake::repository::ChangedFile;
use crate::forge::fake::state::Pull;

/// How many diffs are kept.
const DIFFS_MAX: usize = 512;

/// A pull request to be opened.
#[derive(Debug, Clone)]
pub(in crate::forge::fake) struct NewPull<'a> {
    pub(in crate::forge::fake) title: &'a str,
    pub(in crate::forge::fake) body: &'a str,
    pub(in crate::forge::fake) head: &'a str,
    pub(in crate::forge::fake) base: &'a str,
    pub(in crate::forge::fake) draft: bool,
}

/// What is to become of a pull request.
#[derive(Debug, Clone, Default)]
pub(in crate::forge::fake) struct PullEdit<'a> {
    pub(in crate::forge::fake) issue: IssueEdit<'a>,
    pub(in crate::forge::fake) base: Option<&'a str>,
}

impl World<'_> {
    /// Opens a pull request; its number.
    pub(in crate::forge::fake) fn open_pull(
        &mut self,
        actor: &str,
        new: &NewPull<'_>,
    ) -> Result<u64, Problem> {
        self.writable()?;
        self.check_text("PullRequest", Some(new.title), Some(new.body))?;
        let owner = self.state.settings.owner.clone();
        let (fork, head) = match new.head.split_once(':') {
            Some((who, head)) if who.eq_ignore_ascii_case(&owner) => (None, head),
            Some((who, head)) => (Some(who.to_owned()), head),
            None => (None, new.head),
        };
        let bad = |field| invalid("PullRequest", Some(field), "invalid", None);
        let (Ok(head), Ok(base)) = (head.parse::<BranchName>(), new.base.parse::<BranchName>())
        else {
            return bad("head");
        };
        let Some(base_sha) = self.repo.tip(&base)? else {
            return bad("base");
        };
        let head_sha = match &fork {
            Some(who) => self.state.forks.get(&(who.clone(), head.clone())).cloned(),
            None => self.repo.tip(&head)?,
        };
        let Some(head_sha) = head_sha else {
            return bad("head");
        };
        let custom = |message| invalid("PullRequest", None, "custom", Some(message));
        if self.repo.is_ancestor(&head_sha, &base_sha)? {
            return custom(format!("No commits between {base} and {head}"));
        }
        let same = |number: &u64| {
            let pull = self.item(*number).ok().and_then(|item| item.pull.as_ref());
            pull.is_some_and(|p| p.head == head && p.base == base && p.fork == fork)
        };
        if self.state.open_pulls.iter().any(same) {
            let of = fork.as_ref().unwrap_or(&owner);
            return custom(format!("A pull request already exists for {of}:{head}."));
        }
        let head_name = head.to_string();
        let number = self.add_item(actor, new.title, new.body, |item| {
            item.pull = Some(Pull {
                head,
                head_sha,
                base,
                base_sha,
                draft: new.draft,
                merged: None,
                fork,
            });
        });
        self.wrote("pull");
        self.marked(new.body);
        if self.counted {
            let by_head = &mut self.state.account.pulls_by_head;
            *by_head.entry(head_name).or_default() += 1;
        }
        Ok(number)
    }

    /// A pull request as it is.
    pub(in crate::forge::fake) fn pull(&self, number: u64) -> Result<&Pull, Problem> {
        self.item(number)?.pull.as_ref().ok_or(Problem::NotFound)
    }

    /// Changes what an edit names and is different.
    pub(in crate::forge::fake) fn edit_pull(
        &mut self,
        actor: &str,
        number: u64,
        edit: &PullEdit<'_>,
    ) -> Result<(), Problem> {
        let pull = self.pull(number)?;
        let old_base = pull.base.clone();
        if edit.issue.open == Some(true) && !self.item(number)?.open {
            let from_here = pull.fork.is_none();
            let head = pull.head.clone();
            if from_here && !self.branch_exists(&head)? {
                let message = Some("state cannot be changed. The repository that submitted this pull request has been deleted.".to_owned());
                return invalid("PullRequest", Some("state"), "invalid", message);
            }
        }
        self.edit_issue(actor, number, &edit.issue)?;
        let Some(base) = edit.base else { return Ok(()) };
        let base: BranchName = base.parse().map_err(|_| Problem::NotFound)?;
        if base == old_base {
            return Ok(());
        }
        let Some(tip) = self.repo.tip(&base)? else {
            return invalid("PullRequest", Some("base"), "invalid", None);
        };
        self.edit(number, |item| {
            if let Some(pull) = &mut item.pull {
                (pull.base, pull.base_sha) = (base, tip);
            }
        });
        self.wrote("edit");
        Ok(())
    }

    /// Draft or ready.
    pub(in crate::forge::fake) fn set_draft(&mut self, actor: &str, number: u64, draft: bool) {
        self.edit(number, |item| {
            if let Some(pull) = &mut item.pull {
                pull.draft = draft;
            }
        });
        let kind = if draft {
            "convert_to_draft"
        } else {
            "ready_for_review"
        };
        self.event(number, actor, kind, None);
        self.wrote(if draft { "draft" } else { "ready" });
    }

    /// Takes over where branches are now: a push to a head is a change of its pull request, a head that is gone closes
    /// it, and one that the base has is merged.
    pub(in crate::forge::fake) fn follow_branches(&mut self) -> Result<(), Problem> {
        let open: Vec<u64> = self.state.open_pulls.iter().copied().collect();
        for number in open {
            let Ok(pull) = self.pull(number) else {
                continue;
            };
            let head = match &pull.fork {
                Some(who) => {
                    let key = (who.clone(), pull.head.clone());
                    self.state.forks.get(&key).cloned()
                }
                None => self.repo.tip(&pull.head)?,
            };
            match head {
                Some(head) if head == pull.head_sha => {}
                Some(head) => {
                    let base = self.repo.tip(&pull.base.clone())?;
                    self.pushed(number, head, base);
                }
                None => {
                    let author = self.item(number)?.author.clone();
                    let counted = std::mem::replace(&mut self.counted, false);
                    self.set_open(&author, number, false, None);
                    self.counted = counted;
                }
            }
        }
        Ok(())
    }

    fn pushed(&mut self, number: u64, head: Sha, base: Option<Sha>) {
        self.state.settings.pushed = self.now;
        self.edit(number, |item| {
            if let Some(pull) = &mut item.pull {
                pull.head_sha = head;
                if let Some(sha) = base {
                    pull.base_sha = sha;
                }
            }
        });
    }

    /// The files of a pull request.
    pub(in crate::forge::fake) fn files(
        &mut self,
        number: u64,
    ) -> Result<Arc<Vec<ChangedFile>>, Problem> {
        let item = self.seen(number)?;
        let pull = item.pull.as_ref().ok_or(Problem::NotFound)?;
        // What a merge brought into the base would have no changes any more.
        let base = match pull.merged {
            Some(_) => Some(pull.base_sha.clone()),
            None => self.repo.tip(&pull.base)?,
        };
        let base = base.unwrap_or_else(|| pull.base_sha.clone());
        let key = (base, pull.head_sha.clone());
        if let Some(known) = self.state.diffs.get(&key) {
            return Ok(Arc::clone(known));
        }
        if !self.repo.has(&key.1)? {
            return Ok(Arc::default());
        }
        let files = Arc::new(self.repo.diff(&key.0, &key.1)?);
        if self.state.diffs.len() >= DIFFS_MAX {
            self.state.diffs.clear();
        }
        self.state.diffs.insert(key, Arc::clone(&files));
        Ok(files)
    }
}
