//! Whether the forge answers, knows who asks, lets acp do its work, and has what acp works with.

use jiff::SignedDuration;

use super::check::{Case, Finding, Fix};
use super::machine::Reach;
use super::records::SET_CLOCK;
use crate::domain::{ForgeKind, ForgeRules, Rules, TokenSource, Writes, label};
use crate::forge::ForgeError;
use crate::forge::remote::Access;

/// How far the forge's clock may be off.
const OFF_MAX: SignedDuration = SignedDuration::from_mins(5);

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let Some(rules) = &case.rules else {
        return vec![];
    };
    let reach = match case.ground.machine.reach(rules) {
        Ok(reach) => reach,
        Err(error) => return vec![away(case, rules, &error)],
    };
    let mut found = vec![];
    match &reach.access {
        None => found.push(Finding::ok("forge", "the local forge can be read")),
        Some(access) => found.extend(of_access(case, rules, access)),
    }
    found.extend(clock(&reach));
    found.push(base(rules, &reach));
    if let Some(access) = &reach.access {
        found.push(labels(case, rules, access));
    }
    found
}

fn away(case: &Case, rules: &Rules, error: &ForgeError) -> Finding {
    let said = error.to_string();
    match error {
        ForgeError::Limited { .. } => {
            Finding::unknown("forge", said).mend(case.acp("cooldown list"))
        }
        ForgeError::Denied { .. } | ForgeError::Refused { .. } => {
            Finding::failed("forge", said).mend(format!("acp profile show {}", case.id))
        }
        ForgeError::Missing { .. } => {
            let meaning = format!(
                "{said}: `{}` is not its name, or the token may not see it",
                rules.forge.repo
            );
            Finding::failed("forge", meaning).mend(format!("acp profile show {}", case.id))
        }
        _ => Finding::failed("forge", said).mend(case.acp("doctor")),
    }
}

fn of_access(case: &Case, rules: &Rules, access: &Access) -> Vec<Finding> {
    let who = access.login.as_deref().unwrap_or("no person");
    let mut found = vec![Finding::ok(
        "forge",
        format!("the token from {} is {who}", access.token_from),
    )];
    for (has, name) in [
        (Some(false), "may not"),
        (None, "only trying tells whether it may"),
    ] {
        let what: Vec<&str> = access
            .permissions
            .iter()
            .filter(|may| may.has == has)
            .map(|may| may.what)
            .collect();
        if what.is_empty() {
            continue;
        }
        let what = what.join(", ");
        found.push(if has.is_some() {
            let meaning = format!("the token {name}: {what}");
            Finding::failed("permissions", meaning).mend(format!("acp profile show {}", case.id))
        } else {
            Finding::unknown("permissions", format!("{name}: {what}"))
        });
    }
    if access.permissions.iter().all(|may| may.has == Some(true)) {
        found.push(Finding::ok(
            "permissions",
            "the token may do all that acp does",
        ));
    }
    if !access.repo.eq_ignore_ascii_case(&rules.forge.repo) {
        let meaning = format!(
            "`{}` is called `{}` now: set `forge.repo` in the profile",
            rules.forge.repo, access.repo
        );
        found.push(
            Finding::failed("repository", meaning).mend(format!("acp profile show {}", case.id)),
        );
    }
    if access.archived {
        let meaning = format!("`{}` is archived: it takes no changes", access.repo);
        found.push(
            Finding::failed("repository", meaning)
                .mend(case.acp("hold add archived --reason archived")),
        );
    }
    if !access.issues {
        let meaning = "issues are switched off: only pull requests are worked on";
        let on = switch_issues_on(&rules.forge, &access.repo);
        found.push(Finding::warning("repository", meaning).mend(on));
    }
    found
}

