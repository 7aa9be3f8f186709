//! What was asked of the models of the forges and what they answered, kept in a file for whoever holds it against the forges'
//! descriptions.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::sync::{LazyLock, Mutex};

use acp::http::{Headers, Request, Response};
use serde_json::{Value, json};

/// Names the file; unset keeps nothing.
pub(crate) const INTO: &str = "ACP_TEST_EXCHANGES";

static FILE: LazyLock<Option<Mutex<File>>> = LazyLock::new(|| {
    let path = std::env::var_os(INTO)?;
    let file = OpenOptions::new().create(true).append(true).open(path);
    Some(Mutex::new(file.unwrap()))
});

/// Appends one exchange as a line of JSON.
pub(crate) fn keep(request: &Request, answer: &Response) {
    let Some(file) = &*FILE else { return };
    let body = request.body.as_deref().unwrap_or_default();
    let line = json!({
        "method": request.method.as_str(),
        "url": request.url,
        "headers": fields(&request.headers),
        "body": String::from_utf8_lossy(body),
        "status": answer.status,
        "answer_headers": fields(&answer.headers),
        "answer": String::from_utf8_lossy(&answer.body),
    });
    let text = format!("{line}\n");
    file.lock().unwrap().write_all(text.as_bytes()).unwrap();
}

fn fields(headers: &Headers) -> Value {
    let fields = headers.iter();
    fields
        .map(|(name, value)| (name.to_lowercase(), Value::from(value)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
