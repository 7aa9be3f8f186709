//! Issues that nearly every repository can begin with, from what is missing in it.

use std::collections::BTreeSet;

use super::Detected;

/// An issue to begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Starter {
    /// Its title.
    pub title: &'static str,
    /// Its text, in Markdown.
    pub body: &'static str,
}

/// What a repository with files of these names at its top lacks. Small things that an agent can finish alone, the most
/// useful first; nothing that a person has to decide, such as a licence.
pub fn starter_issues(names: &BTreeSet<String>, found: &Detected) -> Vec<Starter> {
    let has = |begin: &str| {
        names
            .iter()
            .any(|name| name.to_ascii_lowercase().starts_with(begin))
    };
    let mut out = vec![];
    if found.verify.is_empty() {
        out.push(Starter {
            title: "Add a first test and one command that runs all tests",
            body: "There is no command yet that tells whether a change is good. Add a small test of the most important \
                   behaviour, in the way that is usual for this language, and a way to run all tests with one command. \
                   Say in the README which one it is.",
        });
    }
    if has("readme") {
        out.push(Starter {
            title: "Check every command in the README",
            body: "Try each command that the README names, in a fresh copy of the repository. Correct what does not work as \
                   written, and leave everything else as it is.",
        });
    } else {
        out.push(Starter {
            title: "Write a README",
            body: "Say in a few lines what this is, how it is built, how its tests are run, and give one example of its use. \
                   Every command in it must work as written.",
        });
    }
    if !names.contains(".gitignore") {
        out.push(Starter {
            title: "Add a .gitignore",
            body: "Build, run the tests, and look with `git status` which files appear that do not belong in the repository. \
                   Add a `.gitignore` that names these, and nothing else.",
        });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn titles(names: &[&str], verify: &[&str]) -> Vec<&'static str> {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let found = Detected {
            verify: verify.iter().map(|line| (*line).to_owned()).collect(),
            setup: vec![],
        };
        let issues = starter_issues(&names, &found);
        issues.iter().map(|issue| issue.title).collect()
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        assert_eq!(
            titles(&["README.md", ".gitignore", "Cargo.toml"], &["cargo test"]),
            ["Check every command in the README"]
        );
        assert_eq!(
            titles(&["main.c"], &[]),
            [
                "Add a first test and one command that runs all tests",
                "Write a README",
                "Add a .gitignore"
            ]
        );
        assert_eq!(titles(&["readme", ".gitignore"], &["make test"]).len(), 1);
    }
}
