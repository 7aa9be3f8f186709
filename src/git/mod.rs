//! git's plumbing for acp's own repositories and the local forge: a clean environment, facts of a diff, refs read without
//! a process, merges without a worktree.
//!
//! Nothing here trusts a repository's configuration, hooks, attributes or the user's own settings: see [`Git`] for what
//! every call has in common, and [`restore`] for how a repository that agents could write to is put back in order.

mod bundle;
mod call;
mod clone;
mod command;
mod commit;
mod diff;
mod error;
mod house;
mod locks;
mod make;
mod merge;
mod refs;
mod replay;
mod scan;
mod secrets;
#[cfg(any(test, feature = "test-hooks"))]
pub mod sim_refs;
#[cfg(any(test, feature = "test-hooks"))]
pub mod testing;
mod worktree;

pub use bundle::flaw_of_bundle;
pub use call::{Call, Ran};
pub use clone::{clone_bare, clone_bare_from};
pub use command::Git;
pub use commit::{Person, commit_tree, tree_of, without_commit};
pub use diff::{diff_facts, diff_facts_of_names};
pub use error::GitError;
pub use house::{is_in_order, restore};
pub use locks::remove_stale_locks;
pub use make::{Merge, Merged, make_merge};
pub use merge::{Joined, is_ancestor, join, mergeable, update_ref};
pub use refs::{Head, list_below, list_heads, list_loose_heads, read_head, read_ref};
pub use scan::{HunkFacts, scan_hunks};
pub use worktree::{check_out, record_worktree};
