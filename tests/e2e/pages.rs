//! `acp completions` and `acp man`.

use crate::env::{TestEnv, names};

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs() {
    let env = TestEnv::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = env.acp(&["completions", shell]).ok().stdout;
        assert!(script.contains("acp complete --"), "{shell}");
    }
    for shell in ["elvish", "powershell"] {
        let script = env.acp(&["completions", shell]).ok().stdout;
        assert!(script.contains("follow-up"), "{shell}");
        assert!(script.contains("no-progress"), "{shell}");
    }
    let json = env.acp(&["completions", "bash", "--json"]).ok().json();
    assert_eq!(json["schema"], "acp.completions/1");
    env.acp(&["completions", "tcsh"]).with(2).says("bash");
}

#[test]
fn manual_pages_go_to_standard_output_or_into_a_folder() {
    let env = TestEnv::new();
    let page = env.acp(&["man"]).ok().stdout;
    assert!(page.contains(".TH acp 1"));
    let dry = env.acp(&["man", "--out", "pages", "--dry-run"]).ok();
    assert!(!dry.stdout.is_empty() && !env.path("home/pages").exists());
    let written = env.acp(&["man", "--out", "pages", "--plain"]).ok();
    let folder = names(&env.path("home/pages"));
    assert_eq!(written.stdout.lines().count(), folder.len());
    assert!(
        folder.contains(&"acp-report-verify.1".to_owned()),
        "{folder:?}"
    );
    let blocked = env.write("home/file", "");
    env.acp(&["man", "--out", blocked.to_str().unwrap()])
        .with(74)
        .says("caused by");
}
