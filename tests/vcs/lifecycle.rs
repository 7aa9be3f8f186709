//! From clone to push, and what killed processes leave in between.

use acp::durable::{crash, create_dirs, write_atomic};
use acp::git::testing::{clock, git_program, script, shell};
use acp::vcs::git::{GitVcs, Remote};
use acp::vcs::{Pushed, Vcs, VcsError};

use crate::world::{World, branch, repo, vcs};

#[test]
fn a_clone_is_made_once_and_kept_in_order() {
    let world = World::without_worktree();
    let before = world.git(&["rev-parse", "main"]);
    write_atomic(&world.repo().join("config"), b"[core]\n\tbare = false\n").unwrap();
    world.vcs.prepare().unwrap();
    assert_eq!(world.git(&["rev-parse", "main"]), before);
    assert_eq!(world.git(&["config", "core.bare"]), "true");
    assert!(!world.repo().join("objects/info/alternates").exists());
}

#[test]
fn git_is_asked_for_its_version_once_and_again_when_it_is_another() {
    let world = World::without_worktree();
    let log = world.forge.root().join("asked");
    let (log, git) = (log.display(), git_program());
    let program = script(
        world.forge.root(),
        &format!(
            "[ \"$1\" = version ] && echo yes >>'{log}' && echo git version 2.47.0 && exit\nexec '{}' \"$@\"",
            git.display()
        ),
    );
    let look = || {
        let remote = Remote::Path(world.forge.dir().to_owned());
        let vcs = GitVcs::new(world.repo(), remote, program.clone(), clock());
        vcs.is_ancestor(&world.base, &world.base)
    };
    let asked = || {
        shell(world.forge.root(), "grep -c yes asked")
            .trim()
            .to_owned()
    };
    assert!(look().unwrap() && look().unwrap());
    assert_eq!(asked(), "1");
    let folder = program.parent().unwrap();
    shell(folder, "sed -i s/2.47.0/2.30.1/ program");
    assert!(
        look()
            .unwrap_err()
            .to_string()
            .contains("needs git 2.38 or newer")
    );
    assert!(look().is_err(), "what was refused is asked again");
    shell(folder, "sed -i s/2.30.1/2.38.0/ program");
    assert!(look().unwrap());
    assert_eq!(asked(), "4");
}

#[test]
fn a_crash_while_cloning_is_made_good() {
    for point in 1.. {
        let forge = acp::git::testing::TestRepo::new();
        let base = forge.commit("main", None, &[("a", "1")]);
        let vcs = vcs(&forge);
        crash::simulate_after(point);
        let done =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| vcs.prepare().unwrap()))
                .is_ok();
        crash::disarm();
        vcs.prepare().unwrap();
        let tree = forge.root().join("state/worktrees/one");
        vcs.add_worktree(&tree, &base, None).unwrap();
        assert!(repo(&forge).join("HEAD").exists());
        if done {
            break;
        }
    }
}

#[test]
fn commits_are_fetched_when_they_are_missing() {
    let world = World::without_worktree();
    let next = world
        .forge
        .commit("topic", Some(&world.base), &[("x", "1")]);
    let add = |sha: &_| world.vcs.add_worktree(&world.tree, sha, None);
    add(&next).unwrap();
    assert!(world.tree.join("x").exists());
    // On no branch any more.
    let lost = world.forge.commit("gone", Some(&next), &[("x", "2")]);
    world.forge.run(&["update-ref", "-d", "refs/heads/gone"]);
    add(&lost).unwrap();
    assert!(world.vcs.is_ancestor(&next, &lost).unwrap());
    assert!(!world.vcs.is_ancestor(&lost, &next).unwrap());
    let absent = "1234567890123456789012345678901234567890".parse().unwrap();
    assert!(matches!(add(&absent), Err(VcsError::Git { .. })));
    // Also the other side of a merge.
    let theirs = world
        .forge
        .commit("theirs", Some(&world.base), &[("y", "1")]);
    world
        .vcs
        .add_worktree(&world.tree, &world.base, Some(&theirs))
        .unwrap();
    assert_eq!(
        world.agent("git rev-parse HEAD; ls").trim(),
        format!("{}\na.txt\ndir\ny", world.base)
    );
    assert!(world.vcs.is_ancestor(&absent, &next).is_err());
}

