//! Every kind of exchange of this suite goes through prism, with GitHub's and Forgejo's own descriptions: requests by the
//! adapters as well as answers by the models. The suite runs once more and keeps what was said; that is then said again, with
//! prism between. Exchanges that differ in numbers and digests alone are the same, and so are the entries of a list.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::{Arc, LazyLock, Mutex};

use serde::Deserialize;
use serde_json::Value;

use crate::exchanges::INTO;
use crate::judge::{Judge, forgejo_errs, github_errs};
use crate::running::tool;
use crate::tap::Tap;
use crate::wire::Message;

/// One request and its answer, as `exchanges` kept it.
#[derive(Debug, Clone, Deserialize)]
struct Exchange {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
    body: String,
    status: u16,
    answer_headers: BTreeMap<String, String>,
    answer: String,
}

impl Exchange {
    /// Whether a forge's interface answered, whole. Faults do not: statuses above 500, web pages, JSON that was cut. Redirects
    /// are for whoever asked, and prism follows them itself; nor does a description name the addresses that they lead to.
    fn is_whole(&self) -> bool {
        let is = |kind: &str| {
            let said = self.answer_headers.get("content-type");
            said.is_some_and(|said| said.contains(kind))
        };
        let redirects = [301, 302, 307, 308].contains(&self.status);
        let cut = is("json")
            && !self.answer.is_empty()
            && serde_json::from_str::<Value>(&self.answer).is_err();
        let moved = self.path().starts_with("/repositories/");
        self.status < 500 && !redirects && !moved && !is("html") && !cut
    }

    /// Path and query.
    fn path(&self) -> &str {
        let rest = self.url.strip_prefix("https://").unwrap();
        &rest[rest.find('/').unwrap()..]
    }

    /// What kind of request it is: the path without what is another one in every call.
    fn kind(&self) -> String {
        let path = self.path().split('?').next().unwrap();
        let mut kind = format!("{} ", self.method);
        let mut before = "";
        for part in path.split('/').skip(1) {
            let named = ["labels", "branches", "collaborators", "users", "orgs"];
            let part_is = |class: fn(&u8) -> bool| part.as_bytes().iter().all(class);
            let general = match before {
                "heads" => "*",
                _ if part.starts_with("pull%2F") => "PULL",
                "repos" => "OWNER",
                "OWNER" => "REPO",
                _ if named.contains(&before) => "NAME",
                _ if part_is(u8::is_ascii_digit) => "N",
                _ if part.len() == 40 && part_is(u8::is_ascii_hexdigit) => "SHA",
                "pulls" if part.strip_suffix(".diff").is_none() => "BASE/*",
                "pulls" => "N.diff",
                _ => part,
            };
            kind.extend(["/", general]);
            before = general;
            if general.ends_with('*') {
                break;
            }
        }
        if path.ends_with("/graphql") {
            let asked: Value = serde_json::from_str(&self.body).unwrap();
            let query = asked["query"].as_str().unwrap();
            let words = query.split(|c: char| !c.is_ascii_alphanumeric());
            let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
            kind = format!("{kind} {}", words.join(" "));
        }
        kind
    }

    /// Equal for exchanges that differ in nothing that a description says anything of.
    fn essence(&self) -> String {
        let of = |text: &str| {
            serde_json::from_str(text).map_or_else(|_| without_numbers(text), |json| essence(&json))
        };
        let query = self.path().split('?').nth(1).unwrap_or_default();
        let query = without_numbers(query);
        let (asked, answered) = (of(&self.body), of(&self.answer));
        format!("{}?{query} {asked} {} {answered}", self.kind(), self.status)
    }

    fn request(&self, number: usize, address: &str) -> Message {
        let mut fields = self.headers.clone();
        fields.insert("host".to_owned(), address.to_owned());
        fields.insert(NUMBER.to_owned(), number.to_string());
        Message {
            first: format!("{} {} HTTP/1.1", self.method, self.path()),
            fields,
            body: self.body.clone().into_bytes(),
        }
    }

