//! A server on the loopback address that breaks off at every stage.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use super::super::Method;
use super::*;

/// Accepts connections one after the other and hands each to `serve`; gives the address.
fn server(
    connections: usize,
    serve: impl Fn(usize, &mut TcpStream) + Send + 'static,
) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        for n in 0..connections {
            let (mut stream, _) = listener.accept().unwrap();
            serve(n, &mut stream);
        }
    });
    (address, thread)
}

/// Reads one request: its head, and as much body as it announces.
fn request(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let mut byte = [0];
    while !text.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return String::from_utf8_lossy(&text).into_owned();
        }
        text.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&text).to_lowercase();
    let length = head
        .lines()
        .find_map(|l| l.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |n| n.trim().parse().unwrap())];
    stream.read_exact(&mut body).unwrap();
    text.extend(body);
    String::from_utf8_lossy(&text).into_owned()
}

fn ask(method: Method, url: &str) -> Request {
    Request {
        method,
        url: url.to_owned(),
        headers: Headers::new().with("Authorization", "Bearer hush-hush-hush"),
        body: method.writes().then(|| b"{\"a\":1}".to_vec()),
        limit: Duration::from_secs(10),
    }
}

fn transport() -> UreqTransport {
    UreqTransport::new(Network::default())
}

fn send(method: Method, url: &str) -> Result<Response, HttpError> {
    transport().send(&ask(method, url))
}

fn is_not_sent(answer: &Result<Response, HttpError>) -> bool {
    matches!(answer, Err(HttpError::NotSent { .. }))
}

fn is_lost(answer: &Result<Response, HttpError>) -> bool {
    matches!(answer, Err(HttpError::Lost { .. }))
}

