//! Which commands prepare and test a repository, as far as its files tell. Nothing is run and nothing is read here.

use std::collections::BTreeMap;

/// What npm writes into a new `package.json`.
const NPM_PLACEHOLDER: &str = "no test specified";

/// Commands for a new profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Detected {
    /// For `repo.setup`.
    pub setup: Vec<String>,
    /// For `repo.verify`.
    pub verify: Vec<String>,
}

/// Looks at the files in the root of a repository, by name with their content. A `test` target of a Makefile or a
/// justfile counts only when no language's own command is found, so that nothing is tested twice.
pub fn detect_verify(files: &BTreeMap<String, String>) -> Detected {
    let mut found = Detected::default();
    if files.contains_key("Cargo.toml") {
        found.verify.push("cargo test".to_owned());
    }
    if let Some(package) = files
        .get("package.json")
        .filter(|text| has_test_script(text))
    {
        let (install, test) = node_commands(files, package);
        found.setup.extend(install.map(str::to_owned));
        found.verify.push(test.to_owned());
    }
    if files
        .get("pyproject.toml")
        .is_some_and(|text| text.contains("pytest"))
    {
        found.verify.push(pytest(files).to_owned());
    }
    if files.contains_key("go.mod") {
        found.verify.push("go test ./...".to_owned());
    }
    if found.verify.is_empty() {
        found.verify.extend(task_runner(files).map(str::to_owned));
    }
    found
}

fn has_test_script(package: &str) -> bool {
    let json: serde_json::Value = serde_json::from_str(package).unwrap_or_default();
    let script = json["scripts"]["test"].as_str().unwrap_or_default();
    !script.trim().is_empty() && !script.contains(NPM_PLACEHOLDER)
}

/// A fresh worktree has no `node_modules`, so the installation belongs to it.
fn node_commands(
    files: &BTreeMap<String, String>,
    package: &str,
) -> (Option<&'static str>, &'static str) {
    let has = |name: &str| files.contains_key(name);
    if has("pnpm-lock.yaml") {
        (Some("pnpm install --frozen-lockfile"), "pnpm test")
    } else if has("yarn.lock") {
        (Some("yarn install --frozen-lockfile"), "yarn test")
    } else if has("bun.lock") || has("bun.lockb") {
        (Some("bun install --frozen-lockfile"), "bun run test")
    } else if has("package-lock.json") || has("npm-shrinkwrap.json") {
        (Some("npm ci"), "npm test")
    } else {
        (
            package.contains("ependencies\"").then_some("npm install"),
            "npm test",
        )
    }
}

fn pytest(files: &BTreeMap<String, String>) -> &'static str {
    if files.contains_key("uv.lock") {
        "uv run pytest"
    } else if files.contains_key("poetry.lock") {
        "poetry run pytest"
    } else {
        "python -m pytest"
    }
}

fn task_runner(files: &BTreeMap<String, String>) -> Option<&'static str> {
    let any = |names: &[&str], has_test: fn(&str) -> bool| {
        names
            .iter()
            .filter_map(|name| files.get(*name))
            .any(|text| text.lines().any(has_test))
    };
    if any(&["justfile", "Justfile", ".justfile"], is_just_recipe) {
        Some("just test")
    } else if any(&["GNUmakefile", "makefile", "Makefile"], is_make_target) {
        Some("make test")
    } else {
        None
    }
}

/// `test:`, also among several targets; not `test := x`.
fn is_make_target(line: &str) -> bool {
    let Some((targets, rest)) = line.split_once(':') else {
        return false;
    };
    let assigns = rest.starts_with('=') || rest.starts_with(":=") || targets.contains('=');
    !line.starts_with(['\t', ' ', '#'])
        && !assigns
        && targets.split_whitespace().any(|target| target == "test")
}

/// `test:` or `@test:`, with parameters only if all of them may be left out.
fn is_just_recipe(line: &str) -> bool {
    let Some((head, rest)) = line.split_once(':') else {
        return false;
    };
    let mut words = head.split_whitespace();
    let name = words.next().unwrap_or_default();
    !line.starts_with([' ', '\t', '#'])
        && !rest.starts_with('=')
        && name.trim_start_matches('@') == "test"
        && words.all(|parameter| parameter.contains('=') || parameter.starts_with('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(files: &[(&str, &str)]) -> Vec<String> {
        detect(files).verify
    }

    fn detect(files: &[(&str, &str)]) -> Detected {
        let owned = files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        detect_verify(&owned.collect())
    }

    #[test]
    fn languages_have_their_commands() {
        assert_eq!(verify(&[("Cargo.toml", "")]), ["cargo test"]);
        assert_eq!(verify(&[("go.mod", "module x")]), ["go test ./..."]);
        assert_eq!(
            verify(&[("pyproject.toml", "[tool.pytest.ini_options]")]),
            ["python -m pytest"]
        );
        assert_eq!(
            verify(&[("pyproject.toml", "pytest"), ("uv.lock", "")]),
            ["uv run pytest"]
        );
        assert!(verify(&[("pyproject.toml", "[project]")]).is_empty());
        assert!(verify(&[("README.md", "test:")]).is_empty());
        assert_eq!(
            verify(&[("Cargo.toml", ""), ("go.mod", "")]),
            ["cargo test", "go test ./..."]
        );
    }

    #[test]
    fn a_test_script_must_be_a_real_one() {
        let package = r#"{"scripts":{"test":"vitest run"}}"#;
        assert_eq!(verify(&[("package.json", package)]), ["npm test"]);
        let locked = detect(&[("package.json", package), ("package-lock.json", "{}")]);
        assert_eq!(
            (locked.setup[0].as_str(), locked.verify[0].as_str()),
            ("npm ci", "npm test")
        );
        let pnpm = detect(&[("package.json", package), ("pnpm-lock.yaml", "")]);
        assert_eq!(pnpm.verify, ["pnpm test"]);
        for none in [
            r#"{"scripts":{"test":"echo \"Error: no test specified\" && exit 1"}}"#,
            r#"{"scripts":{"test":""}}"#,
            r#"{"scripts":{"build":"x"}}"#,
            "not json",
            "",
        ] {
            assert_eq!(
                detect(&[("package.json", none)]),
                Detected::default(),
                "{none}"
            );
        }
    }

    #[test]
    fn a_task_runner_counts_when_it_has_a_test_target() {
        for yes in [
            "test:\n\tx",
            "all test lint: deps",
            ".PHONY: x\ntest: build\n",
        ] {
            assert_eq!(verify(&[("Makefile", yes)]), ["make test"], "{yes}");
        }
        for no in [
            "test := x",
            "test ::= x",
            "tests:",
            "\ttest: x",
            "# test: x",
            "x = test: y",
            ".PHONY: test",
        ] {
            assert!(verify(&[("Makefile", no)]).is_empty(), "{no}");
        }
        for yes in [
            "test:\n  x",
            "@test: build",
            "test *args:",
            "test filter='':",
        ] {
            assert_eq!(verify(&[("justfile", yes)]), ["just test"], "{yes}");
        }
        for no in ["test name:", "test := 'x'", "  test:", "unit-test:"] {
            assert!(verify(&[("justfile", no)]).is_empty(), "{no}");
        }
        assert_eq!(
            verify(&[("Makefile", "test:"), ("Cargo.toml", "")]),
            ["cargo test"]
        );
    }
}