    /// What a forge is asked by somebody who stands between must be what was asked.
    fn answered(&self, asked: &Message) -> Result<Message, String> {
        let first = format!("{} {} HTTP/1.1", self.method, self.path());
        // Prism escapes these anew.
        let plain = |first: &str| {
            let escapes = [("%3A", ":"), ("%2F", "/"), ("%2C", ",")];
            let replace = |text: String, (from, to)| text.replace(from, to);
            escapes.into_iter().fold(first.to_owned(), replace)
        };
        let json = |body: &[u8]| serde_json::from_slice::<Value>(body).ok();
        let arrived = (plain(&asked.first), json(&asked.body));
        if arrived != (plain(&first), json(self.body.as_bytes())) {
            return Err(format!("{arrived:?} instead of {first} {}", self.body));
        }
        let mut body = self.answer.clone().into_bytes();
        if let Some(Value::Array(list)) = json(&body) {
            let each: BTreeMap<String, Value> =
                list.into_iter().map(|one| (essence(&one), one)).collect();
            body = serde_json::to_vec(&each.into_values().collect::<Vec<_>>()).unwrap();
        }
        Ok(Message {
            first: format!("HTTP/1.1 {} Said", self.status),
            fields: self.answer_headers.clone(),
            body,
        })
    }
}

/// The field that tells which exchange a request is of.
const NUMBER: &str = "x-exchange";

/// The values of a JSON text, each once, without numbers.
fn essence(json: &Value) -> String {
    match json {
        Value::Number(_) => "0".to_owned(),
        Value::String(text) => format!("{:?}", without_numbers(text)),
        Value::Array(list) => {
            let kinds: BTreeSet<String> = list.iter().map(essence).collect();
            format!("{kinds:?}")
        }
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name, essence(value)));
            format!("{:?}", fields.collect::<Vec<_>>())
        }
        other => other.to_string(),
    }
}

/// `0` for every row of digits, and for every digest.
fn without_numbers(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let row = |class: fn(char) -> bool| rest.find(|c| !class(c)).unwrap_or(rest.len());
        let (hex, digits) = (row(|c| c.is_ascii_hexdigit()), row(|c| c.is_ascii_digit()));
        let taken = if hex >= 7 { hex } else { digits };
        if taken > 0 {
            out.push('0');
            rest = &rest[taken..];
        } else {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// What the tests over both forges said, each kind once.
static SAID: LazyLock<Vec<Exchange>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("exchanges");
    let mut suite = Command::new(std::env::current_exe().unwrap());
    for other in ["described::", "::local::", "::sim::"] {
        suite.args(["--skip", other]);
    }
    let ended = suite.env(INTO, &into).output().unwrap();
    let out = String::from_utf8_lossy(&ended.stdout);
    assert!(ended.status.success(), "{out}");
    let text = std::fs::read_to_string(&into).unwrap();
    let all = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let all = all.filter(Exchange::is_whole);
    let each: BTreeMap<String, Exchange> = all.map(|one| (one.essence(), one)).collect();
    each.into_values().collect()
});

/// Says all that was said to the forge at `host` again through prism with this description.
fn through_prism(
    host: &str,
    description: &str,
    kinds: &[&str],
    errs: impl Fn(&str, &Value) -> bool,
) {
    let said: Vec<Exchange> = SAID
        .iter()
        .filter(|one| one.url.starts_with(host))
        .cloned()
        .collect();
    let asked: BTreeSet<String> = said.iter().map(Exchange::kind).collect();
    let said = Arc::new(said);
    let strange = Arc::<Mutex<Vec<String>>>::default();
    let passed = Arc::<Mutex<BTreeSet<String>>>::default();
    let forge = Tap::start({
        let (said, strange, passed) = (said.clone(), strange.clone(), passed.clone());
        move |asked| {
            let number: usize = asked.fields.get(NUMBER)?.parse().ok()?;
            let exchange = said.get(number)?;
            let answer = exchange.answered(&asked);
            passed.lock().unwrap().insert(exchange.kind());
            answer.map_err(|why| strange.lock().unwrap().push(why)).ok()
        }
    });
    let judge = Judge::before(&forge.url(), &tool(description));
    let url = judge.url();
    let address = url.strip_prefix("http://").unwrap();
    for (number, exchange) in said.iter().enumerate() {
        let answer = exchange.request(number, address).send(address);
        let status = answer.map(|answer| answer.status());
        if status != Some(exchange.status) {
            let other = format!("{status:?} instead of {exchange:?}");
            strange.lock().unwrap().push(other);
        }
    }
    assert!(strange.lock().unwrap().is_empty(), "{strange:#?}");
    judge.finds_nothing(errs);
    assert_eq!(*passed.lock().unwrap(), asked, "every kind came through");
    let known: BTreeSet<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    assert_eq!(asked, known, "the kinds of requests of this suite");
}

#[test]
fn githubs_description_agrees_with_the_whole_suite() {
    let host = "https://api.github.com/";
    through_prism(host, "forge/github.json", GITHUB, github_errs);
}

