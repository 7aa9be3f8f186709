//! The body of the pull request that a run opens: the agent's words, made harmless, and below them what acp knows.

use std::fmt::Write as _;

use super::defuse::{defuse_line, defuse_within};
use super::text::MARKER_CHARS_MAX;
use crate::domain::bounds::BODY_CHARS_MAX;
use crate::domain::{RiskScore, Run, RunFindings, Sha};

/// Checks and risk factors that are named each; the rest is counted.
const LINES_MAX: usize = 30;

/// The body of the pull request that a run opens, with its marker at most 65,536 characters: only the agent's text is cut.
/// It ends with the line that closes the issue, or with one that only refers to it when the issue is `keep_open`; the
/// forge adds the marker.
pub fn pull_body(
    run: &Run,
    findings: &RunFindings,
    commit: &Sha,
    risk: &RiskScore,
    keep_open: bool,
) -> String {
    let facts = facts(run, findings, commit, risk, keep_open);
    let room = BODY_CHARS_MAX.saturating_sub(facts.chars().count() + MARKER_CHARS_MAX);
    let words = findings
        .pr_body
        .as_ref()
        .map(|text| defuse_within(text, room))
        .filter(|text| !text.is_empty());
    let words = words.unwrap_or_else(|| format!("{}.", defuse_line(&run.title, 200)));
    format!("{words}{facts}")
}

/// What acp knows, as it stands below the agent's words.
fn facts(
    run: &Run,
    findings: &RunFindings,
    commit: &Sha,
    risk: &RiskScore,
    keep_open: bool,
) -> String {
    let issue = run.item.number;
    let mut text = format!(
        "\n\n---\n\nFor #{issue}, by run `{}` of agent `{}`, attempt {}, at {}.\n",
        run.id,
        run.agent,
        run.attempt,
        commit.short()
    );
    checks(&mut text, findings);
    risks(&mut text, risk);
    let _ = writeln!(
        text,
        "\n**Evidence** (on the machine that ran it, `acp run show {0}`): \
         `runs/{0}/findings.json`, `runs/{0}/agent.log`, `runs/{0}/prompt.md`",
        run.id
    );
    let verb = if keep_open { "Refs" } else { "Closes" };
    let _ = write!(text, "\n{verb} #{issue}\n");
    text
}

fn checks(text: &mut String, findings: &RunFindings) {
    let results = &findings.verify;
    let passed = results.iter().filter(|result| result.passed).count();
    let _ = match results.len() {
        0 => writeln!(text, "\n**Checks**: the profile has none"),
        all => writeln!(text, "\n**Checks**: {passed} of {all} passed"),
    };
    // What failed is what a reader looks for: it comes first, and is never among those that are only counted.
    let (good, bad): (Vec<_>, Vec<_>) = results.iter().partition(|result| result.passed);
    let lines = bad.into_iter().chain(good).map(|result| {
        let mark = if result.passed { "passed" } else { "FAILED" };
        let note = match defuse_line(&result.note, 100) {
            note if note.is_empty() || result.passed => String::new(),
            note => format!(" ({note})"),
        };
        format!("- `{}`: {mark}{note}", code_line(&result.command))
    });
    bounded(text, lines);
    if findings.inferred {
        text.push_str("- the result was inferred: the agent left a change and passing checks, and no result file\n");
    }
}

fn risks(text: &mut String, risk: &RiskScore) {
    let score = risk
        .score
        .map_or("not known".to_owned(), |score| score.to_string());
    let _ = writeln!(text, "\n**Risk**: {score} ({})", risk.band.as_str());
    let lines = risk.factors.iter().map(|factor| {
        format!(
            "- {} +{}: {}",
            factor.name,
            factor.weight,
            defuse_line(&factor.reason, 300)
        )
    });
    bounded(text, lines);
}

fn bounded(text: &mut String, mut lines: impl Iterator<Item = String>) {
    for line in lines.by_ref().take(LINES_MAX) {
        let _ = writeln!(text, "{line}");
    }
    let left = lines.count();
    if left > 0 {
        let _ = writeln!(text, "- and {left} more");
    }
}

/// A command of the profile inside backticks: the owner wrote it, so only what would end the code is taken out.
fn code_line(command: &str) -> String {
    super::text::one_line(&command.replace('`', "'"), 200).replace("<!--", "<! --")
}

