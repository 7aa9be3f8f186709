//! The forge's repository behind HTTP: how git is told where it is and who asks, and what git's answers mean.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::{BranchName, Sha};
use crate::git::{Call, Git, GitError, Ran, clone_bare_from};
use crate::sys::Secret;

use super::{Pushed, VcsError};

/// The variables through which the credential reaches the helper, in the environment of that one git and nowhere else.
const USERNAME: &str = "ACP_FORGE_USERNAME";
const PASSWORD: &str = "ACP_FORGE_PASSWORD";
/// A helper that answers from them. It names no value, so that none is in an argument list.
const HELPER: &str = "!f() { test \"$1\" = get && printf 'username=%s\\npassword=%s\\n' \"$ACP_FORGE_USERNAME\" \
                      \"$ACP_FORGE_PASSWORD\"; }; f";
/// Slower than so many bytes a second for so many seconds is no connection.
const SLOW: (&str, &str) = ("100", "60");

/// What a server says of a ref that it could not move now, and may move the next time: it is about the server, or about another
/// push at the same moment, and not about what was pushed.
const PASSING_REJECTIONS: &[&str] = &[
    "Internal Server Error",
    "fatal error in commit_refs",
    "cannot lock ref",
    "failed to update ref",
    "failed to lock",
    "Unable to create",
];

/// Asks for the password when git is about to run. Its error says where it was looked for, without a value.
pub type Password = Arc<dyn Fn() -> Result<Secret, String> + Send + Sync>;

/// A repository behind HTTP.
#[derive(Clone)]
pub struct HttpRemote {
    /// Its address, without a name or a password.
    pub url: String,
    /// The name that git gives.
    pub username: String,
    /// The password.
    pub password: Password,
    /// What the names of the branches begin with that may be pushed to.
    pub own_prefix: String,
    /// The proxy for `https`, and the hosts that are reached without it.
    pub proxy: Option<(Secret, Option<String>)>,
    /// A file of certificates that are trusted instead of the machine's.
    pub roots: Option<PathBuf>,
}

impl fmt::Debug for HttpRemote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRemote")
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// What was tried when git failed: a push may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tried {
    Read,
    Push,
}

