use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;
use crate::domain::{ChangeKind, SecretHit};
use crate::policy::numstat::parse_numstat;

fn known(files: Vec<FileChange>) -> DiffFacts {
    DiffFacts {
        files: Some(files),
        ddl: Some(false),
        secrets: Some(Vec::new()),
    }
}

fn numstat(text: &str) -> DiffFacts {
    known(parse_numstat(text.as_bytes()).unwrap())
}

fn input(facts: &DiffFacts) -> RiskInput<'_> {
    RiskInput {
        facts,
        checks_failed: None,
        verdicts_distinct: 0,
        coverage_percent: None,
    }
}

fn forbidding() -> PathRules {
    PathRules {
        forbidden: vec![".env*".to_owned()],
        protected: vec!["AGENTS.md".to_owned()],
    }
}

fn of(facts: &DiffFacts) -> RiskScore {
    score(&input(facts), &default_risk_rules(), &forbidding()).unwrap()
}

/// `name=weight` of what fired, in order.
fn fired(facts: &DiffFacts) -> String {
    let factors = of(facts).factors;
    let fired: Vec<String> = factors
        .iter()
        .map(|f| format!("{}={}", f.name, f.weight))
        .collect();
    fired.join(" ")
}

#[test]
fn the_table_as_documents_print_it() {
    let rules = default_risk_rules();
    let mut printed = String::new();
    for name in table::NAMES {
        let ceiling = rules
            .ceilings
            .get(name)
            .map(|max| format!(", at most {max}"));
        let weight = rules.weights[name];
        writeln!(
            printed,
            "{name:<26}{weight:>4}{}",
            ceiling.unwrap_or_default()
        )
        .unwrap();
    }
    let expected = "\
changed_lines_per_50         4, at most 40
files_touched_per_3          3, at most 30
forbidden_path_touch       100
sensitive_path_touch        30
workflow_change             40
dependency_change           25
test_change_without_code    10
code_change_without_test    20
auth_security_files         40
network_code_change         15
database_migration          30
orchestrator_core_change    60
runner_sandbox_change       60
validator_change            60
ci_failure                  50
validator_disagreement      40
large_deletion              20
low_test_coverage           15
";
    assert_eq!(printed, expected);
    assert_eq!(rules.weights.len(), table::NAMES.len());
    assert_eq!(
        (rules.low_max, rules.medium_max, rules.large_deletion_lines),
        (30, 70, 200)
    );
}

/// Each row: files, and exactly what fires.
#[test]
fn every_factor_of_paths_fires_for_its_paths_and_no_others() {
    for (paths, expected) in [
        ("README.md", ""),
        ("apps/web/.env", "forbidden_path_touch=100"),
        ("Cargo.lock", "sensitive_path_touch=30"),
        ("a/b/pnpm-lock.yaml", "sensitive_path_touch=30"),
        ("go.sum", "sensitive_path_touch=30"),
        ("a/uv.lock", "sensitive_path_touch=30"),
        ("composer.lock", "sensitive_path_touch=30"),
        ("x/Gemfile.lock", "sensitive_path_touch=30"),
        ("yarn.lock", "sensitive_path_touch=30"),
        (
            "package-lock.json",
            "sensitive_path_touch=30 dependency_change=25",
        ),
        (
            "sub/poetry.lock",
            "sensitive_path_touch=30 dependency_change=25",
        ),
        ("db/schema.sql", "sensitive_path_touch=30"),
        (
            "migrations/1.sql",
            "sensitive_path_touch=30 database_migration=30",
        ),
        ("db/migrate/1.sql", "database_migration=30"),
        ("alembic/env.txt", "database_migration=30"),
        (".github/workflows/x.yml", "workflow_change=40"),
        ("sub/.github/x", "workflow_change=40"),
        ("requirements-dev.txt", "dependency_change=25"),
        ("requirements/dev.txt", ""),
        ("crates/a/Cargo.toml", "dependency_change=25"),
        ("auth/session.md", "auth_security_files=40"),
        ("docs/Login.md", "auth_security_files=40"),
        ("tokens/colours.css", ""),
        ("proto/a.proto", "network_code_change=15"),
        ("src/api/README", "network_code_change=15"),
        ("orchestrator/a.md", "orchestrator_core_change=60"),
        ("runner/a.md", "runner_sandbox_change=60"),
        ("validator/a.md", "validator_change=60"),
        ("tests/a.rs", "test_change_without_code=10"),
        ("latest_version.py", "code_change_without_test=20"),
        ("contest/a.py", "code_change_without_test=20"),
        ("a/test_x.py", "test_change_without_code=10"),
        ("a/x_test.go", "test_change_without_code=10"),
        ("a/x.spec.ts", "test_change_without_code=10"),
        ("a/__tests__/x.js", "test_change_without_code=10"),
        ("a/x.test.tsx", "test_change_without_code=10"),
        ("src/a.rs|tests/a.rs", ""),
        ("tests/a.py => src/a.py", "code_change_without_test=20"),
        ("src/a.py => tests/a.py", ""),
        ("a|b|c", ""),
        ("a|b|c|d", "files_touched_per_3=3"),
    ] {
        let lines: Vec<String> = paths
            .split('|')
            .map(|path| format!("1\t1\t{path}"))
            .collect();
        assert_eq!(fired(&numstat(&lines.join("\n"))), expected, "{paths}");
    }
}

