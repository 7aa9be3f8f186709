//! The table of hosts in `docs/sandbox.md`, and the list by which a profile is checked, say what the agents do.

use std::fmt::Write as _;
use std::path::Path;

use acp::agent::{self, Agent};
use acp::profile::AGENTS_WITH_HOSTS;

use super::generated::check_fresh;

const BEGIN: &str = "<!-- hosts -->\n";
const END: &str = "<!-- /hosts -->\n";

fn with_hosts() -> impl Iterator<Item = &'static &'static dyn Agent> {
    let all = agent::all().iter();
    all.filter(|agent| !agent.hosts().known.is_empty())
}

#[test]
fn a_profile_knows_which_agents_have_hosts() {
    let names: Vec<&str> = with_hosts().map(|agent| agent.name()).collect();
    assert_eq!(names, AGENTS_WITH_HOSTS);
}

#[test]
fn the_table_of_hosts_is_the_one_of_the_agents() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/sandbox.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let whole = format!("{before}{BEGIN}{}{END}{after}", table());
    if let Err(stale) = check_fresh("docs/sandbox.md", &whole) {
        panic!("{stale}");
    }
}

fn table() -> String {
    let mut text =
        String::from("| agent | goes to | instead, when it is handed one |\n|---|---|---|\n");
    let quoted = |names: &[&str]| {
        let names = names.iter().map(|name| format!("`{name}`"));
        names.collect::<Vec<_>>().join(", ")
    };
    for agent in with_hosts() {
        let hosts = agent.hosts();
        let (known, vars) = (quoted(hosts.known), quoted(hosts.vars));
        writeln!(
            text,
            "| `{}` | {known} | the host of {vars} |",
            agent.name()
        )
        .unwrap();
    }
    text.push_str(
        "| all others | what `sandbox.hosts` names; without it the profile is refused | |\n",
    );
    text
}
