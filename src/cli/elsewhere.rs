//! A verb that does not exist where it was looked for: where it does.

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Words that other tools use for what is here another verb.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("abort", &["run stop", "stop"]),
    ("add", &["issue create"]),
    ("bugs", &["issue list"]),
    ("cancel", &["run stop", "stop"]),
    ("config", &["profile show", "profile check"]),
    ("continue", &["hold clear"]),
    ("cost", &["budget show", "usage"]),
    ("cron", &["heartbeat"]),
    ("health", &["doctor"]),
    ("jobs", &["run list"]),
    ("kill", &["run stop", "stop"]),
    ("logs", &["run log"]),
    ("ls", &["status", "issue list", "run list"]),
    ("mr", &["pr list"]),
    ("new", &["issue create"]),
    ("open", &["issue create"]),
    ("pause", &["hold add"]),
    ("ps", &["status", "run list"]),
    ("pull", &["pr list"]),
    ("queue", &["outbox list", "issue list"]),
    ("resume", &["hold clear"]),
    ("setup", &["init"]),
    ("tail", &["run log"]),
    ("task", &["issue list", "issue create"]),
    ("tick", &["heartbeat"]),
    ("ticket", &["issue list"]),
    ("top", &["status --watch"]),
    ("unpause", &["hold clear"]),
    ("verify", &["profile check", "doctor"]),
    ("watch", &["status --watch"]),
];

/// The most places that are named.
const PLACES_MAX: usize = 6;

/// The hint for an error of clap about a verb that is not there. `args` are those of the call, without the program.
pub(super) fn hint(
    error: &clap::Error,
    args: &[String],
    tree: impl FnOnce() -> Command,
) -> Option<String> {
    if error.kind() != ErrorKind::InvalidSubcommand {
        return None;
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    let mut tree = tree();
    tree.build();
    let calls = places(&tree, word);
    if calls.is_empty() {
        return None;
    }
    let rest = rest(args, word);
    let shown: Vec<String> = calls
        .iter()
        .take(PLACES_MAX)
        .map(|call| format!("`acp {call}{rest}`"))
        .collect();
    Some(format!("try {}", shown.join(", ")))
}

/// The verbs of any group that have this name, and those that other tools call so.
fn places(tree: &Command, word: &str) -> Vec<String> {
    let mut calls = vec![];
    for group in tree.get_subcommands().filter(|group| !group.is_hide_set()) {
        let verbs = group.get_subcommands().filter(|verb| !verb.is_hide_set());
        for verb in verbs.filter(|verb| verb.get_name() == word) {
            calls.push(format!("{} {}", group.get_name(), verb.get_name()));
        }
    }
    if word == "list" || word == "show" {
        calls.insert(0, "status".to_owned());
    }
    let said = SYNONYMS.iter().find(|(other, _)| *other == word);
    let ours = said.map_or(&[][..], |(_, ours)| ours);
    calls.extend(ours.iter().map(|call| (*call).to_owned()));
    calls
}

/// What followed the word in the call, when it is an item, a number or a name: it belongs to the right call too.
fn rest(args: &[String], word: &str) -> String {
    let mut after = args.iter().skip_while(|arg| *arg != word).skip(1);
    match (after.next(), after.next()) {
        (Some(only), None) if is_plain(only) => format!(" {only}"),
        _ => String::new(),
    }
}

fn is_plain(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.".contains(c);
    !text.starts_with('-') && text.len() <= 64 && text.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> Command {
        let mut tree = super::super::tree();
        tree.build();
        tree
    }

    fn hinted(line: &str) -> Option<String> {
        let args: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let error = super::super::tree()
            .try_get_matches_from(&args)
            .unwrap_err();
        hint(&error, &args[1..], super::super::tree)
    }

    #[test]
    fn a_verb_is_found_where_it_is() {
        assert_eq!(hinted("acp merge 3").unwrap(), "try `acp pr merge 3`");
        assert!(
            hinted("acp list")
                .unwrap()
                .starts_with("try `acp status`, `acp issue list`")
        );
        assert_eq!(hinted("acp issue merge 3").unwrap(), "try `acp pr merge 3`");
        assert_eq!(
            hinted("acp ps").unwrap(),
            "try `acp status`, `acp run list`"
        );
        assert_eq!(hinted("acp nothing-like-this"), None);
        assert_eq!(hinted("acp status --nonsense"), None);
    }

    #[test]
    fn what_came_after_it_is_repeated_only_when_it_is_plain() {
        assert_eq!(hinted("acp merge $(x)").unwrap(), "try `acp pr merge`");
        assert_eq!(hinted("acp merge 3 4").unwrap(), "try `acp pr merge`");
    }

    #[test]
    fn every_call_that_is_proposed_exists() {
        let tree = tree();
        for (_, calls) in SYNONYMS {
            for call in *calls {
                let mut at = &tree;
                for word in call.split(' ').filter(|word| !word.starts_with('-')) {
                    at = at.find_subcommand(word).unwrap_or_else(|| panic!("{call}"));
                }
            }
        }
        for (word, _) in SYNONYMS {
            assert!(tree.find_subcommand(word).is_none(), "`{word}` is a verb");
        }
    }
}
