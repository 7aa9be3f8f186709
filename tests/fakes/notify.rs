//! Stubs of the places where news goes, behind one loopback socket. Each enforces what its vendor documents: fields that must
//! be there, how long a text may be, what a bad address or token gets. A test may let the next requests to a vendor fail.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// The secrets that the stubs know; all of them hold this word, so that a test can look for it where it must not be.
pub(crate) const HUSH: &str = "hush";
/// The path of Slack's webhook.
pub(crate) const SLACK: &str = "/services/T00000001/B00000001/hushSlack";
/// The path of Discord's webhook.
pub(crate) const DISCORD: &str = "/api/webhooks/1234567890/hushDiscord";
/// The token of Telegram's bot.
pub(crate) const BOT: &str = "123456:hushTelegram";
/// The chat that the bot is in.
pub(crate) const CHAT: &str = "-100200300";
/// The token that ntfy and the webhook want.
pub(crate) const BEARER: &str = "tk_hushBearer";

/// No request of these tests is larger.
const BODY_BYTES_MAX: usize = 1 << 20;
/// How long a connection may be silent.
const PATIENCE: Duration = Duration::from_secs(20);

/// An answer that a test puts down for a vendor.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<&'static str>,
    pub(crate) body: Value,
}

#[derive(Default)]
struct State {
    /// What was taken, with the vendor's name.
    taken: Vec<(String, Value)>,
    /// Every request, taken or not, by vendor.
    asked: BTreeMap<String, u32>,
    faults: BTreeMap<String, VecDeque<Fault>>,
}

/// The stubs.
pub(crate) struct Places {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

struct Asked {
    method: String,
    path: String,
    fields: BTreeMap<String, String>,
    body: Vec<u8>,
}

type Answer = (u16, Value);

impl Places {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self { url, state }
    }

    /// The next request to `vendor` is answered so.
    pub(crate) fn fail(&self, vendor: &str, fault: Fault) {
        let mut state = self.state.lock().unwrap();
        let faults = state.faults.entry(vendor.to_owned()).or_default();
        faults.push_back(fault);
    }

    /// What `vendor` took since the last time that this was asked.
    pub(crate) fn taken(&self, vendor: &str) -> Vec<Value> {
        let mut state = self.state.lock().unwrap();
        let all = std::mem::take(&mut state.taken);
        let (of, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(name, _)| name == vendor);
        state.taken = rest;
        of.into_iter().map(|(_, body)| body).collect()
    }

    /// How often `vendor` was asked.
    pub(crate) fn asked(&self, vendor: &str) -> u32 {
        let state = self.state.lock().unwrap();
        state.asked.get(vendor).copied().unwrap_or(0)
    }
}

fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let _set = stream.set_read_timeout(Some(PATIENCE));
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        let vendor = vendor_of(&asked.path);
        let fault = {
            let mut state = state.lock().unwrap();
            *state.asked.entry(vendor.to_owned()).or_default() += 1;
            state.faults.get_mut(vendor).and_then(VecDeque::pop_front)
        };
        let (status, retry_after, body) = if let Some(fault) = fault {
            (fault.status, fault.retry_after, fault.body)
        } else {
            let (status, body) = judge(vendor, &asked);
            (status, None, body)
        };
        if (200..300).contains(&status) {
            let body = serde_json::from_slice(&asked.body).unwrap();
            state.lock().unwrap().taken.push((vendor.to_owned(), body));
        }
        let text = match &body {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        let after = retry_after.map(|after| format!("Retry-After: {after}\r\n"));
        let after = after.unwrap_or_default();
        let out = if status == 204 {
            format!("HTTP/1.1 {status} It\r\n{after}\r\n")
        } else {
            let length = text.len();
            format!("HTTP/1.1 {status} It\r\n{after}Content-Length: {length}\r\n\r\n{text}")
        };
        let mut writer = stream;
        if writer.write_all(out.as_bytes()).is_err() {
            return;
        }
    }
}

fn read(reader: &mut BufReader<&TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut fields = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else {
            break;
        };
        fields.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length: usize = fields.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length.min(BODY_BYTES_MAX)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        fields,
        body,
    })
}

