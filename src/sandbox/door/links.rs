//! The connections through a door: how many, and how all of them are cut.

use std::collections::BTreeMap;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Connections at once. Each has two descriptors and at most two threads.
pub(super) const LINKS_MAX: usize = 128;

/// What is connected.
#[derive(Debug, Default)]
pub(super) struct Links {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    closed: bool,
    next: u64,
    all: BTreeMap<u64, Link>,
}

/// One client, and the server that it has reached.
#[derive(Debug)]
struct Link {
    client: Arc<UnixStream>,
    server: Option<Arc<TcpStream>>,
}

impl Links {
    /// A client that is there now, by its number; `None` when there are too many, or the door is closed.
    pub(super) fn enter(&self, client: &Arc<UnixStream>) -> Option<u64> {
        let mut inner = self.lock();
        if inner.closed || inner.all.len() >= LINKS_MAX {
            return None;
        }
        inner.next += 1;
        let (id, client) = (inner.next, Arc::clone(client));
        let link = Link {
            client,
            server: None,
        };
        inner.all.insert(id, link);
        Some(id)
    }

    /// It has reached a server; `false`: the door was closed while it tried to.
    pub(super) fn reached(&self, id: u64, server: &Arc<TcpStream>) -> bool {
        match self.lock().all.get_mut(&id) {
            Some(link) => {
                link.server = Some(Arc::clone(server));
                true
            }
            None => false,
        }
    }

    pub(super) fn leave(&self, id: u64) {
        self.lock().all.remove(&id);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Ends them all, and lets no more in.
    pub(super) fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        for link in std::mem::take(&mut inner.all).into_values() {
            // One that has ended by itself need not be ended.
            let _gone = link.client.shutdown(Shutdown::Both);
            if let Some(server) = link.server {
                let _gone = server.shutdown(Shutdown::Both);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
