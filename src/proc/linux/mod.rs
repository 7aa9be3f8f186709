//! Linux: `/proc`, pidfd, the subreaper and cgroup v2.

mod cgroup;
mod orphans;
mod table;

pub(super) use cgroup::{Cgroup, Inside};
pub(super) use orphans::{adopt_orphans, reap_orphans};
pub(super) use table::{
    boot_id, exit_fd, has_variable, inheritable_fds, is_namespace_init, row, rows, signal, variable,
};
