//! The model of a forge behind its loopback server: real sockets and real git.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts git and writes files itself"
)]

#[path = "../fakes/forge_server.rs"]
mod forge_server;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use acp::domain::{Association, BranchName};
use acp::forge::fake::{DiskRepo, Fake, Flavor};
use acp::git::testing::{TestRepo, git_program};
use acp::sys::SystemClock;
use forge_server::{ForgeServer, Site};

struct Running {
    fake: Arc<Fake>,
    bare: TestRepo,
    server: ForgeServer,
}

fn start() -> Running {
    let bare = TestRepo::new();
    let clock = Arc::new(SystemClock::new());
    let repo = DiskRepo::new(bare.dir(), &git_program(), clock.clone());
    let fake = Fake::new(Flavor::Github, Box::new(repo), clock, 1);
    fake.add_person("bot", Association::Collaborator);
    fake.add_person("eve", Association::None);
    fake.add_token("of-bot", "bot");
    fake.add_token("of-eve", "eve");
    let main: BranchName = "main".parse().unwrap();
    fake.push(&main, &[("README.md", "# Widgets\n")]).unwrap();
    let server = ForgeServer::start(Site::new(Arc::clone(&fake), bare.dir()).unwrap()).unwrap();
    Running { fake, bare, server }
}

impl Running {
    fn git(&self, dir: &Path, args: &[&str]) -> Output {
        let mut git = Command::new(git_program());
        git.current_dir(dir)
            .args(["-c", "user.name=a", "-c", "user.email=a@localhost"]);
        git.args(args)
            .env("HOME", self.bare.root())
            .env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_TERMINAL_PROMPT", "0").output().unwrap()
    }

    fn remote(&self, token: &str) -> String {
        let host = self.server.url().replace("http://", "");
        format!("http://x:{token}@{host}/acme/widgets.git")
    }

    /// Sends text as it is and reads to the end.
    fn raw(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(self.server.url().replace("http://", "")).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn git_clones_and_pushes_with_a_credential_and_the_model_follows() {
    let running = start();
    let root = running.bare.root();
    let cloned = running.git(root, &["clone", "-q", &running.remote("of-bot"), "clone"]);
    assert!(cloned.status.success(), "{cloned:?}");
    let clone = root.join("clone");
    // Larger than what git sends in one piece.
    let large: Vec<u8> = (0..400_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    std::fs::write(clone.join("large"), large).unwrap();
    for args in [
        &["checkout", "-q", "-b", "t"][..],
        &["add", "large"],
        &["commit", "-q", "-m", "x"],
        &["-c", "http.postBuffer=65536", "push", "-q", "origin", "t"],
    ] {
        let done = running.git(&clone, args);
        assert!(done.status.success(), "{args:?} {done:?}");
    }
    let (t, main) = ("t".parse().unwrap(), "main".parse().unwrap());
    let number = running.fake.open_pull("bot", &t, &main, "T", "").unwrap();
    assert_eq!(number, 1);
    for token in ["nonsense", ""] {
        let refused = running.git(root, &["ls-remote", &running.remote(token)]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(
            said.contains("Authentication failed") || said.contains("could not read"),
            "{said}"
        );
    }
    let reads = running.git(root, &["ls-remote", &running.remote("of-eve")]);
    assert!(reads.status.success());
    let refused = running.git(&clone, &["push", "-q", &running.remote("of-eve"), "t:u"]);
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("403"),
        "{refused:?}"
    );
}

#[test]
fn the_server_speaks_http_to_proxies_chunks_and_keeps_connections() {
    let running = start();
    let two = "GET http://api.example.com/user HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: token of-bot\r\n\r\n\
               POST /repos/acme/widgets/issues HTTP/1.1\r\nHost: x\r\nAuthorization: Basic nonsense\r\nTransfer-Encoding: chunked\r\n\
               Connection: close\r\n\r\n7\r\n{\"title\r\n6;x=y\r\n\":\"t\"}\r\n0\r\n\r\n";
    let answer = running.raw(two);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("\"url\":\"http://api.example.com/users/bot\""),
        "{answer}"
    );
    assert!(answer.contains("HTTP/1.1 401 "), "{answer}");
    let shoot = "{\"fate\":\"lost-after\"}";
    let control = format!(
        "POST /_fake/shoot HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{shoot}",
        shoot.len()
    );
    assert!(running.raw(&control).starts_with("HTTP/1.1 200"));
    assert_eq!(
        running.raw("GET /user HTTP/1.1\r\nHost: x\r\n\r\n"),
        "",
        "a lost answer"
    );
    let account = running.raw("GET /_fake/account HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(
        account.contains("\"LostAfter\":1") && account.contains("\"requests\":3"),
        "{account}"
    );
}
