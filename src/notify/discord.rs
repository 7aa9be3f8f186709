//! A webhook of a Discord channel.

use std::sync::Arc;

use serde_json::json;

use super::{Hidden, Message, Notifier, NotifyError, exchange, text};
use crate::http::Transport;

/// What Discord takes as one message.
const CONTENT_MAX: usize = 2_000;
/// The flag for a message whose links unfold nothing.
const SUPPRESS_EMBEDS: u32 = 4;

/// A webhook.
#[derive(Debug)]
pub struct Discord<T> {
    /// Carries requests.
    pub transport: Arc<T>,
    /// The address, which is the secret.
    pub address: Hidden,
}

/// A character that Discord would take for markup or a mention, as itself.
fn escaped(c: char) -> String {
    if "\\*_~`|<>[]()#-".contains(c) {
        format!("\\{c}")
    } else {
        c.to_string()
    }
}

impl<T: Transport> Notifier for Discord<T> {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let address = self.address.get()?;
        if let Some(why) = exchange::bad_address(&address) {
            return Err(NotifyError::Refused { why });
        }
        let said = format!(
            "{}{}",
            text::mark(message.news.priority),
            text::without_page(message)
        );
        // The address stands as it is: with its marks escaped it would be another one.
        let page = text::page(message).map_or_else(String::new, |url| format!("\n{url}"));
        let left = CONTENT_MAX.saturating_sub(text::utf16(&page));
        let said = text::fitted(&said, left, text::utf16, escaped);
        let body = json!({
            "content": format!("{said}{page}"),
            "allowed_mentions": { "parse": [] },
            "flags": SUPPRESS_EMBEDS,
        });
        let url = address.reveal();
        let answer = exchange::post(
            &*self.transport,
            url,
            exchange::headers(),
            &body,
            &[&address],
        )?;
        let said = answer.json();
        let words = said["message"].as_str().unwrap_or_default();
        answer.read(words, said["retry_after"].as_f64())
    }

    fn unready(&self) -> Option<String> {
        match self.address.get() {
            Ok(address) => exchange::bad_address(&address),
            Err(error) => Some(error.to_string()),
        }
    }
}
