//! A topic of an ntfy server. A message is published as JSON, so nothing of it stands in a header.

use std::sync::Arc;

use serde_json::json;

use super::{Hidden, Message, Notifier, NotifyError, exchange, text};
use crate::domain::Priority;
use crate::http::Transport;

/// The public server.
pub const SERVER: &str = "https://ntfy.sh";
/// A longer message becomes an attachment.
const MESSAGE_BYTES_MAX: usize = 4_096;
/// Characters of a title.
const TITLE_CHARS_MAX: usize = 200;

/// A topic.
#[derive(Debug)]
pub struct Ntfy<T> {
    /// Carries requests.
    pub transport: Arc<T>,
    /// The server's address.
    pub server: String,
    /// The topic.
    pub topic: String,
    /// What the server asks for; `None`: nothing.
    pub token: Option<Hidden>,
}

impl<T: Transport> Notifier for Ntfy<T> {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let token = self.token.as_ref().map(Hidden::get).transpose()?;
        let mut headers = exchange::headers();
        if let Some(token) = &token {
            headers.push("Authorization", format!("Bearer {}", token.reveal()));
        }
        let (title, mut said) = (text::title(message), text::body(message));
        if said.is_empty() {
            said.clone_from(&title);
        }
        let priority = match message.news.priority {
            Priority::Low => 2,
            Priority::Normal => 3,
            Priority::High => 4,
            Priority::Urgent => 5,
        };
        let mut body = json!({
            "topic": self.topic,
            "title": text::fitted(&title, TITLE_CHARS_MAX, |c| c.chars().count(), String::from),
            "message": text::fitted(&said, MESSAGE_BYTES_MAX, str::len, String::from),
            "priority": priority,
            "tags": [message.news.kind.as_str()],
        });
        // What a tap on it opens.
        if let Some(url) = &message.news.url {
            body["click"] = url.as_str().into();
        }
        let secrets: Vec<_> = token.iter().collect();
        let url = format!("{}/", self.server.trim_end_matches('/'));
        let answer = exchange::post(&*self.transport, &url, headers, &body, &secrets)?;
        let said = answer.json();
        answer.read(said["error"].as_str().unwrap_or_default(), None)
    }

    fn unready(&self) -> Option<String> {
        self.token.as_ref()?.missing()
    }
}
