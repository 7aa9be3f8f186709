//! Chat Completions of `OpenAI`.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Event, Reply, Turn};

pub(super) fn reply(turn: &Turn, model: &str, stream: bool, nth: u64) -> Reply {
    let (message, reason) = match turn {
        Turn::Say(text) => (json!({ "role": "assistant", "content": text }), "stop"),
        Turn::Call { tool, input } => {
            let arguments = input.fields().to_string();
            let call = json!({ "index": 0, "id": format!("call_{nth:012}"), "type": "function",
                "function": { "name": tool, "arguments": arguments } });
            let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
            (message, "tool_calls")
        }
    };
    let usage = json!({ "prompt_tokens": 1200, "completion_tokens": 40, "total_tokens": 1240,
        "prompt_tokens_details": { "cached_tokens": 300 },
        "completion_tokens_details": { "reasoning_tokens": 0 } });
    let kind = if stream {
        "chat.completion.chunk"
    } else {
        "chat.completion"
    };
    let with = |choices: Value, usage: Option<&Value>| {
        let mut object = json!({ "id": format!("chatcmpl-{nth:020}"), "object": kind,
            "created": 1_700_000_000, "model": model, "choices": choices });
        if let Some(usage) = usage {
            object["usage"] = usage.clone();
        }
        object
    };
    if !stream {
        let choice = json!([{ "index": 0, "message": message, "finish_reason": reason }]);
        return Reply::Answer(Answer::json(200, &with(choice, Some(&usage))));
    }
    let delta = |delta: Value, reason: Option<&str>| {
        let choice = json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
        Event::new("", &with(choice, None))
    };
    let events = vec![
        delta(json!({ "role": "assistant" }), None),
        delta(message, None),
        delta(json!({}), Some(reason)),
        Event::new("", &with(json!([]), Some(&usage))),
        Event {
            name: "",
            data: "[DONE]".to_owned(),
        },
    ];
    Reply::Stream {
        events,
        named: false,
    }
}
