//! The socket: who is let in, and one thread for each.

use std::convert::Infallible;
use std::io::{self, Read as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::feed::{Feed, LOOK_EVERY};
use super::guard;
use super::peer;
use super::reply::{Reply, deliver, event, event_head, trouble};
use super::request::{Fault, Request};
use super::route::{Route, route};
use super::{Answer, Site};
use crate::sys::{Clock, Secret};

/// The most connections at a time.
const CONNECTIONS_MAX: usize = 48;
/// The most of them that listen to events.
const LISTENERS_MAX: usize = 24;
/// The most actions at a time: one is done, the others wait for it.
const ACTIONS_MAX: usize = 4;
/// After so long without an event a listener is told that all is well.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// What a listener may send besides its request before it is taken for something else.
const CHATTER_BYTES_MAX: usize = 4096;
/// How long is waited when the system has no more connections to give.
const PAUSE: Duration = Duration::from_millis(200);
/// What a connection may need for a verb. It is only reserved.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// An open port of 127.0.0.1.
#[derive(Debug)]
pub struct Door {
    listener: TcpListener,
    address: SocketAddr,
}

impl Door {
    /// Opens the port; 0 takes a free one. No other machine reaches it.
    ///
    /// # Errors
    /// The port is taken, or may not be used.
    pub fn open(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        Ok(Self { listener, address })
    }

    /// The port.
    pub const fn port(&self) -> u16 {
        self.address.port()
    }
}

/// Everything that connections share.
struct Server<'a> {
    site: &'a dyn Site,
    clock: &'a dyn Clock,
    token: Option<&'a Secret>,
    feed: Feed<'a>,
    connections: AtomicUsize,
    listeners: AtomicUsize,
    actions: AtomicUsize,
    acting: Mutex<()>,
}

/// One place of a limited number, until it is dropped.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(taken: &'a AtomicUsize, max: usize) -> Option<Self> {
        let taken_before = taken.fetch_add(1, Ordering::SeqCst);
        // Made first, so that a place that there is not is given back.
        let place = Self(taken);
        (taken_before < max).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Serves the page and what is behind it until the process ends. Actions need the token; without one there are none.
///
/// # Errors
/// The port has gone away.
pub fn serve(
    door: &Door,
    site: &dyn Site,
    clock: &dyn Clock,
    token: Option<&Secret>,
) -> io::Result<Infallible> {
    let server = Server {
        site,
        clock,
        token,
        feed: Feed::new(site, clock),
        connections: AtomicUsize::new(0),
        listeners: AtomicUsize::new(0),
        actions: AtomicUsize::new(0),
        acting: Mutex::new(()),
    };
    std::thread::scope(|scope| {
        let server = &server;
        loop {
            let stream = match door.listener.accept() {
                Ok((stream, _)) => stream,
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => return Err(error),
                // Too many files are open, or whoever came is gone again.
                Err(_) => {
                    clock.sleep(PAUSE);
                    continue;
                }
            };
            let Some(place) = Place::take(&server.connections, CONNECTIONS_MAX) else {
                let busy = trouble("too many connections; close some of the pages");
                Reply::json(503, &busy).send_at_once(&stream);
                continue;
            };
            // Without a thread nobody answers, and both are dropped.
            let _started = std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, move || {
                    server.converse(&stream);
                    drop(place);
                });
        }
    })
}

impl Server<'_> {
    fn converse(&self, stream: &TcpStream) {
        let _slower = stream.set_nodelay(true);
        let request = match Request::read(stream, self.clock) {
            Ok(request) => request,
            Err(Fault::Gone) => return,
            Err(Fault::Bad(status, why)) => return self.refuse(stream, status, why),
        };
        if peer::is_of_another_user(stream) {
            let why = "this dashboard belongs to another user of this machine";
            return self.refuse(stream, 403, why);
        }
        if let Err((status, why)) = guard::admit(&request) {
            return self.refuse(stream, status, why);
        }
        match route(&request) {
            Route::File(file) => {
                let reply = Reply {
                    status: 200,
                    kind: file.kind,
                    body: file.bytes.as_bytes(),
                    allow: None,
                };
                reply.send(stream, self.clock);
            }
            Route::Snapshot => match self.feed.current().seen.as_ref() {
                Ok(seen) => Reply::json(200, &seen.json).send(stream, self.clock),
                Err(json) => Reply::json(503, json).send(stream, self.clock),
            },
            Route::Events => self.events(stream),
            Route::Log(run) => self.answer(stream, &self.site.log(run)),
            Route::Act => self.act(stream, &request),
            Route::Only(method) => {
                let json = trouble("there is another method for that");
                let reply = Reply {
                    allow: Some(method),
                    ..Reply::json(405, &json)
                };
                reply.send(stream, self.clock);
            }
            Route::Nothing => self.refuse(stream, 404, "there is nothing of that name"),
        }
    }

    fn refuse(&self, stream: &TcpStream, status: u16, why: &str) {
        Reply::json(status, &trouble(why)).send(stream, self.clock);
    }

    fn answer(&self, stream: &TcpStream, answer: &Answer) {
        Reply::json(answer.status, &answer.json).send(stream, self.clock);
    }

    /// One action at a time; who asks for another one waits for its end.
    fn act(&self, stream: &TcpStream, request: &Request) {
        if let Err((status, why)) = guard::admit_action(request, self.token) {
            return self.refuse(stream, status, why);
        }
        let Some(place) = Place::take(&self.actions, ACTIONS_MAX) else {
            return self.refuse(stream, 503, "other actions are not done yet; try again");
        };
        let answer = {
            let _one_at_a_time = self
                .acting
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            self.site.act(&request.body)
        };
        drop(place);
        self.feed.expire();
        self.answer(stream, &answer);
    }

    /// Tells what is seen, and again whenever that changes, until the client hangs up or does not listen.
    fn events(&self, stream: &TcpStream) {
        let Some(place) = Place::take(&self.listeners, LISTENERS_MAX) else {
            return self.refuse(
                stream,
                503,
                "too many pages listen already; close some of them",
            );
        };
        let hello = serde_json::json!({
            "actions": self.token.is_some(),
            "version": env!("CARGO_PKG_VERSION"),
        });
        let mut text = event_head() + &event("hello", &hello.to_string());
        let (mut told, mut last, mut chatter) = (0, self.clock.monotonic(), 0);
        loop {
            let shown = self.feed.current();
            if shown.version != told {
                text += &match shown.seen.as_ref() {
                    Ok(seen) => event("snapshot", &seen.json),
                    Err(json) => event("trouble", json),
                };
                told = shown.version;
            } else if self.clock.monotonic().saturating_sub(last) >= ALIVE_EVERY {
                text += ": nothing new\n\n";
            }
            if !text.is_empty() {
                if deliver(stream, text.as_bytes(), self.clock).is_err() {
                    break;
                }
                text.clear();
                last = self.clock.monotonic();
            }
            match wait_for_end(stream) {
                Some(said) => chatter += said,
                None => break,
            }
            if chatter > CHATTER_BYTES_MAX {
                break;
            }
        }
        drop(place);
    }
}

/// Waits for the time between two looks, or shorter when the client says something; `None`: it has hung up.
fn wait_for_end(mut stream: &TcpStream) -> Option<usize> {
    stream.set_read_timeout(Some(LOOK_EVERY)).ok()?;
    let mut said = [0; 256];
    match stream.read(&mut said) {
        Ok(0) => None,
        Ok(count) => Some(count),
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted => {
                Some(0)
            }
            _ => None,
        },
    }
}

#[cfg(test)]
#[path = "server_tests.rs"]
mod tests;
