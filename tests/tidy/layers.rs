//! Which module may use which. The table is the architecture; see ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module of `src/` and the modules it may use. `*` means everything but the names after the minus sign.
pub(crate) const ALLOWED: &[(&str, &str)] = &[
    ("sys", ""),
    ("domain", ""),
    ("durable", "sys"),
    ("proc", "sys"),
    ("http", "sys"),
    ("policy", "domain"),
    ("profile", "domain durable sys"),
    ("prompt", "domain profile"),
    ("store", "domain durable sys"),
    ("ui", "domain sys"),
    ("dashboard", "sys"),
    ("git", "domain proc sys durable"),
    ("forge", "domain http sys durable git"),
    ("agent", "domain proc sys"),
    ("vcs", "domain git sys durable"),
    ("check", "domain policy proc"),
    ("notify", "domain http proc sys"),
    ("mesh", "domain durable sys"),
    ("service", "domain durable proc sys"),
    ("sandbox", "domain proc sys"),
    (
        "worker",
        "domain durable agent check proc sandbox store prompt sys vcs",
    ),
    (
        "engine",
        "domain policy profile prompt store worker forge agent vcs check notify mesh sys",
    ),
    ("commands", "* - cli durable proc http git sandbox"),
    ("cli", "*"),
];

/// Adapters that only their own folder and the composition root may name.
const ADAPTERS: &[(&str, &[&str])] = &[
    ("forge", &["local", "github", "gitea", "fake", "sim"]),
    ("vcs", &["git", "sim"]),
    ("service", &["cron", "launchd", "systemd"]),
    (
        "notify",
        &[
            "command", "discord", "email", "ntfy", "slack", "telegram", "webhook",
        ],
    ),
    (
        "agent",
        &[
            "claude", "codex", "command", "crush", "gemini", "kilo", "ollama", "openclaw",
            "opencode", "pi", "qwen",
        ],
    ),
];

#[test]
fn modules_use_only_what_the_table_allows() {
    let mut errors = BTreeSet::new();
    for file in rust_files(&source_root()) {
        let module = module_of(&file);
        if module == "lib" || module == "main" {
            continue;
        }
        let Some(allowed) = allowed_for(&module) else {
            errors.insert(format!(
                "{}: `{module}` is not in the layer table",
                file.display()
            ));
            continue;
        };
        for used in used_paths(&fs::read_to_string(&file).unwrap()) {
            let top = used.split("::").next().unwrap_or_default().to_owned();
            if top != module && !allowed(&top) {
                errors.insert(format!(
                    "{}: `{module}` must not use `{top}`",
                    file.display()
                ));
            }
        }
    }
    assert!(
        errors.is_empty(),
        "{}",
        errors.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn only_the_composition_root_names_an_adapter() {
    let mut errors = BTreeSet::new();
    for file in rust_files(&source_root()) {
        let inside = file
            .strip_prefix(source_root())
            .unwrap()
            .to_string_lossy()
            .into_owned();
        for used in used_paths(&fs::read_to_string(&file).unwrap()) {
            for (port, adapters) in ADAPTERS {
                let named = adapters
                    .iter()
                    .any(|a| used.starts_with(&format!("{port}::{a}")));
                let at_home = inside.starts_with(port) || inside.starts_with("cli/wire");
                if named && !at_home {
                    errors.insert(format!("{inside}: `{used}` is named outside cli/wire"));
                }
            }
        }
    }
    assert!(
        errors.is_empty(),
        "{}",
        errors.into_iter().collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn the_scanner_sees_grouped_nested_and_inline_uses() {
    let text = "use crate::{a::B, c::{D, e}};\nfn f() { crate::g::h(); }\n// crate::hidden::x\n\
                /// [`crate::doc::X`]\nuse crate::i;\n";
    let seen = used_paths(text);
    let tops: BTreeSet<&str> = seen.iter().map(|p| p.split("::").next().unwrap()).collect();
    assert_eq!(tops, BTreeSet::from(["a", "c", "g", "i"]));
    assert!(seen.contains("a::B") && seen.contains("g::h"), "{seen:?}");
    let bad = allowed_for("policy").unwrap();
    assert!(bad("domain") && !bad("store") && !bad("sys"));
    let commands = allowed_for("commands").unwrap();
    assert!(commands("engine") && !commands("proc"));
}

fn source_root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn module_of(file: &Path) -> String {
    let inside = file.strip_prefix(source_root()).unwrap();
    let first = inside
        .components()
        .next()
        .unwrap()
        .as_os_str()
        .to_string_lossy()
        .into_owned();
    first.trim_end_matches(".rs").to_owned()
}

fn allowed_for(module: &str) -> Option<impl Fn(&str) -> bool + use<>> {
    let (_, rule) = ALLOWED.iter().find(|(name, _)| *name == module)?;
    Some(move |used: &str| match rule.strip_prefix('*') {
        Some(except) => !except.split_whitespace().any(|name| name == used),
        None => rule.split_whitespace().any(|name| name == used),
    })
}

/// Every path after `crate::`, one level deep, also inside groups; comments are skipped.
fn used_paths(text: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut out = BTreeSet::new();
    for tail in code.split("crate::").skip(1) {
        match tail.strip_prefix('{') {
            None => {
                out.insert(two_segments(tail));
            }
            Some(group) => out.extend(group_members(group)),
        }
    }
    out.remove("");
    out
}

fn group_members(group: &str) -> Vec<String> {
    let (mut depth, mut item, mut out) = (0_u32, String::new(), vec![]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                out.push(two_segments(item.trim()));
                item.clear();
                continue;
            }
            _ => {}
        }
        item.push(c);
    }
    out.push(two_segments(item.trim()));
    out
}

fn two_segments(path: &str) -> String {
    let ident = |s: &str| -> String {
        s.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    let first = ident(path);
    match path[first.len()..].strip_prefix("::") {
        Some(rest) if !ident(rest).is_empty() => format!("{first}::{}", ident(rest)),
        _ => first,
    }
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut out = vec![];
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            out.extend(rust_files(&path));
        } else if path.extension().is_some_and(|x| x == "rs") {
            out.push(path);
        }
    }
    out
}
