//! The one way out of a sandbox without a network: a proxy that the supervisor runs, which knows the model's hosts and
//! refuses all others, and a relay inside that takes what the agent's HTTP client sends to it through a Unix socket.

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
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::domain::NetPlace;
use request::Request;

/// The hidden verb of acp that is the inner side.
pub const VERB: &str = "sandbox-relay";
/// The socket in the folder of a door.
const SOCKET: &str = "socket";
/// Connections at once.
const CONNECTIONS_MAX: usize = 128;
/// The head of a request, and how long it may take to come.
const HEAD_BYTES_MAX: usize = 32 * 1024;
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long one address of a host may take to answer.
const CONNECT_TIME: Duration = Duration::from_secs(20);
/// Hosts that are remembered to have been refused.
const REFUSED_MAX: usize = 20;

/// An open door. Dropping it closes it; what goes through it by then ends with the agent.
#[derive(Debug)]
pub struct Door {
    folder: PathBuf,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    allowed: BTreeSet<NetPlace>,
    refused: Mutex<BTreeSet<String>>,
    open: AtomicUsize,
    closed: AtomicBool,
}

impl Door {
    /// Opens one to these places. `folder` must be there and hold no socket.
    ///
    /// # Errors
    /// The socket cannot be made.
    pub fn open(folder: &Path, allowed: BTreeSet<NetPlace>) -> io::Result<Self> {
        let listener = through(folder, UnixListener::bind)?;
        let shared = Arc::new(Shared {
            allowed,
            refused: Mutex::default(),
            open: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let of_thread = Arc::clone(&shared);
        std::thread::spawn(move || accept(&listener, &of_thread));
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
        self.shared.closed.store(true, Ordering::SeqCst);
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
        if shared.closed.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        if shared.open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS_MAX {
            shared.open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let shared = Arc::clone(shared);
        std::thread::spawn(move || {
            // Whatever fails, the client sees a connection that ends.
            let _broken = answer(stream, &shared);
            shared.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

fn answer(mut client: UnixStream, shared: &Shared) -> io::Result<()> {
    client.set_read_timeout(Some(HEAD_TIME))?;
    let head = read_head(&mut client)?;
    client.set_read_timeout(None)?;
    let Some(request) = request::parse(&head) else {
        return say(
            &mut client,
            "400 Bad Request",
            "acp: that is no request to a proxy",
        );
    };
    let place = request.place();
    if !shared.allowed.contains(place) {
        let mut refused = shared
            .refused
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if refused.len() < REFUSED_MAX {
            refused.insert(place.to_string());
        }
        drop(refused);
        let text =
            format!("acp: {place} is not a host of the model (sandbox.network: model-host-only)");
        return say(&mut client, "403 Forbidden", &text);
    }
    let mut server = match connect(place) {
        Ok(server) => server,
        Err(error) => {
            let text = format!("acp: {place} cannot be reached: {error}");
            return say(&mut client, "502 Bad Gateway", &text);
        }
    };
    match &request {
        Request::Tunnel(_) => client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?,
        Request::Plain(_, head) => server.write_all(head)?,
    }
    pipe::both(client, server)
}

/// Byte by byte, so that nothing behind the head is taken.
fn read_head(client: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX || client.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(byte[0]);
    }
    Ok(head)
}

fn say(client: &mut UnixStream, status: &str, text: &str) -> io::Result<()> {
    let length = text.len() + 1;
    write!(
        client,
        "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}\n"
    )
}

fn connect(place: &NetPlace) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in (place.host.as_str(), place.port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, CONNECT_TIME) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use std::net::TcpListener;

    /// A server that answers each connection with what it got.
    fn echo() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                std::thread::spawn(move || {
                    let mut bytes = vec![];
                    stream.read_to_end(&mut bytes).unwrap();
                    stream.write_all(&bytes).unwrap();
                });
            }
        });
        port
    }

    fn asked(folder: &Path, request: &str) -> String {
        let mut stream = knock(folder).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn only_the_places_that_are_named_are_reached() {
        let root = tempfile::tempdir().unwrap();
        // Longer than the address of a socket may be.
        let folder = root.path().join("x".repeat(150));
        std::fs::create_dir(&folder).unwrap();
        let (port, other) = (echo(), echo());
        let place = NetPlace::parse(&format!("localhost:{port}"), 443).unwrap();
        let door = Door::open(&folder, [place].into()).unwrap();
        let through = |request: &str| asked(&folder, request);

        let tunnel = format!("CONNECT LOCALHOST:{port} HTTP/1.1\r\nHost: x\r\n\r\nsecret");
        assert_eq!(
            through(&tunnel),
            "HTTP/1.1 200 Connection established\r\n\r\nsecret"
        );
        let plain =
            format!("POST http://localhost:{port}/v1?a HTTP/1.1\r\nHost: evil\r\nX: 1\r\n\r\nbody");
        let sent = format!(
            "POST /v1?a HTTP/1.1\r\nX: 1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\nbody"
        );
        assert_eq!(through(&plain), sent);

        for refused in [
            format!("CONNECT localhost:{other} HTTP/1.1\r\n\r\n"),
            format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n"),
            format!("GET http://localhost:{other}/ HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
            format!("CONNECT localhost.:{other} HTTP/1.1\r\n\r\n"),
        ] {
            let answer = through(&refused);
            assert!(answer.starts_with("HTTP/1.1 403 "), "{refused}: {answer}");
        }
        assert_eq!(
            door.refused(),
            [format!("127.0.0.1:{port}"), format!("localhost:{other}"),]
        );
        let answer = through("GET / HTTP/1.1\r\n\r\n");
        assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
        drop(door);
    }

    #[test]
    fn a_host_that_is_away_is_an_answer() {
        let root = tempfile::tempdir().unwrap();
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        let place = NetPlace::parse(&format!("127.0.0.1:{port}"), 443).unwrap();
        let _door = Door::open(root.path(), [place].into()).unwrap();
        let answer = asked(
            root.path(),
            &format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n"),
        );
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    }
}
