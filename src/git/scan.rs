//! What the added lines of a patch say: words that define a database schema, and secrets.

use std::collections::BTreeSet;

use crate::domain::SecretHit;

use super::secrets::patterns_in;

/// What was found in a patch that was read to its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) ddl: bool,
    pub(super) secrets: Vec<SecretHit>,
}

/// Goes through a patch without context lines. `paths` are the files of its sections in order: a name in a header can be
/// made to look like anything, so headers are only counted. `None` when the patch is not what git writes.
pub(super) fn scan_patch(patch: &[u8], paths: &[&str]) -> Option<Found> {
    let mut ddl = false;
    let mut secrets = BTreeSet::new();
    let mut sections = paths.iter();
    let mut path = None;
    let mut left = Hunk::default();
    let mut words = SchemaWords::default();
    for line in patch.split_inclusive(|b| *b == b'\n') {
        if left.is_open() {
            let added = left.take(line)?;
            if !added.is_empty() {
                ddl = ddl || words.feed(added);
                let path: &str = path?;
                secrets.extend(patterns_in(added).map(|pattern| (path, pattern)));
            }
        } else if line.starts_with(b"diff --git ") {
            path = Some(*sections.next()?);
            words = SchemaWords::default();
        } else if line.starts_with(b"@@ ") {
            left = Hunk::parse(line)?;
        }
    }
    (!left.is_open() && sections.next().is_none()).then(|| Found {
        ddl,
        secrets: secrets.into_iter().map(secret_hit).collect(),
    })
}

/// What the hunks of one file say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HunkFacts {
    /// Whether an added line holds words that define a database schema.
    pub ddl: bool,
    /// The names of the patterns of secrets in added lines.
    pub secrets: Vec<&'static str>,
    /// How many lines are added.
    pub added: u64,
    /// How many lines are removed.
    pub removed: u64,
}

/// Goes through the hunks of one file, with or without context lines, as a forge lists them: no header before the first
/// `@@`. `None` when they are not whole.
pub fn scan_hunks(hunks: &[u8]) -> Option<HunkFacts> {
    let (mut ddl, mut added, mut removed) = (false, 0, 0);
    let mut secrets = BTreeSet::new();
    let mut left = Hunk::default();
    let mut words = SchemaWords::default();
    for line in hunks.split_inclusive(|b| *b == b'\n') {
        if left.is_open() {
            let text = left.take(line)?;
            added += u64::from(line.first() == Some(&b'+'));
            removed += u64::from(line.first() == Some(&b'-'));
            if !text.is_empty() {
                ddl = ddl || words.feed(text);
                secrets.extend(patterns_in(text));
            }
        } else if line.starts_with(b"@@ ") {
            left = Hunk::parse(line)?;
        } else if !line.starts_with(b"\\") {
            return None;
        }
    }
    (!left.is_open()).then(|| HunkFacts {
        ddl,
        secrets: secrets.into_iter().collect(),
        added,
        removed,
    })
}

fn secret_hit((path, pattern): (&str, &str)) -> SecretHit {
    SecretHit {
        path: path.to_owned(),
        pattern: pattern.to_owned(),
    }
}

/// How many lines of the hunk are still to come. Lines are counted, so that no content passes for a header.
#[derive(Debug, Default)]
struct Hunk {
    removed: u64,
    added: u64,
}

impl Hunk {
    /// `@@ -1,2 +3,4 @@ …`
    fn parse(line: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(line);
        let mut words = text.split(' ').skip(1);
        let removed = count(words.next()?.strip_prefix('-')?)?;
        let added = count(words.next()?.strip_prefix('+')?)?;
        Some(Self { removed, added })
    }

    fn is_open(&self) -> bool {
        self.removed > 0 || self.added > 0
    }

    /// Counts a line of the hunk; the text of an added one, nothing of another.
    fn take<'l>(&mut self, line: &'l [u8]) -> Option<&'l [u8]> {
        match line.split_first()? {
            (b'-', _) => self.removed = self.removed.checked_sub(1)?,
            (b'+', text) => {
                self.added = self.added.checked_sub(1)?;
                return Some(text);
            }
            (b' ', _) => {
                self.removed = self.removed.checked_sub(1)?;
                self.added = self.added.checked_sub(1)?;
            }
            // "\ No newline at end of file"
            (b'\\', _) => {}
            _ => return None,
        }
        Some(&[])
    }
}

fn count(range: &str) -> Option<u64> {
    range
        .split_once(',')
        .map_or(Some(1), |(_, n)| n.parse().ok())
}

