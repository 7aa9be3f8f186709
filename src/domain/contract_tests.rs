//! Tables of what a result may be.

use super::*;

fn env(text: &str) -> Result<Vec<(String, String)>, BadResult> {
    parse_result_env(text.as_bytes()).map(|r| r.keys.into_iter().collect())
}

fn one(key: &str, value: &str) -> Vec<(String, String)> {
    vec![(key.to_owned(), value.to_owned())]
}

#[test]
fn lines_are_text_and_nothing_more() {
    for (line, value) in [
        ("A=b", "b"),
        ("A=", ""),
        ("A=b=c", "b=c"),
        ("  A= b \r", "b"),
        ("A=\"b c\"", "b c"),
        ("A='b c'", "b c"),
        ("A=\"\"b\"\"", "\"b\""),
        ("A=\"b'", "\"b'"),
        ("A=\"", "\""),
        ("A=$(touch /tmp/x)", "$(touch /tmp/x)"),
        ("A=`id`", "`id`"),
        ("A=b # c", "b # c"),
        ("A=b\\nc", "b\\nc"),
        ("\n# A=1\n\nA=b\n", "b"),
        ("A=ünïcode \u{202e}", "ünïcode \u{202e}"),
    ] {
        assert_eq!(env(line), Ok(one("A", value)), "{line:?}");
    }
}

#[test]
fn what_is_not_lines_of_pairs_is_refused() {
    for (text, error) in [
        ("A", BadResult::NotAPair { line: 1 }),
        ("A=1\nrm -rf /", BadResult::NotAPair { line: 2 }),
        ("a=1", BadResult::BadKey { number: 1 }),
        ("export A=1", BadResult::BadKey { number: 1 }),
        ("A =1", BadResult::BadKey { number: 1 }),
        ("1A=1", BadResult::BadKey { number: 1 }),
        ("=1", BadResult::BadKey { number: 1 }),
        ("\u{feff}A=1", BadResult::BadKey { number: 1 }),
        (
            "A=1\nA=1",
            BadResult::Twice {
                key: "A".to_owned(),
            },
        ),
        ("A=\0", BadResult::NotText),
    ] {
        assert_eq!(env(text), Err(error), "{text:?}");
    }
    assert_eq!(parse_result_env(b"A=\xff"), Err(BadResult::NotText));
}

