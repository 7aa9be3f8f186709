//! The documents agree with the source: links, paths, the map of modules, the records, and what must not be in any file.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::layers::ALLOWED;

/// Hosts that a committed file may name in a URL. Names without a dot and below `example.*` are free.
const HOSTS: &[&str] = &[
    "127.0.0.1",
    // Places that no agent may reach, which tests try: another address of the loopback, and a cloud's metadata.
    "127.0.0.2",
    "169.254.169.254",
    // The public servers of two kinds of notifier.
    "api.telegram.org",
    "ntfy.sh",
    // What GitHub calls itself; an adapter has to know it.
    "api.github.com",
    "docs.github.com",
    "github.com",
    "json-schema.org",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    // The name of SVG; nothing is fetched from there.
    "www.w3.org",
];

#[test]
fn links_and_paths_in_documents_exist() {
    let mut errors = vec![];
    for document in documents() {
        let text = read(&document);
        let folder = root().join(&document);
        let folder = folder.parent().unwrap();
        for link in links(&text) {
            let target = link.split('#').next().unwrap_or_default();
            let outside = link.contains("://") || link.starts_with("mailto:");
            if !outside && !target.is_empty() && !folder.join(target).exists() {
                errors.push(format!("{document}: the link `{link}` leads nowhere"));
            }
        }
        for path in paths(&text) {
            let is_there = root().join(&path).exists() || root().join("src").join(&path).exists();
            if !is_there {
                errors.push(format!("{document}: there is no `{path}`"));
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_architecture_is_short() {
    let lines = read("ARCHITECTURE.md").lines().count();
    assert!(lines < 200, "ARCHITECTURE.md has {lines} lines");
}

#[test]
fn the_map_of_modules_is_the_layer_table() {
    let (map, modules) = (module_map(), source_modules());
    let mut errors = vec![];
    for module in &modules {
        if !map.iter().any(|(name, _)| name == module) {
            errors.push(format!("ARCHITECTURE.md: no line for `{module}`"));
        }
    }
    for (place, (name, may_use)) in map.iter().enumerate() {
        if !modules.contains(name) && !ALLOWED.iter().any(|(known, _)| known == name) {
            errors.push(format!(
                "ARCHITECTURE.md: `{name}` is neither in src nor in the layer table"
            ));
            continue;
        }
        let rule = ALLOWED.iter().find(|(known, _)| known == name);
        let Some((_, rule)) = rule else {
            errors.push(format!("tests/tidy/layers.rs: no line for `{name}`"));
            continue;
        };
        let names = |list: &[(String, String)]| -> BTreeSet<String> {
            list.iter().map(|(name, _)| name.clone()).collect()
        };
        let (all, above) = (names(&map), names(&map[..place]));
        let mut said = expand(may_use, "everything above", " but ", &above)
            .or_else(|| expand(may_use, "everything", " but ", &all))
            .unwrap_or_else(|| words(may_use));
        let mut ruled = expand(rule, "*", "-", &all).unwrap_or_else(|| words(rule));
        for set in [&mut said, &mut ruled] {
            set.retain(|used| all.contains(used) && used != name);
        }
        if said != ruled {
            errors.push(format!(
                "`{name}`: ARCHITECTURE.md says {said:?}, tests/tidy/layers.rs {ruled:?}"
            ));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_record_and_each_of_its_fields_is_documented() {
    let document = read("docs/state.md");
    let mut errors = vec![];
    let records = records(&read("src/store/records.rs"));
    assert!(records.len() > 5, "{records:?}");
    for (kind, name, format) in records {
        let head = format!("### `{name}`, format {format}");
        let Some((_, section)) = document.split_once(&head) else {
            errors.push(format!("docs/state.md: no section `{head}`"));
            continue;
        };
        let section = section.split("\n### ").next().unwrap_or_default();
        for field in fields_of(&kind) {
            if !section.contains(&format!("`{field}`")) {
                errors.push(format!("docs/state.md: `{name}` does not name `{field}`"));
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn no_committed_file_names_a_machine() {
    // Spelled so that this file does not find itself.
    let folders = [concat!("/wo", "rk/"), concat!("/ro", "ot/")];
    let registries = registry_hosts();
    let mut errors = vec![];
    for path in committed() {
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            continue;
        };
        for (number, line) in (1..).zip(text.lines()) {
            let mut bad = |what: &str| errors.push(format!("{path}:{number}: {what}"));
            for folder in folders {
                let mut starts = line.match_indices(folder).map(|(at, _)| at);
                let is_path = |at| !line[..at].ends_with(|c: char| c.is_alphanumeric() || c == '.');
                if starts.any(is_path) {
                    bad(&format!("names `{folder}`"));
                }
            }
            // What npm writes into a lock file names where its packages ask for money.
            let asks = path.ends_with("/package-lock.json") && line.contains("\"url\": ");
            for host in hosts(line) {
                if !asks && !host_is_fine(&host) {
                    bad(&format!("names the host `{host}`"));
                }
            }
            for host in &registries {
                if line.contains(host.as_str()) {
                    bad("names a package registry of this machine");
                }
            }
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn the_readers_of_documents_see_what_they_should() {
    let text = "a [b](c.md#d) [e](https://github.com/f) `src/lib.rs` `docs/<x>.md` `a b/c.rs`\n\
                ```\n[not](a-link) `src/none.rs`\n```\n`cli/wire.rs` `x.rs` `tests/run`\n";
    assert_eq!(links(text), ["c.md#d", "https://github.com/f"]);
    assert_eq!(paths(text), ["src/lib.rs", "cli/wire.rs", "tests/run"]);
    assert_eq!(
        hosts("see https://user@a.example:80/c and http://x"),
        ["a.example", "x"]
    );
    assert!(host_is_fine("git.example.org") && host_is_fine("x") && !host_is_fine("a.b"));
    let text = "record!(A, \"a\", 1);\nrecord!(super::Bc, \"b\", 2);\n($type:ty) record!";
    let found = records(text);
    assert_eq!(found[1], ("Bc".into(), "b".into(), "2".into()));
    assert_eq!(found.len(), 2);
    assert!(fields_of("Lease").contains(&"item".to_owned()));
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every document in Markdown at the root and in `docs/`.
pub(crate) fn documents() -> Vec<String> {
    committed()
        .into_iter()
        .filter(|path| has_extension(path, "md"))
        .filter(|path| !path.contains('/') || path.starts_with("docs/"))
        .collect()
}

/// Every file that git has or would take, except generated ones that only cargo writes.
pub(crate) fn committed() -> Vec<String> {
    let output = Command::new("git")
        .current_dir(root())
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "git ls-files failed");
    let text = String::from_utf8(output.stdout).unwrap();
    let files = text.split('\0').filter(|path| !path.is_empty());
    files.map(str::to_owned).collect()
}

/// The text without fenced blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let keep = |line: &&str| {
        let fence = line.trim_start().starts_with("```");
        fenced ^= fence;
        !fenced && !fence
    };
    text.lines().filter(keep).collect::<Vec<_>>().join("\n")
}

fn has_extension(path: &str, wanted: &str) -> bool {
    Path::new(path)
        .extension()
        .is_some_and(|found| found == wanted)
}

fn links(text: &str) -> Vec<String> {
    let text = prose(text);
    let targets = text.split("](").skip(1);
    targets
        .filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()))
        .collect()
}

/// What stands in backticks and is a path of this repository: below a folder that is there, or a source file.
fn paths(text: &str) -> Vec<String> {
    let text = prose(text);
    let mut out = vec![];
    for line in text.lines() {
        for code in line.split('`').skip(1).step_by(2) {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
            let Some((first, rest)) = code.split_once('/') else {
                continue;
            };
            let ours = [
                "src",
                "tests",
                "docs",
                "benches",
                ".ci",
                "profiles",
                "templates",
                "man",
                "completions",
            ]
            .contains(&first);
            if !rest.is_empty() && code.chars().all(plain) && (ours || has_extension(code, "rs")) {
                out.push(code.to_owned());
            }
        }
    }
    out
}

/// The hosts of the URLs in a line.
fn hosts(line: &str) -> Vec<String> {
    let starts = line
        .match_indices("https://")
        .chain(line.match_indices("http://"));
    let host = |(at, scheme): (usize, &str)| {
        let rest = &line[at + scheme.len()..];
        let end = |c: char| !c.is_ascii_alphanumeric() && !"-._~:@%".contains(c);
        let authority = rest.split(end).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let host = host.split(':').next().unwrap_or_default();
        host.trim_end_matches('.').to_ascii_lowercase()
    };
    starts.map(host).filter(|host| !host.is_empty()).collect()
}

fn host_is_fine(host: &str) -> bool {
    let example = host.split('.').any(|part| part == "example") || host.ends_with(".invalid");
    !host.contains('.') || example || HOSTS.contains(&host)
}

/// The hosts that this machine's package tools are set to, other than the well-known ones.
fn registry_hosts() -> BTreeSet<String> {
    let home = std::env::var("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|_| std::env::var("HOME").map(|home| Path::new(&home).join(".cargo")));
    let mut text = home.map_or(String::new(), |home| {
        fs::read_to_string(home.join("config.toml")).unwrap_or_default()
    });
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().to_ascii_uppercase();
        if ["CARGO_", "PIP_", "NPM_CONFIG_", "UV_"]
            .iter()
            .any(|p| name.starts_with(p))
        {
            text.push('\n');
            text.push_str(&value.to_string_lossy());
        }
    }
    let found = text
        .lines()
        .flat_map(hosts)
        .filter(|host| host.contains('.'));
    found.filter(|host| !host_is_fine(host)).collect()
}

/// The lines of the map in ARCHITECTURE.md: module, and what it may use.
fn module_map() -> Vec<(String, String)> {
    let text = read("ARCHITECTURE.md");
    let (_, map) = text.split_once("\n## Map\n").unwrap();
    let map = map.split("\n## ").next().unwrap();
    let cells = |line: &str| -> Option<(String, String)> {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), cells.nth(1)?.to_owned()))
    };
    map.lines().filter_map(cells).collect()
}

fn source_modules() -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".rs").to_owned();
        if name != "lib" && name != "main" {
            out.insert(name);
        }
    }
    out
}

fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `all but a, b` as the names that it leaves of `names`; `None` when `text` does not begin with `all`.
fn expand(text: &str, all: &str, but: &str, names: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let rest = text.strip_prefix(all)?;
    let except = match rest.split_once(but) {
        Some((_, except)) => words(except),
        None if rest.trim().is_empty() => BTreeSet::new(),
        None => return None,
    };
    Some(names.difference(&except).cloned().collect())
}

/// The `record!` lines: type, name, format.
fn records(text: &str) -> Vec<(String, String, String)> {
    let record = |line: &str| {
        let inside = line.trim().strip_prefix("record!(")?.strip_suffix(");")?;
        let mut parts = inside.split(',').map(str::trim);
        let kind = parts.next()?.rsplit("::").next()?.to_owned();
        let name = parts.next()?.trim_matches('"').to_owned();
        Some((kind, name, parts.next()?.to_owned()))
    };
    text.lines().filter_map(record).collect()
}

/// The fields of a struct of `domain` or `store` that are written down.
fn fields_of(kind: &str) -> Vec<String> {
    let mut found = BTreeMap::new();
    for folder in ["src/domain", "src/store"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            if let Some((_, body)) = text.split_once(&format!("pub struct {kind} {{\n")) {
                let body = body.split("\n}").next().unwrap_or_default().to_owned();
                found.insert(kind.to_owned(), body);
            }
        }
    }
    let body = found.remove(kind);
    let body = body.unwrap_or_else(|| panic!("no struct `{kind}` in src/domain or src/store"));
    let field = |line: &str| {
        let line = line.trim();
        let line = line.strip_prefix("pub ").unwrap_or(line);
        let (name, _) = line.split_once(": ")?;
        let plain = name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit());
        plain.then(|| name.to_owned())
    };
    // What is not kept is in no record.
    let kept = body.split("#[serde(skip)]\n").enumerate();
    let kept = kept.flat_map(|(part, text)| text.lines().skip(usize::from(part > 0)));
    kept.filter_map(field).collect()
}
