//! The repository adapter on real git, against worktrees in which an agent did its worst.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(clippy::panic, reason = "the message of a failed test")]

mod commit;
mod git_server;
mod hostile;
mod http;
mod lifecycle;
mod rescue;
mod survey;
mod world;
