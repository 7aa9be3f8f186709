//! The real binary: what it prints, how it ends, what it leaves on disk. One file for each verb or concern.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::panic,
    clippy::print_stdout,
    reason = "a wait that is over says what it waited for; what acp printed is shown when a test fails"
)]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts processes and writes files itself"
)]

mod agents;
mod away;
mod calls;
mod damage;
mod demo;
mod doctor;
mod env;
mod fsck;
mod hostile_agent;
mod hostile_text;
mod in_run;
mod life;
mod outbox;
mod pages;
mod plain;
mod policy;
mod pr_risk;
mod profile;
mod remote_init;
mod repo;
mod report;
mod screens;
mod state;
mod upkeep;
mod verbs;
