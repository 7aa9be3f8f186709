//! Profiles as files: layers, choice, and what happens with files that are not as they should be.

use std::fs;
use std::path::Path;

use super::*;
use crate::domain::{ProfileId, Writes};
use crate::sys::Env;

fn id(text: &str) -> ProfileId {
    text.parse().unwrap()
}

fn config(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("profiles")).unwrap();
    for (name, text) in files {
        crate::durable::write_atomic(&dir.path().join(name), text.as_bytes()).unwrap();
    }
    dir
}

fn env(pairs: &[(&str, &str)]) -> Env {
    Env::from_pairs(pairs.iter().copied().chain([("HOME", "/home/me")]))
}

const CONFIG: &str = r#"
[profile.limits]
workers = 2
heavy = 2

[profile.agents]
use = "codex"
fallback = ["gemini", "opencode"]

[profile.agents.settings.command]
argv = ["a", "b"]

[profile.forge]
token = { env = "FROM_CONFIG" }
"#;

const PROFILE: &str = "schema: 1
forge: { kind: github, repo: a/b, token: { file: /token } }
limits: { heavy: 3 }
agents: { fallback: [claude], settings: { command: { shell: x } } }
policy: { writes: draft }
";

#[test]
fn layers_replace_scalars_and_lists_and_merge_groups() {
    let dir = config(&[("config.toml", CONFIG), ("profiles/web.yaml", PROFILE)]);
    let flags = Overrides::none()
        .with("--agent", "agents.use", "opencode")
        .with("--workers", "limits.workers", "7");
    let env = env(&[("ACP_AGENT", "claude"), ("ACP_WRITES", "off")]);
    let profile = load(dir.path(), &id("web"), &env, &flags).unwrap();
    let found = |key: &str| {
        let settings = profile.settings();
        let (_, value, origin) = settings.iter().find(|(name, ..)| *name == key).unwrap();
        format!("{value} {origin}")
    };
    assert_eq!(found("limits.workers"), "7 --workers");
    assert_eq!(found("limits.heavy"), "3 profile");
    assert_eq!(found("limits.pr"), "3 built-in");
    assert_eq!(found("agents.use"), "\"opencode\" --agent");
    assert_eq!(found("agents.fallback"), "[\"claude\"] profile");
    assert_eq!(found("policy.writes"), "\"off\" ACP_WRITES");
    assert_eq!(found("forge.token"), "{\"file\":\"/token\"} profile");
    assert_eq!(found("agents.settings.command.shell"), "\"x\" profile");
    assert_eq!(profile.rules.policy.writes, Writes::Off);
    assert!(profile.rules.agents.settings["command"].argv.is_empty());
    assert_eq!(profile.origin("limits.heavy"), Origin::Profile);
    assert_eq!(profile.path, dir.path().join("profiles/web.yaml"));

    let plain = load(dir.path(), &id("web"), &Env::default(), &Overrides::none()).unwrap();
    assert_eq!(plain.origin("limits.workers"), Origin::Config);
    assert_eq!(
        (plain.rules.limits.workers, plain.rules.agents.use_.as_str()),
        (2, "codex")
    );
}

#[test]
fn problems_of_all_layers_are_reported_together() {
    let toml = "[profile.limits]\nwokers = 2\n\n[profle]\n[profile.policy.merge]\nauto_max = 90\n";
    let yaml = "schema: 1\nforge: { kind: local }\nretry: { delays: [] }\n";
    let dir = config(&[("config.toml", toml), ("profiles/web.yaml", yaml)]);
    let flags = Overrides::none().with("--workers", "limits.workers", "many");
    let error = load(
        dir.path(),
        &id("web"),
        &env(&[("ACP_WRITES", "all")]),
        &flags,
    )
    .unwrap_err();
    let text = error
        .to_string()
        .replace(&dir.path().display().to_string(), "C");
    assert_eq!(
        text,
        "the profile `C/profiles/web.yaml` has 6 problems
  C/config.toml:4: profle: unknown table; did you mean `profile`?
  C/config.toml:2: limits.wokers: unknown key; did you mean `workers`?
  C/profiles/web.yaml:3: retry.delays: the list must not be empty
  ACP_WRITES: policy.writes: expected `off`, `draft` or `full`, found `all`
  --workers: limits.workers: expected a whole number, 0 or more, found `many`
  C/config.toml:6: policy.merge.auto_max: `policy.merge.auto_max` is 90, which is above `policy.merge.ask_max`, 70; \
         lower the first or raise the second"
    );
}

