//! What a clone holds, found out without changing it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use acp::domain::Sha;
use acp::git::testing::shell;
use acp::vcs::{Survey, Vcs as _, VcsError};

use crate::world::{World, branch};

/// Every file below a folder with its content.
fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut files, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.insert(path.clone(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn what_came_with_the_clone_is_told_from_what_was_made_in_it() {
    let world = World::new();
    let came = world.forge.dir().join("refs/heads");
    assert!(came.join("main").exists());
    world.agent("echo 1 > n; git add n; git commit -qm one");
    let built = world.build().unwrap().commit.unwrap();
    world
        .vcs
        .keep(&branch("agent/issue-12-a1"), &built)
        .unwrap();
    let bundle = world.forge.root().join("state/history/run.bundle");
    let index = world.index();
    let saved = world
        .vcs
        .rescue(&world.run, &world.tree, &index, &world.base, None, &bundle);
    assert_eq!(saved.unwrap(), Some(bundle.clone()));
    let before = everything(&world.repo());
    let run = world.run.to_string();
    let expected = Survey {
        branches: [branch("agent/issue-12-a1"), branch("main")].into(),
        made: [branch("agent/issue-12-a1")].into(),
        worktrees: [run.clone()].into(),
        rescued: [run].into(),
    };
    assert_eq!(world.vcs.survey().unwrap(), expected);
    let other: Sha = "9".repeat(40).parse().unwrap();
    let asked: BTreeSet<Sha> = [built, other.clone(), world.base.clone()].into();
    assert_eq!(world.vcs.missing(&asked).unwrap(), [other].into());
    assert_eq!(world.vcs.flaw_of_bundle(&bundle).unwrap(), None);
    assert!(everything(&world.repo()) == before);
}

#[test]
fn git_is_not_run_where_an_agent_has_changed_the_settings() {
    let world = World::new();
    let asked: BTreeSet<Sha> = [world.base.clone()].into();
    assert_eq!(world.vcs.missing(&asked).unwrap(), BTreeSet::new());
    for change in [
        "git config user.name me",
        "echo /elsewhere > \"$(git rev-parse --git-common-dir)/objects/info/alternates\"",
    ] {
        world.agent(change);
        let before = everything(&world.repo());
        let refused = world.vcs.missing(&asked);
        assert!(matches!(refused, Err(VcsError::Git { .. })), "{refused:?}");
        assert_eq!(
            world.vcs.missing(&BTreeSet::new()).unwrap(),
            BTreeSet::new()
        );
        assert!(world.vcs.survey().is_ok());
        assert!(everything(&world.repo()) == before);
        world.vcs.prepare().unwrap();
        assert_eq!(world.vcs.missing(&asked).unwrap(), BTreeSet::new());
    }
}

#[test]
fn where_there_is_no_clone_there_is_nothing() {
    let world = World::without_worktree();
    shell(world.forge.root(), "rm -r state");
    assert_eq!(world.vcs.survey().unwrap(), Survey::default());
    let asked: BTreeSet<Sha> = [world.base.clone()].into();
    assert_eq!(world.vcs.missing(&asked).unwrap(), asked);
    // A ref that is none is told.
    let world = World::new();
    shell(&world.repo(), ": > refs/heads/half");
    let told = world.vcs.survey().unwrap_err().to_string();
    assert!(told.contains("refs/heads/half"), "{told}");
}
