//! Where the issues and pull requests of a world live, and who else is about there.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use acp::domain::{Association, BranchName, DiffFacts, Issue, ItemId, Mirror, PullRequest, Sha};
use acp::forge::Forge;
use acp::forge::sim::{Faults, SimForge};

/// What was written so far, as far as it must never be.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    /// Intents that wrote more than one text.
    pub(crate) written_twice: Vec<String>,
    /// Pull requests opened, by head.
    pub(crate) pulls_by_head: BTreeMap<String, u64>,
    /// Merges, by pull request.
    pub(crate) merges: BTreeMap<u64, u64>,
    /// Limits that were broken, by name.
    pub(crate) limits: BTreeMap<String, u64>,
}

/// A forge with its people.
pub(crate) trait Town {
    /// The forge as a new process sees it.
    fn port(&self) -> Rc<dyn Forge>;
    /// Everything as it is.
    fn truth(&self) -> Mirror;
    /// Everything as a process reads it that knows nothing yet.
    fn listed(&self) -> Mirror {
        self.truth()
    }
    fn tally(&self) -> Tally;
    /// Nothing goes wrong any more.
    fn calm(&self);

    fn open_issue(&self, author: &str, who: Association, labels: &[&str]) -> u64;
    fn comment(&self, author: &str, who: Association, item: ItemId, body: &str);
    /// By Ann, who is trusted, or by somebody of whom that is not known.
    fn relabel(&self, by_ann: bool, item: ItemId, add: &[&str], remove: &[&str]);
    /// By its author.
    fn edit_text(&self, issue: &Issue, body: &str);
    fn set_open(&self, item: ItemId, open: bool);
    fn merge(&self, number: u64);
    fn push_to(&self, branch: &BranchName) -> Sha;
    /// What a commit touches.
    fn set_facts(&self, commit: &Sha, facts: DiffFacts);

    /// Whether it is reached by requests.
    fn is_hosted(&self) -> bool {
        false
    }
    /// Somebody does what only a forge behind HTTP knows.
    fn something_odd(&self, _: u64, _: Option<u64>, _: Option<&PullRequest>) -> String {
        String::new()
    }
    /// The answer of the next request that merges, or opens a pull request, is lost.
    fn lose_an_answer(&self, _: u64) {}
    /// Issues that were deleted.
    fn gone(&self) -> BTreeSet<u64> {
        BTreeSet::new()
    }
    /// Markers that stand in more than one place now.
    fn standing_twice(&self) -> Vec<String> {
        vec![]
    }
    fn count_anew(&self) {}
    /// What was asked since it is counted anew, if an idle pass may not ask so much.
    fn more_than_idle(&self) -> Option<String> {
        None
    }
}

/// The simulated forge.
pub(crate) struct Simulated {
    forge: Rc<SimForge>,
    faults: Faults,
}

impl Simulated {
    pub(crate) fn new(forge: SimForge, faults: Faults) -> Self {
        forge.set_faults(faults.clone());
        Self {
            forge: Rc::new(forge),
            faults,
        }
    }
}

impl Town for Simulated {
    fn port(&self) -> Rc<dyn Forge> {
        let forge: Rc<SimForge> = Rc::clone(&self.forge);
        forge
    }

    fn truth(&self) -> Mirror {
        self.forge.truth()
    }

    fn tally(&self) -> Tally {
        let account = self.forge.account();
        let number = |n: &u32| u64::from(*n);
        let twice = account.written_twice();
        Tally {
            written_twice: twice.into_iter().map(ToString::to_string).collect(),
            pulls_by_head: account
                .pulls_by_head
                .iter()
                .map(|(head, n)| (head.to_string(), number(n)))
                .collect(),
            merges: account
                .merges
                .iter()
                .map(|(pr, n)| (*pr, number(n)))
                .collect(),
            limits: BTreeMap::new(),
        }
    }

    fn calm(&self) {
        self.forge.set_faults(Faults {
            conflict: self.faults.conflict,
            visible_within: self.faults.visible_within,
            ..Faults::default()
        });
    }

    fn open_issue(&self, author: &str, who: Association, labels: &[&str]) -> u64 {
        self.forge
            .open_issue(author, who, "Something to do", "Do it.", labels)
    }

    fn comment(&self, author: &str, who: Association, item: ItemId, body: &str) {
        self.forge.comment_from(author, who, item, body).unwrap();
    }

    fn relabel(&self, by_ann: bool, item: ItemId, add: &[&str], remove: &[&str]) {
        if by_ann {
            let owner = Association::Owner;
            self.forge
                .relabel_as("ann", owner, item, add, remove)
                .unwrap();
        } else {
            self.forge.relabel(item, add, remove).unwrap();
        }
    }

    fn edit_text(&self, issue: &Issue, body: &str) {
        self.forge
            .edit_text(issue.number, &issue.title, body)
            .unwrap();
    }

    fn set_open(&self, item: ItemId, open: bool) {
        if open {
            self.forge.reopen(item).unwrap();
        } else {
            self.forge.close(item).unwrap();
        }
    }

    fn merge(&self, number: u64) {
        self.forge.merge_by_person(number).unwrap();
    }

    fn push_to(&self, branch: &BranchName) -> Sha {
        self.forge.push_to(branch)
    }

    fn set_facts(&self, commit: &Sha, facts: DiffFacts) {
        self.forge.set_facts(commit, facts);
    }
}