/// What an owner types so that `repo` takes issues. acp itself never changes a repository's settings.
fn switch_issues_on(forge: &ForgeRules, repo: &str) -> String {
    if forge.kind != ForgeKind::Gitea {
        return format!("gh repo edit {repo} --enable-issues");
    }
    let server = forge.base_url.as_deref().unwrap_or_default();
    let token = match &forge.token {
        Some(TokenSource::Env(name)) => name,
        _ => "GITEA_TOKEN",
    };
    format!(
        "curl -X PATCH -H \"Authorization: token ${token}\" -H 'Content-Type: application/json' \
         -d '{{\"has_issues\":true}}' {}/api/v1/repos/{repo}",
        server.trim_end_matches('/')
    )
}

fn clock(reach: &Reach) -> Option<Finding> {
    let off = reach.ahead;
    reach.access.as_ref()?;
    let words = crate::ui::words::span(off.as_secs().unsigned_abs());
    if off.abs() <= OFF_MAX {
        return Some(Finding::ok("clock", "the forge's clock and this one agree"));
    }
    let way = if off.is_negative() {
        "behind"
    } else {
        "ahead of"
    };
    let meaning = format!("the forge's clock is {words} {way} this machine's");
    Some(Finding::warning("clock", meaning).mend(SET_CLOCK))
}

fn base(rules: &Rules, reach: &Reach) -> Finding {
    let name = &rules.repo.base;
    match &reach.base {
        Ok(Some(_)) => Finding::ok("base", format!("`{name}` exists on the forge")),
        Ok(None) => {
            let meaning = format!("there is no branch `{name}` on the forge: nothing can start");
            let push = format!("git push acp {name}");
            let finding = Finding::failed("base", meaning);
            // Elsewhere the branch is the person's own to make, or `repo.base` is wrong.
            match reach.access {
                None => finding.mend(push),
                Some(_) => finding.mend(format!("git push origin {name}")),
            }
        }
        Err(error) => Finding::unknown("base", error.to_string()),
    }
}

/// The labels that acp uses and that let an issue in.
fn vocabulary(rules: &Rules) -> Vec<String> {
    let mut names: Vec<String> = rules.intake.labels.iter().cloned().collect();
    for (name, ..) in label::ALL {
        if !names.iter().any(|known| known == name) {
            names.push((*name).to_owned());
        }
    }
    names
}

fn labels(case: &Case, rules: &Rules, access: &Access) -> Finding {
    let Some(known) = &access.labels else {
        return Finding::unknown("labels", "the forge does not show its labels");
    };
    let there = |name: &String| {
        known
            .iter()
            .any(|label| label.to_lowercase() == name.to_lowercase())
    };
    let missing: Vec<String> = vocabulary(rules)
        .into_iter()
        .filter(|name| !there(name))
        .collect();
    if missing.is_empty() {
        return Finding::ok("labels", "all that acp uses exist");
    }
    let meaning = format!("missing on the forge: {}", missing.join(", "));
    if rules.policy.writes == Writes::Off {
        let meaning = format!("{meaning} (`policy.writes` is off, so acp makes none)");
        return Finding::warning("labels", meaning);
    }
    Finding::warning("labels", meaning)
        .mend(case.acp("doctor --fix"))
        .fix(Fix::Labels(missing))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_forge_has_a_command_that_switches_issues_on() {
        let mut forge = ForgeRules {
            kind: ForgeKind::Github,
            repo: "o/r".to_owned(),
            base_url: None,
            git_url: None,
            token: None,
        };
        let github = switch_issues_on(&forge, "o/r");
        assert_eq!(github, "gh repo edit o/r --enable-issues");
        forge.kind = ForgeKind::Gitea;
        forge.base_url = Some("https://git.example.org/".to_owned());
        forge.token = Some(TokenSource::Env("MY_TOKEN".to_owned()));
        assert_eq!(
            switch_issues_on(&forge, "o/r"),
            "curl -X PATCH -H \"Authorization: token $MY_TOKEN\" -H 'Content-Type: application/json' \
             -d '{\"has_issues\":true}' https://git.example.org/api/v1/repos/o/r"
        );
    }
}
