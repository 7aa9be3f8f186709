//! Checks of `notify:`.

use super::hint::shown_text;
use super::schema::{NotifierFile, ProfileFile};
use super::units::parse_minute;
use super::validate::{Checker, is_variable};
use super::validate_forge::address;
use crate::domain::{NotifierKind, ProfileId, TokenSource};

/// The longest topic that ntfy takes.
const TOPIC_BYTES_MAX: usize = 64;

pub(super) fn notify(check: &mut Checker<'_>, file: &ProfileFile) {
    let notify = &file.notify;
    for (name, one) in &notify.to {
        let key = format!("notify.to.{name}");
        if name.parse::<ProfileId>().is_err() {
            let message = "expected a name of lower-case letters, digits, `-` and `_`";
            check.report(&key, message, None);
            continue;
        }
        notifier(check, &key, one);
    }
    if let Some(quiet) = &notify.quiet {
        for (key, text) in [("from", &quiet.from), ("to", &quiet.to)] {
            let key = format!("notify.quiet.{key}");
            match text {
                None => check.report(&key, "the key is missing", Some("for example `22:00`")),
                Some(text) => time_of_day(check, &key, text),
            }
        }
        if quiet.from.is_some() && quiet.from == quiet.to {
            let message = "quiet hours that end when they begin are none";
            check.report("notify.quiet.to", message, None);
        }
    }
    if let Some(text) = notify.digest.as_deref().filter(|text| !text.is_empty()) {
        time_of_day(check, "notify.digest", text);
    }
}

fn time_of_day(check: &mut Checker<'_>, key: &str, text: &str) {
    if parse_minute(text).is_none() {
        let message = format!("expected a time of the day, found {}", shown_text(text));
        check.report(key, &message, Some("for example `08:00`"));
    }
}

/// The keys of a notifier besides `kind` and `priority`: those that it must have, and those that it may have.
const fn keys_of(kind: NotifierKind) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        NotifierKind::Ntfy => (&["topic"], &["url", "token"]),
        NotifierKind::Slack | NotifierKind::Discord => (&["address"], &[]),
        NotifierKind::Telegram => (&["token", "chat"], &["url"]),
        NotifierKind::Email => (&["recipients"], &["sender", "argv", "env"]),
        NotifierKind::Webhook => (&[], &["url", "address", "token"]),
        NotifierKind::Command => (&["argv"], &["env"]),
    }
}

fn notifier(check: &mut Checker<'_>, key: &str, one: &NotifierFile) {
    let Some(kind) = one.kind else {
        let kinds = "`ntfy`, `slack`, `discord`, `telegram`, `email`, `webhook` or `command`";
        let write = format!("write {kinds}");
        return check.report(&format!("{key}.kind"), "the key is missing", Some(&write));
    };
    let (needed, allowed) = keys_of(kind);
    let set = [
        ("url", one.url.is_some()),
        ("topic", one.topic.is_some()),
        ("chat", one.chat.is_some()),
        ("token", one.token.is_some()),
        ("address", one.address.is_some()),
        (
            "recipients",
            one.recipients.as_ref().is_some_and(|to| !to.is_empty()),
        ),
        ("sender", one.sender.is_some()),
        (
            "argv",
            one.argv.as_ref().is_some_and(|argv| !argv.is_empty()),
        ),
        ("env", one.env.as_ref().is_some_and(|env| !env.is_empty())),
    ];
    for (name, is_set) in set {
        let (name_key, word) = (format!("{key}.{name}"), kind.as_str());
        if needed.contains(&name) && !is_set {
            let message = format!("the key is missing: {word} needs it");
            check.report(&name_key, &message, None);
        } else if is_set && !needed.contains(&name) && !allowed.contains(&name) {
            let message = format!("{word} has no such key");
            check.report(
                &name_key,
                &message,
                Some("remove it, or set another `kind`"),
            );
        }
    }
    if kind == NotifierKind::Webhook && one.url.is_some() == one.address.is_some() {
        let message = "expected either `url`, or `address` when knowing it is all it takes";
        check.report(key, message, None);
    }
    values(check, key, one);
}

fn values(check: &mut Checker<'_>, key: &str, one: &NotifierFile) {
    address(check, &format!("{key}.url"), one.url.as_deref());
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if let Some(topic) = &one.topic
        && (topic.is_empty() || topic.len() > TOPIC_BYTES_MAX || !topic.chars().all(word))
    {
        let message = format!(
            "expected at most {TOPIC_BYTES_MAX} letters, digits, `-` and `_`, found {}",
            shown_text(topic)
        );
        check.report(&format!("{key}.topic"), &message, None);
    }
    if let Some(chat) = &one.chat {
        let number = chat.strip_prefix('-').unwrap_or(chat);
        let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
        let is_name = chat
            .strip_prefix('@')
            .is_some_and(|name| !name.is_empty() && name.chars().all(word));
        if !is_number && !is_name {
            let message = format!("expected a number or `@name`, found {}", shown_text(chat));
            check.report(&format!("{key}.chat"), &message, None);
        }
    }
    for name in ["token", "address"] {
        let from = match name {
            "token" => &one.token,
            _ => &one.address,
        };
        source(check, &format!("{key}.{name}"), from.as_ref());
    }
    for (index, to) in one.recipients.iter().flatten().enumerate() {
        mail(check, &format!("{key}.recipients[{index}]"), to);
    }
    if let Some(from) = &one.sender {
        mail(check, &format!("{key}.sender"), from);
    }
    check.no_empty_text(&format!("{key}.argv"), one.argv.as_ref());
    for (index, name) in one.env.iter().flatten().enumerate() {
        if !is_variable(name) {
            let message = "expected the name of an environment variable";
            check.report(&format!("{key}.env[{index}]"), message, None);
        }
    }
}

fn source(check: &mut Checker<'_>, key: &str, from: Option<&TokenSource>) {
    match from {
        Some(TokenSource::Env(name)) if !is_variable(name) => check.report(
            &format!("{key}.env"),
            "expected the name of an environment variable",
            Some("for example SLACK_WEBHOOK"),
        ),
        Some(TokenSource::File(path)) => {
            check.path(&format!("{key}.file"), &path.to_string_lossy());
        }
        Some(TokenSource::Command(argv)) => {
            check.no_empty_text(&format!("{key}.command"), Some(argv));
        }
        _ => {}
    }
}

/// An address as it may stand in a header and among the arguments of `sendmail`.
fn mail(check: &mut Checker<'_>, key: &str, text: &str) {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._%+-=/!#$&'*?^`{|}~".contains(c);
    let good = text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && !name.starts_with('-')
            && name.chars().all(plain)
            && !host.is_empty()
            && host
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || ".-".contains(c))
    });
    if !good {
        let message = format!("expected a mail address, found {}", shown_text(text));
        check.report(key, &message, Some("for example `ann@example.org`"));
    }
}
