//! The forge's repository behind HTTP.

use std::sync::Arc;

use acp::domain::Sha;
use acp::git::testing::{TestRepo, clock, git_program, script};
use acp::git::{list_heads, read_ref};
use acp::sys::Secret;
use acp::vcs::git::{GitVcs, HttpRemote, Remote};
use acp::vcs::{Pushed, Vcs, VcsError};

use super::git_server::{Fault, GitServer};
use super::world::{branch, repo};

const PASSWORD: &str = "hush-hush-password";

struct Web {
    forge: TestRepo,
    server: GitServer,
    base: Sha,
}

impl Web {
    fn new() -> Self {
        let forge = TestRepo::new();
        let base = forge.commit("main", None, &[("a.txt", "one\n")]);
        let server = GitServer::start(forge.root(), "acp", PASSWORD);
        Self {
            forge,
            server,
            base,
        }
    }

    fn remote(&self, password: &str) -> HttpRemote {
        let password = password.to_owned();
        HttpRemote {
            url: format!("{}/repo.git", self.server.address),
            username: "acp".to_owned(),
            password: Arc::new(move || Ok(Secret::new(password.clone()))),
            own_prefix: "acp/".to_owned(),
            proxy: None,
            roots: None,
        }
    }

    fn vcs_at(&self, remote: HttpRemote) -> GitVcs<'static> {
        GitVcs::new(
            repo(&self.forge),
            Remote::Http(remote),
            git_program(),
            clock(),
        )
    }

    fn vcs(&self) -> GitVcs<'static> {
        let vcs = self.vcs_at(self.remote(PASSWORD));
        vcs.prepare().unwrap();
        vcs
    }

    /// A commit that is in acp's clone and not on the forge.
    fn own_commit(&self, vcs: &GitVcs<'_>) -> Sha {
        let git = self.forge.git().at(repo(&self.forge));
        let made = git
            .call("commit")
            .args(["commit-tree", "-m", "own", "-p", self.base.as_str()])
            .arg(format!("{}^{{tree}}", self.base))
            .env("GIT_AUTHOR_NAME", "a")
            .env("GIT_AUTHOR_EMAIL", "a@example.invalid")
            .env("GIT_COMMITTER_NAME", "a")
            .env("GIT_COMMITTER_EMAIL", "a@example.invalid")
            .sha()
            .unwrap();
        vcs.keep(&branch("acp/own"), &made).unwrap();
        made
    }

    fn tip(&self, name: &str) -> Option<Sha> {
        read_ref(self.forge.dir(), &branch(name)).unwrap()
    }
}

#[test]
fn it_is_cloned_fetched_and_pushed_to() {
    let web = Web::new();
    let vcs = web.vcs();
    let heads = list_heads(&repo(&web.forge)).unwrap();
    assert_eq!(heads, list_heads(web.forge.dir()).unwrap());
    let later = web
        .forge
        .commit("main", Some(&web.base), &[("a.txt", "two\n")]);
    vcs.add_worktree(&web.forge.root().join("state/tree"), &later, None)
        .unwrap();
    let absent: Sha = "0123456789012345678901234567890123456789".parse().unwrap();
    let nowhere = web.forge.root().join("state/absent");
    assert!(vcs.add_worktree(&nowhere, &absent, None).is_err());

    let own = web.own_commit(&vcs);
    let name = branch("acp/issue-1");
    assert_eq!(vcs.push(&name, &own, None).unwrap(), Pushed::Done);
    assert_eq!(web.tip("acp/issue-1"), Some(own.clone()));
    // Again, as after a lost answer.
    assert_eq!(vcs.push(&name, &own, None).unwrap(), Pushed::Done);
    // Somebody moved it.
    let moved = vcs.push(&name, &later, Some(&web.base)).unwrap();
    assert_eq!(
        moved,
        Pushed::Moved {
            found: Some(own.clone())
        }
    );
    assert_eq!(vcs.push(&name, &later, Some(&own)).unwrap(), Pushed::Done);
    assert_eq!(web.tip("acp/issue-1"), Some(later.clone()));
    // And away, but only from where it is known to be.
    let moved = vcs.delete_branch(&name, &own).unwrap();
    assert_eq!(
        moved,
        Pushed::Moved {
            found: Some(later.clone())
        }
    );
    assert_eq!(vcs.delete_branch(&name, &later).unwrap(), Pushed::Done);
    assert_eq!(vcs.delete_branch(&name, &later).unwrap(), Pushed::Done);
    assert_eq!(web.tip("acp/issue-1"), None);
}

