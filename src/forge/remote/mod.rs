//! What the forges behind HTTP have in common: one client that keeps to the limits, knows conditional requests, and says
//! in the port's words what became of a call; one account of what is still allowed, shared by all processes of a user.

mod access;
mod address;
mod client;
mod file_governor;
mod governor;
mod limits;
mod token;

pub use access::{Access, Permission, check};
pub use address::{Addresses, repository_in};
pub use client::{Account, Answer, Client, Fresh, Link, Scheme, Validator};
pub use file_governor::{Block, FileGovernor, blocks};
pub use governor::{Cost, Governor};
pub use limits::Limits;
pub use token::{Found, Token};
