//! Where on a command line the cursor is, and what may stand there. Only the groups that the line names are built.

use std::any::TypeId;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};

use super::Offer;
use super::live::Kind;
use crate::domain::{IntentId, ItemId, ProfileId, RunId};

/// What may stand at the cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// One of these.
    Offers(Vec<Offer>),
    /// Something that is in the state.
    Live(Kind),
    Files,
    Folders,
}

/// The end of a command line.
#[derive(Debug)]
pub(super) struct Place {
    /// `--profile` on the line.
    pub(super) profile: Option<String>,
    pub(super) wanted: Wanted,
    /// What was typed of the value.
    pub(super) typed: String,
    /// What stands in the same word before the value: `--flag=`.
    pub(super) before: String,
}

/// Walks along the words; the last one is where the cursor is.
pub(super) fn place(root: &Command, words: &[String]) -> Place {
    let (typed, done) = words
        .split_last()
        .map_or(("", words), |(last, done)| (last.as_str(), done));
    let mut walk = Walk::new(root);
    for word in done {
        walk.pass(word);
    }
    walk.end(typed)
}

struct Walk {
    /// The names of the verbs so far.
    chain: Vec<String>,
    command: Command,
    globals: Vec<Arg>,
    profile: Option<String>,
    positionals: usize,
    /// Flags that were given.
    given: Vec<String>,
    /// The flag whose value comes next.
    pending: Option<Arg>,
    /// After `--`.
    only_values: bool,
    /// After `acp help`: only names of verbs follow.
    helping: bool,
}

impl Walk {
    fn new(root: &Command) -> Self {
        let globals = root.get_arguments().filter(|arg| arg.is_global_set());
        Self {
            chain: vec![],
            command: root.clone(),
            globals: globals.cloned().collect(),
            profile: None,
            positionals: 0,
            given: vec![],
            pending: None,
            only_values: false,
            helping: false,
        }
    }

