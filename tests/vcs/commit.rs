//! What the host's commit holds.

use std::time::Duration;

use acp::domain::FailureClass;
use acp::git::testing::{clock, shell};
use acp::vcs::{CommitSpec, Vcs as _};

use crate::world::{World, listed};

const TRAILER: &str = "Acp-Run: 20261121-031502-issue-12-a1";

#[test]
fn files_are_the_result_and_the_same_files_give_the_same_commit() {
    let world = World::new();
    world.agent("echo new > n; echo four >> a.txt; rm dir/b.txt; mkdir build; echo x > build/o; chmod +x a.txt");
    world.agent("mkdir -p .acp/deep; echo secret > .acp/deep/result.env");
    let first = world.build().unwrap();
    let expected = ["a.txt Modified", "dir/b.txt Deleted", "n Added"];
    assert_eq!(listed(&first.facts), expected);
    assert_eq!(first.subject, "The title");
    // Left by a builder that was killed.
    std::fs::File::create(world.index().with_extension("lock")).unwrap();
    assert_eq!(world.build().unwrap(), first);
    let commit = first.commit.unwrap();
    let shown = world.git(&[
        "log",
        "-1",
        "--format=%an %ae %at %cn %ct %P%n%B",
        commit.as_str(),
    ]);
    assert_eq!(
        shown,
        format!(
            "acp acp@localhost 1800000000 acp 1800000000 {}\nThe title\n\n{TRAILER}",
            world.base
        )
    );
    let mode = world.git(&["ls-tree", commit.as_str(), "a.txt"]);
    assert!(mode.starts_with("100755"), "{mode}");
}

#[test]
fn nothing_changed_is_no_commit() {
    let world = World::new();
    world.agent("mkdir -p .acp build; echo x > .acp/y; echo x > build/y; touch a.txt; mkdir empty");
    let built = world.build().unwrap();
    assert_eq!((built.commit, built.facts.files), (None, Some(vec![])));
    assert_eq!(world.agent("git status --porcelain"), "");
}

#[test]
fn the_message_is_given_else_the_agents_else_the_title() {
    let world = World::new();
    let subject = |message: Option<&str>| {
        let index = world.index();
        let spec = CommitSpec {
            message,
            ..world.spec(&index)
        };
        world.vcs.build_commit(&spec).unwrap().subject
    };
    world.agent("echo 1 > n");
    assert_eq!(subject(None), "The title");
    world.agent("git add -A; git commit -qm 'agent one'; echo 2 > n; git commit -qam 'agent two'");
    assert_eq!(subject(None), "agent two");
    assert_eq!(subject(Some("given\n\nbody")), "given");
    assert_eq!(subject(Some(" \n")), "agent two");
    // What an agent tells its own commit is published like the rest of its words.
    world.agent("git commit -q --allow-empty -m 'use hidden'");
    assert_eq!(subject(None), "use [redacted]");
    world.agent("git reset -q --soft HEAD~1");
    let commit = world.build().unwrap().commit.unwrap();
    assert_eq!(
        world.git(&["rev-parse", &format!("{commit}^")]),
        world.base.as_str()
    );
}

#[test]
fn links_stay_links_and_odd_files_are_left_out() {
    let world = World::new();
    world.agent(
        "ln -s /etc/passwd link; ln -s ../../.. up; ln -s build dirlink; mkfifo pipe dir/pipe; rm dir/b.txt; \
         mkfifo dir/b.txt; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"sock\")' || mkfifo sock",
    );
    let expected = [
        "dir/b.txt Deleted",
        "dirlink Added",
        "link Added",
        "up Added",
    ];
    assert_eq!(world.changes(), expected);
    let commit = world.build().unwrap().commit.unwrap();
    assert!(
        world
            .git(&["ls-tree", commit.as_str(), "link"])
            .starts_with("120000")
    );
    assert_eq!(
        world.git(&["cat-file", "-p", &format!("{commit}:link")]),
        "/etc/passwd"
    );
}

