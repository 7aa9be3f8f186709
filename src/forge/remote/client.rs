//! Calls to one forge as one account.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::governor::{Cost, Governor};
use super::token::Token;
use crate::forge::ForgeError;
use crate::http::{Headers, HttpError, Method, Request, Response, Transport};
use crate::sys::{Clock, Secret};

/// The longest that one call may take.
const CALL_LIMIT: Duration = Duration::from_secs(30);
/// The longest text of a forge that is shown in an error, in characters.
const MESSAGE_CHARS_MAX: usize = 300;

/// How a token stands in `Authorization`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `Bearer`.
    Bearer,
    /// `token`.
    Token,
}

/// A forge's address and who calls it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Where paths begin, without a slash at the end.
    pub root: String,
    /// The token.
    pub token: Secret,
    /// Where the token comes from, in words for errors: "`GITHUB_TOKEN`", "the file …".
    pub token_from: String,
    /// How the token is sent.
    pub scheme: Scheme,
    /// Fields that go with every call: `Accept`, the version of the interface.
    pub headers: Headers,
}

/// What tells whether something is still as it was: an `ETag`.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validator(pub String);

/// An answer of status 2xx.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Its validator, if the forge gives one.
    pub validator: Option<Validator>,
    /// Pages besides this one.
    pub link: Link,
    /// How many there are in all, when the forge counts (`X-Total-Count`).
    pub total: Option<u64>,
    /// What was asked, for errors.
    tried: String,
    pub(super) headers: Headers,
    body: Vec<u8>,
}

/// The pages that a `Link` field names, as paths that [`Client::get`] takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Link {
    /// The next page.
    pub next: Option<String>,
    /// The last page.
    pub last: Option<String>,
}

/// The answer to a conditional call.
#[derive(Debug, Clone)]
pub enum Fresh {
    /// As it was; nothing was charged.
    Same,
    /// Something else, or no validator was sent.
    New(Answer),
}

/// As [`Fresh`], for what may have another address by now.
#[derive(Debug, Clone)]
pub enum Found {
    /// As it was; nothing was charged.
    Same,
    /// Something else, or no validator was sent.
    New(Answer),
    /// It is elsewhere on the same forge: the path under the root, which is not followed by itself, since what is there
    /// may be something else altogether.
    Moved(String),
}

/// Calls one forge as one account.
pub struct Client {
    transport: Arc<dyn Transport>,
    governor: Arc<dyn Governor>,
    clock: Arc<dyn Clock>,
    root: String,
    token: Token,
    scheme: Scheme,
    headers: Headers,
    /// How far the forge's clock is ahead of this one, in milliseconds, as of the last answer that said its time.
    ahead: AtomicI64,
}

impl Client {
    /// A client. Nothing is sent yet.
    pub fn new(
        transport: Arc<dyn Transport>,
        governor: Arc<dyn Governor>,
        clock: Arc<dyn Clock>,
        account: Account,
    ) -> Self {
        let token = Token::known(account.token, account.token_from);
        Self {
            transport,
            governor,
            clock,
            root: account.root,
            token,
            scheme: account.scheme,
            headers: account.headers,
            ahead: AtomicI64::new(0),
        }
    }

    /// As [`Self::new`] with a token that is looked for when the first call needs it, instead of the account's.
    #[must_use]
    pub fn with_token(self, token: Token) -> Self {
        Self { token, ..self }
    }

    /// The token, which git needs as well.
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// The clock that waits and marks are measured with.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// How far the forge's clock is ahead of this machine's, to the second, as far as its answers have told yet.
    pub fn ahead(&self) -> SignedDuration {
        SignedDuration::from_millis(self.ahead.load(Ordering::Relaxed))
    }

    /// What the forge's own clock says now, as far as its answers have told yet.
    pub fn forge_now(&self) -> Timestamp {
        let now = self.clock.now();
        now.checked_add(self.ahead()).unwrap_or(now)
    }