#[test]
fn only_own_branches_are_pushed_to() {
    let web = Web::new();
    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    drop(web.server.seen());
    for name in ["main", "acp", "feature/acp/x"] {
        let error = vcs
            .push(&branch(name), &own, web.tip(name).as_ref())
            .unwrap_err();
        assert!(matches!(error, VcsError::Refused { .. }), "{error}");
        let error = vcs.delete_branch(&branch(name), &web.base).unwrap_err();
        assert!(matches!(error, VcsError::Refused { .. }), "{error}");
    }
    assert_eq!(web.server.seen(), [""; 0]);
    assert_eq!(web.tip("main"), Some(web.base.clone()));
}

#[test]
fn a_wrong_token_is_told_from_everything_else() {
    let web = Web::new();
    let wrong = web.vcs_at(web.remote("wrong-password"));
    let error = wrong.prepare().unwrap_err();
    assert!(matches!(error, VcsError::Denied { .. }), "{error}");
    assert!(!error.to_string().contains("wrong-password"), "{error}");
    let none = HttpRemote {
        password: Arc::new(|| Err("`GH_TOKEN` is not set".to_owned())),
        ..web.remote("")
    };
    let error = web.vcs_at(none).prepare().unwrap_err();
    assert!(
        matches!(&error, VcsError::Denied { why, .. } if why.contains("GH_TOKEN")),
        "{error}"
    );

    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    let name = branch("acp/x");
    let push = |vcs: &GitVcs<'_>| vcs.push(&name, &own, None).unwrap_err();
    assert!(matches!(push(&wrong), VcsError::Denied { .. }));
    web.server.fault(Fault::Status(403));
    assert!(matches!(push(&vcs), VcsError::Refused { .. }));
    web.server.fault(Fault::Redirect);
    drop(web.server.seen());
    let error = push(&vcs);
    assert!(matches!(error, VcsError::Refused { .. }), "{error}");
    web.server.fault(Fault::Status(502));
    assert!(matches!(push(&vcs), VcsError::Unknown { .. }));
    let absent: Sha = "0123456789012345678901234567890123456789".parse().unwrap();
    let tree = web.forge.root().join("state/tree");
    let error = vcs.add_worktree(&tree, &absent, None).unwrap_err();
    assert!(matches!(error, VcsError::Unavailable { .. }), "{error}");
    assert_eq!(web.tip("acp/x"), None);
}

#[test]
fn a_push_whose_connection_breaks_may_have_arrived() {
    let web = Web::new();
    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    let name = branch("acp/x");
    web.server.fault(Fault::CutBeforePush);
    let error = vcs.push(&name, &own, None).unwrap_err();
    assert!(matches!(error, VcsError::Unknown { .. }), "{error}");
    assert_eq!(web.tip("acp/x"), None);
    web.server.fault(Fault::CutAfterPush);
    let error = vcs.push(&name, &own, None).unwrap_err();
    assert!(matches!(error, VcsError::Unknown { .. }), "{error}");
    assert_eq!(web.tip("acp/x"), Some(own.clone()));
    web.server.fault(Fault::None);
    assert_eq!(vcs.push(&name, &own, None).unwrap(), Pushed::Done);
    // Nobody listens there at all.
    let nowhere = HttpRemote {
        url: "http://127.0.0.1:1/repo.git".to_owned(),
        ..web.remote(PASSWORD)
    };
    let error = web.vcs_at(nowhere).push(&name, &own, None).unwrap_err();
    assert!(matches!(error, VcsError::Unavailable { .. }), "{error}");
}

#[test]
fn the_removal_of_a_branch_settles_whatever_becomes_of_its_answer() {
    let web = Web::new();
    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    let name = branch("acp/x");
    assert_eq!(vcs.push(&name, &own, None).unwrap(), Pushed::Done);
    for refusal in [Fault::Status(403), Fault::Redirect] {
        web.server.fault(refusal);
        let error = vcs.delete_branch(&name, &own).unwrap_err();
        assert!(matches!(error, VcsError::Refused { .. }), "{error}");
    }
    web.server.fault(Fault::CutBeforePush);
    let error = vcs.delete_branch(&name, &own).unwrap_err();
    assert!(matches!(error, VcsError::Unknown { .. }), "{error}");
    assert_eq!(web.tip("acp/x"), Some(own.clone()));
    web.server.fault(Fault::CutAfterPush);
    let error = vcs.delete_branch(&name, &own).unwrap_err();
    assert!(matches!(error, VcsError::Unknown { .. }), "{error}");
    assert_eq!(web.tip("acp/x"), None);
    web.server.fault(Fault::None);
    assert_eq!(vcs.delete_branch(&name, &own).unwrap(), Pushed::Done);
    // Somebody made it anew, elsewhere: it is theirs.
    let theirs = web
        .forge
        .commit("acp/x", Some(&web.base), &[("b.txt", "b\n")]);
    let found = Some(theirs.clone());
    let moved = Pushed::Moved { found };
    assert_eq!(vcs.delete_branch(&name, &own).unwrap(), moved);
    assert_eq!(web.tip("acp/x"), Some(theirs));
}