#[test]
fn names_of_any_bytes_are_committed() {
    let world = World::new();
    world.agent("touch \"$(printf 'new\\nline')\" \"$(printf '\\377bytes')\" ' \"quoted\"' -- ':(top)x' '*' ./--help");
    assert_eq!(
        world.changes(),
        [
            " \"quoted\" Added",
            "* Added",
            "--help Added",
            ":(top)x Added",
            "new\nline Added",
            "\u{fffd}bytes Added"
        ]
    );
}

#[test]
fn a_large_file_is_refused_without_being_read() {
    let world = World::new();
    world.agent("truncate -s 5G huge");
    let begun = clock().monotonic();
    let (class, detail) = world.unfit();
    let took = clock().monotonic().saturating_sub(begun);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_eq!(class, FailureClass::FileTooLarge);
    assert_eq!(
        detail,
        "`huge` has 5120 MiB, more than the 50 MiB that are published"
    );
    world.agent("mkdir build; mv huge build/; truncate -s 5G .acp-not; mkdir .acp; mv .acp-not .acp/huge; echo 1 > n");
    assert_eq!(world.changes(), ["n Added"], "what is ignored may be large");
    world.agent("truncate -s 5G a.txt");
    assert_eq!(
        world.unfit().0,
        FailureClass::FileTooLarge,
        "a known file that became large"
    );
    world.agent("truncate -s 50M a.txt");
    assert_eq!(
        world.changes(),
        ["a.txt Modified", "n Added"],
        "the limit itself is allowed"
    );
}

#[test]
fn a_large_file_that_was_there_before_is_no_obstacle() {
    let mut world = World::without_worktree();
    let large = "0123456789abcde\n".repeat((50 << 20) / 16 + 1);
    world.base = world
        .forge
        .commit("main", Some(&world.base), &[("data", &large)]);
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    world.agent("echo 1 > n");
    assert_eq!(world.changes(), ["n Added"]);
    world.agent("printf x | dd of=data conv=notrunc status=none");
    assert_eq!(world.unfit().0, FailureClass::FileTooLarge);
}

#[test]
fn markers_of_a_conflict_must_be_resolved() {
    let mut world = World::without_worktree();
    let ours = world.forge.commit(
        "topic",
        Some(&world.base),
        &[("a.txt", "one\nours\nthree\n"), ("mine", "1\n")],
    );
    let markers = "<<<<<<< a\n=======\n>>>>>>> b\n";
    let theirs = world.forge.commit(
        "main",
        Some(&world.base),
        &[("a.txt", "one\ntheirs\nthree\n"), ("test.md", markers)],
    );
    world.base = ours;
    world
        .vcs
        .add_worktree(&world.tree, &world.base, Some(&theirs))
        .unwrap();
    let text = std::fs::read_to_string(world.tree.join("a.txt")).unwrap();
    assert!(
        text.contains("<<<<<<<") && text.contains("ours") && text.contains("theirs"),
        "{text}"
    );
    let build = || {
        let index = world.index();
        let spec = CommitSpec {
            merge: Some(&theirs),
            ..world.spec(&index)
        };
        world.vcs.build_commit(&spec)
    };
    let error = build().unwrap_err().to_string();
    assert_eq!(error, "conflict markers are left in `a.txt`");
    world.agent("printf 'one\\nboth\\nthree\\n' > a.txt");
    let built = build().unwrap();
    assert_eq!(listed(&built.facts), ["a.txt Modified", "mine Added"]);
    let commit = built.commit.unwrap();
    let parents = world.git(&["log", "-1", "--format=%P", commit.as_str()]);
    assert_eq!(parents, format!("{} {theirs}", world.base));
    world.agent("git reset -q --hard");
    assert_eq!(
        build().unwrap().commit,
        None,
        "all of the merge was thrown away"
    );
}