fn vendor_of(path: &str) -> &'static str {
    match path {
        "/" => "ntfy",
        _ if path.starts_with("/services/") => "slack",
        _ if path.starts_with("/api/webhooks/") => "discord",
        _ if path.starts_with("/bot") => "telegram",
        _ => "webhook",
    }
}

fn judge(vendor: &str, asked: &Asked) -> Answer {
    let is_json = asked
        .fields
        .get("content-type")
        .is_some_and(|kind| kind.starts_with("application/json"));
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or(Value::Null);
    if asked.method != "POST" || !is_json || !asked.fields.contains_key("user-agent") {
        return (400, json!("invalid_payload"));
    }
    match vendor {
        "ntfy" => ntfy(asked, &body),
        "slack" => slack(asked, &body),
        "discord" => discord(asked, &body),
        "telegram" => telegram(asked, &body),
        _ => webhook(asked, &body),
    }
}

fn has_bearer(asked: &Asked) -> bool {
    asked.fields.get("authorization") == Some(&format!("Bearer {BEARER}"))
}

fn utf16(value: &Value) -> usize {
    value.as_str().map_or(0, |text| text.encode_utf16().count())
}

fn ntfy(asked: &Asked, body: &Value) -> Answer {
    let error = |code: u32, why: &str| {
        (
            code / 100,
            json!({"code": code, "http": code / 100, "error": why}),
        )
    };
    let (status, said) = if !has_bearer(asked) {
        error(40_101, "unauthorized")
    } else if body["topic"].as_str() != Some("acp-web") {
        error(40_301, "forbidden")
    } else if body["message"]
        .as_str()
        .is_none_or(|m| m.is_empty() || m.len() > 4096)
    {
        error(41_301, "attachment not allowed")
    } else if !(1..=5).contains(&body["priority"].as_i64().unwrap_or(3)) {
        error(40_007, "invalid priority parameter")
    } else {
        return (200, json!({"id": "x", "event": "message"}));
    };
    (u16::try_from(status).unwrap(), said)
}

fn slack(asked: &Asked, body: &Value) -> Answer {
    let text = body["text"].as_str();
    match text {
        _ if asked.path != SLACK => (404, json!("no_service")),
        _ if !body.is_object() => (400, json!("invalid_payload")),
        None | Some("") => (400, json!("no_text")),
        Some(text) if text.chars().count() > 40_000 => (400, json!("msg_too_long")),
        Some(_) => (200, json!("ok")),
    }
}

fn discord(asked: &Asked, body: &Value) -> Answer {
    if asked.path != DISCORD {
        return (404, json!({"message": "Unknown Webhook", "code": 10_015}));
    }
    match utf16(&body["content"]) {
        0 => (
            400,
            json!({"message": "Cannot send an empty message", "code": 50_006}),
        ),
        1..=2000 => (204, Value::Null),
        _ => (
            400,
            json!({"content": ["Must be 2000 or fewer in length."]}),
        ),
    }
}

fn telegram(asked: &Asked, body: &Value) -> Answer {
    let error = |code: u16, why: &str| {
        (
            code,
            json!({"ok": false, "error_code": code, "description": why}),
        )
    };
    let Some((token, method)) = asked.path["/bot".len()..].split_once('/') else {
        return error(404, "Not Found");
    };
    match utf16(&body["text"]) {
        _ if token != BOT => error(401, "Unauthorized"),
        _ if method != "sendMessage" => error(404, "Not Found"),
        _ if body["chat_id"].as_str() != Some(CHAT) => error(400, "Bad Request: chat not found"),
        0 => error(400, "Bad Request: message text is empty"),
        1..=4096 => (200, json!({"ok": true, "result": {"message_id": 1}})),
        _ => error(400, "Bad Request: message is too long"),
    }
}

fn webhook(asked: &Asked, body: &Value) -> Answer {
    match body["schema"].as_str() {
        _ if !has_bearer(asked) => (401, json!("who are you")),
        Some("acp.notice/1")
            if asked.fields.get("idempotency-key").map(String::as_str) == body["id"].as_str() =>
        {
            (202, Value::Null)
        }
        _ => (400, json!("what is that")),
    }
}
