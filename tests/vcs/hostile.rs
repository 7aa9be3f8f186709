//! Agents that change more than files.

use acp::domain::FailureClass;
use acp::vcs::Vcs as _;

use crate::world::{World, branch};

/// Lines for the shell that make `$EVIL` a program whose run leaves a file behind.
const EVIL: &str = "EVIL=$PWD/../evil; printf '#!/bin/sh\\ntouch %s/../RAN\\ncat\\n' $PWD > $EVIL; chmod +x $EVIL; ";

fn nothing_ran(world: &World) {
    assert!(
        !world.tree.with_file_name("RAN").exists(),
        "a program of the agent was run"
    );
}

#[test]
fn filters_hooks_and_monitors_are_never_run() {
    let world = World::new();
    world.agent(&format!(
        "{EVIL} git config filter.x.clean $EVIL; git config filter.x.smudge $EVIL; git config filter.x.process $EVIL; \
         git config filter.x.required true; git config core.fsmonitor $EVIL; git config core.hooksPath $PWD/../hooks; \
         git config diff.external $EVIL; git config diff.x.textconv $EVIL; git config diff.x.command $EVIL; \
         git config merge.x.driver $EVIL; git config gpg.program $EVIL; git config commit.gpgSign true; \
         git config core.sshCommand $EVIL; git config core.editor $EVIL; git config core.pager $EVIL; \
         git config alias.add '!'$EVIL; git config alias.push '!'$EVIL; git config uploadpack.packObjectsHook $EVIL; \
         git config credential.helper $EVIL; git config url.ext::$EVIL.insteadOf /; \
         G=$(git rev-parse --git-common-dir); mkdir -p ../hooks $G/hooks; \
         for h in pre-commit post-commit pre-push post-checkout post-index-change reference-transaction update \
         pre-receive post-receive; do cp $EVIL $G/hooks/$h; cp $EVIL ../hooks/$h; done; \
         echo '* filter=x diff=x merge=x' > $G/info/attributes; echo '* filter=x diff=x merge=x' > .gitattributes; \
         echo new > n; git add -A >../log 2>&1 || true; test -e ../RAN; rm ../RAN",
    ));
    assert_eq!(world.changes(), [".gitattributes Added", "n Added"]);
    nothing_ran(&world);
    let commit = world.build().unwrap().commit.unwrap();
    world.agent("G=$(git rev-parse --git-common-dir); cp ../evil $G/hooks/reference-transaction; git config push.gpgSign true");
    world.vcs.keep(&branch("acp/x"), &commit).unwrap();
    world.agent("G=$(git rev-parse --git-common-dir); cp ../evil $G/hooks/pre-push; git config core.hooksPath $PWD/../hooks; rm -f ../RAN");
    // Hooks on the receiving side, as if an agent had found it.
    world.agent(&format!(
        "mkdir -p {0}/hooks; cp ../evil {0}/hooks/update; cp ../evil {0}/hooks/post-receive",
        world.forge.dir().display()
    ));
    world.vcs.push(&branch("acp/x"), &commit, None).unwrap();
    let other = world.tree.with_file_name("other");
    world.vcs.add_worktree(&other, &commit, None).unwrap();
    nothing_ran(&world);
    assert_eq!(std::fs::read_to_string(other.join("n")).unwrap(), "new\n");
    let config = std::fs::read_to_string(world.repo().join("config")).unwrap();
    assert!(!config.contains("evil"));
}

#[test]
fn commits_resets_and_stashes_of_the_agent_do_not_matter() {
    let world = World::new();
    world.agent(
        "echo 1 > n; git add -A; git commit -qm one; echo 2 > m; git add m; \
         git rm -q --cached a.txt; git commit -qm two; git rm -q dir/b.txt",
    );
    let expected = ["dir/b.txt Deleted", "m Added", "n Added"];
    assert_eq!(world.changes(), expected);
    world.agent(
        "git add a.txt; git checkout -qb mine; git update-index --assume-unchanged a.txt; \
         git update-index --skip-worktree n; echo 4 > a.txt; echo 5 > n",
    );
    let expected = ["a.txt Modified", "dir/b.txt Deleted", "m Added", "n Added"];
    assert_eq!(world.changes(), expected);
    world.agent("git update-index --no-assume-unchanged a.txt; git update-index --no-skip-worktree n; git stash -q");
    world.agent("git reset -q --hard HEAD~1; git sparse-checkout set --no-cone dir");
    assert!(!world.tree.join("a.txt").exists());
    assert_eq!(
        world.changes(),
        [".gitignore Deleted", "a.txt Deleted"],
        "what is not there is gone, whatever git calls it"
    );
    world.agent("git sparse-checkout disable");
    assert_eq!(world.changes(), ["n Added"]);
}