#[test]
fn size_is_counted_in_buckets_up_to_a_ceiling() {
    for (insertions, deletions, expected) in [
        (0, 0, ""),
        (25, 25, ""),
        (51, 0, "changed_lines_per_50=4"),
        (100, 0, "changed_lines_per_50=4"),
        (101, 0, "changed_lines_per_50=8"),
        (0, 200, "changed_lines_per_50=12"),
        (0, 201, "changed_lines_per_50=16 large_deletion=20"),
        (9_999, 0, "changed_lines_per_50=40"),
        (u64::MAX, 1, "changed_lines_per_50=40"),
    ] {
        let facts = numstat(&format!("{insertions}\t{deletions}\tREADME\n"));
        assert_eq!(fired(&facts), expected, "+{insertions} -{deletions}");
    }
    for (files, weight) in [(1, 0), (3, 0), (4, 3), (6, 3), (7, 6), (31, 30), (500, 30)] {
        let text: Vec<String> = (0..files).map(|n| format!("0\t0\tf{n}")).collect();
        assert_eq!(
            of(&numstat(&text.join("\n"))).score,
            Some(weight),
            "{files} files"
        );
    }
}

#[test]
fn results_count_only_when_they_are_known() {
    let facts = numstat("1\t0\tREADME\n");
    let rules = default_risk_rules();
    let total = |failed, verdicts, coverage| {
        let input = RiskInput {
            facts: &facts,
            checks_failed: failed,
            verdicts_distinct: verdicts,
            coverage_percent: coverage,
        };
        score(&input, &rules, &forbidding()).unwrap().score.unwrap()
    };
    assert_eq!(total(None, 0, None), 0);
    assert_eq!(total(Some(false), 1, Some(80.0)), 0);
    assert_eq!(total(Some(true), 0, None), 50);
    assert_eq!(total(None, 2, None), 40);
    assert_eq!(total(None, 0, Some(79.9)), 15);
    assert_eq!(total(None, 0, Some(f64::NAN)), 15);
    assert_eq!(total(Some(true), 3, Some(0.0)), 100);
}

#[test]
fn unknown_files_have_no_score_and_a_person_must_look() {
    let score = of(&DiffFacts::default());
    assert_eq!((score.score, score.band), (None, RiskBand::High));
    assert_eq!(score.notes.len(), 3);
    assert_eq!(score.notes[0], FILES_NOTE);
    assert_eq!(of(&numstat("")).score, Some(0));
}

