//! The repository itself, its branches, statuses, and who may do what in it.

use super::super::exchange::{Answer, Ask};
use super::super::json::{Obj, array, quoted};
use super::super::state::Role;
use super::super::world::{Problem, World, invalid};
use super::view::View;
use super::{Served, may, paged};
use crate::domain::{BranchName, Sha};
use crate::http::Method;

pub(super) fn own_user(world: &World<'_>, ask: &Ask<'_>) -> Served {
    let viewer = ask.viewer.as_ref().ok_or(Problem::Lacks(""))?;
    let user = world.state.user(&viewer.login).ok_or(Problem::NotFound)?;
    Ok(Answer::ok(View::new(world, ask).user_object(user)))
}

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    match (ask.method, rest) {
        (Method::Get, []) => Ok(Answer::ok(View::new(world, ask).repository(None))),
        (Method::Get, ["collaborators", login, "permission"]) => permission(world, ask, login),
        (Method::Get, ["assignees"]) => assignees(world, ask),
        (Method::Get, ["git", "refs", name @ ..]) => pull_head(world, ask, &name.join("/")),
        (Method::Get, ["branches", name @ ..]) if !name.is_empty() => {
            branch(world, ask, &name.join("/"))
        }
        (Method::Delete, ["branches", name @ ..]) => delete_branch(world, ask, &name.join("/")),
        (Method::Get, ["commits", of @ .., "status"]) => combined(world, ask, &of.join("/")),
        (Method::Get, ["commits", of @ .., "statuses"]) => statuses(world, ask, &of.join("/")),
        (Method::Get, ["statuses", sha]) => statuses(world, ask, sha),
        (Method::Post, ["statuses", sha]) => write_status(world, ask, sha),
        _ => Err(Problem::NotFound),
    }
}

fn permission(world: &World<'_>, ask: &Ask<'_>, login: &str) -> Served {
    let own = ask.login()?.eq_ignore_ascii_case(login);
    if !own && world.state.role(ask.login()?) < Role::Admin {
        let words = "Only admins can query all permissions, repo admins can query all repo permissions, collaborators can query only their own";
        return Err(Problem::Forbidden(words.to_owned()));
    }
    let user = world.state.user(login).ok_or(Problem::NotFound)?;
    let owner = world.state.settings.owner.eq_ignore_ascii_case(login);
    let role = match user.role {
        _ if owner => "owner",
        Role::None if !world.state.settings.private => "read",
        Role::Triage => "read",
        role => role.as_str(),
    };
    let body = Obj::new()
        .text("permission", role)
        .text("role_name", role)
        .raw("user", View::new(world, ask).user_object(user));
    Ok(Answer::ok(body.end()))
}

/// Who may be assigned to an issue: whoever may write. Everybody who sees the repository is told.
fn assignees(world: &World<'_>, ask: &Ask<'_>) -> Served {
    ask.login()?;
    let view = View::new(world, ask);
    let all = world.state.users.values();
    let writers = all.filter(|user| world.state.role(&user.login) >= Role::Write);
    Ok(Answer::ok(array(
        writers.map(|user| view.user_object(user)),
    )))
}

fn branch(world: &World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    let name: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    let sha = world.repo.tip(&name)?.ok_or(Problem::NotFound)?;
    let rule = world.state.protection.get(&name);
    let role = ask
        .login()
        .map_or(Role::None, |login| world.state.role(login));
    let writes = role >= Role::Write;
    let commit = Obj::new()
        .shown("id", &sha)
        .text("message", "a commit")
        .text(
            "url",
            format!("{}/commit/{sha}", View::new(world, ask).here()),
        )
        .raw("author", "null")
        .raw("committer", "null")
        .raw("verification", "null")
        .time("timestamp", world.state.settings.pushed)
        .raw("added", "null")
        .raw("removed", "null")
        .raw("modified", "null");
    let checks = rule.map(|rule| rule.checks.as_slice()).unwrap_or_default();
    let body = Obj::new()
        .shown("name", &name)
        .raw("commit", commit.end())
        .flag("protected", rule.is_some())
        .num(
            "required_approvals",
            rule.map_or(0, |rule| u64::from(rule.reviews)),
        )
        .flag("enable_status_check", !checks.is_empty())
        .raw(
            "status_check_contexts",
            array(checks.iter().map(|check| quoted(check))),
        )
        .flag("user_can_push", writes && rule.is_none())
        .flag(
            "user_can_merge",
            writes && rule.is_none_or(|rule| !rule.locked),
        )
        .text("effective_branch_protection_name", "");
    Ok(Answer::ok(body.end()))
}

