//! Labels, which have numbers here: of the repository, of its organisation, and on issues.

use serde_json::Value;

use super::super::exchange::{Answer, Ask};
use super::super::state::{Label, Role};
use super::super::world::{IssueEdit, Problem, World, invalid};
use super::view::View;
use super::{Served, may, paged};
use crate::http::Method;

/// `/labels` of the repository.
pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    match (ask.method, rest) {
        (_, ["labels"]) => all(world, ask, false),
        (Method::Get, ["labels", id]) => {
            let label = by_id(world, id)?;
            Ok(Answer::ok(View::new(world, ask).label(label)))
        }
        (Method::Delete, ["labels", id]) => {
            may(world, ask, Role::Write, "issues=write")?;
            let name = by_id(world, id)?.name.clone();
            world.delete_label(&name)?;
            Ok(Answer::nothing())
        }
        _ => Err(Problem::NotFound),
    }
}

/// `/orgs/NAME/labels`.
pub(super) fn of_organization(world: &mut World<'_>, ask: &Ask<'_>, name: &str) -> Served {
    let of = &world.state.settings;
    if !of.owner_is_organization || !of.owner.eq_ignore_ascii_case(name) {
        return Err(Problem::NotFound);
    }
    all(world, ask, true)
}

fn all(world: &mut World<'_>, ask: &Ask<'_>, of_organization: bool) -> Served {
    match ask.method {
        Method::Get => {
            let view = View::new(world, ask);
            let labels = world.state.labels.values();
            let wanted = labels.filter(|label| label.of_organization == of_organization);
            Ok(paged(ask, wanted, |label| view.label(label)))
        }
        Method::Post => {
            let role = if of_organization {
                Role::Admin
            } else {
                Role::Write
            };
            may(world, ask, role, "issues=write")?;
            let name = ask.text("name").unwrap_or_default();
            let color = ask.text("color").unwrap_or_default();
            let hex = color.trim_start_matches('#');
            if hex.len() != 6 || !hex.bytes().all(|b| b.is_ascii_hexdigit()) {
                return invalid("Label", Some("color"), "invalid", None);
            }
            let description = ask.text("description").unwrap_or_default();
            world.create_label(name, color, description, of_organization)?;
            let made = world.state.labels.get(&name.to_lowercase());
            let made = made.ok_or(Problem::NotFound)?;
            Ok(Answer::created(View::new(world, ask).label(made)))
        }
        _ => Err(Problem::NotFound),
    }
}

fn by_id<'w>(world: &'w World<'_>, id: &str) -> Result<&'w Label, Problem> {
    let id: u64 = id.parse().map_err(|_| Problem::NotFound)?;
    let mut labels = world.state.labels.values();
    labels.find(|label| label.id == id).ok_or(Problem::NotFound)
}

/// The names of the labels that the body gives by number or by name. Those that nobody knows are passed over.
pub(super) fn given(world: &World<'_>, value: Option<&Value>) -> Result<Vec<String>, Problem> {
    let list = value
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let by_name = list.iter().any(Value::is_string);
    if by_name && list.iter().any(Value::is_number) {
        let words = "labels should be an array of strings or integers".to_owned();
        return Err(Problem::Bad(words));
    }
    if by_name && !world.state.knobs.label_names {
        let words = "json: cannot unmarshal string into Go struct field of type int64".to_owned();
        return Err(Problem::Unprocessable(vec![words]));
    }
    let known = |value: &Value| match value.as_str() {
        Some(name) => {
            let label = world.state.labels.get(&name.to_lowercase());
            label.map(|label| label.name.clone())
        }
        None => by_id(world, &value.to_string())
            .ok()
            .map(|label| label.name.clone()),
    };
    Ok(list.iter().filter_map(known).collect())
}

/// `/issues/N/labels`.
pub(super) fn of_issue(
    world: &mut World<'_>,
    ask: &Ask<'_>,
    number: u64,
    id: Option<&str>,
) -> Served {
    if ask.method == Method::Get {
        let item = world.seen(number)?;
        return Ok(Answer::ok(View::new(world, ask).labels(&item.labels)));
    }
    let login = may(world, ask, Role::Triage, "issues=write")?;
    world.writable()?;
    world.item(number)?;
    match (ask.method, id) {
        (Method::Post, None) => {
            let labels = given(world, ask.body.get("labels"))?;
            world.label(login, number, &labels);
        }
        (Method::Put, None) => {
            let edit = IssueEdit {
                labels: Some(given(world, ask.body.get("labels"))?),
                ..IssueEdit::default()
            };
            world.edit_issue(login, number, &edit)?;
        }
        (Method::Delete, Some(id)) => {
            let unknown = |_| Problem::Unprocessable(vec!["label does not exist".to_owned()]);
            let name = by_id(world, id).map_err(unknown)?.name.clone();
            // One that is not on the issue is taken off without a word.
            if world.item(number)?.labels.contains(&name) {
                world.unlabel(login, number, &name)?;
            }
            return Ok(Answer::nothing());
        }
        _ => return Err(Problem::NotFound),
    }
    let item = world.item(number)?;
    Ok(Answer::ok(View::new(world, ask).labels(&item.labels)))
}
