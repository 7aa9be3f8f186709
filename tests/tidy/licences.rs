//! Licences, versions and sources of everything that is linked in, as `deny.toml` allows them. `cargo deny` says the same
//! with more detail where it is installed; this needs nothing but cargo.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    source: Option<String>,
}

#[derive(Deserialize)]
struct Deny {
    licenses: Licenses,
    bans: Bans,
    sources: Sources,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Bans {
    skip: Vec<Named>,
    deny: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

#[test]
fn every_dependency_has_a_licence_and_a_source_that_deny_toml_allows() {
    let deny = deny();
    let mut errors = vec![];
    for package in packages() {
        let name = format!("{} {}", package.name, package.version);
        match &package.license {
            None => errors.push(format!("{name}: names no licence")),
            Some(text) => {
                if !allowed(text, &deny.licenses.allow) {
                    errors.push(format!("{name}: the licence `{text}` is not allowed"));
                }
            }
        }
        if let Some(source) = &package.source
            && !source_allowed(source, &deny)
        {
            errors.push(format!("{name}: the source `{source}` is not allowed"));
        }
        if package.source.is_none() && package.name != "acp" {
            errors.push(format!("{name}: comes from a path"));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn no_banned_package_and_no_second_version() {
    let (deny, lock) = (deny(), lock());
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &lock.package {
        versions
            .entry(&package.name)
            .or_default()
            .push(&package.version);
    }
    let named = |list: &[Named], name: &str| list.iter().any(|named| named.name == name);
    let mut errors = vec![];
    for (name, versions) in versions {
        if named(&deny.bans.deny, name) {
            errors.push(format!("{name} is banned"));
        }
        if versions.len() > 1 && !named(&deny.bans.skip, name) {
            errors.push(format!(
                "{name} is there more than once: {}",
                versions.join(", ")
            ));
        }
    }
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn cargo_lock_names_no_other_source() {
    let deny = deny();
    let foreign: Vec<String> = lock()
        .package
        .into_iter()
        .filter_map(|package| package.source)
        .filter(|source| !source_allowed(source, &deny))
        .collect();
    assert_eq!(foreign, Vec::<String>::new());
}

#[test]
fn licence_expressions_are_read_with_and_and_or() {
    let allow = BTreeSet::from(["MIT", "Unicode-3.0", "A WITH B"].map(str::to_owned));
    for good in [
        "MIT",
        "MIT OR Apache-2.0",
        "GPL-3.0/MIT",
        "(MIT OR X) AND Unicode-3.0",
        "MIT AND (X OR (Unicode-3.0 AND MIT))",
        "A WITH B OR X",
    ] {
        assert!(allowed(good, &allow), "{good}");
    }
    for bad in [
        "",
        "X",
        "MIT AND X",
        "(MIT OR X) AND Y",
        "A",
        "A WITH C",
        "MIT (",
        "OR MIT",
    ] {
        assert!(!allowed(bad, &allow), "{bad}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn deny() -> Deny {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).unwrap()
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Package>,
}

fn lock() -> Lock {
    toml::from_str(&fs::read_to_string(root().join("Cargo.lock")).unwrap()).unwrap()
}

fn source_allowed(source: &str, deny: &Deny) -> bool {
    let registries = deny.sources.allow_registry.iter();
    registries
        .map(|registry| format!("registry+{registry}"))
        .any(|registry| registry == source)
}

/// The whole graph. Packages for other systems are downloaded by `cargo fetch` only, which `.ci/run` does first; without
/// them the graph of this system is looked at.
fn packages() -> Vec<Package> {
    let whole = metadata(&[]);
    let found = whole.unwrap_or_else(|| {
        let host = host();
        println!(
            "packages of other systems are not downloaded: only those of {host} are looked at"
        );
        metadata(&["--filter-platform", &host]).unwrap()
    });
    found.packages
}

fn metadata(more: &[&str]) -> Option<Metadata> {
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--locked", "--offline", "--all-features"])
        .args(["--format-version", "1"])
        .args(more)
        .output()
        .unwrap();
    let read = || serde_json::from_slice(&output.stdout).unwrap();
    output.status.success().then(read)
}

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.unwrap().to_owned()
}

/// Whether an SPDX expression can be met with the allowed licences alone. What is no expression cannot.
fn allowed(expression: &str, allow: &BTreeSet<String>) -> bool {
    let text = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut rest = words.as_slice();
    either(&mut rest, allow).is_some_and(|met| met && rest.is_empty())
}

fn either(words: &mut &[&str], allow: &BTreeSet<String>) -> Option<bool> {
    let mut met = both(words, allow)?;
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        met |= both(words, allow)?;
    }
    Some(met)
}

fn both(words: &mut &[&str], allow: &BTreeSet<String>) -> Option<bool> {
    let mut met = one(words, allow)?;
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        met &= one(words, allow)?;
    }
    Some(met)
}

fn one(words: &mut &[&str], allow: &BTreeSet<String>) -> Option<bool> {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let met = either(words, allow)?;
            *words = words.strip_prefix(&[")"][..])?;
            Some(met)
        }
        ["OR" | "AND" | "WITH" | ")", ..] | [] => None,
        [name, "WITH", exception, rest @ ..] => {
            *words = rest;
            Some(allow.contains(&format!("{name} WITH {exception}")))
        }
        [name, rest @ ..] => {
            *words = rest;
            Some(allow.contains(*name))
        }
    }
}
