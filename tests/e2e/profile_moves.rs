//! `acp profile new`, `export`, `import` and `remove`.

use std::fs;

use crate::env::{TestEnv, names};
use crate::repo::{CHECKOUT, GOOD, texts};

#[test]
fn a_new_profile_says_what_the_flags_say_and_replaces_nothing() {
    let env = TestEnv::new().var("ACP_SANDBOX", "auto");
    let args = [
        "profile",
        "new",
        "web",
        "--forge",
        "github",
        "--slug",
        "o/r",
        "--token-from",
        "env:MINE",
        "--base",
        "trunk",
        "--agent",
        "codex",
        "--verify",
        "make test",
        "--writes",
        "draft",
    ];
    let dry = env.acp(&[&args[..], &["--dry-run"]].concat()).ok();
    assert!(dry.stdout.contains("kind: github") && !env.path("acp/config").exists());
    let _made = env.acp(&args).ok();
    assert_eq!(env.acp(&["profile", "check"]).ok().stdout, "web: fine\n");
    let text = env.read("acp/config/profiles/web.yaml");
    assert!(
        text.contains("base: trunk") && text.contains("env: MINE"),
        "{text}"
    );
    env.acp(&args).ok().says("says the same");
    let other = ["profile", "new", "web", "--agent", "claude"];
    env.acp(&other).with(77).says("profile remove web");
    assert_eq!(env.read("acp/config/profiles/web.yaml"), text);
    env.acp(&[
        "profile", "new", "x", "--forge", "github", "--agent", "codex",
    ])
    .with(2)
    .says("--slug");
    env.acp(&["profile", "new", "../x"]).with(2).says("../x");
}

#[test]
fn a_profile_goes_to_another_machine_without_what_belongs_to_this_one() {
    let env = TestEnv::under(GOOD);
    env.profile(|text| format!("# me\n{text}\nsandbox: {{ read: [/nowhere/at/all] }}\n"));
    let shown = env.acp(&["profile", "export"]).ok();
    let checkout = env.path(CHECKOUT).display().to_string();
    assert!(
        !shown.stdout.contains(&checkout) && !shown.stdout.contains("# me"),
        "{shown:?}"
    );
    shown.says("repo.path");
    let before = env.everything();
    let _dry = env
        .acp(&["profile", "export", "--out", "web.yaml", "--dry-run"])
        .ok();
    assert!(env.everything() == before);
    let _out = env.acp(&["profile", "export", "--out", "web.yaml"]).ok();
    let file = env.path(CHECKOUT).join("web.yaml");
    let file = file.to_str().unwrap();

    let there = TestEnv::repo();
    let before = there.everything();
    let _dry = there.acp(&["profile", "import", file, "--dry-run"]).ok();
    assert!(there.everything() == before);
    let made = there.acp(&["profile", "import", file, "--json"]).ok();
    let made = made.json()["data"].clone();
    assert_eq!(made["created"], true);
    assert_eq!(made["missing"][0]["path"], "/nowhere/at/all", "{made}");
    there
        .acp(&["profile", "import", file])
        .ok()
        .says("says the same");
    let _exported = there.acp(&["profile", "export"]).ok();
    there.acp(&["issue", "list"]).with(66).says("acp init");
    // The forge is made by `init`, as what is imported says.
    let _made = there.acp(&["init", "--yes"]).ok();
    let _issue = there.issue("Say hello");
    let at = ["profile", "import", file, "--as", "two", "--repo", "."];
    let _two = there.acp(&at).ok();
    let path = there.path(CHECKOUT).display().to_string();
    assert!(there.read("acp/config/profiles/two.yaml").contains(&path));
    let piped = fs::read(file).unwrap();
    let _three = there
        .acp_with_input(&["profile", "import", "-", "--as", "three"], &piped)
        .ok();
    there
        .acp_with_input(&["profile", "import", "-"], &piped)
        .with(2)
        .says("--as ID");
}

#[test]
fn what_is_imported_is_sound_and_holds_no_secret() {
    let env = TestEnv::new();
    let secret = "ghp_0123456789abcdef0123456789abcdef0123";
    for (text, code, says) in [
        (
            format!("schema: 1\n# {secret}\nforge: {{ kind: local }}\n"),
            78,
            "looks like a secret",
        ),
        (
            format!("schema: 1\nforge: {{ kind: local, token: {{ env: {secret} }} }}\n"),
            78,
            "looks like a secret",
        ),
        (
            "schema: 1\nforge: { kind: local }\nlimitz: {}\n".to_owned(),
            78,
            "did you mean `limits`",
        ),
        ("nonsense".to_owned(), 78, "key: value"),
    ] {
        env.write("home/web.yaml", &text);
        let refused = env.acp(&["profile", "import", "web.yaml"]).with(code);
        assert!(!refused.stderr.contains("0123456789"), "{refused:?}");
        refused.says(says);
        assert!(!env.path("acp/config/profiles").exists());
    }
    env.acp(&["profile", "import", "absent.yaml"])
        .with(66)
        .says("absent.yaml");
    fs::write(env.path("home/web.yaml"), [0xff, 0xfe]).unwrap();
    env.acp(&["profile", "import", "web.yaml"])
        .with(65)
        .says("UTF-8");
}

/// A profile with one run that is over and has left work that is published nowhere.
fn with_unpublished_work() -> TestEnv {
    let env = TestEnv::under("echo precious > work.txt\nacp report blocked --detail 'cannot'\n");
    let _issue = env.issue("Say hello");
    let _idle = env.until_idle();
    env
}

fn bundles(env: &TestEnv, folder: &str) -> Vec<String> {
    let names = names(&env.path(folder)).into_iter();
    names.filter(|name| name.ends_with(".bundle")).collect()
}

