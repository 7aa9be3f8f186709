//! The model of a forge behind a socket of this machine: its interface from the model itself, git by git's own
//! `http-backend` over the same bare repository, and `/_fake/` for tests in other processes.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use acp::forge::fake::Fake;
use acp::http::{Headers, HttpError, Method, Request, Response, Transport as _};

/// The longest body that is taken.
const BODY_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// The longest line of a head, and the most of them.
const LINE_BYTES_MAX: u64 = 64 * 1024;
const LINES_MAX: usize = 200;
/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// What every connection serves.
pub(crate) struct Site {
    fake: Arc<Fake>,
    bare: PathBuf,
    backend: PathBuf,
}

impl Site {
    /// The model, and the bare repository that it is over. Pushes by HTTP are switched on in it.
    pub(crate) fn new(fake: Arc<Fake>, bare: &Path) -> io::Result<Arc<Self>> {
        let out = Command::new("git").arg("--exec-path").output()?;
        let folder = String::from_utf8_lossy(&out.stdout).trim().to_owned();
        let set = ["config", "http.receivepack", "true"];
        let done = Command::new("git").arg("-C").arg(bare).args(set).status()?;
        if !done.success() {
            return Err(io::Error::other("cannot configure the bare repository"));
        }
        Ok(Arc::new(Self {
            fake,
            bare: bare.to_owned(),
            backend: Path::new(&folder).join("git-http-backend"),
        }))
    }
}

/// A running server; it takes no new connections once this is dropped.
pub(crate) struct ForgeServer {
    address: String,
    ended: Arc<AtomicBool>,
}

impl ForgeServer {
    /// Listens on a free port of 127.0.0.1.
    pub(crate) fn start(site: Arc<Site>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = listener.local_addr()?.to_string();
        let ended = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let site = Arc::clone(&site);
                std::thread::spawn(move || {
                    let _ended = stream.set_read_timeout(Some(SILENCE));
                    let _ended = stream.set_nodelay(true);
                    let _ended = converse(&site, &stream);
                });
            }
        });
        Ok(Self { address, ended })
    }

    /// `http://127.0.0.1:PORT`, without a stroke at the end.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for ForgeServer {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        // Wakes the listener.
        let _woken = TcpStream::connect(&self.address);
    }
}

/// A request as it came.
struct Came {
    method: String,
    target: String,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

/// Serves one connection until either side has enough.
pub(crate) fn converse<S>(site: &Site, stream: &S) -> io::Result<()>
where
    for<'a> &'a S: Read + Write,
{
    let mut reader = BufReader::new(stream);
    while let Some(came) = receive(&mut reader, stream)? {
        let Some(response) = answer(site, &came) else {
            // A lost answer: the connection ends without a byte.
            return Ok(());
        };
        send(stream, &came, &response)?;
        let last = came
            .headers
            .get("connection")
            .is_some_and(|c| c.eq_ignore_ascii_case("close"));
        if last {
            return Ok(());
        }
    }
    Ok(())
}

fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    let read = reader.by_ref().take(LINE_BYTES_MAX).read_line(&mut line)?;
    if read > 0 && !line.ends_with('\n') {
        return Err(bad("a line is too long"));
    }
    line.truncate(line.trim_end().len());
    Ok(line)
}

fn receive<S>(reader: &mut impl BufRead, stream: &S) -> io::Result<Option<Came>>
where
    for<'a> &'a S: Read + Write,
{
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(None);
    };
    let mut headers = BTreeMap::new();
    for _ in 0..LINES_MAX {
        let line = line(reader)?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.trim().to_lowercase(), value.trim().to_owned());
    }
    if headers
        .get("expect")
        .is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue"))
    {
        let mut stream = stream;
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let chunked = headers.get("transfer-encoding");
    let body = if chunked.is_some_and(|how| how.eq_ignore_ascii_case("chunked")) {
        chunks(reader)?
    } else {
        let length = headers
            .get("content-length")
            .map_or(Ok(0), |n| n.parse::<u64>());
        let length = length.map_err(|_| bad("Content-Length is no number"))?;
        exactly(reader, length)?
    };
    Ok(Some(Came {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body,
    }))
}

fn exactly(reader: &mut impl BufRead, length: u64) -> io::Result<Vec<u8>> {
    if length > BODY_BYTES_MAX {
        return Err(bad("the body is too long"));
    }
    let mut body = vec![];
    let read = reader.by_ref().take(length).read_to_end(&mut body)?;
    if read as u64 == length {
        Ok(body)
    } else {
        Err(bad("the body is cut off"))
    }
}

fn chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = vec![];
    loop {
        let size = line(reader)?;
        let size = size.split(';').next().unwrap_or_default();
        let size = u64::from_str_radix(size, 16).map_err(|_| bad("a chunk has no size"))?;
        if size == 0 {
            while !line(reader)?.is_empty() {}
            return Ok(body);
        }
        body.extend(exactly(reader, size)?);
        line(reader)?;
        if body.len() as u64 > BODY_BYTES_MAX {
            return Err(bad("the body is too long"));
        }
    }
}

fn send<S>(stream: &S, came: &Came, response: &Response) -> io::Result<()>
where
    for<'a> &'a S: Read + Write,
{
    let mut out = format!(
        "HTTP/1.1 {} {}\r\n",
        response.status,
        reason(response.status)
    );
    for (name, value) in response.headers.iter() {
        out.extend([name, ": ", value, "\r\n"]);
    }
    if !matches!(response.status, 204 | 304) {
        out.extend(["Content-Length: ", &response.body.len().to_string(), "\r\n"]);
    }
    out.push_str("\r\n");
    let mut bytes = out.into_bytes();
    if came.method != "HEAD" {
        bytes.extend_from_slice(&response.body);
    }
    let mut stream = stream;
    stream.write_all(&bytes)?;
    stream.flush()
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        204 => "No Content",
        301 => "Moved Permanently",
        304 => "Not Modified",
        307 => "Temporary Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        _ => "Status",
    }
}