#[test]
fn broken_toml_names_its_line() {
    let yaml = "schema: 1\nforge: { kind: local }\n";
    for (toml, expected) in [
        ("[profile\n", "config.toml:1: "),
        (
            "x = 1\n[profile]\nlimits = 2026-01-01\n",
            "config.toml:3: no setting is a date: put text in quotes",
        ),
        ("profile = 3\n", "config.toml: profile: expected a table"),
        ("[profile]\na = 1\na = 2\n", "config.toml:3: duplicate key"),
    ] {
        let dir = config(&[("config.toml", toml), ("profiles/web.yaml", yaml)]);
        let error = load(dir.path(), &id("web"), &env(&[]), &Overrides::none()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn files_that_are_no_text_or_too_large_are_refused() {
    let dir = config(&[("profiles/big.yaml", &"#".repeat(300_000))]);
    crate::durable::write_atomic(&dir.path().join("profiles/bin.yaml"), b"a: \xff").unwrap();
    let load = |name: &str| load(dir.path(), &id(name), &env(&[]), &Overrides::none()).unwrap_err();
    assert!(matches!(load("big"), ProfileError::Unreadable(_)));
    assert!(matches!(load("bin"), ProfileError::Unreadable(_)));
    assert_eq!(
        load("bog").to_string(),
        "there is no profile `bog` (there are `big`, `bin`)"
    );
}

#[test]
fn a_profile_may_be_a_link_to_a_file_elsewhere() {
    let dir = config(&[("elsewhere", "schema: 1\nforge: { kind: local }\n")]);
    std::os::unix::fs::symlink(
        dir.path().join("elsewhere"),
        dir.path().join("profiles/web.yaml"),
    )
    .unwrap();
    load(dir.path(), &id("web"), &env(&[]), &Overrides::none()).unwrap();
}

#[test]
fn the_list_holds_profiles_only() {
    let dir = config(&[
        ("profiles/b.yaml", ""),
        ("profiles/a.yaml", ""),
        ("profiles/A B.yaml", ""),
        ("profiles/c.yml", ""),
    ]);
    fs::create_dir(dir.path().join("profiles/a")).unwrap();
    assert_eq!(list(dir.path()).unwrap(), [id("a"), id("b")]);
    assert!(list(Path::new("/does/not/exist")).unwrap().is_empty());
}

#[test]
fn the_profile_that_is_meant() {
    let none = config(&[]);
    let cwd = Path::new("/src/web/sub");
    let choose = |dir: &Path, flag: Option<&str>, env: &Env, cwd: &Path| {
        select(dir, flag.map(id).as_ref(), env, cwd).map_err(|error| error.to_string())
    };
    let unset = env(&[]);
    assert_eq!(
        choose(none.path(), None, &unset, cwd),
        Err("there is no profile yet: `acp init` makes one".to_owned())
    );

    let one = config(&[("profiles/web.yaml", "not even yaml: [")]);
    assert_eq!(choose(one.path(), None, &unset, cwd), Ok(id("web")));

    let two = config(&[
        ("profiles/web.yaml", "schema: 1\nrepo: { path: /src/web }\n"),
        (
            "profiles/inner.yaml",
            "schema: 1\nrepo: { path: /src/web/inner }\n",
        ),
        ("profiles/home.yaml", "schema: 1\nrepo: { path: ~/x }\n"),
    ]);
    assert_eq!(choose(two.path(), None, &unset, cwd), Ok(id("web")));
    assert_eq!(
        choose(two.path(), None, &unset, Path::new("/src/web/inner")),
        Ok(id("inner"))
    );
    assert_eq!(
        choose(two.path(), None, &unset, Path::new("/home/me/x/y")),
        Ok(id("home"))
    );
    assert_eq!(
        choose(
            two.path(),
            Some("home"),
            &env(&[("ACP_PROFILE", "web")]),
            cwd
        ),
        Ok(id("home"))
    );
    assert_eq!(
        choose(two.path(), None, &env(&[("ACP_PROFILE", "home")]), cwd),
        Ok(id("home"))
    );
    let missing = choose(two.path(), None, &env(&[("ACP_PROFILE", "hoem")]), cwd).unwrap_err();
    assert_eq!(
        missing,
        "there is no profile `hoem` (there are `home`, `inner`, `web`)"
    );
    let unclear = choose(two.path(), None, &unset, Path::new("/src/website")).unwrap_err();
    assert_eq!(
        unclear,
        "several profiles could be meant (there are `home`, `inner`, `web`): name one with `--profile` or ACP_PROFILE"
    );
    assert!(choose(two.path(), None, &env(&[("ACP_PROFILE", "../x")]), cwd).is_err());
}

#[test]
fn the_examples_load() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles");
    for name in ["local", "github", "gitea"] {
        let path = folder.join(name).with_extension("yaml");
        let text = fs::read_to_string(&path).unwrap();
        let profile = load_text(&id(name), &path, &text, &env(&[])).unwrap();
        assert_eq!(profile.rules.forge.kind.as_str(), name);
    }
}

#[test]
fn every_variable_is_documented() {
    for (name, _) in ENVIRONMENT {
        assert!(
            crate::sys::VARIABLES
                .iter()
                .any(|variable| variable.name == *name),
            "{name}"
        );
    }
}
