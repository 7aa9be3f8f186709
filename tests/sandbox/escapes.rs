//! Ways out: reading, writing, looking at and talking to what is outside.

use std::fs::Permissions;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use crate::env::TestEnv;
use crate::machine::can_confine;
use crate::place::{SECRET, log, place};

/// Prints `TRY NAME ok` when a line of shell works, else `TRY NAME no`.
fn tries(lines: &[(&str, String)]) -> String {
    let attempt = |(name, line): &(&str, String)| {
        format!("if ( {line} ) 2>&1; then echo 'TRY {name} ok'; else echo 'TRY {name} no'; fi\n")
    };
    let all: String = lines.iter().map(attempt).collect();
    format!("{all}echo x > work.txt\nacp report implemented\n")
}

/// Runs one issue and gives what the agent printed.
fn attempted(env: &TestEnv) -> String {
    env.issue("Break out");
    let _idle = env.until_idle();
    log(env)
}

#[track_caller]
fn assert_all(log: &str, lines: &[(&str, String)], end: &str) {
    for (name, line) in lines {
        assert!(
            log.contains(&format!("TRY {name} {end}")),
            "{name}: {line}\n{log}"
        );
    }
}

#[test]
fn nothing_outside_can_be_read() {
    if !can_confine("reading") {
        return;
    }
    let env = place("", "");
    let at = |inside: &str| env.path(inside).display().to_string();
    let cat = |inside: &str| format!("cat '{}'", at(inside));
    let home = at("home");
    let lines = [
        ("ssh", cat("home/.ssh/id_ed25519")),
        ("gh", cat("home/.config/gh/hosts.yml")),
        ("netrc", cat("home/.netrc")),
        ("gnupg", cat("home/.gnupg/key")),
        ("home", cat("home/notes.txt")),
        ("checkout", cat("home/web/README.md")),
        ("elsewhere", cat("elsewhere/notes.txt")),
        ("config", cat("acp/config/token")),
        ("profile", cat("acp/config/profiles/web.yaml")),
        ("worktree", cat("acp/state/web/worktrees/20260101-000000-issue-99-a1/work.txt")),
        ("run", cat("acp/state/web/runs/20260101-000000-issue-99-a1/agent.log")),
        ("link", format!("ln -s '{home}/.ssh/id_ed25519' l && cat l; e=$?; rm -f l; exit $e")),
        ("root of 1", format!("cat '/proc/1/root{home}/.ssh/id_ed25519'")),
        ("unmount", format!("umount '{home}' && cat '{home}/.ssh/id_ed25519'")),
        (
            "unmount in a namespace",
            format!("unshare -Urm sh -c 'umount \"{home}\" && cat \"{home}/.ssh/id_ed25519\"'"),
        ),
        ("shadow", "cat /etc/shadow && test -s /etc/shadow".to_owned()),
        ("sockets", "test -e /run/docker.sock || test -e /run/dbus || test -e /run/user".to_owned()),
        ("disks", "ls /dev/sd* /dev/vd* /dev/nvme* /dev/mem".to_owned()),
        ("sys", "ls /sys/kernel".to_owned()),
        (
            "token",
            "test -n \"$GITHUB_TOKEN$SSH_AUTH_SOCK$ACP_HOME\" || cat /proc/*/environ | grep -a GITHUB_TOKEN".to_owned(),
        ),
        ("processes", "cat /proc/*/cmdline | tr '\\0' ' ' | grep -a 'run[ ]supervise'".to_owned()),
        ("parent", "kill -0 $PPID && test $PPID != 1 && test $PPID -gt 9".to_owned()),
    ];
    env.agent(&tries(&lines));
    let log = attempted(&env);
    assert_all(&log, &lines, "no");
    assert!(!log.contains(SECRET), "{log}");
    assert_eq!(env.merged("work.txt").as_deref(), Some("x\n"), "{log}");
}

/// Logins of clouds and registries, each below HOME; those of tools are inside what a tool needs to be seen.
const LOGINS: &[&str] = &[
    ".aws/credentials",
    ".azure/token",
    ".cargo/credentials.toml",
    ".config/gcloud/credentials.db",
    ".docker/config.json",
    ".gem/credentials",
    ".kube/config",
    ".npmrc",
    ".pypirc",
];

