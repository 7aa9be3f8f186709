//! Pull requests: opening, listing, files, reviews, merging.

use super::super::exchange::{Answer, Ask, Page, page_of};
use super::super::json::Obj;
use super::super::state::{Item, Pull, Role};
use super::super::world::{NewPull, Problem, PullEdit, Wish, World, invalid};
use super::issues::{paged, state_param, wanted};
use super::view::View;
use super::{PAGE, PAGE_MAX, Served, may};
use crate::domain::MergeMethod;
use crate::http::Method;

/// How many files of a pull request are listed at most.
const FILES_MAX: usize = 3000;

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    let number = |text: &str| text.parse::<u64>().map_err(|_| Problem::NotFound);
    match (ask.method, rest) {
        (Method::Get, ["pulls"]) => list(world, ask),
        (Method::Post, ["pulls"]) => create(world, ask),
        (Method::Get, ["pulls", n]) => Ok(Answer::ok(whole(world, ask, number(n)?)?)),
        (Method::Patch, ["pulls", n]) => edit(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "files"]) => files(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "merge"]) => match seen(world, number(n)?)?.1.merged {
            Some(_) => Ok(Answer::nothing()),
            None => Err(Problem::NotFound),
        },
        (Method::Put, ["pulls", n, "merge"]) => merge(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "reviews"]) => reviews(world, ask, number(n)?),
        (Method::Post, ["pulls", n, "reviews"]) => review(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "requested_reviewers"]) => {
            seen(world, number(n)?)?;
            Ok(Answer::ok(
                Obj::new().raw("users", "[]").raw("teams", "[]").end(),
            ))
        }
        _ => Err(Problem::NotFound),
    }
}

fn seen<'w>(world: &'w World<'_>, number: u64) -> Result<(&'w Item, &'w Pull), Problem> {
    let item = world.seen(number)?;
    Ok((item, item.pull.as_ref().ok_or(Problem::NotFound)?))
}

fn whole(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Result<String, Problem> {
    let can = world.mergeability(number)?;
    let files = world.files(number)?;
    let (item, pull) = seen(world, number)?;
    Ok(View::new(world, ask).whole_pull(item, pull, can, &files))
}

/// As it is after a write, also where reads do not see it yet.
fn written(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Result<String, Problem> {
    let item = world.item(number)?;
    let pull = item.pull.as_ref().ok_or(Problem::NotFound)?;
    let can = super::super::world::Mergeability {
        clean: None,
        state: "unknown",
    };
    Ok(View::new(world, ask).whole_pull(item, pull, can, &[]))
}

fn list(world: &World<'_>, ask: &Ask<'_>) -> Served {
    let open = state_param(ask)?;
    let owner = &world.state.settings.owner;
    let wanted_head = ask.param("head").map(|head| match head.split_once(':') {
        Some((who, name)) => (who.to_owned(), name.to_owned()),
        // Without an owner GitHub takes no notice of it.
        None => (String::new(), String::new()),
    });
    let wanted_head = wanted_head.filter(|(who, _)| !who.is_empty());
    let fits = |item: &Item, pull: &Pull| {
        let of = pull.fork.as_ref().unwrap_or(owner);
        let head = |(who, name): &(String, String)| {
            who.eq_ignore_ascii_case(of) && pull.head.as_str() == name
        };
        item.gone.is_none()
            && open.is_none_or(|open| item.open == open)
            && wanted_head.as_ref().is_none_or(head)
            && ask
                .param("base")
                .is_none_or(|base| pull.base.as_str() == base)
    };
    let numbers = if open == Some(true) && world.state.knobs.visible_within_ms == 0 {
        &world.state.open_pulls
    } else {
        &world.state.pulls
    };
    let hit = |number: &u64| {
        seen(world, *number)
            .ok()
            .filter(|(item, pull)| fits(item, pull))
    };
    let mut found: Vec<(&Item, &Pull)> = numbers.iter().filter_map(hit).collect();
    if ask.param("sort") == Some("updated") {
        found.sort_by_key(|(item, _)| (item.updated, item.number));
    }
    // Newest first, unless another order is asked for.
    let descending = match ask.param("direction") {
        Some(direction) => direction == "desc",
        None => matches!(ask.param("sort"), None | Some("created")),
    };
    if descending {
        found.reverse();
    }
    let view = View::new(world, ask);
    let page = page_of(ask, found, "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page
            .items
            .into_iter()
            .map(|(item, pull)| view.pull(item, pull).end())
            .collect(),
        total: page.total,
        link: page.link,
    }))
}

