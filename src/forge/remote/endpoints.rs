//! Where a forge's interfaces are, from what a profile says.

use crate::domain::ForgeKind;

/// The addresses of one repository's forge, without slashes at their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Addresses {
    /// Where the paths of the REST interface begin.
    pub api: String,
    /// The GraphQL interface, where there is one.
    pub graphql: Option<String>,
    /// Where people go.
    pub web: String,
    /// Where git clones from.
    pub git: String,
    /// Host and port of `api`.
    pub host: String,
}

const PUBLIC: &str = "https://github.com";
const PUBLIC_API: &str = "https://api.github.com";
/// Customers of the public service with a region of their own have their interface on a host of its own, too.
const REGION: &str = ".ghe.com";

impl Addresses {
    /// Those of the repository `slug` (`owner/name`) on a forge of this kind. `base_url` is the server's address, or that
    /// of its interface when it has a path or is on this machine; `git_url` overrides where git clones from.
    pub fn of(kind: ForgeKind, base_url: Option<&str>, git_url: Option<&str>, slug: &str) -> Self {
        let base = base_url.unwrap_or(PUBLIC).trim_end_matches('/');
        let (api, graphql, web) = match kind {
            ForgeKind::Gitea => {
                let web = base.strip_suffix("/api/v1").unwrap_or(base);
                (format!("{web}/api/v1"), None, web.to_owned())
            }
            ForgeKind::Github | ForgeKind::Local => github(base),
        };
        let host = api.split_once("://").map_or(api.as_str(), |(_, rest)| rest);
        let host = host.split('/').next().unwrap_or_default().to_owned();
        let git = git_url.map_or_else(|| format!("{web}/{slug}.git"), str::to_owned);
        Self {
            api,
            graphql,
            web,
            git,
            host,
        }
    }
}

