//! The forge as a process of the world sees it: other processes and people act between any two calls.

use acp::domain::{
    Applied, BranchName, ChangeFacts, Intent, IntentKind, ItemKind, Labelled, Mirror, Origin,
    Payload, Phase, PullRequest, RepoState, Sha,
};
use acp::durable::crash_point;
use acp::forge::{Capabilities, Forge, ForgeError, GitRemote, Text};
use acp::store::Place;

use crate::world::Ports;

impl Forge for Ports<'_> {
    fn capabilities(&self) -> Capabilities {
        self.0.port().capabilities()
    }

    fn sync(&self, mirror: &mut Mirror, base: &BranchName) -> Result<bool, ForgeError> {
        self.0.meddle(8);
        self.0.port().sync(mirror, base)
    }

    fn repository(&self) -> Result<RepoState, ForgeError> {
        self.0.meddle(8);
        self.0.port().repository()
    }

    fn text(&self, number: u64) -> Result<Text, ForgeError> {
        self.0.meddle(8);
        // After the listing, before the launch.
        self.0.meddle_by(40, || self.0.another_text(number));
        self.0.port().text(number)
    }

    fn labelled(&self, number: u64, label: &str) -> Result<Option<Labelled>, ForgeError> {
        self.0.meddle(8);
        self.0.port().labelled(number, label)
    }

    fn change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        self.0.meddle(8);
        self.0.port().change(pr)
    }

    fn branch(&self, name: &BranchName) -> Result<Option<Sha>, ForgeError> {
        self.0.port().branch(name)
    }

    fn find(&self, intent: &Intent) -> Result<Option<Applied>, ForgeError> {
        self.0.meddle(15);
        self.0.port().find(intent)
    }

    fn apply(&self, intent: &Intent) -> Result<Applied, ForgeError> {
        self.check_write(intent);
        crash_point("sim.before_apply");
        self.0.meddle(15);
        if let (Payload::Merge { .. }, Some(item)) = (&intent.payload, intent.item) {
            // After the last look at the head.
            self.0.meddle_by(300, || self.0.another_head(item.number));
        }
        let applied = self.0.port().apply(intent);
        let what = format!("{} {}", intent.payload.kind().as_str(), intent.target());
        let merges = u64::from(intent.payload.kind() == IntentKind::Merge);
        let unsure = matches!(applied, Err(ForgeError::Unknown { .. }));
        let mut book = self.0.book.borrow_mut();
        book.counts.writes += 1;
        book.counts.merges_asked += merges;
        book.counts.merges_unsure += merges * u64::from(unsure);
        drop(book);
        match &applied {
            Ok(_) => self.0.say(format!("{} {what}", intent.id)),
            Err(error) => {
                if matches!(error, ForgeError::Unknown { .. }) {
                    self.0.book.borrow_mut().counts.lost += 1;
                }
                self.0.say(format!("{} {what}: {error}", intent.id));
            }
        }
        self.0.note_labels();
        crash_point("sim.after_apply");
        self.0.meddle(15);
        applied
    }

    fn remote(&self) -> GitRemote {
        self.0.port().remote()
    }
}

impl Ports<'_> {
    /// A write is sent from an intent that is on disk and says so, and only if it may be.
    fn check_write(self, intent: &Intent) {
        let stored = self.0.store.outbox().unwrap().find(&intent.id).unwrap();
        let (place, stored) = stored.unwrap_or_else(|| panic!("{} was never enqueued", intent.id));
        assert_eq!(place, Place::Claimed, "{} is sent unclaimed", intent.id);
        assert_eq!(stored.phase, Phase::Dispatched, "{}", intent.id);
        if let (Some(item), false) = (intent.item, matches!(intent.origin, Origin::Verb { .. }))
            && item.kind == ItemKind::Issue
        {
            let labelled = self.0.book.borrow().ever_labelled.contains(&item.number);
            assert!(
                labelled,
                "{} is written for {item}, which was never acp's",
                intent.id
            );
        }
        if let Payload::Merge { head, .. } = &intent.payload {
            self.check_merge(intent, head);
            let number = intent.item.unwrap().number;
            let mut book = self.0.book.borrow_mut();
            book.merge_asked.insert((number, head.clone()));
        }
    }

    fn check_merge(self, intent: &Intent, head: &Sha) {
        let number = intent.item.unwrap().number;
        let book = self.0.book.borrow();
        let approval = self
            .0
            .store
            .approvals()
            .get(&format!("pr-{number}"))
            .unwrap();
        let approved = approval.is_some_and(|yes| yes.head == *head)
            || book.approved.contains(&(number, head.clone()));
        let paths = book.paths.get(head);
        let touches =
            |what: &str| paths.is_some_and(|paths| paths.iter().any(|path| path.contains(what)));
        assert!(
            !touches(".env"),
            "pr/{number} is merged with a forbidden path"
        );
        if intent.origin != Origin::Pass {
            assert!(
                approved,
                "pr/{number} is merged by a verb without an approval"
            );
            return;
        }
        let harmless = book.built.contains(head) && paths.is_some() && !touches(".github");
        assert!(
            harmless || approved,
            "pr/{number} is merged at {head} without anybody's yes"
        );
        let began = *self.0.began.borrow().last().unwrap();
        let item = intent.item.unwrap();
        for (name, (held, since)) in &book.holds {
            let covers = held.is_none_or(|held| held == item);
            assert!(
                !covers || *since > began,
                "{item} is merged under the hold `{name}`"
            );
        }
    }
}
