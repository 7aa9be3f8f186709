//! A chat, by a Telegram bot.

use std::sync::Arc;

use serde_json::json;

use super::{Hidden, Message, Notifier, NotifyError, exchange, text};
use crate::domain::Priority;
use crate::http::Transport;
use crate::sys::Secret;

/// The public server.
pub const SERVER: &str = "https://api.telegram.org";
/// What Telegram takes as one message.
const TEXT_MAX: usize = 4_096;

/// A chat.
#[derive(Debug)]
pub struct Telegram<T> {
    /// Carries requests.
    pub transport: Arc<T>,
    /// The server's address.
    pub server: String,
    /// The chat: a number or `@name`.
    pub chat: String,
    /// The bot's token. It stands in the address of each request.
    pub token: Hidden,
}

/// A token that is none could lead the request elsewhere.
fn bad_token(token: &Secret) -> Option<String> {
    let good = token.reveal().split_once(':').is_some_and(|(bot, key)| {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        !bot.is_empty()
            && bot.bytes().all(|b| b.is_ascii_digit())
            && !key.is_empty()
            && key.chars().all(word)
    });
    let why = "what is given as the token is not the token of a bot (`NUMBER:LETTERS`)";
    (!good).then(|| why.to_owned())
}

impl<T: Transport> Notifier for Telegram<T> {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        let token = self.token.get()?;
        if let Some(why) = bad_token(&token) {
            return Err(NotifyError::Refused { why });
        }
        let said = format!(
            "{}{}",
            text::mark(message.news.priority),
            text::whole(message)
        );
        // Without `parse_mode` nothing in the text has a meaning.
        let body = json!({
            "chat_id": self.chat,
            "text": text::fitted(&said, TEXT_MAX, text::utf16, String::from),
            "disable_notification": message.news.priority == Priority::Low,
            "link_preview_options": { "is_disabled": true },
        });
        let server = self.server.trim_end_matches('/');
        let url = format!("{server}/bot{}/sendMessage", token.reveal());
        let answer = exchange::post(
            &*self.transport,
            &url,
            exchange::headers(),
            &body,
            &[&token],
        )?;
        let said = answer.json();
        let parameters = &said["parameters"];
        let mut words = said["description"].as_str().unwrap_or_default().to_owned();
        if let Some(chat) = parameters["migrate_to_chat_id"].as_i64() {
            words = format!("{words}; the chat is now {chat}");
        }
        answer.read(&words, parameters["retry_after"].as_f64())
    }

    fn unready(&self) -> Option<String> {
        match self.token.get() {
            Ok(token) => bad_token(&token),
            Err(error) => Some(error.to_string()),
        }
    }
}
