//! Small worlds, and the plan for each.

mod away;
mod given_up;
mod issues;
mod judgements;
mod labels;
mod launches;
mod news;
mod pulls;
mod repairs;
mod reviews;
mod rounds;
mod trust;
mod world;
