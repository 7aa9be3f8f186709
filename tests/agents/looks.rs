//! What acp says of the real programs: that they are there, which version, whether they are logged in, whether they work.

use serde_json::Value;

use crate::kinds;
use crate::world::World;

const DRIVEN: &[&str] = &["claude", "codex", "opencode", "gemini", "pi", "qwen"];

#[test]
fn every_program_is_found_with_its_version_and_its_login() {
    for agent in DRIVEN {
        let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
        let all = world.json(&["agent", "list"]);
        let row = all.as_array().unwrap().iter();
        let row = row.clone().find(|row| row["name"] == *agent).unwrap();
        assert_eq!(row["state"], "ready", "{row}");
        let version = row["version"].as_str().unwrap_or_default();
        let tried = row["tried_with"].as_str().unwrap();
        assert!(
            version.contains(tried),
            "{agent}: {version}, tried with {tried}"
        );
        let probe = world.json(&["agent", "probe", agent]);
        assert_eq!(probe["name"], *agent, "{probe}");
        assert_ne!(probe["login"], Value::Null, "{probe}");
        assert!(!probe.to_string().contains("dummy"), "{probe}");
        assert_eq!(world.calls(), 0, "no model is asked");
    }
}

#[test]
fn a_tiny_task_is_done_by_an_agent_that_works_and_not_by_one_that_is_logged_out() {
    for agent in ["claude", "codex"] {
        let world = World::new(agent, "ok", &kinds::limits(agent, "ok"));
        let tested = world.json(&["agent", "test", agent]);
        assert_eq!(tested["outcome"], "implemented", "{tested}");
        assert!(tested["tokens"].as_u64() > Some(0), "{tested}");
        world.nothing_is_left();
        let out = World::new(agent, "401", &kinds::limits(agent, "401"));
        let tested = out.json_with(&["agent", "test", agent], 1);
        assert_eq!(tested["class"], "not-logged-in", "{tested}");
        out.nothing_is_left();
    }
}
