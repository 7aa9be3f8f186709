//! git's plumbing for acp's own repositories and the local forge: a clean environment, facts of a diff, refs read without
//! a process, merges without a worktree.
