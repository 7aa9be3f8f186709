//! `acp help TOPIC` for what is no verb: each text is made from the one place that says it.

use clap::Command;

use crate::profile::keys_in_words;
use crate::ui::{EXITS, Exit};

/// What is kept on disk, as the repository documents it.
const STATE: &str = include_str!("../../docs/state.md");

/// The names of the topics.
pub(super) const TOPICS: [&str; 3] = ["exit-codes", "state", "profile"];

/// The text of a topic; `None`: there is none of that name. `profile` is a group of verbs too, whose help comes first.
pub(super) fn text(topic: &str, tree: impl FnOnce() -> Command) -> Option<String> {
    Some(match topic {
        "exit-codes" => exit_codes(),
        "state" => STATE.to_owned(),
        "profile" => profile(tree()),
        _ => return None,
    })
}

fn exit_codes() -> String {
    let mut text = String::from("How acp ends:\n\n");
    for row in EXITS {
        text.push_str(&format_row(row.code, row.name, row.when));
        text.push_str(&format_row("", "", &["-> ", row.then].concat()));
    }
    text.push('\n');
    text.push_str(Exit::AFTERWORD);
    text
}

fn format_row(code: &str, name: &str, text: &str) -> String {
    format!("{code:>5}  {name:11}  {text}\n")
}

fn profile(mut tree: Command) -> String {
    tree.build();
    let group = tree.find_subcommand("profile");
    let verbs = group.map_or(String::new(), |group| {
        group.clone().render_help().to_string()
    });
    [
        verbs.as_str(),
        "\nKeys of a profile, `config/profiles/ID.yaml`. What is not set is as `acp profile show --origin` says; an unknown key is \
         an error. Secrets are never in it, only where they come from.\n\n",
        &keys_in_words(),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_has_a_text_of_its_own_source() {
        for topic in TOPICS {
            let text = text(topic, super::super::tree).unwrap();
            assert!(text.ends_with('\n') && text.lines().count() > 20, "{topic}");
        }
        assert_eq!(text("nothing", super::super::tree), None);
        let codes = exit_codes();
        for row in EXITS {
            assert!(codes.contains(row.when) && codes.contains(row.then));
        }
        let profile = profile(super::super::tree());
        assert!(profile.contains("acp profile") && profile.contains("limits.workers"));
    }
}
