//! The library behind the `acp` binary, in reading order: what a thing is (`domain`), what should happen (`policy`,
//! `engine`), and how it is done (`store`, `forge`, `worker`, …). It exists so that tests and the binary share one
//! crate; it has no stability promise. `ARCHITECTURE.md` is the map, `tests/tidy` holds the layer table.
#![doc(hidden)]

pub mod agent;
pub mod cli;
pub mod commands;
pub mod dashboard;
pub mod domain;
pub mod durable;
pub mod engine;
pub mod forge;
pub mod git;
pub mod http;
pub mod notify;
pub mod policy;
pub mod proc;
pub mod profile;
pub mod prompt;
pub mod sandbox;
pub mod service;
pub mod store;
pub mod sys;
pub mod ui;
pub mod vcs;
pub mod worker;
