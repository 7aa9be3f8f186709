//! The facts of a change from a forge's list of its files.

use crate::domain::{ChangeKind, DiffFacts, FileChange, SecretHit};
use crate::git;

/// A file as a forge lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::forge) struct ListedFile {
    /// Names, kind and numbers.
    pub(in crate::forge) change: FileChange,
    /// Its hunks, when the forge gives them.
    pub(in crate::forge) patch: Option<String>,
    /// Whether it is known that nothing was added: an empty file, or another name for the same content.
    pub(in crate::forge) nothing_added: bool,
}

/// The word of a forge for what happened to a file.
pub(in crate::forge) fn kind_of(word: &str) -> ChangeKind {
    match word {
        "added" | "copied" => ChangeKind::Added,
        "modified" | "changed" | "unchanged" => ChangeKind::Modified,
        "removed" | "deleted" => ChangeKind::Deleted,
        "renamed" => ChangeKind::Renamed,
        _ => ChangeKind::Unknown,
    }
}

/// The facts of a change whose whole list of files is `files`. What is in a file whose hunks are missing or cut is not
/// known, and then neither is whether there are secrets in the change.
pub(in crate::forge) fn facts(files: Vec<ListedFile>) -> DiffFacts {
    let mut ddl = Some(false);
    let mut secrets = Some(vec![]);
    for file in &files {
        let Some(found) = found_in(file) else {
            ddl = ddl.filter(|found| *found);
            secrets = None;
            continue;
        };
        if found.ddl {
            ddl = Some(true);
        }
        if let Some(secrets) = &mut secrets {
            secrets.extend(found.secrets.iter().map(|pattern| SecretHit {
                path: file.change.path.clone(),
                pattern: (*pattern).to_owned(),
            }));
        }
    }
    DiffFacts {
        files: Some(files.into_iter().map(|file| file.change).collect()),
        ddl,
        secrets,
    }
}

fn found_in(file: &ListedFile) -> Option<git::HunkFacts> {
    let change = &file.change;
    let nothing = git::HunkFacts {
        ddl: false,
        secrets: vec![],
        added: 0,
        removed: 0,
    };
    if file.nothing_added || change.kind == ChangeKind::Deleted {
        return Some(nothing);
    }
    let found = git::scan_hunks(file.patch.as_deref()?.as_bytes())?;
    let whole = found.added == change.insertions && found.removed == change.deletions;
    whole.then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, kind: ChangeKind, numbers: (u64, u64), patch: Option<&str>) -> ListedFile {
        ListedFile {
            change: FileChange {
                path: path.to_owned(),
                old_path: None,
                kind,
                insertions: numbers.0,
                deletions: numbers.1,
                binary: false,
            },
            patch: patch.map(str::to_owned),
            nothing_added: false,
        }
    }

    #[test]
    fn added_lines_are_searched() {
        let token = format!("@@ -0,0 +1 @@\n+ghp_{}", "a1B2c3D4e5".repeat(4));
        let found = facts(vec![
            file("a", ChangeKind::Added, (1, 0), Some(&token)),
            file(
                "b.sql",
                ChangeKind::Modified,
                (1, 0),
                Some("@@ -1 +1,2 @@\n x\n+drop table t"),
            ),
            file("gone", ChangeKind::Deleted, (0, 9), None),
        ]);
        assert_eq!(found.files.unwrap().len(), 3);
        assert_eq!(found.ddl, Some(true));
        let hits = found.secrets.unwrap();
        assert_eq!((hits[0].path.as_str(), hits.len()), ("a", 1));
    }

    #[test]
    fn what_cannot_be_seen_is_not_known() {
        for patch in [
            None,
            Some("@@ -1 +1,2 @@\n-a\n+b"),
            Some("@@ -1 +1 @@\n-a\n+b"),
        ] {
            let unseen = file("a", ChangeKind::Modified, (2, 1), patch);
            let found = facts(vec![unseen]);
            assert_eq!((found.ddl, found.secrets), (None, None), "{patch:?}");
            assert!(found.files.is_some());
        }
        // Seen once is enough.
        let sql = file(
            "s",
            ChangeKind::Added,
            (1, 0),
            Some("@@ -0,0 +1 @@\n+create table t"),
        );
        let unseen = file("a", ChangeKind::Modified, (2, 1), None);
        assert_eq!(facts(vec![sql, unseen]).ddl, Some(true));
        let mut same = file("b", ChangeKind::Renamed, (0, 0), None);
        same.nothing_added = true;
        assert_eq!(facts(vec![same]).secrets, Some(vec![]));
    }
}
