//! The ways in which a provider says no, each in the words of its interface.
//!
//! | mode | what happens |
//! |---|---|
//! | `429` | too many requests, with `retry-after: 2`; `429once` only the first time |
//! | `429quota` | the quota is used up; Anthropic: a five-hour window that ends in an hour |
//! | `429usage` | ChatGPT's usage limit, which ends in an hour |
//! | `401`, `403` | no valid key; not allowed |
//! | `400credit`, `400ctx` | no credit; the prompt is too long |
//! | `404model` | no such model |
//! | `500`, `503`, `529` | the provider has trouble |
//! | `hang`, `html` | nothing ever comes; a page instead of an answer |
//! | `cut`, `slow` | the stream ends in the middle; it takes its time |
//! | `cutlate` | the first answer is whole, and all others are cut |
//! | `away3` | the connection of every call from the second to the third ends without an answer; any number will do |

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::http::Answer;
use super::{Api, Reply};

/// When limits end, from now, in seconds.
const RESET_SECS: u64 = 3600;

/// The mode as it is for the `nth` call, where that depends on it.
pub(super) fn now(mode: &str, nth: u64) -> &str {
    match mode {
        "cutlate" if nth > 1 => "cut",
        _ => mode,
    }
}

/// What the mode does with the `nth` call instead of an answer.
pub(super) fn fault(api: Api, mode: &str, nth: u64) -> Option<Reply> {
    let answer = match mode {
        "429" => limited(api),
        "429once" if nth == 1 => limited(api),
        "429quota" => quota(api),
        "429usage" => usage_limit(),
        "401" => refused(api, 401, "invalid x-api-key"),
        "403" => refused(api, 403, "Your account is not allowed."),
        "400credit" => refused(
            api,
            400,
            "Your credit balance is too low to access the API. Please go to Plans & Billing to upgrade or purchase credits.",
        ),
        "400ctx" => too_long(api),
        "404model" => no_model(api),
        "500" => refused(api, 500, "Internal server error"),
        "503" => refused(api, 503, "The model is overloaded. Please try again later."),
        "529" => refused(api, 529, "Overloaded"),
        "html" => Answer {
            status: 200,
            headers: vec![("content-type", "text/html".to_owned())],
            body: "<html><body>Please log in to the proxy</body></html>".to_owned(),
        },
        "hang" => return Some(Reply::Hang),
        _ => {
            let last = mode.strip_prefix("away").and_then(|last| last.parse().ok());
            return last
                .is_some_and(|last| (2..=last).contains(&nth))
                .then_some(Reply::Nothing);
        }
    };
    Some(Reply::Answer(answer))
}

/// An error as each interface writes it; the words for a status are those of the real providers.
fn refused(api: Api, status: u16, message: &str) -> Answer {
    let kind = match (api, status) {
        (Api::Anthropic, 401) => "authentication_error",
        (_, 401) => "invalid_api_key",
        (_, 403) => "permission_error",
        (Api::Anthropic, 429) => "rate_limit_error",
        (_, 429) => "rate_limit_exceeded",
        (Api::Anthropic, 404) => "not_found_error",
        (_, 404) => "model_not_found",
        (_, 529) => "overloaded_error",
        (_, 400) => "invalid_request_error",
        (_, 503) => "server_error",
        _ => "api_error",
    };
    of_kind(api, status, kind, message)
}

fn of_kind(api: Api, status: u16, kind: &str, message: &str) -> Answer {
    let body = match api {
        Api::Anthropic => json!({ "type": "error", "error": { "type": kind, "message": message },
            "request_id": "req_stub" }),
        Api::Gemini => {
            let word = match status {
                400 => "INVALID_ARGUMENT",
                401 => "UNAUTHENTICATED",
                403 => "PERMISSION_DENIED",
                404 => "NOT_FOUND",
                429 => "RESOURCE_EXHAUSTED",
                503 => "UNAVAILABLE",
                _ => "INTERNAL",
            };
            json!({ "error": { "code": status, "message": message, "status": word } })
        }
        Api::Responses | Api::Chat => {
            json!({ "error": { "message": message, "type": kind, "param": null, "code": kind } })
        }
    };
    Answer::json(status, &body)
}

fn limited(api: Api) -> Answer {
    let mut answer = refused(
        api,
        429,
        "This request would exceed your organization's rate limit.",
    );
    answer.headers.push(("retry-after", "2".to_owned()));
    answer
}

fn quota(api: Api) -> Answer {
    let message = "You exceeded your current quota, please check your plan and billing details.";
    match api {
        Api::Anthropic => {
            let mut answer = refused(
                api,
                429,
                "This request would exceed your account's rate limit. Please try again later.",
            );
            answer.headers.extend([
                ("retry-after", RESET_SECS.to_string()),
                ("anthropic-ratelimit-unified-status", "rejected".to_owned()),
                ("anthropic-ratelimit-unified-reset", reset().to_string()),
                (
                    "anthropic-ratelimit-unified-representative-claim",
                    "five_hour".to_owned(),
                ),
            ]);
            answer
        }
        Api::Gemini => {
            let violation = json!({
                "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                "quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier" });
            let details = json!([
                { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation] },
                { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3600s" }]);
            Answer::json(
                429,
                &json!({ "error": { "code": 429, "message": message, "status": "RESOURCE_EXHAUSTED",
                    "details": details } }),
            )
        }
        Api::Responses | Api::Chat => of_kind(api, 429, "insufficient_quota", message),
    }
}

fn usage_limit() -> Answer {
    let error: Value = json!({ "type": "usage_limit_reached", "message": "The usage limit has been reached",
        "plan_type": "plus", "resets_at": reset(), "resets_in_seconds": RESET_SECS });
    Answer::json(429, &json!({ "error": error }))
}

fn too_long(api: Api) -> Answer {
    let message = "prompt is too long: 250000 tokens > 200000 maximum";
    match api {
        Api::Anthropic => of_kind(api, 400, "invalid_request_error", message),
        Api::Gemini => {
            let message = "The input token count (1250000) exceeds the maximum number of tokens allowed (1048576).";
            refused(api, 400, message)
        }
        Api::Responses | Api::Chat => of_kind(api, 400, "context_length_exceeded", message),
    }
}

fn no_model(api: Api) -> Answer {
    let message = match api {
        Api::Anthropic => "model: stub-model",
        Api::Gemini => "models/stub-model is not found for API version v1beta.",
        Api::Responses | Api::Chat => {
            "The model `stub-model` does not exist or you do not have access to it."
        }
    };
    refused(api, 404, message)
}

/// The second at which limits end.
fn reset() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| now.as_secs()) + RESET_SECS
}
