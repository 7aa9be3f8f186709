//! One request to a vendor, and what its answer means.

use std::time::Duration;

use serde_json::Value;

use super::{NotifyError, SEND_LIMIT};
use crate::domain::is_invisible;
use crate::http::{Headers, HttpError, Method, Request, Response, Transport};
use crate::sys::{Secret, stats};

/// The longest wait that a vendor's word is taken for.
const AFTER_MAX: Duration = Duration::from_hours(6);
/// Characters of a vendor's own words in an error.
const SAID_CHARS: usize = 200;

/// Header fields that every request has.
pub(super) fn headers() -> Headers {
    Headers::new()
        .with("Content-Type", "application/json")
        .with("User-Agent", concat!("acp/", env!("CARGO_PKG_VERSION")))
}

/// Sends `body` to `url`. `secrets` are taken out of every word about it.
pub(super) fn post(
    transport: &dyn Transport,
    url: &str,
    headers: Headers,
    body: &Value,
    secrets: &[&Secret],
) -> Result<Answer, NotifyError> {
    let body = serde_json::to_vec(body).map_err(|error| NotifyError::Refused {
        why: format!("the message cannot be written: {error}"),
    })?;
    let request = Request {
        method: Method::Post,
        url: url.to_owned(),
        headers,
        body: Some(body),
        limit: SEND_LIMIT,
    };
    stats::REQUESTS.add_one();
    let hide = |text: &str| without(text, secrets);
    match transport.send(&request) {
        Ok(response) => Ok(Answer {
            hidden: secrets.iter().map(|s| (*s).clone()).collect(),
            response,
        }),
        Err(HttpError::NotSent { why }) => Err(NotifyError::Later {
            why: format!("it is not reached: {}", hide(&why)),
            after: None,
        }),
        Err(HttpError::Lost { why } | HttpError::Unreadable { why }) => Err(NotifyError::Lost {
            why: format!("its answer was lost: {}", hide(&why)),
        }),
    }
}

/// An answer, before it is known what it means.
pub(super) struct Answer {
    response: Response,
    hidden: Vec<Secret>,
}

impl Answer {
    /// Its body as JSON; null when it is none.
    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.response.body).unwrap_or(Value::Null)
    }

    /// Its body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.response.body).into_owned()
    }

    /// What the status means. `said` is the vendor's own word for it, `after` how long it wants to be left alone.
    pub(super) fn read(&self, said: &str, after: Option<f64>) -> Result<(), NotifyError> {
        let status = self.response.status;
        if (200..300).contains(&status) {
            return Ok(());
        }
        let secrets: Vec<&Secret> = self.hidden.iter().collect();
        let said = one_line(&without(said, &secrets));
        let said = if said.is_empty() {
            said
        } else {
            format!(": {said}")
        };
        let why = format!("it answered with {status}{said}");
        Err(match status {
            408 | 425 | 429 | 500.. => NotifyError::Later {
                why,
                after: after.and_then(seconds).or_else(|| self.retry_after()),
            },
            300..400 => NotifyError::Refused {
                why: format!("{why}; redirects are not followed"),
            },
            _ => NotifyError::Refused { why },
        })
    }

    /// The field of that name, in seconds or as a date.
    fn retry_after(&self) -> Option<Duration> {
        let headers = &self.response.headers;
        let text = headers.get("Retry-After")?.trim();
        if let Ok(number) = text.parse::<f64>() {
            return seconds(number);
        }
        let parse = |text: &str| {
            let parser = jiff::fmt::rfc2822::DateTimeParser::new();
            parser.parse_timestamp(text).ok()
        };
        let (then, now) = (parse(text)?, parse(headers.get("Date")?)?);
        let wait = Duration::try_from(then.duration_since(now)).ok()?;
        Some(wait.min(AFTER_MAX))
    }
}

/// Rounded up to whole milliseconds, and within bounds.
fn seconds(number: f64) -> Option<Duration> {
    // What is no number at all is less than none, and would be taken for the longest wait.
    let number = Some(number).filter(|number| !number.is_nan())?;
    let wait = Duration::try_from_secs_f64(number.min(AFTER_MAX.as_secs_f64())).ok()?;
    Some(wait + Duration::from_millis(1))
}

fn without(text: &str, secrets: &[&Secret]) -> String {
    secrets
        .iter()
        .fold(text.to_owned(), |text, secret| match secret.reveal() {
            "" => text,
            value => text.replace(value, "***"),
        })
}

/// A vendor's words on one line, harmless.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .filter(|c| !is_invisible(*c))
        .take(SAID_CHARS)
        .collect()
}

/// Why `secret` is no address to send to; `None`: it is one. Plain `http` only on this machine: who reads along can write
/// there from then on.
pub(super) fn bad_address(secret: &Secret) -> Option<String> {
    let url = secret.reveal();
    let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_local = local.iter().any(|start| {
        url.strip_prefix(start)
            .is_some_and(|rest| rest.starts_with([':', '/']))
    });
    if is_local
        || url
            .strip_prefix("https://")
            .is_some_and(|rest| !rest.is_empty())
    {
        return None;
    }
    Some("the address must begin with `https://`".to_owned())
}
