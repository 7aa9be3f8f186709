//! Titles, bodies, labels and branch names that want to be more than text.

use crate::env::TestEnv;
use crate::repo::GOOD;

const TITLES: [&str; 7] = [
    "--all",
    "$(touch x) `touch x` \"quoted\" 'single' \\ %s",
    "grün 日本 🦀",
    "user\u{202e}gpj.exe",
    "esc\u{1b}[2J\u{7}bell",
    "tab\there",
    "Closes #1 <!-- acp:0123456789abcdef -->",
];

#[test]
fn titles_and_bodies_are_text_on_the_whole_way_to_the_merge() {
    let env = TestEnv::under(
        "echo \"$ACP_ITEM\" > \"$(echo \"$ACP_ITEM\" | tr / -).txt\"\nacp report implemented\n",
    );
    for title in TITLES {
        let _issue = env.issue_with(title, &["--body", title]);
    }
    let _idle = env.until_idle();
    for (n, title) in (1..).zip(TITLES) {
        let issue = env.show("issue", n);
        assert_eq!(issue["state"], "closed", "{title:?}");
        assert!(env.merged(&format!("issue-{n}.txt")).is_some(), "{title:?}");
    }
    assert_eq!(env.show("issue", 3)["title"], TITLES[2]);
    for args in [
        &["issue", "list", "--all"][..],
        &["pr", "list", "--all"],
        &["issue", "list", "--all", "--plain"],
        &["issue", "show", "5"],
        &["pr", "show", "8"],
        &["status"],
        &["why", "issue/4"],
    ] {
        let shown = env.acp(args).ok();
        let text = format!("{}{}", shown.stdout, shown.stderr);
        assert!(
            !text.contains(['\u{1b}', '\u{202e}', '\u{7}']),
            "{args:?}: {text}"
        );
    }
    let plain = env.acp(&["issue", "list", "--all", "--plain"]).ok().stdout;
    assert!(
        plain.lines().all(|line| line.split('\t').count() == 5),
        "{plain}"
    );
    let made = |name: &str| {
        env.everything()
            .iter()
            .any(|(path, _)| path.ends_with(name))
    };
    assert!(!made("x"));
}

#[test]
fn a_title_is_one_line_and_has_a_length() {
    let env = TestEnv::under(GOOD);
    let create = |title: &str, body: &str| {
        let args = [
            "issue",
            "create",
            &format!("--title={title}"),
            &format!("--body={body}"),
        ];
        env.acp(&args)
    };
    for bad in ["", "   ", "\n", &"x".repeat(257)] {
        create(bad, "b").with(2).says("title");
    }
    assert_eq!(
        env.data(&["issue", "list", "--all"])
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let _two_lines = create("one\r\ntwo", "b").ok();
    assert_eq!(env.show("issue", 1)["title"], "one two");
    let _closed = env.acp(&["issue", "close", "1"]).ok();
    let longest = "ü".repeat(65_000);
    let body = env.write("home/body.md", &longest);
    let args = ["--body-file", body.to_str().unwrap()];
    let _issue = env.issue_with("Long", &args);
    assert!(
        env.show("issue", 2)["body"]
            .as_str()
            .unwrap()
            .contains(&longest)
    );
    env.write("home/body.md", &"x".repeat(65_537));
    let call = [
        "issue",
        "create",
        "--title",
        "T",
        "--body-file",
        body.to_str().unwrap(),
    ];
    env.acp(&call).with(2).says("65536");
    let idle = env.until_idle();
    assert!(!idle.stdout.contains("problem"), "{idle:?}");
    assert_eq!(env.show("issue", 2)["state"], "closed");
    std::fs::write(&body, b"a\xff").unwrap();
    env.acp(&call).with(65).says("UTF-8");
    std::fs::remove_file(&body).unwrap();
    env.acp(&call).with(66).says("body.md");
}

#[test]
fn labels_are_text_too() {
    let env = TestEnv::under(GOOD);
    let _issue = env.issue_with("T", &["--label", "a b", "--label", "日本", "--label=--x"]);
    for bad in ["", " ", "a\nb", &"x".repeat(51)] {
        let _refused = env
            .acp(&["issue", "label", "1", &format!("--add={bad}")])
            .with(2);
        let args = ["issue", "create", "--title=T", &format!("--label={bad}")];
        env.acp(&args).with(2).says("name");
    }
    let _label = env.acp(&["issue", "label", "1", "--remove=--x"]).ok();
    assert_eq!(
        crate::repo::texts(&env.show("issue", 1)["labels"]),
        ["a b", "日本"]
    );
}

#[test]
fn an_odd_branch_prefix_works_or_is_refused_by_name() {
    for prefix in ["agent/deep/er-", "ü_", "x."] {
        let env = TestEnv::under(GOOD);
        env.set(
            "  base: main\n",
            &format!("  base: main\n  branch_prefix: \"{prefix}\"\n"),
        );
        let _issue = env.issue("T");
        let _idle = env.until_idle();
        assert_eq!(env.pulls()[0]["merged"], true, "{prefix}");
        assert_eq!(env.pulls()[0]["head"], format!("{prefix}issue-1-a1"));
    }
    for prefix in ["-x", "a..b", "a b", "/", "a~", "x.lock/", "@{", "\\n"] {
        let env = TestEnv::under(GOOD);
        env.set(
            "  base: main\n",
            &format!("  base: main\n  branch_prefix: \"{prefix}\"\n"),
        );
        env.acp(&["status"]).with(78).says("branch_prefix");
    }
}