#[test]
fn a_toolchain_below_home_works_and_no_login_beside_it_is_seen() {
    if !can_confine("toolchains") {
        return;
    }
    let env = place("", "");
    for login in LOGINS {
        env.write(&format!("home/{login}"), &format!("{SECRET}\n"));
    }
    let rustup = env.write("home/.rustup/toolchains/x", "the toolchain\n");
    let tool = env.write(
        "home/.cargo/bin/tool",
        &format!("#!/bin/sh\nexec cat '{}'\n", rustup.display()),
    );
    std::fs::set_permissions(&tool, Permissions::from_mode(0o755)).unwrap();
    let bin = tool.parent().unwrap().display();
    let path = format!("{bin}:{}", std::env::var("PATH").unwrap());
    let env = env.var("PATH", &path);
    let at = |inside: &str| env.path(inside).display().to_string();
    let works = [
        ("tool", "tool | grep 'the toolchain'".to_owned()),
        ("home", format!("test \"$HOME\" = '{}'", at("home"))),
    ];
    let mut refused: Vec<(&str, String)> = LOGINS
        .iter()
        .map(|login| (*login, format!("grep . '{}'", at(&format!("home/{login}")))))
        .collect();
    refused.push(("toolchain", format!("echo x >> '{}'", rustup.display())));
    refused.push(("tool itself", format!("echo x >> '{}'", tool.display())));
    env.agent(&tries(&[&works[..], &refused[..]].concat()));
    let log = attempted(&env);
    assert_all(&log, &works, "ok");
    assert_all(&log, &refused, "no");
    assert!(!log.contains(SECRET), "{log}");
    assert_eq!(env.read("home/.rustup/toolchains/x"), "the toolchain\n");
}

#[test]
fn what_the_profile_shows_to_be_written_is_written_and_to_be_read_is_not() {
    if !can_confine("`sandbox.write`") {
        return;
    }
    let env = place("", "");
    let cache = env.write("cache/old.txt", "old\n");
    let books = env.write("books/one.txt", "one\n");
    let folder = |file: &std::path::Path| file.parent().unwrap().display().to_string();
    env.profile(|text| {
        let more = format!(
            "\"{}\"]\n  write: [\"{}\"]\n",
            folder(&books),
            folder(&cache)
        );
        text.replace("agent.sh\"]\n", &format!("agent.sh\", {more}"))
    });
    let works = [
        ("old", format!("grep old '{}'", cache.display())),
        ("new", format!("echo new > '{}/new.txt'", folder(&cache))),
        ("book", format!("grep one '{}'", books.display())),
    ];
    let refused = [("books", format!("echo two >> '{}'", books.display()))];
    env.agent(&tries(&[&works[..], &refused[..]].concat()));
    let log = attempted(&env);
    assert_all(&log, &works, "ok");
    assert_all(&log, &refused, "no");
    assert_eq!(env.read("cache/new.txt"), "new\n");
    assert_eq!(env.read("books/one.txt"), "one\n");
}

#[test]
fn nothing_outside_can_be_written() {
    if !can_confine("writing") {
        return;
    }
    let env = place("", "");
    let at = |inside: &str| env.path(inside).display().to_string();
    let lines = [
        ("system", "echo x > /usr/planted".to_owned()),
        ("settings", "echo x > /etc/planted".to_owned()),
        ("root", "echo x > /planted".to_owned()),
        ("agent", format!("echo x >> '{}'", at("agent.sh"))),
        (
            "clone",
            format!("echo x >> '{}'", at("acp/state/web/repo.git/config")),
        ),
        (
            "hooks",
            format!(
                "mkdir -p '{0}' && echo x > '{0}/planted'",
                at("acp/state/web/repo.git/hooks")
            ),
        ),
        (
            "forge",
            format!(
                "echo x > '{}'",
                at("acp/state/forge/local/web/repo.git/planted")
            ),
        ),
        ("commit", "git commit --allow-empty -qm planted".to_owned()),
        ("own binary", "touch \"$(command -v acp)\"".to_owned()),
    ];
    // In empty folders of its own it may write; nothing of that is ever seen outside.
    let private = [
        ("beside", format!("echo x > '{}'", at("planted"))),
        ("home", format!("echo x > '{}'", at("home/planted"))),
        (
            "temporary",
            "echo x > /tmp/planted-by-an-agent && test \"$TMPDIR\" = /tmp".to_owned(),
        ),
        ("work", "echo more > more.txt".to_owned()),
        (
            "status",
            "git status --porcelain && git diff && git log -1".to_owned(),
        ),
    ];
    env.agent(&tries(&[&lines[..], &private[..]].concat()));
    let log = attempted(&env);
    assert_all(&log, &lines, "no");
    assert_all(&log, &private, "ok");
    let planted: Vec<_> = env
        .all_files("")
        .into_iter()
        .filter(|(path, _)| path.ends_with("planted"))
        .collect();
    assert!(planted.is_empty(), "{planted:?}");
    assert!(!std::path::Path::new("/tmp/planted-by-an-agent").exists());
    assert_eq!(env.merged("more.txt").as_deref(), Some("more\n"), "{log}");
}

#[test]
fn the_network_is_the_profiles_choice() {
    if !can_confine("the network") {
        return;
    }
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = server.local_addr().unwrap().port();
    let line = format!("bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'");
    let lines = [("loopback", line)];
    for (network, end) in [("on", "ok"), ("off", "no")] {
        let env = place(&tries(&lines), &format!("  network: \"{network}\"\n"));
        assert_all(&attempted(&env), &lines, end);
    }
}
