//! GitHub's interface: which address means what, and how refusals read.

mod checks;
mod graphql;
mod issues;
mod pulls;
mod repositories;
mod view;

use jiff::Timestamp;

use super::exchange::{Answer, Ask};
use super::json::{Obj, array, quoted};
use super::state::{Role, State};
use super::world::{Fault, Problem, World};
use crate::http::Method;

type Served = Result<Answer, Problem>;

const DOCUMENTS: &str = "https://docs.github.com/rest";
const VERSIONS: [&str; 2] = ["2022-11-28", "2026-03-10"];
/// The largest page.
const PAGE_MAX: u64 = 100;
const PAGE: u64 = 30;

/// The name that something has everywhere, made of its kind and number.
fn mark(kind: &str, number: u64) -> String {
    format!("{kind}_kwDO{number:08}")
}

/// Serves one request.
pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>) -> Answer {
    if let Some(version) = ask.headers.get("x-github-api-version")
        && !VERSIONS.contains(&version)
    {
        let words = format!("'{version}' is not a supported version of the REST API.");
        return refusal(ask, &Problem::Bad(words));
    }
    if ask.malformed {
        return refusal(ask, &Problem::Bad("Problems parsing JSON".to_owned()));
    }
    let parts = ask.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let served = match (ask.method, parts.as_slice()) {
        (Method::Post, ["graphql"] | ["api", "graphql"]) => graphql::serve(world, ask),
        (Method::Get, ["user"]) => repositories::own_user(world, ask),
        (Method::Get, ["users", login]) => repositories::user(world, ask, login),
        (Method::Get, ["rate_limit"]) => Ok(rate_limit(world, ask)),
        (Method::Get, ["meta"]) => {
            let body = Obj::new().flag("verifiable_password_authentication", false);
            Ok(Answer::ok(body.end()))
        }
        (Method::Get, ["zen"]) => {
            let zen = Answer::ok("Keep it logically awesome.".to_owned());
            Ok(zen.with("Content-Type", "text/plain;charset=utf-8"))
        }
        (_, ["repos", owner, name, rest @ ..]) => in_repository(world, ask, owner, name, rest),
        (_, ["repositories", id, rest @ ..]) if *id == world.state.settings.id.to_string() => {
            visible(world, ask).and_then(|()| inside(world, ask, rest))
        }
        _ => Err(Problem::NotFound),
    };
    served.unwrap_or_else(|problem| refusal(ask, &problem))
}

fn in_repository(
    world: &mut World<'_>,
    ask: &Ask<'_>,
    owner: &str,
    name: &str,
    rest: &[&str],
) -> Served {
    visible(world, ask)?;
    let settings = &world.state.settings;
    let is = |o: &str, n: &str| o.eq_ignore_ascii_case(owner) && n.eq_ignore_ascii_case(name);
    if is(&settings.owner, &settings.name) {
        return inside(world, ask, rest);
    }
    if settings.old_names.iter().any(|(o, n)| is(o, n)) {
        let tail = ask.path.splitn(5, '/').nth(4);
        let tail = tail.map_or(String::new(), |tail| format!("/{tail}"));
        return Err(Problem::Moved(format!(
            "/repositories/{}{tail}",
            settings.id
        )));
    }
    Err(Problem::NotFound)
}

fn inside(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    match rest {
        ["issues" | "labels", ..] => issues::route(world, ask, rest),
        ["pulls", ..] => pulls::route(world, ask, rest),
        ["statuses" | "commits" | "check-runs", ..] => checks::route(world, ask, rest),
        _ => repositories::route(world, ask, rest),
    }
}

/// Hides a private repository from those who may not read it.
fn visible(world: &World<'_>, ask: &Ask<'_>) -> Result<(), Problem> {
    if !world.state.settings.private {
        return Ok(());
    }
    let role = world.state.role(ask.login()?);
    if role >= Role::Read {
        Ok(())
    } else {
        Err(Problem::NotFound)
    }
}

/// Whether the asker may do what needs `role` in the repository and `permission` of the credential; its login.
fn may<'a>(
    world: &World<'_>,
    ask: &'a Ask<'_>,
    role: Role,
    permission: &'static str,
) -> Result<&'a str, Problem> {
    let viewer = ask.viewer.as_ref().ok_or(Problem::Lacks(""))?;
    let granted = viewer
        .may
        .as_ref()
        .is_none_or(|may| may.contains(permission));
    if granted && world.state.role(&viewer.login) >= role {
        Ok(&viewer.login)
    } else {
        Err(Problem::Lacks(permission))
    }
}

fn fault(fault: &Fault) -> String {
    let mut out = Obj::new()
        .text("resource", fault.resource)
        .text("code", fault.code);
    if let Some(field) = fault.field {
        out = out.text("field", field);
    }
    if let Some(message) = &fault.message {
        out = out.text("message", message);
    }
    out.end()
}

