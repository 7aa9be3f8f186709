//! Two connections as one.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;

/// Hands on what comes from either to the other, until both have said all.
pub(super) fn both(inner: UnixStream, outer: TcpStream) -> io::Result<()> {
    let (mut from_outer, mut to_inner) = (outer.try_clone()?, inner.try_clone()?);
    let back = std::thread::spawn(move || {
        let _broken = io::copy(&mut from_outer, &mut to_inner);
        // What is closed already need not be.
        let _gone = to_inner.shutdown(Shutdown::Write);
    });
    let (mut from_inner, mut to_outer) = (inner, outer);
    let copied = io::copy(&mut from_inner, &mut to_outer);
    let _gone = to_outer.shutdown(Shutdown::Write);
    if copied.is_err() {
        let _gone = to_outer.shutdown(Shutdown::Both);
    }
    let _ended = back.join();
    Ok(())
}
