//! A door from its inner side, with servers on the loopback behind it.

use std::net::{Shutdown, TcpListener};
use std::sync::mpsc;

use super::links::LINKS_MAX;
use super::*;

/// A server that answers each connection with what it got.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            thread::spawn(move || {
                let mut bytes = vec![];
                stream.read_to_end(&mut bytes).unwrap();
                stream.write_all(&bytes).unwrap();
            });
        }
    });
    port
}

fn asked(folder: &Path, request: &str) -> String {
    let mut stream = knock(folder).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn opened(folder: &Path, places: &[&str]) -> Door {
    let places = places
        .iter()
        .map(|text| NetPlace::parse(text, 443).unwrap());
    Door::open(folder, places.collect()).unwrap()
}

#[test]
fn only_the_places_that_are_named_are_reached() {
    let root = tempfile::tempdir().unwrap();
    // Longer than the address of a socket may be.
    let folder = root.path().join("x".repeat(150));
    std::fs::create_dir(&folder).unwrap();
    let (port, other) = (echo(), echo());
    let door = opened(&folder, &[&format!("localhost:{port}")]);
    let through = |request: &str| asked(&folder, request);

    let tunnel = format!("CONNECT LOCALHOST.:{port} HTTP/1.1\r\nHost: x\r\n\r\nsecret");
    assert_eq!(
        through(&tunnel),
        "HTTP/1.1 200 Connection established\r\n\r\nsecret"
    );
    let plain =
        format!("POST http://localhost:{port}/v1?a HTTP/1.1\r\nHost: evil\r\nX: 1\r\n\r\nbody");
    let sent = format!(
        "POST /v1?a HTTP/1.1\r\nX: 1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\nbody"
    );
    assert_eq!(through(&plain), sent);
    // What is sent behind a request goes where the first one went, and nowhere else.
    let second = format!("GET http://localhost:{other}/ HTTP/1.1\r\n\r\n");
    let both = through(&format!(
        "GET http://localhost:{port}/ HTTP/1.1\r\n\r\n{second}"
    ));
    assert!(both.ends_with(&second), "{both}");

    for refused in [
        format!("CONNECT localhost:{other} HTTP/1.1\r\n\r\n"),
        format!("CONNECT localhost.:{other} HTTP/1.1\r\n\r\n"),
        // The same server by any other name is another place.
        format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n"),
        format!("CONNECT 127.1:{port} HTTP/1.1\r\n\r\n"),
        format!("CONNECT 2130706433:{port} HTTP/1.1\r\n\r\n"),
        format!("CONNECT 0x7f.0.0.1:{port} HTTP/1.1\r\n\r\n"),
        format!("CONNECT [::1]:{port} HTTP/1.1\r\n\r\n"),
        format!("CONNECT [::ffff:127.0.0.1]:{port} HTTP/1.1\r\n\r\n"),
        format!("GET http://localhost:{other}/ HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"),
        "GET http://localhost/ HTTP/1.1\r\n\r\n".to_owned(),
    ] {
        let answer = through(&refused);
        assert!(answer.starts_with("HTTP/1.1 403 "), "{refused}: {answer}");
    }
    let noted = door.refused();
    assert_eq!(noted.len(), 8, "{noted:?}");
    assert!(noted.contains(&format!("localhost:{other}")), "{noted:?}");
    for none in ["GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\r\n\r\n"] {
        let answer = through(none);
        assert!(answer.starts_with("HTTP/1.1 400 "), "{none}: {answer}");
    }
    // A head that never ends is no request.
    assert_eq!(through(&"x".repeat(HEAD_BYTES_MAX)), "");
}

#[test]
fn a_host_that_is_away_or_nearer_than_it_says_is_an_answer() {
    let root = tempfile::tempdir().unwrap();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let (away, near) = (format!("127.0.0.1:{port}"), format!("127.1:{}", echo()));
    let _door = opened(root.path(), &[&away, &near]);
    for (place, why) in [(&away, "refused"), (&near, "leads to this machine")] {
        let answer = asked(root.path(), &format!("CONNECT {place} HTTP/1.1\r\n\r\n"));
        assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
        assert!(answer.contains(why), "{answer}");
    }
}

#[test]
fn what_goes_through_ends_with_the_door() {
    let root = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (tell, told) = mpsc::channel();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        tell.send(()).unwrap();
        // Says nothing and waits for the end.
        stream.read(&mut [0]).unwrap()
    });
    let door = opened(root.path(), &[&format!("127.0.0.1:{port}")]);
    let mut client = knock(root.path()).unwrap();
    write!(client, "CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n").unwrap();
    let mut said = [0; 12];
    client.read_exact(&mut said).unwrap();
    assert_eq!(&said, b"HTTP/1.1 200");
    told.recv().unwrap();
    let mut silent = knock(root.path()).unwrap();
    silent.write_all(b"CONN").unwrap();
    drop(door);
    let mut rest = vec![];
    client.read_to_end(&mut rest).unwrap();
    assert_eq!(server.join().unwrap(), 0);
    // One that has not said what it wants yet is ended too, or was never taken.
    let _ended = silent.read_to_end(&mut rest);
    // A child that another test is starting has the socket until it has begun: nobody answers there.
    let answer = knock(root.path()).map(|mut stream| stream.read(&mut [0]));
    assert!(!matches!(answer, Ok(Ok(1..))), "{answer:?}");
}

/// Those beyond the limit are sent away, and the rest have their turn: nothing is used up for good.
#[test]
fn ten_thousand_connections_do_not_close_the_door() {
    let root = tempfile::tempdir().unwrap();
    let port = echo();
    let _door = opened(root.path(), &[&format!("127.0.0.1:{port}")]);
    let tunnel = format!("CONNECT 127.0.0.1:{port} HTTP/1.1\r\n\r\n");
    let mut held = vec![];
    for _ in 0..LINKS_MAX {
        let mut stream = knock(root.path()).unwrap();
        stream.write_all(tunnel.as_bytes()).unwrap();
        held.push(stream);
    }
    for mut stream in &held {
        stream.read_exact(&mut [0; 12]).unwrap();
    }
    // One that is sent away may be gone before it has said what it wants.
    let is_answered = || {
        let mut stream = knock(root.path()).unwrap();
        let _gone = stream.write_all(tunnel.as_bytes());
        let _gone = stream.shutdown(Shutdown::Write);
        let mut text = String::new();
        stream.read_to_string(&mut text).is_ok() && text.starts_with("HTTP/1.1 200 ")
    };
    assert!(!(0..10_000).any(|_| is_answered()));
    drop(held);
    // The ends of those that left are seen one by one.
    assert!((0..1_000_000).any(|_| is_answered()));
}
