use super::*;
use crate::domain::ChangeKind;
use proptest::prelude::*;

fn set(patterns: &[&str]) -> PathSet {
    PathSet::new(patterns).unwrap()
}

fn found(pattern: &str, path: &str) -> bool {
    set(&[pattern]).matches(path)
}

/// Pattern, what it finds, what it does not find.
const TABLE: &[(&str, &[&str], &[&str])] = &[
    (
        ".env*",
        &[
            ".env",
            "apps/web/.env",
            "a/.ENV.local",
            ".envrc",
            ".env.d/prod",
            "./.env",
            "a\\b\\.env",
            ".env\n",
            ".env ",
            ".env.",
            "x/../.env",
            ".e\u{200b}nv",
            ".\u{ff25}NV",
        ],
        &["env", "a/b.env", "dotenv/x", ".en"],
    ),
    (
        ".github/**",
        &[
            ".github/workflows/x.yml",
            "sub/.github/x",
            ".GitHub/CODEOWNERS",
            ".github",
            ".github/a/../../src/x",
        ],
        &[".githubx/a", "github/x", "docs/.github.md"],
    ),
    (
        "secrets/**",
        &[
            "secrets/a",
            "x/secrets/y/z",
            "secrets",
            "docs/../secrets/x",
            "/secrets/x",
        ],
        &["secrets.md", "mysecrets/a", "secret/a"],
    ),
    (
        "**/auth/**",
        &["auth/session.py", "src/auth/x/y.rs", "Auth/a"],
        &["authors/x", "src/oauth/x", "auth.py"],
    ),
    (
        "Cargo.lock",
        &["Cargo.lock", "crates/a/Cargo.lock", "cargo.lock"],
        &["Cargo.lock.md", "xCargo.lock", "Cargo.toml"],
    ),
    (
        "foo/",
        &["foo/a", "b/foo/c/d", "foo"],
        &["foobar/a", "food"],
    ),
    ("foo", &["foo", "a/foo", "foo/a/b"], &["foo.rs", "afoo"]),
    ("src/*", &["src/a", "x/src/a"], &["src/a/b", "src"]),
    ("src/**", &["src/a", "src/a/b"], &["srcs/a"]),
    (
        "config/keys",
        &["config/keys", "a/config/keys/prod.pem"],
        &["keys", "config/a/keys"],
    ),
    (
        "a/**/b",
        &["a/b", "a/x/b", "a/x/y/b", "z/a/x/b/c"],
        &["a/x", "b"],
    ),
    (
        "requirements*.txt",
        &["requirements.txt", "x/requirements-dev.txt"],
        &["requirements/dev.txt"],
    ),
    (
        "**/token*",
        &["token.rs", "src/tokenizer.rs"],
        &["tokens/colours.css", "atoken"],
    ),
    (
        "a?c",
        &["abc", "aéc", "x/a\u{65}\u{301}c"],
        &["ac", "abbc", "a/c"],
    ),
    ("*.[ch]", &["a.c", "src/a.H", "x.c/y"], &["a.cc", "a.d"]),
    ("*.{rs,toml}", &["a.rs", "b/Cargo.toml"], &["a.rst", "rs"]),
    (
        "src/*.{rs,c}",
        &["src/a.rs", "x/src/a.c"],
        &["src/b/a.rs", "src/a.rs/b"],
    ),
    (
        "app/[slug]/**",
        &["app/[slug]/page.tsx", "app/s/page.tsx"],
        &["app/slug/page.tsx"],
    ),
    (
        "geh\u{e9}im/**",
        &["geh\u{e9}im/a", "gehe\u{301}im/a", "GEHE\u{301}IM/a"],
        &["gehim/a"],
    ),
    (
        "gehe\u{301}im/**",
        &["geh\u{e9}im/a", "gehe\u{301}im/a"],
        &["gehim/a"],
    ),
    ("straße/**", &["straße/a", "STRASSE/a"], &["strase/a"]),
    ("**", &["a", "a/b"], &[]),
    ("*", &["a", "a/b"], &[]),
    (
        "/AGENTS.md",
        &["AGENTS.md", "sub/agents.md"],
        &["AGENTS.mdx"],
    ),
];

