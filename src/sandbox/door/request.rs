//! What a client asks of a proxy, and the request that goes on to the host.

use crate::domain::NetPlace;

/// The port of a place in `http://`, and of one that is only named.
const HTTP: u16 = 80;
const HTTPS: u16 = 443;
/// Headers that are between client and proxy alone, or that the proxy says anew.
const OWN: &[&str] = &[
    "connection",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
];

/// A request to a proxy.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Request {
    /// A connection that the client and the host use as they like; it is TLS as a rule.
    Tunnel(NetPlace),
    /// One request, and its head for the host. The connection serves no second one, which could be meant for another host.
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
    if words.next().is_some() || !is_word || !version.starts_with("HTTP/1.") {
        return None;
    }
    if method == "CONNECT" {
        return NetPlace::parse(target, HTTPS).map(Request::Tunnel);
    }
    let rest = target.strip_prefix("http://")?;
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(at);
    let place = NetPlace::parse(authority, HTTP)?;
    let slash = if path.starts_with('/') { "" } else { "/" };
    let mut out = format!("{method} {slash}{path} HTTP/1.1\r\n");
    for line in lines {
        let (name, _) = line.split_once(':')?;
        let plain = |b: u8| b.is_ascii_graphic();
        if name.is_empty() || !name.bytes().all(plain) || line.contains(['\r', '\n', '\0']) {
            return None;
        }
        if !OWN.contains(&name.to_ascii_lowercase().as_str()) {
            out.push_str(line);
            out.push_str("\r\n");
        }
    }
    out.extend(["Host: ", authority, "\r\nConnection: close\r\n\r\n"]);
    Some(Request::Plain(place, out.into_bytes()))
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
        let head = "GET http://[::1]:8080?q=1 HTTP/1.1\r\nhOST: other\r\nProxy-Connection: keep-alive\r\nA: b:c\r\n\r\n";
        let sent = "GET /?q=1 HTTP/1.1\r\nA: b:c\r\nHost: [::1]:8080\r\nConnection: close\r\n\r\n";
        assert_eq!(
            plain(head),
            Some(("[::1]:8080".to_owned(), sent.to_owned()))
        );
        let to = |head: &str| plain(head).map(|(place, _)| place);
        assert_eq!(to("GET http://a/ HTTP/1.0\r\n\r\n").unwrap(), "a:80");
        assert_eq!(to("CONNECT A.b HTTP/1.1\r\n\r\n").unwrap(), "a.b:443");
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_request() {
        for head in [
            "",
            "\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET https://a/ HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\n folded: x\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nno colon\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA : b\r\n\r\n",
            "GET http://a/ HTTP/1.1\r\nA: b\nC: d\r\n\r\n",
            "GET http://a/ HTTP/1.1",
            "GET http://user@a/ HTTP/1.1\r\n\r\n",
            "GET http://a:x/ HTTP/1.1\r\n\r\n",
            "GET http://a/ more HTTP/1.1\r\n\r\n",
            "CONNECT a b HTTP/1.1\r\n\r\n",
            "CONNECT a:99999 HTTP/1.1\r\n\r\n",
            "get http://a/ HTTP/1.1\r\n\r\n",
            "GET http://a/ HTTP/2\r\n\r\n",
        ] {
            assert_eq!(plain(head), None, "{head:?}");
        }
        assert_eq!(parse(b"CONNECT \xff:1 HTTP/1.1\r\n\r\n"), None);
    }
}
