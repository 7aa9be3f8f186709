//! Answers, with what every one of them says to a browser.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use crate::sys::Clock;

/// How long a client may take to accept an answer, or one event.
const WRITE_LIMIT: Duration = Duration::from_secs(5);

/// How long is waited for a client to hang up first, so that it does not lose the answer.
const LINGER: Duration = Duration::from_millis(250);

/// Only what this server itself serves is loaded and run, and the page is in no frame. Text never becomes markup, also by
/// mistake: `require-trusted-types-for`.
const HEADERS: &str = "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'\r\n\
    X-Content-Type-Options: nosniff\r\n\
    X-Frame-Options: DENY\r\n\
    Referrer-Policy: no-referrer\r\n\
    Cross-Origin-Opener-Policy: same-origin\r\n\
    Cross-Origin-Resource-Policy: same-origin\r\n\
    Cache-Control: no-store\r\n\
    Connection: close\r\n";

/// JSON.
pub(super) const JSON: &str = "application/json";

/// An answer that is complete.
#[derive(Debug)]
pub(super) struct Reply<'a> {
    pub(super) status: u16,
    pub(super) kind: &'a str,
    pub(super) body: &'a [u8],
    /// The methods that there are, for one that there is not.
    pub(super) allow: Option<&'a str>,
}

impl<'a> Reply<'a> {
    /// That it is so.
    pub(super) fn json(status: u16, json: &'a str) -> Self {
        Self {
            status,
            kind: JSON,
            body: json.as_bytes(),
            allow: None,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let allow = self
            .allow
            .map(|methods| format!("Allow: {methods}\r\n"))
            .unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n{allow}{HEADERS}\r\n",
            self.status,
            phrase(self.status),
            self.kind,
            self.body.len()
        );
        [head.as_bytes(), self.body].concat()
    }

    /// Sends it and hangs up.
    pub(super) fn send(&self, stream: &TcpStream, clock: &dyn Clock) {
        if deliver(stream, &self.bytes(), clock).is_ok() {
            hang_up(stream);
        }
    }

    /// Sends it if that can be done without waiting.
    pub(super) fn send_at_once(&self, mut stream: &TcpStream) {
        if stream.set_nonblocking(true).is_ok() {
            let _unheard = stream.write(&self.bytes());
            let _gone = stream.shutdown(Shutdown::Write);
        }
    }
}

/// What is wrong, as a program reads it.
pub(super) fn trouble(message: &str) -> String {
    serde_json::json!({ "schema": "acp.error/1", "message": message, "hints": [] }).to_string()
}

/// The head of a stream of events, which ends when the connection does.
pub(super) fn event_head() -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n{HEADERS}\r\n")
}

/// One event. `json` is on one line.
pub(super) fn event(name: &str, json: &str) -> String {
    format!("event: {name}\ndata: {json}\n\n")
}

/// Writes all of it, or gives the client up.
pub(super) fn deliver(mut stream: &TcpStream, bytes: &[u8], clock: &dyn Clock) -> io::Result<()> {
    let end = clock.monotonic() + WRITE_LIMIT;
    let mut rest = bytes;
    while !rest.is_empty() {
        let left = end.saturating_sub(clock.monotonic());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        stream.set_write_timeout(Some(left))?;
        match stream.write(rest) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => rest = &rest[count..],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// A connection that is closed with something unread takes the answer with it.
fn hang_up(mut stream: &TcpStream) {
    let quiet =
        stream.shutdown(Shutdown::Write).is_ok() && stream.set_read_timeout(Some(LINGER)).is_ok();
    let mut rest = [0; 4096];
    if quiet {
        let _unread = io::Read::read(&mut stream, &mut rest);
    }
}

const fn phrase(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => "Error",
    }
}
