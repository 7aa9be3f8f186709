//! One suite over every forge: what passes rely on is the same everywhere.
#![expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod concurrency;
mod crashes;
mod faults;
mod fixture;
mod items;
mod merges;
mod pulls;
mod sync;

/// Runs each function of a module over each forge.
macro_rules! suite {
    ($module:ident: $($name:ident),* $(,)?) => {
        mod local {
            $(#[test] fn $name() { super::$name(&crate::fixture::Local::new()); })*
        }
        mod sim {
            $(#[test] fn $name() { super::$name(&crate::fixture::Sim::new()); })*
        }
    };
}
pub(crate) use suite;
