//! What the forges behind HTTP have in common: one client that keeps to the limits, knows conditional requests, and says
//! in the port's words what became of a call; one account of what is still allowed, shared by all processes of a user;
//! and the pure part of both adapters: marks, markers, labels, checks, files.

pub(in crate::forge) mod address;
pub(in crate::forge) mod adopt;
pub(in crate::forge) mod checks;
mod client;
pub(in crate::forge) mod files;
mod governor;
mod labels;
pub(in crate::forge) mod mark;
pub(in crate::forge) mod roles;
pub(in crate::forge) mod watch;

pub use client::{Account, Answer, Client, Found, Fresh, Link, Scheme, Validator};
pub use governor::{Cost, Governor};

pub(in crate::forge) use labels::LabelDiff;
