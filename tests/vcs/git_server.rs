//! Repositories behind HTTP: `git http-backend` and the little of a web server that it needs.
#![expect(
    clippy::disallowed_methods,
    reason = "it stands in for another machine, which starts its own processes"
)]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use acp::git::testing::git_program;

/// What the server does with a request, beside answering it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing.
    None,
    /// Answers with this status.
    Status(u16),
    /// Sends elsewhere.
    Redirect,
    /// Cuts the connection before a push is handed to git.
    CutBeforePush,
    /// Cuts it after git has taken the push.
    CutAfterPush,
}

pub(crate) struct GitServer {
    /// `http://127.0.0.1:PORT`
    pub(crate) address: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    root: PathBuf,
    /// `Authorization` of whoever may come in.
    authorization: String,
    fault: Mutex<Fault>,
    /// Request lines.
    seen: Mutex<Vec<String>>,
    /// The arguments of every process of this machine at the moment of each request.
    arguments: Mutex<Vec<u8>>,
    stop: AtomicBool,
}

impl GitServer {
    /// Serves the repositories in `root` to whoever has this name and password.
    pub(crate) fn start(root: &Path, name: &str, password: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            authorization: format!("Basic {}", base64(format!("{name}:{password}").as_bytes())),
            fault: Mutex::new(Fault::None),
            seen: Mutex::default(),
            arguments: Mutex::default(),
            stop: AtomicBool::new(false),
        });
        let served = Arc::clone(&shared);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if served.stop.load(Ordering::SeqCst) {
                    return;
                }
                served.serve(stream.unwrap());
            }
        });
        Self {
            address,
            shared,
            thread: Some(thread),
        }
    }

    pub(crate) fn fault(&self, fault: Fault) {
        *self.shared.fault.lock().unwrap() = fault;
    }

    /// What anybody on this machine could have seen of arguments while requests came in.
    pub(crate) fn arguments(&self) -> String {
        let bytes = self.shared.arguments.lock().unwrap();
        String::from_utf8_lossy(&bytes).replace('\0', " ")
    }

    /// The request lines since the last look.
    pub(crate) fn seen(&self) -> Vec<String> {
        std::mem::take(&mut *self.shared.seen.lock().unwrap())
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(
            self.address.trim_start_matches("http://"),
        ));
        if let Some(thread) = self.thread.take() {
            // A failure in there has shown itself to whoever was served.
            drop(thread.join());
        }
    }
}

struct Asked {
    method: String,
    path: String,
    query: String,
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Some(asked) = read_request(&mut stream) else {
            return;
        };
        let line = format!("{} {}?{}", asked.method, asked.path, asked.query);
        self.seen.lock().unwrap().push(line);
        self.look();
        let fault = *self.fault.lock().unwrap();
        let is_push = asked.method == "POST" && asked.path.ends_with("/git-receive-pack");
        if asked.fields.get("authorization") != Some(&self.authorization) {
            let head = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\n";
            return answer(&mut stream, head, b"who are you?");
        }
        match fault {
            Fault::Status(status) => {
                return answer(&mut stream, &format!("HTTP/1.1 {status} X\r\n"), b"no");
            }
            Fault::Redirect => {
                let head = "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:9/elsewhere.git/info/refs\r\n";
                return answer(&mut stream, head, b"");
            }
            Fault::CutBeforePush if is_push => {
                drop(stream.shutdown(Shutdown::Both));
                return;
            }
            _ => {}
        }
        let (head, body) = self.backend(&asked);
        if fault == Fault::CutAfterPush && is_push {
            drop(stream.shutdown(Shutdown::Both));
            return;
        }
        answer(&mut stream, &head, &body);
    }

    fn look(&self) {
        let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let mut arguments = self.arguments.lock().unwrap();
        for process in processes {
            arguments.extend(std::fs::read(process.path().join("cmdline")).unwrap_or_default());
        }
    }

    /// The head without its last line, and the body, as git's own program gives them.
    fn backend(&self, asked: &Asked) -> (String, Vec<u8>) {
        let field = |name: &str| asked.fields.get(name).cloned().unwrap_or_default();
        let mut child = Command::new(git_program())
            .arg("http-backend")
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("GIT_PROJECT_ROOT", &self.root)
            .env("GIT_HTTP_EXPORT_ALL", "1")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("REMOTE_USER", "tester")
            .env("REQUEST_METHOD", &asked.method)
            .env("PATH_INFO", &asked.path)
            .env("QUERY_STRING", &asked.query)
            .env("CONTENT_TYPE", field("content-type"))
            .env("CONTENT_LENGTH", asked.body.len().to_string())
            .env("HTTP_CONTENT_ENCODING", field("content-encoding"))
            .env("GIT_PROTOCOL", field("git-protocol"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let body = asked.body.clone();
        let feed = std::thread::spawn(move || {
            // It may have answered without reading all of it.
            drop(stdin.write_all(&body));
        });
        let out = child.wait_with_output().unwrap().stdout;
        feed.join().unwrap();
        let end = out.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8(out[..end].to_vec()).unwrap();
        let status = head.lines().find_map(|line| line.strip_prefix("Status: "));
        let fields: Vec<&str> = head
            .lines()
            .filter(|line| !line.starts_with("Status: "))
            .collect();
        let first = format!("HTTP/1.1 {}\r\n", status.unwrap_or("200 OK"));
        (
            format!("{first}{}\r\n", fields.join("\r\n")),
            out[end + 4..].to_vec(),
        )
    }
}

fn answer(stream: &mut TcpStream, head: &str, body: &[u8]) {
    let end = format!(
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The other side may be gone: that is its business.
    drop(stream.write_all(&[head.as_bytes(), end.as_bytes(), body].concat()));
}

fn read_request(stream: &mut TcpStream) -> Option<Asked> {
    let head = read_to(stream, b"\r\n\r\n")?;
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let fields: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    if fields.contains_key("expect") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    let mut body = vec![];
    if fields
        .get("transfer-encoding")
        .is_some_and(|v| v == "chunked")
    {
        loop {
            let size = String::from_utf8(read_to(stream, b"\r\n")?).ok()?;
            let size = usize::from_str_radix(size.trim(), 16).ok()?;
            let mut chunk = vec![0; size + 2];
            stream.read_exact(&mut chunk).ok()?;
            body.extend_from_slice(&chunk[..size]);
            if size == 0 {
                break;
            }
        }
    } else if let Some(length) = fields.get("content-length") {
        body = vec![0; length.parse().ok()?];
        stream.read_exact(&mut body).ok()?;
    }
    let (path, query) = (path.to_owned(), query.to_owned());
    Some(Asked {
        method,
        path,
        query,
        fields,
        body,
    })
}

fn read_to(stream: &mut TcpStream, end: &[u8]) -> Option<Vec<u8>> {
    let (mut text, mut byte) = (vec![], [0]);
    while !text.ends_with(end) {
        stream.read_exact(&mut byte).ok()?;
        text.push(byte[0]);
    }
    Some(text)
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for three in bytes.chunks(3) {
        let part = |n: usize| u32::from(*three.get(n).unwrap_or(&0));
        let bits = part(0) << 16 | part(1) << 8 | part(2);
        for n in 0..4_usize {
            let letter = (bits >> (18 - 6 * n)) & 63;
            let there = n <= three.len();
            out.push(if there {
                char::from(LETTERS[letter as usize])
            } else {
                '='
            });
        }
    }
    out
}
