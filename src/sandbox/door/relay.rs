//! The inner side of a door: a port on the loopback of a network that has nothing else, for clients that know HTTP proxies,
//! and the ports that a model on this machine's loopback has outside, for all.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::links::LINKS_MAX;
use super::{BACK_OFF, DIRECT, HEAD_BYTES_MAX, VERB, knock, pipe};
use crate::domain::NetPlace;
use crate::proc;
use crate::sys::{Clock as _, SystemClock};

/// Variables by which programs find a proxy.
const PROXY: &[&str] = &["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"];
/// Variables that name what is reached without one: what the agent itself starts inside, and a model on this machine's loopback.
const NOT_FOR: &[&str] = &["NO_PROXY", "no_proxy"];
const LOOPBACK: &str = "localhost,127.0.0.1,::1,[::1]";
/// Variables that would send a program elsewhere.
const PAST: &[&str] = &["ALL_PROXY", "all_proxy", "FTP_PROXY", "ftp_proxy"];
/// Makes Node's own client look at the former.
const NODE: &str = "NODE_USE_ENV_PROXY";

/// Has another process of `acp` attend to the ports, and becomes the command `argv`. Returns only why it cannot.
pub fn relay(acp: &Path, folder: &Path, direct: &[NetPlace], argv: &[OsString]) -> io::Error {
    let mut attend: Vec<OsString> = vec![VERB.into(), folder.into()];
    for place in direct {
        attend.extend([DIRECT.into(), place.to_string().into()]);
    }
    let said = match proc::start_beside(acp, &attend) {
        Ok(said) => said,
        Err(error) => return error,
    };
    let Ok(port) = said.parse::<u16>() else {
        return io::Error::other(said);
    };
    let address = format!("http://127.0.0.1:{port}");
    let set = PROXY.iter().map(|name| (*name, Some(address.as_str())));
    let not_for = NOT_FOR.iter().map(|name| (*name, Some(LOOPBACK)));
    let unset = PAST.iter().map(|name| (*name, None));
    let vars: Vec<_> = set
        .chain(not_for)
        .chain(unset)
        .chain([(NODE, Some("1"))])
        .collect();
    proc::become_command(argv, &vars)
}

/// Attends to the ports until it is ended, when it has printed that of the proxy; or prints why it cannot.
///
/// # Errors
/// A port cannot be had.
pub fn serve(folder: &Path, direct: &[NetPlace]) -> io::Result<()> {
    let opened = open(folder, direct);
    let mut out = io::stdout();
    match &opened {
        Ok((_, port)) => writeln!(out, "{port}")?,
        Err(error) => writeln!(out, "{error}")?,
    }
    out.flush()?;
    let (listener, _) = opened?;
    attend(&listener, &Inside::new(folder, None));
    Ok(())
}

fn open(folder: &Path, direct: &[NetPlace]) -> io::Result<(TcpListener, u16)> {
    let proxy = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = proxy.local_addr()?.port();
    for place in direct {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, place.port()))
            .map_err(|error| io::Error::other(format!("the port of {place}: {error}")))?;
        // A kernel without the newer protocol has no such loopback; clients take the older one then.
        let newer = TcpListener::bind((Ipv6Addr::LOCALHOST, place.port())).ok();
        for listener in [Some(listener), newer].into_iter().flatten() {
            let inside = Inside::new(folder, Some(place.clone()));
            thread::Builder::new().spawn(move || attend(&listener, &inside))?;
        }
    }
    Ok((proxy, port))
}

/// What attends to one port.
#[derive(Debug, Clone)]
struct Inside {
    folder: PathBuf,
    /// Where every connection leads; by what the client asks for on the port of the proxy.
    to: Option<NetPlace>,
    open: Arc<AtomicUsize>,
}

impl Inside {
    fn new(folder: &Path, to: Option<NetPlace>) -> Self {
        Self {
            folder: folder.to_owned(),
            to,
            open: Arc::default(),
        }
    }

    /// One connection to its end.
    fn carry(&self, client: &TcpStream) -> io::Result<()> {
        let door = knock(&self.folder)?;
        if let Some(place) = &self.to {
            enter(&door, place)?;
        }
        pipe::both(&door, client)
    }
}

fn attend(listener: &TcpListener, inside: &Inside) {
    let clock = SystemClock::new();
    for stream in listener.incoming() {
        let Ok(stream) = stream else {
            clock.sleep(BACK_OFF);
            continue;
        };
        if inside.open.fetch_add(1, Ordering::SeqCst) >= LINKS_MAX {
            inside.open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let of_thread = inside.clone();
        let carry = move || {
            // The client sees a connection that ends.
            let _broken = of_thread.carry(&stream);
            of_thread.open.fetch_sub(1, Ordering::SeqCst);
        };
        if thread::Builder::new().spawn(carry).is_err() {
            inside.open.fetch_sub(1, Ordering::SeqCst);
        }
    }
}

/// Asks the door for a tunnel, as a client would. What is there after its answer belongs to the tunnel.
fn enter(mut door: &UnixStream, place: &NetPlace) -> io::Result<()> {
    write!(door, "CONNECT {place} HTTP/1.1\r\n\r\n")?;
    let mut head = vec![];
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == HEAD_BYTES_MAX || door.read(&mut byte)? == 0 {
            return Err(io::ErrorKind::InvalidData.into());
        }
        head.push(byte[0]);
    }
    if head.starts_with(b"HTTP/1.1 200 ") {
        return Ok(());
    }
    Err(io::ErrorKind::ConnectionRefused.into())
}
