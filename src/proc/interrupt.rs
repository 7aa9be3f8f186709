//! Being asked to end: a process that works in turns finishes the one that it is at.

use std::io::{self, PipeReader, Read as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use super::start::{is_ready, pipe, poll};

/// From its making on the first TERM or INT of this process is only noted; a second one ends it as ever.
#[derive(Debug)]
pub struct Interrupts {
    asked: Arc<AtomicBool>,
    wakes: PipeReader,
}

impl Interrupts {
    /// Begins to listen. For a process that is about to work in turns; it listens until it ends.
    ///
    /// # Errors
    /// The system refuses a pipe or a handler.
    pub fn listen() -> io::Result<Self> {
        let asked = Arc::new(AtomicBool::new(false));
        let (wakes, write) = pipe()?;
        for signal in [SIGTERM, SIGINT] {
            // In this order, so that the first one finds the flag down.
            flag::register_conditional_default(signal, Arc::clone(&asked))?;
            flag::register(signal, Arc::clone(&asked))?;
            low_level::pipe::register(signal, std::os::fd::OwnedFd::from(write.try_clone()?))?;
        }
        Ok(Self { asked, wakes })
    }

    /// Whether somebody has asked.
    pub fn asked(&self) -> bool {
        self.asked.load(Ordering::SeqCst)
    }

    /// Waits up to `limit` for somebody to ask; whether somebody has.
    pub fn wait(&self, limit: Duration) -> bool {
        if self.asked() {
            return true;
        }
        let mut fds = [PollFd::new(&self.wakes, PollFlags::IN)];
        // An interrupted wait is a short one.
        if matches!(poll(&mut fds, limit), Ok(1..)) && is_ready(&fds[0]) {
            let mut byte = [0_u8; 16];
            // The flag says it; the byte has done its work.
            let _woken = (&self.wakes).read(&mut byte);
        }
        self.asked()
    }
}
