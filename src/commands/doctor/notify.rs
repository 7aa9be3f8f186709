//! Notifiers that cannot work as they are set up, and notices that were given up.

use super::check::{Case, Finding};
use crate::store::Place;

/// The most that are named.
const NAMED_MAX: usize = 5;

pub(super) fn look(case: &Case) -> Vec<Finding> {
    let mut found = vec![];
    if let Some(rules) = &case.rules {
        for (name, unready) in case.ground.machine.notifiers(rules) {
            let test = case.acp(&format!("notify test {name}"));
            found.push(match unready {
                None => Finding::ok("notify", format!("`{name}` is set up")),
                Some(why) => {
                    Finding::warning("notify", format!("`{name}` cannot tell anybody: {why}"))
                        .mend(test)
                }
            });
        }
    }
    // What cannot be read is named by the check of the records.
    let failed = case
        .store
        .notices()
        .and_then(|notices| notices.list(&[Place::Failed]))
        .unwrap_or_default();
    for queued in failed.iter().take(NAMED_MAX) {
        let notice = &queued.notice;
        let why = notice.last_error.as_deref().unwrap_or("no reason recorded");
        let meaning = format!(
            "`{}` was not told \"{}\": {why}",
            notice.to, notice.news.title
        );
        let retry = case.acp(&format!("notify retry {}", notice.id));
        found.push(Finding::warning("notify", meaning).mend(retry));
    }
    if failed.len() > NAMED_MAX {
        let meaning = format!("{} more notices were given up", failed.len() - NAMED_MAX);
        found.push(Finding::warning("notify", meaning).mend(case.acp("notify list")));
    }
    found
}
