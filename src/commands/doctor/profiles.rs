//! Whether a profile says what can be done.

use super::check::{Case, Finding};
use crate::domain::TokenSource;
use crate::profile::ProfileError;
use crate::store::inspect;
use crate::ui::words::plural;

use super::check::Fix;
use super::words::shell;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let explain = format!("acp profile check {}", case.id);
    let rules = match case.ground.machine.profile(&case.id) {
        Ok(profile) => profile.rules,
        Err(ProfileError::Invalid { problems, .. }) => {
            let first = problems.first().map_or(String::new(), |problem| {
                let line = problem
                    .line
                    .map_or(String::new(), |line| format!(" line {line},"));
                format!(", first:{line} {}: {}", problem.key, problem.message)
            });
            let meaning = format!("{}{first}", plural(problems.len(), "problem"));
            return vec![Finding::failed("profile", meaning).mend(explain)];
        }
        Err(error) => return vec![Finding::failed("profile", error.to_string()).mend(explain)],
    };
    let mut found = vec![Finding::ok(
        "profile",
        format!("{} `{}`", rules.forge.kind.as_str(), rules.forge.repo),
    )];
    if let Some(TokenSource::File(path)) = &rules.forge.token {
        found.extend(token_file(case, path));
    }
    if rules.repo.verify.is_empty() {
        let meaning = "no `repo.verify`: nothing checks a change before it is merged";
        found.push(
            Finding::warning("verify", meaning).mend(format!("acp profile show {}", case.id)),
        );
    }
    found
}

fn token_file(case: &Case, path: &std::path::Path) -> Option<Finding> {
    let shown = path.display();
    let close = |finding: Finding| {
        finding
            .mend(format!("chmod 600 {}", shell(path)))
            .fix(Fix::Private(path.to_owned()))
    };
    match inspect(path) {
        Ok(Some(found)) if found.mode & 0o007 != 0 => {
            let meaning = format!(
                "every user of this machine can get at the token in `{shown}`: it is not used"
            );
            Some(close(Finding::failed("token", meaning)))
        }
        Ok(Some(found)) if found.is_open() => {
            let meaning = format!("others in your group can read the token in `{shown}`");
            Some(close(Finding::warning("token", meaning)))
        }
        Ok(Some(_)) => None,
        Ok(None) => {
            let meaning = format!(
                "there is no file `{shown}` with the token; the command makes it of what is typed, which ctrl-d ends"
            );
            let write = format!("(umask 077; cat > {})", shell(path));
            Some(Finding::failed("token", meaning).mend(write))
        }
        Err(error) => {
            let show = format!("acp profile show {}", case.id);
            Some(Finding::failed("token", error.to_string()).mend(show))
        }
    }
}
