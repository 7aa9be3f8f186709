//! OpenAI Responses.

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
    let event = |name, data: Value| {
        let mut data = data;
        data["type"] = Value::from(name);
        Event::new(name, &data)
    };
    let mut events = vec![event("response.created", json!({ "response": begun }))];
    let added = |item: Value| {
        event(
            "response.output_item.added",
            json!({ "output_index": 0, "item": item }),
        )
    };
    let mut open = item.clone();
    match turn {
        Turn::Say(text) => {
            open["content"] = json!([]);
            let at = |rest: Value| {
                let mut at = json!({ "item_id": "msg_1", "output_index": 0, "content_index": 0 });
                for (name, value) in rest.as_object().into_iter().flatten() {
                    at[name] = value.clone();
                }
                at
            };
            let part = json!({ "type": "output_text", "text": "", "annotations": [] });
            events.push(added(open));
            events.push(event(
                "response.content_part.added",
                at(json!({ "part": part })),
            ));
            events.push(event(
                "response.output_text.delta",
                at(json!({ "delta": text })),
            ));
            events.push(event(
                "response.output_text.done",
                at(json!({ "text": text })),
            ));
        }
        Turn::Call { .. } if item["type"] == "function_call" => {
            let arguments = &item["arguments"];
            open["arguments"] = "".into();
            events.push(added(open));
            let of = |key: &str| json!({ "item_id": "fc_1", "output_index": 0, key: arguments });
            events.push(event("response.function_call_arguments.delta", of("delta")));
            events.push(event(
                "response.function_call_arguments.done",
                of("arguments"),
            ));
        }
        Turn::Call { .. } => events.push(added(open)),
    }
    events.push(event(
        "response.output_item.done",
        json!({ "output_index": 0, "item": item }),
    ));
    events.push(event("response.completed", json!({ "response": ended })));
    Reply::Stream {
        events,
        named: true,
    }
}
