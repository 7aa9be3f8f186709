//! The page of `acp dashboard serve` and the small server behind it: one connection, one thread, one request. It knows
//! nothing of runs and items: what there is to see, and what may be done, comes from a [`Site`].
//!
//! Nobody who connects can make it wait for long or grow: the number of connections, the size and the time of a request,
//! the time in which an answer must be taken, and the pace of events all have limits. There is nothing to shut down:
//! ending the process ends it.

mod feed;
mod guard;
mod peer;
mod reply;
mod request;
mod route;
mod server;

pub use server::{Door, serve};

/// What is shown, and what may be done.
pub trait Site: Sync {
    /// What there is to see now. It is asked at most once a second, however many look.
    ///
    /// # Errors
    /// Why nothing can be seen, as one line of JSON.
    fn look(&self) -> Result<Seen, String>;

    /// The end of what a run printed.
    fn log(&self, run: &str) -> Answer;

    /// Does what somebody with the token asks for, in JSON.
    fn act(&self, wish: &[u8]) -> Answer;
}

/// What there is to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// One line of JSON.
    pub json: String,
    /// The same for the same things seen, whenever that was.
    pub digest: String,
}

/// An answer of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// One line of JSON.
    pub json: String,
}