/// What git keeps of a pull request: it follows the head until the pull request is closed.
fn pull_head(world: &World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    let number = name
        .strip_prefix("pull/")
        .and_then(|name| name.strip_suffix("/head"));
    let number = number.and_then(|number| number.parse().ok());
    let item = world.seen(number.ok_or(Problem::NotFound)?)?;
    let pull = item.pull.as_ref().ok_or(Problem::NotFound)?;
    let here = View::new(world, ask).here();
    let object = Obj::new()
        .text("type", "commit")
        .shown("sha", &pull.head_sha)
        .text("url", format!("{here}/git/commits/{}", pull.head_sha));
    let reference = Obj::new()
        .text("ref", format!("refs/{name}"))
        .text("url", format!("{here}/git/refs/{name}"))
        .raw("object", object.end());
    Ok(Answer::ok(array([reference.end()])))
}

fn delete_branch(world: &mut World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    may(world, ask, Role::Write, "contents=write")?;
    world.writable()?;
    let name: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    world.repo.tip(&name)?.ok_or(Problem::NotFound)?;
    if name == world.state.settings.default_branch {
        return Err(Problem::Forbidden(
            "can not delete default branch".to_owned(),
        ));
    }
    if world.state.protection.contains_key(&name) {
        return Err(Problem::Forbidden("branch protected".to_owned()));
    }
    world.repo.set(&name, None)?;
    world.state.account.wrote("branch-deleted");
    world.follow_branches()?;
    Ok(Answer::nothing())
}

/// The commit that a name stands for.
fn commit(world: &World<'_>, name: &str) -> Result<Sha, Problem> {
    if let Ok(sha) = name.parse::<Sha>() {
        return if world.repo.has(&sha)? {
            Ok(sha)
        } else {
            Err(Problem::NotFound)
        };
    }
    let branch: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    world.repo.tip(&branch)?.ok_or(Problem::NotFound)
}

/// Check runs, which actions are made of, are statuses here.
fn combined(world: &World<'_>, ask: &Ask<'_>, of: &str) -> Served {
    let sha = commit(world, of)?;
    let view = View::new(world, ask);
    let last = world.last_statuses(&sha);
    let any = |states: &[&str]| last.iter().any(|s| states.contains(&s.state.as_str()));
    let state = if any(&["error", "failure"]) {
        "failure"
    } else if last.is_empty() || any(&["pending"]) {
        "pending"
    } else {
        "success"
    };
    let total = last.len() as u64;
    let own = format!("{}/commits/{sha}", view.here());
    let body = Obj::new()
        .text("state", state)
        .shown("sha", &sha)
        .num("total_count", total)
        .raw(
            "statuses",
            array(last.into_iter().map(|status| view.status(&sha, status))),
        )
        .raw("repository", view.repository(None))
        .text("commit_url", &own)
        .text("url", format!("{own}/status"));
    Ok(Answer::ok(body.end()))
}

fn statuses(world: &World<'_>, ask: &Ask<'_>, of: &str) -> Served {
    let sha = commit(world, of)?;
    let view = View::new(world, ask);
    let all = world.state.statuses.get(&sha).into_iter().flatten().rev();
    Ok(paged(ask, all, |status| view.status(&sha, status)))
}

fn write_status(world: &mut World<'_>, ask: &Ask<'_>, sha: &str) -> Served {
    let login = may(world, ask, Role::Write, "statuses=write")?;
    let sha: Sha = sha.parse().map_err(|_| Problem::NotFound)?;
    if !world.repo.has(&sha)? {
        return Err(Problem::NotFound);
    }
    let Some(state) = ask.text("state") else {
        return invalid("Status", Some("State"), "missing_field", None);
    };
    let texts = (ask.text("description"), ask.text("target_url"));
    let context = ask.text("context").unwrap_or("default");
    let id = world.set_status(login, &sha, context, state, texts)?;
    let mut all = world.state.statuses.get(&sha).into_iter().flatten();
    let status = all
        .find(|status| status.id == id)
        .ok_or(Problem::NotFound)?;
    Ok(Answer::created(View::new(world, ask).status(&sha, status)))
}
