//! One request, read within limits of size and time.

use std::io::{self, Read as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::sys::Clock;

/// The longest head of a request, in bytes.
const HEAD_BYTES_MAX: usize = 8 * 1024;
/// The most headers.
const HEADERS_MAX: usize = 48;
/// The longest body: an action is a few words and a reason.
const BODY_BYTES_MAX: usize = 4 * 1024;
/// How long a whole request may take, however it trickles in.
const READ_LIMIT: Duration = Duration::from_secs(5);

/// A request that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) method: String,
    target: String,
    headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

/// Why none was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Nobody is there to be answered.
    Gone,
    /// What is answered.
    Bad(u16, &'static str),
}

impl Request {
    /// Reads one request.
    pub(super) fn read(mut stream: &TcpStream, clock: &dyn Clock) -> Result<Self, Fault> {
        let end = clock.monotonic() + READ_LIMIT;
        let mut bytes = vec![];
        let (mut request, head) = loop {
            if let Some(parsed) = parse(&bytes)? {
                break parsed;
            }
            if bytes.len() >= HEAD_BYTES_MAX {
                return Err(Fault::Bad(431, "the head of the request is too long"));
            }
            let room = HEAD_BYTES_MAX + BODY_BYTES_MAX - bytes.len();
            more(&mut stream, &mut bytes, room, end, clock)?;
        };
        let length = request.length()?;
        while bytes.len() < head + length {
            let room = head + length - bytes.len();
            more(&mut stream, &mut bytes, room, end, clock)?;
        }
        request.body = bytes.drain(head..head + length).collect();
        Ok(request)
    }

    /// What is asked for, without what is asked about it.
    pub(super) fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The value of one `name=value` after the question mark, as it stands there: nothing here needs an escape.
    pub(super) fn query(&self, name: &str) -> Option<&str> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(key, value)| (key == name).then_some(value))
    }

    /// The value of a header, by its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name)?;
        Some(&found.1)
    }

    /// How long its body is.
    fn length(&self) -> Result<usize, Fault> {
        if self.header("transfer-encoding").is_some() {
            return Err(Fault::Bad(501, "a body has a Content-Length here"));
        }
        let Some(length) = self.header("content-length") else {
            return Ok(0);
        };
        let digits = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            return Err(Fault::Bad(400, "Content-Length is not a number"));
        }
        match length.parse() {
            Ok(length) if length <= BODY_BYTES_MAX => Ok(length),
            _ => Err(Fault::Bad(413, "the body of the request is too long")),
        }
    }

    #[cfg(test)]
    pub(super) fn of(method: &str, target: &str, headers: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.iter().map(owned).collect(),
            body: vec![],
        }
    }
}

/// Reads what has come, waiting for it until `end`.
fn more(
    stream: &mut &TcpStream,
    bytes: &mut Vec<u8>,
    room: usize,
    end: Duration,
    clock: &dyn Clock,
) -> Result<(), Fault> {
    let late = Fault::Bad(408, "the request did not come in time");
    let left = end.saturating_sub(clock.monotonic());
    if left.is_zero() {
        return Err(late);
    }
    stream
        .set_read_timeout(Some(left))
        .map_err(|_| Fault::Gone)?;
    let mut part = vec![0; room.min(4096)];
    match stream.read(&mut part) {
        Ok(0) => Err(Fault::Gone),
        Ok(count) => {
            bytes.extend_from_slice(&part[..count]);
            Ok(())
        }
        Err(error) => match error.kind() {
            io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Err(late),
            io::ErrorKind::Interrupted => Ok(()),
            _ => Err(Fault::Gone),
        },
    }
}

/// The head of a request and its length, once it is there as a whole.
fn parse(bytes: &[u8]) -> Result<Option<(Request, usize)>, Fault> {
    let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
    let mut head = httparse::Request::new(&mut headers);
    let length = match head.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Fault::Bad(431, "the request has too many headers"));
        }
        Err(_) => return Err(Fault::Bad(400, "that is no HTTP request")),
    };
    if length > HEAD_BYTES_MAX {
        return Err(Fault::Bad(431, "the head of the request is too long"));
    }
    let mut request = Request {
        method: head.method.unwrap_or_default().to_owned(),
        target: head.path.unwrap_or_default().to_owned(),
        headers: vec![],
        body: vec![],
    };
    if !request.target.starts_with('/') {
        return Err(Fault::Bad(400, "the request names no path"));
    }
    for header in head.headers.iter() {
        let name = header.name.to_ascii_lowercase();
        let Ok(value) = str::from_utf8(header.value) else {
            return Err(Fault::Bad(400, "a header is not text"));
        };
        // Two of one name are how one reader is made to see what another does not.
        if request.header(&name).is_some() {
            return Err(Fault::Bad(400, "a header stands there twice"));
        }
        request.headers.push((name, value.trim().to_owned()));
    }
    Ok(Some((request, length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> u16 {
        match parse(text.as_bytes()).and_then(|parsed| parsed.unwrap().0.length()) {
            Err(Fault::Bad(status, _)) => status,
            other => panic!("{text:?}: {other:?}"),
        }
    }

    #[test]
    fn a_request_is_taken_apart() {
        let text = "GET /api/log?run=a&x=b HTTP/1.1\r\nHost:  localhost \r\nX-A: 1\r\n\r\nrest";
        let (request, length) = parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(length, text.len() - 4);
        assert_eq!(
            (request.method.as_str(), request.path()),
            ("GET", "/api/log")
        );
        assert_eq!(
            (request.query("run"), request.query("y")),
            (Some("a"), None)
        );
        assert_eq!(request.header("host"), Some("localhost"));
        assert_eq!(request.length(), Ok(0));
        assert_eq!(parse(b"GET / HTTP/1.1\r\nHost: a\r\n").unwrap(), None);
    }

    #[test]
    fn what_is_no_plain_request_is_refused() {
        assert_eq!(fault("GET http://a/ HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(fault("GET * HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(fault("GET /\u{0}a HTTP/1.1\r\n\r\n"), 400);
        assert_eq!(fault("\u{16}\u{3}\u{1} not tls here\r\n\r\n"), 400);
        assert_eq!(fault("GET / HTTP/1.1\r\nHost: a\r\nHOST: b\r\n\r\n"), 400);
        let with = |header: &str| format!("POST / HTTP/1.1\r\n{header}\r\n\r\n");
        assert_eq!(fault(&with("Transfer-Encoding: chunked")), 501);
        for (length, status) in [("-1", 400), ("+5", 400), ("", 400), ("4097", 413)] {
            assert_eq!(fault(&with(&format!("Content-Length: {length}"))), status);
        }
        assert_eq!(fault(&with("Content-Length: 99999999999999999999999")), 413);
        let many = (0..60)
            .map(|n| format!("A{n}: b\r\n"))
            .collect::<Vec<_>>()
            .concat();
        assert_eq!(fault(&with(&many)), 431);
        let long = format!("A: {}", "x".repeat(HEAD_BYTES_MAX));
        assert_eq!(fault(&with(&long)), 431);
    }
}
