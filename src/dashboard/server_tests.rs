use std::io::{Read as _, Write as _};
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, mpsc};

use super::*;
use crate::dashboard::Seen;
use crate::sys::SystemClock;

/// Shows a number that grows when it is told to, and takes its time over actions when it is told to.
#[derive(Default)]
struct Counter {
    seen: AtomicU32,
    acted: AtomicU32,
    gate: Mutex<Option<mpsc::Receiver<()>>>,
}

impl Site for Counter {
    fn look(&self) -> Result<Seen, String> {
        let seen = self.seen.load(Ordering::SeqCst);
        Ok(Seen {
            json: format!("{{\"seen\":{seen}}}"),
            digest: seen.to_string(),
        })
    }

    fn log(&self, run: &str) -> Answer {
        Answer {
            status: 404,
            json: format!("{{\"run\":\"{run}\"}}"),
        }
    }

    fn act(&self, wish: &[u8]) -> Answer {
        let gate = self.gate.lock().unwrap().take();
        if let Some(gate) = gate {
            gate.recv().unwrap();
        }
        self.acted.fetch_add(1, Ordering::SeqCst);
        Answer {
            status: 200,
            json: String::from_utf8_lossy(wish).into_owned(),
        }
    }
}

/// A server of its own; its threads end with the process of the tests.
struct Served {
    site: Arc<Counter>,
    port: u16,
}

const TOKEN: &str = "0123456789abcdef";

impl Served {
    fn new(actions: bool) -> Self {
        let site = Arc::new(Counter::default());
        let door = Door::open(0).unwrap();
        let port = door.port();
        let shared = Arc::clone(&site);
        std::thread::spawn(move || {
            let token = Secret::new(TOKEN.to_owned());
            let clock = SystemClock::new();
            serve(&door, &*shared, &clock, actions.then_some(&token))
        });
        Self { site, port }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        stream
    }

    /// Everything that comes back until the server hangs up.
    fn say(&self, text: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.say(&format!(
            "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
            self.port
        ))
    }

