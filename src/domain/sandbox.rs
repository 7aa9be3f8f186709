//! How the children of a run are confined, and what no child is ever shown.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What confines setup, agent and verify commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SandboxKind {
    /// The best there is on this machine; nothing, and a warning, where there is none.
    Auto,
    /// Nothing.
    None,
    /// `bwrap`: namespaces of the Linux kernel.
    Bubblewrap,
    /// `sandbox-exec` of macOS.
    Seatbelt,
    /// A container of Docker.
    Docker,
    /// A container of Podman.
    Podman,
}

impl SandboxKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::None => "none",
            Self::Bubblewrap => "bubblewrap",
            Self::Seatbelt => "seatbelt",
            Self::Docker => "docker",
            Self::Podman => "podman",
        }
    }
}

/// Whether confined children have a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Network {
    /// The machine's own.
    On,
    /// None but a way to the hosts of the agent's model, for the agent alone; setup and verify commands have none.
    ModelHostOnly,
    /// None, not even the machine's loopback.
    Off,
}

/// `sandbox:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxRules {
    /// What confines.
    pub kind: SandboxKind,
    /// Absolute paths that may be read besides.
    pub read: Vec<PathBuf>,
    /// Absolute paths that may be written besides.
    pub write: Vec<PathBuf>,
    /// The network.
    pub network: Network,
    /// With [`Network::ModelHostOnly`]: hosts that the agent may reach besides those that it is known to need, each `host` or
    /// `host:port`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The container's image.
    pub image: Option<String>,
    /// Bytes of memory that a process (in a container: all together) may write to; 0: no limit.
    pub memory_bytes_max: u64,
    /// Processes and threads at once; 0: no limit.
    pub processes_max: u64,
    /// Bytes that one file may have; 0: no limit.
    pub file_bytes_max: u64,
}

impl SandboxRules {
    /// No confinement and no limits.
    pub const fn off() -> Self {
        Self {
            kind: SandboxKind::None,
            read: vec![],
            write: vec![],
            network: Network::On,
            hosts: vec![],
            image: None,
            memory_bytes_max: 0,
            processes_max: 0,
            file_bytes_max: 0,
        }
    }
}

/// Below HOME: logins of people, of forges, of clouds and of registries. No child of a run is shown them, whatever a
/// profile says.
pub const SECRET_PATHS: &[&str] = &[
    ".aws",
    ".azure",
    ".bash_history",
    ".cargo/credentials",
    ".cargo/credentials.toml",
    ".composer/auth.json",
    ".config/containers/auth.json",
    ".config/gcloud",
    ".config/gh",
    ".config/git/credentials",
    ".config/glab-cli",
    ".config/hub",
    ".config/op",
    ".config/pip/pip.conf",
    ".config/rclone",
    ".config/tea",
    ".docker/config.json",
    ".gem/credentials",
    ".git-credentials",
    ".gnupg",
    ".kube",
    ".local/share/gnupg",
    ".local/share/keyrings",
    ".m2/settings.xml",
    ".mozilla",
    ".netrc",
    ".npmrc",
    ".password-store",
    ".pgpass",
    ".pip/pip.conf",
    ".pypirc",
    ".ssh",
    ".terraform.d/credentials.tfrc.json",
    ".yarnrc.yml",
    ".zsh_history",
    "Library/Keychains",
];

/// Why a profile may not add `path` to what children of a run see: it is, is in, or holds what they never see.
/// `own` are acp's own folders, and `home` is the person's.
pub fn why_not_shown(path: &Path, home: Option<&Path>, own: &[PathBuf]) -> Option<String> {
    let strange = |c: Component<'_>| matches!(c, Component::ParentDir);
    if path.components().any(strange) {
        return Some("a path with `..` in it is not taken".to_owned());
    }
    if path == Path::new("/") {
        return Some("that is everything".to_owned());
    }
    for folder in own {
        if path.starts_with(folder) || folder.starts_with(path) {
            return Some(format!("acp's own files are in {}", folder.display()));
        }
    }
    for folder in ["/proc", "/sys", "/dev"] {
        let in_memory = path.starts_with("/dev/shm") && path != Path::new("/dev/shm");
        if path.starts_with(folder) && !in_memory {
            return Some(format!("{folder} is made anew inside"));
        }
    }
    let home = home?;
    if home.starts_with(path) {
        return Some("the whole home folder is in it".to_owned());
    }
    let inside = path.strip_prefix(home).ok()?;
    let secret = SECRET_PATHS
        .iter()
        .map(Path::new)
        .find(|secret| inside.starts_with(secret) || secret.starts_with(inside))?;
    Some(format!("`~/{}` is never shown", secret.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &str) -> bool {
        let own = [PathBuf::from("/h/u/.local/state/acp"), "/srv/acp".into()];
        why_not_shown(Path::new(path), Some(Path::new("/h/u")), &own).is_some()
    }

    #[test]
    fn what_is_never_shown_cannot_be_added_from_above_or_below() {
        for path in [
            "/",
            "/h",
            "/h/u",
            "/h/u/.ssh",
            "/h/u/.ssh/id_ed25519",
            "/h/u/.config",
            "/h/u/.config/gh/hosts.yml",
            "/h/u/.cargo",
            "/h/u/.cargo/credentials.toml",
            "/h/u/.local",
            "/h/u/.local/state/acp/web",
            "/srv",
            "/srv/acp/config",
            "/h/u/x/../.ssh",
            "/proc/1",
            "/dev/sda",
            "/dev/shm",
        ] {
            assert!(refused(path), "{path}");
        }
        for path in [
            "/h/u/.cargo/registry",
            "/h/u/.cache/ccache",
            "/h/u/.sshx",
            "/data/models",
            "/dev/shm/models",
            "/var/run/postgresql",
        ] {
            assert!(!refused(path), "{path}");
        }
    }
}
