//! Merges.

use acp::domain::{Applied, IssueState, ItemId, MergeMethod, PrState, Sha};

use crate::fixture::{
    Fixture, Local, adopt_or_apply, apply, branch, close, issue, listed, merge, mirror, open, pull,
    pull_as, refusal,
};

crate::suite!(merges:
    every_method_moves_the_base_and_closes_the_issue,
    only_the_head_that_was_judged_is_merged,
    drafts_and_closed_ones_are_refused,
    a_base_that_moved_is_merged_into,
    ; kept_here:
    an_issue_that_stays_open_stays_open,
    a_conflict_is_refused_with_its_files,
    a_merge_of_a_deleted_branch_is_refused,
);

fn commit_of(applied: &Applied) -> Sha {
    match applied {
        Applied::Merged { commit } => commit.clone().unwrap(),
        other => unreachable!("{other:?}"),
    }
}

fn every_method_moves_the_base_and_closes_the_issue(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    for (n, method) in [MergeMethod::Squash, MergeMethod::Merge, MergeMethod::Rebase]
        .into_iter()
        .enumerate()
    {
        let number = open(forge, &issue("wanted", "", &[]));
        let name = format!("work-{n}");
        let head = fixture.push(&name, &[(&format!("{n}.txt"), "new\n")]);
        let pr = open(forge, &pull(&name, &head, &format!("Closes #{number}")));
        let merging = merge(pr, &head, method);
        let commit = commit_of(&apply(forge, &merging));
        assert_eq!(forge.branch(&branch("main")).unwrap(), Some(commit.clone()));
        assert_eq!(commit_of(&forge.apply(&merging).unwrap()), commit);
        assert_eq!(commit_of(&adopt_or_apply(forge, &merging)), commit);
        let mirror = mirror(forge);
        let commit = Some(commit);
        assert_eq!(mirror.base_sha, commit);
        assert_eq!(mirror.pulls[&pr].state, PrState::Merged { commit });
        assert_eq!(mirror.pulls[&pr].head_sha, head);
        assert_eq!(mirror.issues[&number].state, IssueState::Closed);
    }
}

fn an_issue_that_stays_open_stays_open(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let number = open(forge, &issue("weekly", "", &["agent-keep-open"]));
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, &format!("Closes #{number}")));
    apply(forge, &merge(pr, &head, MergeMethod::Squash));
    assert_eq!(mirror(forge).issues[&number].state, IssueState::Open);
}

fn only_the_head_that_was_judged_is_merged(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let main = forge.branch(&branch("main")).unwrap();
    let next = fixture.push("work", &[("a.txt", "evil\n")]);
    let merging = merge(pr, &head, MergeMethod::Squash);
    let why = refusal(forge, &merging);
    assert_eq!(why, format!("head moved: expected {head}, found {next}"));
    assert_eq!(forge.branch(&branch("main")).unwrap(), main);
    assert_eq!(forge.find(&merging).unwrap(), None);
    apply(forge, &merge(pr, &next, MergeMethod::Squash));
    assert!(refusal(forge, &merging).contains("merged at"));
}

fn a_conflict_is_refused_with_its_files(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("base.txt", "mine\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    fixture.make_conflict("work", "base.txt");
    for method in [MergeMethod::Squash, MergeMethod::Merge, MergeMethod::Rebase] {
        let why = refusal(forge, &merge(pr, &head, method));
        assert!(why.contains("base.txt"), "{why}");
    }
    assert_eq!(listed(forge, pr).state, PrState::Open);
}

fn drafts_and_closed_ones_are_refused(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull_as("work", &head, "", true));
    let merging = merge(pr, &head, MergeMethod::Squash);
    assert!(refusal(forge, &merging).starts_with("it is a draft"));
    apply(forge, &crate::fixture::ready(pr));
    apply(forge, &close(ItemId::pr(pr)));
    assert_eq!(refusal(forge, &merging), "it is closed");
}