    /// A word that is complete.
    fn pass(&mut self, word: &str) {
        if let Some(flag) = self.pending.take() {
            self.value_of(&flag, word);
        } else if self.only_values {
            self.positionals += 1;
        } else if word == "--" {
            self.only_values = true;
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (long, None),
            };
            if let Some(flag) = self.flag(name) {
                self.take(&flag, value);
            }
        } else if word.len() > 1 && word.starts_with('-') {
            let short = word.chars().nth(1);
            let mut flags = self.command.get_arguments().chain(&self.globals);
            let flag = flags.find(|arg| arg.get_short() == short).cloned();
            drop(flags);
            if let Some(flag) = flag {
                self.take(&flag, word.get(2..).filter(|rest| !rest.is_empty()));
            }
        } else if !self.descend(word) {
            if self.chain.is_empty() && word == "help" {
                self.helping = true;
            }
            self.positionals += 1;
        }
    }

    /// A flag was given.
    fn take(&mut self, flag: &Arg, value: Option<&str>) {
        self.given.push(flag.get_id().to_string());
        if flag.get_action().takes_values() {
            match value {
                Some(value) => self.value_of(flag, value),
                None => self.pending = Some(flag.clone()),
            }
        }
    }

    fn value_of(&mut self, flag: &Arg, value: &str) {
        if flag.get_id() == "profile" {
            self.profile = Some(value.to_owned());
        }
    }

    fn flag(&self, name: &str) -> Option<Arg> {
        let mut flags = self.command.get_arguments().chain(&self.globals);
        flags.find(|arg| arg.get_long() == Some(name)).cloned()
    }

    /// Goes into the verb of that name. A verb is built only here.
    fn descend(&mut self, name: &str) -> bool {
        if self.positionals > 0 && !self.helping {
            return false;
        }
        let Some(mut verb) = self.command.find_subcommand(name).cloned() else {
            return false;
        };
        verb.build();
        self.chain.push(verb.get_name().to_owned());
        self.command = verb;
        self.positionals = 0;
        true
    }

    fn end(self, typed: &str) -> Place {
        let (mut typed, mut before) = (typed.to_owned(), String::new());
        let wanted = if let Some(flag) = &self.pending {
            self.values(flag)
        } else if self.only_values {
            self.positional()
        } else if let Some((name, value)) = typed
            .strip_prefix("--")
            .and_then(|long| long.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
        {
            before = format!("--{name}=");
            typed = value;
            self.flag(&name)
                .map_or(Wanted::Offers(vec![]), |flag| self.values(&flag))
        } else if typed.starts_with('-') && !self.helping {
            Wanted::Offers(self.flags())
        } else {
            let verbs = self.verbs();
            if verbs.is_empty() && !self.helping {
                self.positional()
            } else {
                Wanted::Offers(verbs)
            }
        };
        Place {
            profile: self.profile,
            wanted,
            typed,
            before,
        }
    }

    fn verbs(&self) -> Vec<Offer> {
        let at_root = self.chain.is_empty();
        let shown = |verb: &&Command| {
            // What clap adds to each group is said once, at the root.
            !verb.is_hide_set() && (at_root || verb.get_name() != "help")
        };
        let verbs = self.command.get_subcommands().filter(shown);
        let mut offers: Vec<Offer> = verbs
            .map(|verb| Offer::new(verb.get_name(), &about(verb.get_about())))
            .collect();
        if at_root && !self.helping && offers.iter().all(|offer| offer.value != "help") {
            offers.push(Offer::new("help", "Say more about a verb"));
        }
        offers
    }

    /// The flags that may still be given.
    fn flags(&self) -> Vec<Offer> {
        let again = |arg: &Arg| matches!(arg.get_action(), ArgAction::Append | ArgAction::Count);
        let open = |arg: &&Arg| {
            let given = self.given.iter().any(|id| arg.get_id() == id.as_str());
            !arg.is_hide_set() && (!given || again(arg))
        };
        let own = self.command.get_arguments().filter(|a| !a.is_global_set());
        let flags = own.chain(&self.globals).filter(open);
        let mut offers: Vec<Offer> = flags
            .filter_map(|arg| {
                let name = format!("--{}", arg.get_long()?);
                Some(Offer::new(name, &about(arg.get_help())))
            })
            .collect();
        if offers.iter().all(|offer| offer.value != "--help") {
            offers.push(Offer::new("--help", "Print help"));
        }
        offers
    }

    fn positional(&self) -> Wanted {
        let last_only = |arg: &&Arg| arg.is_last_set() == self.only_values;
        let mut args = self.command.get_positionals().filter(last_only);
        let many = |arg: &Arg| matches!(arg.get_action(), ArgAction::Append);
        let last = self.command.get_positionals().filter(last_only).last();
        let arg = args
            .nth(self.positionals)
            .or_else(|| last.filter(|arg| many(arg)));
        arg.map_or(Wanted::Offers(vec![]), |arg| self.values(arg))
    }

    /// What a flag or an argument can be.
    fn values(&self, arg: &Arg) -> Wanted {
        let possible = arg.get_possible_values();
        if !possible.is_empty() {
            let shown = possible.iter().filter(|value| !value.is_hide_set());
            let offer = |value: &clap::builder::PossibleValue| {
                Offer::new(value.get_name(), &about(value.get_help()))
            };
            return Wanted::Offers(shown.map(offer).collect());
        }
        if let Some(kind) = self.kind(arg) {
            return Wanted::Live(kind);
        }
        let name = arg.get_value_names().and_then(|names| names.first());
        let name = name.map_or("", |name| name.as_str());
        let is_path = arg.get_value_parser().type_id() == TypeId::of::<PathBuf>();
        match name {
            "DIR" | "PATH" => Wanted::Folders,
            "FILE" | "CMD" => Wanted::Files,
            _ if is_path => Wanted::Files,
            _ => Wanted::Offers(vec![]),
        }
    }

    /// Which part of the state knows the values: by their type, else by the name of the argument in its verb.
    fn kind(&self, arg: &Arg) -> Option<Kind> {
        let of = arg.get_value_parser().type_id();
        let chain: Vec<&str> = self.chain.iter().map(String::as_str).collect();
        match (chain.as_slice(), arg.get_id().as_str()) {
            // There it is the name of one that is not there yet.
            (["init", ..] | ["profile", "new" | "import"], "profile" | "id" | "name") => None,
            (_, "profile") => Some(Kind::Profiles),
            (["run", "stop"], "run") => Some(Kind::RunsUnderWay),
            (["lease", "clear"], "item") => Some(Kind::Leases),
            (["retry", "clear"], "item") => Some(Kind::Retries),
            (["issue", "show"], "number") => Some(Kind::AllIssues),
            (["pr", "show" | "risk"], "number") => Some(Kind::AllPulls),
            (["issue", ..], "number") => Some(Kind::Issues),
            (["pr", ..], "number") => Some(Kind::Pulls),
            (["issue" | "pr", ..], "label" | "add" | "remove") => Some(Kind::Labels),
            (["why"], _) => Some(Kind::Anything),
            (["hold", "clear"], "name") => Some(Kind::Holds),
            (["cooldown", "clear"], "key") => Some(Kind::Cooldowns),
            (["agent", ..], "name" | "agent") | (["demo" | "init"], "agent") => Some(Kind::Agents),
            _ if of == TypeId::of::<ProfileId>() => Some(Kind::Profiles),
            _ if of == TypeId::of::<RunId>() => Some(Kind::Runs),
            _ if of == TypeId::of::<ItemId>() => Some(Kind::Items),
            _ if of == TypeId::of::<IntentId>() => Some(Kind::Intents),
            _ => None,
        }
    }
}

