//! A network for the model's host alone: the real programs do their whole work in it, and their shells reach nothing else.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::kinds;
use crate::world::World;

/// One that clients do not take for this machine's own: they go through the proxy to it.
const FAR: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// This machine's own: it has its port inside.
const NEAR: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Something else that listens on this machine, and how often it was reached.
fn other() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let reached = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&reached);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let _some = stream.read(&mut [0; 1024]);
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    (port, reached)
}

/// What an agent's shell tries to reach: the other port, the model's own address past the proxy, and the rest of the world.
/// It prints the number of each that got out, and at last that it tried.
fn tries(port: u16, far: u16) -> String {
    // The model's own address is reached by proxy alone, but for that of this machine.
    let tries = [
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'"),
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.2/{port}'"),
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.2/{far}'"),
        "bash -c 'exec 3<>/dev/tcp/9.9.9.9/53'".to_owned(),
        "getent ahosts one.one.one.one".to_owned(),
        format!("curl -sf -m 20 http://127.0.0.1:{port}/"),
        format!("curl -sf -m 20 --noproxy NOBODY http://127.0.0.1:{port}/"),
        format!("curl -sf -m 20 -p -x \"$HTTPS_PROXY\" --noproxy NOBODY http://127.0.0.2:{port}/"),
        "curl -sf -m 20 https://example.com/".to_owned(),
    ];
    let tries: Vec<String> = tries
        .iter()
        .enumerate()
        .map(|(number, line)| format!("if {line} >/dev/null 2>&1; then echo out {number}; fi"))
        .collect();
    format!(
        "@model run {{ {}; echo tried; }} > tried.txt",
        tries.join("; ")
    )
}

/// They would be of no use if they failed everywhere.
#[test]
fn what_is_tried_gets_out_of_a_whole_network() {
    let world = World::new("claude", "ok", &kinds::limits("claude", "ok"));
    let (port, reached) = other();
    let run = world.run(&format!(
        "{}\n{}",
        tries(port, port),
        kinds::good_script("claude")
    ));
    assert_eq!(run.outcome, "implemented", "{run:?}");
    let tried = world.merged_file("tried.txt");
    for number in [0, 1, 2, 5, 6, 7] {
        assert!(tried.contains(&format!("out {number}\n")), "{tried}");
    }
    assert_eq!(reached.load(Ordering::SeqCst), 6);
}

/// The agent's shell tries everything else, and then the agent does what the issue says.
fn works_alone(agent: &str, host: Ipv4Addr) {
    let world = World::alone(agent, host);
    let (port, reached) = other();
    let script = format!(
        "{}\n{}",
        tries(port, world.provider_port()),
        kinds::good_script(agent)
    );
    let run = world.run(&script);
    assert_eq!(run.outcome, "implemented", "{run:?}");
    assert_eq!(world.merged_file("work.txt"), "made by the model");
    assert_eq!(world.merged_file("tried.txt"), "tried");
    assert_eq!(reached.load(Ordering::SeqCst), 0);
    assert!(world.calls() > 2, "{} calls", world.calls());
    world.nothing_is_left();
}

macro_rules! work_alone {
    ($($test:ident: $agent:literal $host:ident;)*) => {
        $(#[test] fn $test() { works_alone($agent, $host); })*
    };
}

work_alone! {
    claude_by_proxy: "claude" FAR;
    claude_on_this_machine: "claude" NEAR;
    codex_by_proxy: "codex" FAR;
    codex_on_this_machine: "codex" NEAR;
    opencode_by_proxy: "opencode" FAR;
    opencode_on_this_machine: "opencode" NEAR;
    gemini_by_proxy: "gemini" FAR;
    gemini_on_this_machine: "gemini" NEAR;
    pi_by_proxy: "pi" FAR;
    pi_on_this_machine: "pi" NEAR;
    qwen_by_proxy: "qwen" FAR;
    qwen_on_this_machine: "qwen" NEAR;
    ollama_on_this_machine: "ollama" NEAR;
}
