//! JSON to any address.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Hidden, Message, Notifier, NotifyError, exchange};
use crate::http::Transport;
use crate::sys::Secret;

/// Where a webhook is.
#[derive(Debug)]
pub enum Place {
    /// It stands in the profile.
    Open(String),
    /// Knowing it is all that it takes.
    Secret(Hidden),
}

/// An address.
#[derive(Debug)]
pub struct Webhook<T> {
    /// Carries requests.
    pub transport: Arc<T>,
    /// Where it is.
    pub place: Place,
    /// What the other side asks for as a bearer token; `None`: nothing.
    pub token: Option<Hidden>,
}

/// The message for programs: docs/notifications.md. The texts are as they came, with all that is in them.
pub(super) fn payload(message: &Message<'_>) -> Value {
    let news = message.news;
    json!({
        "schema": "acp.notice/1",
        "id": message.id.as_str(),
        "profile": message.profile.as_str(),
        "kind": news.kind.as_str(),
        "item": news.item.map(|item| item.to_string()),
        "priority": news.priority.as_str(),
        "title": news.title,
        "body": news.body,
        "url": news.url,
        "at": message.at.to_string(),
        "fingerprint": news.fingerprint,
    })
}

impl<T: Transport> Webhook<T> {
    fn address(&self) -> Result<Secret, NotifyError> {
        match &self.place {
            Place::Open(url) => Ok(Secret::new(url.clone())),
            Place::Secret(hidden) => {
                let address = hidden.get()?;
                match exchange::bad_address(&address) {
                    Some(why) => Err(NotifyError::Refused { why }),
                    None => Ok(address),
                }
            }
        }
    }
}

impl<T: Transport> Notifier for Webhook<T> {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let address = self.address()?;
        let token = self.token.as_ref().map(Hidden::get).transpose()?;
        // The other side can tell a second try by it.
        let mut headers = exchange::headers().with("Idempotency-Key", message.id.as_str());
        if let Some(token) = &token {
            headers.push("Authorization", format!("Bearer {}", token.reveal()));
        }
        let secrets: Vec<&Secret> = std::iter::once(&address).chain(&token).collect();
        let body = payload(message);
        let url = address.reveal();
        let answer = exchange::post(&*self.transport, url, headers, &body, &secrets)?;
        answer.read(&answer.text(), None)
    }

    fn unready(&self) -> Option<String> {
        let address = self.address().err().map(|error| error.to_string());
        address.or_else(|| self.token.as_ref()?.missing())
    }
}
