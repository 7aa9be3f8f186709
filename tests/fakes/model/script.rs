//! What the model does. The prompt says it, one line for each turn:
//!
//! ```text
//! @model write PATH TEXT     one call of the tool that writes files, or of the shell when there is none
//! @model run COMMAND         one call of the shell
//! @model loop COMMAND        the same call of the shell, in every turn, for ever
//! @model say TEXT            words, and the end
//! ```
//!
//! A prompt without such lines that asks for the file of `acp agent test` gets that.
//! After the last line it says `done`. How far it is shows in the number of results of tools that the request holds.

use serde_json::{Value, json};

use super::Api;

const MARK: &str = "@model ";
/// What `acp agent test` asks for.
const HELLO: &str = "Make a file `hello.txt` at the top of the repository";
/// Names that agents give to their tools.
const WRITERS: &[&str] = &["Write", "write", "write_file", "create_file"];
const SHELLS: &[&str] = &[
    "Bash",
    "bash",
    "run_shell_command",
    "exec_command",
    "shell_command",
    "shell",
    "local_shell",
];
/// Names that they give to the path of a file to write.
const PATHS: &[&str] = &["file_path", "filePath", "absolute_path", "path"];

/// What the model answers.
pub(crate) enum Turn {
    Say(String),
    Call { tool: String, input: Input },
}

/// The arguments of a call.
pub(crate) enum Input {
    Fields(Value),
    /// A tool that takes text in a form of its own.
    Text(String),
}

/// The tools of a request: name, and schema, if it takes fields.
type Tools = Vec<(String, Option<Value>)>;

pub(super) fn turn(api: Api, body: &Value) -> Turn {
    let done = || Turn::Say("done".to_owned());
    let tools = tools(api, body);
    let conversation = ["messages", "input", "contents"]
        .iter()
        .map(|key| &body[*key])
        .find(|value| !value.is_null());
    let Some(conversation) = conversation.filter(|_| !tools.is_empty()) else {
        return done();
    };
    let lines = script(conversation);
    let line = match lines.iter().find(|line| line.starts_with("loop ")) {
        Some(line) => Some(line),
        None => lines.get(results(conversation)),
    };
    let Some((verb, rest)) = line.and_then(|line| line.split_once(' ')) else {
        return done();
    };
    let call = match verb {
        "write" => rest
            .split_once(' ')
            .map(|(path, text)| write(&tools, path, text)),
        "run" | "loop" => Some(shell(&tools, rest)),
        _ => None,
    };
    call.flatten().unwrap_or_else(|| Turn::Say(rest.to_owned()))
}

/// The lines of the first text that has any.
fn script(conversation: &Value) -> Vec<String> {
    let mut texts = vec![];
    collect_texts(conversation, &mut texts);
    let lines_of = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        let marked = lines.filter_map(|line| line.strip_prefix(MARK));
        marked.map(str::to_owned).collect()
    };
    let hello = texts.iter().any(|text| text.contains(HELLO));
    let all = texts.into_iter().map(lines_of);
    let mut all = all.into_iter().filter(|lines| !lines.is_empty());
    all.next().unwrap_or_else(|| {
        let task = "@model run echo hello > hello.txt\n@model run acp report implemented";
        if hello { lines_of(task) } else { vec![] }
    })
}

fn collect_texts<'v>(value: &'v Value, into: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, into)),
        Value::Object(fields) => fields.values().for_each(|item| collect_texts(item, into)),
        _ => {}
    }
}

/// How many results of tools a conversation holds.
fn results(conversation: &Value) -> usize {
    let own = match conversation {
        Value::Array(items) => items.iter().map(results).sum(),
        Value::Object(fields) => fields.values().map(results).sum(),
        _ => 0,
    };
    let kind = conversation["type"].as_str().unwrap_or_default();
    let is_result = [
        "tool_result",
        "function_call_output",
        "custom_tool_call_output",
    ]
    .contains(&kind)
        || conversation["role"] == "tool"
        || conversation.get("functionResponse").is_some();
    own + usize::from(is_result)
}