const VERBS: &[&str] = &["create", "alter", "drop", "truncate", "rename", "add"];
const NOUNS: &[&str] = &[
    "table",
    "index",
    "schema",
    "database",
    "column",
    "view",
    "sequence",
    "constraint",
];
const BETWEEN: &[&str] = &[
    "or",
    "replace",
    "temp",
    "temporary",
    "global",
    "local",
    "unique",
    "unlogged",
    "external",
    "foreign",
    "materialized",
    "virtual",
    "concurrently",
    "clustered",
    "nonclustered",
    "fulltext",
    "spatial",
    "primary",
];
/// Words of migrations that are written in a programming language, where the two are one.
const JOINED: &[&str] = &[
    "createtable",
    "altertable",
    "droptable",
    "renametable",
    "createindex",
    "dropindex",
    "addcolumn",
    "altercolumn",
    "dropcolumn",
    "removecolumn",
    "renamecolumn",
    "changecolumn",
    "createmodel",
    "deletemodel",
    "addfield",
    "removefield",
    "alterfield",
    "renamefield",
];
/// The longest word that is looked at.
const WORD_BYTES_MAX: usize = 24;

/// Recognises a verb, then its noun, with filling words in between, also across lines: `CREATE UNIQUE INDEX`,
/// `create_table(`, `ADD COLUMN`, `addColumn(`.
#[derive(Debug, Default)]
struct SchemaWords {
    after_verb: bool,
}

impl SchemaWords {
    /// Takes the words of one line; whether they complete a match.
    fn feed(&mut self, line: &[u8]) -> bool {
        line.split(|b| !b.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .any(|word| self.word(word))
    }

    fn word(&mut self, word: &[u8]) -> bool {
        if word.len() > WORD_BYTES_MAX {
            self.after_verb = false;
            return false;
        }
        let lower = word.to_ascii_lowercase();
        let is_in = |list: &[&str]| list.iter().any(|w| w.as_bytes() == lower);
        let matched = (self.after_verb && is_in(NOUNS)) || is_in(JOINED);
        self.after_verb = is_in(VERBS) || (self.after_verb && is_in(BETWEEN));
        matched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ddl(text: &str) -> bool {
        let mut words = SchemaWords::default();
        text.lines().any(|line| words.feed(line.as_bytes()))
    }

    #[test]
    fn schema_words_are_found_in_sql_and_in_code() {
        for text in [
            "CREATE TABLE t",
            "create or replace view v",
            "ALTER\n\tTABLE t",
            "DROP /* - */ INDEX",
            "CREATE UNIQUE INDEX CONCURRENTLY i",
            "ADD COLUMN x",
            "op.add_column('t')",
            "knex.schema.createTable('t')",
            "migrations.AddField(",
        ] {
            assert!(is_ddl(text), "{text}");
        }
        for text in [
            "we create a table",
            "tables created",
            "drop the index",
            "index of a table",
            "creates table",
        ] {
            assert!(!is_ddl(text), "{text}");
        }
    }

    #[test]
    fn hunks_of_a_forge_are_read_with_their_context() {
        let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let hunks = format!(
            "@@ -1,3 +1,4 @@ fn x\n a\n-b\n+create\n+ table t; {token}\n c\n@@ -9 +10 @@\n-x\n\\ No newline at end of file\n+y\n\\ No newline at end of file"
        );
        let found = scan_hunks(hunks.as_bytes()).unwrap();
        assert_eq!((found.added, found.removed, found.ddl), (3, 2, true));
        assert_eq!(found.secrets, ["github-token"]);
        let context = format!("@@ -1,2 +1,2 @@\n {token}\n-create table\n+a");
        let found = scan_hunks(context.as_bytes()).unwrap();
        assert_eq!((found.ddl, found.secrets), (false, vec![]));
        for cut in [
            "@@ -1 +1,2 @@\n-a\n+b",
            "-a\n",
            "@@ x",
            "@@ -1 +1 @@\n+a\n+b",
        ] {
            assert_eq!(scan_hunks(cut.as_bytes()), None, "{cut}");
        }
        assert_eq!(scan_hunks(b"").map(|found| found.added), Some(0));
    }

    #[test]
    fn content_that_looks_like_headers_stays_content() {
        let patch = b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1,3 @@ f\n-a\n+diff --git a/y b/y\n+++ b/y\n+@@ -1 +1 @@\n\\ No newline at end of file\n";
        let found = scan_patch(patch, &["x"]).unwrap();
        assert_eq!((found.ddl, found.secrets), (false, vec![]));
        assert_eq!(scan_patch(patch, &[]), None);
        assert_eq!(scan_patch(patch, &["x", "y"]), None);
        assert_eq!(
            scan_patch(b"diff --git a/x b/x\n@@ -1 +1,2 @@\n+a\n", &["x"]),
            None
        );
        assert_eq!(
            scan_patch(b"diff --git a/x b/x\n@@ -0,0 +1 @@\n a\n", &["x"]),
            None
        );
        assert_eq!(
            scan_patch(b"diff --git a/x b/x\n@@ nonsense\n", &["x"]),
            None
        );
    }
}
