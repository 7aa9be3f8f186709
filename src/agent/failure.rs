//! What a failure amounts to, from what a program says of it: codes and statuses first, its words last.
//!
//! Only fields of errors and lines of error output come here. What a model says in its own prose never does: it may well
//! write of rate limits.

use std::time::Duration;

use jiff::Zoned;
use jiff::civil::{Date, Time};
use serde_json::Value;

use super::one_line;
use crate::domain::{Failure, FailureClass};

/// No wait that a provider asks for is taken to be longer.
const RESET_MAX: Duration = Duration::from_hours(31 * 24);

/// An error as a program tells it.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Said<'a> {
    /// The provider's HTTP status.
    pub(super) status: Option<u16>,
    /// The provider's or the program's word for the error.
    pub(super) code: &'a str,
    /// The words.
    pub(super) text: &'a str,
}

impl Said<'_> {
    /// An error of which there are only words; some programs put the provider's whole answer into them.
    pub(super) fn words(text: &str) -> Failure {
        if let Some(error) = text.find('{').and_then(|at| {
            let end = text.rfind('}').filter(|end| *end > at)?;
            serde_json::from_str::<Value>(&text[at..=end]).ok()
        }) {
            let error = &error["error"];
            let word = |key: &str| error[key].as_str().unwrap_or_default();
            let status = error["code"].as_u64().or_else(|| error["status"].as_u64());
            let code = [word("code"), word("type"), word("status")];
            let said = Said {
                status: status.and_then(|status| u16::try_from(status).ok()),
                code: code
                    .into_iter()
                    .find(|code| !code.is_empty())
                    .unwrap_or_default(),
                text: word("message"),
            };
            if !said.text.is_empty() {
                return said.failure();
            }
        }
        Said {
            text,
            ..Said::default()
        }
        .failure()
    }

    /// The failure; its class is `crashed` when nothing of it is known.
    pub(super) fn failure(self) -> Failure {
        let detail = match (one_line(self.text), one_line(self.code)) {
            (text, _) if !text.is_empty() => text,
            (_, code) if !code.is_empty() => code,
            _ => "it says so and nothing else".to_owned(),
        };
        let shown = |status: u16| detail.contains(&status.to_string());
        let detail = match self.status {
            Some(status) if !shown(status) => format!("{detail} (HTTP {status})"),
            _ => detail,
        };
        Failure::new(self.class(), detail)
    }

    /// A code is exact; a status that providers use for several things is told apart by the words.
    fn class(self) -> FailureClass {
        let status = self.status.or_else(|| status_in(self.text));
        let by_status = || status.and_then(of_status);
        let by_text = || of_text(self.text);
        let vague = matches!(status, None | Some(400 | 403 | 404 | 429));
        of_code(self.code)
            .or_else(|| if vague { by_text() } else { by_status() })
            .or_else(by_status)
            .or_else(by_text)
            .unwrap_or(FailureClass::Crashed)
    }
}

/// What a status means when nothing else is known.
pub(super) fn of_status(status: u16) -> Option<FailureClass> {
    Some(match status {
        401 => FailureClass::NotLoggedIn,
        402 => FailureClass::Billing,
        403 => FailureClass::NotAllowed,
        404 => FailureClass::ModelUnavailable,
        413 => FailureClass::ContextTooLong,
        429 => FailureClass::Limit,
        408 | 500..=599 => FailureClass::Overloaded,
        _ => return None,
    })
}

/// The words that providers and programs use in `type`, `code` and `name`.
fn of_code(code: &str) -> Option<FailureClass> {
    Some(match code {
        "rate_limit_error" | "rate_limit_exceeded" | "rate_limit" | "usage_limit_reached" => {
            FailureClass::Limit
        }
        "insufficient_quota" | "TerminalQuotaError" => FailureClass::Quota,
        "authentication_error"
        | "authentication_failed"
        | "invalid_api_key"
        | "ProviderAuthError"
        | "FatalAuthenticationError" => FailureClass::NotLoggedIn,
        "permission_error" => FailureClass::NotAllowed,
        "billing_error" => FailureClass::Billing,
        "context_length_exceeded" | "ContextOverflowError" | "prompt_too_long" => {
            FailureClass::ContextTooLong
        }
        "model_not_found" | "ProviderModelNotFoundError" | "ModelNotFoundError" => {
            FailureClass::ModelUnavailable
        }
        "overloaded_error" | "overloaded" => FailureClass::Overloaded,
        _ => return None,
    })
}

