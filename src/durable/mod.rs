//! The only module that writes, renames, removes and locks files.
//!
//! Everything here is safe to kill at any instruction: a reader sees the old content or the new one, never half of it.
//! Every durable step is followed or preceded by a [`crash_point`], at which tests stop the process.

mod atomic;
pub mod crash;
mod dirs;
mod entry;
mod error;
mod inspect;
mod journal;
mod listing;
mod lock;
mod maildir;
mod order;
mod read;
mod record;
mod remove_tree;
#[cfg(any(test, feature = "test-hooks"))]
pub mod sim;

pub use atomic::{append_log, open_log, publish, write_atomic, write_quick, write_synced};
pub use crash::crash_point;
pub use dirs::{create_dirs, create_quick_dir, leftovers, move_dir, remove_file, sweep_leftovers};
pub use entry::OpenDir;
pub use error::{DurableError, Result};
pub use inspect::{Inspected, inspect, make_private};
pub use journal::{Journal, JournalRead};
pub use listing::{file_names, folder_names, tree_bytes};
pub use lock::{Holder, Lock, is_held, lock_for_reading, wait_until_free};
pub use maildir::{Enqueued, Entry, Maildir, Place};
pub use order::Rank;
#[cfg(any(test, feature = "test-hooks"))]
pub use order::as_other_process;
pub use read::{free_space_bytes, read_file, read_start, read_tail};
pub use record::{
    Versioned, decode_record, encode_record, read_record, write_record, write_record_synced,
};
pub use remove_tree::remove_tree;