/// The first line of a help text.
fn about(text: Option<&clap::builder::StyledStr>) -> String {
    let text = text.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    use clap::Args as _;

    use crate::commands::{GROUPS, Group};

    /// Flags as those that every verb takes.
    #[derive(clap::Args)]
    struct Globals {
        #[arg(long, global = true)]
        profile: Option<String>,
        #[arg(long, global = true)]
        json: bool,
        #[arg(short, long, global = true, action = ArgAction::Count)]
        verbose: u8,
    }

    /// What is asked for at the end of a line whose last word is the one that is typed.
    fn at(line: &str) -> Place {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let root = Globals::augment_args(Command::new("acp"));
        let root = root.subcommands(GROUPS.iter().map(Group::command));
        place(&root, &words)
    }

    fn offers(line: &str) -> Vec<String> {
        match at(line).wanted {
            Wanted::Offers(offers) => offers.into_iter().map(|offer| offer.value).collect(),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn verbs_are_offered_where_a_verb_stands() {
        let root = offers("");
        for verb in ["init", "issue", "completions", "help"] {
            assert!(root.contains(&verb.to_owned()), "{root:?}");
        }
        assert!(!root.contains(&"demo-agent".to_owned()) && !root.contains(&"complete".to_owned()));
        assert_eq!(offers("hold "), ["list", "add", "clear"]);
        assert_eq!(offers("--profile web hold "), ["list", "add", "clear"]);
        assert_eq!(offers("help hold "), ["list", "add", "clear"]);
        assert_eq!(offers("help hold add "), Vec::<String>::new());
        assert!(!offers("run ").contains(&"supervise".to_owned()));
    }

    #[test]
    fn flags_are_those_of_the_verb_and_of_all() {
        let flags = offers("issue create --");
        for flag in ["--title", "--label", "--profile", "--json", "--help"] {
            assert!(flags.contains(&flag.to_owned()), "{flags:?}");
        }
        let flags = offers("issue create --title x --label y --json --");
        assert!(!flags.contains(&"--title".to_owned()) && !flags.contains(&"--json".to_owned()));
        assert!(flags.contains(&"--label".to_owned()), "may be repeated");
    }

    #[test]
    fn values_are_of_the_kind_of_their_place() {
        for (line, kind) in [
            ("run show ", Kind::Runs),
            ("run stop ", Kind::RunsUnderWay),
            ("run list --item ", Kind::Items),
            ("issue show ", Kind::AllIssues),
            ("issue close ", Kind::Issues),
            ("issue close --reason done ", Kind::Issues),
            ("pr merge ", Kind::Pulls),
            ("issue label 3 --add ", Kind::Labels),
            ("issue label 3 --add=", Kind::Labels),
            ("outbox retry ", Kind::Intents),
            ("why ", Kind::Anything),
            ("hold clear ", Kind::Holds),
            ("hold add x --item ", Kind::Items),
            ("cooldown clear ", Kind::Cooldowns),
            ("lease clear ", Kind::Leases),
            ("retry clear ", Kind::Retries),
            ("profile show ", Kind::Profiles),
            ("--profile ", Kind::Profiles),
            ("status --profile ", Kind::Profiles),
            ("status --profile=", Kind::Profiles),
            ("-v run log -n 5 ", Kind::Runs),
            ("run log -n5 ", Kind::Runs),
        ] {
            assert_eq!(at(line).wanted, Wanted::Live(kind), "{line}");
        }
        assert_eq!(
            offers("init --forge g"),
            ["local", "github", "gitea", "auto"]
        );
        assert_eq!(offers("status x"), Vec::<String>::new());
        assert_eq!(offers("run show x "), Vec::<String>::new());
        assert_eq!(offers("init --base "), Vec::<String>::new());
        assert_eq!(at("issue create --body-file ").wanted, Wanted::Files);
        assert_eq!(at("init --repo ").wanted, Wanted::Folders);
        assert_eq!(at("report verify -- ").wanted, Wanted::Files);
    }

    #[test]
    fn a_profile_on_the_line_is_the_one_that_is_asked() {
        for line in ["--profile web run show ", "run show --profile=web "] {
            assert_eq!(at(line).profile.as_deref(), Some("web"), "{line}");
        }
        let place = at("status --profile=we");
        assert_eq!(
            (place.typed.as_str(), place.before.as_str()),
            ("we", "--profile=")
        );
    }
}
