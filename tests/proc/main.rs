//! Real processes: started, attended to, ended. Shell scripts play the children; that one lives is shown by a FIFO that
//! it and its children hold open for writing, so that their end is seen as the end of that stream and not by waiting.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "a panic is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "test files need not survive a crash"
)]

mod detached;
mod entry;
mod quick;
mod supervised;
mod tree;
mod world;