#[test]
fn forgejos_description_agrees_with_the_whole_suite() {
    let host = "https://git.example.org/";
    through_prism(host, "forgejo/description.json", FORGEJO, forgejo_errs);
}

/// What the suite has the GitHub adapter ask for.
const GITHUB: &[&str] = &[
    "DELETE /repos/OWNER/REPO/issues/N/labels/NAME",
    "DELETE /repos/OWNER/REPO/issues/comments/N",
    "GET /repos/OWNER/REPO",
    "GET /repos/OWNER/REPO/collaborators/NAME/permission",
    "GET /repos/OWNER/REPO/commits/SHA/check-runs",
    "GET /repos/OWNER/REPO/commits/SHA/status",
    "GET /repos/OWNER/REPO/git/ref/heads/*",
    "GET /repos/OWNER/REPO/issues",
    "GET /repos/OWNER/REPO/issues/N",
    "GET /repos/OWNER/REPO/issues/N/comments",
    "GET /repos/OWNER/REPO/issues/N/events",
    "GET /repos/OWNER/REPO/pulls",
    "GET /repos/OWNER/REPO/pulls/N",
    "GET /repos/OWNER/REPO/pulls/N/files",
    "GET /repos/OWNER/REPO/pulls/N/reviews",
    "GET /repos/OWNER/REPO/rules/branches/NAME",
    "GET /user",
    "GET /users/NAME",
    "PATCH /repos/OWNER/REPO/issues/N",
    "PATCH /repos/OWNER/REPO/pulls/N",
    "POST /graphql mutation id ID markPullRequestReadyForReview input pullRequestId id pullRequest isDraft",
    "POST /graphql query viewer login databaseId",
    "POST /repos/OWNER/REPO/check-runs",
    "POST /repos/OWNER/REPO/issues",
    "POST /repos/OWNER/REPO/issues/N/comments",
    "POST /repos/OWNER/REPO/issues/N/labels",
    "POST /repos/OWNER/REPO/pulls",
    "POST /repos/OWNER/REPO/pulls/N/reviews",
    "POST /repos/OWNER/REPO/statuses/SHA",
    "PUT /repos/OWNER/REPO/pulls/N/merge",
];

/// What it has the Gitea adapter ask for.
const FORGEJO: &[&str] = &[
    "DELETE /api/v1/repos/OWNER/REPO/issues/N/labels/NAME",
    "DELETE /api/v1/repos/OWNER/REPO/issues/comments/N",
    "GET /api/v1/orgs/NAME/labels",
    "GET /api/v1/repos/OWNER/REPO",
    "GET /api/v1/repos/OWNER/REPO/assignees",
    "GET /api/v1/repos/OWNER/REPO/branches/NAME",
    "GET /api/v1/repos/OWNER/REPO/collaborators/NAME/permission",
    "GET /api/v1/repos/OWNER/REPO/commits/SHA/status",
    "GET /api/v1/repos/OWNER/REPO/git/refs/PULL",
    "GET /api/v1/repos/OWNER/REPO/issues",
    "GET /api/v1/repos/OWNER/REPO/issues/N",
    "GET /api/v1/repos/OWNER/REPO/issues/N/comments",
    "GET /api/v1/repos/OWNER/REPO/issues/N/timeline",
    "GET /api/v1/repos/OWNER/REPO/labels",
    "GET /api/v1/repos/OWNER/REPO/pulls",
    "GET /api/v1/repos/OWNER/REPO/pulls/BASE/*",
    "GET /api/v1/repos/OWNER/REPO/pulls/N",
    "GET /api/v1/repos/OWNER/REPO/pulls/N.diff",
    "GET /api/v1/repos/OWNER/REPO/pulls/N/commits",
    "GET /api/v1/repos/OWNER/REPO/pulls/N/files",
    "GET /api/v1/repos/OWNER/REPO/pulls/N/reviews",
    "GET /api/v1/user",
    "PATCH /api/v1/repos/OWNER/REPO/issues/N",
    "PATCH /api/v1/repos/OWNER/REPO/pulls/N",
    "POST /api/v1/repos/OWNER/REPO/issues",
    "POST /api/v1/repos/OWNER/REPO/issues/N/comments",
    "POST /api/v1/repos/OWNER/REPO/issues/N/labels",
    "POST /api/v1/repos/OWNER/REPO/labels",
    "POST /api/v1/repos/OWNER/REPO/pulls",
    "POST /api/v1/repos/OWNER/REPO/pulls/N/merge",
    "POST /api/v1/repos/OWNER/REPO/pulls/N/reviews",
    "POST /api/v1/repos/OWNER/REPO/statuses/SHA",
];
