//! The two mutations that have no other address: a draft becomes ready, and back. Errors have status 200.

use serde_json::Value;

use super::super::exchange::{Answer, Ask};
use super::super::json::{Obj, array, quoted};
use super::super::state::Role;
use super::super::world::{Problem, World};
use super::{Served, mark, may};

const READY: &str = "markPullRequestReadyForReview";
const DRAFT: &str = "convertPullRequestToDraft";

pub(super) fn serve(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let viewer = ask.viewer.as_ref().ok_or(Problem::Lacks(""))?;
    let Some(query) = ask.text("query") else {
        return Ok(failure(
            "",
            None,
            "A query attribute must be specified and must be a string.",
        ));
    };
    let mutation = [READY, DRAFT].into_iter().find(|name| query.contains(name));
    let Some(mutation) = mutation else {
        if query.contains("viewer") {
            let user = world.state.user(&viewer.login).ok_or(Problem::NotFound)?;
            let mut named = Obj::new().text("login", &viewer.login);
            if query.contains("databaseId") {
                named = if world.state.knobs.viewer_id {
                    named.num("databaseId", user.id)
                } else {
                    named.raw("databaseId", "null")
                };
            }
            let data = Obj::new().raw("viewer", named.end()).end();
            return Ok(Answer::ok(Obj::new().raw("data", data).end()));
        }
        return Ok(failure("", None, "Field doesn't exist on type 'Mutation'"));
    };
    let id = node_id(query, ask.body.get("variables"));
    let number = id.as_deref().and_then(number_of);
    let number = number.filter(|n| world.pull(*n).is_ok());
    let Some(number) = number else {
        let id = id.unwrap_or_default();
        let words = format!("Could not resolve to a node with the global id of '{id}'");
        return Ok(failure(mutation, Some("NOT_FOUND"), &words));
    };
    let Ok(login) = may(world, ask, Role::Write, "pull_requests=write") else {
        let words = "Resource not accessible by personal access token";
        return Ok(failure(mutation, Some("FORBIDDEN"), words));
    };
    if let Err(Problem::Forbidden(words)) = world.writable() {
        return Ok(failure(mutation, Some("FORBIDDEN"), &words));
    }
    let (open, draft) = (world.item(number)?.open, world.pull(number)?.draft);
    if !open {
        return Ok(failure(
            mutation,
            Some("UNPROCESSABLE"),
            "Pull request is closed",
        ));
    }
    let wanted = mutation == DRAFT;
    if draft != wanted {
        world.set_draft(login, number, wanted);
    } else if world.state.knobs.ready_twice_is_an_error {
        let words = "Pull request is not in draft state";
        return Ok(failure(mutation, Some("UNPROCESSABLE"), words));
    }
    let pull = Obj::new()
        .text("id", mark("PR", number))
        .num("number", number)
        .flag("isDraft", wanted)
        .end();
    let inner = Obj::new()
        .raw("clientMutationId", "null")
        .raw("pullRequest", pull)
        .end();
    let data = Obj::new().raw(mutation, inner).end();
    Ok(Answer::ok(Obj::new().raw("data", data).end()))
}

fn failure(path: &str, kind: Option<&str>, message: &str) -> Answer {
    let mut error = Obj::new();
    if let Some(kind) = kind {
        error = error.text("type", kind).raw("path", array([quoted(path)]));
    }
    let error = error.text("message", message).end();
    let mut out = Obj::new();
    if !path.is_empty() {
        out = out.raw("data", Obj::new().raw(path, "null").end());
    }
    Answer::ok(out.raw("errors", array([error])).end())
}

/// The pull request that is meant: a variable, or a text in the query itself.
fn node_id(query: &str, variables: Option<&Value>) -> Option<String> {
    fn find(value: &Value) -> Option<String> {
        match value {
            Value::String(text) => Some(text.clone()),
            Value::Object(object) => object.values().find_map(find),
            _ => None,
        }
    }
    let written = || {
        let rest = query.split("pullRequestId").nth(1)?;
        rest.split('"').nth(1).map(str::to_owned)
    };
    variables.and_then(find).or_else(written)
}

fn number_of(id: &str) -> Option<u64> {
    id.strip_prefix("PR_kwDO")?.parse().ok()
}
