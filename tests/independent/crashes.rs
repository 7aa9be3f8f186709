//! The real binary dies in the middle of writing to a forge behind HTTP, at points of the outbox and of git's push; the next
//! calls come to the same end as if it had not, and nothing is there twice.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::home::Home;
use crate::life::{OF_ALL_KINDS, is_once};
use crate::programs::{Forge, Kind};

/// Where the process dies, and at which time that it gets there: before a write is sent, before its answer is put away, once the
/// branch is pushed, once the pull request is open, at the check, the comment, the labels and the merge.
const POINTS: [(&str, u32); 8] = [
    ("flush.claimed", 1),
    ("flush.dispatched", 1),
    ("remote.after_push", 1),
    ("flush.answered", 1),
    ("flush.dispatched", 2),
    ("flush.answered", 2),
    ("flush.answered", 3),
    ("flush.answered", 5),
];

/// How `abort` ends a process: by a signal, so there is no code.
const ABORTED: i32 = -1;

/// A change that is checked and merged, and an issue whose agent is blocked; the process dies at `point`. What there is at the end.
fn life(kind: Kind, point: Option<(&str, u32)>) -> Vec<String> {
    let forge = Forge::start(kind);
    let home = Home::at(&forge, OF_ALL_KINDS);
    home.set("verify: []", "verify: [test -e README.md]");
    home.set("writes: draft", "writes: full");
    let (_work, _blocked) = (forge.issue("Add work"), forge.issue("Impossible"));
    forge.reset_account();
    if let Some((point, hit)) = point {
        let died = home.path("died");
        let mut armed = home.command(env!("CARGO_BIN_EXE_acp"));
        armed
            .args(["heartbeat", "--until-idle", "--timeout", "60s"])
            .env("ACP_TEST_CRASH", format!("{point}:{hit}"))
            .env("ACP_TEST_CRASH_ROLE", "caller")
            .env("ACP_TEST_CRASH_ONCE", &died);
        let ended = armed.output().unwrap();
        assert_eq!(ended.status.code().unwrap_or(ABORTED), ABORTED, "{ended:?}");
        assert!(died.exists(), "it died at {point}:{hit}");
        // What was sent and may have arrived is looked for again once it would be visible.
        home.later(180);
    }
    let _idle = home.until_idle();
    let account = forge.account();
    // Its clock was set forward, so what it keeps apart by that is nearer together by the forge's.
    is_once(&account);
    assert_eq!(home.acp(&["outbox", "list", "--plain"]).ok().stdout, "");
    let sound = home.data(&["fsck", "--forge"]);
    assert_eq!(sound, serde_json::json!([]));
    let mut end = vec![
        format!("merges {}", account["merges"]),
        format!("pulls {}", account["pulls_by_head"]),
    ];
    for item in forge.read("/issues?state=all").as_array().unwrap() {
        end.extend(of_item(&forge, item));
    }
    let head = forge.head(3);
    let statuses = &forge.read(&format!("/commits/{head}/status"))["statuses"];
    for status in statuses.as_array().unwrap() {
        let state = status.get("state").unwrap_or(&status["status"]);
        end.push(format!("status {} {state}", status["context"]));
    }
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(forge.bare());
    let show = git.args(["show", "--name-only", "--format=%s", "main"]);
    end.push(String::from_utf8(show.output().unwrap().stdout).unwrap());
    let mut git = Command::new("git");
    git.arg("--git-dir").arg(forge.bare());
    let branches = git.args(["for-each-ref", "--format=%(refname)", "refs/heads"]);
    end.push(String::from_utf8(branches.output().unwrap().stdout).unwrap());
    end.sort();
    end
}

/// An issue or a pull request, and what is said of it, without what is another one in every life.
fn of_item(forge: &Forge, item: &Value) -> Vec<String> {
    let number = &item["number"];
    let labels = item["labels"].as_array().unwrap().iter();
    let labels: BTreeSet<&str> = labels.map(|one| one["name"].as_str().unwrap()).collect();
    let mut lines = vec![format!(
        "{number} {} {} {labels:?} {}",
        item["title"],
        item["state"],
        plain(&item["body"])
    )];
    let comments = forge.read(&format!("/issues/{number}/comments"));
    let comments = comments.as_array().unwrap().iter();
    lines.extend(comments.map(|one| format!("on {number}: {}", plain(&one["body"]))));
    lines
}

/// Words without digits in them: names of runs and commits, markers and times have some.
fn plain(body: &Value) -> String {
    let words = body.as_str().unwrap_or_default().split_whitespace();
    let words = words.filter(|word| !word.contains(|c: char| c.is_ascii_digit()));
    words.collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn every_death_comes_to_the_same_end(kind: Kind) {
    let whole = life(kind, None);
    assert!(
        whole.iter().any(|line| line.contains("needs a key")),
        "{whole:#?}"
    );
    assert!(whole.contains(&"merges {\"3\":1}".to_owned()), "{whole:#?}");
    for (point, hit) in POINTS {
        assert_eq!(life(kind, Some((point, hit))), whole, "{point}:{hit}");
    }
}

#[test]
fn a_death_while_writing_to_github_changes_nothing_in_the_end() {
    every_death_comes_to_the_same_end(Kind::Github);
}

#[test]
fn a_death_while_writing_to_gitea_changes_nothing_in_the_end() {
    every_death_comes_to_the_same_end(Kind::Gitea);
}
