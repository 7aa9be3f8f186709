//! Files with logins of this user that other users can read.

use super::check::{Case, Finding, Fix};
use super::words::shell;
use crate::agent;
use crate::domain::ForgeKind;
use crate::store::inspect;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let (Some(rules), Some(home)) = (&case.rules, home_of(case)) else {
        return vec![];
    };
    let mut files: Vec<&str> = vec![".netrc"];
    for name in rules.agents.in_order() {
        let adapter = agent::by_name(rules.agents.backend(name));
        files.extend(adapter.iter().flat_map(|agent| agent.login().files));
    }
    if rules.forge.kind == ForgeKind::Github {
        files.push(".config/gh/hosts.yml");
    }
    files.sort_unstable();
    files.dedup();
    let mut found = vec![];
    for file in files {
        let path = home.join(file);
        let Ok(Some(there)) = inspect(&path) else {
            continue;
        };
        if there.is_dir || there.mode & 0o044 == 0 {
            continue;
        }
        // In a folder that is closed nobody else gets at it.
        let closed = |folder: &std::path::Path| matches!(inspect(folder), Ok(Some(folder)) if folder.mode & 0o011 == 0);
        if path
            .ancestors()
            .skip(1)
            .take_while(|folder| folder.starts_with(&home))
            .any(closed)
        {
            continue;
        }
        let meaning = format!(
            "other users can read the login in `{}` (mode {:04o})",
            path.display(),
            there.mode
        );
        let finding =
            Finding::warning("secrets", meaning).mend(format!("chmod 600 {}", shell(&path)));
        found.push(finding.fix(Fix::Private(path)));
    }
    if found.is_empty() {
        found.push(Finding::ok(
            "secrets",
            "no file with a login is open to other users",
        ));
    }
    found
}

fn home_of(case: &Case) -> Option<std::path::PathBuf> {
    let home = case.ground.machine.env().path("HOME");
    home.filter(|home| home.is_absolute())
}
