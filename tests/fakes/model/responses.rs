//! The Responses interface of `OpenAI`.

use serde_json::{Value, json};

use super::http::Answer;
use super::script::Input;
use super::{Event, Reply, Turn};

pub(super) fn reply(turn: &Turn, body: &Value, model: &str, stream: bool, nth: u64) -> Reply {
    let call_id = format!("call_{nth:012}");
    let item = match turn {
        Turn::Say(text) => {
            json!({ "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
            "content": [{ "type": "output_text", "text": text, "annotations": [] }] })
        }
        Turn::Call { tool, input } => match input {
            Input::Text(text) => {
                json!({ "type": "custom_tool_call", "id": "ctc_1", "call_id": call_id,
                "name": tool, "input": text, "status": "completed" })
            }
            Input::Fields(fields) => {
                json!({ "type": "function_call", "id": "fc_1", "call_id": call_id,
                "name": tool, "arguments": fields.to_string(), "status": "completed" })
            }
        },
    };
    let usage = json!({ "input_tokens": 1200, "input_tokens_details": { "cached_tokens": 300 },
        "output_tokens": 40, "output_tokens_details": { "reasoning_tokens": 10 }, "total_tokens": 1240 });
    let begun = json!({ "id": format!("resp_{nth:020}"), "object": "response", "created_at": 1_700_000_000,
        "model": model, "status": "in_progress", "output": [], "store": body["store"] });
    let mut ended = begun.clone();
    ended["status"] = "completed".into();
    ended["output"] = json!([item]);
    ended["usage"] = usage;
    if !stream {
        return Reply::Answer(Answer::json(200, &ended));
    }
    let mut events = vec![event("response.created", json!({ "response": begun }))];
    events.extend(pieces(turn, &item));
    let done = json!({ "output_index": 0, "item": item });
    events.push(event("response.output_item.done", done));
    events.push(event("response.completed", json!({ "response": ended })));
    Reply::Stream {
        events,
        named: true,
    }
}

fn event(name: &'static str, mut data: Value) -> Event {
    data["type"] = Value::from(name);
    Event::new(name, &data)
}

/// An item as it grows.
fn pieces(turn: &Turn, item: &Value) -> Vec<Event> {
    let mut open = item.clone();
    let added = |item: Value| {
        let data = json!({ "output_index": 0, "item": item });
        event("response.output_item.added", data)
    };
    let with = |id: &str, more: &[(&str, Value)]| {
        let mut at = json!({ "item_id": id, "output_index": 0 });
        for (name, value) in more {
            at[*name] = value.clone();
        }
        at
    };
    match turn {
        Turn::Say(text) => {
            open["content"] = json!([]);
            let at = |name, value| with("msg_1", &[("content_index", 0.into()), (name, value)]);
            let part = json!({ "type": "output_text", "text": "", "annotations": [] });
            vec![
                added(open),
                event("response.content_part.added", at("part", part)),
                event(
                    "response.output_text.delta",
                    at("delta", text.as_str().into()),
                ),
                event(
                    "response.output_text.done",
                    at("text", text.as_str().into()),
                ),
            ]
        }
        Turn::Call { .. } if item["type"] == "function_call" => {
            let arguments = item["arguments"].clone();
            open["arguments"] = "".into();
            let at = |name| with("fc_1", &[(name, arguments.clone())]);
            vec![
                added(open),
                event("response.function_call_arguments.delta", at("delta")),
                event("response.function_call_arguments.done", at("arguments")),
            ]
        }
        Turn::Call { .. } => vec![added(open)],
    }
}
