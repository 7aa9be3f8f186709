//! Checks of `forge:`.

use super::hint::shown_text;
use super::schema::ProfileFile;
use super::validate::{Checker, is_variable};
use crate::domain::{ForgeKind, ProfileId, TokenSource};

pub(super) fn forge(check: &mut Checker<'_>, file: &ProfileFile) {
    let Some(kind) = file.forge.kind else {
        check.report(
            "forge.kind",
            "the key is missing",
            Some("write `local`, `github` or `gitea`"),
        );
        return;
    };
    let url = file.forge.base_url.as_deref();
    if kind == ForgeKind::Local {
        local_forge(check, file);
    } else {
        remote_forge(check, file, kind);
    }
    if kind == ForgeKind::Gitea && url.is_none() {
        check.report(
            "forge.base_url",
            "the key is missing: gitea needs the server's address",
            None,
        );
    }
    address(check, "forge.base_url", url);
    address(check, "forge.git_url", file.forge.git_url.as_deref());
    match &file.forge.token {
        Some(TokenSource::Env(name)) if !is_variable(name) => {
            check.report(
                "forge.token.env",
                "expected the name of an environment variable",
                Some("for example GITHUB_TOKEN"),
            );
        }
        Some(TokenSource::File(path)) => check.path("forge.token.file", &path.to_string_lossy()),
        Some(TokenSource::Command(argv)) => check.no_empty_text("forge.token.command", Some(argv)),
        _ => {}
    }
}

/// An address as acp takes it: of the web, and nothing in it that is secret or says what to ask for.
pub(super) fn address(check: &mut Checker<'_>, key: &str, url: Option<&str>) {
    let Some(url) = url else { return };
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let found = || shown_text(url);
    let Some(rest) = rest else {
        let message = format!(
            "expected an address that begins with `https://`, found {}",
            found()
        );
        return check.report(key, &message, None);
    };
    let host = rest.split('/').next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || "?#\\<>\"'`".contains(c);
    // A name with a password is reported as the secret that it is.
    if host
        .split_once('@')
        .is_some_and(|(name, _)| !name.contains(':'))
    {
        let message = "the address must not hold a name or a password";
        check.report(
            key,
            message,
            Some("`forge.token` says where the token comes from"),
        );
    } else if host.trim_start_matches('.').is_empty() || host.starts_with(':') || rest.contains(odd)
    {
        let message = format!(
            "expected scheme, host and path of a server, found {}",
            found()
        );
        check.report(key, &message, None);
    }
}

fn local_forge(check: &mut Checker<'_>, file: &ProfileFile) {
    let name = file.forge.repo.as_deref().unwrap_or_default();
    if name.parse::<ProfileId>().is_err() {
        let message = format!(
            "expected the name of a local forge (lower-case letters, digits, `-`, `_`, `.`), found {}",
            shown_text(name)
        );
        check.report("forge.repo", &message, None);
    }
    for (key, set) in [
        ("forge.base_url", file.forge.base_url.is_some()),
        ("forge.git_url", file.forge.git_url.is_some()),
        ("forge.token", file.forge.token.is_some()),
    ] {
        if set {
            check.report(
                key,
                "the local forge has none",
                Some("remove the key, or set another `forge.kind`"),
            );
        }
    }
}

fn remote_forge(check: &mut Checker<'_>, file: &ProfileFile, kind: ForgeKind) {
    let word = kind.as_str();
    match file.forge.repo.as_deref() {
        None => check.report(
            "forge.repo",
            &format!("the key is missing: {word} needs `owner/name`"),
            None,
        ),
        Some(repo) if !is_owner_and_name(repo) => {
            let message = format!("expected `owner/name`, found {}", shown_text(repo));
            let short = repo
                .strip_suffix(".git")
                .unwrap_or(repo)
                .rsplit(['/', ':'])
                .take(2)
                .collect::<Vec<_>>();
            let hint = match short.as_slice() {
                [name, owner] => {
                    Some(format!("{owner}/{name}")).filter(|hint| is_owner_and_name(hint))
                }
                _ => None,
            };
            check.report(
                "forge.repo",
                &message,
                hint.map(|hint| format!("did you mean `{hint}`?"))
                    .as_deref(),
            );
        }
        Some(_) => {}
    }
}

fn is_owner_and_name(repo: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.len() <= 100
            && !part.starts_with(['.', '-'])
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    repo.split_once('/').is_some_and(|(owner, name)| {
        part(owner) && part(name) && name.strip_suffix(".git").is_none()
    })
}