    fn post(&self, token: &str, body: &str) -> String {
        let host = format!("127.0.0.1:{}", self.port);
        self.say(&format!(
            "POST /api/act HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n\
             Content-Type: application/json\r\nX-Acp-Token: {token}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ))
    }

    /// A stream of events, after its head.
    fn listen(&self) -> TcpStream {
        let mut stream = self.connect();
        let text = format!(
            "GET /api/events HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            self.port
        );
        stream.write_all(text.as_bytes()).unwrap();
        stream
    }
}

/// Reads until `text` has come.
fn until(stream: &mut TcpStream, text: &str) -> String {
    let mut read = String::new();
    let mut byte = [0; 1];
    while !read.contains(text) {
        assert_eq!(stream.read(&mut byte).unwrap(), 1, "ended after {read}");
        read.push(char::from(byte[0]));
    }
    read
}

#[track_caller]
fn status(answer: &str, status: u16) {
    let line = format!("HTTP/1.1 {status} ");
    assert!(answer.starts_with(&line), "{answer}");
}

#[test]
fn every_answer_keeps_the_browser_on_this_server() {
    let served = Served::new(false);
    for (path, code) in [("/", 200), ("/api/snapshot", 200), ("/nothing", 404)] {
        let answer = served.get(path);
        status(&answer, code);
        for header in [
            "Content-Security-Policy: default-src 'none';",
            "frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "Cache-Control: no-store",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            assert!(answer.contains(header), "{path}: {header}");
        }
        assert!(!answer.contains("Access-Control"), "{path}");
    }
    assert!(
        served
            .get("/api/snapshot")
            .ends_with("\r\n\r\n{\"seen\":0}")
    );
    status(&served.get("/api/log?run=x"), 404);
    let other = served.get("/api/act");
    status(&other, 405);
    assert!(other.contains("Allow: POST"), "{other}");
}

#[test]
fn strangers_and_nonsense_are_told_so() {
    let served = Served::new(true);
    let rebound = "GET /api/snapshot HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    status(&served.say(rebound), 421);
    status(&served.say("GET / HTTP/1.1\r\n\r\n"), 421);
    status(&served.say("hello\r\n\r\n"), 400);
    let long = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "x".repeat(20_000));
    status(&served.say(&long[..9_000]), 431);
    let host = "Host: localhost\r\n";
    let large = format!("POST /api/act HTTP/1.1\r\n{host}Content-Length: 999999\r\n\r\n");
    status(&served.say(&large), 413);
}

#[test]
fn an_action_is_done_for_who_has_the_token_alone() {
    let served = Served::new(true);
    status(&served.post("wrong", "{}"), 401);
    let answer = served.post(TOKEN, "{\"do\":1}");
    status(&answer, 200);
    assert!(answer.ends_with("\r\n\r\n{\"do\":1}"), "{answer}");
    assert_eq!(served.site.acted.load(Ordering::SeqCst), 1);
    let reads = Served::new(false);
    status(&reads.post(TOKEN, "{}"), 403);
    assert_eq!(reads.site.acted.load(Ordering::SeqCst), 0);
}

#[test]
fn whoever_listens_hears_of_a_change_and_of_nothing_else() {
    let served = Served::new(false);
    let mut stream = served.listen();
    let head = until(&mut stream, "\"seen\":0}\n\n");
    status(&head, 200);
    assert!(head.contains("Content-Type: text/event-stream"), "{head}");
    assert!(
        head.contains("event: hello\ndata: {\"actions\":false"),
        "{head}"
    );
    served.site.seen.store(7, Ordering::SeqCst);
    let next = until(&mut stream, "\n\n");
    assert_eq!(next, "event: snapshot\ndata: {\"seen\":7}\n\n");
}

#[test]
fn those_who_say_nothing_keep_nobody_else_out_for_long() {
    let served = Served::new(false);
    let silent: Vec<TcpStream> = (0..CONNECTIONS_MAX).map(|_| served.connect()).collect();
    // Whether they are counted yet is the server's matter; when all are, the next one is told so.
    let mut busy = false;
    for _ in 0..200 {
        let answer = served.get("/api/snapshot");
        if answer.starts_with("HTTP/1.1 503") {
            busy = true;
            break;
        }
    }
    assert!(busy, "there is no limit");
    drop(silent);
    for _ in 0..2_000 {
        let mut stream = served.connect();
        let asked = write!(
            stream,
            "GET /api/snapshot HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n",
            served.port
        );
        let mut answer = String::new();
        let heard = asked.and_then(|()| stream.read_to_string(&mut answer));
        if heard.is_ok() && answer.starts_with("HTTP/1.1 200") {
            return;
        }
    }
    panic!("places are not given back");
}

#[test]
fn who_does_not_come_to_the_point_is_cut_off() {
    let served = Served::new(false);
    let mut stream = served.connect();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: loc").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    status(&answer, 408);
}

#[test]
fn listeners_are_counted_and_a_place_is_free_when_one_hangs_up() {
    let served = Served::new(false);
    let mut listening: Vec<TcpStream> = (0..LISTENERS_MAX)
        .map(|_| {
            let mut stream = served.listen();
            let _head = until(&mut stream, "\"seen\":0}\n\n");
            stream
        })
        .collect();
    status(&served.get("/api/events"), 503);
    status(&served.get("/api/snapshot"), 200);
    listening.pop();
    for _ in 0..2_000 {
        let mut stream = served.listen();
        if until(&mut stream, "\r\n").starts_with("HTTP/1.1 200") {
            return;
        }
    }
    panic!("the place is not given back");
}

#[test]
fn a_slow_action_stops_nobody_from_looking() {
    let served = Served::new(true);
    let (go, gate) = mpsc::channel();
    *served.site.gate.lock().unwrap() = Some(gate);
    std::thread::scope(|scope| {
        let acting = scope.spawn(|| served.post(TOKEN, "{}"));
        status(&served.get("/api/snapshot"), 200);
        assert_eq!(served.site.acted.load(Ordering::SeqCst), 0);
        go.send(()).unwrap();
        status(&acting.join().unwrap(), 200);
    });
}
