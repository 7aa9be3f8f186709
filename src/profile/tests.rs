//! Profiles that load.

use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::domain::{CheckPolicy, ForgeKind, ProfileId, TokenSource, Writes};
use crate::sys::Env;

fn id(text: &str) -> ProfileId {
    text.parse().unwrap()
}

fn env(pairs: &[(&str, &str)]) -> Env {
    Env::from_pairs(pairs.iter().copied().chain([("HOME", "/home/me")]))
}

pub(super) fn load_yaml(text: &str) -> Result<Profile> {
    load_text(&id("web"), Path::new("web.yaml"), text, &env(&[]))
}

pub(super) fn problems(text: &str) -> Vec<String> {
    match load_yaml(text) {
        Ok(_) => vec![],
        Err(ProfileError::Invalid { problems, .. }) => {
            problems.iter().map(ToString::to_string).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_plain_list_of_notifiers_is_a_group_with_names() {
    let profile = |notify: &str| {
        let text = format!("schema: 1\nforge: {{ kind: local }}\n{notify}\n");
        load_yaml(&text).unwrap().rules.notify
    };
    let list = "notify: [{ kind: ntfy, topic: a }, { kind: command, argv: [x] }, { kind: ntfy, topic: b, priority: high }]";
    let group = "notify: { to: { ntfy: { kind: ntfy, topic: a }, command: { kind: command, argv: [x] }, ntfy-2: { kind: ntfy, topic: b, priority: high } } }";
    assert_eq!(profile(list), profile(group));
    assert_eq!(profile("notify: []"), profile(""));
}

#[test]
fn a_minimal_profile_gets_the_defaults_of_its_forge() {
    let local = load_yaml("schema: 1\nforge: { kind: local }\n").unwrap();
    assert_eq!(local.rules.forge.repo, "web");
    assert_eq!(local.rules.policy.writes, Writes::Full);
    assert_eq!(local.rules.policy.merge.checks, CheckPolicy::Present);
    assert_eq!(local.origin("policy.writes"), Origin::BuiltIn);
    assert_eq!(local.origin("forge.kind"), Origin::Profile);

    let remote = "schema: 1\nforge: { kind: github, repo: a/b, token: { env: T } }\n";
    let remote = load_yaml(remote).unwrap();
    assert_eq!(remote.rules.policy.writes, Writes::Draft);
    assert_eq!(remote.rules.policy.merge.checks, CheckPolicy::Required);
    assert_eq!(
        remote.rules.forge.token,
        Some(TokenSource::Env("T".to_owned()))
    );
    assert_eq!(remote.rules.retry.delays[3], Duration::from_hours(1));
    assert_eq!(remote.rules.retry.attempts_max, 6);
    assert_eq!(
        remote.rules.agents.settings["codex"].timeout,
        Duration::from_mins(30)
    );
    assert_eq!(
        remote.rules.agents.settings["codex"].output_bytes_max,
        50_000_000
    );
    assert_eq!(remote.rules.risk.weights["forbidden_path_touch"], 100);
}

#[test]
fn money_paths_and_groups_are_read_as_written() {
    let text = "schema: 1
forge: { kind: github, repo: a/b, token: { file: ~/token } }
repo: { path: ~/src/web }
budget: { usd_per_day: 0.1, usd_per_run: 0.000001, usd_per_item: 15, runs_per_item: 8, tokens_per_item: 90, tokens_per_run: 9 }
agents: { settings: { claude: { timeout: 2h } } }
risk: { weights: { ci_failure: 0, our_rule: 7 }, classes: { our_rule: ['x/**'] } }
policy:
";
    let rules = load_yaml(text).unwrap().rules;
    assert_eq!(rules.budget.usd_micros_per_day, 100_000);
    assert_eq!(rules.budget.usd_micros_per_run, 1);
    assert_eq!(rules.budget.usd_micros_per_item, 15_000_000);
    assert_eq!(rules.budget.runs_per_item, 8);
    assert_eq!(rules.budget.tokens_per_item, 90);
    assert_eq!(rules.repo.path.unwrap(), Path::new("/home/me/src/web"));
    assert_eq!(
        rules.forge.token,
        Some(TokenSource::File("/home/me/token".into()))
    );
    assert_eq!(
        rules.agents.settings["claude"].timeout,
        Duration::from_hours(2)
    );
    assert_eq!(
        rules.agents.settings["claude"].stall,
        Duration::from_mins(5)
    );
    assert_eq!(
        (
            rules.risk.weights["ci_failure"],
            rules.risk.weights["our_rule"]
        ),
        (0, 7)
    );
    assert_eq!(rules.risk.weights["large_deletion"], 20);
}

#[test]
fn the_built_in_layer_is_a_valid_profile() {
    let text = DEFAULTS.replace("forge: {}", "forge: { kind: local }");
    let profile = load_yaml(&text).unwrap();
    let plain = load_yaml("schema: 1\nforge: { kind: local }\n").unwrap();
    assert_eq!(profile.rules, plain.rules);
    let paths = default_path_rules();
    assert_eq!(paths, plain.rules.policy.paths);
    assert!(!paths.forbidden.is_empty() && !paths.protected.is_empty());
    // Every key of the schema is either built in, or named in the comments.
    let schema: serde_json::Value = serde_json::from_str(&schema_json()).unwrap();
    for (section, inner) in schema["properties"].as_object().unwrap() {
        for key in inner["properties"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(key, _)| key)
        {
            assert!(DEFAULTS.contains(key), "{section}.{key}");
        }
    }
}

#[test]
fn settings_list_every_value_with_its_layer() {
    let profile = load_yaml("schema: 1\nforge: { kind: local }\nlimits: { workers: 2 }\n").unwrap();
    let settings = profile.settings();
    assert_eq!(settings.len(), profile.origins.len());
    let workers = settings
        .iter()
        .find(|(key, ..)| *key == "limits.workers")
        .unwrap();
    assert_eq!(
        (workers.1.to_string(), workers.2.to_string()),
        ("2".to_owned(), "profile".to_owned())
    );
}

fn new_profile() -> impl Strategy<Value = NewProfile> {
    let line = "[ -~äß\u{7f}\u{85}\u{2028}\t\n]{0,30}[a-z]";
    let token = prop_oneof![
        "[A-Z_]{1,9}".prop_map(TokenSource::Env),
        "/[ -~]{0,20}[a-z]".prop_map(|path| TokenSource::File(path.into())),
        prop::collection::vec(line, 1..3).prop_map(TokenSource::Command),
    ];
    let lines = || prop::collection::vec(line, 0..3);
    (
        token,
        lines(),
        lines(),
        line,
        prop::option::of("/[ -~ö]{0,20}"),
        any::<u8>(),
    )
        .prop_map(|(token, setup, verify, shell, path, kind)| {
            let local = kind % 2 == 0;
            NewProfile {
                id: id("web"),
                kind: if local {
                    ForgeKind::Local
                } else {
                    ForgeKind::Gitea
                },
                repo: if local { "null" } else { "on/1.0" }.to_owned(),
                base_url: (!local).then(|| "https://git.example.org".to_owned()),
                git_url: (!local).then(|| "http://127.0.0.1:8/a b.git".replace(' ', "%20")),
                token: (!local).then_some(token),
                path: path.map(Into::into),
                base: "no".to_owned(),
                setup,
                verify,
                agent: "command".to_owned(),
                agent_command: Some(shell),
                labels: (kind % 3 == 0)
                    .then(|| "go: \"x\"".to_owned())
                    .into_iter()
                    .collect(),
                writes: [None, Some("off"), Some("draft"), Some("full")][usize::from(kind % 4)],
            }
        })
}

proptest! {
    #[test]
    fn what_init_writes_loads_back(new in new_profile()) {
        let rules = load_yaml(&render(&new)).map_err(|error| TestCaseError::fail(error.to_string()))?.rules;
        prop_assert_eq!(rules.forge.kind, new.kind);
        prop_assert_eq!(rules.forge.repo, new.repo);
        prop_assert_eq!(rules.forge.base_url, new.base_url);
        prop_assert_eq!(rules.forge.git_url, new.git_url);
        prop_assert_eq!(rules.forge.token, new.token);
        prop_assert_eq!(rules.repo.path, new.path);
        prop_assert_eq!(rules.repo.base.as_str(), new.base);
        prop_assert_eq!(rules.repo.setup, new.setup);
        prop_assert_eq!(rules.repo.verify, new.verify);
        prop_assert_eq!(rules.agents.use_, new.agent);
        prop_assert_eq!(&rules.agents.settings["command"].shell, &new.agent_command);
        if !new.labels.is_empty() {
            prop_assert_eq!(rules.intake.labels.iter().collect::<Vec<_>>(), new.labels.iter().collect::<Vec<_>>());
        }
        let usual = if new.kind == ForgeKind::Local { "full" } else { "draft" };
        let writes = format!("{:?}", rules.policy.writes).to_lowercase();
        prop_assert_eq!(writes, new.writes.unwrap_or(usual));
    }

    #[test]
    fn no_text_makes_it_panic(text in "(schema: 1\n)?[ -~\n]{0,200}") {
        drop(load_yaml(&text));
    }

    #[test]
    fn what_the_schema_passes_also_deserializes(text in yaml_of_known_keys()) {
        for problem in problems(&text) {
            prop_assert!(!problem.starts_with("web.yaml: "), "{}", problem);
        }
    }
}

/// Keys that exist, with values of any kind.
fn yaml_of_known_keys() -> impl Strategy<Value = String> {
    let keys: Vec<(String, String)> = {
        let schema: serde_json::Value = serde_json::from_str(&schema_json()).unwrap();
        let sections = schema["properties"].as_object().unwrap().clone();
        let keys = sections.into_iter().flat_map(|(section, inner)| {
            let inner = inner["properties"].as_object().cloned().unwrap_or_default();
            inner
                .into_iter()
                .map(move |(key, _)| (section.clone(), key))
        });
        keys.filter(|(_, key)| key != "kind").collect()
    };
    let value = prop::sample::select(vec![
        "1",
        "0",
        "-1",
        "0.5",
        "300",
        "5000000000",
        "x",
        "5m",
        "1GB",
        "[]",
        "[x]",
        "[1]",
        "{}",
        "{ x: 1 }",
        "~",
        "[~]",
        "{ env: T }",
        "true",
        "{ claude: ~ }",
        "{ x: [a] }",
        "off",
    ]);
    (prop::sample::select(keys), value).prop_map(|((section, key), value)| match section.as_str() {
        "forge" => format!("schema: 1\nforge: {{ kind: local, {key}: {value} }}\n"),
        _ => format!("schema: 1\nforge: {{ kind: local }}\n{section}: {{ {key}: {value} }}\n"),
    })
}

#[test]
fn one_backend_may_have_several_accounts_and_models() {
    let text = "schema: 1
forge: { kind: local }
agents:
  use: claude
  fallback: [claude-work, small, codex]
  settings:
    claude: { timeout: 2h, model: opus }
    claude-work: { backend: claude, env: [CLAUDE_CONFIG_DIR] }
    small: { backend: claude, account: claude, model: haiku }
";
    let agents = load_yaml(text).unwrap().rules.agents;
    assert_eq!(
        agents.in_order(),
        ["claude", "claude-work", "small", "codex"]
    );
    let work = &agents.settings["claude-work"];
    assert_eq!(
        (work.timeout, work.model.as_deref()),
        (Duration::from_hours(2), Some("opus"))
    );
    assert_eq!(agents.settings["claude"].env, [""; 0]);
    let keys = ["claude", "claude-work", "small", "codex"].map(|name| agents.account_key(name));
    assert_eq!(
        keys,
        [
            "agent:claude",
            "agent:claude:claude-work",
            "agent:claude",
            "agent:codex"
        ]
    );
    assert_eq!(agents.model_key("small"), "agent:claude:claude:haiku");
    assert_eq!(agents.backend("small"), "claude");
}
