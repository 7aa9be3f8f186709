//! Issues, labels, comments, events.

use jiff::Timestamp;
use serde_json::Value;

use super::super::exchange::{Answer, Ask, Page, page_of};
use super::super::json::array;
use super::super::state::{Item, Role};
use super::super::world::{IssueEdit, Listing, Problem, World, invalid};
use super::view::View;
use super::{PAGE, PAGE_MAX, Served, may};
use crate::http::Method;

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    let number = |text: &str| text.parse::<u64>().map_err(|_| Problem::NotFound);
    match (ask.method, rest) {
        (Method::Get, ["issues"]) => list(world, ask),
        (Method::Post, ["issues"]) => create(world, ask),
        (Method::Get, ["issues", "comments", id]) => {
            let view = View::new(world, ask);
            Ok(Answer::ok(view.comment(world.seen_comment(number(id)?)?)))
        }
        (Method::Patch, ["issues", "comments", id]) => edit_comment(world, ask, number(id)?),
        (Method::Delete, ["issues", "comments", id]) => {
            own_or_role(
                world,
                ask,
                &world.seen_comment(number(id)?)?.author.clone(),
                Role::Write,
            )?;
            world.delete_comment(number(id)?)?;
            Ok(Answer::nothing())
        }
        (Method::Get, ["issues", n]) => {
            let item = world.seen(number(n)?)?;
            enabled(world, item)?;
            Ok(Answer::ok(View::new(world, ask).issue(item)))
        }
        (Method::Patch, ["issues", n]) => edit(world, ask, number(n)?),
        (Method::Get, ["issues", n, "comments"]) => comments(world, ask, number(n)?),
        (Method::Post, ["issues", n, "comments"]) => comment(world, ask, number(n)?),
        (Method::Get, ["issues", n, "events" | "timeline"]) => events(world, ask, number(n)?),
        (_, ["issues", n, "labels", name @ ..]) => labels_of(world, ask, number(n)?, name.first()),
        (_, ["labels", name @ ..]) => labels(world, ask, name.first().copied()),
        _ => Err(Problem::NotFound),
    }
}

/// A page of JSON texts as an answer.
pub(super) fn paged(page: Page<String>) -> Answer {
    let answer = Answer::ok(array(page.items));
    match page.link {
        Some(link) => answer.with("Link", link),
        None => answer,
    }
}

fn enabled(world: &World<'_>, item: &Item) -> Result<(), Problem> {
    if item.pull.is_none() && !world.state.settings.has_issues {
        return Err(Problem::Gone("Issues are disabled for this repo"));
    }
    Ok(())
}

fn since(ask: &Ask<'_>) -> Result<Option<Timestamp>, Problem> {
    let read = |text: &str| text.parse::<Timestamp>();
    match ask.param("since").map(read) {
        None => Ok(None),
        Some(Ok(since)) => Ok(Some(since)),
        Some(Err(_)) => {
            let message = Some("since must be a timestamp in ISO 8601 format".to_owned());
            invalid("Search", Some("since"), "invalid", message)
        }
    }
}

/// `open`, `closed` or `all`; open when nothing is said.
pub(super) fn state_param(ask: &Ask<'_>) -> Result<Option<bool>, Problem> {
    match ask.param("state") {
        None | Some("open") => Ok(Some(true)),
        Some("closed") => Ok(Some(false)),
        Some("all") => Ok(None),
        Some(_) => invalid("Issue", Some("state"), "invalid", None),
    }
}

