//! `acp notify`, and what passes tell.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::notify_places::{BEARER, BOT, CHAT, DISCORD, Fault, HUSH, Places, SLACK};
use crate::repo::GOOD;

/// All kinds, each with its secret where a secret may be.
fn all_kinds(env: &TestEnv, places: &Places) -> String {
    let url = &places.url;
    let told = env.path("told.jsonl");
    let mail = env.path("mail.txt");
    let text = format!(
        "cat >>'{}'; env >'{}'\n",
        told.display(),
        env.path("vars.txt").display()
    );
    let program = env.write("tell.sh", &text);
    let mailer = env.write(
        "sendmail",
        &format!(
            "#!/bin/sh\nprintf '%s ' \"$@\" >>'{0}'; cat >>'{0}'\n",
            mail.display()
        ),
    );
    fs::set_permissions(&mailer, fs::Permissions::from_mode(0o755)).unwrap();
    let token = env.write("bearer", BEARER);
    fs::set_permissions(&token, fs::Permissions::from_mode(0o600)).unwrap();
    let bot = env.write("bot.sh", &format!("echo {BOT}"));
    format!(
        "notify:\n  to:\n\
         \x20   program: {{ kind: command, argv: [sh, '{program}'], env: [DISCORD_HOOK] }}\n\
         \x20   chat: {{ kind: slack, address: {{ env: SLACK_HOOK }} }}\n\
         \x20   channel: {{ kind: discord, address: {{ env: DISCORD_HOOK }} }}\n\
         \x20   bot: {{ kind: telegram, url: '{url}', chat: '{CHAT}', token: {{ command: [sh, '{bot}'] }} }}\n\
         \x20   phone: {{ kind: ntfy, url: '{url}', topic: acp-web, token: {{ file: '{token}' }} }}\n\
         \x20   hook: {{ kind: webhook, url: '{url}/in', token: {{ file: '{token}' }} }}\n\
         \x20   mail: {{ kind: email, recipients: [ann@example.org], argv: ['{mailer}'] }}\n",
        program = program.display(),
        bot = bot.display(),
        token = token.display(),
        mailer = mailer.display(),
    )
}

/// A profile `web` with this section; nothing else is set up.
fn with(section: impl Fn(&TestEnv, &Places) -> String) -> (TestEnv, Places) {
    let places = Places::start();
    let env = TestEnv::repo()
        .var("SLACK_HOOK", &format!("{}{SLACK}", places.url))
        .var("DISCORD_HOOK", &format!("{}{DISCORD}", places.url));
    env.init(GOOD, &[]);
    let section = section(&env, &places);
    env.profile(|text| format!("{text}\n{section}"));
    (env, places)
}

fn slack_alone(_: &TestEnv, _: &Places) -> String {
    "notify: { to: { chat: { kind: slack, address: { env: SLACK_HOOK } } } }\n".to_owned()
}

/// And nothing else that acp works with.
#[track_caller]
fn a_program_was_given_what_its_entry_names(env: &TestEnv) {
    let vars = env.read("vars.txt");
    let has = |name: &str| vars.lines().any(|line| line.starts_with(name));
    assert!(
        has("PATH=") && has("HOME=") && has("DISCORD_HOOK="),
        "{vars}"
    );
    assert!(
        !has("SLACK_HOOK=") && !has("ACP_") && !has("GIT_"),
        "{vars}"
    );
}

#[track_caller]
fn no_secret_in(folder: &Path) {
    let found = Command::new("grep")
        .arg("-rl")
        .arg(HUSH)
        .arg(folder)
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&found.stdout),
        "",
        "a secret is on disk"
    );
}

