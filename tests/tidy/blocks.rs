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
fn every_call_of_acp_in_a_block_is_one_that_acp_takes() {
    let mut errors = vec![];
    let mut seen = 0;
    for block in blocks().iter().filter(|block| block.language == "sh") {
        for call in calls(&block.text) {
            seen += 1;
            if let Some(why) = refused(&call) {
                errors.push(format!("{}: {why}", block.place));
            }
        }
    }
    assert!(seen > 50, "{seen}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[test]
fn every_flag_that_a_document_names_is_there() {
    let mut tree = acp::cli::tree();
    tree.build();
    let mut errors = vec![];
    let mut seen = 0;
    for document in documents() {
        for (number, line) in (1..).zip(read(&document).lines()) {
            let quoted = line.split('`').skip(1).step_by(2);
            for call in quoted.filter_map(|code| code.strip_prefix("acp ")) {
                seen += usize::from(call.contains(" --"));
                if let Some(flag) = unknown_flag(&tree, call) {
                    errors.push(format!("{document}:{number}: no `{flag}` in `acp {call}`"));
                }
            }
        }
    }
    assert!(seen > 15, "{seen}");
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

/// The calls of acp in lines of a shell, by their words: also those that a remote shell gets.
fn calls(text: &str) -> Vec<Vec<String>> {
    let mut commands: Vec<Vec<String>> = vec![vec![]];
    let (mut word, mut quote): (Option<String>, Option<char>) = (None, None);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some('"') | None, '\\') => match chars.next() {
                Some('\n') | None => {}
                Some(literal) => word.get_or_insert_default().push(literal),
            },
            (None, '\'' | '"') => {
                quote = Some(c);
                let _begun = word.get_or_insert_default();
            }
            (None, '#') if word.is_none() => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, _) if c.is_whitespace() || "|&;<>()".contains(c) => {
                commands.last_mut().unwrap().extend(word.take());
                if c != ' ' {
                    commands.push(vec![]);
                }
            }
            _ => word.get_or_insert_default().push(c),
        }
    }
    commands.last_mut().unwrap().extend(word);
    let of_acp = |words: Vec<String>| {
        let at = words.iter().position(|word| word == "acp")?;
        let before = words.first().filter(|_| at > 0);
        let runs_it = before.is_none_or(|first| ["exec", "ssh"].contains(&first.as_str()));
        runs_it.then(|| words[at..].to_vec())
    };
    commands.into_iter().filter_map(of_acp).collect()
}

/// Why acp would not take a call; asking for help or for the version is fine.
fn refused(call: &[String]) -> Option<String> {
    use clap::error::ErrorKind;
    // What stands for a name of its own.
    let run = "20261121-031502-issue-12-a1";
    let words = call
        .iter()
        .map(|word| if word == "RUN" { run } else { word });
    let error = acp::cli::tree().try_get_matches_from(words).err()?;
    let shows = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion];
    (!shows.contains(&error.kind())).then(|| format!("{}: {error}", call.join(" ")))
}

/// The first flag of a call that its verb does not have. What comes after `--` is for another program.
fn unknown_flag<'a>(tree: &clap::Command, call: &'a str) -> Option<&'a str> {
    let mut verb = tree;
    for word in call.split_whitespace().take_while(|word| *word != "--") {
        if let Some(found) = verb.find_subcommand(word) {
            verb = found;
        }
        let Some(flag) = word.strip_prefix("--") else {
            continue;
        };
        let flag = flag.split('=').next().unwrap_or_default();
        if !verb.get_arguments().any(|arg| arg.get_long() == Some(flag)) {
            return Some(word);
        }
    }
    None
}

#[test]
fn a_call_that_acp_would_not_take_is_seen() {
    let text = "# acp nothing\nacp run log RUN # why\nacp issue create --title \"a # b\" \\\n  --body 'c | d'\n\
                git pull acp main\nssh you@machine acp status --plain | less; acp pr approve 2 && acp stop\n";
    let calls = calls(text);
    let lines: Vec<String> = calls.iter().map(|words| words.join("_")).collect();
    assert_eq!(
        lines,
        [
            "acp_run_log_RUN",
            "acp_issue_create_--title_a # b_--body_c | d",
            "acp_status_--plain",
            "acp_pr_approve_2",
            "acp_stop",
        ]
    );
    for call in &calls {
        assert_eq!(refused(call), None);
    }
    for wrong in [
        "acp heartbeat --until-idel",
        "acp pr approve two",
        "acp service install --every",
        "acp status now",
    ] {
        let words: Vec<String> = wrong.split(' ').map(str::to_owned).collect();
        assert!(refused(&words).is_some(), "{wrong}");
    }
    let mut tree = acp::cli::tree();
    tree.build();
    assert_eq!(unknown_flag(&tree, "heartbeat --lop --json"), Some("--lop"));
    assert_eq!(unknown_flag(&tree, "report verify -- make --all"), None);
    assert_eq!(unknown_flag(&tree, "status --watch=2 --json"), None);
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
