//! A network for the model's host alone: that one is reached, by proxy, and nothing else in any way.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::place::{can_confine, log, place};

/// Each way out by itself: `NAME text` is what came back, `NAME no` that nothing did.
const TRIES: &str = r#"
import http.client, os, socket, sys, urllib.request
allowed, other = int(sys.argv[1]), int(sys.argv[2])
def proxy():
    host, port = os.environ["HTTPS_PROXY"].removeprefix("http://").split(":")
    return http.client.HTTPConnection(host, int(port), timeout=20)
def plain(port):
    return urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20).read().decode()
def tunnel(port):
    link = proxy()
    link.set_tunnel("127.0.0.1", port)
    link.request("GET", "/")
    return link.getresponse().read().decode()
def direct(port):
    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    return "connected"
def twice(first, second):
    link = proxy()
    link.request("GET", f"http://127.0.0.1:{first}/")
    link.getresponse().read()
    link.request("GET", f"http://127.0.0.1:{second}/")
    answer = link.getresponse()
    return f"{answer.status}"
def out(name, act):
    try:
        print(name, act())
    except Exception as error:
        print(name, "no")
out("plain", lambda: plain(allowed))
out("tunnel", lambda: tunnel(allowed))
out("plain-other", lambda: plain(other))
out("tunnel-other", lambda: tunnel(other))
out("direct", lambda: direct(allowed))
out("direct-other", lambda: direct(other))
out("twice", lambda: twice(allowed, other))
out("name", lambda: socket.create_connection(("one.one.one.one", 443), timeout=5) and "connected")
out("others", lambda: sorted(line.split(":")[0].strip() for line in open("/proc/net/dev") if ":" in line))
"#;

/// A server that says hello to everybody, and how often it did.
fn server() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
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

#[test]
fn the_models_host_is_reached_and_nothing_else() {
    if !can_confine("a network for the model's host alone") {
        return;
    }
    let ((allowed, _), (other, others)) = (server(), server());
    let tries = "python3 tries.py";
    let script = format!(
        "cat > tries.py <<'END'\n{TRIES}\nEND\n{tries} {allowed} {other} > seen.txt\n\
         rm tries.py; acp report implemented\n"
    );
    let network = format!("  network: model-host-only\n  hosts: ['127.0.0.1:{allowed}']");
    let env = place(&script, &network);
    // The profile's own commands have no way out: it is the agent's.
    let line =
        "  verify: ['test -z \"$HTTPS_PROXY\" && ! grep -v -e lo: -e \"|\" /proc/net/dev']\n";
    env.set("  verify: []\n", line);
    env.issue("Add work");
    let _idle = env.until_idle();
    let seen = env
        .merged("seen.txt")
        .unwrap_or_else(|| panic!("{}", log(&env)));
    let expected = "plain hello\ntunnel hello\nplain-other no\ntunnel-other no\ndirect no\ndirect-other no\n\
                    twice 403\nname no\nothers ['lo']\n";
    assert_eq!(seen, expected, "{}", log(&env));
    assert_eq!(others.load(Ordering::SeqCst), 0);
    let refused = format!("acp: 127.0.0.1:{other} was refused to the agent");
    assert!(log(&env).contains(&refused), "{}", log(&env));
}

#[test]
fn without_a_host_that_is_known_no_agent_starts() {
    if !can_confine("an agent of which no host is known") {
        return;
    }
    let env = place("acp report implemented", "  network: model-host-only");
    env.issue("Add work");
    let _idle = env.until_idle();
    let runs = serde_json::to_string(&env.runs()).unwrap();
    assert!(runs.contains("sandbox.hosts"), "{runs}");
}
