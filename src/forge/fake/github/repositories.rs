//! The repository itself, its branches and who may do what in it.

use super::super::exchange::{Answer, Ask};
use super::super::json::{Obj, array, quoted};
use super::super::state::Role;
use super::super::world::{Problem, World};
use super::view::View;
use super::{Served, may};
use crate::domain::{BranchName, Sha};
use crate::http::Method;

pub(super) fn own_user(world: &World<'_>, ask: &Ask<'_>) -> Served {
    let viewer = ask.viewer.as_ref().ok_or(Problem::Lacks(""))?;
    // An installation of an app is no person.
    if viewer.app {
        let words = "Resource not accessible by integration";
        return Err(Problem::Forbidden(words.to_owned()));
    }
    let user = world.state.user(&viewer.login).ok_or(Problem::NotFound)?;
    let answer = Answer::ok(View::new(world, ask).own_user(user));
    // A classic token tells what it may do; a fine-grained one does not.
    Ok(match viewer.may {
        None => answer.with("X-OAuth-Scopes", "repo"),
        Some(_) => answer,
    })
}

/// Any account, as everybody may see it.
pub(super) fn user(world: &World<'_>, ask: &Ask<'_>, login: &str) -> Served {
    let user = world.state.user(login).ok_or(Problem::NotFound)?;
    Ok(Answer::ok(View::new(world, ask).own_user(user)))
}

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    match (ask.method, rest) {
        (Method::Get, []) => Ok(Answer::ok(View::new(world, ask).repository(None))),
        (Method::Get, ["collaborators", login, "permission"]) => permission(world, ask, login),
        (Method::Get, ["branches", name @ ..]) if !name.is_empty() => {
            branch(world, ask, &name.join("/"))
        }
        (Method::Get, ["git", "ref", "heads", name @ ..]) => reference(world, ask, &name.join("/")),
        (Method::Delete, ["git", "refs", "heads", name @ ..]) => {
            delete_reference(world, ask, &name.join("/"))
        }
        (Method::Get, ["rules", "branches", name @ ..]) => rules(world, &name.join("/")),
        _ => Err(Problem::NotFound),
    }
}

fn permission(world: &World<'_>, ask: &Ask<'_>, login: &str) -> Served {
    may(world, ask, Role::Write, "metadata=read").or_else(|problem| match problem {
        // Every fine-grained token may read metadata.
        Problem::Lacks("metadata=read") if world.state.role(ask.login()?) >= Role::Write => {
            ask.login()
        }
        other => Err(other),
    })?;
    let user = world.state.user(login).ok_or(Problem::NotFound)?;
    let role = match user.role {
        // Anybody reads a public repository.
        Role::None if !world.state.settings.private => Role::Read,
        role => role,
    };
    let view = View::new(world, ask);
    let coarse = if role == Role::Triage {
        "read"
    } else {
        role.as_str()
    };
    let of_user = view.user_object(user);
    let may = Obj::new()
        .flag("pull", role >= Role::Read)
        .flag("triage", role >= Role::Triage)
        .flag("push", role >= Role::Write)
        .flag("maintain", role >= Role::Admin)
        .flag("admin", role >= Role::Admin)
        .end();
    let of_user = of_user
        .raw("permissions", may)
        .text("role_name", role.as_str());
    let body = Obj::new()
        .text("permission", coarse)
        .raw("user", of_user.end())
        .text("role_name", role.as_str());
    Ok(Answer::ok(body.end()))
}

fn tip(world: &World<'_>, name: &str) -> Result<(BranchName, Sha), Problem> {
    let name: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    let sha = world.repo.tip(&name)?.ok_or(Problem::NotFound)?;
    Ok((name, sha))
}