/// A repair of a conflict is refused for what the run and its branch do, not for what others brought to the base.
#[test]
fn a_merge_is_judged_by_what_it_changes_of_the_base_and_nothing_of_that_escapes() {
    let mut world = World::without_worktree();
    let ours = world.forge.commit(
        "topic",
        Some(&world.base),
        &[("a.txt", "one\nours\nthree\n"), ("secrets/branch", "1\n")],
    );
    let theirs = world.forge.commit(
        "main",
        Some(&world.base),
        &[
            ("a.txt", "one\ntheirs\nthree\n"),
            ("secrets/main", "brought\n"),
            ("secrets/kept", "by main\n"),
            ("secrets/both", "of main\n"),
        ],
    );
    world.base = ours;
    world
        .vcs
        .add_worktree(&world.tree, &world.base, Some(&theirs))
        .unwrap();
    let index = world.index();
    let spec = CommitSpec {
        merge: Some(&theirs),
        ..world.spec(&index)
    };
    world.agent("printf 'one\\nboth\\nthree\\n' > a.txt");
    let built = world.vcs.build_commit(&spec).unwrap();
    assert_eq!(
        listed(&built.facts),
        ["a.txt Modified", "secrets/branch Added"]
    );
    world.agent("echo mine > secrets/own; echo mine > secrets/both; rm secrets/kept");
    let built = world.vcs.build_commit(&spec).unwrap();
    assert_eq!(
        listed(&built.facts),
        [
            "a.txt Modified",
            "secrets/both Modified",
            "secrets/branch Added",
            "secrets/kept Deleted",
            "secrets/own Added",
        ]
    );
}

#[test]
fn a_submodule_stays_as_it_was_and_its_repository_is_not_asked() {
    let mut world = World::without_worktree();
    // The same commands give the same commit, so that what is checked out later fits the pointer: only then does git
    // want to know whether it is dirty.
    let inner = "git init -q -b main; echo x > x; git add x; export GIT_AUTHOR_DATE='@1 +0000' GIT_COMMITTER_DATE='@1 +0000'; \
                 git -c user.name=a -c user.email=a commit -q -m x; git rev-parse HEAD";
    let elsewhere = tempfile::tempdir().unwrap();
    let pointer = shell(elsewhere.path(), inner).trim().to_owned();
    let line = format!("160000 {pointer} 0\tsub\n");
    let index = world.forge.root().join("i");
    let call = |args: &[&str]| {
        let git = world.forge.git();
        git.call("test")
            .args(args)
            .env("GIT_INDEX_FILE", index.as_os_str())
    };
    call(&["read-tree", world.base.as_str()]).ok().unwrap();
    call(&["update-index", "--index-info"])
        .input(line)
        .ok()
        .unwrap();
    let tree = call(&["write-tree"]).sha().unwrap();
    let commit = acp::git::commit_tree(
        &world.forge.git(),
        &tree,
        &[&world.base],
        "submodule",
        &acp::git::Person::new("a", "a", jiff::Timestamp::UNIX_EPOCH),
        &acp::git::Person::new("a", "a", jiff::Timestamp::UNIX_EPOCH),
    );
    world.base = commit.unwrap();
    world
        .forge
        .run(&["update-ref", "refs/heads/main", world.base.as_str()]);
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    assert_eq!(world.build().unwrap().commit, None, "not checked out");
    world.agent(&format!(
        "echo '#!/bin/sh' > ../evil; echo touch $PWD/../EVIL >> ../evil; chmod +x ../evil; cd sub; {inner}; \
         git config filter.x.clean $PWD/../../evil; echo '* filter=x' > .git/info/attributes; \
         echo y > x; git status >/dev/null 2>&1; test -e ../../EVIL; rm ../../EVIL; cd ..; echo 1 > n",
    ));
    assert_eq!(world.changes(), ["n Added"]);
    assert!(!world.tree.with_file_name("EVIL").exists());
    world.agent("rm -rf sub/.git");
    assert_eq!(world.changes().first().unwrap(), "n Added");
    world.agent("rm -rf sub");
    assert_eq!(world.changes(), ["n Added", "sub Deleted"]);
}
