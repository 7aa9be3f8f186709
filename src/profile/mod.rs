//! A profile: one repository under control. Layers of settings become `domain::Rules`, and each value knows its layer.
//!
//! Lowest first: `defaults.yaml`, which is compiled in; `[profile]` in `config/config.toml`;
//! `config/profiles/<id>.yaml`; environment; flags. Scalars and lists replace, groups merge. Whatever is wrong is
//! collected and reported at once, with file, line and what was probably meant. Nothing here writes a file.

mod built_in;
mod detect;
mod error;
mod hint;
mod keys;
mod layer;
mod load;
mod merge;
mod portable;
mod resolve;
mod scalars;
mod schema;
mod schema_words;
mod shape;
mod starter;
mod tree;
mod tree_line;
mod tree_toml;
mod units;
mod validate;
mod validate_agents;
mod validate_forge;
mod validate_notify;
mod validate_policy;
mod validate_sandbox;
mod write;

pub use built_in::built_in_json;
pub use detect::{Detected, detect_verify};
pub use error::{Problem, ProfileError, Result};
pub use keys::keys_in_words;
pub use layer::{DEFAULTS, ENVIRONMENT, Origin, Overrides, default_path_rules};
pub use load::{Profile, list, load, load_text, profile_path, profiles_dir, select};
pub use portable::{Exported, MachinePath, export, machine_paths, secrets_in, with_checkout};
pub use schema::{AGENTS_WITH_HOSTS, KNOWN_AGENTS, ProfileFile, schema_json};
pub use starter::{Starter, starter_issues};
pub use units::{
    dollars_text, duration_text, parse_dollars, parse_duration, parse_size, size_text,
};
pub use write::{NewProfile, render};

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_bad;
#[cfg(test)]
mod tests_files;
