//! What a change touches, from git's own listing of two trees.

use std::borrow::Cow;

use crate::domain::{ChangeKind, DiffFacts, FileChange, Sha};

use super::scan::scan_patch;
use super::{Call, Git, GitError, Ran, merge};

/// The longest listing of files that is read; beyond it the files are not known.
const LIST_BYTES_MAX: usize = 16 * 1024 * 1024;
/// The longest patch that is searched; beyond it schema words and secrets are not known.
const PATCH_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Attributes of a base branch could declare a file binary and so hide it: none are read. It is the empty tree, which
/// every repository has; a git that does not know the setting reads no attributes of a bare repository anyway.
const NO_ATTRIBUTES: &str = "attr.tree=4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/// What the change from the merge base of `base` and `head` to `head` touches. What is too large to be looked at in
/// full is `None`, so that a person looks; it never passes for "nothing". One process, unless the two have no merge base
/// or several.
pub fn diff_facts(git: &Git<'_>, base: &Sha, head: &Sha) -> Result<DiffFacts, GitError> {
    if let Some(facts) = diff_facts_of_names(git, base.as_str(), head.as_str())? {
        return Ok(facts);
    }
    let Some(from) = merge::merge_base(git, base, head)? else {
        return Ok(DiffFacts::default());
    };
    let ran = compare(git, &[from.as_str(), head.as_str()]).run()?;
    if ran.code() == Some(0) {
        Ok(read_facts(&ran))
    } else {
        Err(ran.error())
    }
}

/// As [`diff_facts`], for commits by whatever names git knows them. `None`: git cannot tell, because one of them is no
/// commit, or because they have no merge base or several.
pub fn diff_facts_of_names(
    git: &Git<'_>,
    base: &str,
    head: &str,
) -> Result<Option<DiffFacts>, GitError> {
    // git would take the other side's commits out.
    if [base, head].iter().any(|name| name.starts_with('^')) {
        return Ok(None);
    }
    let [base, head] = [base, head].map(|name| format!("{name}^{{commit}}"));
    let ran = compare(
        git,
        &["--merge-base", "--end-of-options", &base, &head, "--"],
    )
    .run()?;
    Ok((ran.code() == Some(0)).then(|| read_facts(&ran)))
}

/// Listing and patch in one go. The patch comes last, so what is cut off is cut off there.
fn compare<'a>(git: &Git<'a>, between: &[&str]) -> Call<'a> {
    git.call("compare two commits")
        .args(["-c", NO_ATTRIBUTES, "diff-tree", "-r", "--find-renames"])
        .args([
            "--no-ext-diff",
            "--no-textconv",
            "--no-color",
            "--no-relative",
        ])
        .args([
            "--ignore-submodules=none",
            "--src-prefix=a/",
            "--dst-prefix=b/",
        ])
        .args(["--raw", "--numstat", "-z"])
        .args(["--patch", "--text", "--unified=0"])
        .args(between)
        .output_bytes_max(LIST_BYTES_MAX + PATCH_BYTES_MAX)
}

fn read_facts(ran: &Ran) -> DiffFacts {
    let output = ran.stdout();
    let (listing, patch) = match parse_listing(output) {
        Some((entries, patch)) if output.len() - patch.len() <= LIST_BYTES_MAX => (entries, patch),
        _ => return DiffFacts::default(),
    };
    let found = if ran.cut() || patch.len() > PATCH_BYTES_MAX {
        None
    } else {
        scan_patch(patch, &sections(&listing))
    };
    let (ddl, secrets) = found.map_or((None, None), |f| (Some(f.ddl), Some(f.secrets)));
    DiffFacts {
        files: Some(listing.into_iter().map(|entry| entry.change).collect()),
        ddl,
        secrets,
    }
}

/// One changed file, and whether git splits it in two in a patch: a file that became a link, or the other way round.
struct Entry {
    change: FileChange,
    split: bool,
}

/// The file of each section of the patch, in order.
fn sections(entries: &[Entry]) -> Vec<&str> {
    entries
        .iter()
        .flat_map(|entry| {
            std::iter::repeat_n(entry.change.path.as_str(), 1 + usize::from(entry.split))
        })
        .collect()
}

