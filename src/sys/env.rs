//! The process environment, read once, and the list of every variable that acp looks at.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// One environment variable that acp reads or sets, with what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// One sentence for `acp help` and the manual page.
    pub about: &'static str,
}

/// Every variable that acp reads, in the order of the manual page.
pub const VARIABLES: &[Variable] = &[
    Variable {
        name: "ACP_HOME",
        about: "Root of config, state and cache, instead of the XDG folders",
    },
    Variable {
        name: "ACP_PROFILE",
        about: "The profile to use when `--profile` is not given",
    },
    Variable {
        name: "ACP_AGENT",
        about: "The agent of first choice, instead of the profile's `agents.use`",
    },
    Variable {
        name: "ACP_SANDBOX",
        about: "What confines agents (auto, none, bubblewrap, …), instead of the profile's `sandbox.kind`",
    },
    Variable {
        name: "ACP_WRITES",
        about: "What passes may write (off, draft, full), instead of the profile's `policy.writes`",
    },
    Variable {
        name: "ACP_RUN_ID",
        about: "Set inside a run: which run this is; most verbs refuse to work then",
    },
    Variable {
        name: "ACP_OUT",
        about: "Set inside a run: the folder that `acp report` writes to",
    },
    Variable {
        name: "GH_TOKEN",
        about: "The token for GitHub, when the profile names no other source",
    },
    Variable {
        name: "GITHUB_TOKEN",
        about: "The same, when `GH_TOKEN` is not set; after it, `gh auth token` is asked",
    },
    Variable {
        name: "GITEA_TOKEN",
        about: "The token for Gitea or Forgejo, when the profile names no other source",
    },
    Variable {
        name: "FORGEJO_TOKEN",
        about: "The same, when `GITEA_TOKEN` is not set",
    },
    Variable {
        name: "HTTPS_PROXY",
        about: "The HTTP proxy through which forges are reached (also in lower case)",
    },
    Variable {
        name: "NO_PROXY",
        about: "Hosts that are reached without it, separated by commas (also in lower case)",
    },
    Variable {
        name: "SSL_CERT_FILE",
        about: "A file of certificates that forges' connections are checked with, instead of the built-in ones",
    },
    Variable {
        name: "NO_COLOR",
        about: "When set and not empty, no colour",
    },
    Variable {
        name: "USER",
        about: "The name under which typed verbs act on the local forge",
    },
    Variable {
        name: "HOME",
        about: "What `~` means in the paths of a profile",
    },
    Variable {
        name: "PATH",
        about: "Where git and the agents are looked for",
    },
];

/// A snapshot of the process environment, taken once at start.
#[derive(Debug, Clone, Default)]
pub struct Env {
    vars: BTreeMap<OsString, OsString>,
}

impl Env {
    /// Reads the environment of this process.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub fn from_process() -> Self {
        Self {
            vars: std::env::vars_os().collect(),
        }
    }

    /// An environment of exactly these variables.
    pub fn from_pairs<K: Into<OsString>, V: Into<OsString>>(
        pairs: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        Self {
            vars: pairs
                .into_iter()
                .map(|(k, v)| (k.into(), v.into()))
                .collect(),
        }
    }

    /// The value of `name` when it is set, not empty and UTF-8.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.raw(name)?.to_str().filter(|value| !value.is_empty())
    }

    /// The value of `name` as a path when it is set and not empty.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        self.raw(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    }

    /// The value of `name`, whatever it holds.
    pub fn raw(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// All variables, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(k, v)| (k.as_os_str(), v.as_os_str()))
    }
}