#[cfg(test)]
mod tests {
    use super::super::testing::{run, sha};
    use super::super::text::blocked_comment;
    use super::*;
    use crate::domain::{RiskBand, RiskFactor, VerifyResult};

    fn result(command: &str, passed: bool) -> VerifyResult {
        let note = if passed { "exit 0" } else { "exited with 1" };
        VerifyResult {
            command: command.to_owned(),
            passed,
            note: note.to_owned(),
        }
    }

    fn risk(score: Option<u32>, band: RiskBand, reasons: &[&str]) -> RiskScore {
        let factors = reasons.iter().map(|reason| RiskFactor {
            name: "size".to_owned(),
            weight: 5,
            reason: (*reason).to_owned(),
        });
        RiskScore {
            score,
            band,
            factors: factors.collect(),
            notes: vec![],
            protected: vec![],
            forbidden: vec![],
        }
    }

    fn findings(body: &str, verify: Vec<VerifyResult>) -> RunFindings {
        RunFindings {
            pr_body: Some(body.to_owned()).filter(|body| !body.is_empty()),
            verify,
            ..RunFindings::default()
        }
    }

    const HOSTILE: &str = "Closes #99, **fixes** https://forge.example/a/b/issues/7 and resolves a/b#3.\n\
        Ask @everyone &commat;all. <!-- acp:0123456789abcdef -->\n\
        <!-<!-- x -->- acp:0123456789abcdef -->\n</p><details><summary>\n\n```\n\u{202e}never closed";

    #[test]
    fn the_usual_body() {
        let checks = vec![
            result("cargo test", true),
            result("cargo fmt --check", true),
        ];
        let findings = findings("Adds a greeting to `Vec<String>`.\n\n- tested", checks);
        let risk = risk(Some(5), RiskBand::Low, &["120 lines"]);
        insta::assert_snapshot!(pull_body(
            &run("Add a greeting"),
            &findings,
            &sha('c'),
            &risk,
            false
        ));
    }

    #[test]
    fn the_body_of_what_fails_for_an_issue_that_stays_open() {
        let checks = vec![result("cargo test", true), result("cargo `clippy`", false)];
        let mut findings = findings("", checks);
        findings.inferred = true;
        let risk = risk(None, RiskBand::High, &["the files are not known"]);
        let run = run("Fix #12 for @ann <b>");
        insta::assert_snapshot!(pull_body(&run, &findings, &sha('c'), &risk, true));
    }

    #[test]
    fn the_comment_of_a_blocked_run() {
        let mut findings = findings("", vec![]);
        findings.comment = Some("I need @ann.\n\n```\nfixes #4".to_owned());
        insta::assert_snapshot!(blocked_comment(
            &run("x"),
            &findings,
            "it closes #3",
            Some("mend `repo.setup`")
        ));
    }

    #[test]
    fn the_body_of_a_hostile_agent() {
        let risk = risk(
            Some(5),
            RiskBand::Low,
            &["`fixes #3` <!-- acp:0123456789abcdef --> in @a"],
        );
        let findings = findings(HOSTILE, vec![]);
        let body = pull_body(&run("x"), &findings, &sha('c'), &risk, false);
        insta::assert_snapshot!(body);
    }

    #[test]
    fn a_long_body_is_cut_inside_the_agents_text_alone() {
        let words = format!("```\n{}", "ä line of code\n".repeat(6_000));
        let many: Vec<_> = (0..200)
            .map(|n| result(&format!("check {n} {}", "x".repeat(400)), n != 150))
            .collect();
        let reasons = vec!["y".repeat(1_000); 50];
        let reasons: Vec<&str> = reasons.iter().map(String::as_str).collect();
        let risk = risk(Some(5), RiskBand::Low, &reasons);
        let short = findings("short", many.clone());
        let facts = pull_body(&run("x"), &short, &sha('c'), &risk, false);
        let facts = facts.strip_prefix("short").unwrap();
        assert!(
            facts.contains("`check 150 ") && facts.contains("- and 170 more"),
            "{facts}"
        );
        let body = pull_body(&run("x"), &findings(&words, many), &sha('c'), &risk, false);
        let end = format!("\n```\n\n(cut){facts}");
        assert!(body.ends_with(&end), "{}", &body[body.len() - 20_000..]);
        let length = body.chars().count();
        assert!(
            (65_000..=65_536 - MARKER_CHARS_MAX).contains(&length),
            "{length}"
        );
        let head: String = body.chars().take(200).collect();
        insta::assert_snapshot!(head);
    }
}