    /// What tells this token from another one, without being it.
    pub fn fingerprint(&self) -> String {
        self.token.fingerprint()
    }

    /// Reads `path`, which begins with a slash. `tried` reads after "could not".
    pub fn get(&self, tried: &str, path: &str) -> Result<Answer, ForgeError> {
        let request = self.request(tried, Method::Get, path, None)?;
        let response = self.send(tried, Cost::Read, &request)?;
        self.answer(tried, &request, response)
    }

    /// As [`Self::get`], if it is no longer what `known` stands for.
    pub fn get_if(
        &self,
        tried: &str,
        path: &str,
        known: Option<&Validator>,
    ) -> Result<Fresh, ForgeError> {
        match self.exchange_if(tried, path, known)? {
            (_, response) if response.status == 304 && known.is_some() => Ok(Fresh::Same),
            (request, response) => self.answer(tried, &request, response).map(Fresh::New),
        }
    }

    /// As [`Self::get_if`], and a redirect within the forge is told, not refused.
    pub fn look(
        &self,
        tried: &str,
        path: &str,
        known: Option<&Validator>,
    ) -> Result<Found, ForgeError> {
        let (request, response) = self.exchange_if(tried, path, known)?;
        if response.status == 304 && known.is_some() {
            return Ok(Found::Same);
        }
        let to = response.headers.get("Location");
        match to.and_then(|to| self.path_under_root(to)) {
            Some(path) if matches!(response.status, 301 | 302 | 307 | 308) => {
                Ok(Found::Moved(path.to_owned()))
            }
            _ => self.answer(tried, &request, response).map(Found::New),
        }
    }

    fn exchange_if(
        &self,
        tried: &str,
        path: &str,
        known: Option<&Validator>,
    ) -> Result<(Request, Response), ForgeError> {
        let mut request = self.request(tried, Method::Get, path, None)?;
        if let Some(Validator(tag)) = known {
            request.headers.push("If-None-Match", tag.as_str());
        }
        let response = self.send(tried, Cost::Read, &request)?;
        Ok((request, response))
    }

