//! Check runs and commit statuses.

use serde_json::Value;

use super::super::exchange::{Answer, Ask, Page, page_of};
use super::super::json::{Obj, array};
use super::super::state::Role;
use super::super::world::{Problem, World, invalid};
use super::issues::paged;
use super::view::View;
use super::{PAGE, PAGE_MAX, Served, may};
use crate::domain::{BranchName, Sha};
use crate::http::Method;

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    match (ask.method, rest) {
        (Method::Get, ["commits", of @ .., "check-runs"]) => check_runs(world, ask, &of.join("/")),
        (Method::Get, ["commits", of @ .., "status"]) => combined(world, ask, &of.join("/")),
        (Method::Get, ["commits", of @ .., "statuses"]) => statuses(world, ask, &of.join("/")),
        (Method::Post, ["statuses", sha]) => write_status(world, ask, sha),
        (Method::Post, ["check-runs"]) => write_check(world, ask),
        _ => Err(Problem::NotFound),
    }
}

/// The commit that a name stands for.
fn commit(world: &World<'_>, name: &str) -> Result<Sha, Problem> {
    if let Ok(sha) = name.parse::<Sha>() {
        let there = world.repo.has(&sha)?;
        let message = Some(format!("No commit found for SHA: {sha}"));
        return if there {
            Ok(sha)
        } else {
            invalid("Commit", None, "custom", message)
        };
    }
    let name = name.strip_prefix("heads/").unwrap_or(name);
    let branch: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    world.repo.tip(&branch)?.ok_or(Problem::NotFound)
}

fn check_runs(world: &World<'_>, ask: &Ask<'_>, of: &str) -> Served {
    let sha = commit(world, of)?;
    let view = View::new(world, ask);
    let runs = world.state.check_runs.get(&sha).into_iter().flatten().rev();
    let named = runs.filter(|run| ask.param("check_name").is_none_or(|name| run.name == name));
    let wanted = named.filter(|run| ask.param("status").is_none_or(|s| run.status == s));
    let page = page_of(ask, wanted, "per_page", PAGE, PAGE_MAX);
    let items = page.items.into_iter().map(|run| view.check_run(&sha, run));
    let body = Obj::new()
        .num("total_count", page.total as u64)
        .raw("check_runs", array(items));
    let answer = Answer::ok(body.end());
    Ok(match page.link {
        Some(link) => answer.with("Link", link),
        None => answer,
    })
}

fn combined(world: &World<'_>, ask: &Ask<'_>, of: &str) -> Served {
    let sha = commit(world, of)?;
    let view = View::new(world, ask);
    let last = world.last_statuses(&sha);
    let any = |states: &[&str]| last.iter().any(|s| states.contains(&s.state.as_str()));
    let state = if any(&["failure", "error"]) {
        "failure"
    } else if last.is_empty() || any(&["pending"]) {
        "pending"
    } else {
        "success"
    };
    let own = format!("{}/commits/{sha}", view.here());
    let page = page_of(ask, last, "per_page", PAGE, PAGE_MAX);
    let items = page
        .items
        .into_iter()
        .map(|status| view.status(&sha, status, false));
    let body = Obj::new()
        .text("state", state)
        .raw("statuses", array(items))
        .shown("sha", &sha)
        .num("total_count", page.total as u64)
        .raw("repository", view.repository(None))
        .text("commit_url", &own)
        .text("url", format!("{own}/status"));
    let answer = Answer::ok(body.end());
    Ok(match page.link {
        Some(link) => answer.with("Link", link),
        None => answer,
    })
}

fn statuses(world: &World<'_>, ask: &Ask<'_>, of: &str) -> Served {
    let sha = commit(world, of)?;
    let view = View::new(world, ask);
    let all = world.state.statuses.get(&sha).into_iter().flatten().rev();
    let page = page_of(ask, all, "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page
            .items
            .into_iter()
            .map(|s| view.status(&sha, s, true))
            .collect(),
        total: page.total,
        link: page.link,
    }))
}

fn write_status(world: &mut World<'_>, ask: &Ask<'_>, sha: &str) -> Served {
    let login = may(world, ask, Role::Write, "statuses=write")?;
    let sha: Sha = sha.parse().map_err(|_| Problem::NotFound)?;
    let Some(state) = ask.text("state").filter(|state| *state != "warning") else {
        return invalid("Status", Some("state"), "missing_field", None);
    };
    let texts = (ask.text("description"), ask.text("target_url"));
    let context = ask.text("context").unwrap_or("default");
    let id = world.set_status(login, &sha, context, state, texts)?;
    let all = world.state.statuses.get(&sha).into_iter().flatten();
    let status = all
        .rev()
        .find(|status| status.id == id)
        .ok_or(Problem::NotFound)?;
    Ok(Answer::created(
        View::new(world, ask).status(&sha, status, true),
    ))
}

fn write_check(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    may(world, ask, Role::Write, "checks=write")?;
    let app = ask.viewer.as_ref().is_some_and(|viewer| viewer.app);
    if !app && !world.state.knobs.check_runs_by_anyone {
        let words = "You must authenticate via a GitHub App.".to_owned();
        return Err(Problem::Forbidden(words));
    }
    let name = ask.text("name").unwrap_or_default();
    let sha = ask.text("head_sha").and_then(|sha| sha.parse::<Sha>().ok());
    let (false, Some(sha)) = (name.is_empty(), sha) else {
        return invalid("CheckRun", Some("head_sha"), "missing_field", None);
    };
    let conclusion = ask.text("conclusion");
    let status = if conclusion.is_some() {
        "completed"
    } else {
        ask.text("status").unwrap_or("queued")
    };
    let title = ask.body.pointer("/output/title").and_then(Value::as_str);
    let id = world.set_check(&sha, name, status, conclusion, title)?;
    let all = world.state.check_runs.get(&sha).into_iter().flatten();
    let run = all
        .rev()
        .find(|run| run.id == id)
        .ok_or(Problem::NotFound)?;
    Ok(Answer::created(View::new(world, ask).check_run(&sha, run)))
}