#[test]
fn reasons_and_notes_name_what_they_saw() {
    let mut facts = numstat(
        "9\t0\tcrates/a/Cargo.lock\n1\t1\tAGENTS.md\n-\t-\tl.png\n1\t1\ta.lock\n1\t1\tb.lock\n1\t1\tc.lock\n",
    );
    facts.ddl = Some(true);
    facts.secrets = Some(vec![SecretHit {
        path: "src/a".to_owned(),
        pattern: "github-token".to_owned(),
    }]);
    let score = of(&facts);
    let reasons: Vec<&str> = score.factors.iter().map(|f| f.reason.as_str()).collect();
    assert_eq!(
        reasons,
        [
            "6 files touched",
            "touches: crates/a/Cargo.lock, a.lock, b.lock and 1 more",
            "added lines define a database schema",
        ]
    );
    assert_eq!(score.protected, ["AGENTS.md"]);
    assert_eq!(
        score.notes,
        [
            "binary files, which count no lines: l.png",
            "secrets in added lines: github-token in src/a",
        ]
    );
}

#[test]
fn a_profile_adds_classes_and_turns_factors_off() {
    let mut rules = default_risk_rules();
    rules.weights.insert("billing".to_owned(), 33);
    rules
        .classes
        .insert("billing".to_owned(), vec!["billing/**".to_owned()]);
    rules
        .classes
        .insert("idle".to_owned(), vec!["billing/**".to_owned()]);
    rules.weights.insert("network_code_change".to_owned(), 0);
    let facts = numstat("1\t0\tbilling/api/a.md\n");
    let result = score(&input(&facts), &rules, &PathRules::default()).unwrap();
    assert_eq!(result.score, Some(33));
    assert_eq!(result.notes, ["`idle` has no weight: billing/api/a.md"]);
    rules
        .classes
        .insert("broken".to_owned(), vec!["a\\b".to_owned()]);
    assert!(score(&input(&facts), &rules, &PathRules::default()).is_err());
}

#[test]
fn bands_include_their_upper_bound() {
    let rules = default_risk_rules();
    let bands = [0, 30, 31, 70, 71, 100].map(|score| band(score, &rules).as_str());
    assert_eq!(bands, ["low", "low", "medium", "medium", "high", "high"]);
}

fn file() -> impl Strategy<Value = FileChange> {
    let path = prop_oneof![
        "[a-c]{1,2}(/[a-c]{1,2}){0,2}\\.(md|rs|py)",
        Just("x/.env.local".to_owned()),
        Just("sub/Cargo.lock".to_owned()),
        Just("auth/a.rs".to_owned()),
        Just("tests/api/a_test.go".to_owned()),
        Just("db/migrate/1.sql".to_owned()),
        Just(".github/x".to_owned()),
    ];
    (path, 0..400_u64, 0..400_u64).prop_map(|(path, insertions, deletions)| FileChange {
        path,
        old_path: None,
        kind: ChangeKind::Unknown,
        insertions,
        deletions,
        binary: false,
    })
}

proptest! {
    /// Only the two factors that ask whether tests and code came together can go away when a file is added.
    #[test]
    fn adding_a_file_never_lowers_the_score(files in prop::collection::vec(file(), 0..12), more in file()) {
        let mut rules = default_risk_rules();
        rules.weights.remove(table::TEST_ONLY);
        rules.weights.remove(table::CODE_ONLY);
        let scored = |files: &[FileChange]| {
            let facts = known(files.to_vec());
            score(&input(&facts), &rules, &forbidding()).unwrap()
        };
        let before = scored(&files);
        let mut larger = files.clone();
        larger.push(more);
        let after = scored(&larger);
        prop_assert!(after.score >= before.score);
        prop_assert!(after.band >= before.band);
        prop_assert!(after.score <= Some(100));
        let sum: u32 = after.factors.iter().map(|f| f.weight).sum();
        prop_assert_eq!(after.score, Some(sum.min(100)));
    }
}

/// Prints what one score costs; run with `--release -- --ignored --nocapture`.
#[test]
#[ignore = "prints a measurement"]
#[expect(clippy::disallowed_methods, reason = "measures")]
fn cost_of_a_score() {
    let text: Vec<String> = (0..100)
        .map(|n| format!("3\t1\tsrc/a{n}/component/file{n}.rs"))
        .collect();
    let facts = numstat(&text.join("\n"));
    let start = std::time::Instant::now();
    for _ in 0..100 {
        std::hint::black_box(of(&facts));
    }
    println!("{:?} for 100 files", start.elapsed() / 100);
}
