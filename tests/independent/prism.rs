//! The same loop through prism, which holds every request of acp and every answer of the model against the forge's own
//! description. The contract suite sends it every other kind of request.

use crate::home::{GOOD, Home};
use crate::judge::{Judge, forgejo_errs, github_errs};
use crate::life::from_issue_to_merge;
use crate::programs::{Forge, Kind};
use crate::running::tool;

#[test]
fn requests_and_answers_are_as_githubs_description_says() {
    let forge = Forge::start(Kind::Github);
    let judge = Judge::before(&forge.url, &tool("forge/github.json"));
    let home = Home::behind(&forge, &judge.url(), GOOD);
    // Makes the labels that are missing.
    let _doctor = home.acp(&["doctor", "--fix"]);
    from_issue_to_merge(&forge, &home);
    judge.finds_nothing(github_errs);
}

#[test]
fn requests_and_answers_are_as_forgejos_description_says() {
    let forge = Forge::start(Kind::Gitea);
    let judge = Judge::before(&forge.url, &tool("forgejo/description.json"));
    let home = Home::behind(&forge, &judge.url(), GOOD);
    // Makes the labels that are missing.
    let _doctor = home.acp(&["doctor", "--fix"]);
    from_issue_to_merge(&forge, &home);
    judge.finds_nothing(forgejo_errs);
}
