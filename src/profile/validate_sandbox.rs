//! Checks of `sandbox:`.

use super::hint::shown_text;
use super::schema::{ProfileFile, SandboxFile};
use super::validate::{Checker, expand_home};
use crate::domain::{NetPlace, Network, SandboxKind, why_not_shown};

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
    network(check, sandbox);
    limits(check, sandbox);
}

fn network(check: &mut Checker<'_>, sandbox: &SandboxFile) {
    for (index, text) in sandbox.hosts.iter().flatten().enumerate() {
        if NetPlace::parse(text, 443).is_none() {
            let message = format!("expected `host` or `host:port`, found {}", shown_text(text));
            check.report(&format!("sandbox.hosts[{index}]"), &message, None);
        }
    }
    let only = sandbox.network == Some(Network::ModelHostOnly);
    let able = matches!(
        sandbox.kind,
        None | Some(SandboxKind::Auto | SandboxKind::Bubblewrap)
    );
    if only && !able {
        let message = "`model-host-only` needs bubblewrap";
        check.report_pair(["sandbox.network", "sandbox.kind"], message, None);
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
