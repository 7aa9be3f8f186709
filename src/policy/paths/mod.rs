//! Which files a set of path patterns finds.
//!
//! There is one matcher for everything: forbidden and protected paths and the classes of risk. Its rules:
//!
//! - A pattern is tried at the root and below every folder, without regard to case, on both names of a rename.
//! - `*` and `?` stay within a folder, `**` (alone between slashes) crosses folders; `[a-z]` and `{a,b}` work too.
//! - `foo/` and `foo/**` are what is in `foo`, and `foo` itself, which may have become a link or a submodule.
//! - A pattern of one part (`.env*`), and one that ends in a plain name (`config/keys`), covers a folder of that name too.
//! - What no pattern can mean is an error, never a pattern that silently finds nothing.

mod name;
mod pattern;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

use crate::domain::FileChange;

pub(super) use name::Name;
use pattern::{Parsed, Pattern};

/// A path pattern that cannot mean anything.
#[derive(thiserror::Error, Debug, Clone, PartialEq, Eq)]
#[error("path pattern `{}`: {reason}", .pattern.escape_debug())]
pub struct BadPattern {
    /// The pattern as it was written.
    pub pattern: String,
    /// What is wrong with it, and what to write instead.
    pub reason: String,
}

/// Patterns, ready to be tried.
#[derive(Debug, Clone, Default)]
pub struct PathSet {
    plain: Vec<Pattern>,
    /// Patterns with `[` or `{`; none of them in nearly every profile, and then nothing is compiled.
    globs: Option<GlobSet>,
}

impl PathSet {
    /// A set of `patterns`; it finds what any of them finds.
    pub fn new<S: AsRef<str>>(patterns: &[S]) -> Result<Self, BadPattern> {
        let mut plain = Vec::with_capacity(patterns.len());
        let mut globs = GlobSetBuilder::new();
        let mut any_glob = false;
        for text in patterns {
            let Parsed { pattern, glob } = Parsed::new(text.as_ref())?;
            plain.push(pattern);
            for glob in glob {
                globs.add(
                    compile(&glob).map_err(|error| bad(text.as_ref(), error.kind().to_string()))?,
                );
                any_glob = true;
            }
        }
        let globs = match (any_glob, patterns.last()) {
            (true, Some(last)) => Some(
                globs
                    .build()
                    .map_err(|e| bad(last.as_ref(), e.kind().to_string()))?,
            ),
            _ => None,
        };
        Ok(Self { plain, globs })
    }

    /// Whether any pattern finds `path`.
    pub fn matches(&self, path: &str) -> bool {
        self.finds(&Name::new(path))
    }

    /// One name of each file that a pattern finds, in the order of the files: the one that was found, or the present one
    /// when both were.
    pub fn touched<'a>(&self, files: &'a [FileChange]) -> Vec<&'a str> {
        let found = |file: &'a FileChange| file.names().find(|name| self.matches(name));
        files.iter().filter_map(found).collect()
    }

    /// [`PathSet::matches`] for a path that is tried with several sets.
    pub(super) fn finds(&self, name: &Name) -> bool {
        self.plain.iter().any(|pattern| pattern.finds(name))
            || self
                .globs
                .as_ref()
                .is_some_and(|set| name.as_globs().any(|text| set.is_match(text)))
    }
}

fn compile(glob: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(glob)
        .literal_separator(true)
        .backslash_escape(false)
        .empty_alternates(true)
        .build()
}

fn bad(pattern: &str, reason: impl Into<String>) -> BadPattern {
    BadPattern {
        pattern: pattern.to_owned(),
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests;
