//! A network for the model's host alone: that one is reached, and nothing else in any way.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::env::TestEnv;
use crate::machine::can_confine;
use crate::place::{log, place};
use crate::repo::GOOD;

/// Each way out by itself: `NAME text` is what came back, `NAME no` that nothing did. Arguments: the port of a model that is
/// reached by proxy, of one on the loopback, of what is not allowed; the machine's own address; an abstract socket; a socket
/// in the file system.
const TRIES: &str = r#"
import http.client, os, socket, sys, urllib.request
far, near, other, own, abstract, path = sys.argv[1:7]
far, near, other = int(far), int(near), int(other)
def proxy():
    host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
    return http.client.HTTPConnection(host, int(port), timeout=30)
def plain(place):
    return urllib.request.urlopen(f"http://{place}/", timeout=30).read().decode()
def tunnel(host, port):
    link = proxy()
    link.set_tunnel(host, port)
    link.request("GET", "/")
    return link.getresponse().read().decode()
def direct(host, port, kind=socket.SOCK_STREAM):
    link = socket.socket(socket.AF_INET, kind)
    link.settimeout(5)
    link.connect((host, port))
    link.send(b"x")
    return "sent"
def unix(place):
    link = socket.socket(socket.AF_UNIX)
    link.settimeout(5)
    link.connect(place)
    return "connected"
def status(target):
    link = proxy()
    link.request("GET", target)
    return link.getresponse().status
def twice():
    link = proxy()
    link.request("GET", f"http://127.0.0.2:{far}/")
    link.getresponse().read()
    link.request("GET", f"http://127.0.0.1:{other}/")
    return link.getresponse().status
def out(name, act):
    try:
        print(name, act())
    except Exception as error:
        print(name, "no")
        print(name, repr(error), file=sys.stderr)
out("plain", lambda: plain(f"127.0.0.2:{far}"))
out("tunnel", lambda: tunnel("127.0.0.2", far))
out("model", lambda: plain(f"127.0.0.1:{near}"))
out("model-by-proxy", lambda: tunnel("127.0.0.1", near))
out("other", lambda: plain(f"127.0.0.1:{other}"))
out("other-by-proxy", lambda: status(f"http://127.0.0.1:{other}/"))
out("other-tunnel", lambda: tunnel("127.0.0.1", other))
out("other-port", lambda: tunnel("127.0.0.2", other))
out("other-name", lambda: tunnel("localhost", near))
out("other-notation", lambda: tunnel("127.2", far))
out("not-by-proxy", lambda: direct("127.0.0.2", far))
out("own", lambda: direct(own, other))
out("own-by-proxy", lambda: tunnel(own, other))
out("twice", twice)
out("metadata", lambda: direct("169.254.169.254", 80))
out("metadata-by-proxy", lambda: status("http://169.254.169.254/"))
out("names", lambda: socket.getaddrinfo("one.one.one.one", 443) and "looked up")
out("udp", lambda: direct("9.9.9.9", 53, socket.SOCK_DGRAM))
out("abstract", lambda: unix("\0" + abstract))
out("path", lambda: unix(path))
out("raw", lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW) and "opened")
out("interfaces", lambda: sorted(line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line))
"#;

/// What came of each; a model is reached, and all else is not there or is refused.
const SEEN: &str = "plain hello
tunnel hello
model hello
model-by-proxy hello
other no
other-by-proxy 403
other-tunnel no
other-port no
other-name no
other-notation no
not-by-proxy no
own no
own-by-proxy no
twice 403
metadata no
metadata-by-proxy 403
names no
udp no
abstract no
path no
raw no
interfaces ['lo']
";

/// A server on this address that says hello to everybody, and how often it did.
fn server(address: &str) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((address, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 1024];
            let _some = stream.read(&mut head);
            let _gone = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
            );
        }
    });
    (port, served)
}

/// The address by which this machine would reach others, or its loopback where it reaches none. Nothing is sent.
fn own_address() -> String {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    match socket.connect("192.0.2.1:9") {
        Ok(()) => socket.local_addr().unwrap().ip().to_string(),
        Err(_) => "127.0.0.3".to_owned(),
    }
}

/// A profile with the network for these hosts.
fn alone(script: &str, hosts: &[String]) -> TestEnv {
    let hosts = hosts.join("', '");
    place(
        script,
        &format!("  network: model-host-only\n  hosts: ['{hosts}']"),
    )
}