fn tools(api: Api, body: &Value) -> Tools {
    let all = body["tools"].as_array().map_or(&[][..], Vec::as_slice);
    let named = |tool: &Value, schema: &Value| {
        let name = tool["name"].as_str()?.to_owned();
        Some((name, Some(schema.clone())))
    };
    match api {
        Api::Anthropic => all
            .iter()
            .filter_map(|tool| named(tool, &tool["input_schema"]))
            .collect(),
        Api::Chat => {
            let functions = all.iter().map(|tool| &tool["function"]);
            functions
                .filter_map(|tool| named(tool, &tool["parameters"]))
                .collect()
        }
        Api::Gemini => {
            let groups = all
                .iter()
                .filter_map(|tool| tool["functionDeclarations"].as_array());
            let schema = |tool: &Value| match &tool["parameters"] {
                Value::Null => tool["parametersJsonSchema"].clone(),
                schema => schema.clone(),
            };
            groups
                .flatten()
                .filter_map(|tool| named(tool, &schema(tool)))
                .collect()
        }
        Api::Responses => {
            let of = |tool: &Value| {
                let (name, schema) = named(tool, &tool["parameters"])?;
                Some((name, schema.filter(|_| tool["type"] != "custom")))
            };
            all.iter().filter_map(of).collect()
        }
    }
}

fn find<'t>(tools: &'t Tools, names: &[&str]) -> Option<(&'t str, Option<&'t Value>)> {
    let found = |name: &&str| tools.iter().find(|(tool, _)| tool == *name);
    let (name, schema) = names.iter().find_map(found)?;
    Some((name, schema.as_ref()))
}

fn write(tools: &Tools, path: &str, text: &str) -> Option<Turn> {
    if let Some((tool, schema)) = find(tools, WRITERS) {
        let fields = schema.map(|schema| &schema["properties"]);
        let has = |name: &&&str| fields.is_some_and(|fields| fields.get(**name).is_some());
        let key = PATHS.iter().find(has).copied().unwrap_or("file_path");
        let fields = json!({ key: path, "content": format!("{text}\n") });
        return Some(call(tool, Input::Fields(fields)));
    }
    if let Some((tool, schema)) = find(tools, &["apply_patch"]) {
        let patch = format!("*** Begin Patch\n*** Add File: {path}\n+{text}\n*** End Patch\n");
        let input = match schema {
            None => Input::Text(patch),
            Some(schema) if schema["properties"].get("patchText").is_some() => {
                Input::Fields(json!({ "patchText": patch }))
            }
            Some(_) => Input::Fields(json!({ "input": patch })),
        };
        return Some(call(tool, input));
    }
    shell(tools, &format!("printf '%s\\n' '{text}' > '{path}'"))
}

fn shell(tools: &Tools, line: &str) -> Option<Turn> {
    let (tool, schema) = find(tools, SHELLS)?;
    let none = Value::Null;
    let schema = schema.map_or(&none, |schema| &schema["properties"]);
    let mut fields = if schema.get("cmd").is_some() {
        json!({ "cmd": line })
    } else if schema["command"]["type"] == "array" {
        json!({ "command": ["bash", "-c", line] })
    } else {
        json!({ "command": line })
    };
    if schema.get("description").is_some() {
        fields["description"] = "what the prompt says".into();
    }
    if schema.get("is_background").is_some() {
        fields["is_background"] = false.into();
    }
    Some(call(tool, Input::Fields(fields)))
}

fn call(tool: &str, input: Input) -> Turn {
    Turn::Call {
        tool: tool.to_owned(),
        input,
    }
}

impl Input {
    /// As fields, for interfaces that know nothing else.
    pub(super) fn fields(&self) -> Value {
        match self {
            Self::Fields(fields) => fields.clone(),
            Self::Text(text) => json!({ "input": text }),
        }
    }
}