#[test]
fn every_kind_takes_a_test_and_a_message_and_no_secret_is_seen() {
    let (env, places) = with(all_kinds);
    let _checked = env.acp(&["profile", "check"]).ok();
    let tested = env.acp(&["notify", "test", "--plain"]).ok();
    assert_eq!(
        tested.stdout,
        "bot\ttaken\t\nchannel\ttaken\t\nchat\ttaken\t\nhook\ttaken\t\nmail\ttaken\t\nphone\ttaken\t\nprogram\ttaken\t\n"
    );
    let body = "line one\nline two <!channel>";
    let said = env
        .acp(&[
            "notify",
            "send",
            "--title",
            "Hello",
            "--body",
            body,
            "--priority",
            "high",
            "--json",
        ])
        .ok();
    let rows = said.json()["data"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 7);
    assert!(rows.iter().all(|row| row["state"] == "taken"), "{rows:?}");
    for vendor in ["ntfy", "slack", "discord", "telegram", "webhook"] {
        let taken = places.taken(vendor);
        assert_eq!(taken.len(), 2, "{vendor}: {taken:?}");
        let text = taken[1].to_string();
        assert!(
            text.contains("Hello") && text.contains("line two"),
            "{vendor}: {text}"
        );
    }
    let told = env.read("told.jsonl");
    let last: Value = serde_json::from_str(told.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["title"], &last["body"]),
        (&json!("Hello"), &json!(body))
    );
    a_program_was_given_what_its_entry_names(&env);
    assert!(
        env.read("mail.txt")
            .contains("-i -- ann@example.org To: ann@example.org")
    );
    let doctor = env.acp(&["doctor", "--plain"]);
    assert!(
        doctor.stdout.contains("notify\tok\t`phone` is set up"),
        "{doctor:?}"
    );
    for ended in [&tested, &said, &doctor] {
        assert!(
            !format!("{}{}", ended.stdout, ended.stderr).contains(HUSH),
            "{ended:?}"
        );
    }
    no_secret_in(&env.path("acp"));
    // The same within half an hour is told once.
    let again = env
        .acp(&[
            "notify", "send", "--title", "Hello", "--body", body, "--plain",
        ])
        .ok();
    assert_eq!(again.stdout.matches("\tbefore\t").count(), 7, "{again:?}");
    assert_eq!(places.asked("slack"), 2);
}

#[test]
fn what_a_vendor_refuses_is_final_and_said_everywhere() {
    for (status, body, word) in [
        (400, json!("invalid_payload"), "400: invalid_payload"),
        (403, json!("action_prohibited"), "403: action_prohibited"),
        (404, json!("no_service"), "404: no_service"),
    ] {
        let (env, places) = with(slack_alone);
        let retry_after = None;
        places.fail(
            "slack",
            Fault {
                status,
                retry_after,
                body,
            },
        );
        let said = env
            .acp(&["notify", "send", "--title", "Hello", "--plain"])
            .with(77);
        assert!(said.stdout.contains(word), "{said:?}");
        let _nothing = env.acp(&["heartbeat"]).ok();
        assert_eq!(places.asked("slack"), 1, "a refusal is not tried again");
        let id = said.stdout.split('\t').nth(2).unwrap().to_owned();
        for args in [
            &["status"][..],
            &["why", &id],
            &["doctor"],
            &["notify", "list"],
        ] {
            let shown = env.acp(args).stdout;
            assert!(shown.contains(word), "{args:?}: {shown}");
        }
        // What was wrong is mended.
        let _retried = env.acp(&["notify", "retry", &id]).ok();
        let told = env.acp(&["heartbeat", "--plain"]).ok();
        assert!(
            told.stdout
                .contains(&format!("told\t{id}\tchat\tHello\t\n")),
            "{told:?}"
        );
        assert_eq!(places.taken("slack").len(), 1);
        assert!(!env.acp(&["status"]).ok().stdout.contains("notices"));
        env.acp(&["notify", "drop", &id])
            .with(77)
            .says("it was taken already");
    }
}