#[test]
fn the_models_host_is_reached_and_nothing_else() {
    if !can_confine("a network for the model's host alone") {
        return;
    }
    let (far, near, other) = (server("127.0.0.2"), server("127.0.0.1"), server("0.0.0.0"));
    let hosts = [
        format!("127.0.0.2:{}", far.0),
        format!("127.0.0.1:{}", near.0),
    ];
    let env = alone("", &hosts);
    let name = format!("acp-door-test-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _abstract = UnixListener::bind_addr(&address).unwrap();
    // In a folder that a path of the profile shows it would be reached.
    let path = env.path("elsewhere/socket");
    let _listener = UnixListener::bind(&path).unwrap();
    let args = [
        far.0.to_string(),
        near.0.to_string(),
        other.0.to_string(),
        own_address(),
        name,
        path.display().to_string(),
    ];
    env.agent(&format!(
        "cat > tries.py <<'END'\n{TRIES}\nEND\n/usr/bin/python3 tries.py '{}' > seen.txt\n\
         bash -c 'echo x > /dev/tcp/127.0.0.1/{}' && echo 'shell out' >> seen.txt\n\
         rm tries.py; acp report implemented\n",
        args.join("' '"),
        other.0
    ));
    // The profile's own commands have no way out: it is the agent's.
    let line =
        "  verify: ['test -z \"$HTTPS_PROXY\" && ! grep -v -e lo: -e \"|\" /proc/net/dev']\n";
    env.set("  verify: []\n", line);
    env.issue("Add work");
    let _idle = env.until_idle();
    let seen = env
        .merged("seen.txt")
        .unwrap_or_else(|| panic!("{}", log(&env)));
    assert_eq!(seen, SEEN, "{}", log(&env));
    assert_eq!(other.1.load(Ordering::SeqCst), 0);
    assert_eq!(far.1.load(Ordering::SeqCst), 3);
    for refused in [
        format!("acp: 127.0.0.1:{} was refused to the agent", other.0),
        "acp: 169.254.169.254:80 was refused to the agent".to_owned(),
    ] {
        assert!(log(&env).contains(&refused), "{}", log(&env));
    }
    assert!(sockets(&env).is_empty(), "{:?}", sockets(&env));
}

#[test]
fn without_a_host_that_is_known_no_agent_starts() {
    let env = place(GOOD, "  network: model-host-only");
    let checked = env.acp(&["profile", "check"]).with(1);
    let words = "acp does not know the hosts of the model of `command`";
    assert!(checked.stdout.contains(words), "{checked:?}");
    assert!(
        checked.stdout.contains("hosts: [api.example.com]"),
        "{checked:?}"
    );
    let pass = env.acp(&["heartbeat"]);
    assert_ne!(pass.code, 0, "{pass:?}");
    assert!(pass.stderr.contains(words), "{pass:?}");
}

/// Nothing is launched: not with another sandbox than the one that can do it, not without one, not to an address that is none.
#[test]
fn what_cannot_work_starts_nothing_and_says_why() {
    let hosts = ["127.0.0.1:9999".to_owned()];
    for kind in ["none", "docker", "seatbelt"] {
        let env = alone(GOOD, &hosts).var("ACP_SANDBOX", kind);
        let pass = env.acp(&["heartbeat"]);
        assert_ne!(pass.code, 0, "{pass:?}");
        assert!(pass.stderr.contains("needs bubblewrap"), "{pass:?}");
    }
    // `auto` would go on without a sandbox.
    let env = alone(GOOD, &hosts).var("ACP_SANDBOX", "auto");
    env.program("bwrap", "echo 'bwrap: No permissions' >&2\nexit 1");
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    let env = env.var("PATH", &path);
    env.issue("Add work");
    let pass = env.acp(&["heartbeat"]);
    let words = "`sandbox.network: model-host-only` cannot work";
    assert!(pass.stdout.contains(words), "{pass:?}");
    assert!(env.runs().is_empty());
    let why = env.why("issue/1").to_string();
    assert!(
        why.contains(words) && why.contains("No permissions"),
        "{why}"
    );
}

#[test]
fn an_address_of_the_model_that_cannot_be_read_starts_nothing() {
    if !can_confine("an address that is none") {
        return;
    }
    let env = place(GOOD, "  network: model-host-only")
        .var("ANTHROPIC_API_KEY", "dummy")
        .var(
            "ANTHROPIC_BASE_URL",
            "https://me:sEcReT-5f1c@model.example.com",
        );
    env.program("claude", "exit 1");
    let path = format!(
        "{}:{}",
        env.path("bin").display(),
        std::env::var("PATH").unwrap()
    );
    let env = env.var("PATH", &path).var("ACP_AGENT", "claude");
    env.issue("Add work");
    let pass = env.acp(&["heartbeat"]);
    let said = format!("{}{}{}", pass.stdout, pass.stderr, env.why("issue/1"));
    assert!(env.runs().is_empty(), "{said}");
    assert!(
        said.contains("`ANTHROPIC_BASE_URL` is no address of a server"),
        "{said}"
    );
    assert!(!said.contains("sEcReT"), "{said}");
}

/// The sockets that are left in acp's state.
fn sockets(env: &TestEnv) -> Vec<PathBuf> {
    fn look(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                look(&entry.path(), found);
            } else if std::os::unix::fs::FileTypeExt::is_socket(&kind) {
                found.push(entry.path());
            }
        }
    }
    let mut found = vec![];
    look(&env.path("acp"), &mut found);
    found
}

