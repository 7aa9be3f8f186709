//! What is particular about GitHub: what it costs to ask, how late and how often its answers come, and what it refuses.

mod reading;
pub(crate) mod writing;

use acp::domain::Mirror;
use acp::forge::fake::{Fate, Shot};
use jiff::SignedDuration;

use crate::fixture::{Fixture as _, branch, mirror};
use crate::remote::Remote;

fn sync(remote: &Remote, known: &mut Mirror) -> bool {
    remote.forge().sync(known, &branch("main")).unwrap()
}

/// A mirror after so much time that nothing is new to it.
fn settled(remote: &Remote) -> Mirror {
    let mut known = mirror(remote.forge());
    for _ in 0..3 {
        remote.later_by_an_hour();
        sync(remote, &mut known);
    }
    known
}

impl Remote {
    fn later_by_an_hour(&self) {
        self.wait(SignedDuration::from_hours(1));
    }

    fn shoot(&self, method: &str, path: &str, fate: Fate) {
        self.fake.shoot(Shot {
            method: method.to_owned(),
            path: path.to_owned(),
            fate,
            times: 1,
        });
    }

    /// What requests and charged requests `act` takes.
    fn cost(&self, act: impl FnOnce()) -> (u64, u64) {
        self.fake.take_account();
        act();
        let account = self.fake.take_account();
        (account.requests, account.charged)
    }
}