fn create(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let login = may(world, ask, Role::None, "pull_requests=write")?;
    let text = |name: &'static str| match ask.text(name) {
        Some(text) if !text.is_empty() => Ok(text),
        _ => invalid("PullRequest", Some(name), "missing_field", None),
    };
    let new = NewPull {
        title: text("title")?,
        body: ask.text("body").unwrap_or_default(),
        head: text("head")?,
        base: text("base")?,
        draft: ask.body.get("draft") == Some(&true.into()),
    };
    let number = world.open_pull(login, &new)?;
    Ok(Answer::created(written(world, ask, number)?))
}

fn edit(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let author = world.item(number)?.author.clone();
    world.pull(number)?;
    let own = ask
        .login()
        .is_ok_and(|login| login.eq_ignore_ascii_case(&author));
    let role = if own { Role::None } else { Role::Triage };
    let login = may(world, ask, role, "pull_requests=write")?;
    let mut issue = wanted(ask)?;
    // Labels and the reason belong to issues and are not taken here.
    (issue.labels, issue.reason) = (None, None);
    let edit = PullEdit {
        issue,
        base: ask.text("base"),
    };
    world.edit_pull(login, number, &edit)?;
    Ok(Answer::ok(written(world, ask, number)?))
}

fn files(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let files = world.files(number)?;
    let head = seen(world, number)?.1.head_sha.clone();
    let view = View::new(world, ask);
    let listed = files.iter().take(FILES_MAX);
    let page = page_of(ask, listed, "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page
            .items
            .into_iter()
            .map(|file| view.file(&head, file))
            .collect(),
        total: page.total,
        link: page.link,
    }))
}

fn merge(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    world.pull(number)?;
    let login = may(world, ask, Role::Write, "contents=write")?;
    let method = match ask.text("merge_method") {
        None | Some("merge") => MergeMethod::Merge,
        Some("squash") => MergeMethod::Squash,
        Some("rebase") => MergeMethod::Rebase,
        Some(_) => return invalid("PullRequest", Some("merge_method"), "invalid", None),
    };
    let texts = [ask.text("commit_title"), ask.text("commit_message")];
    let texts: Vec<&str> = texts.into_iter().flatten().collect();
    let wish = Wish {
        method,
        head: ask.text("sha"),
        message: (!texts.is_empty()).then(|| texts.join("\n\n")),
        by_force: false,
        delete_branch: false,
    };
    let commit = world.merge(login, number, &wish)?;
    let body = Obj::new()
        .shown("sha", commit)
        .flag("merged", true)
        .text("message", "Pull Request successfully merged");
    Ok(Answer::ok(body.end()))
}

fn reviews(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    seen(world, number)?;
    let view = View::new(world, ask);
    let page = page_of(ask, world.seen_reviews(number), "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page
            .items
            .into_iter()
            .map(|r| view.review(number, r))
            .collect(),
        total: page.total,
        link: page.link,
    }))
}

fn review(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    world.pull(number)?;
    let login = may(world, ask, Role::None, "pull_requests=write")?;
    let state = match ask.text("event") {
        Some("APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("COMMENT") => "COMMENTED",
        _ => return invalid("PullRequestReview", Some("event"), "invalid", None),
    };
    let body = ask.text("body").unwrap_or_default();
    let id = world.review(login, number, state, body, ask.text("commit_id"))?;
    let all = world.state.reviews.get(&number).into_iter().flatten();
    let review = all
        .rev()
        .find(|review| review.id == id)
        .ok_or(Problem::NotFound)?;
    Ok(Answer::ok(View::new(world, ask).review(number, review)))
}
