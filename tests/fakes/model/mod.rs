//! A model provider on the loopback that real coding agents can talk to: Messages of Anthropic, Responses and Chat
//! Completions of `OpenAI`, Gemini; streaming and not.
//!
//! The base address is `http://127.0.0.1:PORT/m/MODE`; the mode says how the provider behaves ([`faults`]). What the
//! model does in mode `ok` is written in the prompt ([`script`]).

mod anthropic;
mod chat;
mod faults;
mod gemini;
mod http;
mod responses;
mod script;

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use self::http::{Answer, Request};
pub(crate) use self::script::Turn;

/// A running provider; it ends with this value.
pub(crate) struct ModelServer {
    address: SocketAddr,
    state: Arc<State>,
}

/// What all connections share.
#[derive(Default)]
struct State {
    over: AtomicBool,
    /// Requests for a model's answer, by mode.
    calls: Mutex<BTreeMap<String, u64>>,
}

/// The interface that a request speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Api {
    Anthropic,
    Responses,
    Chat,
    Gemini,
}

/// What a connection gets.
enum Reply {
    Answer(Answer),
    /// Server-sent events; `named` has `event:` lines.
    Stream {
        events: Vec<Event>,
        named: bool,
    },
    /// The connection stays open and nothing comes.
    Hang,
    /// The connection ends and nothing has come.
    Nothing,
}

/// One server-sent event.
struct Event {
    name: &'static str,
    data: String,
}

impl Event {
    fn new(name: &'static str, data: &Value) -> Self {
        Self {
            name,
            data: data.to_string(),
        }
    }
}

impl ModelServer {
    /// Listens on a port of this address of the loopback, 0 for any that is free.
    pub(crate) fn start(host: Ipv4Addr, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((host, port))?;
        let address = listener.local_addr()?;
        let state = Arc::new(State::default());
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if shared.over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&shared);
                // A client that went away is its own business.
                thread::spawn(move || drop(serve(&shared, &stream)));
            }
        });
        Ok(Self { address, state })
    }

    /// Where it listens, as `HOST:PORT`.
    pub(crate) fn place(&self) -> String {
        self.address.to_string()
    }

    /// The base address of a mode.
    pub(crate) fn base(&self, mode: &str) -> String {
        format!("http://{}/m/{mode}", self.address)
    }

    /// How often a model was asked in this mode.
    pub(crate) fn calls(&self, mode: &str) -> u64 {
        self.state.so_far(mode)
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        self.state.over.store(true, Ordering::SeqCst);
        // The listener waits for a connection before it looks.
        drop(TcpStream::connect(self.address));
    }
}

fn serve(state: &State, stream: &TcpStream) -> io::Result<()> {
    let Some(request) = http::read(stream)? else {
        return Ok(());
    };
    let (mode, path) = request.mode_and_path();
    match reply(state, &request, &mode, &path) {
        Reply::Answer(answer) => answer.send(stream),
        Reply::Stream { events, named } => {
            let mode = faults::now(&mode, state.so_far(&mode));
            http::stream(stream, &events, named, mode)
        }
        Reply::Hang => http::wait_for_end(stream),
        Reply::Nothing => Ok(()),
    }
}

fn reply(state: &State, request: &Request, mode: &str, path: &str) -> Reply {
    let answer = |value: &Value| Reply::Answer(Answer::json(200, value));
    if request.method != "POST" {
        return answer(&listing(path));
    }
    if path.ends_with("/count_tokens") {
        return answer(&json!({ "input_tokens": 42 }));
    }
    if path.ends_with(":countTokens") {
        return answer(&json!({ "totalTokens": 42 }));
    }
    let Some(api) = api_of(path) else {
        return answer(&json!({}));
    };
    let nth = state.count(mode);
    if let Some(fault) = faults::fault(api, mode, nth) {
        return fault;
    }
    let body = &request.body;
    let (turn, model) = (script::turn(api, body), body["model"].as_str());
    let model = model.unwrap_or("model");
    let stream = body["stream"] == true;
    match api {
        Api::Anthropic => anthropic::reply(&turn, model, stream, nth),
        Api::Responses => responses::reply(&turn, body, model, stream, nth),
        Api::Chat => chat::reply(&turn, model, stream, nth),
        Api::Gemini => gemini::reply(&turn, body, path, nth),
    }
}

impl State {
    /// How often a model was asked in this mode.
    fn so_far(&self, mode: &str) -> u64 {
        let calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.get(mode).copied().unwrap_or(0)
    }

    /// Counts a call; the first one is 1.
    fn count(&self, mode: &str) -> u64 {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = calls.entry(mode.to_owned()).or_default();
        *calls += 1;
        *calls
    }
}

fn api_of(path: &str) -> Option<Api> {
    let path = path.split('?').next().unwrap_or_default();
    if path.ends_with("/messages") {
        Some(Api::Anthropic)
    } else if path.ends_with("/responses") {
        Some(Api::Responses)
    } else if path.ends_with("/chat/completions") {
        Some(Api::Chat)
    } else if path.contains("enerateContent") {
        Some(Api::Gemini)
    } else {
        None
    }
}

/// What programs ask for before they ask a model: lists of models, in the forms of `OpenAI` and of Ollama.
fn listing(path: &str) -> Value {
    let model = json!({ "id": "stub-model", "object": "model", "owned_by": "stub",
        "name": "stub-model", "model": "stub-model" });
    if path.ends_with("/api/version") {
        json!({ "version": "0.13.4" })
    } else {
        json!({ "object": "list", "data": [model], "models": [model] })
    }
}
