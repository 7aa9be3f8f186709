use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Vec<(String, Option<String>, u64, u64, bool)> {
    let files = parse_numstat(text.as_bytes()).unwrap();
    let row = |f: FileChange| (f.path, f.old_path, f.insertions, f.deletions, f.binary);
    files.into_iter().map(row).collect()
}

fn names_of(text: &str) -> (String, Option<String>) {
    let mut rows = read(&format!("1\t2\t{text}\n"));
    assert_eq!(rows.len(), 1, "{text}");
    let (path, old, ..) = rows.remove(0);
    (path, old)
}

#[test]
fn three_columns_in_both_forms() {
    let expected = vec![
        ("src/a.rs".to_owned(), None, 10, 2, false),
        ("logo.png".to_owned(), None, 0, 0, true),
    ];
    assert_eq!(read("10\t2\tsrc/a.rs\n-\t-\tlogo.png\n"), expected);
    assert_eq!(read("10\t2\tsrc/a.rs\r\n-\t-\tlogo.png"), expected);
    assert_eq!(read("10\t2\tsrc/a.rs\0-\t-\tlogo.png\0"), expected);
    assert_eq!(read(""), []);
    assert_eq!(read("\n"), []);
}

#[test]
fn renames_give_both_names() {
    for (text, old, new) in [
        ("a => b", "a", "b"),
        ("dir/{a => b}/f", "dir/a/f", "dir/b/f"),
        ("dir/{ => sub}/f", "dir/f", "dir/sub/f"),
        ("dir/{sub => }/f", "dir/sub/f", "dir/f"),
        ("{a => b}/f", "a/f", "b/f"),
        ("{ => b}/f", "f", "b/f"),
        ("dir/{a.rs => b.rs}", "dir/a.rs", "dir/b.rs"),
        ("src/{x => y}z", "src/{x", "y}z"),
        ("a/{b => }/c", "a/b/c", "a/c"),
        ("d/{secrets => {q}}/x", "d/secrets/x", "d/{q}/x"),
        ("\"a\\tb\" => c", "a\tb", "c"),
        ("c => \"a\\tb\"", "c", "a\tb"),
        ("\"\\303\\244\" => \"\\\\\"", "ä", "\\"),
    ] {
        let expected = (new.to_owned(), Some(old.to_owned()));
        assert_eq!(names_of(text), expected, "{text}");
    }
    let moved = parse_numstat(b"1\t2\t\0old\0new => x\0").unwrap();
    assert_eq!(moved[0].path, "new => x");
    assert_eq!(moved[0].old_path.as_deref(), Some("old"));
    assert_eq!(moved[0].kind, ChangeKind::Renamed);
}

#[test]
fn quoted_paths_are_unquoted() {
    assert_eq!(names_of("\"a\\tb\\303\\244\""), ("a\tbä".to_owned(), None));
    assert_eq!(
        names_of("\"\\a\\b\\n\\v\\f\\r\\\"\\\\\"").0,
        "\x07\x08\n\x0b\x0c\r\"\\"
    );
}

#[test]
fn garbage_is_an_error_that_names_the_record() {
    for (text, record) in [
        ("1\t2\ta\nwarning: x\n", 2),
        ("1\t2\n", 1),
        ("1\t2\t\n", 1),
        ("x\t2\ta\n", 1),
        ("+1\t2\ta\n", 1),
        ("-1\t2\ta\n", 1),
        ("-\t2\ta\n", 1),
        ("99999999999999999999\t2\ta\n", 1),
        ("1\t2\ta\tb\n", 1),
        ("1\t2\t\"a\n", 1),
        ("1\t2\t\"a\"b\n", 1),
        ("1\t2\t\"\\x\"\n", 1),
        ("1\t2\ta => \n", 1),
        ("1\t2\ta => b => .env\n", 1),
        ("1\t2\td/{secrets/{y => z}/f\n1\t2\td/{x/{y => z}/f\n", 1),
        ("1\t2\td/{ => {q => r}}/y z\n", 1),
        ("1\t2\ta\0\0", 2),
        ("1\t2\t\0old\0", 1),
        ("1\t2\ta\0nonsense\0", 2),
    ] {
        let error = parse_numstat(text.as_bytes()).unwrap_err();
        assert_eq!(error.record, record, "{text:?}: {error}");
        assert!(!error.to_string().contains('\n'));
    }
}

/// Quotes as git does when a byte needs it.
fn quoted(path: &str) -> String {
    let mut out = String::new();
    let mut needed = false;
    for byte in path.bytes() {
        needed |= !(b' '..0x7f).contains(&byte) || b"\"\\".contains(&byte);
        let text = match byte {
            b'"' | b'\\' => format!("\\{}", char::from(byte)),
            b'\t' => "\\t".to_owned(),
            b'\n' => "\\n".to_owned(),
            b' '..0x7f => char::from(byte).to_string(),
            _ => format!("\\{byte:03o}"),
        };
        out.push_str(&text);
    }
    if needed { format!("\"{out}\"") } else { out }
}

fn change() -> impl Strategy<Value = FileChange> {
    let path = "[a-z./\t\n\"\\\\ {}ä😀]{1,12}";
    let counts = prop_oneof![
        (any::<u64>(), any::<u64>(), Just(false)),
        Just((0, 0, true))
    ];
    (path, proptest::option::of(path), counts).prop_map(|(path, old_path, counts)| {
        let (insertions, deletions, binary) = counts;
        let renamed = old_path.is_some();
        let kind = if renamed {
            ChangeKind::Renamed
        } else {
            ChangeKind::Unknown
        };
        FileChange {
            path,
            old_path,
            kind,
            insertions,
            deletions,
            binary,
        }
    })
}

fn columns(file: &FileChange) -> String {
    if file.binary {
        "-\t-".to_owned()
    } else {
        format!("{}\t{}", file.insertions, file.deletions)
    }
}

fn line(file: &FileChange) -> String {
    let (counts, path) = (columns(file), quoted(&file.path));
    match &file.old_path {
        Some(old) => format!("{counts}\t{} => {path}\n", quoted(old)),
        None => format!("{counts}\t{path}\n"),
    }
}

fn nul_record(file: &FileChange) -> String {
    let (counts, path) = (columns(file), &file.path);
    match &file.old_path {
        Some(old) => format!("{counts}\t\0{old}\0{path}\0"),
        None => format!("{counts}\t{path}\0"),
    }
}

proptest! {
    #[test]
    fn what_git_writes_is_read_back(files in prop::collection::vec(change(), 0..6)) {
        let nul: String = files.iter().map(nul_record).collect();
        prop_assert_eq!(parse_numstat(nul.as_bytes()).unwrap(), files.clone());
        // Braces in plain names can be read in two ways; git's own braces are in the table above.
        let lines: String = files.iter().map(line).collect();
        if !lines.contains(['{', '}']) {
            prop_assert_eq!(parse_numstat(lines.as_bytes()).unwrap(), files);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let _result = parse_numstat(&bytes);
    }
}