/// Number and command line of the processes that have this test's folder in their command line or environment.
fn alive(env: &TestEnv) -> Vec<(String, String)> {
    let mark = env.path("acp").display().to_string();
    let mut found = vec![];
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let read = |name: &str| std::fs::read(entry.path().join(name)).unwrap_or_default();
        let all = [read("environ"), read("cmdline")].concat();
        if String::from_utf8_lossy(&all).contains(&mark) {
            let pid = entry.file_name().to_string_lossy().into_owned();
            found.push((
                pid,
                String::from_utf8_lossy(&read("cmdline")).replace('\0', " "),
            ));
        }
    }
    found
}

#[track_caller]
fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_mins(1), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The supervisor is killed while its agent holds a connection: the kernel ends everything, and the next passes leave no file.
#[test]
fn nothing_of_the_way_outlives_a_supervisor_that_is_killed() {
    if !can_confine("the end of the way out") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let hold = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; echo hi >&3; : > started; sleep 600\n");
    let env = alone("", &[format!("127.0.0.1:{port}")]);
    env.agent(&format!("exec bash -c '{hold}'"));
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        // To its end, or to a reset.
        let _cut = stream.read_to_string(&mut text);
        text
    });
    env.issue("Go on for ever");
    let _pass = env.acp(&["heartbeat"]).ok();
    env.wait_for("acp/state/web/worktrees", "started");
    assert_eq!(sockets(&env).len(), 1);
    let all = alive(&env);
    assert!(
        all.iter().any(|(_, line)| line.contains("sandbox-relay")),
        "{all:?}"
    );
    let supervisor = all.iter().find(|(_, line)| line.contains("run supervise"));
    let (pid, _) = supervisor.unwrap_or_else(|| panic!("{all:?}"));
    let killed = env.command("kill").args(["-9", pid]).status().unwrap();
    assert!(killed.success());
    // No pass has looked yet.
    wait_until("something lives on", || alive(&env).is_empty());
    assert_eq!(server.join().unwrap(), "hi\n");
    assert_eq!(sockets(&env).len(), 1);
    env.agent(GOOD);
    let _idle = env.until_idle();
    assert_eq!(sockets(&env), [] as [PathBuf; 0]);
    assert!(alive(&env).is_empty(), "{:?}", alive(&env));
}

/// The door is open and nothing else of the agent is there yet.
#[test]
fn a_supervisor_that_dies_at_its_open_door_is_followed_by_one_that_works() {
    if !can_confine("an open door") {
        return;
    }
    let (port, served) = server("127.0.0.2");
    let ask = format!(
        "/usr/bin/python3 -c 'import urllib.request as u; print(u.urlopen(\"http://127.0.0.2:{port}/\").read().decode())' > work.txt\n\
         acp report implemented\n"
    );
    let env = alone(&ask, &[format!("127.0.0.2:{port}")]);
    env.profile(|text| text.replace("attempts_max: 1", "attempts_max: 2"));
    let mark = env.path("died").display().to_string();
    let env = env
        .var("ACP_TEST_CRASH", "worker.door_open")
        .var("ACP_TEST_CRASH_ROLE", "supervisor")
        .var("ACP_TEST_CRASH_ONCE", &mark);
    env.issue("Add work");
    let _idle = env.until_idle();
    assert!(env.path("died").exists());
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("hello\n"),
        "{}",
        log(&env)
    );
    assert_eq!(served.load(Ordering::SeqCst), 1);
    assert_eq!(sockets(&env), [] as [PathBuf; 0]);
}