fn a_base_that_moved_is_merged_into(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    let moved = fixture.push("main", &[("other.txt", "x\n")]);
    assert_eq!(mirror(forge).base_sha, Some(moved.clone()));
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Squash)));
    assert_ne!(commit, moved);
}

fn a_merge_of_a_deleted_branch_is_refused(fixture: &dyn Fixture) {
    let forge = fixture.forge();
    let head = fixture.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    fixture.delete("work");
    let why = refusal(forge, &merge(pr, &head, MergeMethod::Merge));
    assert!(why.contains("found no branch"), "{why}");
}

#[test]
fn commits_have_the_parents_files_and_message_of_their_method() {
    let local = Local::new();
    let forge = local.forge();
    let old = local.push("main", &[("main.txt", "x\n")]);
    let head = local.push("squash", &[("s.txt", "s\n")]);
    let pr = open(forge, &pull("squash", &head, ""));
    local.push("main", &[("main.txt", "y\n")]);
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Squash)));
    let shown = local.git(&format!("log -1 --format='%s|%an|%ae' {commit}"));
    assert_eq!(
        shown.trim(),
        format!("Change from squash (#{pr})|acp|acp@localhost")
    );
    assert_eq!(local.git(&format!("show {commit}:s.txt")), "s\n");
    assert_eq!(local.git(&format!("show {commit}:main.txt")), "y\n");
    assert_eq!(
        local
            .git(&format!("rev-list --count {old}..{commit}"))
            .trim(),
        "2"
    );

    let head = local.push("merge", &[("m.txt", "m\n")]);
    let pr = open(forge, &pull("merge", &head, ""));
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Merge)));
    let parents = local.git(&format!("log -1 --format=%P {commit}"));
    assert!(parents.trim().ends_with(head.as_str()), "{parents}");

    let head = local.push("rebase", &[("r.txt", "r\n")]);
    local.push("main", &[("main.txt", "z\n")]);
    let pr = open(forge, &pull("rebase", &head, ""));
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Rebase)));
    let subject = local.git(&format!("log -1 --format=%s {commit}"));
    assert_eq!(subject.trim(), "commit on rebase: r.txt");
    assert_eq!(
        local.git("status --porcelain --untracked=no 2>/dev/null || true"),
        ""
    );
}

#[test]
fn a_squash_keeps_the_trailers_of_runs() {
    let local = Local::new();
    let forge = local.forge();
    let work = local.dir.join("../checkout");
    let script = "git clone -q '{repo}' '{work}' && cd '{work}' && git config user.name A && \
        git config user.email a@b && git checkout -q -b runs && \
        for n in 1 2 2; do date +%N >f$n; git add .; git commit -q --allow-empty -m 'x' \
        -m 'Acp-Run: 20261121-031502-issue-12-a'$n -m 'Signed-off-by: A'; done && \
        sed -i s/x/y/ f1; git commit -q --allow-empty -m 'y' -m 'Acp-Run: 20261121-031502-issue-12-a3'; \
        git push -q origin runs";
    let script = script
        .replace("{repo}", &local.repo())
        .replace("{work}", &work.display().to_string());
    acp::git::testing::shell(&local.dir, &script);
    let head = forge.branch(&branch("runs")).unwrap().unwrap();
    let pr = open(forge, &pull("runs", &head, ""));
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Squash)));
    let message = local.git(&format!("log -1 --format=%B {commit}"));
    assert_eq!(
        message.trim(),
        format!("Change from runs (#{pr})\n\nAcp-Run: 20261121-031502-issue-12-a3")
    );
}

#[test]
fn a_person_who_pushed_the_head_into_the_base_has_merged_it() {
    let local = Local::new();
    let forge = local.forge();
    let head = local.push("work", &[("a.txt", "a\n")]);
    let pr = open(forge, &pull("work", &head, ""));
    local.git(&format!("update-ref refs/heads/main {head}"));
    let commit = commit_of(&apply(forge, &merge(pr, &head, MergeMethod::Squash)));
    assert_eq!(commit, head);
    assert_eq!(forge.branch(&branch("main")).unwrap(), Some(head));
}
