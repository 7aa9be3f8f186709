//! A request taken apart, and an answer being made.

use std::fmt::Write as _;

use serde_json::Value;

use super::json::Obj;
use super::state::Token;
use super::world::Problem;
use crate::http::{Headers, Method, Request, Response};

/// A request, taken apart.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Scheme, authority and prefix: what addresses in answers begin with.
    pub(super) root: String,
    /// Scheme and authority.
    pub(super) site: String,
    /// The path below the root.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: &'a Headers,
    /// What the body says; null without one.
    pub(super) body: Value,
    /// Whether there is a body that is not JSON.
    pub(super) malformed: bool,
    /// Who asks, and what the credential may do.
    pub(super) viewer: Option<Token>,
}

impl<'a> Ask<'a> {
    /// Takes `request` apart; `prefixes` are tried in order and cut off the path.
    pub(super) fn read(request: &'a Request, prefixes: &[&str]) -> Self {
        let (site, target) = split_url(&request.url);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let cut = |prefix: &&str| {
            path.strip_prefix(*prefix)
                .filter(|rest| rest.starts_with('/'))
        };
        let prefix = prefixes.iter().find(|prefix| cut(prefix).is_some());
        let below = prefix.and_then(cut).unwrap_or(path);
        let bytes = request.body.as_deref().unwrap_or_default();
        let body = match bytes {
            [] => Some(Value::Null),
            bytes => serde_json::from_slice(bytes).ok(),
        };
        Self {
            method: request.method,
            root: format!("{site}{}", prefix.copied().unwrap_or_default()),
            site: site.to_owned(),
            path: below.to_owned(),
            query: read_query(query),
            headers: &request.headers,
            malformed: body.is_none(),
            body: body.unwrap_or_default(),
            viewer: None,
        }
    }

    /// The parts of the path, decoded.
    pub(super) fn parts(&self) -> Vec<String> {
        let parts = self.path.split('/').filter(|part| !part.is_empty());
        parts.map(decode).collect()
    }

    /// The credential as it was given.
    pub(super) fn credential(&self) -> Option<&str> {
        let value = self.headers.get("authorization")?;
        let (kind, rest) = value.split_once(' ')?;
        let known = ["bearer", "token"]
            .iter()
            .any(|k| kind.eq_ignore_ascii_case(k));
        known.then(|| rest.trim())
    }

    pub(super) fn param(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|v| !v.is_empty())
    }

    pub(super) fn param_number(&self, name: &str) -> Option<u64> {
        self.param(name)?.parse().ok()
    }

    /// A text of the body.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str()
    }

    /// Who asks; a refusal when nobody says.
    pub(super) fn login(&self) -> Result<&str, Problem> {
        let viewer = self.viewer.as_ref();
        viewer.map(|v| v.login.as_str()).ok_or(Problem::NotFound)
    }
}

fn split_url(url: &str) -> (&str, &str) {
    let start = url.find("://").map_or(0, |at| at + 3);
    let at = url[start..].find('/').map_or(url.len(), |at| start + at);
    url.split_at(at)
}

fn read_query(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (
            decode(&name.replace('+', " ")),
            decode(&value.replace('+', " ")),
        )
    };
    pairs.map(pair).collect()
}

/// Undoes percent-encoding.
pub(super) fn decode(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let hex = (bytes[at] == b'%')
            .then(|| text.get(at + 1..at + 3))
            .flatten();
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            out.push(byte);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// An answer that is being made.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Headers,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn new(status: u16, body: String) -> Self {
        Self {
            status,
            headers: Headers::new(),
            body,
        }
    }

    pub(super) fn ok(body: String) -> Self {
        Self::new(200, body)
    }

    pub(super) fn created(body: String) -> Self {
        Self::new(201, body)
    }

    pub(super) fn nothing() -> Self {
        Self::new(204, String::new())
    }

    pub(super) fn message(status: u16, message: &str) -> Self {
        Self::new(status, Obj::new().text("message", message).end())
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push(name, value);
        self
    }

    pub(super) fn into_response(self) -> Response {
        Response {
            status: self.status,
            headers: self.headers,
            body: self.body.into_bytes(),
        }
    }
}

/// One page of a listing.
pub(super) struct Page<T> {
    pub(super) items: Vec<T>,
    pub(super) total: usize,
    /// The value of `Link`, when there is more than one page.
    pub(super) link: Option<String>,
}

/// The page that `ask` wants, with `size_name` entries on each: `size` unless it says, `max` at most.
pub(super) fn page_of<T>(
    ask: &Ask<'_>,
    all: impl IntoIterator<Item = T>,
    size_name: &str,
    size: u64,
    max: u64,
) -> Page<T> {
    let size = ask
        .param_number(size_name)
        .filter(|n| *n > 0)
        .unwrap_or(size)
        .min(max);
    let page = ask.param_number("page").unwrap_or(1).max(1);
    let skip = usize::try_from((page - 1).saturating_mul(size)).unwrap_or(usize::MAX);
    let take = usize::try_from(size).unwrap_or(usize::MAX);
    let (mut items, mut total) = (vec![], 0);
    for item in all {
        if total >= skip && items.len() < take {
            items.push(item);
        }
        total += 1;
    }
    let last = (total as u64).div_ceil(size).max(1);
    let mut links = vec![];
    let mut link = |to: u64, rel: &str| {
        let address = address_of_page(ask, to);
        links.push(format!("<{address}>; rel=\"{rel}\""));
    };
    if page > 1 {
        link((page - 1).min(last), "prev");
    }
    if page < last {
        link(page + 1, "next");
        link(last, "last");
    }
    if page > 1 {
        link(1, "first");
    }
    Page {
        items,
        total,
        link: (!links.is_empty()).then(|| links.join(", ")),
    }
}

fn address_of_page(ask: &Ask<'_>, page: u64) -> String {
    let mut address = format!("{}{}?", ask.root, ask.path);
    for (name, value) in ask.query.iter().filter(|(name, _)| name != "page") {
        address.extend([&encode(name), "=", &encode(value), "&"]);
    }
    address.extend(["page=", &page.to_string()]);
    address
}

/// Percent-encodes what an address does not take as it is.
pub(super) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _cannot_fail = write!(out, "%{byte:02X}");
        }
    }
    out
}
