//! Every key of a profile in words, from its schema.

use serde_json::Value;

use super::shape;

/// Lines `key  (kind)` with what it means below, for `acp help profile`.
pub fn keys_in_words() -> String {
    let mut out = String::new();
    walk("", shape::schema(), &mut out);
    out
}

fn walk(path: &str, schema: &Value, out: &mut String) {
    // Where any name is taken, what holds for it is said once instead of for each name that is known.
    let any = schema
        .get("additionalProperties")
        .filter(|of| of.is_object());
    if let Some(any) = any {
        key(&join(path, "NAME"), any, out);
        return;
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    for (name, of) in properties {
        key(&join(path, name), of, out);
    }
}

fn key(path: &str, schema: &Value, out: &mut String) {
    let kind = kind(schema);
    let text = schema.get("description").and_then(Value::as_str);
    out.push_str(&["  ", path, &kind, "\n"].concat());
    for line in text.unwrap_or_default().lines().filter(|l| !l.is_empty()) {
        out.push_str(&["      ", line, "\n"].concat());
    }
    walk(path, schema, out);
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        [path, ".", name].concat()
    }
}

/// What a value looks like; nothing for a group of keys.
fn kind(schema: &Value) -> String {
    let text = |key: &str| schema.get(key).and_then(Value::as_str);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return format!(": {}", words.join(" | "));
    }
    match (text("format"), text("type")) {
        (Some("acp-duration"), _) => ": a time such as 90s, 5m, 2h".to_owned(),
        (Some("acp-size"), _) => ": a size such as 500kB, 10MB".to_owned(),
        (_, Some("array")) => ": a list".to_owned(),
        (_, Some("integer" | "number")) => ": a number".to_owned(),
        (_, Some("boolean")) => ": true | false".to_owned(),
        (_, Some("string")) => ": text".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_named_with_its_kind_and_meaning() {
        let text = keys_in_words();
        for line in [
            "  agents.settings.NAME.timeout: a time such as 90s, 5m, 2h\n      The hard limit of a run.\n",
            "  agents.settings.NAME.sandbox: auto | none\n",
            "  limits.workers: a number\n",
            "  repo.verify: a list\n",
        ] {
            assert!(text.contains(line), "no `{line}` in {text}");
        }
        let keys: Vec<&str> = text.lines().filter(|l| !l.starts_with("      ")).collect();
        let unique: std::collections::BTreeSet<&&str> = keys.iter().collect();
        assert_eq!(unique.len(), keys.len(), "a key is named twice");
    }
}