/// The answer; `None` when there shall be none.
fn answer(site: &Site, came: &Came) -> Option<Response> {
    // A client that takes this for its proxy names the whole address.
    let path = match came.target.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |at| &rest[at..]),
        None => came.target.as_str(),
    };
    if let Some(what) = path.strip_prefix("/_fake/") {
        return Some(control(site, what, &came.body));
    }
    let bare_path = path.split('?').next().unwrap_or_default();
    if bare_path.contains(".git/") {
        return Some(git(site, came, path).unwrap_or_else(|error| plain(500, &error.to_string())));
    }
    let method = match came.method.as_str() {
        "GET" | "HEAD" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        "PATCH" => Method::Patch,
        "DELETE" => Method::Delete,
        _ => return Some(plain(405, "Method Not Allowed")),
    };
    let host = came.headers.get("host").map_or("127.0.0.1", String::as_str);
    let url = if came.target.starts_with('/') {
        format!("http://{host}{}", came.target)
    } else {
        came.target.clone()
    };
    let mut headers = Headers::new();
    for (name, value) in &came.headers {
        headers.push(name, value.as_str());
    }
    let request = Request {
        method,
        url,
        headers,
        body: (!came.body.is_empty()).then(|| came.body.clone()),
        limit: SILENCE,
    };
    match site.fake.send(&request) {
        Ok(response) => Some(response),
        Err(HttpError::NotSent { .. } | HttpError::Lost { .. }) => None,
        Err(HttpError::Unreadable { why }) => Some(plain(500, &why)),
    }
}

fn plain(status: u16, text: &str) -> Response {
    Response {
        status,
        headers: Headers::new().with("Content-Type", "text/plain"),
        body: text.as_bytes().to_vec(),
    }
}

fn control(site: &Site, what: &str, body: &[u8]) -> Response {
    let json = |status: u16, value: &serde_json::Value| Response {
        status,
        headers: Headers::new().with("Content-Type", "application/json"),
        body: value.to_string().into_bytes(),
    };
    if what == "account" {
        return json(200, &site.fake.account_json());
    }
    let arguments = match body {
        [] => serde_json::Value::Null,
        bytes => match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(error) => return plain(400, &error.to_string()),
        },
    };
    match site.fake.control(what, &arguments) {
        Ok(value) => json(200, &value),
        Err(refusal) => plain(400, &refusal.to_string()),
    }
}

/// git's own server over the bare repository, for whoever has a credential of the forge.
fn git(site: &Site, came: &Came, path: &str) -> io::Result<Response> {
    let token = came
        .headers
        .get("authorization")
        .and_then(|value| credential(value));
    let known = token
        .as_deref()
        .filter(|token| site.fake.login_of(token).is_some());
    let Some(token) = known else {
        let refused = plain(401, "Authentication required");
        let headers = refused
            .headers
            .with("WWW-Authenticate", "Basic realm=\"git\"");
        return Ok(Response { headers, ..refused });
    };
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let writes = path.ends_with("/git-receive-pack") || query.contains("git-receive-pack");
    if writes && !site.fake.may_push(token) {
        return Ok(plain(403, "Permission denied"));
    }
    let inside = path.split_once(".git/").map_or("", |(_, inside)| inside);
    let root = site.bare.parent().unwrap_or(Path::new("/"));
    let name = site.bare.file_name().unwrap_or_default().to_string_lossy();
    let header = |name: &str| came.headers.get(name).map_or("", String::as_str);
    let mut child = Command::new(&site.backend)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("PATH_INFO", format!("/{name}/{inside}"))
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", &came.method)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", came.body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REMOTE_USER", "somebody")
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (input, body) = (child.stdin.take(), came.body.clone());
    let writer = std::thread::spawn(move || input.map(|mut input| input.write_all(&body)));
    let out = child.wait_with_output()?.stdout;
    let _written = writer.join();
    let end = out.windows(4).position(|four| four == b"\r\n\r\n");
    let (head, body) = out.split_at(end.ok_or_else(|| bad("git gave no head"))?);
    let mut response = Response {
        status: 200,
        headers: Headers::new(),
        body: body[4..].to_vec(),
    };
    for line in String::from_utf8_lossy(head).lines() {
        let Some((name, value)) = line.split_once(": ") else {
            continue;
        };
        if name.eq_ignore_ascii_case("status") {
            let code = value.split(' ').next().and_then(|code| code.parse().ok());
            response.status = code.unwrap_or(500);
        } else {
            response.headers.push(name, value);
        }
    }
    Ok(response)
}

/// The token in a header: the password of Basic, or its name when that is empty.
fn credential(value: &str) -> Option<String> {
    let (kind, rest) = value.split_once(' ')?;
    if !kind.eq_ignore_ascii_case("basic") {
        return Some(rest.trim().to_owned());
    }
    let pair = String::from_utf8(base64(rest.trim())?).ok()?;
    let (name, password) = pair.split_once(':')?;
    Some(if password.is_empty() { name } else { password }.to_owned())
}

fn base64(text: &str) -> Option<Vec<u8>> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut out, mut bits, mut count) = (vec![], 0_u32, 0);
    for byte in text.trim_end_matches('=').bytes() {
        let digit = DIGITS.iter().position(|d| *d == byte)?;
        bits = (bits << 6) | u32::try_from(digit).ok()?;
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from((bits >> count) & 0xff).ok()?);
        }
    }
    Some(out)
}
