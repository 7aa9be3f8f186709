//! The binary from end to end against forges behind sockets, and beside programs that others wrote: prism with GitHub's and
//! Forgejo's descriptions, `emulate`, `gh` and `gitea-js`. Needs what `tests/tools/install forge forgejo` installs, and `gh`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failed unwrap is a failed test; what was said is shown when one fails"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files itself"
)]

mod calls;
mod clients;
mod crashes;
mod emulate;
mod faults;
mod home;
mod judge;
mod life;
mod limits;
mod limits_of_trust;
mod permissions;
mod prism;
mod programs;
mod refusals;
mod running;
mod slack;
mod tap;
mod token;
mod wire;
