//! As much of HTTP as agents need: one request per connection.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;

use super::Event;

/// No request is larger.
const BODY_BYTES_MAX: usize = 64 << 20;
/// The pause between events in mode `slow`.
const SLOW: Duration = Duration::from_millis(500);
/// The events that mode `cut` lets through.
const CUT_AFTER: usize = 2;

pub(super) struct Request {
    pub(super) method: String,
    path: String,
    /// `null` when it is no JSON.
    pub(super) body: Value,
}

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Request {
    /// `/m/MODE/PATH` taken apart; without a mode it is `ok`.
    pub(super) fn mode_and_path(&self) -> (String, String) {
        let inside = self.path.strip_prefix("/m/");
        match inside.and_then(|rest| rest.split_once('/')) {
            Some((mode, path)) => (mode.to_owned(), format!("/{path}")),
            None => ("ok".to_owned(), self.path.clone()),
        }
    }
}

/// The request of a connection; `None` when there was none.
pub(super) fn read(stream: &TcpStream) -> io::Result<Option<Request>> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let method = words.next().unwrap_or_default().to_owned();
    let path = words.next().unwrap_or_default().to_owned();
    let (mut length, mut chunked, mut asks) = (0_usize, false, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim().to_ascii_lowercase();
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        match (name, value.trim()) {
            ("content-length", value) => length = value.parse().unwrap_or(0),
            ("transfer-encoding", value) => chunked = value.contains("chunked"),
            ("expect", _) => asks = true,
            _ => {}
        }
    }
    if asks {
        (&*stream).write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = if chunked {
        chunks(&mut reader)?
    } else {
        let mut body = vec![0; length.min(BODY_BYTES_MAX)];
        reader.read_exact(&mut body)?;
        body
    };
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    Ok(Some(Request { method, path, body }))
}

fn chunks(reader: &mut BufReader<&TcpStream>) -> io::Result<Vec<u8>> {
    let mut body = vec![];
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
        if size == 0 || body.len() + size > BODY_BYTES_MAX {
            return Ok(body);
        }
        let start = body.len();
        body.resize(start + size, 0);
        reader.read_exact(&mut body[start..])?;
        reader.read_exact(&mut [0; 2])?;
    }
}

impl Answer {
    pub(super) fn json(status: u16, value: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: value.to_string(),
        }
    }

    pub(super) fn send(&self, mut stream: &TcpStream) -> io::Result<()> {
        write!(
            stream,
            "HTTP/1.1 {} It\r\nconnection: close\r\n",
            self.status
        )?;
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n")?;
        }
        write!(stream, "content-length: {}\r\n\r\n", self.body.len())?;
        stream.write_all(self.body.as_bytes())
    }
}

/// Server-sent events; mode `cut` ends the connection in the middle, mode `slow` takes its time.
pub(super) fn stream(
    mut stream: &TcpStream,
    events: &[Event],
    named: bool,
    mode: &str,
) -> io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    for (at, event) in events.iter().enumerate() {
        if mode == "cut" && at == CUT_AFTER {
            return stream.shutdown(Shutdown::Both);
        }
        if mode == "slow" {
            pause();
        }
        let name = if named {
            format!(
                "event: {}
",
                event.name
            )
        } else {
            String::new()
        };
        stream.write_all(format!("{name}data: {}\n\n", event.data).as_bytes())?;
    }
    Ok(())
}

fn pause() {
    let (_nobody, nothing) = mpsc::channel::<()>();
    // Nothing is ever sent while the sender lives.
    let _timed_out = nothing.recv_timeout(SLOW);
}

/// Says nothing until the other side goes away.
pub(super) fn wait_for_end(mut stream: &TcpStream) -> io::Result<()> {
    let mut rest = [0; 4096];
    while stream.read(&mut rest)? > 0 {}
    Ok(())
}
