//! The dashboard: what it shows, who it answers, what may be done there, and that looking changes nothing.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Stdio};
use std::time::Duration;

use acp::domain::Cooldown;
use acp::store::Place;
use jiff::SignedDuration;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::env::TestEnv;
use crate::repo::GOOD;
use crate::state::{comment, now, send, store};

/// A title that would be markup if anybody let it.
const HOSTILE: &str = "<img src=x onerror=alert(1)>\u{1b}[2J\u{202e}";

/// An agent that works until a file appears in its worktree, and not for ever.
const WAITS: &str = "echo 'at work <b>now</b>'\nn=0\n\
    while ! test -e GO && test $n -lt 1200; do sleep 0.05; n=$((n + 1)); done\nacp report implemented\n";

/// A served dashboard; it ends with the test.
struct Served {
    child: Child,
    port: u16,
    token: String,
}

impl Served {
    #[track_caller]
    fn start(env: &TestEnv, more: &[&str]) -> Self {
        let args = [&["dashboard", "serve", "--port", "0"], more].concat();
        let mut child = env
            .interruptible(&args)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let rest = line.trim().strip_prefix("http://127.0.0.1:").unwrap();
        let (port, fragment) = rest.split_once('/').unwrap();
        Self {
            child,
            port: port.parse().unwrap(),
            token: fragment.trim_start_matches("#token=").to_owned(),
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        let limit = Some(Duration::from_mins(1));
        stream.set_read_timeout(limit).unwrap();
        stream
    }

    fn say(&self, text: &str) -> (u16, String) {
        let mut stream = self.connect();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        (status, body.to_owned())
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.say(&format!(
            "GET {path} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            self.port
        ))
    }

    fn data(&self, path: &str) -> Value {
        let (status, body) = self.get(path);
        assert_eq!(status, 200, "{body}");
        let json: Value = serde_json::from_str(&body).unwrap();
        json["data"].clone()
    }

    fn act(&self, token: &str, wish: &Value) -> (u16, Value) {
        let (host, body) = (format!("localhost:{}", self.port), wish.to_string());
        let (status, body) = self.say(&format!(
            "POST /api/act HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Type: application/json\r\n\
             X-Acp-Token: {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ));
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The events that come, one at a time.
    fn listen(&self) -> Events {
        let mut stream = self.connect();
        let text = format!(
            "GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
            self.port
        );
        stream.write_all(text.as_bytes()).unwrap();
        Events(BufReader::new(stream))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

struct Events(BufReader<TcpStream>);

impl Events {
    /// The next snapshot for which `wanted` holds.
    #[track_caller]
    fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        self.until_json(|seen| wanted(&seen["data"]))["data"].clone()
    }

    /// The next event for which `wanted` holds.
    #[track_caller]
    fn until_json(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        let mut last = String::new();
        for _ in 0..400 {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                break;
            }
            let Some(json) = line.strip_prefix("data: ") else {
                continue;
            };
            let seen: Value = serde_json::from_str(json).unwrap();
            if wanted(&seen) {
                return seen;
            }
            last = line;
        }
        panic!("it never came; the last was {last}");
    }
}

/// A state that cannot be read is said, and looking goes on by itself once it can.
#[test]
fn what_cannot_be_read_is_said_and_seen_again_when_it_is_mended() {
    let env = TestEnv::under(GOOD);
    let served = Served::start(&env, &[]);
    let mut events = served.listen();
    let _first = events.until(|data| data["profile"] == "web");
    let good = env.read("acp/config/profiles/web.yaml");
    env.profile(|text| format!("{text}\nno_such_key: 1\n"));
    let trouble = events.until_json(|seen| seen["schema"] == "acp.error/1");
    assert!(trouble["message"].is_string(), "{trouble}");
    let (status, _) = served.get("/api/snapshot");
    assert_eq!(status, 503);
    env.profile(|_| good.clone());
    let _again = events.until(|data| data["profile"] == "web");
}

/// One run that is over and whose pull request waits for a person.
fn waiting() -> TestEnv {
    let env = TestEnv::under(
        "mkdir -p .github; echo 1 > .github/x.yml; echo 'said <b>this</b>'; acp report implemented\n",
    );
    let _issue = env.issue(HOSTILE);
    let _idle = env.until_idle();
    env
}

fn without_time(mut data: Value) -> Value {
    data.as_object_mut().unwrap().remove("generated_at");
    data
}

#[test]
fn a_snapshot_tells_everything_and_changes_nothing() {
    let env = waiting();
    let before = env.everything();
    let data = env.data(&["dashboard", "snapshot"]);
    let wait = &data["waiting_for_you"]["items"][0];
    assert_eq!(data["waiting_for_you"]["total"], 1);
    assert_eq!(wait["item"], "pr/2");
    assert_eq!(wait["command"], "acp pr approve 2");
    // As text, with what moves a cursor or hides taken out.
    let title = wait["title"].as_str().unwrap();
    assert!(title.starts_with("<img src=x onerror=alert(1)>"), "{title}");
    assert!(
        title.contains("[2J") && !title.contains(['\u{1b}', '\u{202e}']),
        "{title:?}"
    );
    assert_eq!(wait["offers"][0]["wish"]["do"], "approve");
    let run = &data["history"]["items"][0];
    assert_eq!(
        (&run["outcome"], &run["task"]),
        (&json!("implemented"), &json!("implement"))
    );
    assert_eq!(data["usage"].as_array().unwrap().len(), 30);
    assert_eq!(data["usage"][29]["runs"], 1);
    assert_eq!(
        data["usage"][28],
        json!({
            "key": data["usage"][28]["key"], "runs": 0, "tokens": null, "tokens_unknown": 0,
            "usd_micros": null, "usd_unknown": 0,
        })
    );
    for args in [
        &["dashboard", "snapshot"][..],
        &["dashboard", "snapshot", "--plain"][..],
    ] {
        let printed = env.acp(args).ok().json();
        assert_eq!(printed["schema"], "acp.dashboard.snapshot/1");
        assert_eq!(
            without_time(printed["data"].clone()),
            without_time(data.clone())
        );
    }
    assert!(env.everything() == before, "looking has changed something");
}

#[test]
fn a_snapshot_has_what_cools_down_and_what_was_not_sent() {
    let env = TestEnv::under(GOOD).var("ACP_TEST_NOW", crate::env::NOW);
    let store = store(&env);
    let until = now() + SignedDuration::from_hours(2);
    let put = |key: &str, until| {
        let cooldown = Cooldown::new(key.to_owned(), until, HOSTILE.to_owned(), now());
        store.put_cooldown(&cooldown).unwrap();
    };
    put("agent:claude:work", until);
    put("agent:codex", now() - SignedDuration::from_hours(1));
    let failed = comment(&env, "one", &[]);
    send(&env, &failed, Place::Failed);
    let waits = comment(&env, "two", &[&failed]);
    let before = env.everything();
    let data = env.data(&["dashboard", "snapshot"]);
    let cleaned = "<img src=x onerror=alert(1)>\u{fffd}[2J\u{fffd}";
    assert_eq!(
        data["cooldowns"],
        json!([{ "key": "agent:claude:work", "until": until.to_string(), "reason": cleaned }])
    );
    let outbox = &data["outbox"];
    assert_eq!(outbox["total"], 2, "{outbox}");
    let row = |id: &str| {
        let mut rows = outbox["items"].as_array().unwrap().iter();
        rows.find(|row| row["id"] == id).unwrap()
    };
    let (bad, waiting) = (row(failed.id.as_str()), row(waits.id.as_str()));
    for (row, is_failed, attempts) in [(bad, true, 2), (waiting, false, 0)] {
        assert_eq!(
            (&row["kind"], &row["target"], &row["item"]),
            (&json!("comment"), &json!("issue/1"), &json!("issue/1"))
        );
        assert_eq!(
            (&row["failed"], &row["attempts"]),
            (&json!(is_failed), &json!(attempts))
        );
    }
    assert_eq!(bad["error"], "the forge said \u{fffd}[31mno");
    // Who may act can send the one that failed again; the other goes by itself.
    assert_eq!(bad["offers"][0]["wish"]["do"], "resend");
    assert_eq!(
        (&waiting["error"], &waiting["offers"]),
        (&Value::Null, &json!([]))
    );
    assert!(env.everything() == before, "looking has changed something");
}

#[test]
fn the_page_is_served_to_this_machine_and_shows_the_same() {
    let env = waiting();
    let before = env.everything();
    let served = Served::start(&env, &[]);
    let (status, page) = served.get("/");
    assert_eq!(status, 200);
    assert!(page.starts_with("<!doctype html>"), "{page}");
    let shown = without_time(served.data("/api/snapshot"));
    let printed = without_time(env.data(&["dashboard", "snapshot"]));
    assert_eq!(shown, printed);
    let run = shown["history"]["items"][0]["id"].as_str().unwrap();
    let log = served.data(&format!("/api/log?run={run}"));
    let lines: Vec<&str> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert!(lines.contains(&"said <b>this</b>"), "{lines:?}");
    for bad in ["", "..", "20261121-031502-issue-99-a1", "%2e%2e%2fx"] {
        assert_eq!(served.get(&format!("/api/log?run={bad}")).0, 404, "{bad}");
    }
    let rebound = "GET /api/snapshot HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    assert_eq!(served.say(rebound).0, 421);
    let (status, refused) = served.act("", &json!({ "do": "lift", "name": "x" }));
    assert_eq!(status, 403);
    assert!(refused["message"].as_str().unwrap().contains("--actions"));
    assert!(env.everything() == before, "looking has changed something");
}

/// Only an administrator can be somebody else.
#[cfg(target_os = "linux")]
#[test]
fn another_user_of_the_machine_sees_nothing() {
    use std::os::unix::process::CommandExt as _;
    if !rustix::process::getuid().is_root() {
        return;
    }
    let env = waiting();
    let served = Served::start(&env, &[]);
    let ask = format!(
        "exec 3<>/dev/tcp/127.0.0.1/{0}; printf 'GET /api/snapshot HTTP/1.1\\r\\nHost: localhost:{0}\\r\\n\\r\\n' >&3; cat <&3",
        served.port
    );
    let heard = |user: u32| {
        let mut bash = std::process::Command::new("bash");
        let output = bash
            .args(["-c", &ask])
            .uid(user)
            .current_dir("/")
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let stranger = heard(65_534);
    assert!(stranger.starts_with("HTTP/1.1 403 "), "{stranger}");
    assert!(!stranger.contains("img src"), "{stranger}");
    assert!(heard(0).contains("img src"));
}

#[test]
fn who_looks_sees_a_run_begin_and_end() {
    let env = TestEnv::under(WAITS);
    let served = Served::start(&env, &[]);
    let mut events = served.listen();
    let first = events.until(|data| data["profile"] == "web");
    assert_eq!(first["runs"], json!([]));
    let _issue = env.issue("Live");
    let _seen = events.until(|data| data["lanes"][0]["name"] == "implement");
    let _pass = env.pass();
    let at_work = events.until(|data| data["runs"][0]["step"] == "agent");
    let run = &at_work["runs"][0];
    assert_eq!(
        (&run["item"], &run["alive"]),
        (&json!("issue/1"), &json!(true))
    );
    let id = run["id"].as_str().unwrap();
    env.wait_for("acp/state", "agent.log");
    let log = served.data(&format!("/api/log?run={id}"));
    assert_eq!(log["under_way"], true);
    let worktree = env
        .all_files("acp")
        .into_iter()
        .find(|(path, _)| path.ends_with("README.md") && path.to_string_lossy().contains(id));
    let go = worktree.unwrap().0.with_file_name("GO");
    std::fs::write(go, "").unwrap();
    let over = events.until(|data| data["runs"] == json!([]) && data["history"]["total"] == 1);
    assert_eq!(over["history"]["items"][0]["id"], id);
}

#[test]
fn actions_do_what_the_verbs_do_for_who_has_the_token() {
    let env = waiting();
    let served = Served::start(&env, &["--actions"]);
    let token = served.token.clone();
    assert_eq!(token.len(), 32);
    let hold = json!({ "do": "hold", "name": "freeze", "item": null, "reason": "--dry-run" });
    let before = env.everything();
    for wrong in ["", "0", &"0".repeat(32)] {
        assert_eq!(served.act(wrong, &hold).0, 401);
    }
    assert_eq!(served.act(&token, &json!({ "do": "rm" })).0, 422);
    assert!(
        env.everything() == before,
        "a refused action has changed something"
    );
    let none = json!({ "do": "lift", "name": "freeze" });
    let (status, missing) = served.act(&token, &none);
    assert_eq!((status, &missing["code"]), (404, &json!(66)));

    let (status, done) = served.act(&token, &hold);
    assert_eq!(status, 200, "{done}");
    let holds = env.data(&["hold", "list"]);
    assert_eq!(
        (&holds[0]["name"], &holds[0]["reason"], &holds[0]["by"]),
        (&json!("freeze"), &json!("--dry-run"), &json!("tester"))
    );
    assert_eq!(served.data("/api/snapshot")["holds"][0]["name"], "freeze");
    assert_eq!(served.act(&token, &none).0, 200);
    assert_eq!(env.data(&["hold", "list"]), json!([]));

    let shown = served.data("/api/snapshot");
    let offer = &shown["waiting_for_you"]["items"][0]["offers"][0]["wish"];
    let mut other = offer.clone();
    other["head"] = json!("f".repeat(40));
    let (status, moved) = served.act(&token, &other);
    assert_eq!(status, 403);
    assert!(
        moved["message"].as_str().unwrap().contains("another head"),
        "{moved}"
    );
    let (status, approved) = served.act(&token, offer);
    assert_eq!(status, 200, "{approved}");
    assert!(
        approved["data"]["command"]
            .as_str()
            .unwrap()
            .starts_with("acp pr approve 2 --head=")
    );
    assert_ne!(env.why("pr/2")["code"], "human");
}

#[test]
fn a_run_is_stopped_from_the_page() {
    let env = TestEnv::under(WAITS);
    let _issue = env.issue("Long");
    let _pass = env.pass();
    let served = Served::start(&env, &["--actions"]);
    let mut events = served.listen();
    let at_work = events.until(|data| data["runs"][0]["offers"][0]["wish"]["do"] == "stop");
    let (status, stopped) = served.act(&served.token, &at_work["runs"][0]["offers"][0]["wish"]);
    assert_eq!(status, 200, "{stopped}");
    let over = events.until(|data| data["runs"] == json!([]));
    assert_eq!(over["history"]["items"][0]["outcome"], "cancelled");
}

#[test]
fn a_signal_ends_it_at_once_while_others_look() {
    let env = TestEnv::under(GOOD);
    for signal in [Signal::INT, Signal::TERM] {
        let mut served = Served::start(&env, &[]);
        let mut events = served.listen();
        let _first = events.until(|data| data["profile"] == "web");
        let _silent = served.connect();
        kill_process(Pid::from_child(&served.child), signal).unwrap();
        let ended = served.child.wait().unwrap();
        assert_eq!(ended.signal(), Some(signal.as_raw()));
    }
}

#[test]
fn a_port_that_is_taken_is_said_before_anything_is_served() {
    let env = TestEnv::under(GOOD);
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let refused = env.acp(&["dashboard", "serve", "--port", &port]).with(69);
    refused.says("--port 0");
    assert_eq!(refused.stdout, "");
    let nowhere = TestEnv::new();
    let _no_profile = nowhere.acp(&["dashboard", "serve", "--port", "0"]).with(66);
}
