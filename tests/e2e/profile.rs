//! `acp profile`.

use crate::env::{TestEnv, end};
use crate::state::with_profile;

#[test]
fn no_profile_is_an_empty_list() {
    let env = TestEnv::new();
    let list = env.acp(&["profile", "list"]).ok();
    assert_eq!(list.stdout, "");
    list.says("acp init");
    let _none = env.acp(&["profile", "check"]).with(66);
    let _none = env.acp(&["profile", "show"]).with(66);
}

#[test]
fn profiles_are_listed_also_when_one_is_broken() {
    let env = with_profile();
    env.write("acp/config/profiles/bad.yaml", "schema: 1\nlimitz: {}\n");
    let list = env.acp(&["profile", "list", "--plain"]).ok().stdout;
    let rows: Vec<Vec<&str>> = list
        .lines()
        .map(|l| l.split('\t').take(4).collect())
        .collect();
    assert_eq!(rows[0][..3], ["bad", "", ""]);
    assert_ne!(rows[0][3], "0");
    assert_eq!(rows[1], ["web", "local", "web", "0"]);
    env.acp(&["profile", "list"]).ok().says("acp profile check");
}

#[test]
fn every_value_is_shown_with_its_layer() {
    let env = with_profile().var("ACP_WRITES", "off");
    env.write("acp/config/config.toml", "[profile.limits]\nworkers = 2\n");
    let shown = env.acp(&["profile", "show", "--origin"]).ok().stdout;
    let line = |key: &str| -> Vec<String> {
        let line = shown.lines().find(|line| line.starts_with(key)).unwrap();
        line.split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(
        line("limits.workers:"),
        ["limits.workers:", "2", "#", "config.toml"]
    );
    assert_eq!(
        line("policy.writes:"),
        ["policy.writes:", "\"off\"", "#", "ACP_WRITES"]
    );
    assert_eq!(
        line("forge.kind:"),
        ["forge.kind:", "local", "#", "profile"]
    );
    assert_eq!(line("repo.base:"), ["repo.base:", "main", "#", "built-in"]);
    let plain = env.acp(&["profile", "show", "web", "--plain"]).ok().stdout;
    assert!(
        plain.contains("limits.workers\t2\tconfig.toml\n"),
        "{plain}"
    );
    let json = env.acp(&["profile", "show", "--json"]).ok().json();
    assert_eq!(json["data"]["id"], "web");
    env.acp(&["profile", "show", "nope"]).with(66).says("`web`");
}

#[test]
fn check_explains_every_problem_and_ends_with_1() {
    let env = with_profile().var("ACP_SANDBOX", "auto");
    let fine = env.acp(&["profile", "check"]).ok().stdout;
    assert_eq!(fine, "web: fine\n");
    env.write(
        "acp/config/profiles/web.yaml",
        "schema: 1\nforge: { kind: local }\nlimits:\n  wokers: 3\n  heavy: many\n",
    );
    let human = env.acp(&["profile", "check", "web"]).with(1).stdout;
    assert!(
        human.contains("web.yaml:4") && human.contains("did you mean `workers`"),
        "{human}"
    );
    let plain = env.acp(&["profile", "check", "--plain"]).with(1).stdout;
    let rows: Vec<Vec<&str>> = plain.lines().map(|l| l.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().all(|row| row.len() == 6));
    assert_eq!((rows[0][2], rows[0][3]), ("4", "limits.wokers"));
    let json = env.acp(&["profile", "check", "--json"]).with(1).json();
    assert_eq!(json["data"][0]["problems"][1]["line"], 5);
    env.acp(&["profile", "show"])
        .with(78)
        .says("acp profile check");
    let _missing = env.acp(&["profile", "check", "nope"]).with(66);
}

/// It is allowed, so it is no problem; a person who checks is told all the same.
#[test]
fn check_warns_of_agents_without_a_sandbox() {
    let env = with_profile();
    let profile = "schema: 1\nforge: { kind: local }\nsandbox: { kind: none }\nagents:\n  use: claude\n  \
                   fallback: [codex]\n  settings: { codex: { sandbox: none } }\n";
    env.write("acp/config/profiles/web.yaml", profile);
    let check = |args: &[&str]| {
        let mut command = env.acp_command(&[&["profile", "check"], args].concat());
        // It would win over the profile.
        end(command.env_remove("ACP_SANDBOX"), b"").ok()
    };
    let json = check(&["--json"]).json();
    let warnings = json["data"][0]["warnings"].as_array().unwrap();
    let named = |key: &str| {
        let mut all = warnings.iter().filter_map(serde_json::Value::as_str);
        all.any(|text| text.starts_with(&format!("`{key}` is none: agents run without a sandbox")))
    };
    assert!(
        named("sandbox.kind") && named("agents.settings.codex.sandbox"),
        "{json}"
    );
    assert_eq!(warnings.len(), 2, "{json}");
    let human = check(&[]).stdout;
    assert!(
        human.starts_with("web: fine\n  `sandbox.kind` is none"),
        "{human}"
    );
    assert_eq!(check(&["--plain"]).stdout, "");
}

#[test]
fn a_profile_that_cannot_be_read_keeps_no_other_from_being_explained() {
    let env = with_profile();
    std::fs::create_dir_all(env.path("acp/config/profiles/a.yaml")).unwrap();
    env.write("acp/config/profiles/b.yaml", "schema: 1\nlimitz: {}\n");
    std::fs::write(env.path("acp/config/profiles/c.yaml"), [0xff]).unwrap();
    let checked = env.acp(&["profile", "check", "--json"]).with(1).json();
    let rows = checked["data"].as_array().unwrap();
    let found: Vec<(&str, bool)> = rows
        .iter()
        .map(|row| {
            (
                row["id"].as_str().unwrap(),
                row["problems"] != serde_json::json!([]),
            )
        })
        .collect();
    assert_eq!(
        found,
        [("a", true), ("b", true), ("c", true), ("web", false)]
    );
    let said = rows[2]["problems"][0]["message"].as_str().unwrap();
    assert!(said.contains("UTF-8"), "{said}");
}

#[test]
fn the_schema_is_the_committed_one() {
    let env = TestEnv::new();
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/profiles/profile.schema.json");
    let committed = std::fs::read_to_string(file).unwrap();
    assert_eq!(env.acp(&["profile", "schema"]).ok().stdout, committed);
    let json = env.acp(&["profile", "schema", "--json"]).ok().json();
    assert_eq!(
        json["data"],
        serde_json::from_str::<serde_json::Value>(&committed).unwrap()
    );
}
