//! The interface of Gitea 1.22 and Forgejo: which address means what, and how refusals read.

mod issues;
mod labels;
mod pulls;
mod repositories;
mod view;

use super::exchange::{Answer, Ask, Page, encode, page_of};
use super::json::{Obj, array};
use super::state::Role;
use super::world::{Problem, World};
use crate::http::Method;

type Served = Result<Answer, Problem>;

/// The largest page, and the usual one.
const PAGE_MAX: u64 = 50;
const PAGE: u64 = 30;

/// Serves one request.
pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>) -> Answer {
    if ask.malformed {
        let words = "invalid character in the body".to_owned();
        return refusal(ask, &Problem::Unprocessable(vec![words]));
    }
    let parts = ask.parts();
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let served = match (ask.method, parts.as_slice()) {
        (Method::Get, ["version"]) => Ok(Answer::ok(Obj::new().text("version", "1.22.0").end())),
        (Method::Get, ["user"]) => repositories::own_user(world, ask),
        (_, ["orgs", name, "labels"]) => labels::of_organization(world, ask, name),
        (_, ["repos", owner, name, rest @ ..]) => in_repository(world, ask, owner, name, rest),
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
    let settings = &world.state.settings;
    if settings.private {
        let role = world.state.role(ask.login()?);
        if role < Role::Read {
            return Err(Problem::NotFound);
        }
    }
    let is = |o: &str, n: &str| o.eq_ignore_ascii_case(owner) && n.eq_ignore_ascii_case(name);
    if is(&settings.owner, &settings.name) {
        return match rest {
            ["issues", ..] => issues::route(world, ask, rest),
            ["labels", ..] => labels::route(world, ask, rest),
            ["pulls", ..] => pulls::route(world, ask, rest),
            _ => repositories::route(world, ask, rest),
        };
    }
    if settings.old_names.iter().any(|(o, n)| is(o, n)) {
        let tail = ask.path.splitn(5, '/').nth(4);
        let tail = tail.map_or(String::new(), |tail| format!("/{tail}"));
        return Err(Problem::Moved(format!(
            "/repos/{}{tail}",
            settings.full_name()
        )));
    }
    Err(Problem::NotFound)
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
    if !granted {
        return Err(Problem::Lacks(permission));
    }
    if world.state.role(&viewer.login) < role {
        let words = "user should have a permission to write to a repo".to_owned();
        return Err(Problem::Forbidden(words));
    }
    Ok(&viewer.login)
}

/// A page of JSON texts.
fn paged<T>(ask: &Ask<'_>, all: impl IntoIterator<Item = T>, show: impl Fn(T) -> String) -> Answer {
    let Page { items, total, link } = page_of(ask, all, "limit", PAGE, PAGE_MAX);
    let answer = Answer::ok(array(items.into_iter().map(show)));
    let answer = answer.with("X-Total-Count", total.to_string());
    match link {
        Some(link) => answer.with("Link", link),
        None => answer,
    }
}

/// A refusal in Gitea's shape.
pub(super) fn refusal(ask: &Ask<'_>, problem: &Problem) -> Answer {
    let plain = |status: u16, message: &str| {
        let body = Obj::new()
            .text("message", message)
            .text("url", format!("{}/api/swagger", ask.site));
        Answer::new(status, body.end())
    };
    match problem {
        Problem::Moved(path) if path.starts_with("/repos/") => {
            let pairs = ask
                .query
                .iter()
                .map(|(n, v)| format!("{}={}", encode(n), encode(v)));
            let pairs: Vec<String> = pairs.collect();
            let mark = if pairs.is_empty() { "" } else { "?" };
            let prefix = ask.root.strip_prefix(&ask.site).unwrap_or_default();
            let to = format!("{prefix}{path}{mark}{}", pairs.join("&"));
            Answer::new(307, String::new()).with("Location", to)
        }
        // Issues that are off, deleted or moved are simply not there.
        Problem::NotFound | Problem::Gone(_) | Problem::Moved(_) => {
            plain(404, "The target couldn't be found.")
        }
        Problem::Lacks("") => plain(401, "token is required"),
        Problem::Lacks(permission) => {
            let kind = if permission.starts_with("issues") {
                "issue"
            } else {
                "repository"
            };
            let words =
                format!("token does not have at least one of required scope(s): [write:{kind}]");
            plain(403, &words)
        }
        Problem::Forbidden(words) if words.starts_with("Repository was archived") => {
            plain(423, "the repository is archived")
        }
        Problem::Forbidden(words) => plain(403, words),
        Problem::Invalid(faults) => {
            let words = faults.iter().map(|fault| {
                let field = fault.field.unwrap_or_default();
                match (&fault.message, fault.code) {
                    (Some(message), _) => message.clone(),
                    (None, "missing_field") => format!("[{field}]: Required"),
                    (None, code) => format!("[{field}]: {code}"),
                }
            });
            plain(422, &words.collect::<Vec<_>>().join("; "))
        }
        Problem::Unprocessable(texts) => plain(422, &texts.join("; ")),
        Problem::NotAllowed(words) => plain(405, words),
        Problem::Conflict(words) => plain(409, words),
        Problem::Bad(words) => plain(400, words),
        Problem::Broken(words) => plain(500, words),
    }
}

/// The answer to a credential that is none.
pub(super) fn bad_credentials() -> Answer {
    Answer::message(401, "invalid username, password or token")
}