#[test]
fn sizes_are_bounded_at_the_named_limits() {
    let value = "x".repeat(RESULT_BYTES_MAX - 2);
    assert!(env(&format!("A={value}")).is_ok());
    assert_eq!(env(&format!("A={value}x")), Err(BadResult::TooLarge));
    let keys = |n| {
        (0..n)
            .map(|i| format!("K{i}=v"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(env(&keys(100)).unwrap().len(), RESULT_KEYS_MAX);
    assert_eq!(env(&keys(101)), Err(BadResult::TooManyKeys));
    let object = |n| {
        let all: Vec<String> = (0..n).map(|i| format!("\"K{i}\":0")).collect();
        parse_result_json(format!("{{{}}}", all.join(",")).as_bytes())
    };
    assert!(object(100).is_ok());
    assert_eq!(object(101), Err(BadResult::TooManyKeys));
    assert!(object(102).is_err());
}

#[test]
fn json_says_the_same_as_lines() {
    let json = br#"{"outcome":"blocked","ACTION":"host-comment-blocker","N":3,"L":[1,{"a":null}],"X":null}"#;
    let env = b"OUTCOME=blocked\nACTION=host-comment-blocker\nN=3\nL=[1,{\"a\":null}]\n";
    assert_eq!(parse_result_json(json), parse_result_env(env));
    for (text, why) in [
        ("", "EOF"),
        ("[]", "an object"),
        ("\"A\"", "an object"),
        ("{\"A\":1} x", "trailing"),
        ("A=1", "expected value"),
    ] {
        match parse_result_json(text.as_bytes()) {
            Err(BadResult::NotJson { why: got }) => assert!(got.contains(why), "{text}: {got}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert_eq!(
        parse_result_json(br#"{"A":"1","a":"2"}"#),
        Err(BadResult::Twice {
            key: "A".to_owned()
        })
    );
    assert_eq!(
        parse_result_json(br#"{"a b":"1"}"#),
        Err(BadResult::BadKey { number: 1 })
    );
    let deep = format!("{{\"A\":{}1{}}}", "[".repeat(5000), "]".repeat(5000));
    assert!(matches!(
        parse_result_json(deep.as_bytes()),
        Err(BadResult::NotJson { .. })
    ));
}

#[test]
fn the_table_of_pairs_is_the_documented_one() {
    let (issue, scheduled, review, fix) = (Issue, Scheduled, Review, Fix);
    let approved = "approved-local-review-passed";
    for (kind, outcome, action, claim) in [
        (issue, "implemented", "host-publish-issue-pr", true),
        (issue, "blocked", "host-comment-blocker", true),
        (issue, "reported", "host-comment-scheduled-report", false),
        (issue, "updated-branch", "host-push-pr-branch", false),
        (issue, "implemented", "host-push-pr-branch", false),
        (issue, "implemented", "", false),
        (issue, "Implemented", "host-publish-issue-pr", false),
        (scheduled, "reported", "host-comment-scheduled-report", true),
        (scheduled, "reported", "host-comment-scheduled-alert", true),
        (scheduled, "implemented", "host-publish-issue-pr", false),
        (review, approved, "host-advance-double-check-2", true),
        (review, approved, "host-approve-and-merge", true),
        (review, approved, "host-await-human-review", true),
        (review, "blocked", "host-comment-pr-blocker", true),
        (review, "updated-branch", "host-push-pr-branch", false),
        (fix, "updated-branch", "host-push-pr-branch", true),
        (fix, "no-change-needed", "host-refresh-pr-state", true),
        (fix, "blocked", "host-comment-pr-blocker", true),
        (fix, "blocked", "host-comment-blocker", false),
        (fix, approved, "host-approve-and-merge", false),
    ] {
        assert_eq!(
            legal(kind, outcome, action).is_some(),
            claim,
            "{kind:?} {outcome} {action}"
        );
    }
    assert_eq!(PAIRS.len(), 10);
    for row in PAIRS {
        for kind in row.kinds {
            assert_eq!(legal(*kind, row.outcome, row.action), Some(row.claim));
        }
    }
}

#[test]
fn a_claim_needs_both_keys_and_a_pair_of_its_task() {
    let claim = |text: &str| parse_result_env(text.as_bytes()).unwrap().claim(Issue);
    assert_eq!(
        claim("OUTCOME=implemented\nACTION=host-publish-issue-pr\nMOOD=fine"),
        Ok(Claim::Implemented)
    );
    assert_eq!(claim("ACTION=x"), Err(BadResult::Lacks { key: "OUTCOME" }));
    assert_eq!(
        claim("OUTCOME=implemented\nACTION="),
        Err(BadResult::Lacks { key: "ACTION" })
    );
    let illegal = claim("OUTCOME=\u{1b}[2Jmerge-me\nACTION=now").unwrap_err();
    assert_eq!(
        illegal.to_string(),
        "OUTCOME `\u{fffd}[2Jmerge-me` with ACTION `now` is not a legal end of this task"
    );
}

#[test]
fn what_is_written_is_read_back() {
    for value in [
        "plain",
        "\"quoted\"",
        "'a'",
        "\"",
        "a=b",
        "$(x)",
        "# no comment",
    ] {
        let mut file = ResultFile::default();
        file.insert(1, "DETAIL", value.to_owned()).unwrap();
        let again = parse_result_env(file.to_string().as_bytes()).unwrap();
        assert_eq!(again, file, "{value}");
    }
    let mut file = ResultFile::default();
    let hostile = "a\nOUTCOME=implemented\r\n\u{0}b".to_owned();
    file.insert(1, "DETAIL", hostile).unwrap();
    let again = parse_result_env(file.to_string().as_bytes()).unwrap();
    assert_eq!(again.detail(), Some("a OUTCOME=implemented   b"));
    assert_eq!(again.get("OUTCOME"), None);
}
