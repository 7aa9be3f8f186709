//! The table of risk stands in two places: where `policy` falls back on it, and where people read and change it.

use std::path::Path;

use acp::policy::default_risk_rules;
use acp::profile::load_text;
use acp::sys::Env;

#[test]
fn the_built_in_profile_and_the_policy_score_alike() {
    let text = "schema: 1\nforge: { kind: local }\n";
    let id = "p".parse().unwrap();
    let profile = load_text(&id, Path::new("p.yaml"), text, &Env::default()).unwrap();
    let (shown, built_in) = (profile.rules.risk, default_risk_rules());
    assert_eq!(shown.weights, built_in.weights);
    assert_eq!(shown.ceilings, built_in.ceilings);
    assert_eq!(shown.classes, built_in.classes);
    assert_eq!(shown, built_in);
}

#[test]
fn the_weights_are_those_that_documents_name() {
    let weights = default_risk_rules().weights;
    let documented = [
        ("auth_security_files", 40),
        ("changed_lines_per_50", 4),
        ("ci_failure", 50),
        ("code_change_without_test", 20),
        ("database_migration", 30),
        ("dependency_change", 25),
        ("files_touched_per_3", 3),
        ("forbidden_path_touch", 100),
        ("large_deletion", 20),
        ("low_test_coverage", 15),
        ("network_code_change", 15),
        ("orchestrator_core_change", 60),
        ("runner_sandbox_change", 60),
        ("sensitive_path_touch", 30),
        ("test_change_without_code", 10),
        ("validator_change", 60),
        ("validator_disagreement", 40),
        ("workflow_change", 40),
    ];
    let found: Vec<(&str, u32)> = weights.iter().map(|(k, v)| (k.as_str(), *v)).collect();
    assert_eq!(found, documented);
}