/// The interface, its GraphQL part, and where the web pages are.
fn github(base: &str) -> (String, Option<String>, String) {
    if base == PUBLIC || base == PUBLIC_API {
        return (
            PUBLIC_API.to_owned(),
            Some(format!("{PUBLIC_API}/graphql")),
            PUBLIC.to_owned(),
        );
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    let (host, path) = rest
        .split_once('/')
        .map_or((rest, ""), |(host, path)| (host, path));
    if path.is_empty() && host.ends_with(REGION) {
        let host = host.strip_prefix("api.").unwrap_or(host);
        let api = format!("{scheme}://api.{host}");
        return (
            api.clone(),
            Some(format!("{api}/graphql")),
            format!("{scheme}://{host}"),
        );
    }
    if path.is_empty() && !is_loopback(host) {
        let graphql = format!("{base}/api/graphql");
        return (format!("{base}/api/v3"), Some(graphql), base.to_owned());
    }
    match base.strip_suffix("/api/v3") {
        Some(web) => (
            base.to_owned(),
            Some(format!("{web}/api/graphql")),
            web.to_owned(),
        ),
        None => (
            base.to_owned(),
            Some(format!("{base}/graphql")),
            base.to_owned(),
        ),
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost"
        || name
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// `owner/name` in the address of a clone, and the server that it is on: `https://host/owner/name.git`,
/// `ssh://git@host/owner/name`, `git@host:owner/name.git`. `None`: it is neither of them.
pub fn repository_in(url: &str) -> Option<(String, String)> {
    let (host, path) = match url.split_once("://") {
        Some((scheme, rest)) => {
            matches!(scheme, "https" | "http" | "ssh" | "git").then_some(())?;
            rest.split_once('/')?
        }
        None => url.split_once(':')?,
    };
    let host = host.rsplit('@').next()?;
    let server = match url.split_once("://") {
        Some((scheme @ ("https" | "http"), _)) => format!("{scheme}://{host}"),
        // The port of another protocol says nothing about the server's.
        _ => format!("https://{}", host.split(':').next()?),
    };
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    let (owner, name) = path.split_once('/')?;
    let fits = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    (fits(owner) && fits(name) && !host.is_empty()).then(|| (server, format!("{owner}/{name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Kind, `base_url`, and the addresses: interface, GraphQL, git, host.
    const SERVERS: &[(ForgeKind, Option<&str>, [&str; 4])] = &[
        (
            ForgeKind::Github,
            None,
            [
                "https://api.github.com",
                "https://api.github.com/graphql",
                "https://github.com/o/r.git",
                "api.github.com",
            ],
        ),
        (
            ForgeKind::Github,
            Some("https://github.com/"),
            [
                "https://api.github.com",
                "https://api.github.com/graphql",
                "https://github.com/o/r.git",
                "api.github.com",
            ],
        ),
        (
            ForgeKind::Github,
            Some("https://ghe.example.org"),
            [
                "https://ghe.example.org/api/v3",
                "https://ghe.example.org/api/graphql",
                "https://ghe.example.org/o/r.git",
                "ghe.example.org",
            ],
        ),
        (
            ForgeKind::Github,
            Some("https://ghe.example.org/api/v3"),
            [
                "https://ghe.example.org/api/v3",
                "https://ghe.example.org/api/graphql",
                "https://ghe.example.org/o/r.git",
                "ghe.example.org",
            ],
        ),
        (
            ForgeKind::Github,
            Some("http://127.0.0.1:4000"),
            [
                "http://127.0.0.1:4000",
                "http://127.0.0.1:4000/graphql",
                "http://127.0.0.1:4000/o/r.git",
                "127.0.0.1:4000",
            ],
        ),
        (
            ForgeKind::Github,
            Some("http://[::1]:4000/gh"),
            [
                "http://[::1]:4000/gh",
                "http://[::1]:4000/gh/graphql",
                "http://[::1]:4000/gh/o/r.git",
                "[::1]:4000",
            ],
        ),
        (
            ForgeKind::Gitea,
            Some("https://git.example.org/"),
            [
                "https://git.example.org/api/v1",
                "",
                "https://git.example.org/o/r.git",
                "git.example.org",
            ],
        ),
        (
            ForgeKind::Gitea,
            Some("https://example.org/forge/api/v1"),
            [
                "https://example.org/forge/api/v1",
                "",
                "https://example.org/forge/o/r.git",
                "example.org",
            ],
        ),
    ];

    #[test]
    fn every_kind_of_server_is_found() {
        let of = |kind, base: Option<&str>| {
            let found = Addresses::of(kind, base, None, "o/r");
            [
                found.api,
                found.graphql.unwrap_or_default(),
                found.git,
                found.host,
            ]
        };
        for &(kind, base, expected) in SERVERS {
            assert_eq!(of(kind, base), expected);
        }
        let region = format!("https://octo{REGION}");
        let found = of(ForgeKind::Github, Some(&region));
        assert_eq!(found[3], format!("api.octo{REGION}"));
        assert_eq!(found[2], format!("https://octo{REGION}/o/r.git"));
        let own = Addresses::of(
            ForgeKind::Github,
            None,
            Some("http://localhost:1/x.git"),
            "o/r",
        );
        assert_eq!(own.git, "http://localhost:1/x.git");
        assert!(
            is_loopback("localhost:8") && is_loopback("[::1]") && !is_loopback("127.example.org")
        );
    }

    #[test]
    fn the_repository_is_read_from_a_clones_address() {
        let found = |url: &str| repository_in(url).map(|(server, slug)| format!("{server} {slug}"));
        for (url, expected) in [
            (
                "https://git.example.org/o/r.git",
                Some("https://git.example.org o/r"),
            ),
            (
                "https://me:secret@git.example.org:8/o/r",
                Some("https://git.example.org:8 o/r"),
            ),
            (
                "git@git.example.org:o/r.git",
                Some("https://git.example.org o/r"),
            ),
            (
                "ssh://git@git.example.org:2222/o/r.git/",
                Some("https://git.example.org o/r"),
            ),
            ("/srv/git/o/r.git", None),
            ("file:///srv/o/r.git", None),
            ("https://git.example.org/a/b/c.git", None),
            ("https://git.example.org/o/r;x.git", None),
            ("", None),
        ] {
            assert_eq!(found(url).as_deref(), expected, "{url}");
        }
    }
}
