//! Anthropic Messages.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Event, Reply, Turn};

pub(super) fn reply(turn: &Turn, model: &str, stream: bool, nth: u64) -> Reply {
    let (empty, full, delta, stop) = match turn {
        Turn::Say(text) => (
            json!({ "type": "text", "text": "" }),
            json!({ "type": "text", "text": text }),
            json!({ "type": "text_delta", "text": text }),
            "end_turn",
        ),
        Turn::Call { tool, input } => {
            let id = format!("toolu_{nth:020}");
            let call = |input: Value| json!({ "type": "tool_use", "id": id, "name": tool, "input": input });
            let fields = input.fields();
            let delta = json!({ "type": "input_json_delta", "partial_json": fields.to_string() });
            (call(json!({})), call(fields), delta, "tool_use")
        }
    };
    let usage = json!({ "input_tokens": 1200, "cache_creation_input_tokens": 100,
        "cache_read_input_tokens": 300, "output_tokens": 40 });
    let message = json!({ "id": format!("msg_{nth:020}"), "type": "message", "role": "assistant",
        "model": model, "content": [full], "stop_reason": stop, "stop_sequence": null, "usage": usage });
    if !stream {
        return Reply::Answer(Answer::json(200, &message));
    }
    let mut start = message;
    start["content"] = json!([]);
    start["stop_reason"] = Value::Null;
    start["usage"]["output_tokens"] = 1.into();
    let event = |name, data: Value| {
        let mut data = data;
        data["type"] = Value::from(name);
        Event::new(name, &data)
    };
    let events = vec![
        event("message_start", json!({ "message": start })),
        event(
            "content_block_start",
            json!({ "index": 0, "content_block": empty }),
        ),
        event("content_block_delta", json!({ "index": 0, "delta": delta })),
        event("content_block_stop", json!({ "index": 0 })),
        event(
            "message_delta",
            json!({ "delta": { "stop_reason": stop, "stop_sequence": null }, "usage": { "output_tokens": 40 } }),
        ),
        event("message_stop", json!({})),
    ];
    Reply::Stream {
        events,
        named: true,
    }
}
