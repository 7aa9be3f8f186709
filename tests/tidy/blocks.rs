//! The blocks of code in the documents: what is for a shell parses, and what is for a profile is one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use acp::domain::ProfileId;
use acp::profile;
use acp::sys::Env;

use super::documents::{documents, read};

/// A fenced block: the word after the fence, the line that it begins in, its text.
struct Block {
    place: String,
    language: String,
    text: String,
}

fn blocks() -> Vec<Block> {
    let mut out = vec![];
    for document in documents() {
        let mut open: Option<Block> = None;
        for (number, line) in (1..).zip(read(&document).lines()) {
            match (line.trim_start().strip_prefix("```"), open.take()) {
                (Some(_), Some(block)) => out.push(block),
                (Some(language), None) => {
                    open = Some(Block {
                        place: format!("{document}:{number}"),
                        language: language.trim().to_owned(),
                        text: String::new(),
                    });
                }
                (None, Some(mut block)) => {
                    block.text.extend([line, "\n"]);
                    open = Some(block);
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{document}: a block is not closed");
    }
    out
}

#[test]
fn what_is_for_a_shell_parses() {
    let mut errors = vec![];
    let mut seen = 0;
    for block in blocks().iter().filter(|block| block.language == "sh") {
        seen += 1;
        let mut bash = Command::new("bash")
            .arg("-n")
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        bash.stdin
            .take()
            .unwrap()
            .write_all(block.text.as_bytes())
            .unwrap();
        let ended = bash.wait_with_output().unwrap();
        if !ended.status.success() || !ended.stderr.is_empty() {
            let said = String::from_utf8_lossy(&ended.stderr).into_owned();
            errors.push(format!("{}: {said}", block.place));
        }
    }
    assert!(seen > 10, "{seen}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn what_is_for_a_profile_is_one() {
    let id: ProfileId = "web".parse().unwrap();
    let env = Env::from_pairs([("HOME", "/home/ann")]);
    let mut errors = vec![];
    let mut seen = 0;
    for block in blocks().iter().filter(|block| block.language == "yaml") {
        seen += 1;
        // Most show one section; what every profile has is added where it is not there.
        let has = |key: &str| block.text.lines().any(|line| line.starts_with(key));
        let mut text = block.text.clone();
        for (key, line) in [
            ("schema:", "schema: 1\n"),
            ("forge:", "forge: { kind: local }\n"),
        ] {
            if !has(key) {
                text.push_str(line);
            }
        }
        let loaded = profile::load_text(&id, Path::new(&block.place), &text, &env);
        errors.extend(loaded.err().map(|error| error.to_string()));
    }
    assert!(seen > 2, "{seen}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_verb_that_a_document_names_is_there() {
    let mut tree = acp::cli::tree();
    tree.build();
    let mut errors = vec![];
    let mut seen = 0;
    let mut look = |place: &str, line: &str| {
        for call in line
            .split("acp ")
            .skip(1)
            .filter(|call| !call.starts_with(' '))
        {
            seen += 1;
            if let Some(word) = unknown_verb(&tree, call) {
                errors.push(format!(
                    "{place}: there is no verb `{word}` in `acp {call}`"
                ));
            }
        }
    };
    for document in documents() {
        for (number, line) in (1..).zip(read(&document).lines()) {
            let place = format!("{document}:{number}");
            let quoted = line.split('`').skip(1).step_by(2);
            quoted
                .filter(|code| code.starts_with("acp "))
                .for_each(|code| look(&place, code));
        }
    }
    for block in blocks().iter().filter(|block| block.language == "sh") {
        let lines = block
            .text
            .lines()
            .map(|line| line.split('#').next().unwrap());
        lines
            .filter(|line| line.trim_start().starts_with("acp "))
            .for_each(|line| look(&block.place, line));
    }
    assert!(seen > 50, "{seen}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// The first word of a call that should be a verb and is none.
fn unknown_verb<'a>(tree: &clap::Command, call: &'a str) -> Option<&'a str> {
    let mut verb = tree;
    // Topics are no verbs; `tests/e2e` asks for each of them.
    let call = call.strip_prefix("help ").map_or(call, |rest| {
        let topics = ["exit-codes", "state", "profile"];
        if topics.contains(&rest.trim()) {
            ""
        } else {
            rest
        }
    });
    for word in call.split_whitespace() {
        let plain = word.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        let is_group = verb.get_subcommands().next().is_some();
        if !is_group || !plain || word.starts_with('-') {
            return None;
        }
        match verb.find_subcommand(word) {
            Some(found) => verb = found,
            None => return Some(word),
        }
    }
    None
}

#[test]
fn a_verb_that_is_not_there_is_seen() {
    let mut tree = acp::cli::tree();
    tree.build();
    assert_eq!(unknown_verb(&tree, "profile chek web"), Some("chek"));
    assert_eq!(unknown_verb(&tree, "profle"), Some("profle"));
    for fine in [
        "profile check web",
        "pr risk 2",
        "--version",
        "why pr/2",
        "status --json",
    ] {
        assert_eq!(unknown_verb(&tree, fine), None, "{fine}");
    }
}
