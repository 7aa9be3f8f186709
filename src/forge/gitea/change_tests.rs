use serde_json::json;

use super::*;
use crate::domain::ChangeKind;

fn file(name: &str, status: &str, numbers: (u64, u64)) -> shape::File {
    serde_json::from_value(json!({
        "filename": name, "status": status, "additions": numbers.0, "deletions": numbers.1,
        "changes": numbers.0 + numbers.1, "html_url": "", "contents_url": "", "raw_url": ""
    }))
    .unwrap()
}

fn facts(diff: &str, files: Vec<shape::File>) -> DiffFacts {
    files::facts(listed(files, sections(diff.as_bytes())))
}

#[test]
fn added_lines_are_searched_in_the_file_that_they_are_in() {
    let token = format!("ghp_{}", "a1B2c3D4e5".repeat(4));
    let diff = format!(
        "diff --git a/a.txt b/a.txt\nindex 1..2 100644\n--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,3 @@\n x\n-y\n+{token}\n+z\n\
         diff --git a/s.sql b/s.sql\nnew file mode 100644\nindex 0..1\n--- /dev/null\n+++ b/s.sql\n@@ -0,0 +1 @@\n+create table t (a int)\n\\ No newline at end of file\n\
         diff --git a/empty b/empty\nnew file mode 100644\nindex 0..e69de29\n"
    );
    let found = facts(
        &diff,
        vec![
            file("a.txt", "changed", (2, 1)),
            file("s.sql", "added", (1, 0)),
            file("empty", "added", (0, 0)),
        ],
    );
    let kinds: Vec<ChangeKind> = found.files.unwrap().iter().map(|f| f.kind).collect();
    assert_eq!(
        kinds,
        [ChangeKind::Modified, ChangeKind::Added, ChangeKind::Added]
    );
    assert_eq!(found.ddl, Some(true));
    let secrets = found.secrets.unwrap();
    assert_eq!((secrets.len(), secrets[0].path.as_str()), (1, "a.txt"));
}

#[test]
fn content_that_looks_like_a_header_stays_content() {
    let diff = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1,2 @@\n+diff --git a/b b/b\n+@@ -1 +1 @@\n";
    let parts = sections(diff.as_bytes()).unwrap();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0].hunks.lines().count(), 3);
}

#[test]
fn what_a_diff_does_not_show_is_not_known() {
    let image = "diff --git a/i.png b/i.png\nnew file mode 100644\nBinary files /dev/null and b/i.png differ\n";
    let found = facts(image, vec![file("i.png", "added", (0, 0))]);
    assert_eq!((found.secrets, found.ddl), (None, None));
    assert!(found.files.unwrap()[0].binary);
    let one = "diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -0,0 +1 @@\n+x\n";
    for (diff, files) in [
        // Another file, one more, one less, other numbers, cut, nothing.
        (one, vec![file("b", "added", (1, 0))]),
        (
            one,
            vec![file("a", "added", (1, 0)), file("b", "added", (1, 0))],
        ),
        (one, vec![file("a", "added", (2, 0))]),
        (&one[..one.len() - 3], vec![file("a", "added", (1, 0))]),
        ("", vec![file("a", "added", (1, 0))]),
        ("<html>", vec![file("a", "added", (1, 0))]),
    ] {
        let found = facts(diff, files);
        assert_eq!((found.secrets, found.ddl), (None, None), "{diff}");
        assert!(found.files.is_some());
    }
    // An empty change is no unknown one.
    assert_eq!(facts("", vec![]).secrets, Some(vec![]));
}

#[test]
fn a_renamed_file_keeps_both_names() {
    let mut renamed = file("new", "renamed", (0, 0));
    "old".clone_into(&mut renamed.previous_filename);
    let diff = "diff --git a/old b/new\nsimilarity index 100%\nrename from old\nrename to new\n";
    let found = facts(diff, vec![renamed]);
    let files = found.files.unwrap();
    assert_eq!(files[0].old_path.as_deref(), Some("old"));
    assert_eq!(found.secrets, Some(vec![]));
}

/// git shows no line of what is binary, and a server may show none of what it takes to be: only the same content adds
/// nothing.
#[test]
fn a_renamed_file_whose_content_changed_unseen_is_not_known() {
    let header = "diff --git a/old b/new\nsimilarity index 97%\nrename from old\nrename to new\n";
    for rest in [
        "",
        "index 1..2 100644\n",
        "index 1..2 100644\nBinary files a/old and b/new differ\n",
    ] {
        let mut renamed = file("new", "renamed", (0, 0));
        "old".clone_into(&mut renamed.previous_filename);
        let found = facts(&format!("{header}{rest}"), vec![renamed]);
        assert_eq!((found.secrets, found.ddl), (None, None), "{rest:?}");
    }
}
