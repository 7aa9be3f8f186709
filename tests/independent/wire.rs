//! One exchange over HTTP, as simple as it can be: one connection, read to its end.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// No program of these tests takes longer for one answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A head and a body, of a request or an answer.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    /// The first line.
    pub(crate) first: String,
    /// By names in lower case.
    pub(crate) fields: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    /// Reads one; `None` when the other side has gone or went before its end.
    pub(crate) fn read(stream: &TcpStream) -> Option<Self> {
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        let mut reader = BufReader::new(stream);
        let first = line(&mut reader)?;
        let mut fields = BTreeMap::new();
        while let Some(line) = line(&mut reader).filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            fields.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let mut body = vec![];
        let field = |name: &str| fields.get(name).map(String::as_str);
        let empty =
            first.starts_with("HTTP/") && [" 204", " 304"].map(|s| first.contains(s)) != [false; 2];
        if field("transfer-encoding") == Some("chunked") {
            loop {
                let size = usize::from_str_radix(&line(&mut reader)?, 16).ok()?;
                let mut chunk = vec![0; size + 2];
                reader.read_exact(&mut chunk).ok()?;
                body.extend_from_slice(&chunk[..size]);
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = field("content-length").filter(|_| !empty) {
            body = vec![0; length.parse().ok()?];
            reader.read_exact(&mut body).ok()?;
        } else if first.starts_with("HTTP/") && !empty {
            reader.read_to_end(&mut body).ok()?;
        }
        Some(Self {
            first,
            fields,
            body,
        })
    }

    /// Writes it, as the only one of its connection.
    pub(crate) fn write(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut head = format!("{}\r\n", self.first);
        for (name, value) in &self.fields {
            let by_hand = ["content-length", "transfer-encoding", "connection"];
            if !by_hand.contains(&name.as_str()) {
                head.extend([name, ": ", value, "\r\n"]);
            }
        }
        let end = format!(
            "Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.body.len()
        );
        stream.write_all(&[head.as_bytes(), end.as_bytes(), &self.body].concat())
    }

    /// Sends it to `host:port` and reads the answer.
    pub(crate) fn send(&self, address: &str) -> Option<Self> {
        let stream = TcpStream::connect(address).ok()?;
        self.write(&stream).ok()?;
        Self::read(&stream)
    }

    /// The status of an answer.
    pub(crate) fn status(&self) -> u16 {
        let word = self.first.split(' ').nth(1);
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    }
}

fn line(reader: &mut BufReader<&TcpStream>) -> Option<String> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).ok()?;
    (read > 0).then(|| line.trim_end().to_owned())
}