/// Reads `--raw --numstat -z`: first all raw records, then the numbers of the same files in the same order; and what
/// follows them, the patch. `None` when they do not fit together or are cut.
fn parse_listing(bytes: &[u8]) -> Option<(Vec<Entry>, &[u8])> {
    let mut fields = Fields(bytes);
    let mut entries = vec![];
    while fields.0.first() == Some(&b':') {
        let raw = fields.next()?;
        let status = raw.rsplit(' ').next()?.chars().next()?;
        let first = fields.next()?.into_owned();
        let (path, old_path) = match status {
            'R' | 'C' => (fields.next()?.into_owned(), Some(first)),
            _ => (first, None),
        };
        let change = FileChange {
            path,
            old_path,
            kind: kind_of(status),
            insertions: 0,
            deletions: 0,
            binary: false,
        };
        let split = status == 'T';
        entries.push(Entry { change, split });
    }
    for entry in &mut entries {
        let numbers = fields.next()?;
        let mut columns = numbers.splitn(3, '\t');
        let (added, removed, path) = (columns.next()?, columns.next()?, columns.next()?);
        let change = &mut entry.change;
        let fits = if path.is_empty() {
            change.old_path.as_deref() == Some(&*fields.next()?) && change.path == *fields.next()?
        } else {
            change.path == path
        };
        change.binary = added == "-" && removed == "-";
        if !change.binary {
            change.insertions = added.parse().ok()?;
            change.deletions = removed.parse().ok()?;
        }
        fits.then_some(())?;
    }
    match fields.0.split_first() {
        None if entries.is_empty() => Some((entries, &[])),
        Some((0, patch)) if !entries.is_empty() => Some((entries, patch)),
        _ => None,
    }
}

/// Fields that each end with a NUL, and what is left behind them.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<Cow<'a, str>> {
        let end = self.0.iter().position(|b| *b == 0)?;
        let field = &self.0[..end];
        self.0 = &self.0[end + 1..];
        Some(String::from_utf8_lossy(field))
    }
}

