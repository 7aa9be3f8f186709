//! Saving work before a worktree goes.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use acp::domain::Sha;
use acp::durable::{crash, write_atomic};
use acp::git::testing::{git_program, shell};
use acp::vcs::{Vcs as _, VcsError};

use crate::world::{World, vcs_with};

fn bundle(world: &World) -> PathBuf {
    world.forge.root().join("state/history/run.bundle")
}

fn rescue(world: &World, published: Option<&Sha>) -> Result<Option<PathBuf>, VcsError> {
    let (index, bundle) = (world.index(), bundle(world));
    world.vcs.rescue(
        &world.run,
        &world.tree,
        &index,
        &world.base,
        published,
        &bundle,
    )
}

/// What a clone of the forge has after fetching from the bundle.
fn restored(world: &World, look: &str) -> String {
    let dir = tempfile::tempdir_in(world.forge.root()).unwrap();
    let text = format!(
        "git clone -q {} c; cd c; git fetch -q {} 'refs/acp/rescue/*:refs/heads/rescued/*'; \
         git checkout -q rescued/{}; {look}",
        world.forge.dir().display(),
        bundle(world).display(),
        world.run
    );
    shell(dir.path(), &text).trim().to_owned()
}

#[test]
fn nothing_new_is_no_bundle() {
    let world = World::new();
    world.agent("mkdir .acp build; echo x > .acp/x; echo x > build/x");
    assert_eq!(rescue(&world, None).unwrap(), None);
    world.vcs.remove_worktree(&world.tree).unwrap();
    assert_eq!(rescue(&world, None).unwrap(), None);
    assert!(!bundle(&world).exists());
}

#[test]
fn uncommitted_files_and_the_agents_commits_are_saved() {
    let world = World::new();
    world.agent("echo 1 > n; git add -A; git commit -qm one; echo 2 > n; git commit -qam two; echo 3 > n; echo 4 > m; truncate -s 60M large");
    assert_eq!(rescue(&world, None).unwrap(), Some(bundle(&world)));
    assert_eq!(rescue(&world, None).unwrap(), Some(bundle(&world)), "again");
    let look = "cat n m; stat -c %s large; git log --format=%s | tr '\\n' '|'";
    let expected = "3\n4\n62914560\nFiles that were not committed|two|one|commit on main: a.txt dir/b.txt .gitignore|";
    assert_eq!(restored(&world, look), expected);
    world.vcs.remove_worktree(&world.tree).unwrap();
    assert_eq!(restored(&world, look), expected);
    assert_eq!(
        std::fs::read_dir(bundle(&world).parent().unwrap())
            .unwrap()
            .count(),
        1
    );
}

#[test]
fn what_is_published_is_not_saved_again() {
    let world = World::new();
    world.agent("echo 1 > n");
    let published = world.build().unwrap().commit.unwrap();
    assert_eq!(rescue(&world, Some(&published)).unwrap(), None);
    world.agent("git add -A; git commit -qm 'the same'");
    assert_eq!(rescue(&world, Some(&published)).unwrap(), None);
    world.agent("echo 2 > n; git commit -qam 'and back'; echo 1 > n; git commit -qam again");
    assert!(
        rescue(&world, Some(&published)).unwrap().is_some(),
        "a state in between"
    );
}

#[test]
fn work_on_another_history_is_saved_too() {
    let world = World::new();
    world.agent("git checkout -q --orphan fresh; echo 1 > n; git add -A; git commit -qm alone; rm .git; echo 2 > n");
    assert!(rescue(&world, None).unwrap().is_some());
    assert_eq!(
        restored(&world, "cat n; git log --format=%s"),
        "2\nFiles that were not committed\nalone"
    );
}

#[test]
fn a_nested_repository_keeps_its_worktree() {
    let world = World::new();
    world.agent("git init -q inner; echo 1 > inner/f");
    assert!(matches!(rescue(&world, None), Err(VcsError::Unfit { .. })));
    world.agent("git -C inner add f; git -C inner -c user.name=a -c user.email=a commit -qm x; git add inner; git commit -qm link");
    assert!(matches!(rescue(&world, None), Err(VcsError::Unfit { .. })));
}

#[test]
fn a_crash_while_saving_is_made_good() {
    for point in 1.. {
        let world = World::new();
        world.agent("echo 1 > n");
        crash::simulate_after(point);
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            rescue(&world, None).unwrap()
        }))
        .is_ok();
        crash::disarm();
        assert!(rescue(&world, None).unwrap().is_some());
        assert_eq!(restored(&world, "cat n"), "1");
        if done {
            break;
        }
    }
}

/// Whoever kills git says nothing of the files: the next look saves them, and no run fails for good.
#[test]
fn a_git_that_is_killed_while_it_reads_the_files_is_no_fault_of_theirs() {
    let world = World::new();
    world.agent("echo 1 > n");
    let script = world.forge.root().join("killed-git");
    let text = format!(
        "#!/bin/sh\ncase \" $* \" in *' add --all '*) kill -9 $$ ;; esac\nexec '{}' \"$@\"\n",
        git_program().display()
    );
    write_atomic(&script, text.as_bytes()).unwrap();
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
    let killed = World {
        vcs: vcs_with(&world.forge, script),
        ..world
    };
    for tried in [
        rescue(&killed, None).map(|_| ()),
        killed.build().map(|_| ()),
    ] {
        assert!(
            matches!(&tried, Err(VcsError::Git { why, .. }) if why.contains("signal 9")),
            "{tried:?}"
        );
    }
    let again = World {
        vcs: vcs_with(&killed.forge, git_program()),
        ..killed
    };
    assert!(rescue(&again, None).unwrap().is_some());
    assert_eq!(restored(&again, "cat n"), "1");
}
