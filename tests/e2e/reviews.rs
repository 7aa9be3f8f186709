//! Agents that review: before a merge, as often as the profile says, and what comes of what they object to.

use crate::env::TestEnv;
use crate::repo::{QUICK, texts};

/// Work by the first line of the task; `REVIEW` and `REPAIR` are put in.
fn agent(review: &str, repair: &str) -> String {
    format!(
        "case $(head -n 1 \"$ACP_PROMPT_FILE\") in\n\
         \"# Review\"*) {review} ;;\n\
         \"# Repair\"*) {repair} ;;\n\
         *) echo first > work.txt; acp report implemented ;;\n\
         esac\n"
    )
}

/// With so many reviews before a merge.
fn under(script: &str, reviews: u8) -> TestEnv {
    let env = TestEnv::under_with(script, QUICK);
    env.set(
        "writes: full",
        &format!("writes: full\n  merge: {{ reviews: {reviews} }}"),
    );
    env
}

fn outcomes(env: &TestEnv) -> Vec<String> {
    let runs = env.runs().into_iter();
    let outcome = |run: serde_json::Value| {
        let run_outcome = run["outcome"].as_str().unwrap_or("none");
        format!("{} {run_outcome}", run["item"].as_str().unwrap())
    };
    runs.map(outcome).collect()
}

const PASSED: &str = "pr/2 approved-local-review-passed";

/// Waits for the review that is at work, looks at the pull request, and lets it end.
fn look_during(env: &TestEnv, stage: &str) {
    for _ in 0..400 {
        let _pass = env.pass();
        let runs = env.data(&["run", "list"]);
        let mut runs = runs.as_array().unwrap().iter();
        let at_work = |run: &&serde_json::Value| run["item"] == "pr/2" && run["state"] == "running";
        if let Some(run) = runs.find(at_work) {
            let out = format!(
                "acp/state/web/worktrees/{}/.acp",
                run["id"].as_str().unwrap()
            );
            env.wait_for(&out, "looking");
            if env.read(&format!("{out}/looking")).trim() == stage {
                // The labels that its launch asked for have arrived.
                let _pass = env.pass();
                let pr = env.show("pr", 2);
                let label = format!("agent-double-check-{stage}/2");
                assert!(texts(&pr["labels"]).contains(&label.as_str()), "{pr}");
                assert_eq!(pr["lane"], "pending", "{pr}");
                assert_eq!(env.why("pr/2")["code"], "running");
                env.write(&format!("{out}/go"), "");
                return;
            }
        }
        std::thread::sleep(std::time::Duration::from_millis(25));
    }
    panic!("no review {stage} came: {:?}", env.runs());
}

#[test]
fn reviews_that_pass_come_one_after_the_other_and_then_it_is_merged() {
    // What a review wishes for is a wish: the policy merges.
    let review = "case $(head -n 1 \"$ACP_PROMPT_FILE\") in *\"second review\"*) n=2 ;; *) n=1 ;; esac\n\
                  echo litter > litter.txt; echo $n > \"$ACP_OUT/looking\"\n\
                  while [ ! -e \"$ACP_OUT/go\" ]; do sleep 0.05; done\n\
                  echo 'Nothing to object.' | acp report approved --next human --comment-file -";
    let env = under(&agent(review, "exit 9"), 2);
    let _issue = env.issue("Add work");
    let _opened = env.passes_until("issue/1", "has-pr");
    assert_eq!(env.show("pr", 2)["lane"], "double-check-1");
    look_during(&env, "1");
    look_during(&env, "2");
    let _idle = env.until_idle();
    let pr = env.show("pr", 2);
    assert_eq!(pr["merged"], true, "{pr}");
    assert_eq!(
        outcomes(&env),
        ["issue/1 implemented", PASSED, PASSED],
        "{pr}"
    );
    let labels = texts(&pr["labels"]);
    assert!(
        !labels.iter().any(|label| label.contains("double-check")),
        "{pr}"
    );
    assert_eq!(env.merged("work.txt").unwrap(), "first\n");
    assert_eq!(env.merged("litter.txt"), None, "a review changes nothing");
}

#[test]
fn what_a_review_objects_to_is_repaired_and_reviewed_again_before_the_merge() {
    let review = "if grep -q mended work.txt; then acp report approved; else\n\
                  echo 'work.txt:1: it is the first.' | acp report blocked --detail 'it is not mended' --comment-file -; fi";
    let repair = "grep -q 'it is not mended' \"$ACP_PROMPT_FILE\" && grep -q 'work.txt:1: it is the first' \"$ACP_PROMPT_FILE\" &&\n\
                  echo mended > work.txt && acp report updated-branch";
    let env = under(&agent(review, repair), 1);
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    let pr = env.show("pr", 2);
    let expected = [
        "issue/1 implemented",
        "pr/2 blocked",
        "pr/2 updated-branch",
        PASSED,
    ];
    assert_eq!(outcomes(&env), expected, "{pr}");
    assert_eq!(pr["merged"], true, "{pr}");
    assert_eq!(env.merged("work.txt").unwrap(), "mended\n");
    assert!(!texts(&pr["labels"]).contains(&"agent-blocked"), "{pr}");
    // People read the objection, once.
    let told = pr.to_string();
    assert_eq!(told.matches("it is not mended").count(), 1, "{told}");
    assert_eq!(told.matches("it is the first").count(), 1, "{told}");
}

/// Works on one issue whose change ends with a person: its pull request, and why.
fn ends_blocked(env: &TestEnv) -> (serde_json::Value, serde_json::Value) {
    let _issue = env.issue("Add work");
    let _idle = env.until_idle();
    let _again = env.until_idle();
    let (pr, why) = (env.show("pr", 2), env.why("pr/2"));
    assert_eq!(
        (&pr["merged"], &pr["lane"]),
        (&false.into(), &"blocked".into()),
        "{why}"
    );
    (pr, why)
}

#[test]
fn a_review_that_is_never_content_ends_with_a_person_who_is_told_why() {
    let review = "acp report blocked --detail 'I do not like it'";
    for repair in [
        "date +%s%N > work.txt; acp report updated-branch",
        "acp report no-change-needed",
    ] {
        let env = under(&agent(review, repair), 1);
        let (pr, why) = ends_blocked(&env);
        let text = why["why"].as_str().unwrap();
        assert!(
            text.contains("3 fix runs did not help") && text.contains("I do not like it"),
            "{why}"
        );
        // One implements; three times it is reviewed and repaired; the last word is a review's.
        assert_eq!(env.runs().len(), 8, "{repair}: {:?}", outcomes(&env));
        assert!(texts(&pr["labels"]).contains(&"agent-blocked"), "{pr}");
    }
}

#[test]
fn a_review_without_a_result_is_tried_again_and_then_a_person_is_told() {
    for (review, reason) in [
        ("true", "no result"),
        ("exit 3", "exited with 3"),
        // A review changes nothing, and so it cannot say that it did.
        (
            "printf 'OUTCOME=updated-branch\\nACTION=host-push-pr-branch\\n' > \"$ACP_RESULT_FILE\"",
            "updated-branch",
        ),
    ] {
        let env = under(&agent(review, "exit 9"), 1);
        let (_pr, why) = ends_blocked(&env);
        assert!(why["why"].as_str().unwrap().contains(reason), "{why}");
        assert_eq!(
            why["command"], "acp pr label 2 --remove agent-blocked",
            "{why}"
        );
        assert_eq!(
            env.runs().len(),
            3,
            "two attempts of the review: {:?}",
            outcomes(&env)
        );
    }
}
