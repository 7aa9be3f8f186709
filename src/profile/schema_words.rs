//! The parts of the schema that no derive knows: closed lists of words, and where a token comes from.

use schemars::{Schema, SchemaGenerator, json_schema};

use super::schema::{AgentFile, KNOWN_AGENTS};

fn one_of(words: &[&str]) -> Schema {
    json_schema!({ "type": "string", "enum": words })
}

fn list_of(words: &[&str]) -> Schema {
    json_schema!({ "type": "array", "items": { "type": "string", "enum": words } })
}

pub(super) fn forge_kinds(_: &mut SchemaGenerator) -> Schema {
    one_of(&["local", "github", "gitea"])
}

pub(super) fn token_sources(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "properties": {
            "env": { "description": "The name of an environment variable.", "type": "string" },
            "file": { "description": "A file that holds it; absolute, or below `~/`.", "type": "string" },
            "command": {
                "description": "Program and arguments that print it.",
                "type": "array", "items": { "type": "string" }, "minItems": 1
            }
        },
        "additionalProperties": false, "minProperties": 1, "maxProperties": 1
    })
}

pub(super) fn associations(_: &mut SchemaGenerator) -> Schema {
    list_of(&["owner", "member", "collaborator", "none"])
}

pub(super) fn agent_names(_: &mut SchemaGenerator) -> Schema {
    one_of(KNOWN_AGENTS)
}

pub(super) fn settings_by_agent(generator: &mut SchemaGenerator) -> Schema {
    let one = generator.subschema_for::<AgentFile>();
    let all: serde_json::Map<String, serde_json::Value> = KNOWN_AGENTS
        .iter()
        .map(|name| ((*name).to_owned(), one.clone().to_value()))
        .collect();
    json_schema!({ "type": "object", "properties": all, "additionalProperties": one })
}

pub(super) fn sandboxes(_: &mut SchemaGenerator) -> Schema {
    one_of(&["auto", "none"])
}

pub(super) fn sandbox_kinds(_: &mut SchemaGenerator) -> Schema {
    one_of(&["auto", "none", "bubblewrap", "seatbelt", "docker", "podman"])
}

pub(super) fn networks(_: &mut SchemaGenerator) -> Schema {
    one_of(&["on", "off", "model-host-only"])
}

pub(super) fn writes(_: &mut SchemaGenerator) -> Schema {
    one_of(&["off", "draft", "full"])
}

pub(super) fn merge_methods(_: &mut SchemaGenerator) -> Schema {
    one_of(&["squash", "merge", "rebase"])
}

pub(super) fn check_policies(_: &mut SchemaGenerator) -> Schema {
    one_of(&["required", "present"])
}

pub(super) fn notifier_kinds(_: &mut SchemaGenerator) -> Schema {
    one_of(&[
        "ntfy", "slack", "discord", "telegram", "email", "webhook", "command",
    ])
}

pub(super) fn priorities(_: &mut SchemaGenerator) -> Schema {
    one_of(&["low", "normal", "high", "urgent"])
}

pub(super) fn weights(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "additionalProperties": { "type": "integer", "format": "uint32", "minimum": 0, "maximum": 100 }
    })
}
