//! What the forges behind HTTP have in common: one client that keeps to the limits, knows conditional requests, and says
//! in the port's words what became of a call; one account of what is still allowed, shared by all processes of a user;
//! and the pure part of both adapters: marks, markers, labels, checks, files.

mod access;
pub(in crate::forge) mod address;
pub(in crate::forge) mod adopt;
pub(in crate::forge) mod checks;
mod client;
mod endpoints;
mod file_governor;
pub(in crate::forge) mod files;
mod governor;
mod installation;
mod labels;
mod limits;
pub(in crate::forge) mod mark;
pub(in crate::forge) mod roles;
mod token;
mod vocabulary;
pub(in crate::forge) mod watch;

pub use access::{Access, Permission, check};
pub use client::{Account, Answer, Client, Found, Fresh, Link, Scheme, Validator};
pub use endpoints::{Addresses, repository_in};
pub use file_governor::{Block, FileGovernor, blocks};
pub use governor::{Cost, Governor};
pub use limits::Limits;
pub use token::{FoundToken, Token};
pub use vocabulary::make_labels;

pub(in crate::forge) use installation::viewer_of_installation;
pub(in crate::forge) use labels::LabelDiff;
