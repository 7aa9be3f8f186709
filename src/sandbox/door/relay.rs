//! The inner side of a door: a port on the loopback of a network that has nothing else, for clients that know HTTP proxies.

use std::ffi::OsString;
use std::io;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{CONNECTIONS_MAX, VERB, knock, pipe};
use crate::proc;

/// Variables by which programs find a proxy.
const PROXY: &[&str] = &["HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"];
/// Variables that would send a program past it.
const PAST: &[&str] = &["ALL_PROXY", "NO_PROXY", "all_proxy", "no_proxy"];
/// Makes Node's own client look at the former.
const NODE: &str = "NODE_USE_ENV_PROXY";

/// Opens the port, has another process of `acp` attend to it, and becomes the command `argv`. Returns only why it cannot.
pub fn relay(acp: &Path, folder: &Path, argv: &[OsString]) -> io::Error {
    let listener = match TcpListener::bind("127.0.0.1:0") {
        Ok(listener) => listener,
        Err(error) => return error,
    };
    let address = match listener.local_addr() {
        Ok(address) => format!("http://{address}"),
        Err(error) => return error,
    };
    let attend = [VERB.into(), folder.into()];
    if let Err(error) = proc::leave_running(acp, &attend, listener.into()) {
        return error;
    }
    let set = PROXY.iter().map(|name| (*name, Some(address.as_str())));
    let unset = PAST.iter().map(|name| (*name, None));
    let vars: Vec<_> = set.chain(unset).chain([(NODE, Some("1"))]).collect();
    proc::become_command(argv, &vars)
}

/// Attends to the port that is this process's standard input, until it is ended.
pub fn serve(folder: &Path) -> io::Result<()> {
    let listener = TcpListener::from(proc::own_stdin()?);
    let open = Arc::new(AtomicUsize::new(0));
    for stream in listener.incoming() {
        let Ok(stream) = stream else { continue };
        if open.fetch_add(1, Ordering::SeqCst) >= CONNECTIONS_MAX {
            open.fetch_sub(1, Ordering::SeqCst);
            continue;
        }
        let (folder, open) = (folder.to_owned(), Arc::clone(&open));
        std::thread::spawn(move || {
            // The client sees a connection that ends.
            let _broken = knock(&folder).and_then(|outer| pipe::both(outer, stream));
            open.fetch_sub(1, Ordering::SeqCst);
        });
    }
    Ok(())
}