fn kind_of(status: char) -> ChangeKind {
    match status {
        'A' | 'C' => ChangeKind::Added,
        'M' | 'T' => ChangeKind::Modified,
        'D' => ChangeKind::Deleted,
        'R' => ChangeKind::Renamed,
        _ => ChangeKind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::SecretHit;
    use crate::git::testing::TestRepo;

    fn shown(facts: &DiffFacts) -> Vec<String> {
        let line = |f: &FileChange| {
            let old = f
                .old_path
                .as_deref()
                .map_or(String::new(), |old| format!(" from {old}"));
            let kind = format!("{:?}", f.kind);
            format!(
                "{kind} {}{old} +{} -{}{}",
                f.path,
                f.insertions,
                f.deletions,
                if f.binary { " binary" } else { "" }
            )
        };
        facts.files.as_ref().unwrap().iter().map(line).collect()
    }

    #[test]
    fn every_kind_of_change_is_listed_with_its_names() {
        let repo = TestRepo::new();
        let long = "one\ntwo\nthree\nfour\nfive\nsix\n";
        let base = repo.commit(
            "main",
            None,
            &[
                ("edit", "a\n"),
                ("gone", "b\n"),
                ("old name", long),
                ("mode", "m"),
                ("turns", "t"),
            ],
        );
        let head = repo.commit_bytes(
            "topic",
            &[&base],
            &[
                ("100644", b"edit", b"a\nb\nc\n"),
                ("100644", b"gone", b"-"),
                ("100644", b"old name", b"-"),
                ("100644", b"new\tna\nme\"", long.as_bytes()),
                ("100755", b"mode", b"m"),
                ("120000", b"turns", b"edit"),
                ("100644", b"picture", b"\0\x01\x02"),
                ("100644", b"\xff\xfe.txt", b"x\n"),
            ],
        );
        let facts = diff_facts(&repo.git(), &base, &head).unwrap();
        assert_eq!(
            shown(&facts),
            [
                "Modified edit +2 -0",
                "Deleted gone +0 -1",
                "Modified mode +0 -0",
                "Renamed new\tna\nme\" from old name +0 -0",
                "Added picture +0 -0 binary",
                "Modified turns +1 -1",
                "Added \u{fffd}\u{fffd}.txt +1 -0",
            ]
        );
        assert_eq!((facts.ddl, facts.secrets), (Some(false), Some(vec![])));
    }

    #[test]
    fn the_change_begins_at_the_merge_base() {
        let repo = TestRepo::new();
        let fork = repo.commit("main", None, &[("a", "1\n")]);
        let head = repo.commit("topic", Some(&fork), &[("b", "2\n")]);
        let base = repo.commit("main", Some(&fork), &[("c", "3\n")]);
        let facts = diff_facts(&repo.git(), &base, &head).unwrap();
        assert_eq!(shown(&facts), ["Added b +1 -0"]);
        let same = diff_facts(&repo.git(), &head, &head).unwrap();
        assert_eq!(same.files, Some(vec![]));
        let unrelated = repo.commit("other", None, &[("x", "y")]);
        let facts = diff_facts(&repo.git(), &base, &unrelated).unwrap();
        assert_eq!(facts, DiffFacts::default());
        let absent = "0123456789012345678901234567890123456789".parse().unwrap();
        assert!(diff_facts(&repo.git(), &base, &absent).is_err());
    }

    #[test]
    fn secrets_and_schema_words_are_found_also_where_attributes_and_bytes_would_hide_them() {
        let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
        let repo = TestRepo::new();
        let base = repo.commit("main", None, &[(".gitattributes", "* -diff\n"), ("x", "1")]);
        let head = repo.commit_bytes(
            "topic",
            &[&base],
            &[
                ("100644", b"blob", format!("\0\0\nkey={token}\n").as_bytes()),
                ("120000", b"x", b"blob"),
                ("100644", b"zz.sql", b"create\n  table t (id int);\n"),
            ],
        );
        let facts = diff_facts(&repo.git(), &base, &head).unwrap();
        let hit = SecretHit {
            path: "blob".to_owned(),
            pattern: "github-token".to_owned(),
        };
        assert_eq!((facts.ddl, facts.secrets), (Some(true), Some(vec![hit])));
        let files = facts.files.unwrap();
        assert!(
            files
                .iter()
                .any(|f| f.path == "zz.sql" && f.insertions == 2 && !f.binary)
        );
        // Taking them out again is no hit.
        let clean = diff_facts(
            &repo.git(),
            &head,
            &repo.commit("t2", Some(&head), &[("blob", "-"), ("zz.sql", "-")]),
        )
        .unwrap();
        assert_eq!((clean.ddl, clean.secrets), (Some(false), Some(vec![])));
    }

    #[test]
    fn a_patch_that_is_too_large_leaves_open_what_is_in_it() {
        let repo = TestRepo::new();
        let base = repo.commit("main", None, &[("a", "1\n")]);
        let large = "x\n".repeat(PATCH_BYTES_MAX / 2);
        let head = repo.commit("topic", Some(&base), &[("large", &large)]);
        let facts = diff_facts(&repo.git(), &base, &head).unwrap();
        assert_eq!(facts.files.map(|files| files.len()), Some(1));
        assert_eq!((facts.ddl, facts.secrets), (None, None));
    }

    #[test]
    fn a_listing_that_does_not_fit_together_is_unknown() {
        let raw = ":100644 100644 1 2 M\0a\0";
        for (numbers, fits) in [
            ("1\t2\ta\0\0diff --git a/a b/a\n", true),
            ("-\t-\ta\0\0", true),
            ("1\t2\tb\0\0", false),
            ("1\t2\0\0", false),
            ("", false),
            ("x\t2\ta\0\0", false),
            ("1\t2\ta\0more\0", false),
            // Cut off.
            ("1\t2\ta\0", false),
            ("1\t2\ta", false),
        ] {
            let bytes = format!("{raw}{numbers}");
            assert_eq!(
                parse_listing(bytes.as_bytes()).is_some(),
                fits,
                "{numbers:?}"
            );
        }
        assert!(parse_listing(b"\0diff --git a/a b/a\n").is_none());
        assert!(parse_listing(b":100644 100644 1 2 M\0a").is_none());
    }

    #[test]
    fn names_are_resolved_by_the_call_that_compares() {
        let repo = TestRepo::new();
        let base = repo.commit("main", None, &[("a", "1\n")]);
        let head = repo.commit("topic", Some(&base), &[("b", "2\n")]);
        let git = repo.git();
        let named = |base, head| diff_facts_of_names(&git, base, head).unwrap();
        let facts = diff_facts(&git, &base, &head).unwrap();
        assert_eq!(named("main", "topic"), Some(facts.clone()));
        assert_eq!(named("topic^", "refs/heads/topic"), Some(facts));
        for (base, head) in [
            ("absent", "topic"),
            ("main", "absent"),
            ("^main", "topic"),
            ("main", "--all"),
            ("--stdin", "topic"),
            ("main^{tree}", "topic"),
            ("", "topic"),
        ] {
            assert_eq!(named(base, head), None, "{base} {head}");
        }
    }

    #[test]
    fn of_several_merge_bases_one_is_taken() {
        let repo = TestRepo::new();
        let root = repo.commit("main", None, &[("a", "1\n")]);
        let left = repo.commit("left", Some(&root), &[("l", "1\n")]);
        let right = repo.commit("right", Some(&root), &[("r", "1\n")]);
        let merge = |branch: &str, parents: &[&Sha], own: &[u8]| {
            let files: [(&str, &[u8], &[u8]); 3] = [
                ("100644", b"l", b"1\n"),
                ("100644", b"r", b"1\n"),
                ("100644", own, b"1\n"),
            ];
            repo.commit_bytes(branch, parents, &files)
        };
        let base = merge("one", &[&left, &right], b"one");
        let head = merge("two", &[&right, &left], b"two");
        assert_eq!(
            diff_facts_of_names(&repo.git(), "one", "two").unwrap(),
            None
        );
        let files = diff_facts(&repo.git(), &base, &head)
            .unwrap()
            .files
            .unwrap();
        assert!(files.iter().any(|file| file.path == "two"), "{files:?}");
    }
}