#[test]
fn a_vendor_that_is_asked_too_often_is_left_alone_until_it_says() {
    for (retry_after, seconds) in [(Some("90"), 90), (None, 40)] {
        let (env, places) = with(|_, _| {
            "notify: { to: { channel: { kind: discord, address: { env: DISCORD_HOOK } } } }\n"
                .to_owned()
        });
        let env = env.var("ACP_TEST_NOW", "2026-11-21T10:00:00Z");
        let body = match retry_after {
            Some(_) => json!("slow down"),
            None => {
                json!({"message": "You are being rate limited.", "retry_after": 40.25, "global": false})
            }
        };
        places.fail(
            "discord",
            Fault {
                status: 429,
                retry_after,
                body,
            },
        );
        let said = env.acp(&["notify", "send", "--title", "Hello"]).with(75);
        assert!(said.stdout.contains("waiting"), "{said:?}");
        let list = env.acp(&["notify", "list", "--plain"]).ok().stdout;
        assert!(
            list.contains("\tpending\tchannel\tnormal\tmessage\t\tHello\t1\t"),
            "{list}"
        );
        let at = |second: u32| format!("2026-11-21T10:{:02}:{:02}Z", second / 60, second % 60);
        let env = env.var("ACP_TEST_NOW", &at(seconds - 5));
        let _too_soon = env.acp(&["heartbeat"]).ok();
        assert_eq!(places.asked("discord"), 1);
        let env = env.var("ACP_TEST_NOW", &at(seconds + 5));
        let _told = env.acp(&["heartbeat"]).ok();
        assert_eq!(places.taken("discord").len(), 1);
    }
}

#[test]
fn a_blocked_item_is_told_once_and_an_idle_pass_costs_nothing() {
    let (env, _places) = with(all_kinds);
    env.agent("echo 'I <!channel> need the password.' >\"$ACP_OUT/issue-comment.md\"\nacp report blocked --detail 'no *password*'\n");
    let _issue = env.issue("Own <b>word</b>");
    let _idle = env.until_idle();
    let read = || -> Vec<Value> {
        let told = fs::read_to_string(env.path("told.jsonl")).unwrap_or_default();
        told.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let told = read();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["kind"], &told[0]["item"], &told[0]["priority"]),
        (&json!("blocked"), &json!("issue/1"), &json!("high"))
    );
    let journal = env.read("acp/state/web/journal.jsonl");
    assert!(
        journal.contains("notice.queued") && journal.contains("notice.told"),
        "{journal}"
    );
    let idle = env.acp(&["heartbeat", "--stats", "--json"]).ok().json();
    for cost in ["requests", "processes", "fsyncs"] {
        assert_eq!(idle["data"]["stats"][cost], 0, "{idle}");
    }
    assert_eq!(idle["data"]["told"], json!([]));
    assert_eq!(read().len(), 1);
    let done = env.acp(&["notify", "list", "--done", "--json"]).ok().json();
    assert_eq!(done["data"].as_array().unwrap().len(), 7);
}

#[test]
fn a_notifier_that_fails_delays_no_write_and_ends_no_pass() {
    let (env, _places) = with(|env, _| {
        env.write("bad.sh", "cat >/dev/null; exit 1\n");
        format!(
            "notify:\n  to:\n    bad: {{ kind: command, argv: [sh, '{}'] }}\n    gone: {{ kind: command, argv: [no-such-program-here] }}\n\
             \x20   away: {{ kind: webhook, url: 'http://127.0.0.1:9/x' }}\n",
            env.path("bad.sh").display()
        )
    });
    env.agent("acp report blocked --detail 'no password'\n");
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let shown = env.acp(&["issue", "show", "1", "--json"]).ok().json();
    assert!(
        shown["data"]["labels"]
            .to_string()
            .contains("agent-blocked"),
        "{shown}"
    );
    let list = env.acp(&["notify", "list", "--json"]).ok().json();
    let state = |to: &str| {
        let rows = list["data"].as_array().unwrap();
        rows.iter().find(|row| row["to"] == to).unwrap()["place"].clone()
    };
    assert_eq!(
        (state("bad"), state("gone"), state("away")),
        (json!("pending"), json!("failed"), json!("pending"))
    );
    let _again = env.acp(&["heartbeat"]).ok();
    let doctor = env.acp(&["doctor"]).stdout;
    assert!(
        doctor.contains("`no-such-program-here` is not on PATH"),
        "{doctor}"
    );
}