#[test]
fn a_removed_profile_keeps_history_and_unpublished_work() {
    let env = with_unpublished_work();
    let before = env.everything();
    for more in [&[][..], &["--purge"]] {
        let dry = env
            .acp(&[&["profile", "remove", "web", "--dry-run"], more].concat())
            .ok();
        assert!(dry.stdout.contains("would be removed"), "{dry:?}");
        assert!(env.everything() == before, "{more:?}");
    }
    let text = env.read("acp/config/profiles/web.yaml");
    let removed = env.data(&["profile", "remove", "web"]);
    assert!(!env.path("acp/config/profiles/web.yaml").exists());
    assert_eq!(env.read("acp/state/web/profile.yaml"), text);
    assert_eq!(bundles(&env, "acp/state/web/history").len(), 1, "{removed}");
    assert!(env.path("acp/state/forge/local/web/repo.git").exists());
    assert!(names(&env.path("acp/state/web/worktrees")).is_empty());
    env.acp(&["profile", "remove", "web"])
        .with(66)
        .says("no profile");
    // It comes back as it was.
    let copy = env.path("acp/state/web/profile.yaml");
    let back = ["profile", "import", copy.to_str().unwrap(), "--as", "web"];
    let _back = env.acp(&back).ok();
    assert_eq!(
        env.data(&["run", "list", "--all"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        env.data(&["issue", "list", "--all"])
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn a_purge_puts_aside_what_exists_nowhere_else() {
    let env = with_unpublished_work();
    env.acp(&["profile", "remove", "web", "--purge"])
        .with(2)
        .says("--yes");
    let removed = env.data(&["profile", "remove", "web", "--purge", "--yes"]);
    assert_eq!(names(&env.path("acp/state/web")), ["locks"], "{removed}");
    assert!(!env.path("acp/state/forge/local/web").exists());
    assert!(!env.path("acp/config/profiles/web.yaml").exists());
    let kept = texts(&removed["kept"]);
    let aside = std::path::Path::new(kept[0]);
    assert_eq!(
        names(aside),
        [
            "events.jsonl",
            "forge.bundle",
            "history",
            "journal.jsonl",
            "outbox",
            "profile.yaml",
            "repo.bundle"
        ]
    );
    // Everything that was merged or only worked on can be cloned from there.
    for bundle in ["forge.bundle", "repo.bundle"] {
        let from = aside.join(bundle);
        let to = env.path("tmp").join(bundle);
        let _cloned = env.git(&[
            "clone",
            "-q",
            "--mirror",
            from.to_str().unwrap(),
            to.to_str().unwrap(),
        ]);
    }
    let history = names(&aside.join("history"));
    assert!(
        history.iter().any(|name| name.ends_with(".bundle")),
        "{history:?}"
    );
    // The name is free again.
    env.init(GOOD, &["--no-remote"]);
    assert_eq!(env.issue("Say hello"), 1);
}

#[test]
fn a_purge_that_is_killed_anywhere_is_finished_by_the_next_one() {
    let args = ["profile", "remove", "web", "--purge", "--yes"];
    let prepared = || {
        let env = TestEnv::under(GOOD);
        let _issue = env.issue("Say hello");
        let _pass = env.acp(&["reconcile"]).ok();
        env
    };
    let log = prepared();
    let points = log.path("points");
    let mut logging = log.acp_command(&args);
    logging.env("ACP_TEST_CRASH_LOG", &points);
    let _done = crate::env::end(&mut logging, b"").ok();
    let passed = fs::read_to_string(&points).unwrap();
    let moves = passed
        .lines()
        .filter(|point| point.starts_with("dirs.before_move "))
        .count();
    assert!(moves > 4, "{passed}");
    for at in 1..=moves {
        let env = prepared();
        let mut dying = env.acp_command(&args);
        dying.env("ACP_TEST_CRASH", format!("dirs.before_move:{at}"));
        let died = crate::env::end(&mut dying, b"");
        if died.code != 0 {
            let _done = env.acp(&args).ok();
        }
        assert_eq!(names(&env.path("acp/state/web")), ["locks"], "move {at}");
        assert!(!env.path("acp/state/forge/local/web").exists(), "move {at}");
        let all = env.all_files("acp/state/.removed");
        let has = |name: &str| all.iter().any(|(path, _)| path.ends_with(name));
        assert!(has("forge.bundle") && has("events.jsonl"), "move {at}");
        assert!(
            !all.iter()
                .any(|(path, _)| path.components().any(|c| c.as_os_str() == "gone")),
            "move {at}"
        );
    }
}

#[test]
fn nothing_is_removed_while_an_agent_runs_or_another_profile_needs_it() {
    let env = TestEnv::under("echo started > \"$ACP_OUT/started\"\nexec sleep 600\n");
    let _issue = env.issue("Say hello");
    let _pass = env.acp(&["heartbeat"]).ok();
    for more in [&[][..], &["--purge", "--yes"], &["--dry-run"]] {
        let args = [&["profile", "remove", "web"], more].concat();
        env.acp(&args).with(77).says("acp stop --profile web");
    }
    assert!(env.path("acp/config/profiles/web.yaml").exists());
    let _stopped = env.acp(&["stop"]).ok();
    let _judged = env.acp(&["reconcile"]).ok();
    // A second profile on the same forge.
    let text = env.read("acp/config/profiles/web.yaml");
    env.write("acp/config/profiles/too.yaml", &text);
    let _purged = env
        .acp(&["profile", "remove", "web", "--purge", "--yes"])
        .ok();
    assert!(env.path("acp/state/forge/local/web/repo.git").exists());
}