fn list(world: &World<'_>, ask: &Ask<'_>) -> Served {
    let labels = ask.param("labels").unwrap_or_default();
    let labels = labels
        .split(',')
        .map(str::trim)
        .filter(|label| !label.is_empty());
    let listing = Listing {
        open: state_param(ask)?,
        labels: labels.map(str::to_owned).collect(),
        creator: ask.param("creator").map(str::to_owned),
        since: since(ask)?,
        // A repository whose issues are off still lists its pull requests.
        pulls: (!world.state.settings.has_issues).then_some(true),
        by_update: ask.param("sort") == Some("updated"),
        ascending: ask.param("direction") == Some("asc"),
    };
    let view = View::new(world, ask);
    let page = page_of(ask, world.list(&listing), "per_page", PAGE, PAGE_MAX);
    let shown = |number: u64| world.seen(number).ok().map(|item| view.issue(item));
    let items = page.items.into_iter().filter_map(shown).collect();
    let (total, link) = (page.total, page.link);
    Ok(paged(Page { items, total, link }))
}

/// The texts of a list in the body: names of labels, as texts or as objects with a name.
fn names(value: &Value) -> Option<Vec<String>> {
    let name = |value: &Value| match value {
        Value::String(name) => Some(name.clone()),
        Value::Object(object) => object.get("name")?.as_str().map(str::to_owned),
        _ => None,
    };
    value.as_array()?.iter().map(name).collect()
}

fn create(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let login = may(world, ask, Role::None, "issues=write")?;
    let Some(title) = ask.text("title") else {
        return invalid("Issue", Some("title"), "missing_field", None);
    };
    let labels = ask.body.get("labels").and_then(names).unwrap_or_default();
    // Labels of those who may not set them are dropped without a word.
    let may_label = world.state.role(login) >= Role::Triage;
    let labels = if may_label { labels } else { vec![] };
    let body = ask.text("body").unwrap_or_default();
    let number = world.open_issue(login, title, body, &labels)?;
    let issue = View::new(world, ask).issue(world.item(number)?);
    Ok(Answer::created(issue))
}

/// Whether the asker is `author` or has `role`; its login.
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

/// What the body wants of an issue.
pub(super) fn wanted<'a>(ask: &'a Ask<'_>) -> Result<IssueEdit<'a>, Problem> {
    let open = match ask.body.get("state").map(Value::as_str) {
        None => None,
        Some(Some("open")) => Some(true),
        Some(Some("closed")) => Some(false),
        Some(_) => return invalid("Issue", Some("state"), "invalid", None),
    };
    Ok(IssueEdit {
        title: ask.text("title"),
        body: ask.text("body"),
        open,
        reason: ask.text("state_reason"),
        labels: ask.body.get("labels").and_then(names),
    })
}

fn edit(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let author = world.item(number)?.author.clone();
    let login = own_or_role(world, ask, &author, Role::Triage)?;
    world.edit_issue(login, number, &wanted(ask)?)?;
    let issue = View::new(world, ask).issue(world.item(number)?);
    Ok(Answer::ok(issue))
}

fn comments(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    enabled(world, world.seen(number)?)?;
    let view = View::new(world, ask);
    let since = since(ask)?;
    let young = world
        .seen_comments(number)
        .filter(|c| since.is_none_or(|s| c.updated >= s));
    let page = page_of(ask, young, "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page.items.into_iter().map(|c| view.comment(c)).collect(),
        total: page.total,
        link: page.link,
    }))
}

fn comment(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let is_pull = world.item(number)?.pull.is_some();
    // On a pull request either permission does.
    let needed = if is_pull {
        "pull_requests=write"
    } else {
        "issues=write"
    };
    let login = may(world, ask, Role::None, "issues=write")
        .or_else(|_| may(world, ask, Role::None, needed))?;
    let Some(body) = ask.text("body") else {
        return invalid("IssueComment", Some("body"), "missing_field", None);
    };
    let id = world.comment(login, number, body)?;
    Ok(Answer::created(just_written(world, ask, id)?))
}

fn just_written(world: &World<'_>, ask: &Ask<'_>, id: u64) -> Result<String, Problem> {
    let slot = world.state.comments.get(&id).ok_or(Problem::NotFound)?;
    Ok(View::new(world, ask).comment(slot.truth()))
}