fn branch(world: &World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    let (name, sha) = tip(world, name)?;
    let here = View::new(world, ask).here();
    let rule = world
        .state
        .protection
        .get(&name)
        .filter(|rule| !rule.ruleset);
    let own = format!("{here}/branches/{name}");
    let commit_url = format!("{here}/commits/{sha}");
    let who = Obj::new()
        .text("name", "somebody")
        .text("email", "somebody@localhost")
        .end();
    let inner = Obj::new()
        .text("url", &commit_url)
        .raw("author", &who)
        .raw("committer", &who)
        .text("message", "a commit")
        .num("comment_count", 0)
        .raw(
            "tree",
            Obj::new()
                .shown("sha", &sha)
                .text("url", format!("{here}/git/trees/{sha}"))
                .end(),
        );
    let commit = Obj::new()
        .addresses(
            &commit_url,
            &[("url", ""), ("html_url", ""), ("comments_url", "/comments")],
        )
        .shown("sha", &sha)
        .text("node_id", format!("C_{sha}"))
        .raw("commit", inner.end())
        .raw("author", "null")
        .raw("committer", "null")
        .raw("parents", "[]");
    let contexts = rule.map(|rule| rule.checks.as_slice()).unwrap_or_default();
    let required = Obj::new()
        .text(
            "enforcement_level",
            if rule.is_some() { "everyone" } else { "off" },
        )
        .raw("contexts", array(contexts.iter().map(|c| quoted(c))))
        .raw("checks", "[]");
    let protection = Obj::new()
        .flag("enabled", rule.is_some())
        .raw("required_status_checks", required.end());
    let body = Obj::new()
        .shown("name", &name)
        .raw("commit", commit.end())
        .raw(
            "_links",
            Obj::new().text("self", &own).text("html", &own).end(),
        )
        .flag("protected", rule.is_some())
        .raw("protection", protection.end())
        .text("protection_url", format!("{own}/protection"));
    Ok(Answer::ok(body.end()))
}

fn reference(world: &World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    let (name, sha) = tip(world, name)?;
    let here = View::new(world, ask).here();
    let object = Obj::new()
        .text("type", "commit")
        .shown("sha", &sha)
        .text("url", format!("{here}/git/commits/{sha}"));
    let body = Obj::new()
        .text("ref", format!("refs/heads/{name}"))
        .text("node_id", format!("REF_{name}"))
        .text("url", format!("{here}/git/refs/heads/{name}"))
        .raw("object", object.end());
    Ok(Answer::ok(body.end()))
}

fn delete_reference(world: &mut World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    may(world, ask, Role::Write, "contents=write")?;
    world.writable()?;
    let missing = || Problem::Unprocessable(vec![]);
    let name: BranchName = name.parse().map_err(|_| missing())?;
    if world.repo.tip(&name)?.is_none() {
        let body = Obj::new()
            .text("message", "Reference does not exist")
            .text("documentation_url", super::DOCUMENTS)
            .text("status", "422");
        return Ok(Answer::new(422, body.end()));
    }
    if world.rule(&name).locked || world.state.protection.contains_key(&name) {
        let words = "Cannot delete this branch".to_owned();
        return Err(Problem::Unprocessable(vec![words]));
    }
    world.repo.set(&name, None)?;
    world.state.account.wrote("branch-deleted");
    world.follow_branches()?;
    Ok(Answer::nothing())
}

fn rules(world: &World<'_>, name: &str) -> Served {
    let name: BranchName = name.parse().map_err(|_| Problem::NotFound)?;
    let rule = world
        .state
        .protection
        .get(&name)
        .filter(|rule| rule.ruleset);
    let Some(rule) = rule else {
        return Ok(Answer::ok("[]".to_owned()));
    };
    let of = |kind: &str, parameters: Option<String>| {
        let mut out = Obj::new()
            .text("type", kind)
            .text("ruleset_source_type", "Repository")
            .text("ruleset_source", world.state.settings.full_name())
            .num("ruleset_id", 42);
        if let Some(parameters) = parameters {
            out = out.raw("parameters", parameters);
        }
        out.end()
    };
    let mut all = vec![];
    if !rule.checks.is_empty() || rule.up_to_date {
        let check = |name: &String| Obj::new().text("context", name).end();
        let parameters = Obj::new()
            .raw(
                "required_status_checks",
                array(rule.checks.iter().map(check)),
            )
            .flag("strict_required_status_checks_policy", rule.up_to_date);
        all.push(of("required_status_checks", Some(parameters.end())));
    }
    if rule.reviews > 0 {
        let parameters = Obj::new()
            .num("required_approving_review_count", u64::from(rule.reviews))
            .flag("dismiss_stale_reviews_on_push", rule.dismiss_stale)
            .flag("require_code_owner_review", false)
            .flag("require_last_push_approval", false)
            .flag("required_review_thread_resolution", false);
        all.push(of("pull_request", Some(parameters.end())));
    }
    if rule.locked {
        all.push(of("update", None));
    }
    Ok(Answer::ok(array(all)))
}
