//! The table of ways to fail in `docs/agents.md` says what the code does.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use acp::domain::FailureClass;
use acp::domain::Scope;
use acp::policy::consequence;

use super::generated::check_fresh;

const BEGIN: &str = "<!-- consequences -->\n";
const END: &str = "<!-- /consequences -->\n";

#[test]
fn the_table_of_ways_to_fail_is_the_one_of_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let whole = format!("{before}{BEGIN}{}{END}{after}", table());
    if let Err(stale) = check_fresh("docs/agents.md", &whole) {
        panic!("{stale}");
    }
}

fn table() -> String {
    let mut text = String::from(
        "| class | failure of the item | then | sleeps | breaker | what a person should do |\n|---|---|---|---|---|---|\n",
    );
    for class in FailureClass::ALL {
        let it = consequence(*class);
        let then = match (it.counts, it.elsewhere) {
            (true, true) => "again after `retry.delays`, with another agent if there is one",
            (true, false) => "again after `retry.delays`",
            (false, _) => "at once, with the next agent that is awake",
        };
        let sleeps = it.sleep.map_or(String::new(), |sleep| {
            let what = match sleep.scope {
                Scope::Account => "account",
                Scope::Model => "model",
            };
            let waits: Vec<String> = sleep.waits.iter().map(|wait| span(*wait)).collect();
            format!("{what}: until its reset, else {}", waits.join(", "))
        });
        writeln!(
            text,
            "| `{}` | {} | {then} | {sleeps} | {} | {} |",
            class.as_str(),
            if it.counts { "yes" } else { "no" },
            if it.trips { "counts" } else { "" },
            it.advice
        )
        .unwrap();
    }
    text
}

fn span(wait: Duration) -> String {
    let minutes = wait.as_secs() / 60;
    if minutes >= 60 && minutes.is_multiple_of(60) {
        format!("{} h", minutes / 60)
    } else {
        format!("{minutes} min")
    }
}