#[test]
fn a_notifier_that_never_answers_is_asked_after_all_writes_and_ended() {
    // It looks at the issue when it is asked, and then never ends by itself.
    let (env, _places) = with(|env, _| {
        let program = format!(
            "cat >/dev/null\ncd '{home}/web'\nHOME='{home}' ACP_HOME='{acp}' '{bin}' issue show 1 --json >'{seen}'\n\
             exec tail -f /dev/null\n",
            home = env.path("home").display(),
            acp = env.path("acp").display(),
            bin = env!("CARGO_BIN_EXE_acp"),
            seen = env.path("seen.json").display()
        );
        let program = env.write("hang.sh", &program);
        format!(
            "notify:\n  to:\n    hangs: {{ kind: command, argv: [sh, '{}'] }}\n",
            program.display()
        )
    });
    env.agent("acp report blocked --detail 'no password'\n");
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let seen = env.read("seen.json");
    assert!(seen.contains("agent-blocked"), "{seen}");
    let list = env.acp(&["notify", "list", "--json"]).ok().json();
    let row = &list["data"][0];
    assert_eq!(
        (&row["to"], &row["place"]),
        (&json!("hangs"), &json!("pending"))
    );
    let why = "the program did not end within 8 s";
    assert!(list.to_string().contains(why), "{list}");
}

#[test]
fn a_damaged_record_of_news_stops_no_pass() {
    let (env, places) = with(slack_alone);
    env.write("acp/state/web/news.json", "{\"format\":99}");
    let _issue = env.issue("Add work");
    let passed = env.acp(&["heartbeat", "--json"]).ok().json();
    assert!(
        passed["data"]["problems"]
            .to_string()
            .contains("telling people"),
        "{passed}"
    );
    assert_eq!(passed["data"]["launched"].as_array().unwrap().len(), 1);
    assert!(env.acp(&["doctor"]).stdout.contains("news.json"));
    assert_eq!(places.asked("slack"), 0);
    let _idle = env.until_idle();
}

#[test]
fn what_cannot_be_sent_says_why_and_a_dry_run_sends_nothing() {
    let env = TestEnv::under(GOOD);
    env.acp(&["notify", "send", "--title", "x"])
        .with(78)
        .says("notify.to");
    env.acp(&["notify", "test"])
        .with(78)
        .says("names no notifier");
    let (env, places) = with(slack_alone);
    env.acp(&["notify", "test", "other"])
        .with(66)
        .says("it has chat");
    let _usage = env.acp(&["notify", "send", "--title", " "]).with(2);
    let _usage = env
        .acp(&["notify", "send", "--title", "x", "--priority", "loud"])
        .with(2);
    let _dry = env
        .acp(&["notify", "send", "--title", "x", "--dry-run"])
        .ok();
    let _dry = env.acp(&["notify", "test", "--dry-run"]).ok();
    assert_eq!(places.asked("slack"), 0);
    assert!(!env.path("acp/state/web/notices").exists());
    let from_input =
        env.acp_with_input(&["notify", "send", "--title", "x", "--body", "-"], b"typed");
    let _sent = from_input.ok();
    assert!(
        places.taken("slack")[0]["text"]
            .as_str()
            .unwrap()
            .ends_with("x\ntyped")
    );
    let unset = env.var("SLACK_HOOK", "");
    let tested = unset.acp(&["notify", "test"]).with(1);
    assert!(
        tested.stdout.contains("`SLACK_HOOK` is not set"),
        "{tested:?}"
    );
}

#[test]
fn a_profile_with_a_bad_notifier_says_what_is_wrong() {
    for (entry, word) in [
        (
            "{ kind: slack, address: 'https://hooks.example.org/x' }",
            "the token itself must not be in a profile",
        ),
        (
            "{ kind: slack }",
            "to.x.address: the key is missing: slack needs it",
        ),
        (
            "{ kind: slack, address: { env: A }, topic: t }",
            "slack has no such key",
        ),
        ("{ kind: pager }", "expected `ntfy`"),
        ("{ topic: t }", "to.x.kind: the key is missing"),
        ("{ kind: ntfy, topic: 'a/b' }", "letters, digits"),
        (
            "{ kind: email, recipients: ['-oQ/tmp@x'] }",
            "expected a mail address",
        ),
        (
            "{ kind: telegram, chat: 'a b', token: { env: A } }",
            "expected a number or `@name`",
        ),
        ("{ kind: webhook }", "either `url`, or `address`"),
    ] {
        let env = TestEnv::under(GOOD);
        env.profile(|text| format!("{text}\nnotify: {{ to: {{ x: {entry} }} }}\n"));
        let checked = env.acp(&["profile", "check"]);
        assert_ne!(checked.code, 0, "{entry}");
        let said = format!("{}{}", checked.stdout, checked.stderr);
        assert!(said.contains(word), "{entry}: {said}");
    }
    let env = TestEnv::under(GOOD);
    env.profile(|text| {
        format!("{text}\nnotify: {{ quiet: {{ from: '7', to: '25:00' }}, digest: noon }}\n")
    });
    let said = env.acp(&["profile", "check"]).stdout;
    assert_eq!(
        said.matches("expected a time of the day").count(),
        3,
        "{said}"
    );
    // Profiles that were written before.
    let env = TestEnv::under(GOOD);
    env.profile(|text| format!("{text}\nnotify: []\n"));
    let _good = env.acp(&["profile", "check"]).ok();
}

