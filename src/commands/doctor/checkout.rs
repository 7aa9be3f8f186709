//! How far the person's checkout is from the local forge: acp never fetches from it.

use super::check::{Case, Finding};
use super::words::shell;
use crate::domain::ForgeKind;
use crate::ui::words::plural;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let Some(rules) = &case.rules else {
        return vec![];
    };
    let Some(path) = &rules.repo.path else {
        return vec![];
    };
    if !path.is_dir() {
        let meaning = format!("`repo.path` names `{}`, which is no folder", path.display());
        let show = format!("acp profile show {}", case.id);
        return vec![Finding::warning("checkout", meaning).mend(show)];
    }
    if rules.forge.kind != ForgeKind::Local {
        return vec![];
    }
    let base = &rules.repo.base;
    let count = |n: u64| plural(usize::try_from(n).unwrap_or(usize::MAX), "commit");
    let git = |words: &str| format!("git -C {} {words} acp {base}", shell(path));
    let apart = match case.ground.machine.apart(rules, path) {
        Ok(apart) => apart,
        Err(why) => return vec![Finding::unknown("checkout", why)],
    };
    vec![match (apart.only_here, apart.only_there) {
        (0, 0) => Finding::ok("checkout", format!("`{base}` is as it is on the forge")),
        (here, 0) => {
            let meaning = format!(
                "only the checkout has {} of `{base}`: agents do not see that",
                count(here)
            );
            Finding::warning("checkout", meaning).mend(git("push"))
        }
        (0, there) => {
            let meaning = format!("only the forge has {} of `{base}`", count(there));
            Finding::warning("checkout", meaning).mend(git("pull"))
        }
        (here, there) => {
            let meaning = format!(
                "`{base}` went two ways: {} only in the checkout, {} only on the forge",
                count(here),
                count(there)
            );
            Finding::warning("checkout", meaning).mend(git("pull --rebase"))
        }
    }]
}
