//! The tables of backends and of ways to fail in `docs/agents.md` say what the code does.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use acp::agent::{Agent, AgentEvent};
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

/// The rows of a table of a document, from below its head.
fn rows(text: &str, head: &str) -> Vec<Vec<String>> {
    let (_, after) = text.split_once(head).unwrap();
    let lines = after
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    let cells = |line: &str| {
        let inner = line.trim().trim_matches('|');
        inner
            .split('|')
            .map(|cell| cell.trim().to_owned())
            .collect()
    };
    lines.map(cells).collect()
}

#[test]
fn the_table_of_backends_says_what_each_can_do() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
    let text = std::fs::read_to_string(file).unwrap();
    let rows = rows(&text, "| name | program | tried with |");
    let names: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let all = acp::agent::all();
    let known: Vec<String> = all
        .iter()
        .map(|agent| format!("`{}`", agent.name()))
        .collect();
    assert_eq!(names, known, "each agent has a row, in the order of lists");
    for (row, agent) in rows.iter().zip(all) {
        let can = agent.abilities();
        match can.tried_with {
            Some(version) => assert_eq!(row[2], version, "{row:?}"),
            None => assert!(
                row[2].starts_with("never") || row[2].starts_with("not with"),
                "{row:?}"
            ),
        }
        let says = [
            (3, can.structured),
            (4, can.resume),
            (5, can.cost),
            (6, can.sandbox),
        ];
        for (column, can) in says {
            // One has all of its output at its end.
            let fine: &[&str] = if can { &["yes", "at its end"] } else { &["no"] };
            assert!(
                fine.contains(&row[column].as_str()),
                "column {column} of {row:?}"
            );
        }
    }
}

/// What is known of the use of an agent, and when, as its recorded transcripts show it.
#[test]
fn the_table_of_what_each_tells_of_its_use_is_what_its_transcripts_tell() {
    const BEGIN: &str = "<!-- spending -->\n";
    const END: &str = "<!-- /spending -->\n";
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/agents.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (before, rest) = text.split_once(BEGIN).unwrap();
    let (_, after) = rest.split_once(END).unwrap();
    let mut table = String::from("| agent | tokens | money |\n|---|---|---|\n");
    for agent in acp::agent::all() {
        let (tokens, money) = told(*agent);
        writeln!(
            table,
            "| `{}` | {} | {} |",
            agent.name(),
            tokens.words(),
            money.words()
        )
        .unwrap();
    }
    let whole = format!("{before}{BEGIN}{table}{END}{after}");
    if let Err(stale) = check_fresh("docs/agents.md", &whole) {
        panic!("{stale}");
    }
}

/// When something is told.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Never,
    AtItsEnd,
    AfterEachAnswer,
}

impl Told {
    const fn words(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::AtItsEnd => "at its end",
            Self::AfterEachAnswer => "after each answer",
        }
    }
}

/// When an agent tells its tokens, and its money.
fn told(agent: &dyn Agent) -> (Told, Told) {
    // One of them is another one, with a model of this machine.
    let folder = if agent.name() == "ollama" {
        "codex"
    } else {
        agent.name()
    };
    let now = jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    let mut told = (Told::Never, Told::Never);
    for file in transcripts(folder).filter(|file| file.file_stem().is_some_and(|stem| stem == "ok"))
    {
        let text = std::fs::read_to_string(file).unwrap();
        for event in text.lines().flat_map(|line| agent.read_line(line, &now)) {
            let (when, tokens, money) = match event {
                AgentEvent::Spent {
                    tokens, usd_micros, ..
                } => (Told::AfterEachAnswer, tokens, usd_micros),
                AgentEvent::Usage { tokens, usd_micros }
                | AgentEvent::SessionUsage { tokens, usd_micros } => {
                    (Told::AtItsEnd, tokens, usd_micros)
                }
                _ => continue,
            };
            told.0 = told.0.max(tokens.map_or(Told::Never, |_| when));
            told.1 = told.1.max(money.map_or(Told::Never, |_| when));
        }
    }
    told
}

/// The recorded transcripts of an agent; none where it has no folder.
fn transcripts(agent: &str) -> impl Iterator<Item = PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/agent");
    let files = std::fs::read_dir(root.join(agent)).into_iter().flatten();
    files.map(|file| file.unwrap().path())
}

/// One that no test reads shows nothing.
#[test]
fn every_recorded_transcript_is_read_by_a_test_of_its_agent() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut read = 0;
    for agent in acp::agent::all() {
        let source = root.join(format!("src/agent/{}.rs", agent.name()));
        let source = std::fs::read_to_string(source).unwrap();
        for file in transcripts(agent.name()) {
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            assert!(
                source.contains(&format!("\"{name}\"")),
                "{} reads no `{name}`",
                agent.name()
            );
            read += 1;
        }
    }
    assert!(read > 70, "{read}");
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
