//! The built-in table of risk: weights, ceilings, path classes. A profile may change every value.

use std::collections::BTreeMap;

use crate::domain::RiskRules;

pub(super) const LINES: &str = "changed_lines_per_50";
pub(super) const FILES: &str = "files_touched_per_3";
pub(super) const FORBIDDEN: &str = "forbidden_path_touch";
pub(super) const MIGRATION: &str = "database_migration";
pub(super) const TEST_ONLY: &str = "test_change_without_code";
pub(super) const CODE_ONLY: &str = "code_change_without_test";
pub(super) const CI_FAILURE: &str = "ci_failure";
pub(super) const DISAGREEMENT: &str = "validator_disagreement";
pub(super) const LARGE_DELETION: &str = "large_deletion";
pub(super) const LOW_COVERAGE: &str = "low_test_coverage";

/// The class of test files; it fires no factor by itself.
pub(super) const TEST: &str = "test";
/// The class of code; it fires no factor by itself.
pub(super) const CODE: &str = "code";

/// Every factor with its weight, in the order in which documents list them. Sums to far more than 100 on purpose: a
/// change needs few of them to be stopped.
const WEIGHTS: [(&str, u32); 18] = [
    (LINES, 4),
    (FILES, 3),
    (FORBIDDEN, 100),
    ("sensitive_path_touch", 30),
    ("workflow_change", 40),
    ("dependency_change", 25),
    (TEST_ONLY, 10),
    (CODE_ONLY, 20),
    ("auth_security_files", 40),
    ("network_code_change", 15),
    (MIGRATION, 30),
    ("orchestrator_core_change", 60),
    ("runner_sandbox_change", 60),
    ("validator_change", 60),
    (CI_FAILURE, 50),
    (DISAGREEMENT, 40),
    (LARGE_DELETION, 20),
    (LOW_COVERAGE, 15),
];

/// The names of the factors, in that order.
pub(super) const NAMES: [&str; WEIGHTS.len()] = {
    let mut names = [""; WEIGHTS.len()];
    let mut at = 0;
    while at < WEIGHTS.len() {
        names[at] = WEIGHTS[at].0;
        at += 1;
    }
    names
};

/// The most that the counted factors add: size alone never leaves the medium band.
const CEILINGS: [(&str, u32); 2] = [(LINES, 40), (FILES, 30)];

/// Path patterns by the factor that they fire. `**/x*` instead of `x*` means files only, not what is in a folder `x…`.
const CLASSES: [(&str, &[&str]); 11] = [
    (
        "sensitive_path_touch",
        &[
            "**/*.lock",
            "Cargo.lock",
            "package-lock.json",
            "npm-shrinkwrap.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lockb",
            "poetry.lock",
            "Pipfile.lock",
            "uv.lock",
            "Gemfile.lock",
            "go.sum",
            "composer.lock",
            "migrations/**",
            "schema.sql",
        ],
    ),
    ("workflow_change", &[".github/**"]),
    (
        "dependency_change",
        &[
            "pyproject.toml",
            "requirements*.txt",
            "package.json",
            "Cargo.toml",
            "go.mod",
            "Gemfile",
            "poetry.lock",
            "package-lock.json",
        ],
    ),
    (
        "auth_security_files",
        &[
            "auth/**",
            "security/**",
            "permissions/**",
            "**/permission*",
            "**/login*",
            "**/credential*",
            "**/token*",
        ],
    ),
    (
        "network_code_change",
        &[
            "requests/**",
            "network/**",
            "api/**",
            "client/**",
            "**/*.proto",
        ],
    ),
    (
        MIGRATION,
        &[
            "migration/**",
            "migrations/**",
            "alembic/**",
            "db/migrate/**",
        ],
    ),
    ("orchestrator_core_change", &["orchestrator/**"]),
    ("runner_sandbox_change", &["runner/**"]),
    ("validator_change", &["validator/**"]),
    (
        TEST,
        &[
            "test/**",
            "tests/**",
            "__tests__/**",
            "spec/**",
            "**/*_test.*",
            "**/test_*.*",
            "**/*.test.*",
            "**/*.spec.*",
        ],
    ),
    (
        CODE,
        &[
            "**/*.py",
            "**/*.ts",
            "**/*.tsx",
            "**/*.js",
            "**/*.jsx",
            "**/*.rs",
            "**/*.go",
            "**/*.java",
            "**/*.rb",
        ],
    ),
];

/// The largest score of the low band.
const LOW_MAX: u32 = 30;
/// The largest score of the medium band.
const MEDIUM_MAX: u32 = 70;
/// Deleted lines above which `large_deletion` fires.
const LARGE_DELETION_LINES: u64 = 200;

/// The built-in rules of risk.
pub fn default_risk_rules() -> RiskRules {
    let numbers = |table: &[(&str, u32)]| -> BTreeMap<String, u32> {
        table
            .iter()
            .map(|(name, n)| ((*name).to_owned(), *n))
            .collect()
    };
    let owned = |patterns: &[&str]| patterns.iter().map(ToString::to_string).collect();
    RiskRules {
        weights: numbers(&WEIGHTS),
        ceilings: numbers(&CEILINGS),
        classes: CLASSES
            .iter()
            .map(|(name, patterns)| ((*name).to_owned(), owned(patterns)))
            .collect(),
        low_max: LOW_MAX,
        medium_max: MEDIUM_MAX,
        large_deletion_lines: LARGE_DELETION_LINES,
    }
}
