//! A network for the model's host alone: the real programs do their whole work in it, and their shells reach nothing else.

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
        for _stream in listener.incoming() {
            count.fetch_add(1, Ordering::SeqCst);
        }
    });
    (port, reached)
}

/// The agent's shell tries everything else, and then the agent does what the issue says.
fn works_alone(agent: &str, host: Ipv4Addr) {
    let world = World::alone(agent, host);
    let (port, reached) = other();
    let far = world.provider_port();
    // The model's own address is reached by proxy alone, but for that of this machine.
    let tries = [
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.1/{port}'"),
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.2/{port}'"),
        format!("bash -c 'exec 3<>/dev/tcp/127.0.0.2/{far}'"),
        "bash -c 'exec 3<>/dev/tcp/9.9.9.9/53'".to_owned(),
        "getent ahosts one.one.one.one".to_owned(),
        format!("curl -sf -m 20 http://127.0.0.1:{port}/"),
        format!("curl -sf -m 20 --noproxy NOBODY http://127.0.0.1:{port}/"),
        format!("curl -sf -m 20 -p -x $HTTPS_PROXY --noproxy NOBODY http://127.0.0.2:{port}/"),
        "curl -sf -m 20 https://example.com/".to_owned(),
    ];
    let tries: Vec<String> = tries
        .iter()
        .enumerate()
        .map(|(number, line)| format!("if {line} >/dev/null 2>&1; then echo out {number}; fi"))
        .collect();
    let script = format!(
        "@model run {{ {}; echo tried; }} > tried.txt\n{}",
        tries.join("; "),
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