/// A refusal in GitHub's shape.
pub(super) fn refusal(ask: &Ask<'_>, problem: &Problem) -> Answer {
    let plain = |status: u16, message: &str| {
        let body = Obj::new()
            .text("message", message)
            .text("documentation_url", DOCUMENTS)
            .text("status", status.to_string());
        Answer::new(status, body.end())
    };
    let with_errors = |message: &str, errors: String| {
        let body = Obj::new()
            .text("message", message)
            .raw("errors", errors)
            .text("documentation_url", DOCUMENTS)
            .text("status", "422");
        Answer::new(422, body.end())
    };
    match problem {
        Problem::NotFound => plain(404, "Not Found"),
        Problem::Gone(words) => plain(410, words),
        Problem::Moved(path) => {
            let query = if ask.query.is_empty() { "" } else { "?" };
            let pairs = ask.query.iter().map(|(name, value)| {
                let encode = super::exchange::encode;
                format!("{}={}", encode(name), encode(value))
            });
            let pairs: Vec<String> = pairs.collect();
            let url = format!("{}{path}{query}{}", ask.root, pairs.join("&"));
            let status = if ask.method == Method::Get { 301 } else { 307 };
            let body = Obj::new()
                .text("message", "Moved Permanently")
                .text("url", &url)
                .text("documentation_url", DOCUMENTS);
            Answer::new(status, body.end()).with("Location", url)
        }
        Problem::Lacks("") => plain(401, "Requires authentication"),
        Problem::Lacks(permission) => {
            plain(403, "Resource not accessible by personal access token")
                .with("X-Accepted-GitHub-Permissions", *permission)
        }
        Problem::Forbidden(words) => plain(403, words),
        Problem::Invalid(faults) => {
            with_errors("Validation Failed", array(faults.iter().map(fault)))
        }
        Problem::Unprocessable(texts) => with_errors(
            "Unprocessable Entity",
            array(texts.iter().map(|text| quoted(text))),
        ),
        Problem::NotAllowed(words) => plain(405, words),
        Problem::Conflict(words) => plain(409, words),
        Problem::Bad(words) => plain(400, words),
        Problem::Broken(words) => plain(500, words),
    }
}

/// The answer to a credential that is none.
pub(super) fn bad_credentials() -> Answer {
    let body = Obj::new()
        .text("message", "Bad credentials")
        .text("documentation_url", DOCUMENTS)
        .text("status", "401");
    Answer::new(401, body.end())
}

/// Whether a request asks by GraphQL for something, and changes nothing.
pub(super) fn is_query(ask: &Ask<'_>) -> bool {
    let query = ask.text("query").unwrap_or_default();
    ask.path.ends_with("graphql") && query.trim_start().starts_with("query")
}

/// Whose hour a request is charged to.
pub(super) fn meter_of(ask: &Ask<'_>) -> String {
    ask.viewer
        .as_ref()
        .map_or(String::new(), |viewer| viewer.login.clone())
}

/// The refusal of a request when the hour has none left.
pub(super) fn out_of_requests(
    state: &mut State,
    ask: &Ask<'_>,
    login: &str,
    exact: Timestamp,
) -> Answer {
    let window = *state.meter.window(login, exact);
    let limit = state.knobs.primary_limit;
    let id = state.user(login).map_or(0, |user| user.id);
    let words = format!("API rate limit exceeded for user ID {id}.");
    let answer = if ask.path.ends_with("graphql") {
        let error = Obj::new()
            .text("type", "RATE_LIMITED")
            .text("message", words)
            .end();
        Answer::ok(Obj::new().raw("errors", array([error])).end())
    } else {
        let status = if state.knobs.limit_status_429 {
            429
        } else {
            403
        };
        let body = Obj::new()
            .text("message", words)
            .text("documentation_url", DOCUMENTS);
        Answer::new(status, body.end())
    };
    limit_headers(answer, limit, window.used, window.reset, &ask.path)
}

/// Says what is left of the hour.
pub(super) fn limit_headers(
    answer: Answer,
    limit: u64,
    used: u64,
    reset: Timestamp,
    path: &str,
) -> Answer {
    let resource = if path.ends_with("graphql") {
        "graphql"
    } else {
        "core"
    };
    answer
        .with("X-RateLimit-Limit", limit.to_string())
        .with(
            "X-RateLimit-Remaining",
            limit.saturating_sub(used).to_string(),
        )
        .with("X-RateLimit-Used", used.to_string())
        .with("X-RateLimit-Reset", reset.as_second().to_string())
        .with("X-RateLimit-Resource", resource)
}

fn rate_limit(world: &mut World<'_>, ask: &Ask<'_>) -> Answer {
    let limit = world.state.knobs.primary_limit;
    let window = *world.state.meter.window(&meter_of(ask), world.exact);
    let reset = u64::try_from(window.reset.as_second()).unwrap_or(0);
    let of = |limit: u64, used: u64| {
        Obj::new()
            .num("limit", limit)
            .num("remaining", limit.saturating_sub(used))
            .num("used", used)
            .num("reset", reset)
            .end()
    };
    let core = of(limit, window.used);
    let resources = Obj::new()
        .raw("core", &core)
        .raw("search", of(30, 0))
        .raw("graphql", of(limit, 0));
    let mut body = Obj::new().raw("resources", resources.end());
    if ask.headers.get("x-github-api-version") != Some("2026-03-10") {
        body = body.raw("rate", core);
    }
    Answer::ok(body.end())
}
