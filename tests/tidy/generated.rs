//! Files that are made from the code. `ACP_UPDATE=1 cargo test --test tidy` rewrites them.

use std::fs;
use std::path::Path;

/// Compares the file `path` of the repository with what it should hold; rewrites it when `ACP_UPDATE` is set.
pub(crate) fn check_fresh(path: &str, content: &str) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if fs::read_to_string(&file).is_ok_and(|found| found == content) {
        return Ok(());
    }
    if std::env::var_os("ACP_UPDATE").is_none() {
        return Err(format!(
            "{path} is not fresh: run ACP_UPDATE=1 cargo test --test tidy"
        ));
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, content).unwrap();
    Ok(())
}

/// Every generated file with its content.
fn generated() -> Vec<(String, String)> {
    let mut files = vec![
        ("docs/exit-codes.md".to_owned(), acp::ui::Exit::document()),
        (
            "profiles/profile.schema.json".to_owned(),
            acp::profile::schema_json(),
        ),
        (
            "src/profile/built_in.json".to_owned(),
            acp::profile::built_in_json(),
        ),
    ];
    files.extend(acp::cli::man_pages().map(|(name, page)| (format!("man/{name}"), page)));
    files.extend(acp::cli::completions().map(|(name, text)| (format!("completions/{name}"), text)));
    files
}

#[test]
fn generated_files_are_fresh() {
    let stale: Vec<String> = generated()
        .iter()
        .filter_map(|(path, content)| check_fresh(path, content).err())
        .collect();
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

#[test]
fn no_generated_file_is_left_of_a_verb_that_is_gone() {
    let wanted: Vec<String> = generated().into_iter().map(|(path, _)| path).collect();
    for folder in ["man", "completions"] {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().display());
            if wanted.contains(&path) {
                continue;
            }
            assert!(
                std::env::var_os("ACP_UPDATE").is_some(),
                "{path} belongs to no verb"
            );
            fs::remove_file(entry.path()).unwrap();
        }
    }
}