fn edit_comment(world: &mut World<'_>, ask: &Ask<'_>, id: u64) -> Served {
    let slot = world.state.comments.get(&id).ok_or(Problem::NotFound)?;
    let author = slot.truth().author.clone();
    own_or_role(world, ask, &author, Role::Write)?;
    let Some(body) = ask.text("body") else {
        return invalid("IssueComment", Some("body"), "missing_field", None);
    };
    world.edit_comment(id, body)?;
    Ok(Answer::ok(just_written(world, ask, id)?))
}

fn events(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    world.seen(number)?;
    let view = View::new(world, ask);
    let all = world.state.events.get(&number).into_iter().flatten();
    let seen = all.filter(|event| event.visible <= world.exact);
    let page = page_of(ask, seen, "per_page", PAGE, PAGE_MAX);
    Ok(paged(Page {
        items: page
            .items
            .into_iter()
            .map(|event| view.event(event))
            .collect(),
        total: page.total,
        link: page.link,
    }))
}

fn labels_of(world: &mut World<'_>, ask: &Ask<'_>, number: u64, name: Option<&&str>) -> Served {
    if ask.method == Method::Get {
        let item = world.seen(number)?;
        return Ok(Answer::ok(View::new(world, ask).labels(&item.labels)));
    }
    let needed = match world.item(number)?.pull {
        Some(_) => "pull_requests=write",
        None => "issues=write",
    };
    let login = may(world, ask, Role::Triage, "issues=write")
        .or_else(|_| may(world, ask, Role::Triage, needed))?;
    world.writable()?;
    match (ask.method, name) {
        (Method::Post | Method::Put, None) => {
            let given = ask.body.get("labels").unwrap_or(&ask.body);
            let Some(given) = names(given) else {
                return invalid("Label", Some("name"), "missing_field", None);
            };
            if ask.method == Method::Put {
                let edit = IssueEdit {
                    labels: Some(given),
                    ..IssueEdit::default()
                };
                world.edit_issue(login, number, &edit)?;
            } else {
                world.label(login, number, &given);
            }
        }
        (Method::Delete, Some(name)) => {
            world.unlabel(login, number, name)?;
        }
        _ => return Err(Problem::NotFound),
    }
    let item = world.item(number)?;
    Ok(Answer::ok(View::new(world, ask).labels(&item.labels)))
}

fn labels(world: &mut World<'_>, ask: &Ask<'_>, name: Option<&str>) -> Served {
    match (ask.method, name) {
        (Method::Get, None) => {
            let view = View::new(world, ask);
            let all = world.state.labels.values();
            let page = page_of(ask, all, "per_page", PAGE, PAGE_MAX);
            Ok(paged(Page {
                items: page
                    .items
                    .into_iter()
                    .map(|label| view.label(label))
                    .collect(),
                total: page.total,
                link: page.link,
            }))
        }
        (Method::Get, Some(name)) => {
            let label = world.state.labels.get(&name.to_lowercase());
            let label = label.ok_or(Problem::NotFound)?;
            Ok(Answer::ok(View::new(world, ask).label(label)))
        }
        (Method::Post, None) => {
            may(world, ask, Role::Write, "issues=write")?;
            let name = ask.text("name").unwrap_or_default().to_owned();
            let color = ask.text("color").unwrap_or("ededed");
            let hex = color.len() == 6 && color.bytes().all(|b| b.is_ascii_hexdigit());
            if !hex {
                return invalid("Label", Some("color"), "invalid", None);
            }
            let description = ask.text("description").unwrap_or_default();
            world.create_label(&name, color, description, false)?;
            let made = world.state.labels.get(&name.to_lowercase());
            let made = made.ok_or(Problem::NotFound)?;
            Ok(Answer::created(View::new(world, ask).label(made)))
        }
        (Method::Delete, Some(name)) => {
            may(world, ask, Role::Write, "issues=write")?;
            world.delete_label(name)?;
            Ok(Answer::nothing())
        }
        _ => Err(Problem::NotFound),
    }
}