#[test]
fn every_pattern_finds_what_the_table_says_and_nothing_else() {
    for (pattern, hits, misses) in TABLE {
        for path in *hits {
            assert!(found(pattern, path), "{pattern} must find {path:?}");
        }
        for path in *misses {
            assert!(!found(pattern, path), "{pattern} must not find {path:?}");
        }
    }
}

#[test]
fn a_pattern_that_means_nothing_is_an_error_that_names_it() {
    for pattern in [
        "", "  ", "/", "./", "a\\b", "../a", "a/../b", "!a", "a**", "**.rs", "a[", "a{b", "a}",
        "a\nb", "[é]",
    ] {
        let error = PathSet::new(&["ok", pattern]).unwrap_err();
        assert_eq!(error.pattern, pattern);
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    assert!(PathSet::new(&["a".repeat(513)]).is_err());
}

#[test]
fn both_names_of_a_rename_are_tried_and_a_file_counts_once() {
    let file = |path: &str, old: Option<&str>| FileChange {
        path: path.to_owned(),
        old_path: old.map(str::to_owned),
        kind: ChangeKind::Unknown,
        insertions: 0,
        deletions: 0,
        binary: false,
    };
    let files = [
        file("src/a", Some("secrets/a")),
        file("secrets/b", Some("secrets/c")),
        file("src/d", None),
    ];
    assert_eq!(
        set(&["secrets/**"]).touched(&files),
        ["secrets/a", "secrets/b"]
    );
    assert!(set(&[]).touched(&files).is_empty());
}

#[test]
fn a_name_of_stars_does_not_take_for_ever() {
    let pattern = "a*".repeat(100) + "b";
    let folders = "a/**/".repeat(60) + "b";
    assert!(!found(&pattern, &"a".repeat(4000)));
    assert!(!found(&folders, &"a/".repeat(1000)));
}

fn part() -> impl Strategy<Value = String> {
    "[a-cA-C.é_ -]{0,4}[a-cé]"
}

fn path() -> impl Strategy<Value = String> {
    prop::collection::vec(part(), 1..5).prop_map(|parts| parts.join("/"))
}

fn glob() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        3 => "[a-c]{1,2}",
        2 => "[a-c?*]{1,4}".prop_filter("`**` is a part of its own", |s| !s.contains("**")),
        1 => Just("**".to_owned()),
    ];
    prop::collection::vec(part, 1..5).prop_map(|parts| parts.join("/"))
}

proptest! {
    #[test]
    fn what_is_found_is_found_below_any_folder_and_in_any_case(path in path(), folder in path()) {
        let set = set(&[&path]);
        prop_assert!(set.matches(&path));
        let below = format!("{folder}/{path}");
        prop_assert!(set.matches(&below));
        prop_assert!(set.matches(&path.to_uppercase()));
        let dressed = format!("./{path}\n");
        prop_assert!(set.matches(&dressed));
        prop_assert!(set.matches(&path.replace('/', "\\")));
    }

    /// The oracle is globset, asked for each of the forms that the rules speak of.
    #[test]
    fn the_matcher_agrees_with_globset(glob in glob(), path in "[a-c]{1,3}(/[a-c]{1,3}){0,4}") {
        let body = glob.trim_end_matches("/**");
        let last = glob.rsplit('/').next().unwrap();
        let covers = last == "**" || !glob.contains('/') || !last.contains(['*', '?']);
        let mut forms = vec![format!("**/{glob}")];
        if covers {
            forms.extend([format!("**/{body}"), format!("**/{body}/**")]);
        }
        let mut expected = false;
        for form in forms {
            expected |= compile(&form).unwrap().compile_matcher().is_match(&path);
        }
        prop_assert_eq!(found(&glob, &path), expected, "{} on {}", glob, path);
    }

    #[test]
    fn no_text_panics(pattern in "\\PC{0,20}|[\\[\\]{}*?/.!a]{0,12}", path in "\\PC{0,20}|[\\\\/.a\n]{0,12}") {
        if let Ok(set) = PathSet::new(&[pattern]) {
            set.matches(&path);
        }
    }
}
