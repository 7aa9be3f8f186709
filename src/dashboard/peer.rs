//! Whose program is at the other end of a connection inside this machine. A port of the loopback is open to all of its
//! users; the state of acp is not.

use std::io::{self, Read as _};
use std::net::{IpAddr, SocketAddr, TcpStream};

/// The tables of Linux: a socket of the newer protocol that speaks the older one stands in the second.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The most of one of them that is read, in bytes: some 25,000 connections.
const TABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// How often they are read until the connection is found: one that changes meanwhile may leave out a line.
const LOOKS_MAX: u32 = 3;

/// Who is at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Peer {
    /// The user of this number.
    User(u32),
    /// The system tells, and not of this connection.
    Unknown,
    /// The system does not tell, as on macOS.
    Untold,
}

/// Whether it is, or may be, neither this user nor the administrator. Where the system tells of nobody, everybody may come.
pub(super) fn is_of_another_user(stream: &TcpStream) -> bool {
    let own = rustix::process::getuid().as_raw();
    match peer_of(stream) {
        Peer::User(user) => user != own && user != 0,
        Peer::Unknown => true,
        Peer::Untold => false,
    }
}

fn peer_of(stream: &TcpStream) -> Peer {
    let (Ok(here), Ok(there)) = (stream.local_addr(), stream.peer_addr()) else {
        return Peer::Unknown;
    };
    let mut seen = Peer::Untold;
    for _ in 0..LOOKS_MAX {
        seen = look(&TABLES, there, here);
        if seen != Peer::Unknown {
            break;
        }
    }
    seen
}

/// One look into the tables. One that is not there is no table of this system; one that cannot be read hides everybody.
fn look(tables: &[&str], there: SocketAddr, here: SocketAddr) -> Peer {
    let mut seen = Peer::Untold;
    for table in tables {
        match read(table) {
            Ok(text) => match user_in(&text, there, here) {
                Some(user) => return Peer::User(user),
                None => seen = Peer::Unknown,
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(_) => seen = Peer::Unknown,
        }
    }
    seen
}

/// The lines of a table that are whole.
fn read(table: &str) -> io::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(table)?;
    file.take(TABLE_BYTES_MAX).read_to_string(&mut text)?;
    text.truncate(text.rfind('\n').map_or(0, |end| end + 1));
    Ok(text)
}

/// The user of the connection from `local` to `remote`, in a table as Linux writes it.
fn user_in(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (Entry::of(local), Entry::of(remote));
    table.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace().skip(1);
        let found = local.is(words.next()?) && remote.is(words.next()?);
        // State, queues, timer and retries are between.
        found.then(|| words.nth(4)?.parse().ok()).flatten()
    })
}

/// An address as it stands there, in the shorter table and in the longer one: the bytes as numbers of this machine, then the
/// port.
struct Entry(Option<String>, String);

impl Entry {
    fn of(address: SocketAddr) -> Self {
        let port = address.port();
        let ip = address.ip().to_canonical();
        let short = match ip {
            IpAddr::V4(ip) => Some(format!(
                "{:08X}:{port:04X}",
                u32::from_ne_bytes(ip.octets())
            )),
            IpAddr::V6(_) => None,
        };
        let long = match ip {
            IpAddr::V4(ip) => ip.to_ipv6_mapped(),
            IpAddr::V6(ip) => ip,
        };
        let bytes = long.octets();
        let (words, _) = bytes.as_chunks::<4>();
        let words = words.iter().map(|word| u32::from_ne_bytes(*word));
        let hex: Vec<String> = words.map(|word| format!("{word:08X}")).collect();
        Self(short, format!("{}:{port:04X}", hex.concat()))
    }

    fn is(&self, word: &str) -> bool {
        self.0.as_deref() == Some(word) || self.1 == word
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "the tables of the kernel are made by hand"
)]
mod tests {
    use super::*;

    #[cfg(target_endian = "little")]
    #[test]
    fn the_user_of_a_connection_stands_in_the_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:223D 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0 100 0 0 10 0\n   \
            1: 0100007F:223D 0100007F:A1B2 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0 20 4 30 10 -1\n   \
            2: 0100007F:A1B2 0100007F:223D 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0 20 4 30 10 -1\n";
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (here, there) = (at(0x223D), at(0xA1B2));
        assert_eq!(user_in(table, there, here), Some(1001));
        assert_eq!(user_in(table, here, there), Some(1000));
        assert_eq!(user_in(table, at(1), here), None);
        assert_eq!(user_in("", there, here), None);
        assert_eq!(user_in("garbage\n 1: 0100007F:A1B2\n", there, here), None);
        let mapped = "   0: 0000000000000000FFFF00000100007F:A1B2 0000000000000000FFFF00000100007F:223D 01 \
            00000000:00000000 00:00000000 00000000  1002        0 13 1 0 20 4 30 10 -1\n";
        assert_eq!(user_in(mapped, there, here), Some(1002));
        assert_eq!(user_in(mapped, here, there), None);
    }

    #[test]
    fn who_is_in_no_table_is_unknown_and_without_a_table_nobody_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let (short, long, none) = (path("tcp"), path("tcp6"), path("none"));
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let seen = |tables: &[&str]| look(tables, at(1), at(2));
        assert_eq!(seen(&[&none, &none]), Peer::Untold);
        std::fs::write(&short, "  sl  local_address\n").unwrap();
        assert_eq!(seen(&[&short, &none]), Peer::Unknown);
        // More than is read: nobody can tell what the rest says.
        let line = "   0: 0100007F:223D 00000000:0000 0A 0:0 0:0 0  1000 0 11\n";
        let lines = usize::try_from(TABLE_BYTES_MAX).unwrap() / line.len() + 2;
        std::fs::write(&long, line.repeat(lines)).unwrap();
        assert_eq!(seen(&[&short, &long]), Peer::Unknown);
        // A folder cannot be read.
        assert_eq!(seen(&[&folder.path().display().to_string()]), Peer::Unknown);
    }

    /// The last line may be cut within the number of its user.
    #[cfg(target_endian = "little")]
    #[test]
    fn a_line_that_is_cut_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let table = folder.path().join("tcp").display().to_string();
        let line = "   0: 0100007F:0001 0100007F:0002 01 0:0 0:0 0  1000";
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        std::fs::write(&table, line).unwrap();
        assert_eq!(look(&[&table], at(1), at(2)), Peer::Unknown);
        std::fs::write(&table, format!("{line} 0 1\n")).unwrap();
        assert_eq!(look(&[&table], at(1), at(2)), Peer::User(1000));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_this_process_is_its_own_users() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(peer_of(&stream), own());
        assert!(!is_of_another_user(&stream));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_the_newer_protocol_to_the_older_address_is_found_too() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _client = TcpStream::connect(format!("[::ffff:127.0.0.1]:{port}")).unwrap();
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(peer_of(&stream), own());
    }

    #[cfg(target_os = "linux")]
    fn own() -> Peer {
        Peer::User(rustix::process::getuid().as_raw())
    }
}