impl HttpRemote {
    /// `call` with what it takes to reach this repository; the name of git's command comes after it. The settings are
    /// for exactly this address, which is as specific as any that the repository's own configuration could hold, and
    /// the helper is asked for this server alone, so that nothing an agent wrote there leads the password elsewhere.
    fn equip<'a>(&self, call: Call<'a>, password: &Secret) -> Call<'a> {
        let (url, origin) = (&self.url, origin(&self.url));
        let scheme = if url.starts_with("http://") {
            "http"
        } else {
            "https"
        };
        let mut settings = vec![
            ("credential.helper".to_owned(), ""),
            (format!("credential.{origin}.helper"), ""),
            (format!("credential.{origin}.helper"), HELPER),
            (
                format!("credential.{origin}.username"),
                self.username.as_str(),
            ),
            ("credential.useHttpPath".to_owned(), "false"),
            ("core.askPass".to_owned(), ""),
            (format!("url.{url}.insteadOf"), url.as_str()),
            (format!("http.{url}.followRedirects"), "false"),
            (format!("http.{url}.sslVerify"), "true"),
            (format!("http.{url}.extraHeader"), ""),
            (format!("http.{url}.cookieFile"), ""),
            (format!("http.{url}.lowSpeedLimit"), SLOW.0),
            (format!("http.{url}.lowSpeedTime"), SLOW.1),
        ];
        if self.proxy.is_none() {
            settings.push((format!("http.{url}.proxy"), ""));
        }
        let mut call = settings.into_iter().fold(call, |call, (key, value)| {
            call.arg("-c").arg(format!("{key}={value}"))
        });
        call = call
            .env("GIT_ALLOW_PROTOCOL", scheme)
            .env(USERNAME, self.username.as_str())
            .env(PASSWORD, password.reveal());
        if let Some((proxy, no_proxy)) = &self.proxy {
            call = call.env("https_proxy", proxy.reveal());
            if let Some(hosts) = no_proxy {
                call = call.env("no_proxy", hosts.as_str());
            }
        }
        if let Some(roots) = &self.roots {
            call = call.env("GIT_SSL_CAINFO", roots);
        }
        call
    }

    /// Looked for before git is started, so that a missing one is not git's failure.
    fn password(&self, tried: &str) -> Result<Secret, VcsError> {
        (self.password)().map_err(|why| VcsError::Denied {
            tried: tried.to_owned(),
            why,
        })
    }

    fn call<'a>(&self, git: &Git<'a>, tried: &str) -> Result<Call<'a>, VcsError> {
        Ok(self.equip(git.call(tried), &self.password(tried)?))
    }

    /// Makes the bare clone `to`.
    pub(super) fn clone_to(&self, git: &Git<'_>, to: &Path) -> Result<(), VcsError> {
        let tried = "copy the repository";
        let password = self.password(tried)?;
        let equip = |call| self.equip(call, &password);
        clone_bare_from(git, self.url.as_ref(), to, equip).map_err(|error| match error {
            GitError::Failed { why, .. } => classify(Tried::Read, tried, why, ""),
            other => other.into(),
        })
    }

    /// Fetches `what`, a refspec or an object name.
    pub(super) fn fetch(&self, git: &Git<'_>, what: &str) -> Result<Ran, VcsError> {
        let tried = "fetch from the forge";
        let call = super::remote::fetch_args(self.call(git, tried)?);
        call.arg(&self.url)
            .arg(what)
            .long()
            .run()
            .map_err(|error| of_git(Tried::Read, tried, error))
    }

    /// What a fetch means that did not bring what was asked for.
    pub(super) fn meaning_of_fetch(&self, ran: &Ran) -> VcsError {
        meaning(Tried::Read, &format!("fetch from {}", self.url), ran)
    }

    /// The tip of a branch.
    pub(super) fn tip(&self, git: &Git<'_>, branch: &BranchName) -> Result<Option<Sha>, VcsError> {
        let tried = format!("look at `{branch}` on the forge");
        let name = format!("refs/heads/{branch}");
        let ran = self
            .call(git, &tried)?
            .args(["ls-remote", "--refs", "--"])
            .args([&self.url, &name])
            .run()
            .map_err(|error| of_git(Tried::Read, &tried, error))?;
        if ran.code() != Some(0) {
            return Err(meaning(Tried::Read, &tried, &ran));
        }
        let text = String::from_utf8_lossy(ran.stdout());
        let found = text.lines().find_map(|line| {
            let (sha, at) = line.split_once('\t')?;
            (at == name).then(|| sha.parse().ok()).flatten()
        });
        Ok(found)
    }

    /// Moves `branch` from `expect` to `to`, or removes it.
    pub(super) fn push(
        &self,
        git: &Git<'_>,
        branch: &BranchName,
        to: Option<&Sha>,
        expect: Option<&Sha>,
    ) -> Result<Pushed, VcsError> {
        let tried = format!("push `{branch}`");
        if self.own_prefix.is_empty() || !branch.as_str().starts_with(&self.own_prefix) {
            return Err(VcsError::Refused {
                tried,
                why: format!(
                    "only branches that begin with `{}` are acp's own",
                    self.own_prefix
                ),
            });
        }
        let expected = expect.map_or("", Sha::as_str);
        let target = to.map_or("", Sha::as_str);
        let ran = super::remote::push_args(self.call(git, &tried)?)
            .arg(format!("--force-with-lease=refs/heads/{branch}:{expected}"))
            .args(["--", &self.url])
            .arg(format!("{target}:refs/heads/{branch}"))
            .long()
            .run()
            .map_err(|error| of_git(Tried::Push, &tried, error))?;
        if ran.code() == Some(0) {
            return Ok(Pushed::Done);
        }
        let error = meaning(Tried::Push, &tried, &ran);
        if !matches!(error, VcsError::Refused { .. }) {
            return Err(error);
        }
        let found = self.tip(git, branch)?;
        match found {
            found if found.as_ref() == to => Ok(Pushed::Done),
            found if found.as_ref() != expect => Ok(Pushed::Moved { found }),
            _ => Err(error),
        }
    }
}

/// git did not get to an end: not there, or out of time.
fn of_git(kind: Tried, tried: &str, error: GitError) -> VcsError {
    let GitError::Failed { why, .. } = error else {
        return error.into();
    };
    let tried = tried.to_owned();
    match kind {
        Tried::Read => VcsError::Unavailable { tried, why },
        Tried::Push => VcsError::Unknown { tried, why },
    }
}

/// What git's words mean. They are in English, because git is run with `LC_ALL=C`.
fn meaning(kind: Tried, tried: &str, ran: &Ran) -> VcsError {
    let why = match ran.error() {
        GitError::Failed { why, .. } => why,
        other => other.to_string(),
    };
    let said = String::from_utf8_lossy(ran.stdout());
    classify(kind, tried, why, &said)
}

