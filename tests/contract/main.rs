//! One suite over every forge: what passes rely on is the same everywhere.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and reads the environment itself"
)]
#![cfg_attr(
    feature = "real-programs",
    expect(clippy::panic, reason = "a program that does not start fails the test")
)]
mod both;
mod concurrency;
mod crashes;
#[cfg(feature = "real-programs")]
mod described;
mod exchanges;
mod faults;
mod fixture;
mod gitea;
mod github;
mod items;
#[cfg(feature = "real-programs")]
#[path = "../independent/judge.rs"]
mod judge;
mod merges;
mod pulls;
mod remote;
#[cfg(feature = "real-programs")]
#[path = "../independent/running.rs"]
mod running;
mod sync;
#[cfg(feature = "real-programs")]
#[path = "../independent/tap.rs"]
mod tap;
#[cfg(feature = "real-programs")]
#[path = "../independent/wire.rs"]
mod wire;

/// Runs each function of a module over each forge; those after `kept_here` only over the forges that acp keeps itself, for
/// what others do in their own way.
macro_rules! suite {
    ($module:ident: $($name:ident),* $(,)? $(; kept_here: $($own:ident),* $(,)?)?) => {
        mod local {
            $(#[test] fn $name() { super::$name(&crate::fixture::Local::new()); })*
            $($(#[test] fn $own() { super::$own(&crate::fixture::Local::new()); })*)?
        }
        mod sim {
            $(#[test] fn $name() { super::$name(&crate::fixture::Sim::new()); })*
            $($(#[test] fn $own() { super::$own(&crate::fixture::Sim::new()); })*)?
        }
        mod github {
            $(#[test] fn $name() { super::$name(&crate::remote::Remote::github()); })*
        }
        mod gitea {
            $(#[test] fn $name() { super::$name(&crate::remote::Remote::gitea()); })*
        }
    };
}
pub(crate) use suite;
