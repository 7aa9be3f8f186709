//! Only this module starts and ends processes.
//!
//! There are three ways to start one: [`Cmd::capture`] for a quick child of acp itself (git, a probe), [`detach`] for
//! a process that outlives its launcher (the supervisor of a run), and [`supervise`] for one child of a run (setup,
//! agent, verify command). Every child leads a process group of its own and has no standard stream of acp's, save for the
//! one command of [`foreground`], which a person or an agent typed after a verb of acp.
//!
//! What holds where:
//!
//! | | Linux with a writable cgroup v2 | Linux | others (macOS) |
//! |---|---|---|---|
//! | a process belongs to a run by | its cgroup, and all to the right | the marker in its environment, the leader's group or session, its ancestry, or that it was left to the supervisor as the nearest subreaper | the leader's group, its ancestry while the parent lives |
//! | escapes with a new session and a clean environment | no | not while `supervise` runs; once the supervisor is dead, if its parent is dead too | yes, once its parent is dead |
//! | is signalled through | `cgroup.kill`, pidfd | pidfd, so that a pid that was given away is never hit | its pid, after a look at its start time |
//! | a reused pid is told by | start time in ticks, boot id | the same | start time in seconds |
//!
//! A process that root moved out of the cgroup is still found by the other marks. Descriptors that acp opens are
//! closed on exec; [`detach`] also closes those that acp itself was given by a careless parent.

mod cmd;
mod detach;
mod entry;
mod error;
mod exec;
mod find;
mod foreground;
mod interrupt;
#[cfg(target_os = "linux")]
mod linux;
mod mark;
#[cfg(any(not(target_os = "linux"), test))]
#[cfg_attr(
    target_os = "linux",
    expect(dead_code, reason = "compiled on Linux so that its parser is tested")
)]
mod portable;
mod pump;
mod quick;
mod redact;
mod shapes;
mod start;
mod supervised;
mod tree;

#[cfg(target_os = "linux")]
use linux as os;
#[cfg(not(target_os = "linux"))]
use portable as os;

pub use cmd::Cmd;
pub use detach::{Detached, detach, expect_supervisor};
pub use entry::Entry;
pub use error::{Exit, ProcError};
pub use exec::{become_command, start_beside};
pub use find::{find_program, missing_interpreter};
pub use foreground::foreground;
pub use interrupt::Interrupts;
pub use mark::{EndSignal, ProcessMark, find_marked, find_with, kill_pid, signal_pid};
pub use quick::{Output, Quick};
pub use redact::{REDACTED, Redactor};
pub use shapes::{
    AWS_KEY, AWS_KEY_CHARS, KEY_BEGIN, KEY_HEADER, KEY_KIND_BYTES_MAX, TOKENS, TokenShape,
    can_begin_secret, is_token_byte,
};
pub use supervised::{Ended, Limits, Report, Verdict, Watch, supervise};
pub use tree::{RunTree, Survivors, end_tree, members};
