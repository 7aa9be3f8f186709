//! Who may ask what: the page belongs to this machine, and other pages in the same browser are strangers.

use super::request::Request;
use crate::sys::Secret;

/// The header that carries the token. A page of another origin cannot set it without being asked first, and is refused then.
pub(super) const TOKEN_HEADER: &str = "x-acp-token";

/// Why a request is refused.
pub(super) type Refusal = (u16, &'static str);

/// Whether the request was sent to this machine by its own name. A page that has its name point here later (DNS rebinding)
/// still says that name.
pub(super) fn admit(request: &Request) -> Result<(), Refusal> {
    match request.header("host") {
        Some(host) if is_loopback(host) => {}
        _ => return Err((421, "this server answers to 127.0.0.1 and localhost alone")),
    }
    if is_foreign(request) {
        return Err((403, "another site must not read this"));
    }
    Ok(())
}

/// Whether somebody with the token asks, from the page itself.
pub(super) fn admit_action(request: &Request, token: Option<&Secret>) -> Result<(), Refusal> {
    let Some(token) = token else {
        return Err((
            403,
            "this dashboard only shows: start it with `--actions` to do something here",
        ));
    };
    if request.header("origin").is_none() {
        return Err((403, "an action must come from the page itself"));
    }
    let is_json = request.header("content-type").is_some_and(|kind| {
        let kind = kind.split(';').next().unwrap_or_default();
        kind.trim().eq_ignore_ascii_case("application/json")
    });
    if !is_json {
        return Err((415, "an action is application/json"));
    }
    let given = request.header(TOKEN_HEADER).unwrap_or_default();
    if is_same(given.as_bytes(), token.reveal().as_bytes()) {
        Ok(())
    } else {
        Err((
            401,
            "that is not the token that was printed when the dashboard was started",
        ))
    }
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.parse::<u16>().is_ok() => name,
        Some((_, _)) if host.ends_with(']') => host,
        Some(_) => return false,
        None => host,
    };
    // Any port: ssh may forward another one.
    name.eq_ignore_ascii_case("localhost") || matches!(name, "127.0.0.1" | "[::1]")
}

/// What the browser itself says about where a request comes from. The page may be opened by following a link elsewhere;
/// what is behind it is for the page alone.
fn is_foreign(request: &Request) -> bool {
    let host = request.header("host").unwrap_or_default();
    if let Some(origin) = request.header("origin") {
        return origin
            .strip_prefix("http://")
            .is_none_or(|from| !from.eq_ignore_ascii_case(host));
    }
    let opens = request.path() == "/";
    let from = request.header("sec-fetch-site");
    !opens && from.is_some_and(|from| !matches!(from, "same-origin" | "none"))
}

/// Compares without telling by its time how much is right.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(method: &str, path: &str, headers: &[(&str, &str)]) -> Request {
        Request::of(method, path, headers)
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for good in [
            "127.0.0.1:8080",
            "127.0.0.1",
            "localhost:1",
            "LOCALHOST",
            "[::1]:99",
            "[::1]",
        ] {
            admit(&request("GET", "/", &[("host", good)])).unwrap();
        }
        for bad in [
            "",
            "evil.example",
            "evil.example:8080",
            "127.0.0.1.evil.example",
            "localhost.evil.example:80",
            "127.0.0.1:8080:9",
            "localhost:",
            "localhost:x",
            "localhost:99999",
            "::1",
            "0.0.0.0:80",
            "a@localhost:80",
        ] {
            let (status, _) = admit(&request("GET", "/", &[("host", bad)])).unwrap_err();
            assert_eq!(status, 421, "{bad}");
        }
        assert_eq!(admit(&request("GET", "/", &[])).unwrap_err().0, 421);
    }

    #[test]
    fn another_page_in_the_same_browser_gets_nothing() {
        let host = ("host", "localhost:8080");
        let get = |path, more| admit(&request("GET", path, &[host, more]));
        get("/api/snapshot", ("sec-fetch-site", "same-origin")).unwrap();
        get("/api/snapshot", ("origin", "http://localhost:8080")).unwrap();
        get("/", ("sec-fetch-site", "cross-site")).unwrap();
        for (path, name, value) in [
            ("/api/snapshot", "sec-fetch-site", "cross-site"),
            // Another port of this machine.
            ("/api/events", "sec-fetch-site", "same-site"),
            ("/page.js", "sec-fetch-site", "cross-site"),
            ("/api/snapshot", "origin", "http://localhost:3000"),
            ("/api/snapshot", "origin", "https://localhost:8080"),
            ("/", "origin", "http://evil.example"),
            ("/", "origin", "null"),
        ] {
            assert_eq!(get(path, (name, value)).unwrap_err().0, 403, "{value}");
        }
    }

    #[test]
    fn an_action_needs_the_switch_the_page_and_the_token() {
        let token = Secret::new("5ec7e7".to_owned());
        let all = [
            ("host", "127.0.0.1:8080"),
            ("origin", "http://127.0.0.1:8080"),
            ("content-type", "application/json"),
            (TOKEN_HEADER, "5ec7e7"),
        ];
        let post = |headers: &[(&str, &str)]| request("POST", "/api/act", headers);
        admit_action(&post(&all), Some(&token)).unwrap();
        assert_eq!(admit_action(&post(&all), None).unwrap_err().0, 403);
        let statuses: Vec<u16> = (1..all.len())
            .map(|left_out| {
                let mut some = all.to_vec();
                some.remove(left_out);
                admit_action(&post(&some), Some(&token)).unwrap_err().0
            })
            .collect();
        assert_eq!(statuses, [403, 415, 401]);
        for wrong in ["", "5ec7e", "5ec7e8", "5ec7e77", "5EC7E7"] {
            let mut other = all;
            other[3].1 = wrong;
            assert_eq!(
                admit_action(&post(&other), Some(&token)).unwrap_err().0,
                401
            );
        }
        let mut form = all;
        form[2].1 = "text/plain";
        assert_eq!(admit_action(&post(&form), Some(&token)).unwrap_err().0, 415);
    }
}
