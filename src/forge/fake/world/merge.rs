//! Whether a pull request can be merged, and merging it.

use std::sync::LazyLock;

use super::checks::Standing;
use super::{Problem, World};
use crate::domain::{BranchName, MergeMethod, Sha};
use crate::forge::fake::repository::Join;
use crate::forge::fake::state::{Merged, Probe, Protection, Pull};

static OPEN: LazyLock<Protection> = LazyLock::new(Protection::default);

/// What a forge says of a merge before it is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::forge::fake) struct Mergeability {
    /// `None`: being computed.
    pub(in crate::forge::fake) clean: Option<bool>,
    /// GitHub's word.
    pub(in crate::forge::fake) state: &'static str,
}

/// A merge that is wished for.
#[derive(Debug, Clone)]
pub(in crate::forge::fake) struct Wish<'a> {
    pub(in crate::forge::fake) method: MergeMethod,
    /// Only if the head is this.
    pub(in crate::forge::fake) head: Option<&'a str>,
    pub(in crate::forge::fake) message: Option<String>,
    /// A person merges whatever the branch asks for.
    pub(in crate::forge::fake) by_force: bool,
    pub(in crate::forge::fake) delete_branch: bool,
}

impl World<'_> {
    /// What the forge says of a merge; each reading may bring it nearer to knowing.
    pub(in crate::forge::fake) fn mergeability(
        &mut self,
        number: u64,
    ) -> Result<Mergeability, Problem> {
        let item = self.seen(number)?;
        let pull = item.pull.as_ref().ok_or(Problem::NotFound)?.clone();
        let unknown = Mergeability {
            clean: None,
            state: "unknown",
        };
        if !item.open {
            return Ok(unknown);
        }
        let Some(base) = self.repo.tip(&pull.base)? else {
            return Ok(unknown);
        };
        if !self.repo.has(&pull.head_sha)? {
            return Ok(unknown);
        }
        let reads_needed = self.state.knobs.mergeable_unknown_reads;
        let fresh = || Probe {
            base: base.clone(),
            head: pull.head_sha.clone(),
            reads: 0,
            answer: None,
        };
        let probe = self.state.probes.entry(number).or_insert_with(fresh);
        if probe.base != base || probe.head != pull.head_sha {
            *probe = fresh();
        }
        if probe.reads < reads_needed {
            probe.reads += 1;
            return Ok(unknown);
        }
        let clean = match probe.answer {
            Some(clean) => clean,
            None => self.repo.mergeable(&base, &pull.head_sha)?,
        };
        probe.answer = Some(clean);
        let state = self.merge_state(number, &pull, &base, clean)?;
        Ok(Mergeability {
            clean: Some(clean),
            state,
        })
    }

    fn merge_state(
        &self,
        number: u64,
        pull: &Pull,
        base: &Sha,
        clean: bool,
    ) -> Result<&'static str, Problem> {
        if !clean {
            return Ok("dirty");
        }
        if pull.draft {
            return Ok("draft");
        }
        let rule = self.rule(&pull.base);
        if rule.up_to_date && !self.repo.is_ancestor(base, &pull.head_sha)? {
            return Ok("behind");
        }
        if !self.hindrances(number, pull).is_empty() {
            return Ok("blocked");
        }
        let standings = self.standings(&pull.head_sha);
        let all_good = standings.values().all(|s| *s == Standing::Good);
        Ok(if all_good { "clean" } else { "unstable" })
    }

    pub(in crate::forge::fake) fn rule(&self, base: &BranchName) -> &Protection {
        self.state.protection.get(base).unwrap_or(&OPEN)
    }

    /// What the base branch asks for and is not there, in GitHub's words.
    fn hindrances(&self, number: u64, pull: &Pull) -> Vec<String> {
        let rule = self.rule(&pull.base);
        let standings = self.standings(&pull.head_sha);
        let mut out = vec![];
        if rule.locked {
            out.push("Cannot change this locked branch".to_owned());
        }
        let of = |check: &String| (check.clone(), standings.get(check.as_str()).copied());
        let checks: Vec<_> = rule.checks.iter().map(of).collect();
        let missing = checks.iter().filter(|(_, s)| *s != Some(Standing::Good));
        let missing: Vec<_> = missing.collect();
        match missing.as_slice() {
            [] => {}
            [(check, None)] => out.push(format!("Required status check \"{check}\" is expected.")),
            [(check, Some(Standing::Bad))] => {
                out.push(format!("Required status check \"{check}\" is failing."));
            }
            [(check, _)] => out.push(format!("Required status check \"{check}\" is in progress.")),
            more => {
                let (n, of) = (more.len(), checks.len());
                let failing = more.iter().any(|(_, s)| *s == Some(Standing::Bad));
                let how = if failing {
                    "have not succeeded"
                } else {
                    "are expected"
                };
                out.push(format!("{n} of {of} required status checks {how}."));
            }
        }
        if rule.reviews > 0 {
            let head = rule.dismiss_stale.then_some(&pull.head_sha);
            let (approved, refused) = self.approvals(number, head);
            if refused {
                let words = "Changes have been requested.";
                out.push(words.to_owned());
            } else if approved < rule.reviews {
                let (n, s) = (rule.reviews, if rule.reviews == 1 { "" } else { "s" });
                out.push(format!(
                    "At least {n} approving review{s} is required by reviewers with write access."
                ));
            }
        }
        out
    }

    /// Refuses a merge that may not be made.
    fn check_merge(
        &self,
        number: u64,
        pull: &Pull,
        base: &Sha,
        wish: &Wish<'_>,
    ) -> Result<(), Problem> {
        let not_allowed = |words: &str| Err(Problem::NotAllowed(words.to_owned()));
        if pull.draft {
            return not_allowed("Pull Request is still a draft");
        }
        if wish.head.is_some_and(|head| head != pull.head_sha.as_str()) {
            let words = "Head branch was modified. Review and try the merge again.";
            return Err(Problem::Conflict(words.to_owned()));
        }
        let settings = &self.state.settings;
        match wish.method {
            MergeMethod::Merge if !settings.allow_merge => {
                return not_allowed("Merge commits are not allowed on this repository.");
            }
            MergeMethod::Squash if !settings.allow_squash => {
                return not_allowed("Squash merges are not allowed on this repository.");
            }
            MergeMethod::Rebase if !settings.allow_rebase => {
                return not_allowed("Rebase merges are not allowed on this repository.");
            }
            _ => {}
        }
        if wish.by_force {
            return Ok(());
        }
        let rule = self.rule(&pull.base);
        let mut hindrances = self.hindrances(number, pull);
        if rule.up_to_date && !self.repo.is_ancestor(base, &pull.head_sha)? {
            hindrances.push("The head branch is not up to date with the base branch.".to_owned());
        }
        if hindrances.is_empty() {
            return Ok(());
        }
        let words = hindrances.join("\n\n");
        if rule.ruleset {
            return not_allowed(&format!("Repository rule violations found\n\n{words}\n\n"));
        }
        not_allowed(&words)
    }

    /// Merges; the commit that the base points at then.
    pub(in crate::forge::fake) fn merge(
        &mut self,
        actor: &str,
        number: u64,
        wish: &Wish<'_>,
    ) -> Result<Sha, Problem> {
        self.writable()?;
        let not_mergeable = || Problem::NotAllowed("Pull Request is not mergeable".to_owned());
        let item = self.item(number)?;
        let pull = item.pull.clone().ok_or(Problem::NotFound)?;
        let (title, text) = (item.title.clone(), item.body.clone());
        if !item.open || pull.merged.is_some() {
            return Err(not_mergeable());
        }
        let base = self.repo.tip(&pull.base)?.ok_or_else(not_mergeable)?;
        self.check_merge(number, &pull, &base, wish)?;
        let message = wish.message.clone();
        let message = message.unwrap_or_else(|| format!("{title} (#{number})"));
        let made = self
            .repo
            .merge(&base, &pull.head_sha, wish.method, &message)?;
        let Join::Commit(commit) = made else {
            return Err(not_mergeable());
        };
        self.repo.set(&pull.base, Some(&commit))?;
        let now = self.now;
        self.state.settings.pushed = now;
        self.edit(number, |item| {
            item.open = false;
            item.closed = Some(now);
            item.closed_by = Some(actor.to_owned());
            if let Some(pull) = &mut item.pull {
                pull.base_sha = base;
                pull.merged = Some(Merged {
                    at: now,
                    by: actor.to_owned(),
                    commit: commit.clone(),
                });
            }
        });
        self.event(number, actor, "merged", None);
        self.event(number, actor, "closed", None);
        self.wrote("merge");
        *self.state.account.merges.entry(number).or_default() += 1;
        if pull.base == self.state.settings.default_branch {
            self.close_named(actor, &text);
        }
        if (self.state.settings.delete_branch_on_merge || wish.delete_branch) && pull.fork.is_none()
        {
            self.repo.set(&pull.head, None)?;
        }
        Ok(commit)
    }

    /// Closes the issues that a merged text names.
    fn close_named(&mut self, actor: &str, text: &str) {
        let full = self.state.settings.full_name();
        for number in closes(text, &full) {
            let open = self
                .item(number)
                .is_ok_and(|item| item.open && item.pull.is_none());
            if open {
                let counted = std::mem::replace(&mut self.counted, false);
                self.set_open(actor, number, false, Some("completed"));
                self.counted = counted;
            }
        }
    }
}

/// The issues that a text closes: a closing word, then `#n` or `owner/name#n`.
fn closes(text: &str, full_name: &str) -> Vec<u64> {
    const WORDS: [&str; 9] = [
        "close", "closes", "closed", "fix", "fixes", "fixed", "resolve", "resolves", "resolved",
    ];
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut numbers = vec![];
    for pair in words.windows(2) {
        let verb = pair[0].trim_start_matches(|c: char| !c.is_alphanumeric());
        let verb = verb.trim_end_matches(':').to_lowercase();
        let Some((repository, rest)) = pair[1].split_once('#') else {
            continue;
        };
        let here = repository.is_empty() || repository.eq_ignore_ascii_case(full_name);
        let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
        if here && WORDS.contains(&verb.as_str()) {
            numbers.extend(digits.parse::<u64>().ok());
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::closes;

    #[test]
    fn closing_words_name_issues_of_this_repository() {
        let text = "Adds it.\n\nCloses #12, fixes: o/r#3 and resolved other/r#4. See #5; (closes #6) encloses #7";
        assert_eq!(closes(text, "o/r"), [12, 3, 6]);
        assert!(closes("", "o/r").is_empty() && closes("fixes #x", "o/r").is_empty());
    }
}
