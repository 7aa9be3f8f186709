//! The verbs: one file each, with its arguments and what it gives back. A verb prints nothing and starts nothing by
//! itself; what it needs comes in the [`Session`].
//!
//! To add one: a file with a type that is `clap::Args` (or `clap::Subcommand` for a group) and [`Verb`], its `mod` line
//! here, and its line in [`GROUPS`].

mod advice;
mod agent;
mod board;
mod budget;
mod change;
mod complete;
mod completions;
mod control;
mod cooldown;
mod dashboard;
mod demo;
mod doctor;
mod fsck;
mod group;
mod heartbeat;
mod hold;
mod init;
mod issue;
mod item;
mod keep;
mod lease;
mod man;
mod notify;
mod outbox;
mod pr;
mod profile;
mod prompt;
mod report;
mod retry;
mod run;
mod sandbox_relay;
mod sent;
mod service;
mod session;
mod sight;
mod stats;
mod status;
mod stop;
mod sweep;
mod told;
mod usage;
mod why;

pub use completions::completion_script;
pub use control::{AgentCheck, Control, NotifierMaker, PromptMaker};
pub use doctor::{Apart, Machine, Reach};
pub use group::{Group, Verb};
pub use man::man_pages;
pub use session::{Checkout, Interrupted, Ports, Session};

/// Every verb or group of verbs of the first level, in the order of `acp --help`. Nothing of a group is built before it
/// is called, so that the size of the whole tree costs nothing.
pub const GROUPS: &[Group] = &[
    Group::verb::<demo::Demo>("demo", "Show the whole loop on a sample repository"),
    Group::verb::<demo::DemoAgent>("demo-agent", "The agent of the demonstration")
        .hidden()
        .in_run(),
    Group::verb::<init::Init>("init", "Put a repository under control"),
    Group::verb::<heartbeat::Heartbeat>("heartbeat", "Do one turn of the loop"),
    Group::verb::<status::Status>("status", "Show everything on one screen"),
    Group::verbs::<dashboard::Dashboard>("dashboard", "Watch everything in a browser"),
    Group::verb::<board::BoardVerb>("board", "Show the status board of all profiles"),
    Group::verb::<why::Why>("why", "Say why something does not move"),
    Group::verbs::<issue::Issue>("issue", "Issues: list, show, create, comment, label, close"),
    Group::verbs::<pr::Pr>("pr", "Look at pull requests and decide about them").sometimes_in_run(),
    Group::verbs::<run::Run>("run", "Runs: list, show, log, stop, drop"),
    Group::verb::<stop::Stop>("stop", "End every run and hold the profile"),
    Group::verbs::<hold::Hold>("hold", "Stop launches and merges, and let them go on"),
    Group::verbs::<outbox::Outbox>(
        "outbox",
        "Look at writes on their way, send them, give them up",
    ),
    Group::verbs::<notify::Notify>("notify", "Tell people, and look at what they were not told"),
    Group::verbs::<retry::Retry>("retry", "Look at failures and their waits, and forget them"),
    Group::verbs::<lease::Lease>(
        "lease",
        "Look at the claims of runs on items, and clear them",
    ),
    Group::verbs::<cooldown::Cooldown>("cooldown", "Look at what cools down, and end it"),
    Group::verbs::<budget::Budget>("budget", "Look at what today has cost, and start it anew"),
    Group::verb::<usage::Usage>("usage", "Show what runs have used, by day, backend or item"),
    Group::verbs::<agent::AgentVerb>("agent", "Look at the agents and how they are"),
    Group::verbs::<prompt::Prompt>("prompt", "Look at what agents are asked"),
    Group::verbs::<profile::Profile>(
        "profile",
        "Profiles: list, show, check, new, export, import, remove",
    ),
    Group::verbs::<service::Service>(
        "service",
        "Timers that start passes: install, status, start, stop, logs",
    ),
    Group::verb::<doctor::Doctor>("doctor", "Say what is wrong on this machine, and mend it"),
    Group::verb::<fsck::Fsck>("fsck", "Check the state against itself and the forge"),
    Group::verb::<heartbeat::Reconcile>("reconcile", "Draw the conclusions from runs that ended"),
    Group::verb::<sweep::Sweep>("sweep", "Clear up what is no longer needed"),
    Group::verbs::<report::Report>("report", "Say how a run ended (inside a run)").in_run(),
    Group::verb::<sandbox_relay::SandboxRelay>("sandbox-relay", "The way out of a sandbox")
        .hidden()
        .in_run(),
    Group::verb::<complete::Complete>("complete", "Answer a completion script")
        .hidden()
        .in_run(),
    Group::verb::<completions::Completions>("completions", "Print a completion script for a shell"),
    Group::verb::<man::Man>("man", "Print or write the manual pages"),
];
