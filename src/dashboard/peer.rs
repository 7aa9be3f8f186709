//! Whose program is at the other end of a connection inside this machine. A port of the loopback is open to all of its
//! users; the state of acp is not.

use std::io::Read as _;
use std::net::{SocketAddr, TcpStream};

/// The most of the system's table that is read, in bytes: some 25,000 connections.
const TABLE_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// Whether it is known to be neither this user's nor the administrator's. Where the system does not tell, as on macOS, it
/// is not known.
pub(super) fn is_of_another_user(stream: &TcpStream) -> bool {
    let own = rustix::process::getuid().as_raw();
    user_at(stream).is_some_and(|user| user != own && user != 0)
}

fn user_at(stream: &TcpStream) -> Option<u32> {
    let (here, there) = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
    let file = std::fs::File::open("/proc/net/tcp").ok()?;
    let mut table = String::new();
    file.take(TABLE_BYTES_MAX).read_to_string(&mut table).ok()?;
    user_in(&table, there, here)
}

/// The user of the connection from `local` to `remote`, in the table as Linux writes it.
fn user_in(table: &str, local: SocketAddr, remote: SocketAddr) -> Option<u32> {
    let (local, remote) = (entry(local)?, entry(remote)?);
    table.lines().find_map(|line| {
        let mut words = line.split_ascii_whitespace().skip(1);
        let found = words.next()? == local && words.next()? == remote;
        // State, queues, timer and retries are between.
        found.then(|| words.nth(4)?.parse().ok()).flatten()
    })
}

/// The address as it stands there: the bytes as a number of this machine, then the port.
fn entry(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else {
        return None;
    };
    let number = u32::from_ne_bytes(address.ip().octets());
    Some(format!("{number:08X}:{:04X}", address.port()))
}

#[cfg(test)]
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
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_connection_of_this_process_is_its_own_users() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().unwrap();
        assert_eq!(user_at(&stream), Some(rustix::process::getuid().as_raw()));
        assert!(!is_of_another_user(&stream));
    }
}