#[test]
fn a_worktree_can_be_added_over_what_a_dead_launch_left() {
    let world = World::new();
    world.agent("echo x > leftover; chmod 500 dir");
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    assert!(!world.tree.join("leftover").exists());
    // Only git's side is left, then only the folder, then a folder without its git file, then locks.
    std::fs::remove_dir_all(&world.tree).unwrap();
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    let admin = world.repo().join("worktrees").join(world.run.as_str());
    std::fs::remove_dir_all(&admin).unwrap();
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    std::fs::remove_file(world.tree.join(".git")).unwrap();
    write_atomic(&admin.join("index.lock"), b"").unwrap();
    world
        .vcs
        .add_worktree(&world.tree, &world.base, None)
        .unwrap();
    assert_eq!(
        world
            .agent("git status --porcelain; git rev-parse HEAD")
            .trim(),
        world.base.as_str()
    );
    assert_eq!(world.build().unwrap().commit, None);
}

#[test]
fn other_worktrees_survive_the_removal_of_one_and_an_agents_prune() {
    let world = World::new();
    let other = world.tree.with_file_name("20261121-031502-issue-13-a1");
    world.vcs.add_worktree(&other, &world.base, None).unwrap();
    world.agent("rm ../20261121-031502-issue-13-a1/.git; git worktree prune --expire=now; git worktree add -q --detach ../own-$$ || true");
    world.vcs.remove_worktree(&world.tree).unwrap();
    world.vcs.remove_worktree(&world.tree).unwrap();
    assert!(
        world
            .repo()
            .join("worktrees/20261121-031502-issue-13-a1/HEAD")
            .exists()
    );
    assert!(
        !world
            .repo()
            .join("worktrees")
            .join(world.run.as_str())
            .exists()
    );
    world.vcs.remove_worktree(&other).unwrap();
    assert!(!other.exists());
}

#[test]
fn a_push_compares_and_swaps() {
    let world = World::new();
    world.agent("echo 1 > n");
    let one = world.build().unwrap().commit.unwrap();
    world.agent("echo 2 > n");
    let two = world.build().unwrap().commit.unwrap();
    let topic = branch("acp/issue-12-a1");
    world.vcs.keep(&topic, &one).unwrap();
    world.vcs.keep(&topic, &two).unwrap();
    let push = |sha, expect| world.vcs.push(&topic, sha, expect).unwrap();
    assert_eq!(push(&one, Some(&world.base)), Pushed::Moved { found: None });
    assert_eq!(push(&one, None), Pushed::Done);
    assert_eq!(push(&one, None), Pushed::Done, "again");
    let moved = Pushed::Moved {
        found: Some(one.clone()),
    };
    assert_eq!(push(&two, None), moved);
    assert_eq!(push(&two, Some(&world.base)), moved);
    assert_eq!(push(&two, Some(&one)), Pushed::Done, "not a fast-forward");
    assert_eq!(
        world
            .forge
            .run(&["rev-parse", "refs/heads/acp/issue-12-a1"]),
        two.as_str()
    );
    // The forge has a branch where a folder would have to be.
    world
        .forge
        .run(&["update-ref", "refs/heads/taken", one.as_str()]);
    assert!(matches!(
        world.vcs.push(&branch("taken/x"), &one, None),
        Err(VcsError::Git { .. })
    ));
    let absent = "1234567890123456789012345678901234567890".parse().unwrap();
    assert!(world.vcs.push(&branch("y"), &absent, None).is_err());
}

#[test]
fn a_program_in_a_folder_with_odd_characters_can_push() {
    let world = World::new();
    world.agent("echo 1 > n");
    let commit = world.build().unwrap().commit.unwrap();
    let folder = world.forge.root().join("it's a $(folder)");
    create_dirs(&folder).unwrap();
    std::os::unix::fs::symlink(git_program(), folder.join("git")).unwrap();
    let remote = Remote::Path(world.forge.dir().to_owned());
    let vcs = GitVcs::new(world.repo(), remote, folder.join("git"), clock());
    assert_eq!(vcs.push(&branch("x"), &commit, None).unwrap(), Pushed::Done);
}
