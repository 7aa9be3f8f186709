//! Single calls with JSON.

use serde_json::Value;

use crate::wire::Message;

/// Calls `url` with JSON and gives the JSON of the answer, which must be a good one.
#[track_caller]
pub(crate) fn call(method: &str, url: &str, token: &str, body: &Value) -> Value {
    let (address, path) = split(url);
    let asked = Message {
        first: format!("{method} {path} HTTP/1.1"),
        fields: [
            ("host", address),
            ("content-type", "application/json"),
            ("authorization", &format!("Bearer {token}")),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
        body: if body.is_null() {
            vec![]
        } else {
            body.to_string().into_bytes()
        },
    };
    let answer = asked.send(address).unwrap();
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!(
        answer.status() < 300,
        "{method} {url} {body}: {} {text}",
        answer.first
    );
    serde_json::from_str(&text).unwrap_or_default()
}

/// Host and port, and the path.
pub(crate) fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap();
    rest.find('/').map_or((rest, "/"), |at| rest.split_at(at))
}