/// A notifier of a plain list that takes messages while there is a file `open`, and one that takes all.
fn listed(env: &TestEnv, _: &Places) -> String {
    let (open, told) = (env.path("open"), env.path("told.jsonl"));
    let program = env.write(
        "tell.sh",
        &format!(
            "[ -e '{}' ] || exit 1\ncat >>'{}'\n",
            open.display(),
            told.display()
        ),
    );
    format!(
        "notify:\n  - {{ kind: command, argv: [sh, '{}'] }}\n  - {{ kind: command, argv: [cat], priority: urgent }}\n",
        program.display()
    )
}

#[test]
fn a_flush_of_the_outbox_tells_what_waits_and_fails_for_nobody() {
    let (env, _places) = with(listed);
    env.write("open", "");
    let tested = env.acp(&["notify", "test", "--plain"]).ok();
    assert_eq!(tested.stdout, "command\ttaken\t\ncommand-2\ttaken\t\n");
    let shown = env.acp(&["profile", "show", "--plain"]).ok().stdout;
    assert!(shown.contains("notify.to.command-2.priority\t"), "{shown}");
    fs::remove_file(env.path("open")).unwrap();
    fs::remove_file(env.path("told.jsonl")).unwrap();
    let env = env.var("ACP_TEST_NOW", "2026-11-21T10:00:00Z");
    let said = env
        .acp(&["notify", "send", "--title", "Hello", "--plain"])
        .with(75);
    let id = said.stdout.split('\t').nth(2).unwrap().to_owned();
    // Not yet due; due, and not taken; taken.
    let early = env.acp(&["outbox", "flush", "--plain"]).ok().stdout;
    assert_eq!(early, "");
    let env = env.var("ACP_TEST_NOW", "2026-11-21T10:05:00Z");
    let before = env.everything();
    let dry = env
        .acp(&["outbox", "flush", "--dry-run", "--plain"])
        .ok()
        .stdout;
    assert_eq!(dry, format!("told\t{id}\tcommand\tHello\t\n"));
    assert!(env.everything() == before);
    let failed = env.acp(&["outbox", "flush"]).ok().stdout;
    assert!(
        failed.contains("could not tell command (Hello)"),
        "{failed}"
    );
    env.write("open", "");
    let env = env.var("ACP_TEST_NOW", "2026-11-21T11:00:00Z");
    let told = env.acp(&["outbox", "flush", "--plain"]).ok().stdout;
    assert_eq!(told, dry);
    assert!(env.read("told.jsonl").contains("Hello"));
    env.acp(&["outbox", "flush"]).ok().says("nothing waits");
}

#[test]
fn a_dry_pass_shows_what_would_be_told_and_tells_nobody() {
    let (env, _places) = with(listed);
    env.write("open", "");
    env.agent("acp report blocked --detail 'no password'\n");
    let _issue = env.issue("One");
    let _idle = env.until_idle();
    let dry = ["heartbeat", "--dry-run"];
    let nothing = env.acp(&dry).ok().stdout;
    assert!(nothing.contains("nothing to do"), "{nothing}");
    // What was told is forgotten, so it is news again.
    fs::remove_file(env.path("acp/state/web/news.json")).unwrap();
    let before = env.everything();
    let said = env.acp(&dry).ok().stdout;
    let line = "would tell command: web: issue/1 is blocked: One";
    assert!(said.contains(line), "{said}");
    let told = env.data(&dry)["told"].clone();
    assert_eq!(told[0]["to"], "command", "{told}");
    assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
    assert!(env.everything() == before);
}
