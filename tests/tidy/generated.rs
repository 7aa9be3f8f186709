//! Files that are made from the source. `ACP_UPDATE=1 cargo test --test tidy` writes them again.

use std::fs;
use std::path::Path;

/// Each generated file and what it should hold.
fn generated() -> Vec<(&'static str, String)> {
    vec![("profiles/profile.schema.json", acp::profile::schema_json())]
}

#[test]
fn generated_files_are_fresh() {
    let stale: Vec<String> = generated()
        .iter()
        .filter_map(|(path, content)| check_fresh(path, content).err())
        .collect();
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

/// Compares a file with what it should hold, or writes it when `ACP_UPDATE` is set.
#[expect(
    clippy::disallowed_methods,
    reason = "a test reads its switch and writes into the source tree"
)]
fn check_fresh(path: &str, content: &str) -> Result<(), String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if fs::read_to_string(&file).is_ok_and(|found| found == content) {
        return Ok(());
    }
    if std::env::var_os("ACP_UPDATE").is_none() {
        return Err(format!(
            "{path} is stale: run `ACP_UPDATE=1 cargo test --test tidy` and commit it"
        ));
    }
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, content).unwrap();
    Ok(())
}
