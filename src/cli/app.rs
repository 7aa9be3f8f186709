//! The command tree. Only the first level is built; each group fills itself in when it is called.

use clap::{Args as _, Command};

use super::global::GlobalArgs;
use crate::commands::GROUPS;

const AFTER_HELP: &str = "`acp help VERB...` tells more about a verb, `acp help exit-codes`, `state` or `profile` about these.";

/// The tree as it is before anything is called.
pub fn tree() -> Command {
    let root = Command::new("acp")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Keeps coding agents working through a repository's issues, unattended")
        .after_help(AFTER_HELP)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .infer_long_args(false);
    let root = GlobalArgs::augment_args(root)
        .about("Keeps coding agents working through a repository's issues, unattended");
    root.subcommands(GROUPS.iter().map(crate::commands::Group::command))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_tree_is_sound() {
        tree().debug_assert();
    }

    #[test]
    fn every_verb_says_what_it_does() {
        fn walk(command: &Command, path: &str, silent: &mut Vec<String>) {
            for verb in command.get_subcommands() {
                let path = format!("{path} {}", verb.get_name());
                if verb.get_about().is_none() {
                    silent.push(path.clone());
                }
                walk(verb, &path, silent);
            }
        }
        let (mut tree, mut silent) = (tree(), vec![]);
        tree.build();
        walk(&tree, "acp", &mut silent);
        assert!(silent.is_empty(), "{silent:?}");
    }

    #[test]
    fn nothing_of_a_group_is_built_before_it_is_called() {
        let tree = tree();
        let report = tree.find_subcommand("report").unwrap();
        assert_eq!(report.get_subcommands().count(), 0);
    }
}
