//! Under which account an installation of an app writes. It is no person: the REST interface does not say it (`GET /user`
//! is 403), the other one does.

use serde::Deserialize;
use serde_json::json;

use super::address::escaped;
use super::adopt::Viewer;
use super::client::Client;
use crate::forge::ForgeError;

const QUERY: &str = "query { viewer { login databaseId } }";

#[derive(Deserialize)]
struct Answer {
    data: Option<Data>,
}

#[derive(Deserialize)]
struct Data {
    viewer: Option<Named>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    login: String,
    database_id: Option<u64>,
}

#[derive(Deserialize)]
struct User {
    id: u64,
}

/// The account of an app's installation, asked for at `graphql`.
///
/// # Errors
/// `Forbidden` when the forge does not say it: without it acp could not tell its own texts from those of others.
pub(in crate::forge) fn viewer_of_installation(
    client: &Client,
    graphql: &str,
) -> Result<Viewer, ForgeError> {
    let tried = "read which account the app writes under";
    let answer = client.query_at(tried, graphql, &json!({"query": QUERY}))?;
    let answer: Answer = answer.read()?;
    let Some(named) = answer.data.and_then(|data| data.viewer) else {
        return Err(ForgeError::Forbidden {
            tried: tried.to_owned(),
            why: "the forge does not say it of this token".to_owned(),
        });
    };
    let id = if let Some(id) = named.database_id {
        id
    } else {
        let path = format!("/users/{}", escaped(&named.login));
        client.get(tried, &path)?.read::<User>()?.id
    };
    Ok(Viewer {
        id,
        login: named.login,
    })
}
