//! Prism between whoever asks and a forge: it holds every request and every answer against the forge's own description.

use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::running::{Running, tool};
use crate::tap::Tap;

/// One thing that prism found: the request's first line with the status of the answer, and what is wrong.
type Found = (String, Value);

/// Prism, and what it found.
pub(crate) struct Judge {
    _prism: Running,
    tap: Tap,
    found: Arc<Mutex<Vec<Found>>>,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Judge {
    /// Prism with this description before the forge at `url`.
    pub(crate) fn before(url: &str, description: &Path) -> Self {
        let mut command = Command::new("node");
        command
            .arg(tool(
                "forge/node_modules/@stoplight/prism-cli/dist/index.js",
            ))
            .args(["proxy", "-h", "127.0.0.1", "-p", "0"])
            .arg(description)
            .arg(url)
            .env("NO_COLOR", "1");
        let ready = "Prism is listening on http://";
        let prism = Running::start(&mut command, ready);
        let at = prism.said.rfind(ready).unwrap() + ready.len();
        let address = prism.said[at..].trim().to_owned();
        let (found, seen) = (
            Arc::<Mutex<Vec<Found>>>::default(),
            Arc::<Mutex<Vec<String>>>::default(),
        );
        let (tell, note) = (Arc::clone(&found), Arc::clone(&seen));
        let tap = Tap::start(move |asked| {
            let answer = asked.send(&address)?;
            let line = format!("{} -> {}", asked.first, answer.status());
            note.lock().unwrap().push(line.clone());
            let violations = answer.fields.get("sl-violations");
            // When there are too many for one field, it is no JSON: then some are not told.
            let cut =
                |text: &String| serde_json::json!({"location": ["response"], "message": text});
            let read =
                |text: &String| serde_json::from_str(text).unwrap_or_else(|_| vec![cut(text)]);
            let violations: Vec<Value> = violations.map_or_else(Vec::new, read);
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            for mut one in violations {
                one["is_null"] = Value::Bool(value_at(&body, &one["location"]).is_null());
                tell.lock().unwrap().push((line.clone(), one));
            }
            // Prism itself refuses what is not in the description at all.
            let own = String::from_utf8_lossy(&answer.body);
            if own.contains("stoplight.io/prism") {
                let unknown = serde_json::json!({"location": ["request"], "message": own});
                tell.lock().unwrap().push((line, unknown));
            }
            Some(answer)
        });
        Self {
            _prism: prism,
            tap,
            found,
            seen,
        }
    }

    /// Where to ask.
    pub(crate) fn url(&self) -> String {
        self.tap.url()
    }

    /// What was found in requests, and in answers beside what is known.
    #[track_caller]
    pub(crate) fn finds_nothing(&self, known: impl Fn(&str, &Value) -> bool) {
        let seen = self.seen.lock().unwrap();
        assert!(seen.len() > 20, "everything went through it: {seen:#?}");
        let found = self.found.lock().unwrap();
        let mut new = std::collections::BTreeSet::new();
        for (line, one) in found.iter() {
            let in_request = one["location"][0] == "request";
            if in_request || !known(line, one) {
                new.insert(format!("{line}: {one}"));
            }
        }
        assert!(new.is_empty(), "{new:#?}");
    }
}

/// What prism says of a status that the description does not name for the call.
const UNNAMED: &str = "Unable to match the returned status code";

/// What GitHub's description gets wrong.
pub(crate) fn github_errs(line: &str, one: &Value) -> bool {
    // The description names 304 for few calls; GitHub answers it to every conditional request. Likewise 403, which is
    // also the answer of its limits.
    [304, 403].map(|status| line.ends_with(&format!("-> {status}"))) != [false; 2]
        && says(one, UNNAMED)
}

/// What Forgejo's description gets wrong.
pub(crate) fn forgejo_errs(line: &str, one: &Value) -> bool {
    // The description knows no null, which the server sends for every absent value; and prism takes no address without a
    // dot in its host for one.
    let absent = one["code"] == "type" && one["is_null"] == true;
    // It names 403 for few calls; the server answers it to every one that the token's scopes do not cover.
    let forbidden = line.ends_with("-> 403") && says(one, UNNAMED);
    absent || forbidden || (one["code"] == "format" && says(one, "must match format \"url\""))
}

fn says(one: &Value, words: &str) -> bool {
    one["message"]
        .as_str()
        .is_some_and(|message| message.contains(words))
}

/// The value of an answer's body that a violation is about: its place is `["response", "body", …]`.
fn value_at<'a>(body: &'a Value, location: &Value) -> &'a Value {
    let steps = location.as_array().into_iter().flatten().skip(2);
    steps.fold(body, |value, step| match step.as_str() {
        Some(name) if value.is_array() => &value[name.parse().unwrap_or(usize::MAX)],
        Some(name) => &value[name],
        None => &value[usize::try_from(step.as_u64().unwrap_or(u64::MAX)).unwrap_or(usize::MAX)],
    })
}