    /// The path of an address on this forge, also of one without a host; the token goes nowhere else.
    fn path_under_root<'a>(&self, address: &'a str) -> Option<&'a str> {
        let root = &self.root;
        let path = match address.strip_prefix('/') {
            // Two slashes begin another host.
            Some(rest) if !rest.starts_with('/') => {
                let host = root.find("://").map_or(0, |at| at + 3);
                let folder = root[host..].find('/').map_or("", |at| &root[host + at..]);
                address.strip_prefix(folder)?
            }
            _ => address.strip_prefix(root.as_str())?,
        };
        path.starts_with('/').then_some(path)
    }

    /// As [`Self::get`], `None` when there is no such thing (404, 410).
    pub fn find(&self, tried: &str, path: &str) -> Result<Option<Answer>, ForgeError> {
        match self.get(tried, path) {
            Err(ForgeError::Missing { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// Reads all pages of a list, at most `pages_max` of them; more is [`ForgeError::Unreadable`]: a list that is cut must
    /// not pass for a whole one.
    pub fn list<T: DeserializeOwned>(
        &self,
        tried: &str,
        path: &str,
        pages_max: usize,
    ) -> Result<Vec<T>, ForgeError> {
        let mut all = Vec::new();
        let mut path = path.to_owned();
        for _ in 0..pages_max {
            let answer = self.get(tried, &path)?;
            all.extend(answer.read::<Vec<T>>()?);
            match answer.link.next {
                Some(next) => path = next,
                None => return Ok(all),
            }
        }
        Err(ForgeError::Unreadable {
            what: tried.to_owned(),
            why: format!("it has more than {pages_max} pages"),
        })
    }

    /// Writes. A lost answer is [`ForgeError::Unknown`], and so is a 5xx: it may have been written before it failed.
    pub fn write(
        &self,
        tried: &str,
        cost: Cost,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ForgeError> {
        let request = self.request(tried, method, path, body)?;
        let response = self.send(tried, cost, &request)?;
        self.answer(tried, &request, response)
    }

    /// As [`Self::write`] to an absolute address on the same host: for an interface that is not under the root.
    pub fn write_at(
        &self,
        tried: &str,
        cost: Cost,
        url: &str,
        body: &Value,
    ) -> Result<Answer, ForgeError> {
        if origin(url) != origin(&self.root) {
            return Err(ForgeError::Refused {
                tried: tried.to_owned(),
                why: "the token goes to its own forge only".to_owned(),
            });
        }
        let mut request = self.request(tried, Method::Post, "", Some(body))?;
        url.clone_into(&mut request.url);
        let response = self.send(tried, cost, &request)?;
        self.answer(tried, &request, response)
    }

    /// Reads from an absolute address on the same host, with the question in the body: nothing is written, so a lost answer
    /// is one that never came.
    pub fn query_at(&self, tried: &str, url: &str, body: &Value) -> Result<Answer, ForgeError> {
        match self.write_at(tried, Cost::Read, url, body) {
            Err(ForgeError::Unknown { tried, why }) => Err(ForgeError::Unavailable { tried, why }),
            other => other,
        }
    }

    /// # Errors
    /// [`ForgeError::Denied`]: there is no token on this machine.
    fn request(
        &self,
        tried: &str,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Request, ForgeError> {
        let found = self.token.get().map_err(|why| ForgeError::Denied {
            tried: tried.to_owned(),
            why: why.to_owned(),
        })?;
        let scheme = match self.scheme {
            Scheme::Bearer => "Bearer",
            Scheme::Token => "token",
        };
        let mut headers = self.headers.clone().with(
            "Authorization",
            format!("{scheme} {}", found.secret.reveal()),
        );
        headers.push(
            "User-Agent",
            concat!("acp/", env!("CARGO_PKG_VERSION")).to_owned(),
        );
        if body.is_some() {
            headers.push("Content-Type", "application/json");
        }
        Ok(Request {
            method,
            url: format!("{}{path}", self.root),
            headers,
            body: body.map(|body| body.to_string().into_bytes()),
            limit: CALL_LIMIT,
        })
    }

    fn send(&self, tried: &str, cost: Cost, request: &Request) -> Result<Response, ForgeError> {
        self.governor.admit(cost)?;
        crate::sys::stats::REQUESTS.add_one();
        let response = self
            .transport
            .send(request)
            .map_err(|error| lost(tried, request.method, &error))?;
        self.note_time(&response);
        if let Some(until) = self.governor.note(cost, &response) {
            return Err(ForgeError::Limited { until });
        }
        Ok(response)
    }

    fn note_time(&self, response: &Response) {
        let date = response.headers.get("Date");
        let Some(theirs) = date.and_then(|d| jiff::fmt::rfc2822::parse(d).ok()) else {
            return;
        };
        let ahead = theirs.timestamp().duration_since(self.clock.now());
        // Their time has whole seconds, so less than that is no difference.
        let ahead = if ahead.abs() < SignedDuration::from_secs(2) {
            SignedDuration::ZERO
        } else {
            ahead
        };
        let millis = i64::try_from(ahead.as_millis()).unwrap_or(0);
        self.ahead.store(millis, Ordering::Relaxed);
    }

    /// What a status means. Limits were seen to before.
    fn answer(
        &self,
        tried: &str,
        request: &Request,
        response: Response,
    ) -> Result<Answer, ForgeError> {
        let tried = tried.to_owned();
        let why = || self.without_token(&message(&response));
        Err(match response.status {
            200..=299 => {
                return Ok(Answer {
                    status: response.status,
                    validator: response
                        .headers
                        .get("ETag")
                        .map(|tag| Validator(tag.to_owned())),
                    link: self.link(&response),
                    total: response.headers.number("X-Total-Count"),
                    tried,
                    headers: response.headers,
                    body: response.body,
                });
            }
            // A token does not travel to wherever an answer points: who asked must know the new name first.
            300..=399 => ForgeError::Refused {
                tried,
                why: match response.headers.get("Location") {
                    Some(to) => format!("it was moved to {}", short(to)),
                    None => format!("it was moved (status {})", response.status),
                },
            },
            401 => ForgeError::Denied {
                tried,
                why: format!(
                    "the token from {} was refused: {}",
                    self.token
                        .get()
                        .map_or("nowhere", |found| found.from.as_str()),
                    why()
                ),
            },
            403 | 451 => ForgeError::Forbidden {
                tried,
                why: match response.headers.get("X-Accepted-GitHub-Permissions") {
                    Some(needed) => format!("{} (it takes {})", why(), short(needed)),
                    None => why(),
                },
            },
            404 | 410 => ForgeError::Missing { what: tried },
            500..=599 if request.method.writes() => ForgeError::Unknown { tried, why: why() },
            408 | 500..=599 => ForgeError::Unavailable { tried, why: why() },
            _ => ForgeError::Refused { tried, why: why() },
        })
    }

    /// A server may repeat what it was sent.
    fn without_token(&self, text: &str) -> String {
        match self.token.get() {
            Ok(found) if !found.secret.reveal().is_empty() => {
                text.replace(found.secret.reveal(), "[redacted]")
            }
            _ => text.to_owned(),
        }
    }

    /// Other pages are taken only from the forge itself.
    fn link(&self, response: &Response) -> Link {
        let mut link = Link::default();
        for part in response.headers.get("Link").unwrap_or("").split(',') {
            let Some((address, rel)) = part.split_once(';') else {
                continue;
            };
            let address = address.trim().trim_start_matches('<').trim_end_matches('>');
            let Some(path) = self.path_under_root(address) else {
                continue;
            };
            if rel.contains("\"next\"") {
                link.next = Some(path.to_owned());
            } else if rel.contains("\"last\"") {
                link.last = Some(path.to_owned());
            }
        }
        link
    }
}

impl Answer {
    /// The body as a `T`.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ForgeError> {
        serde_json::from_slice(&self.body).map_err(|error| ForgeError::Unreadable {
            what: format!("the answer to \"{}\"", self.tried),
            why: error.to_string(),
        })
    }

    /// The body as it came, for what is no JSON.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The length of the body in bytes.
    pub const fn len(&self) -> usize {
        self.body.len()
    }

    /// Whether there is no body.
    pub const fn is_empty(&self) -> bool {
        self.body.is_empty()
    }
}

/// What an exchange without an answer means.
fn lost(tried: &str, method: Method, error: &HttpError) -> ForgeError {
    let (tried, why) = (tried.to_owned(), error.to_string());
    match error {
        HttpError::NotSent { .. } => ForgeError::Unavailable { tried, why },
        _ if method.writes() => ForgeError::Unknown { tried, why },
        HttpError::Lost { .. } => ForgeError::Unavailable { tried, why },
        HttpError::Unreadable { .. } => ForgeError::Unreadable { what: tried, why },
    }
}

/// What a forge says of a call that did not go well, in one line.
fn message(response: &Response) -> String {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let mut said = body["message"].as_str().unwrap_or_default().to_owned();
    for error in body["errors"].as_array().into_iter().flatten() {
        let detail = error
            .as_str()
            .or_else(|| error["message"].as_str())
            .map_or_else(
                || {
                    let part = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
                    [part("field"), part("code")].join(" ")
                },
                str::to_owned,
            );
        if !detail.trim().is_empty() && !said.contains(&detail) {
            said = format!("{said}: {}", detail.trim());
        }
    }
    if said.is_empty() {
        return format!("status {}", response.status);
    }
    format!("{} (status {})", short(&said), response.status)
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    let end = url[after..].find(['/', '?', '#']);
    end.map_or(url, |end| &url[..after + end])
}

fn short(text: &str) -> String {
    let line = crate::domain::bounds::one_line(text);
    line.chars().take(MESSAGE_CHARS_MAX).collect()
}