#[test]
fn what_a_server_forbids_is_refused_in_its_words() {
    let web = Web::new();
    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    let hook = script(
        web.forge.dir(),
        "echo 'protected by the house rules' >&2; exit 1",
    );
    std::fs::create_dir_all(web.forge.dir().join("hooks")).unwrap();
    std::os::unix::fs::symlink(hook, web.forge.dir().join("hooks/pre-receive")).unwrap();
    let error = vcs.push(&branch("acp/x"), &own, None).unwrap_err();
    assert!(
        matches!(&error, VcsError::Refused { why, .. } if why.contains("protected by the house rules")),
        "{error}"
    );
}

#[test]
fn the_password_is_in_no_argument_and_no_file() {
    let web = Web::new();
    let dir = tempfile::tempdir().unwrap();
    // Writes down its arguments and then is git.
    let real = git_program();
    let log = dir.path().join("argv");
    let program = script(
        dir.path(),
        &format!(
            "printf '%s\\n' \"$@\" >> {log}\nexec {real} \"$@\"",
            log = log.display(),
            real = real.display()
        ),
    );
    let vcs = GitVcs::new(
        repo(&web.forge),
        Remote::Http(web.remote(PASSWORD)),
        program,
        clock(),
    );
    vcs.prepare().unwrap();
    let own = web.own_commit(&vcs);
    vcs.push(&branch("acp/x"), &own, None).unwrap();
    let seen = std::fs::read_to_string(&log).unwrap();
    assert!(
        seen.contains("credential.helper=") && seen.contains("push"),
        "{seen}"
    );
    assert!(!seen.contains(PASSWORD), "{seen}");
    let around = web.server.arguments();
    if cfg!(target_os = "linux") {
        assert!(around.contains("remote-http"), "{around}");
    }
    assert!(!around.contains(PASSWORD), "{around}");
    let git = web.forge.git().at(repo(&web.forge));
    let listed = git
        .call("list")
        .args(["config", "--file"])
        .arg(repo(&web.forge).join("config"))
        .arg("--list")
        .line()
        .unwrap();
    assert!(
        !listed.contains("127.0.0.1") && !listed.contains("credential"),
        "{listed}"
    );
    let found = walk(&web.forge.root().join("state"));
    assert!(found.len() > 5);
    for (path, bytes) in found {
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains(PASSWORD), "{path}");
    }
}

/// Every file below `dir`.
fn walk(dir: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let mut out = vec![];
    for entry in std::fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            out.extend(walk(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            out.push((path.display().to_string(), bytes));
        }
    }
    out
}

#[test]
fn settings_that_an_agent_left_lead_the_password_nowhere() {
    let web = Web::new();
    let vcs = web.vcs();
    let own = web.own_commit(&vcs);
    let stolen = web.forge.root().join("stolen");
    let url = format!("{}/repo.git", web.server.address);
    // Put there again and again by an agent that is faster than acp: here, by the program that stands for git.
    let real = git_program();
    let config = repo(&web.forge).join("config");
    let evil = format!(
        "[credential]\\n\\thelper = \"!env > {stolen}; false\"\\n[credential \"{address}\"]\\n\\thelper = \"!env > {stolen}; false\"\\n\
         [core]\\n\\taskPass = {stolen}.sh\\n\\tbare = true\\n[http]\\n\\tproxy = http://127.0.0.1:1\\n\
         [http \"{url}\"]\\n\\tproxy = http://127.0.0.1:1\\n\\tsslVerify = false\\n",
        stolen = stolen.display(),
        address = web.server.address,
    );
    let dir = tempfile::tempdir().unwrap();
    let program = script(
        dir.path(),
        &format!(
            "printf '{evil}' >> {}\nexec {} \"$@\"",
            config.display(),
            real.display()
        ),
    );
    let hasty = GitVcs::new(
        repo(&web.forge),
        Remote::Http(web.remote(PASSWORD)),
        program,
        clock(),
    );
    assert_eq!(
        hasty.push(&branch("acp/x"), &own, None).unwrap(),
        Pushed::Done
    );
    assert!(
        !stolen.exists(),
        "{}",
        std::fs::read_to_string(&stolen).unwrap()
    );
    let wrong = GitVcs::new(
        repo(&web.forge),
        Remote::Http(web.remote("wrong")),
        script(
            dir.path(),
            &format!(
                "printf '{evil}' >> {}\nexec {} \"$@\"",
                config.display(),
                real.display()
            ),
        ),
        clock(),
    );
    assert!(matches!(
        wrong.push(&branch("acp/y"), &own, None),
        Err(VcsError::Denied { .. })
    ));
    assert!(!stolen.exists());
}