/// Phrases of errors, in lower case; the first that is found counts.
const PHRASES: &[(&str, FailureClass)] = &[
    ("credit balance is too low", FailureClass::Billing),
    ("payment required", FailureClass::Billing),
    ("insufficient credits", FailureClass::Billing),
    ("billing error", FailureClass::Billing),
    ("exceeded your current quota", FailureClass::Quota),
    ("exhausted your daily quota", FailureClass::Quota),
    ("quota exceeded", FailureClass::Quota),
    ("usage limit", FailureClass::Limit),
    ("-hour limit", FailureClass::Limit),
    ("weekly limit", FailureClass::Limit),
    ("rate limit", FailureClass::Limit),
    ("too many requests", FailureClass::Limit),
    ("prompt is too long", FailureClass::ContextTooLong),
    ("context window", FailureClass::ContextTooLong),
    ("context length", FailureClass::ContextTooLong),
    ("input token count", FailureClass::ContextTooLong),
    ("invalid api key", FailureClass::NotLoggedIn),
    ("invalid x-api-key", FailureClass::NotLoggedIn),
    ("incorrect api key", FailureClass::NotLoggedIn),
    ("api key not valid", FailureClass::NotLoggedIn),
    ("no api key found", FailureClass::NotLoggedIn),
    ("not logged in", FailureClass::NotLoggedIn),
    ("please set an auth method", FailureClass::NotLoggedIn),
    ("no auth type is selected", FailureClass::NotLoggedIn),
    ("missing environment variable", FailureClass::NotLoggedIn),
    ("unauthorized", FailureClass::NotLoggedIn),
    ("not allowed", FailureClass::NotAllowed),
    ("permission_denied", FailureClass::NotAllowed),
    ("forbidden", FailureClass::NotAllowed),
    ("suspended", FailureClass::NotAllowed),
    (
        "issue with the selected model",
        FailureClass::ModelUnavailable,
    ),
    ("model not found", FailureClass::ModelUnavailable),
    ("model was not found", FailureClass::ModelUnavailable),
    ("unknown model", FailureClass::ModelUnavailable),
    (
        "is not found for api version",
        FailureClass::ModelUnavailable,
    ),
    (
        "does not exist or you do not have access",
        FailureClass::ModelUnavailable,
    ),
    ("overloaded", FailureClass::Overloaded),
    ("high demand", FailureClass::Overloaded),
    ("internal server error", FailureClass::Overloaded),
    ("service unavailable", FailureClass::Overloaded),
    ("bad gateway", FailureClass::Overloaded),
    ("connection refused", FailureClass::Network),
    ("connection error", FailureClass::Network),
    ("connection failed", FailureClass::Network),
    ("econnrefused", FailureClass::Network),
    ("econnreset", FailureClass::Network),
    ("enotfound", FailureClass::Network),
    ("etimedout", FailureClass::Network),
    ("eai_again", FailureClass::Network),
    ("socket hang up", FailureClass::Network),
    ("fetch failed", FailureClass::Network),
    ("unable to connect", FailureClass::Network),
    ("error sending request", FailureClass::Network),
    ("stream disconnected", FailureClass::Network),
    ("premature close", FailureClass::Network),
    ("stream ended without", FailureClass::Network),
    ("incomplete json", FailureClass::Network),
    ("check for a proxy", FailureClass::Network),
    ("loop detected", FailureClass::Looping),
    ("loop detection halted", FailureClass::Looping),
];

fn of_text(text: &str) -> Option<FailureClass> {
    let text = text.to_lowercase();
    let found = PHRASES.iter().find(|(phrase, _)| text.contains(phrase));
    found.map(|(_, class)| *class)
}

/// The status that an error names: at its beginning, or after one of a few words. Numbers elsewhere mean nothing.
fn status_in(text: &str) -> Option<u16> {
    const BEFORE: &[&str] = &[
        "status ",
        "status: ",
        "error: ",
        "http ",
        "code\":",
        "rejected (",
    ];
    let text = text.to_lowercase();
    let number = |rest: &str| -> Option<u16> {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let status = rest.get(..digits).filter(|_| digits == 3)?.parse().ok()?;
        (400..600).contains(&status).then_some(status)
    };
    let after = |word: &&str| {
        let mut places = text.match_indices(word);
        places.find_map(|(at, word)| number(&text[at + word.len()..]))
    };
    number(&text).or_else(|| BEFORE.iter().find_map(after))
}

/// The moment in `seconds`, as `retry-after` counts; what is no such number is no reset.
pub(super) fn reset_in(seconds: &str, now: &Zoned) -> Option<jiff::Timestamp> {
    let wait = Duration::from_secs(seconds.trim().parse().ok()?).min(RESET_MAX);
    now.timestamp().checked_add(wait).ok()
}