fn classify(kind: Tried, tried: &str, why: String, said: &str) -> VcsError {
    let has = |words: &[&str]| {
        words
            .iter()
            .any(|word| why.contains(word) || said.contains(word))
    };
    let tried = tried.to_owned();
    let rejected = said.lines().find(|line| line.starts_with("!\t"));
    if let Some(line) = rejected {
        let said = line.rsplit('\t').next().unwrap_or(line);
        let why = format!("{said} ({why})");
        let passes = PASSING_REJECTIONS.iter().any(|word| said.contains(word));
        return if said.starts_with("[remote rejected]") && passes {
            VcsError::Unknown { tried, why }
        } else {
            VcsError::Refused { tried, why }
        };
    }
    if has(&[
        "Authentication failed",
        "could not read Username",
        "could not read Password",
        "error: 401",
    ]) {
        let why = format!("the server refuses the token: {why}");
        return VcsError::Denied { tried, why };
    }
    if has(&[
        "error: 403",
        "error: 404",
        "error: 301",
        "error: 302",
        "error: 307",
        "error: 308",
        "not found",
    ]) {
        return VcsError::Refused { tried, why };
    }
    let not_reached = [
        "Could not resolve",
        "Failed to connect",
        "Couldn't connect",
        "Connection refused",
    ];
    match kind {
        Tried::Push if !has(&not_reached) => VcsError::Unknown { tried, why },
        _ => VcsError::Unavailable { tried, why },
    }
}

/// Scheme, host and port of an address.
fn origin(url: &str) -> &str {
    let after = url.find("://").map_or(0, |at| at + 3);
    url[after..]
        .find('/')
        .map_or(url, |end| &url[..after + end])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was tried, git's standard error and output, and what they mean.
    const WORDS: &[(Tried, &str, &str, &str)] = &[
        (
            Tried::Push,
            "fatal: Authentication failed for 'https://h/'",
            "",
            "denied",
        ),
        (
            Tried::Read,
            "fatal: could not read Username for 'https://h': terminal prompts disabled",
            "",
            "denied",
        ),
        (
            Tried::Read,
            "fatal: unable to access 'https://h/': The requested URL returned error: 403",
            "",
            "refused",
        ),
        (
            Tried::Read,
            "fatal: repository 'https://h/a/b.git/' not found",
            "",
            "refused",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[rejected] (stale info)\nDone",
            "refused",
        ),
        (
            Tried::Push,
            "remote: GH006",
            "!\ta:refs/heads/x\t[remote rejected] (protected branch hook declined)",
            "refused",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (Internal Server Error)\nDone",
            "unknown",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (fatal error in commit_refs)\nDone",
            "unknown",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (cannot lock ref 'refs/heads/x': is at 1 but expected 2)\nDone",
            "unknown",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (failed to update ref)\nDone",
            "unknown",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (pre-receive hook declined)\nDone",
            "refused",
        ),
        (
            Tried::Push,
            "error: failed to push some refs",
            "To h\n!\ta:refs/heads/x\t[remote rejected] (shallow update not allowed)\nDone",
            "refused",
        ),
        (
            Tried::Push,
            "fatal: unable to access: Could not resolve host: h",
            "",
            "unavailable",
        ),
        (
            Tried::Push,
            "fatal: Failed to connect to h port 1 after 0 ms: Couldn't connect to server",
            "",
            "unavailable",
        ),
        (
            Tried::Push,
            "error: RPC failed; curl 56 Recv failure: Connection reset by peer",
            "",
            "unknown",
        ),
        (
            Tried::Push,
            "fatal: the remote end hung up unexpectedly",
            "",
            "unknown",
        ),
        (
            Tried::Push,
            "fatal: unable to access: The requested URL returned error: 502",
            "",
            "unknown",
        ),
        (
            Tried::Read,
            "fatal: unable to access: The requested URL returned error: 502",
            "",
            "unavailable",
        ),
        (
            Tried::Read,
            "fatal: the remote end hung up unexpectedly",
            "",
            "unavailable",
        ),
    ];

    #[test]
    fn the_words_of_git_are_told_apart() {
        let of = |kind, why: &str, said: &str| match classify(kind, "x", why.to_owned(), said) {
            VcsError::Denied { .. } => "denied",
            VcsError::Refused { .. } => "refused",
            VcsError::Unavailable { .. } => "unavailable",
            VcsError::Unknown { .. } => "unknown",
            _ => "other",
        };
        for &(kind, why, said, means) in WORDS {
            assert_eq!(of(kind, why, said), means, "{why}");
        }
        assert_eq!(origin("https://h:8/a/b.git"), "https://h:8");
    }
}
