//! Checks of `sandbox:`.

use super::hint::shown_text;
use super::schema::{AGENTS_WITH_HOSTS, KNOWN_AGENTS, ProfileFile, SandboxFile};
use super::validate::{Checker, expand_home};
use crate::domain::{NetPlace, Network, Sandbox, SandboxKind, why_not_shown};

/// Below this no shell could start what it is asked to.
const MEMORY_BYTES_MIN: u64 = 16_000_000;
const PROCESSES_MIN: u64 = 8;
const FILE_BYTES_MIN: u64 = 1_000_000;

pub(super) fn sandbox(check: &mut Checker<'_>, file: &ProfileFile) {
    let sandbox = &file.sandbox;
    for (leaf, list) in [("read", &sandbox.read), ("write", &sandbox.write)] {
        for (index, text) in list.iter().flatten().enumerate() {
            let key = format!("sandbox.{leaf}[{index}]");
            match expand_home(text, check.home()) {
                Err(_) => check.path(&key, text),
                Ok(path) => {
                    if let Some(why) = why_not_shown(&path, check.home(), &[]) {
                        let hint =
                            "name only what is needed; docs/sandbox.md says what is never shown";
                        check.report(&key, &why, Some(hint));
                    }
                }
            }
        }
    }
    image(check, sandbox);
    network(check, file);
    limits(check, sandbox);
}

fn network(check: &mut Checker<'_>, file: &ProfileFile) {
    let sandbox = &file.sandbox;
    for (index, text) in sandbox.hosts.iter().flatten().enumerate() {
        if NetPlace::parse(text, 443).is_none() {
            let message = format!("expected `host` or `host:port`, found {}", shown_text(text));
            check.report(&format!("sandbox.hosts[{index}]"), &message, None);
        }
    }
    let has_hosts = sandbox
        .hosts
        .as_ref()
        .is_some_and(|hosts| !hosts.is_empty());
    if sandbox.network != Some(Network::ModelHostOnly) {
        if has_hosts {
            let hint = "write `network: model-host-only`, or remove `hosts`";
            let message = "`hosts` opens nothing where the network is not `model-host-only`";
            check.report_pair(["sandbox.hosts", "sandbox.network"], message, Some(hint));
        }
        return;
    }
    let able = matches!(
        sandbox.kind,
        None | Some(SandboxKind::Auto | SandboxKind::Bubblewrap)
    );
    if !able {
        let message = "`model-host-only` needs bubblewrap";
        let hint = "set `sandbox.kind` to `auto` or `bubblewrap`, or `network` to `off`";
        check.report_pair(["sandbox.network", "sandbox.kind"], message, Some(hint));
    }
    hosts_of_agents(check, file, has_hosts);
}

/// Every agent that is to be used must have a host that it may reach, and a sandbox that keeps it from all others.
fn hosts_of_agents(check: &mut Checker<'_>, file: &ProfileFile, has_hosts: bool) {
    let agents = &file.agents;
    for name in agents.use_.iter().chain(agents.fallback.iter().flatten()) {
        let settings = agents.settings.get(name);
        if settings.is_some_and(|settings| settings.sandbox == Some(Sandbox::None)) {
            let key = format!("agents.settings.{name}.sandbox");
            let message = "an agent without a sandbox has the whole network, and `sandbox.network` is `model-host-only`";
            check.report_pair([&key, "sandbox.network"], message, None);
        }
        let backend = settings.and_then(|settings| settings.backend.as_deref());
        let backend = backend.unwrap_or(name);
        let is_known = AGENTS_WITH_HOSTS.contains(&backend);
        if !is_known && !has_hosts && KNOWN_AGENTS.contains(&backend) {
            let message = format!("acp does not know the hosts of the model of `{name}`");
            let hint = "name them: `hosts: [api.example.com]`, with a port where it is not 443";
            check.report_pair(["sandbox.hosts", "sandbox.network"], &message, Some(hint));
        }
    }
}

fn image(check: &mut Checker<'_>, sandbox: &SandboxFile) {
    let image = sandbox.image.as_deref().unwrap_or_default();
    let contained = matches!(
        sandbox.kind,
        Some(SandboxKind::Docker | SandboxKind::Podman)
    );
    if contained && image.is_empty() {
        let hint = "set `sandbox.image` to one that has the agent and its tools";
        let message = "a container needs an image";
        check.report_pair(["sandbox.kind", "sandbox.image"], message, Some(hint));
    }
    if image.starts_with('-') || image.chars().any(|c| c.is_control() || c.is_whitespace()) {
        check.report("sandbox.image", "that is no name of an image", None);
    }
}

fn limits(check: &mut Checker<'_>, sandbox: &SandboxFile) {
    let bytes = |size: Option<super::scalars::Bytes>| size.map_or(0, |size| size.0);
    for (key, value, least, shown) in [
        (
            "sandbox.memory",
            bytes(sandbox.memory),
            MEMORY_BYTES_MIN,
            "16MB",
        ),
        (
            "sandbox.file_size",
            bytes(sandbox.file_size),
            FILE_BYTES_MIN,
            "1MB",
        ),
        (
            "sandbox.processes",
            sandbox.processes.unwrap_or(0),
            PROCESSES_MIN,
            "8",
        ),
    ] {
        if value > 0 && value < least {
            let message = format!("with less than {shown} nothing could start");
            check.report(key, &message, Some("0 means no limit"));
        }
    }
}
