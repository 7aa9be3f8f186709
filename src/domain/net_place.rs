//! A place in a network that a confined agent may reach, and which addresses may stand for it.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest name of a host.
const HOST_BYTES_MAX: usize = 253;
/// The name of this machine's own loopback.
const LOCALHOST: &str = "localhost";

/// Host and port. There is one value for one place: names are in lower case without a dot at the end, addresses as they
/// are written shortest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NetPlace {
    host: String,
    port: u16,
}

impl NetPlace {
    /// Reads `host`, `host:port`, `[address]` or `[address]:port`; without a port it is `port`, and with 0 for that it must
    /// be there.
    pub fn parse(text: &str, port: u16) -> Option<Self> {
        let (host, own) = if let Some(rest) = text.strip_prefix('[') {
            let (address, rest) = rest.split_once(']')?;
            (address.parse::<Ipv6Addr>().ok()?.to_string(), rest)
        } else {
            let (name, rest) = text.split_at(text.find(':').unwrap_or(text.len()));
            (name_of_host(name)?, rest)
        };
        let port = match own.strip_prefix(':') {
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().ok()?,
            None if own.is_empty() => port,
            _ => return None,
        };
        (port > 0).then_some(Self { host, port })
    }

    /// The place that `http://…` or `https://…` leads to.
    pub fn of_url(url: &str) -> Option<Self> {
        let (rest, port) = match url.strip_prefix("https://") {
            Some(rest) => (rest, 443),
            None => (url.strip_prefix("http://")?, 80),
        };
        Self::parse(rest.split(['/', '?', '#']).next()?, port)
    }

    /// A name in lower case, or an address without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, never 0.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether it is one of the three ways in which everybody names this machine's own loopback: what clients go to without
    /// a proxy.
    pub fn is_this_machine(&self) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(address) => {
                address == IpAddr::from(Ipv4Addr::LOCALHOST)
                    || address == IpAddr::from(Ipv6Addr::LOCALHOST)
            }
            Err(_) => self.host == LOCALHOST,
        }
    }

    /// Whether `address` may stand for this place. A name never leads to this machine itself or to what is on its link, whoever
    /// says so: of these only a place that is written as such an address, or `localhost`, opens anything.
    pub fn may_be_at(&self, address: IpAddr) -> bool {
        match self.host.parse::<IpAddr>() {
            Ok(own) => own == address,
            Err(_) if self.host == LOCALHOST => address.is_loopback(),
            Err(_) => is_elsewhere(address.to_canonical()),
        }
    }
}

/// A name of a host as there is one for it; also an address of the old kind.
fn name_of_host(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_".contains(&b);
    let part = |part: &str| !part.is_empty() && part.bytes().all(plain);
    (name.len() <= HOST_BYTES_MAX && name.split('.').all(part)).then_some(name)
}

/// Whether an address is that of another machine and more than a link away.
fn is_elsewhere(address: IpAddr) -> bool {
    let near = match address {
        IpAddr::V4(v4) => {
            v4.octets()[0] == 0 || v4.is_link_local() || v4.is_broadcast() || v4.is_loopback()
        }
        IpAddr::V6(v6) => v6.is_unspecified() || v6.is_unicast_link_local() || v6.is_loopback(),
    };
    !near && !address.is_multicast()
}

impl fmt::Display for NetPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            return write!(f, "[{}]:{}", self.host, self.port);
        }
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_one_name() {
        let parse = |text: &str| NetPlace::parse(text, 443).map(|place| place.to_string());
        for (text, place) in [
            ("api.Example.com", "api.example.com:443"),
            ("api.example.com.:8080", "api.example.com:8080"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("[::1]:8080", "[::1]:8080"),
            ("[0:0:0:0:0:0:0:1]", "[::1]:443"),
            ("[2001:DB8::1]:65535", "[2001:db8::1]:65535"),
            ("my_gateway.internal:00080", "my_gateway.internal:80"),
        ] {
            assert_eq!(parse(text).as_deref(), Some(place), "{text}");
        }
        for bad in [
            "",
            ".",
            ":1",
            "a:",
            "a:0",
            "a:65536",
            "a:+1",
            "a: 1",
            "a b",
            "a/b",
            "u@a",
            "::1",
            "[a]:1",
            "[::1]x",
            "[::1",
            "[::1%lo]:1",
            "[127.0.0.1]:1",
            "*.a",
            "a:1:2",
            "a..b",
            "a..",
            ".a",
            "a\0b",
            "a\r\nb",
            "ä.de",
            "a%2eb",
            "a\\b",
        ] {
            assert_eq!(parse(bad), None, "{bad:?}");
        }
        assert_eq!(parse(&"a".repeat(254)), None);
        assert_eq!(NetPlace::parse("a", 0), None);
        assert_eq!(NetPlace::parse("a:7", 0).unwrap().port(), 7);
        let of_url = |url: &str| NetPlace::of_url(url).map(|place| place.to_string());
        assert_eq!(
            of_url("https://a.example.com/v1?x#y").as_deref(),
            Some("a.example.com:443")
        );
        assert_eq!(
            of_url("http://a.example.com:1/v1").as_deref(),
            Some("a.example.com:1")
        );
        for bad in [
            "ftp://a.example.com",
            "a.example.com",
            "https://user@a.example.com/",
            "https:///a",
            "https://a\\@b",
        ] {
            assert_eq!(of_url(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_never_leads_to_this_machine_or_its_link() {
        let may = |place: &str, address: &str| {
            let place = NetPlace::parse(place, 443).unwrap();
            place.may_be_at(address.parse().unwrap())
        };
        for far in [
            "93.184.216.34",
            "10.0.0.7",
            "192.168.1.9",
            "2606:2800::1",
            "fd00::7",
        ] {
            assert!(may("api.example.com", far), "{far}");
        }
        for near in [
            "127.0.0.1",
            "127.8.9.10",
            "0.0.0.0",
            "0.1.2.3",
            "169.254.169.254",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:169.254.169.254",
        ] {
            for name in ["api.example.com", "127.1", "2130706433", "x.localhost"] {
                assert!(!may(name, near), "{name} at {near}");
            }
        }
        assert!(may("localhost", "127.0.0.1") && may("LOCALHOST.", "::1"));
        assert!(!may("localhost", "10.0.0.7"));
        assert!(may("127.0.0.2", "127.0.0.2") && !may("127.0.0.2", "127.0.0.1"));
        assert!(may("169.254.1.1", "169.254.1.1") && may("[fe80::1]", "fe80::1"));
        let own = |text: &str| NetPlace::parse(text, 1).unwrap().is_this_machine();
        assert!(own("localhost") && own("127.0.0.1") && own("[::1]"));
        assert!(!own("127.0.0.2") && !own("a.localhost") && !own("127.1"));
    }
}
