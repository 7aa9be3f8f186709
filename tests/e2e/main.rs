//! The real binary: what it prints, how it ends, what it leaves on disk. One file for each verb or concern.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]

mod calls;
mod demo;
mod env;
mod life;
mod pages;
mod policy;
mod pr_risk;
mod repo;
mod report;
