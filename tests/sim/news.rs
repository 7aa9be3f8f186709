//! People who are told things, by notifiers that fail and whose answers are lost.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use acp::domain::Phase;
use acp::notify::{Message, Notifier, NotifyError};
use acp::store::Place;
use acp::sys::{Rng as _, SplitMix64};

use crate::world::World;

/// What everybody has heard, and how the notifiers are.
pub(crate) struct Heard {
    /// How often each notice arrived.
    ids: RefCell<BTreeMap<String, u32>>,
    calm: Cell<bool>,
    dice: SplitMix64,
}

impl Heard {
    pub(crate) fn new(seed: u64) -> Rc<Self> {
        Rc::new(Self {
            ids: RefCell::default(),
            calm: Cell::new(false),
            dice: SplitMix64::seeded(seed),
        })
    }

    pub(crate) fn calm_down(&self) {
        self.calm.set(true);
    }

    fn count(&self, id: &str) -> u32 {
        self.ids.borrow().get(id).copied().unwrap_or(0)
    }
}

/// One of the notifiers.
pub(crate) struct Ear(pub(crate) Rc<Heard>);

impl Notifier for Ear {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let luck = if self.0.calm.get() {
            0
        } else {
            self.0.dice.next_u64() % 100
        };
        let why = "as the dice fell".to_owned();
        match luck {
            90.. => return Err(NotifyError::Later { why, after: None }),
            89 => return Err(NotifyError::Refused { why }),
            _ => {}
        }
        let mut ids = self.0.ids.borrow_mut();
        *ids.entry(message.id.to_string()).or_default() += 1;
        match luck {
            80.. => Err(NotifyError::Lost { why }),
            _ => Ok(()),
        }
    }

    fn unready(&self) -> Option<String> {
        None
    }
}

impl World {
    /// What was taken was heard, and nothing was heard more often than it was tried.
    pub(crate) fn check_notices(&self) {
        let notices = self.store.notices().unwrap().list(&Place::ALL).unwrap();
        for queued in notices {
            let (place, notice) = (queued.place, queued.notice);
            let heard = self.heard.count(notice.id.as_str());
            // Who put it back gave it all its tries again; nobody does so here.
            assert!(
                heard <= notice.attempts,
                "{} was heard {heard} times",
                notice.id
            );
            if place == Place::Done {
                assert!(heard > 0, "{} is done and nobody heard it", notice.id);
                assert_eq!(notice.phase, Phase::Confirmed, "{}", notice.id);
            }
        }
    }

    /// Whatever was decided to be told is on its way, or arrived, or was given up with a word.
    pub(crate) fn check_news_at_rest(&self) {
        let book = self.store.news().unwrap();
        let pending = book.told.values().filter(|told| told.pending.is_some());
        assert_eq!(pending.count(), 0, "decided and never queued: {book:?}");
        let notices = self.store.notices().unwrap();
        // One that its sender left behind may wait for a time of before the clock was set back.
        let mut claimed = notices.list(&[Place::Claimed]).unwrap();
        claimed.retain(|queued| queued.notice.next.is_none_or(|next| next <= self.now()));
        assert!(claimed.is_empty(), "nobody took up {claimed:?}");
    }
}