#[test]
fn a_head_that_left_the_start_is_refused() {
    for text in [
        "git checkout -q --orphan fresh; git commit -qm x",
        "git checkout -q --orphan unborn",
        "git commit -q --amend -m rewritten",
        "G=$(git rev-parse --git-dir); rm $G/HEAD",
        "G=$(git rev-parse --git-dir); echo nonsense > $G/HEAD",
        "G=$(git rev-parse --git-dir); echo 1234567890123456789012345678901234567890 > $G/HEAD",
        "G=$(git rev-parse --git-dir); rm -r $G",
    ] {
        let world = World::new();
        world.agent(&format!("echo 1 > n; {text}"));
        assert_eq!(world.unfit().0, FailureClass::HeadMoved, "{text}");
        assert!(world.tree.join("n").exists());
    }
}

#[test]
fn what_git_file_the_worktree_has_does_not_matter() {
    for text in [
        "rm .git",
        "rm .git; mkdir .git",
        "rm .git; ln -s /nonexistent .git",
        "rm .git; echo 'gitdir: /nonexistent' > .git",
        "rm .git; git init -q; git add -A; git -c user.name=a -c user.email=a commit -qm own",
        "git init -q ../elsewhere; rm .git; ln -s ../elsewhere/.git .git; git config core.fsmonitor $EVIL",
        "git init -q --separate-git-dir ../elsewhere2 . 2>/dev/null || true; git config core.fsmonitor $EVIL",
    ] {
        let world = World::new();
        world.agent(&format!("{EVIL} echo 1 > n; {text}; rm -f ../RAN"));
        assert_eq!(world.changes(), ["n Added"], "{text}");
        nothing_ran(&world);
        world.vcs.remove_worktree(&world.tree).unwrap();
        assert!(!world.tree.exists());
    }
}

#[test]
fn repositories_inside_are_refused_unless_git_ignores_them() {
    for text in [
        "git init -q inner",
        "mkdir -p deep/er; git init -q deep/er/inner",
        "git init -q dir",
        "echo 'gitdir: ../..' > dir/.git",
        "mkdir dir/.GIT; echo x > dir/.GIT/config",
        "git worktree add -q --detach inner",
        "mkdir 'git~1'",
    ] {
        let world = World::new();
        world.agent(&format!("echo 1 > n; {text}"));
        assert_eq!(world.unfit().0, FailureClass::NestedRepository, "{text}");
    }
    let world = World::new();
    world.agent(
        "echo 1 > n; mkdir build; git init -q build/dependency; echo x > build/dependency/f",
    );
    assert_eq!(world.changes(), ["n Added"]);
}

#[test]
fn the_agents_folder_is_never_published() {
    let world = World::new();
    world.agent("mkdir .acp; echo x > .acp/f; echo '!/.acp' > .gitignore; echo '!/.acp/**' >> .gitignore; git add -f .acp; git commit -qm x");
    assert_eq!(world.changes(), [".gitignore Modified"]);
    world.agent("rm -r .acp; ln -s /etc .acp");
    assert_eq!(world.changes(), [".gitignore Modified"]);

    // A repository that has such a folder keeps it as it is.
    let mut world = World::without_worktree();
    world.base = world
        .forge
        .commit("main", Some(&world.base), &[(".acp/kept", "1\n")]);
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    world.agent("echo 2 > .acp/kept; echo 3 > .acp/new; echo 1 > n");
    assert_eq!(world.changes(), ["n Added"]);
    world.agent("rm -r .acp; echo file > .acp");
    assert_eq!(world.changes(), ["n Added"]);
}

#[test]
fn replaced_objects_and_grafts_do_not_change_history() {
    let world = World::new();
    world.agent(
        "echo 1 > n; git add -A; git commit -qm one; B=$(git rev-parse HEAD~1); \
         F=$(echo fake | git commit-tree HEAD^{tree}); git replace $B $F; git pack-refs --all; \
         G=$(git rev-parse --git-common-dir); echo $(git rev-parse HEAD) > $G/info/grafts; \
         echo $(git rev-parse HEAD) > $G/shallow",
    );
    assert_eq!(world.changes(), ["n Added"]);
}

#[test]
fn a_worktree_that_is_no_folder_any_more_is_unreadable() {
    for text in ["rm -rf $OLDPWD", "rm -rf $OLDPWD; ln -s / $OLDPWD"] {
        let world = World::new();
        world.agent(&format!(
            "cd ..; {}",
            text.replace("$OLDPWD", &world.tree.display().to_string())
        ));
        assert_eq!(world.unfit().0, FailureClass::Unreadable, "{text}");
        world.vcs.remove_worktree(&world.tree).unwrap();
        assert!(world.tree.symlink_metadata().is_err());
    }
}

#[test]
fn a_branch_that_is_a_link_to_another_is_not_followed() {
    let world = World::new();
    world.agent("echo 1 > n; git symbolic-ref refs/heads/acp/x refs/heads/main");
    let commit = world.build().unwrap().commit.unwrap();
    world.vcs.keep(&branch("acp/x"), &commit).unwrap();
    assert_eq!(
        world.git(&["rev-parse", "refs/heads/main"]),
        world.base.as_str()
    );
    assert_eq!(
        world.git(&["rev-parse", "refs/heads/acp/x"]),
        commit.as_str()
    );
}
