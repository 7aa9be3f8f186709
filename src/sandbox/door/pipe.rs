//! Two connections as one.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::thread;

/// Hands on what comes from either to the other, until both have said all.
///
/// # Errors
/// There was no thread for it.
pub(super) fn both(inner: &UnixStream, outer: &TcpStream) -> io::Result<()> {
    thread::scope(|scope| {
        let back = move || {
            let _broken = io::copy(&mut &*outer, &mut &*inner);
            // What is closed already need not be.
            let _gone = inner.shutdown(Shutdown::Write);
        };
        thread::Builder::new().spawn_scoped(scope, back)?;
        let copied = io::copy(&mut &*inner, &mut &*outer);
        let end = match copied {
            Ok(_) => Shutdown::Write,
            Err(_) => Shutdown::Both,
        };
        let _gone = outer.shutdown(end);
        Ok(())
    })
}
