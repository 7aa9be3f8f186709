//! The labels that a repository knows, and making those that acp and people talk through.
//!
//! Making them is set-up that a person asks for, as making a local forge is: it is about no item and leaves nothing to
//! adopt, since a label is found again by its name. So it is no intent; see invariant 4 in ARCHITECTURE.md.

use serde::Deserialize;
use serde_json::json;

use super::address::escaped;
use super::client::Client;
use super::governor::Cost;
use crate::domain::{ForgeKind, label};
use crate::forge::ForgeError;
use crate::http::Method;

/// The most pages of labels that are read.
const PAGES_MAX: usize = 20;
/// The colour of a label that is none of acp's own words.
const PLAIN_COLOR: &str = "ededed";

#[derive(Deserialize)]
struct Label {
    name: String,
}

/// The names of the labels that items of the repository can have. `slug` is `owner/name`.
///
/// # Errors
/// When the forge is not reached, or the token may not read them.
pub(super) fn existing_labels(
    client: &Client,
    kind: ForgeKind,
    slug: &str,
) -> Result<Vec<String>, ForgeError> {
    let query = "per_page=100&limit=50";
    let tried = "read the labels";
    let path = format!("/repos/{slug}/labels?{query}");
    let mut labels = client.list::<Label>(tried, &path, PAGES_MAX)?;
    if kind == ForgeKind::Gitea {
        let owner = slug.split('/').next().unwrap_or_default();
        let path = format!("/orgs/{}/labels?{query}", escaped(owner));
        match client.list::<Label>("read the organisation's labels", &path, PAGES_MAX) {
            Ok(more) => labels.extend(more),
            // The owner is a person, or the organisation is none of acp's business.
            Err(ForgeError::Missing { .. } | ForgeError::Forbidden { .. }) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(labels.into_iter().map(|label| label.name).collect())
}

/// Makes those of `wanted` that the repository does not know, with the colours and words of acp's vocabulary, and returns
/// them. What exists is left as it is, in whatever spelling. Whoever calls sees to it that nobody on this machine makes
/// labels at the same time: Gitea takes two of one name.
///
/// # Errors
/// The first call that did not end well; labels before it are made. Calling again makes the rest.
pub fn make_labels(
    client: &Client,
    kind: ForgeKind,
    slug: &str,
    wanted: &[String],
) -> Result<Vec<String>, ForgeError> {
    let known = existing_labels(client, kind, slug)?;
    let mut made = vec![];
    for name in wanted.iter().filter(|name| !knows(&known, name)) {
        match make(client, kind, slug, name) {
            Ok(()) => made.push(name.clone()),
            // Somebody else made it in between.
            Err(ForgeError::Refused { .. })
                if knows(&existing_labels(client, kind, slug)?, name) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(made)
}

fn make(client: &Client, kind: ForgeKind, slug: &str, name: &str) -> Result<(), ForgeError> {
    let word = label::ALL.iter().find(|(word, ..)| *word == name);
    let (color, description) = word.map_or((PLAIN_COLOR, ""), |(_, color, text)| (*color, *text));
    let color = match kind {
        ForgeKind::Gitea => format!("#{color}"),
        ForgeKind::Github | ForgeKind::Local => color.to_owned(),
    };
    let body = json!({ "name": name, "color": color, "description": description });
    let path = format!("/repos/{slug}/labels");
    let tried = format!("make the label {name}");
    client
        .write(&tried, Cost::Write, Method::Post, &path, Some(&body))
        .map(drop)
}

/// Forges keep one label for two spellings.
fn knows(known: &[String], name: &str) -> bool {
    known
        .iter()
        .any(|there| there.to_lowercase() == name.to_lowercase())
}
