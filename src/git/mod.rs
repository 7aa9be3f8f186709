//! git's plumbing for acp's own repositories and the local forge: a clean environment, facts of a diff, refs read without
//! a process, merges without a worktree.
//!
//! Nothing here trusts a repository's configuration, hooks, attributes or the user's own settings: see [`Git`] for what
//! every call has in common, and [`restore`] for how a repository that agents could write to is put back in order.

mod call;
mod command;
mod diff;
mod error;
mod house;
mod make;
mod merge;
mod refs;
mod scan;
mod secrets;
#[cfg(any(test, feature = "test-hooks"))]
pub mod testing;

pub use call::{Call, Ran};
pub use command::Git;
pub use diff::diff_facts;
pub use error::GitError;
pub use house::{clone_bare, remove_stale_locks, restore};
pub use make::{Merge, Merged, Person, commit_tree, make_merge, tree_of};
pub use merge::{Joined, is_ancestor, join, mergeable, update_ref};
pub use refs::{Head, list_heads, read_head, read_ref};
