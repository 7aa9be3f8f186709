//! The one way out of a sandbox without a network: a proxy that the supervisor runs, which knows the model's hosts and
//! refuses all others, and a relay inside that takes what the agent's HTTP client sends to it through a Unix socket.
//!
//! Whoever speaks to the proxy is the agent. It decides by host and port alone, which it compares as text; it looks names up
//! itself, and a name leads to no address of this machine ([`NetPlace::may_be_at`]).

mod links;
mod pipe;
mod relay;
mod request;

pub use relay::{relay, serve};

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::net::{TcpStream, ToSocketAddrs as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::domain::NetPlace;
use crate::sys::{Clock as _, SystemClock};
use links::Links;
use request::Request;

/// The hidden verb of acp that is the inner side.
pub const VERB: &str = "sandbox-relay";
/// Its option for a place on this machine's loopback that keeps its port inside.
pub const DIRECT: &str = "--direct";
/// The socket in the folder of a door.
const SOCKET: &str = "socket";
/// The head of a request, and how long it may take to come.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(15);
/// How long one address of a host may take to answer, and how many are tried.
const CONNECT_TIME: Duration = Duration::from_secs(20);
const ADDRESSES_MAX: usize = 8;
/// Hosts that are remembered to have been refused.
const REFUSED_MAX: usize = 20;
/// The wait after a connection could not be taken, for example because there are no descriptors.
const BACK_OFF: Duration = Duration::from_millis(100);

/// An open door. Dropping it closes it, with all that goes through it.
#[derive(Debug)]
pub struct Door {
    folder: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    allowed: BTreeSet<NetPlace>,
    refused: Mutex<BTreeSet<String>>,
    links: Links,
    clock: SystemClock,
}

impl Door {
    /// Opens one to these places. `folder` must be there and hold no socket.
    ///
    /// # Errors
    /// The socket, or the thread that attends to it, cannot be made.
    pub fn open(folder: &Path, allowed: BTreeSet<NetPlace>) -> io::Result<Self> {
        let listener = through(folder, UnixListener::bind)?;
        let shared = Arc::new(Shared {
            allowed,
            refused: Mutex::default(),
            links: Links::default(),
            clock: SystemClock::new(),
        });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().spawn(move || accept(&listener, &of_thread))?;
        Ok(Self {
            folder: folder.to_owned(),
            shared,
        })
    }

    /// The socket of a door in this folder.
    pub fn socket(folder: &Path) -> PathBuf {
        folder.join(SOCKET)
    }

    /// The places that were asked for and refused, as `host:port`.
    pub fn refused(&self) -> Vec<String> {
        let refused = self.shared.refused.lock();
        let refused = refused.unwrap_or_else(PoisonError::into_inner);
        refused.iter().cloned().collect()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.shared.links.close();
        // The thread waits for a connection, and is given one.
        drop(knock(&self.folder));
    }
}

/// Calls `act` with a short path of the socket: its real one may be longer than an address can be.
fn through<T>(folder: &Path, act: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
    let folder = File::open(folder)?;
    act(Path::new("/proc/self/fd")
        .join(folder.as_raw_fd().to_string())
        .join(SOCKET))
}

/// A connection to the door in this folder.
fn knock(folder: &Path) -> io::Result<UnixStream> {
    through(folder, UnixStream::connect)
}

fn accept(listener: &UnixListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.links.is_closed() {
            return;
        }
        let Ok(stream) = stream else {
            shared.clock.sleep(BACK_OFF);
            continue;
        };
        let client = Arc::new(stream);
        // Too many: the client sees a connection that ends.
        let Some(id) = shared.links.enter(&client) else {
            continue;
        };
        let of_thread = Arc::clone(shared);
        let attend = move || {
            // Whatever fails, the client sees a connection that ends.
            let _broken = answer(id, &client, &of_thread);
            of_thread.links.leave(id);
        };
        if thread::Builder::new().spawn(attend).is_err() {
            shared.links.leave(id);
        }
    }
}

fn answer(id: u64, client: &UnixStream, shared: &Shared) -> io::Result<()> {
    let head = read_head(client, &shared.clock)?;
    client.set_read_timeout(None)?;
    let Some(request) = request::parse(&head) else {
        let text = "acp: that is no request to a proxy";
        return say(client, "400 Bad Request", text);
    };
    let place = request.place();
    if !shared.allowed.contains(place) {
        note(shared, place);
        let text =
            format!("acp: {place} is not a host of the model (sandbox.network: model-host-only)");
        return say(client, "403 Forbidden", &text);
    }
    let server = match connect(place) {
        Ok(server) => Arc::new(server),
        Err(error) => {
            let text = format!("acp: {place} cannot be reached: {error}");
            return say(client, "502 Bad Gateway", &text);
        }
    };
    if !shared.links.reached(id, &server) {
        return Ok(());
    }
    match &request {
        Request::Tunnel(_) => send(client, b"HTTP/1.1 200 Connection established\r\n\r\n")?,
        Request::Plain(_, head) => send(&*server, head)?,
    }
    pipe::both(client, &server)
}

fn note(shared: &Shared, place: &NetPlace) {
    let refused = shared.refused.lock();
    let mut refused = refused.unwrap_or_else(PoisonError::into_inner);
    if refused.len() < REFUSED_MAX {
        refused.insert(place.to_string());
    }
}

/// Byte by byte, so that nothing behind the head is taken.
fn read_head(mut client: &UnixStream, clock: &SystemClock) -> io::Result<Vec<u8>> {
    let begun = clock.monotonic();
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        let left = HEAD_TIME.saturating_sub(clock.monotonic().saturating_sub(begun));
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        client.set_read_timeout(Some(left))?;
        if head.len() == HEAD_BYTES_MAX || client.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(byte[0]);
    }
    Ok(head)
}

fn send(mut to: impl io::Write, bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes)
}

fn say(mut client: &UnixStream, status: &str, text: &str) -> io::Result<()> {
    let length = text.len() + 1;
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n"
    )
}

/// Reaches a place at one of the addresses that may stand for it.
fn connect(place: &NetPlace) -> io::Result<TcpStream> {
    let mut last = io::Error::other("its name leads to no address");
    let addresses = (place.host(), place.port()).to_socket_addrs()?;
    for address in addresses.take(ADDRESSES_MAX) {
        if !place.may_be_at(address.ip()) {
            last = io::Error::other(
                "its name leads to this machine or its link; `sandbox.hosts` can name the address itself",
            );
            continue;
        }
        match TcpStream::connect_timeout(&address, CONNECT_TIME) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests;
