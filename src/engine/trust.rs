//! Approved texts: who labelled what is asked of the forge, and the text that a launch reads is the one that was approved.

use std::collections::BTreeMap;

use super::{Engine, EngineError};
use crate::domain::{
    Comment, Issue, ItemId, ItemKind, Labelled, Mirror, Stale, TrustBook, TrustNote, text_digest,
};
use crate::forge::{ForgeError, Text};
use crate::policy::{self, Trusted};
use crate::store::Entry;

/// Issues of which one look asks the forge who labelled them; more wait for the next one.
const LABELLERS_PER_PASS_MAX: usize = 20;

/// The text of an item as an agent may read it.
pub(super) struct Approved {
    /// Title, body and the comments of people who are trusted.
    pub(super) text: Text,
    /// What the approval of an issue's text is pinned to.
    pub(super) digest: Option<String>,
}

impl Engine<'_> {
    fn trusted<'a>(&'a self, mirror: &'a Mirror) -> Trusted<'a> {
        Trusted {
            intake: &self.rules.intake,
            viewer: mirror.viewer.as_deref(),
        }
    }

    /// Asks who put the intake label on issues where that may change something. Whoever has waited longest comes first.
    /// Nothing is asked when `stale` says why, and nothing more once a call shows that nothing may be.
    pub(super) fn labellers(
        &self,
        mirror: &Mirror,
        book: &TrustBook,
        stale: &mut Option<Stale>,
        keep: bool,
    ) -> Result<BTreeMap<u64, Option<Labelled>>, EngineError> {
        let (now, trusted) = (self.clock.now(), self.trusted(mirror));
        let none = TrustNote::default();
        let note = |issue: &Issue| book.notes.get(&issue.number).unwrap_or(&none);
        let mut wanted: Vec<&Issue> = mirror
            .issues
            .values()
            .filter(|issue| policy::wants_answer(issue, note(issue), &trusted, now))
            .collect();
        wanted.sort_by_key(|issue| {
            (
                note(issue).asked.as_ref().map(|asked| asked.at),
                issue.number,
            )
        });
        wanted.truncate(LABELLERS_PER_PASS_MAX);
        let mut answers = BTreeMap::new();
        for issue in wanted {
            if stale.is_some() {
                break;
            }
            match self.labeller(issue, &trusted)? {
                Ok(answer) => {
                    answers.insert(issue.number, answer);
                }
                Err(error) => *stale = Some(self.silenced_by(&error, keep)?),
            }
        }
        Ok(answers)
    }

    /// Who set the intake label; of several the newest that somebody trusted set. The inner error is one after which
    /// nothing more may be asked.
    fn labeller(
        &self,
        issue: &Issue,
        trusted: &Trusted<'_>,
    ) -> Result<Result<Option<Labelled>, ForgeError>, EngineError> {
        let mut best: Option<Labelled> = None;
        let labels = &self.rules.intake.labels;
        for label in issue.labels.iter().filter(|name| labels.contains(*name)) {
            let answer = match self.forge.labelled(issue.number, label) {
                Ok(answer) => answer,
                Err(error @ ForgeError::Io { .. }) => return Err(error.into()),
                Err(error @ (ForgeError::Denied { .. } | ForgeError::Limited { .. })) => {
                    return Ok(Err(error));
                }
                // It is about this one alone. It counts as an answer, so that the others get their turn.
                Err(error) => {
                    let item = ItemId::issue(issue.number);
                    (self.say)(&format!(
                        "{item}: who labelled it is not known yet: {error}"
                    ));
                    None
                }
            };
            let rank = |who: &Labelled| (trusted.labeller(who), who.at);
            if answer.as_ref().map(rank) > best.as_ref().map(rank) {
                best = answer;
            }
        }
        Ok(Ok(best))
    }

    /// Writes notes down, all at once.
    pub(super) fn note_trust(
        &self,
        notes: &BTreeMap<u64, TrustNote>,
    ) -> Result<Option<String>, EngineError> {
        let mut book = self.store.trust()?;
        let mut said = vec![];
        for (number, note) in notes {
            let item = ItemId::issue(*number);
            let old = book.notes.get(number).and_then(|note| note.pin.as_ref());
            let text = match (old, &note.pin) {
                (None, Some(pin)) => format!("its text is approved by {}", pin.by),
                (Some(old), Some(pin)) if old.digest != pin.digest => {
                    format!("its new text is approved by {}", pin.by)
                }
                (Some(_), None) => "its approval is over: the label is off".to_owned(),
                _ => String::new(),
            };
            if !text.is_empty() {
                self.note(
                    &Entry::new(self.clock.now(), "issue.trust")
                        .item(item)
                        .text(&text),
                );
                said.push(format!("{item}: {text}"));
            }
            book.put(*number, note.clone());
        }
        self.store.put_trust(&book)?;
        Ok(Some(match said.as_slice() {
            [] => format!(
                "what is known of the approval of {} is noted",
                match notes.len() {
                    1 => "1 issue".to_owned(),
                    many => format!("{many} issues"),
                }
            ),
            [one] => one.clone(),
            [first, rest @ ..] => format!("{first}, and {} more", rest.len()),
        }))
    }

    /// Reads the text of an item for an agent. `None`: it is not the approved one, or the item is gone; that is noted, and
    /// the next plan goes by it.
    pub(super) fn approved_text(
        &self,
        item: ItemId,
        mirror: &Mirror,
    ) -> Result<Option<Approved>, EngineError> {
        let text = match self.forge.text(item.number) {
            Ok(text) => text,
            Err(ForgeError::Missing { .. }) => {
                self.note_gone(item, mirror)?;
                return Ok(None);
            }
            Err(error) => {
                self.heed(&error)?;
                return Err(error.into());
            }
        };
        let digest = match item.kind {
            ItemKind::Issue => {
                let digest = text_digest(&text.title, &text.body);
                if !self.is_pinned(item, mirror, &digest)? {
                    return Ok(None);
                }
                Some(digest)
            }
            ItemKind::Pr => None,
        };
        let text = self.for_agent(item, text, mirror);
        Ok(Some(Approved { text, digest }))
    }

    /// What of an item's text an agent gets to see.
    pub(super) fn for_agent(&self, item: ItemId, text: Text, mirror: &Mirror) -> Text {
        let trusted = self.trusted(mirror);
        let mut text = self.heard(text, &trusted);
        let pr = mirror.pulls.get(&item.number);
        if item.kind == ItemKind::Pr && !pr.is_some_and(|pr| trusted.wrote(pr)) {
            (text.title, text.body) = (item.to_string(), String::new());
        }
        text
    }

    fn heard(&self, text: Text, trusted: &Trusted<'_>) -> Text {
        // On a forge of this machine people write under their own names, and what they typed is marked too.
        let marked = !self.forge.capabilities().remote;
        let hears = |comment: &Comment| trusted.hears(comment, marked);
        Text {
            comments: text.comments.into_iter().filter(hears).collect(),
            ..text
        }
    }

    /// Whether the text with this digest is the one that was approved. Where the forge lists no texts, this is where it is
    /// pinned.
    fn is_pinned(&self, item: ItemId, mirror: &Mirror, digest: &str) -> Result<bool, EngineError> {
        let Some(issue) = mirror.issues.get(&item.number) else {
            return Ok(false);
        };
        let mut book = self.store.trust()?;
        let mut note = book.notes.get(&item.number).cloned().unwrap_or_default();
        let author = self
            .trusted(mirror)
            .person(&issue.author, issue.association);
        match &mut note.pin {
            Some(pin) if pin.digest.as_deref() == Some(digest) => return Ok(note.read.is_none()),
            Some(pin) if pin.digest.is_none() => pin.digest = Some(digest.to_owned()),
            None if issue.digest.is_none() && author => {
                let digest = Some(digest.to_owned());
                note.pin = Some(policy::pin_by_author(issue, digest, self.clock.now()));
            }
            None => return Ok(false),
            Some(_) => note.read = Some(digest.to_owned()),
        }
        let approved = note.read.is_none();
        let text = if approved {
            "its text is approved as it is read now"
        } else {
            "its text is not the one that was approved: it is not launched"
        };
        book.put(item.number, note);
        self.store.put_trust(&book)?;
        self.note(
            &Entry::new(self.clock.now(), "issue.trust")
                .item(item)
                .text(text),
        );
        Ok(approved)
    }

    fn note_gone(&self, item: ItemId, mirror: &Mirror) -> Result<(), EngineError> {
        let updated = match item.kind {
            ItemKind::Issue => mirror.issues.get(&item.number).map(|issue| issue.updated),
            ItemKind::Pr => mirror.pulls.get(&item.number).map(|pr| pr.updated),
        };
        let mut book = self.store.trust()?;
        let mut note = book.notes.get(&item.number).cloned().unwrap_or_default();
        note.gone = updated;
        book.put(item.number, note);
        self.store.put_trust(&book)?;
        let text = "it is not on the forge any more";
        self.note(
            &Entry::new(self.clock.now(), "item.gone")
                .item(item)
                .text(text),
        );
        Ok(())
    }
}
