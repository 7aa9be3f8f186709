//! Slack as others have emulated it: what acp posts to an incoming webhook is a message of the channel.

use std::path::Path;

use serde_json::{Value, json};

use crate::calls::call;
use crate::home::{GOOD, Home};
use crate::programs::node;
use crate::running::{Running, tool};

const TOKEN: &str = "tok-of-a-reader";
/// The webhook that `emulate` has by itself.
const HOOK: &str = "/services/T000000001/B000000001/X000000001";

/// `emulate` on a free port of this machine: it takes no port 0.
fn start(folder: &Path) -> (Running, String) {
    let seed = format!(
        "tokens:\n  {TOKEN}: {{ login: developer, scopes: [] }}\n\
         slack:\n  team: {{ name: Acme, domain: acme }}\n  users: [ {{ name: developer, email: dev@example.com }} ]\n\
         \x20 channels: [ {{ name: general, topic: g }} ]\n"
    );
    std::fs::write(folder.join("seed.yaml"), seed).unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port().to_string();
    drop(free);
    let mut command = node();
    command
        .arg(tool("forge/node_modules/emulate/dist/index.js"))
        .args(["start", "--service", "slack", "--host", "127.0.0.1"])
        .args(["--port", &port, "--seed", "seed.yaml"])
        .current_dir(folder)
        .env("NO_COLOR", "1");
    let running = Running::start(&mut command, "Ready");
    (running, format!("http://127.0.0.1:{port}"))
}

/// Every text of every channel.
fn texts(url: &str) -> Vec<String> {
    let ask =
        |method: &str, body: &Value| call("POST", &format!("{url}/api/{method}"), TOKEN, body);
    let channels = ask("conversations.list", &json!({}));
    let mut texts = vec![];
    for channel in channels["channels"].as_array().unwrap() {
        let history = ask("conversations.history", &json!({"channel": channel["id"]}));
        for message in history["messages"].as_array().into_iter().flatten() {
            texts.push(message["text"].as_str().unwrap_or_default().to_owned());
        }
    }
    texts
}

#[test]
fn what_is_told_is_a_message_of_the_channel() {
    let folder = tempfile::tempdir().unwrap();
    let (_program, url) = start(folder.path());
    let bare = folder.path().join("made.git");
    for args in [
        &["init", "-q", "-b", "main", "made"][..],
        &[
            "-C",
            "made",
            "-c",
            "user.name=T",
            "-c",
            "user.email=t@example.invalid",
            "commit",
            "-q",
            "--allow-empty",
            "-m",
            "first",
        ],
        &["clone", "-q", "--bare", "made", "made.git"],
    ] {
        let git = std::process::Command::new("git")
            .current_dir(folder.path())
            .args(args)
            .status();
        assert!(git.unwrap().success(), "{args:?}");
    }
    let home = Home::clone_of(&bare);
    let _made = home.init_local(GOOD).ok();
    let hook = folder.path().join("hook");
    std::fs::write(&hook, format!("{url}{HOOK}\n")).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&hook, mode).unwrap();
    let notify = format!(
        "notify: {{ to: {{ team: {{ kind: slack, address: {{ file: '{}' }} }} }} }}\n",
        hook.display()
    );
    home.add(&notify);
    let tested = home.acp(&["notify", "test"]).ok();
    assert!(tested.stdout.contains("team: taken"), "{tested:?}");
    let said = home.acp(&[
        "notify",
        "send",
        "--title",
        "<!here> a & b",
        "--body",
        "two\nlines",
        "--plain",
    ]);
    assert!(said.ok().stdout.starts_with("team\ttaken\t"));
    let texts = texts(&url);
    assert!(
        texts
            .iter()
            .any(|text| text.contains("acp: a test from web")),
        "{texts:?}"
    );
    let told = "&lt;!here&gt; a &amp; b\ntwo\nlines";
    assert!(texts.iter().any(|text| text == told), "{texts:?}");
}
