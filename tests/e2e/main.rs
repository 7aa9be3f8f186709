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
mod dashboard;
mod demo;
mod doctor;
mod doctor_state;
mod dry_run;
mod env;
mod fsck;
mod guided_init;
mod hostile_agent;
mod hostile_text;
mod in_run;
mod life;
mod notify;
#[path = "../fakes/notify.rs"]
mod notify_places;
mod outbox;
mod pages;
mod plain;
mod policy;
mod pr_risk;
mod profile;
mod profile_moves;
mod progress;
mod readme;
mod remote_init;
mod repo;
mod report;
mod reviews;
mod rounds;
mod screens;
mod second_life;
mod service;
mod shells;
mod state;
mod stop;
mod turns;
mod upkeep;
mod verbs;
mod why;
