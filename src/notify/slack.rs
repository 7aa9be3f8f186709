//! An incoming webhook of Slack.

use std::sync::Arc;

use serde_json::json;

use super::{Hidden, Message, Notifier, NotifyError, exchange, text};
use crate::http::Transport;

/// Slack cuts longer texts by itself, where it likes.
const TEXT_CHARS_MAX: usize = 4_000;

/// A webhook.
#[derive(Debug)]
pub struct Slack<T> {
    /// Carries requests.
    pub transport: Arc<T>,
    /// The address, which is the secret.
    pub address: Hidden,
}

/// The three characters that Slack gives a meaning, as it asks for them; mentions and links begin with one of them.
fn escaped(c: char) -> String {
    match c {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        c => c.to_string(),
    }
}

impl<T: Transport> Notifier for Slack<T> {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let address = self.address.get()?;
        if let Some(why) = exchange::bad_address(&address) {
            return Err(NotifyError::Refused { why });
        }
        let said = format!(
            "{}{}",
            text::mark(message.news.priority),
            text::whole(message)
        );
        let said = text::fitted(&said, TEXT_CHARS_MAX, |c| c.chars().count(), escaped);
        let body = json!({
            "text": said, "mrkdwn": false, "unfurl_links": false, "unfurl_media": false,
        });
        let url = address.reveal();
        let answer = exchange::post(
            &*self.transport,
            url,
            exchange::headers(),
            &body,
            &[&address],
        )?;
        answer.read(&answer.text(), None)
    }

    fn unready(&self) -> Option<String> {
        match self.address.get() {
            Ok(address) => exchange::bad_address(&address),
            Err(error) => Some(error.to_string()),
        }
    }
}