#[test]
fn what_goes_out_and_what_comes_back() {
    let (said, heard) = mpsc::channel();
    let (url, thread) = server(1, move |_, stream| {
        for answer in [
            "HTTP/1.1 201 Created\r\nETag: \"x\"\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 500 No\r\nContent-Length: 3\r\n\r\nbad",
            "HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 304 Same\r\n\r\n",
        ] {
            said.send(request(stream)).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    // One connection carries all four: the server accepts no other.
    let transport = transport();
    let answer = transport
        .send(&ask(Method::Post, &format!("{url}/a?b=c")))
        .unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (201, &b"ok"[..]));
    assert_eq!(answer.headers.get("etag"), Some("\"x\""));
    let text = heard.recv().unwrap();
    assert!(text.starts_with("POST /a?b=c HTTP/1.1\r\n"), "{text}");
    assert!(
        text.to_lowercase()
            .contains("authorization: bearer hush-hush-hush\r\n"),
        "{text}"
    );
    assert!(
        text.to_lowercase().contains("accept-encoding: gzip\r\n"),
        "{text}"
    );
    assert!(text.ends_with("\r\n\r\n{\"a\":1}"), "{text}");
    for (method, status) in [
        (Method::Delete, 500),
        (Method::Patch, 301),
        (Method::Get, 304),
    ] {
        let answer = transport.send(&ask(method, &url)).unwrap();
        assert_eq!(answer.status, status);
        assert!(heard.recv().unwrap().starts_with(method.as_str()));
    }
    thread.join().unwrap();
}

#[test]
fn a_request_without_a_connection_was_not_sent() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    for url in [
        format!("http://{free}/"),
        "http://host.invalid/".to_owned(),
        "http://a b/".to_owned(),
        "gopher://127.0.0.1/".to_owned(),
        "no address".to_owned(),
    ] {
        for method in [Method::Get, Method::Post] {
            let answer = send(method, &url);
            assert!(is_not_sent(&answer), "{url}: {answer:?}");
        }
    }
    let mut bad = ask(Method::Post, &format!("http://{free}/"));
    bad.headers.push("X", "two\r\nlines");
    let answer = transport().send(&bad);
    assert!(is_not_sent(&answer), "{answer:?}");
    assert!(!format!("{answer:?}").contains("lines"));
}

#[test]
fn a_server_that_does_not_speak_tls_got_nothing() {
    let (said, heard) = mpsc::channel();
    let (url, thread) = server(3, move |n, stream| {
        let mut hello = [0; 512];
        let got = stream.read(&mut hello).unwrap();
        said.send(String::from_utf8_lossy(&hello[..got]).into_owned())
            .unwrap();
        match n {
            0 => stream.write_all(b"HTTP/1.1 400 no\r\n\r\n").unwrap(),
            1 => {}
            // Kept open until the other side gives up.
            _ => drop(stream.read(&mut hello)),
        }
    });
    let url = url.replace("http:", "https:");
    for n in 0..3 {
        let mut request = ask(Method::Post, &url);
        if n == 2 {
            request.limit = Duration::from_millis(300);
        }
        let answer = transport().send(&request);
        assert!(is_not_sent(&answer), "{n}: {answer:?}");
        assert!(!heard.recv().unwrap().contains("POST"));
    }
    thread.join().unwrap();
}

/// Where a server breaks off, in words, and how it does.
type Stage = (&'static str, fn(&mut TcpStream));

#[test]
fn what_breaks_after_the_first_byte_may_have_arrived() {
    let stages: [Stage; 6] = [
        ("closed at once", |stream| {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
        }),
        ("closed after the request", |stream| {
            request(stream);
        }),
        ("in the status line", |stream| {
            request(stream);
            stream.write_all(b"HTTP/1.1 20").unwrap();
        }),
        ("in the head", |stream| {
            request(stream);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nX")
                .unwrap();
        }),
        ("in the body", |stream| {
            request(stream);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                .unwrap();
        }),
        ("in a chunk", |stream| {
            request(stream);
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
                .unwrap();
        }),
    ];
    for (stage, serve) in stages {
        for method in [Method::Get, Method::Post] {
            let (url, thread) = server(1, move |_, stream| {
                serve(stream);
                // A reset instead of an orderly end when something was left unread; both must read the same.
                drop(stream.shutdown(Shutdown::Both));
            });
            let answer = send(method, &url);
            assert!(is_lost(&answer), "{stage}: {answer:?}");
            thread.join().unwrap();
        }
    }
}

#[test]
fn an_answer_that_takes_too_long_is_lost() {
    let stages: [&[u8]; 3] = [
        b"",
        b"HTTP/1.1 200 OK\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    ];
    for sent in stages {
        let (url, thread) = server(1, move |_, stream| {
            request(stream);
            stream.write_all(sent).unwrap();
            // Until the other side gives up.
            drop(stream.read(&mut [0]));
        });
        let mut request = ask(Method::Post, &url);
        request.limit = Duration::from_millis(200);
        let answer = transport().send(&request);
        assert!(is_lost(&answer), "{answer:?}");
        thread.join().unwrap();
    }
}

#[test]
fn a_connection_that_the_server_closed_is_not_used_again() {
    let (url, thread) = server(2, |_, stream| {
        request(stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")
            .unwrap();
        stream.shutdown(Shutdown::Both).unwrap();
    });
    let transport = transport();
    for _ in 0..2 {
        assert_eq!(transport.send(&ask(Method::Get, &url)).unwrap().body, b"x");
        // The end of the first connection has arrived before the second request asks for it.
        std::thread::yield_now();
    }
    thread.join().unwrap();
}

#[test]
fn what_is_no_answer_is_unreadable() {
    for sent in [
        &b"SSH-2.0-OpenSSH_9.2 and more of it\r\n\r\n"[..],
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 12\r\n\r\nnot gzip, no",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab",
    ] {
        let (url, thread) = server(1, move |_, stream| {
            request(stream);
            stream.write_all(sent).unwrap();
        });
        let answer = send(Method::Get, &url);
        assert!(
            matches!(answer, Err(HttpError::Unreadable { .. })),
            "{answer:?}"
        );
        thread.join().unwrap();
    }
}

#[test]
fn an_endless_answer_is_cut() {
    let (url, thread) = server(1, |_, stream| {
        request(stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        let block = vec![b'x'; 1024 * 1024];
        while stream.write_all(&block).is_ok() {}
    });
    let mut request = ask(Method::Get, &url);
    request.limit = Duration::from_mins(1);
    let answer = transport().send(&request);
    let Err(HttpError::Unreadable { why }) = &answer else {
        panic!("{answer:?}");
    };
    assert_eq!(why, "the answer is larger than 32 MiB");
    thread.join().unwrap();
}

#[test]
fn a_compressed_answer_is_read() {
    // `printf hello | gzip -n`
    const HELLO: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xcb, 0x48, 0xcd, 0xc9, 0xc9, 7, 0, 0x86, 0xa6, 0x10,
        0x36, 5, 0, 0, 0,
    ];
    let (url, thread) = server(1, |_, stream| {
        request(stream);
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            HELLO.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(HELLO).unwrap();
    });
    assert_eq!(send(Method::Get, &url).unwrap().body, b"hello");
    thread.join().unwrap();
}

#[test]
fn a_proxy_is_asked_for_secure_addresses_only() {
    let (said, heard) = mpsc::channel();
    let (proxy, thread) = server(1, move |_, stream| {
        said.send(request(stream)).unwrap();
        stream
            .write_all(b"HTTP/1.1 403 no\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let network = |address: &str, no_proxy: &str| Network {
        proxy: Some(crate::sys::Secret::new(address.to_owned())),
        no_proxy: Some(no_proxy.to_owned()),
        roots: None,
    };
    let through = UreqTransport::new(network(&proxy, ""));
    let answer = through.send(&ask(Method::Post, "https://forge.example/x"));
    assert!(is_not_sent(&answer), "{answer:?}");
    let asked = heard.recv().unwrap();
    assert!(
        asked.starts_with("CONNECT forge.example:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(!asked.contains("hush"), "{asked}");
    thread.join().unwrap();
    // Plain addresses go straight there, and so do hosts that the list names.
    let (url, thread) = server(1, |_, stream| {
        request(stream);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    assert_eq!(through.send(&ask(Method::Get, &url)).unwrap().status, 200);
    thread.join().unwrap();
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let around = UreqTransport::new(network("http://127.0.0.1:1", "127.0.0.1"));
    let answer = around.send(&ask(Method::Get, &format!("https://{free}/")));
    assert!(format!("{answer:?}").contains("refused"), "{answer:?}");
    for bad in ["socks5://127.0.0.1:1", "::"] {
        let answer = UreqTransport::new(network(bad, "")).send(&ask(Method::Get, "https://h/"));
        assert!(
            is_not_sent(&answer) && format!("{answer:?}").contains("HTTPS_PROXY"),
            "{answer:?}"
        );
    }
}

#[test]
fn roots_that_are_none_are_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("roots.pem");
    let answer = |file: &std::path::Path| {
        let network = Network {
            roots: Some(file.to_owned()),
            ..Network::default()
        };
        let answer = UreqTransport::new(network).send(&ask(Method::Get, "https://h/"));
        assert!(is_not_sent(&answer), "{answer:?}");
        format!("{answer:?}")
    };
    assert!(answer(&file).contains("cannot read the file in `SSL_CERT_FILE`"));
    // Any file that is something else.
    let other = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    assert!(answer(&other).contains("`SSL_CERT_FILE` holds no certificate"));
}
