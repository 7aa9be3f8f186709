//! What a client asks of a proxy, and the request that goes on to the host.

use crate::domain::NetPlace;

/// The port of a place in `http://`.
const HTTP: u16 = 80;
/// The tunnel's place has its port with it.
const NONE: u16 = 0;
/// Headers that are between client and proxy alone, or that the proxy says anew.
const OWN: &[&str] = &[
    "connection",
    "host",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
];

/// A request to a proxy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A connection that the client and the host use as they like; it is TLS as a rule.
    Tunnel(NetPlace),
    /// One request, and its head for the host. The connection leads nowhere else, whatever is sent after it.
    Plain(NetPlace, Vec<u8>),
}

impl Request {
    pub(super) fn place(&self) -> &NetPlace {
        match self {
            Self::Tunnel(place) | Self::Plain(place, _) => place,
        }
    }
}

/// Reads the head of a request, up to and with its empty line. `None`: it is none, or one that hosts may read differently.
pub(super) fn parse(head: &[u8]) -> Option<Request> {
    let text = std::str::from_utf8(head).ok()?.strip_suffix("\r\n\r\n")?;
    let mut lines = text.split("\r\n");
    let mut words = lines.next()?.split(' ');
    let (method, target, version) = (words.next()?, words.next()?, words.next()?);
    let is_word = !method.is_empty() && method.bytes().all(|b| b.is_ascii_uppercase());
    let is_target = target.bytes().all(|b| b.is_ascii_graphic());
    let is_version = ["HTTP/1.0", "HTTP/1.1"].contains(&version);
    if words.next().is_some() || !is_word || !is_target || !is_version {
        return None;
    }
    let headers = lines.map(header).collect::<Option<Vec<_>>>()?;
    if method == "CONNECT" {
        return NetPlace::parse(target, NONE).map(Request::Tunnel);
    }
    let rest = target.strip_prefix("http://")?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let place = NetPlace::parse(authority, HTTP)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut out = format!("{method} {slash}{path} HTTP/1.1\r\n");
    for (name, line) in headers {
        if !OWN.contains(&name.to_ascii_lowercase().as_str()) {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out.extend(["Host: ", authority, "\r\nConnection: close\r\n\r\n"]);
    Some(Request::Plain(place, out.into_bytes()))
}

/// The name of a header, and its whole line. None of a line that goes on from the one before, or has an end within it.
fn header(line: &str) -> Option<(&str, &str)> {
    let (name, _) = line.split_once(':')?;
    let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
    let good = !name.is_empty() && name.bytes().all(token) && !line.contains(['\r', '\n', '\0']);
    good.then_some((name, line))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(head: &str) -> Option<(String, String)> {
        match parse(head.as_bytes())? {
            Request::Plain(place, head) => {
                Some((place.to_string(), String::from_utf8(head).unwrap()))
            }
            Request::Tunnel(place) => Some((place.to_string(), "tunnel".to_owned())),
        }
    }

    #[test]
    fn a_request_goes_on_as_its_host_expects_it() {
        let head = "GET http://[::1]:8080?q=1 HTTP/1.1\r\nhOST: other\r\nProxy-Connection: keep-alive\r\n\
                    Proxy-Authorization: Basic eA==\r\nA: b:c\r\n\r\n";
        let sent = "GET /?q=1 HTTP/1.1\r\nA: b:c\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n";
        assert_eq!(
            plain(head),
            Some(("[::1]:8080".to_owned(), sent.to_owned()))
        );
        let to = |head: &str| plain(head).map(|(place, _)| place);
        assert_eq!(to("GET http://a/ HTTP/1.0\r\n\r\n").unwrap(), "a:80");
        assert_eq!(
            to("CONNECT A.b.:443 HTTP/1.1\r\nHost: elsewhere\r\n\r\n").unwrap(),
            "a.b:443"
        );
    }

    /// What decides is the place of the first line; what a header says of it is not looked at, and not handed on.
    #[test]
    fn a_host_that_a_header_names_is_not_the_place() {
        for (name, kept) in [("Host", false), ("X-Forwarded-Host", true)] {
            let head = format!("POST http://a/x HTTP/1.1\r\n{name}: b\r\n{name}: c\r\n\r\n");
            let (place, sent) = plain(&head).unwrap();
            assert_eq!(place, "a:80");
            assert_eq!(sent.contains(&format!("{name}: b")), kept, "{sent}");
            assert_eq!(sent.matches("\r\nHost: ").count(), 1, "{sent}");
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_request() {
        for head in [
            "",
            "\r\n\r\n",
            "\r\nGET http://a/ HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET //a/ HTTP/1.1\r\n\r\n",
            "GET a:80 HTTP/1.1\r\n\r\n",
            "GET https://a/ HTTP/1.1\r\n\r\n",
            "GET HTTP://a/ HTTP/1.1\r\n\r\n",
            "GET ftp://a/ HTTP/1.1\r\n\r\n",
            "GET http:///etc HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n folded: x\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nB: c\r\n\tfolded\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nno colon\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA : b\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n: b\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA: b\rC: d\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA: b\0\r\n\r\n",
            "GET http://a/\nHost:b HTTP/1.1\r\n\r\n",
            "GET http://a/\tb HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/1.1",
            "GET http://a/ HTTP/1.1\n\n",
            "GET http://user@a/ HTTP/1.1\r\n\r\n",
            "GET http://b#@a/ HTTP/1.1\r\n\r\n",
            "GET http://b\\@a/ HTTP/1.1\r\n\r\n",
            "GET http://b%00.example.com/ HTTP/1.1\r\n\r\n",
            "GET http://a:x/ HTTP/1.1\r\n\r\n",
            "GET http://a:80:443/ HTTP/1.1\r\n\r\n",
            "GET http://a/ more HTTP/1.1\r\n\r\n",
            "GET  http://a/ HTTP/1.1\r\n\r\n",
            "get http://a/ HTTP/1.1\r\n\r\n",
            "G\u{e9}T http://a/ HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/2\r\n\r\n",
            "GET http://a/ HTTP/1.10\r\n\r\n",
            "CONNECT a b HTTP/1.1\r\n\r\n",
            "CONNECT a HTTP/1.1\r\n\r\n",
            "CONNECT a: HTTP/1.1\r\n\r\n",
            "CONNECT a:0 HTTP/1.1\r\n\r\n",
            "CONNECT a:99999 HTTP/1.1\r\n\r\n",
            "CONNECT a:443@b HTTP/1.1\r\n\r\n",
            "CONNECT b@a:443 HTTP/1.1\r\n\r\n",
            "CONNECT a:443/ HTTP/1.1\r\n\r\n",
            "CONNECT http://a:443 HTTP/1.1\r\n\r\n",
            "CONNECT a,b:443 HTTP/1.1\r\n\r\n",
            "CONNECT ::1:443 HTTP/1.1\r\n\r\n",
            "CONNECT a:443 HTTP/1.1\r\nGET http://b/ HTTP/1.1\r\n\r\n",
        ] {
            assert_eq!(plain(head), None, "{head:?}");
        }
        assert_eq!(parse(b"CONNECT \xff:1 HTTP/1.1\r\n\r\n"), None);
        assert_eq!(parse(b"GET http://a/ HTTP/1.1\r\nA: \xff\r\n\r\n"), None);
    }
}