/// The moment that follows `phrase` as a clock time of this machine: `3:48 AM`, or with a day, `Nov 25th, 2026 3:48 AM`.
/// A time without a day is the next such time.
pub(super) fn reset_at(text: &str, phrase: &str, now: &Zoned) -> Option<jiff::Timestamp> {
    let (_, rest) = text.split_once(phrase)?;
    let rest = rest.trim().trim_end_matches('.');
    let (day, time) = match rest.split_once(", ") {
        None => (None, rest),
        Some((day, year_and_time)) => {
            let (year, time) = year_and_time.split_once(' ')?;
            let day = day.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            (
                Some(Date::strptime("%b %d %Y", format!("{day} {year}")).ok()?),
                time,
            )
        }
    };
    let mut words = time.split_whitespace();
    let (clock, half) = (words.next()?, words.next()?);
    let time = Time::strptime("%I:%M %p", format!("{clock} {half}")).ok()?;
    let zone = now.time_zone();
    let moment = |day: Date| {
        Some(
            day.to_datetime(time)
                .to_zoned(zone.clone())
                .ok()?
                .timestamp(),
        )
    };
    let today = now.date();
    match day {
        Some(day) => moment(day),
        None => match moment(today)? {
            at if at > now.timestamp() => Some(at),
            _ => moment(today.tomorrow().ok()?),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn class(status: Option<u16>, code: &str, text: &str) -> FailureClass {
        Said { status, code, text }.failure().class
    }

    #[test]
    fn a_code_goes_before_a_status_and_a_status_before_words() {
        let expected = [
            (
                None,
                "insufficient_quota",
                "Rate limit",
                FailureClass::Quota,
            ),
            (Some(429), "", "slow down", FailureClass::Limit),
            (
                Some(429),
                "",
                "You exceeded your current quota",
                FailureClass::Quota,
            ),
            (
                Some(400),
                "",
                "Credit balance is too low",
                FailureClass::Billing,
            ),
            (
                Some(400),
                "",
                "Prompt is too long · it is",
                FailureClass::ContextTooLong,
            ),
            (Some(400), "", "something else", FailureClass::Crashed),
            (Some(401), "", "not allowed", FailureClass::NotLoggedIn),
            (Some(403), "", "no", FailureClass::NotAllowed),
            (Some(404), "", "no", FailureClass::ModelUnavailable),
            (Some(503), "", "rate limit", FailureClass::Overloaded),
            (None, "", "529 Overloaded", FailureClass::Overloaded),
            (
                None,
                "",
                "unexpected status 502 Bad Gateway: x",
                FailureClass::Overloaded,
            ),
            (
                None,
                "",
                "exceeded retry limit, last status: 429 Too Many Requests",
                FailureClass::Limit,
            ),
            (
                None,
                "",
                "fetch failed: ECONNREFUSED",
                FailureClass::Network,
            ),
            (
                None,
                "",
                "wrote 429 lines to file 401",
                FailureClass::Crashed,
            ),
            (None, "", "", FailureClass::Crashed),
        ];
        for (status, code, text, expected) in expected {
            assert_eq!(
                class(status, code, text),
                expected,
                "{status:?} {code} {text}"
            );
        }
    }

    #[test]
    fn an_answer_inside_the_words_is_read() {
        let gemini = Said::words(
            "[API Error: {\"error\":{\"code\":403,\"message\":\"No {x}.\",\"status\":\"PERMISSION_DENIED\"}}]",
        );
        let expected = Failure::new(FailureClass::NotAllowed, "No {x}. (HTTP 403)".into());
        assert_eq!(gemini, expected);
        let plain = Said::words("[API Error: fetch failed {]");
        assert_eq!(plain.class, FailureClass::Network);
        let odd = Said::words("} { \"error\"");
        assert_eq!(odd.class, FailureClass::Crashed);
    }

    #[test]
    fn an_error_without_words_still_has_a_detail() {
        let bare = Said::default().failure();
        assert_eq!(bare.detail, "it says so and nothing else");
        let coded = Said {
            status: Some(429),
            code: "rate_limit",
            text: "",
        };
        assert_eq!(coded.failure().detail, "rate_limit (HTTP 429)");
    }

    #[test]
    fn a_clock_time_is_the_next_such_time() {
        let now: Zoned = "2026-11-21T23:30:00+01:00[+01:00]".parse().unwrap();
        let at = |text: &str| {
            let at = reset_at(text, "try again at ", &now);
            at.map(|at| at.to_string())
        };
        let expected = [
            ("try again at 11:48 PM.", Some("2026-11-21T22:48:00Z")),
            ("try again at 3:48 AM.", Some("2026-11-22T02:48:00Z")),
            (
                "or try again at Nov 25th, 2026 3:48 AM.",
                Some("2026-11-25T02:48:00Z"),
            ),
            ("try again at noon", None),
            ("try again at 25:00 AM", None),
            ("try again at ", None),
            ("try again at Foo 25th, 2026 3:48 AM.", None),
            ("try later", None),
        ];
        for (text, expected) in expected {
            assert_eq!(at(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_wait_is_bounded_and_a_number() {
        let now: Zoned = "2026-11-21T00:00:00+00:00[+00:00]".parse().unwrap();
        let at = |text: &str| reset_in(text, &now).map(|at| at.to_string());
        assert_eq!(at("90").as_deref(), Some("2026-11-21T00:01:30Z"));
        assert_eq!(at("99999999999").as_deref(), Some("2026-12-22T00:00:00Z"));
        assert_eq!(at("soon"), None);
        assert_eq!(at("-1"), None);
    }
}
