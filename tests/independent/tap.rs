//! Stands between acp and a program, and sees or changes what goes through.

use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::wire::Message;

/// A server that hands every request to a function; it takes no more once this is dropped.
pub(crate) struct Tap {
    address: String,
    stop: Arc<AtomicBool>,
}

impl Tap {
    /// `None` from `answer` closes the connection without a word.
    pub(crate) fn start(
        answer: impl Fn(Message) -> Option<Message> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let stop = Arc::new(AtomicBool::new(false));
        let (ended, answer) = (Arc::clone(&stop), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let answer = Arc::clone(&answer);
                std::thread::spawn(move || {
                    let message = Message::read(&stream)?;
                    // Whoever asked may be gone: that is its business.
                    answer(message)?.write(&stream).ok()
                });
            }
        });
        Self { address, stop }
    }

    /// `http://127.0.0.1:PORT`
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(&self.address));
    }
}
