//! Mail, by the machine's `sendmail`.

use std::fmt::Write as _;

use jiff::tz::TimeZone;

use super::command::Program;
use super::{Message, Notifier, NotifyError, text};
use crate::domain::Priority;

/// The most bytes of text in one encoded word: with its frame and the field's name it fits into a line of 76 characters.
const WORD_BYTES_MAX: usize = 39;
/// Bytes of text in a line of the body: 76 characters of base64.
const LINE_BYTES: usize = 57;
/// Characters of a subject.
const SUBJECT_CHARS_MAX: usize = 200;

/// Mail to one or more addresses.
pub struct Email {
    /// `sendmail`, or what stands in its place.
    pub program: Program,
    /// Who gets it. Checked: none begins with `-`, and none holds a blank.
    pub recipients: Vec<String>,
    /// Who it is from; `None`: as the machine sees fit.
    pub sender: Option<String>,
}

impl Notifier for Email {
    fn send(&self, message: &Message<'_>) -> Result<(), NotifyError> {
        // A line with a single dot does not end it.
        let mut args = vec!["-i"];
        if let Some(sender) = &self.sender {
            args.extend(["-f", sender]);
        }
        args.push("--");
        args.extend(self.recipients.iter().map(String::as_str));
        self.program.run(&args, self.mail(message).as_bytes())
    }

    fn unready(&self) -> Option<String> {
        self.program.file.clone().err()
    }
}

impl Email {
    /// The mail with its header. Whatever a title holds, it ends no line of it.
    fn mail(&self, message: &Message<'_>) -> String {
        let title = text::title(message);
        let subject = text::fitted(
            &title,
            SUBJECT_CHARS_MAX,
            |c| c.chars().count(),
            String::from,
        );
        let mut out = String::new();
        if let Some(sender) = &self.sender {
            field(&mut out, "From", sender);
        }
        field(&mut out, "To", &self.recipients.join(",\n "));
        field(&mut out, "Subject", &encoded(&subject));
        let at = message.at.to_zoned(TimeZone::UTC);
        if let Ok(date) = jiff::fmt::rfc2822::to_string(&at) {
            field(&mut out, "Date", &date);
        }
        // The same for each try: whoever sorts mail can see that it is the same.
        let id = format!("<{}.{}@acp.invalid>", message.id, message.profile);
        field(&mut out, "Message-ID", &id);
        field(&mut out, "Auto-Submitted", "auto-generated");
        let importance = match message.news.priority {
            Priority::Low => "low",
            Priority::Normal => "normal",
            Priority::High | Priority::Urgent => "high",
        };
        field(&mut out, "Importance", importance);
        field(&mut out, "MIME-Version", "1.0");
        field(&mut out, "Content-Type", "text/plain; charset=utf-8");
        field(&mut out, "Content-Transfer-Encoding", "base64");
        out.push('\n');
        let body = format!("{}\n", text::whole(message));
        for line in body.as_bytes().chunks(LINE_BYTES) {
            out.push_str(&base64(line));
            out.push('\n');
        }
        out
    }
}

fn field(out: &mut String, name: &str, value: &str) {
    // Writing to a string does not fail.
    let _written = writeln!(out, "{name}: {value}");
}

/// A subject as a header may hold it: encoded words, folded, unless it is plain and short.
fn encoded(text: &str) -> String {
    let plain = text.bytes().all(|b| (b' '..=b'~').contains(&b));
    if plain && text.len() <= 60 && !text.contains("=?") {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for c in text.chars() {
        let last = words.len() - 1;
        if words[last].len() + c.len_utf8() > WORD_BYTES_MAX {
            words.push(c.to_string());
        } else {
            words[last].push(c);
        }
    }
    let word = |word: &String| format!("=?utf-8?B?{}?=", base64(word.as_bytes()));
    words.iter().map(word).collect::<Vec<_>>().join("\n ")
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for place in 0..4 {
            let digit = (bits >> (18 - 6 * place)) & 63;
            if place <= three.len() {
                out.push(char::from(DIGITS[digit as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}
