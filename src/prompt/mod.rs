//! The text that an agent gets: the contract, the checks that the host will run, and the item's text as quoted data.
//!
//! A template is trusted; what is put into it is not. Values are never read as a template, and text of the forge
//! comes with a border that it cannot close.

mod quote;
mod render;

pub use render::{PromptError, PromptInput, TEMPLATES, render, template_name};
