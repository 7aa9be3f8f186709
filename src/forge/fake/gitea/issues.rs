//! Issues, comments, the timeline.

use jiff::Timestamp;
use serde_json::Value;

use super::super::exchange::{Answer, Ask};
use super::super::json::array;
use super::super::state::Role;
use super::super::world::{IssueEdit, Listing, Problem, World, invalid};
use super::view::View;
use super::{Served, labels, may, paged};
use crate::http::Method;

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    let number = |text: &str| text.parse::<u64>().map_err(|_| Problem::NotFound);
    let comment_of = |world: &World<'_>, id: u64| {
        let slot = world.state.comments.get(&id).ok_or(Problem::NotFound)?;
        Ok::<_, Problem>(slot.truth().clone())
    };
    match (ask.method, rest) {
        (Method::Get, ["issues"]) => list(world, ask),
        (Method::Post, ["issues"]) => create(world, ask),
        (Method::Get, ["issues", "comments", id]) => {
            let comment = world.seen_comment(number(id)?)?;
            Ok(Answer::ok(View::new(world, ask).comment(comment)))
        }
        (Method::Patch | Method::Delete, ["issues", "comments", id]) => {
            let id = number(id)?;
            own_or_role(world, ask, &comment_of(world, id)?.author, Role::Write)?;
            if ask.method == Method::Delete {
                world.delete_comment(id)?;
                return Ok(Answer::nothing());
            }
            world.edit_comment(id, ask.text("body").unwrap_or_default())?;
            Ok(Answer::ok(
                View::new(world, ask).comment(&comment_of(world, id)?),
            ))
        }
        (Method::Get, ["issues", n]) => {
            let item = world.seen(number(n)?)?;
            if item.pull.is_none() && !world.state.settings.has_issues {
                return Err(Problem::NotFound);
            }
            Ok(Answer::ok(View::new(world, ask).issue(item)))
        }
        (Method::Patch, ["issues", n]) => edit(world, ask, number(n)?),
        (Method::Get, ["issues", n, "comments"]) => comments(world, ask, number(n)?),
        (Method::Post, ["issues", n, "comments"]) => {
            let login = may(world, ask, Role::None, "issues=write")?;
            let body = ask.text("body").unwrap_or_default();
            let id = world.comment(login, number(n)?, body)?;
            Ok(Answer::created(
                View::new(world, ask).comment(&comment_of(world, id)?),
            ))
        }
        (Method::Get, ["issues", n, "timeline"]) => timeline(world, ask, number(n)?),
        (_, ["issues", n, "labels", id @ ..]) => {
            labels::of_issue(world, ask, number(n)?, id.first().copied())
        }
        _ => Err(Problem::NotFound),
    }
}

fn moment(ask: &Ask<'_>, name: &str) -> Result<Option<Timestamp>, Problem> {
    let read = |text: &str| {
        let bad = |_| Problem::Unprocessable(vec![format!("{name} is not a time")]);
        text.parse::<Timestamp>().map_err(bad)
    };
    ask.param(name).map(read).transpose()
}

/// `open`, `closed` or `all`; open when nothing is said.
pub(super) fn state_param(ask: &Ask<'_>) -> Option<bool> {
    match ask.param("state") {
        Some("closed") => Some(false),
        Some("all") => None,
        _ => Some(true),
    }
}

fn list(world: &World<'_>, ask: &Ask<'_>) -> Served {
    let names = ask.param("labels").unwrap_or_default();
    let names = names
        .split(',')
        .map(str::trim)
        .filter(|label| !label.is_empty());
    let pulls = match ask.param("type") {
        Some("pulls") => Some(true),
        Some("issues") => Some(false),
        _ => None,
    };
    if !world.state.settings.has_issues && pulls == Some(false) {
        return Err(Problem::NotFound);
    }
    let sort = ask.param("sort").unwrap_or("latest");
    let listing = Listing {
        open: state_param(ask),
        labels: names.map(str::to_owned).collect(),
        creator: ask.param("created_by").map(str::to_owned),
        since: moment(ask, "since")?,
        pulls: if world.state.settings.has_issues {
            pulls
        } else {
            Some(true)
        },
        by_update: matches!(sort, "recentupdate" | "leastupdate"),
        ascending: matches!(sort, "leastupdate" | "oldest"),
    };
    let before = moment(ask, "before")?;
    let view = View::new(world, ask);
    let all = world
        .list(&listing)
        .into_iter()
        .filter_map(|number| world.seen(number).ok());
    let wanted = all.filter(|item| before.is_none_or(|before| item.updated <= before));
    Ok(paged(ask, wanted, |item| view.issue(item)))
}

fn create(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let login = may(world, ask, Role::None, "issues=write")?;
    let Some(title) = ask.text("title") else {
        return invalid("Issue", Some("Title"), "missing_field", None);
    };
    let mut named = labels::given(world, ask.body.get("labels"))?;
    if world.state.role(login) < Role::Triage {
        named.clear();
    }
    let body = ask.text("body").unwrap_or_default();
    let number = world.open_issue(login, title, body, &named)?;
    Ok(Answer::created(
        View::new(world, ask).issue(world.item(number)?),
    ))
}

fn own_or_role<'a>(
    world: &World<'_>,
    ask: &'a Ask<'_>,
    author: &str,
    role: Role,
) -> Result<&'a str, Problem> {
    let own = ask
        .login()
        .is_ok_and(|login| login.eq_ignore_ascii_case(author));
    may(
        world,
        ask,
        if own { Role::None } else { role },
        "issues=write",
    )
}

/// What the body wants of an issue. Labels are no part of it: they are passed over without a word.
pub(super) fn wanted<'a>(ask: &'a Ask<'_>) -> IssueEdit<'a> {
    let open = match ask.body.get("state").and_then(Value::as_str) {
        Some("open") => Some(true),
        Some("closed") => Some(false),
        _ => None,
    };
    IssueEdit {
        title: ask.text("title"),
        body: ask.text("body"),
        open,
        ..IssueEdit::default()
    }
}

fn edit(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let author = world.item(number)?.author.clone();
    let login = own_or_role(world, ask, &author, Role::Triage)?;
    world.edit_issue(login, number, &wanted(ask))?;
    Ok(Answer::created(
        View::new(world, ask).issue(world.item(number)?),
    ))
}

/// All of them: this listing has no pages.
fn comments(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    world.seen(number)?;
    let since = moment(ask, "since")?;
    let view = View::new(world, ask);
    let all = world.seen_comments(number);
    let young: Vec<_> = all
        .filter(|c| since.is_none_or(|s| c.updated >= s))
        .collect();
    let total = young.len().to_string();
    let body = array(young.into_iter().map(|comment| view.comment(comment)));
    Ok(Answer::ok(body).with("X-Total-Count", total))
}

fn timeline(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    world.seen(number)?;
    let since = moment(ask, "since")?;
    let view = View::new(world, ask);
    let events = world.state.events.get(&number).into_iter().flatten();
    let events = events.filter(|event| event.visible <= world.exact);
    let events = events.map(|event| (event.at, event.id, view.event(number, event)));
    let comments = world.seen_comments(number);
    let comments = comments.map(|c| (c.created, c.id, view.comment_event(c)));
    let mut all: Vec<_> = events.chain(comments).collect();
    all.retain(|(at, ..)| since.is_none_or(|since| *at >= since));
    all.sort();
    Ok(paged(ask, all, |(_, _, text)| text))
}
