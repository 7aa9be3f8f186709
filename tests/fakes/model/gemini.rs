//! Gemini's `generateContent` and `streamGenerateContent`.

use serde_json::{Value, json};

use super::http::Answer;
use super::{Event, Reply, Turn};

pub(super) fn reply(turn: &Turn, body: &Value, path: &str, nth: u64) -> Reply {
    // The program asks a model which model shall answer, and who shall speak next, as JSON.
    let wants_json = body["generationConfig"]["responseMimeType"] == "application/json";
    let part = match turn {
        _ if wants_json => {
            let choice = json!({ "reasoning": "x", "model_choice": "flash", "complexity_reasoning": "x",
                "complexity_score": 1, "next_speaker": "user" });
            json!({ "text": choice.to_string() })
        }
        Turn::Say(text) => json!({ "text": text }),
        Turn::Call { tool, input } => {
            json!({ "functionCall": { "name": tool, "args": input.fields() } })
        }
    };
    let answer = json!({
        "candidates": [{ "content": { "role": "model", "parts": [part] }, "finishReason": "STOP", "index": 0 }],
        "usageMetadata": { "promptTokenCount": 1200, "candidatesTokenCount": 40, "totalTokenCount": 1240,
            "cachedContentTokenCount": 300 },
        "modelVersion": "stub", "responseId": format!("answer-{nth:08}") });
    if !path.contains("streamGenerateContent") {
        return Reply::Answer(Answer::json(200, &answer));
    }
    // In pieces, so that a stream can be cut in its middle: words first, the reason to stop last.
    let mut piece = answer.clone();
    piece["candidates"][0]["content"]["parts"] = json!([{ "text": " " }]);
    piece["candidates"][0]["finishReason"] = Value::Null;
    Reply::Stream {
        events: vec![
            Event::new("", &piece),
            Event::new("", &piece),
            Event::new("", &answer),
        ],
        named: false,
    }
}
