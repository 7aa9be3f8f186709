//! The way of this process into the cgroup of a run. What it starts while it is inside is inside from its first
//! instruction.

use std::thread::{self, JoinHandle};

use crate::sys::SystemClock;

use super::os::{Cgroup, Inside};

/// This process on its way into the cgroup of a run, in a thread of its own: the kernel takes 5 to 20 ms over that, and
/// whoever knows that a child is to come need not wait for it then.
///
/// Dropped without a child it goes back, and removes the cgroup. If this process dies, whoever ends the run does that.
#[derive(Debug)]
pub struct Entry(Option<JoinHandle<Entered>>);

/// The cgroup of a run, and this process inside it; nothing where there is none, or where that is not allowed.
#[derive(Debug, Default)]
pub(super) struct Entered {
    pub(super) cgroup: Option<Cgroup>,
    pub(super) inside: Option<Inside>,
}

impl Entry {
    /// `None` when there is no thread to be had: then whoever starts the child enters.
    pub(super) fn begin(key: String) -> Option<Self> {
        let entering = thread::Builder::new().spawn(move || Entered::now(&key));
        entering.ok().map(|entering| Self(Some(entering)))
    }

    /// Waits until this process is inside.
    pub(super) fn wait(mut self) -> Entered {
        self.arrive().unwrap_or_default()
    }

    fn arrive(&mut self) -> Option<Entered> {
        self.0.take().and_then(|entering| entering.join().ok())
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let Some(Entered { cgroup, inside }) = self.arrive() else {
            return;
        };
        // Out first: with somebody inside it cannot be removed.
        {
            let _inside = inside;
        }
        if let Some(cgroup) = cgroup {
            cgroup.remove(&SystemClock::new());
        }
    }
}

impl Entered {
    /// Makes the cgroup of the run `key` and goes inside.
    pub(super) fn now(key: &str) -> Self {
        let cgroup = Cgroup::create(key);
        let inside = cgroup.as_ref().and_then(Cgroup::enter);
        Self { cgroup, inside }
    }
}
