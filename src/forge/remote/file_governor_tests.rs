use std::collections::BTreeSet;
use std::sync::Mutex;

use super::*;
use crate::http::Headers;
use crate::sys::{Secret, StepClock};

const NOW: &str = "2026-03-01T12:00:00Z";

struct Bench {
    dir: tempfile::TempDir,
    clock: Arc<StepClock>,
}

impl Bench {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
            clock: Arc::new(StepClock::new(NOW.parse().unwrap())),
        }
    }

    /// As another process would open it.
    fn governor(&self) -> FileGovernor {
        self.governor_of("hush-hush-1", Limits::STRICT)
    }

    fn governor_of(&self, token: &str, limits: Limits) -> FileGovernor {
        FileGovernor::new(
            self.dir.path(),
            "forge.example",
            Token::known(Secret::new(token.to_owned()), "a test"),
            limits,
            Arc::<StepClock>::clone(&self.clock),
        )
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn step(&self, seconds: i64) {
        self.clock.step(SignedDuration::from_secs(seconds));
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("forge-limits.json")).unwrap()
    }
}

fn answer(status: u16, fields: &[(&str, &str)], body: &str) -> Response {
    let mut headers = Headers::new();
    for (name, value) in fields {
        headers.push(name, *value);
    }
    Response {
        status,
        headers,
        body: body.as_bytes().to_vec(),
    }
}

fn seconds_left(limited: Result<(), ForgeError>, now: Timestamp) -> i64 {
    match limited {
        Err(ForgeError::Limited { until }) => until.duration_since(now).as_secs(),
        other => panic!("{other:?}"),
    }
}

/// The forge's own rules, written another way: for every write, what came within the window that ends with it.
fn broken_rule(writes: &BTreeSet<i64>) -> Option<String> {
    let within = |at: i64, span: i64| writes.range(at - span + 1..=at).count();
    writes.iter().find_map(|&at| {
        let counts = [within(at, 1000), within(at, 60_000), within(at, 3_600_000)];
        let fine = counts[0] <= 1 && counts[1] <= 80 && counts[2] <= 500;
        (!fine).then(|| format!("{at}: {counts:?}"))
    })
}

#[test]
fn writes_are_a_second_apart_and_reads_are_not() {
    let bench = Bench::new();
    let governor = bench.governor();
    let start = bench.now();
    for _ in 0..5 {
        governor.admit(Cost::Read).unwrap();
    }
    assert_eq!(bench.now(), start);
    for _ in 0..5 {
        governor.admit(Cost::Write).unwrap();
        // The answer takes its time; the next write is a second after it.
        bench.clock.step(SignedDuration::from_millis(300));
        assert_eq!(governor.note(Cost::Write, &answer(200, &[], "")), None);
    }
    assert_eq!(
        bench.now().duration_since(start).as_millis(),
        4 * 1300 + 300
    );
}

/// An app gets another token each hour; the forge counts the account.
#[test]
fn the_writes_of_the_last_token_count_for_the_next_one() {
    let bench = Bench::new();
    let first = bench.governor();
    first.admit(Cost::Write).unwrap();
    let written = bench.now();
    let next = bench.governor_of("hush-hush-2", Limits::STRICT);
    next.admit(Cost::Write).unwrap();
    assert_eq!(bench.now().duration_since(written).as_millis(), 1000);
    // From then on each has its own.
    bench.step(5);
    first.admit(Cost::Write).unwrap();
    let written = bench.now();
    next.admit(Cost::Write).unwrap();
    assert_eq!(bench.now(), written);
}

#[test]
fn the_writes_of_eight_processes_keep_to_every_window() {
    let bench = Bench::new();
    let left = Mutex::new(600);
    let booked = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let governor = bench.governor();
                loop {
                    match governor.admit(Cost::Content) {
                        Ok(()) => {}
                        Err(ForgeError::Limited { until }) => {
                            let wait = until.duration_since(bench.now());
                            bench.clock.step(wait.max(SignedDuration::ZERO));
                            continue;
                        }
                        Err(other) => panic!("{other}"),
                    }
                    let seen = governor.with(|used, _| used.content.clone()).unwrap();
                    booked.lock().unwrap().extend(seen);
                    let mut left = left.lock().unwrap();
                    *left -= 1;
                    if *left <= 0 {
                        return;
                    }
                }
            });
        }
    });
    let booked = booked.into_inner().unwrap();
    // As many moments as writes: no two shared one.
    assert_eq!(
        i64::try_from(booked.len()).unwrap(),
        600 - left.into_inner().unwrap()
    );
    assert_eq!(broken_rule(&booked), None);
    assert!(broken_rule(&BTreeSet::from([0, 999])).is_some());
    assert!(broken_rule(&(0..81).map(|n| n * 740).collect()).is_some());
}

#[test]
fn points_and_content_are_counted_by_the_minute_and_the_hour() {
    let bench = Bench::new();
    let limits = Limits {
        content_per_minute: 3,
        content_per_hour: 5,
        points_per_minute: 40,
        write_spacing: Duration::ZERO,
    };
    let governor = bench.governor_of("a", limits);
    for _ in 0..3 {
        governor.admit(Cost::Content).unwrap();
    }
    bench.step(10);
    assert_eq!(seconds_left(governor.admit(Cost::Content), bench.now()), 50);
    let [block] = &blocks(bench.dir.path(), bench.now())[..] else {
        panic!()
    };
    assert_eq!(block.why, "3 things were written within a minute");
    assert_eq!(block.host, "forge.example");
    // Others go on: it was not the forge that said stop.
    governor.admit(Cost::Write).unwrap();
    for _ in 0..20 {
        governor.admit(Cost::Read).unwrap();
    }
    assert_eq!(seconds_left(governor.admit(Cost::Read), bench.now()), 50);
    bench.step(51);
    for _ in 0..2 {
        governor.admit(Cost::Content).unwrap();
    }
    bench.step(61);
    assert_eq!(
        seconds_left(governor.admit(Cost::Content), bench.now()),
        3600 - 122
    );
    bench.step(3600);
    governor.admit(Cost::Content).unwrap();
    assert_eq!(blocks(bench.dir.path(), bench.now()), []);
}

#[test]
fn the_hours_calls_end_before_the_last_of_them() {
    let bench = Bench::new();
    let governor = bench.governor();
    let reset = (bench.now().as_second() + 600).to_string();
    let fields = |left: &'static str| {
        answer(
            200,
            &[
                ("X-RateLimit-Limit", "5000"),
                ("X-RateLimit-Remaining", left),
                ("X-RateLimit-Reset", &reset),
            ],
            "",
        )
    };
    assert_eq!(governor.note(Cost::Read, &fields("51")), None);
    governor.admit(Cost::Read).unwrap();
    assert_eq!(governor.note(Cost::Read, &fields("50")), None);
    assert_eq!(
        seconds_left(bench.governor().admit(Cost::Read), bench.now()),
        600
    );
    let [block] = &blocks(bench.dir.path(), bench.now())[..] else {
        panic!()
    };
    assert_eq!(block.why, "50 of 5000 calls of this hour are left");
    // Another account is not held up, and no token is in the file.
    bench
        .governor_of("hush-hush-2", Limits::STRICT)
        .admit(Cost::Read)
        .unwrap();
    assert!(!bench.text().contains("hush"), "{}", bench.text());
    bench.step(601);
    governor.admit(Cost::Read).unwrap();
    // A pool of its own does not stop the others.
    let search = answer(
        200,
        &[
            ("x-ratelimit-limit", "30"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-resource", "search"),
            ("x-ratelimit-reset", &reset),
        ],
        "",
    );
    assert_eq!(governor.note(Cost::Read, &search), None);
    governor.admit(Cost::Read).unwrap();
}

#[test]
fn limits_are_told_from_permissions() {
    let reset = ("x-ratelimit-reset", "1772367000"); // 12:10
    let zero = ("x-ratelimit-remaining", "0");
    let some = ("x-ratelimit-remaining", "10");
    let limit = ("x-ratelimit-limit", "60");
    let graphql = ("x-ratelimit-resource", "graphql");
    for (status, fields, body, wait) in [
        (403, &[zero, reset, limit][..], "", Some(600)),
        (429, &[zero, reset, limit], "", Some(600)),
        (403, &[some, reset, limit], "Resource not accessible", None),
        (403, &[], "Must have admin rights", None),
        (403, &[("Retry-After", "30")], "", Some(30)),
        (
            429,
            &[("Retry-After", "Sun, 01 Mar 2026 12:00:40 GMT")],
            "",
            Some(40),
        ),
        (429, &[("Retry-After", "0")], "", Some(1)),
        (429, &[("Retry-After", "999999")], "", Some(3600)),
        (429, &[], "", Some(60)),
        (
            403,
            &[some, reset, limit],
            "You have exceeded a SECONDARY rate limit.",
            Some(60),
        ),
        (403, &[], "abuse detection mechanism", Some(60)),
        (
            200,
            &[zero, reset, limit, graphql],
            "{\"errors\":[{\"type\":\"RATE_LIMITED\"}]}",
            Some(600),
        ),
        (200, &[zero, reset, limit, graphql], "{\"data\":{}}", None),
        (401, &[], "", None),
        (404, &[zero, reset, limit], "", None),
        (502, &[], "rate limit exceeded", None),
    ] {
        let bench = Bench::new();
        let until = bench
            .governor()
            .note(Cost::Write, &answer(status, fields, body));
        let left = until.map(|until| until.duration_since(bench.now()).as_secs());
        assert_eq!(left, wait, "{status} {fields:?} {body}");
        if let Some(wait) = wait.filter(|wait| *wait > 2) {
            let other = bench.governor().admit(Cost::Read);
            assert_eq!(seconds_left(other, bench.now()), wait);
        }
    }
}

#[test]
fn back_off_doubles_up_to_an_hour_and_falls_again() {
    let bench = Bench::new();
    let governor = bench.governor();
    let fast = answer(429, &[], "");
    let fine = answer(200, &[], "");
    let mut waits = vec![];
    for _ in 0..8 {
        let until = governor.note(Cost::Write, &fast).unwrap();
        waits.push(until.duration_since(bench.now()).as_secs() / 60);
        bench.clock.step(until.duration_since(bench.now()));
    }
    assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
    for _ in 0..3 {
        bench.step(61);
        assert_eq!(governor.note(Cost::Write, &fine), None);
        // Many that go well at once count as one.
        assert_eq!(governor.note(Cost::Write, &fine), None);
    }
    let until = governor.note(Cost::Write, &fast).unwrap();
    assert_eq!(until.duration_since(bench.now()).as_secs() / 60, 16);
}

#[test]
fn clocks_that_are_wrong_hold_nothing_up_for_long() {
    // The forge is a day ahead: its reset is ten minutes from its own now.
    let bench = Bench::new();
    let skewed = answer(
        403,
        &[
            ("Date", "Mon, 02 Mar 2026 12:00:00 GMT"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-limit", "60"),
            ("x-ratelimit-reset", "1772453400"),
        ],
        "",
    );
    let until = bench.governor().note(Cost::Read, &skewed).unwrap();
    assert_eq!(until.duration_since(bench.now()).as_secs(), 600);
    // A reset in another century.
    let bench = Bench::new();
    let absurd = answer(
        403,
        &[
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "9999999999999"),
        ],
        "",
    );
    let until = bench.governor().note(Cost::Read, &absurd).unwrap();
    assert_eq!(until.duration_since(bench.now()).as_secs(), 3600);
    // Our own clock is set back by a week in the middle of it.
    let bench = Bench::new();
    let governor = bench.governor();
    governor.admit(Cost::Content).unwrap();
    assert!(
        governor
            .note(Cost::Content, &answer(429, &[], ""))
            .is_some()
    );
    bench.clock.step(SignedDuration::from_hours(-24 * 7));
    assert!(seconds_left(governor.admit(Cost::Read), bench.now()) <= 3600);
    bench.step(3601);
    governor.admit(Cost::Content).unwrap();
}

#[test]
fn a_file_in_pieces_counts_as_empty_and_one_of_a_newer_acp_does_not() {
    let bench = Bench::new();
    let file = bench.dir.path().join("forge-limits.json");
    for pieces in [
        "",
        "{\"format\":1,\"acc",
        "[]",
        "{\"format\":1,\"accounts\":{\"x\":3}}",
    ] {
        durable::write_quick(&file, pieces.as_bytes()).unwrap();
        bench.governor().admit(Cost::Read).unwrap();
        assert!(bench.text().starts_with("{\"format\":1,"));
    }
    durable::write_quick(&file, b"{\"format\":2}").unwrap();
    let error = bench.governor().admit(Cost::Read).unwrap_err();
    assert!(matches!(error, ForgeError::Io { .. }), "{error}");
    assert_eq!(bench.text(), "{\"format\":2}");
    // A limit is reported although it cannot be noted.
    assert!(
        bench
            .governor()
            .note(Cost::Read, &answer(429, &[], ""))
            .is_some()
    );
}

/// The book is kept in memory between two calls: it must not be believed when anybody has touched the file since.
#[test]
fn what_others_write_between_two_calls_counts() {
    let bench = Bench::new();
    let (one, other) = (bench.governor(), bench.governor());
    let booked = |governor: &FileGovernor| governor.with(|used, _| used.content.len()).unwrap();
    for turn in 1..=3 {
        one.admit(Cost::Content).unwrap();
        other.admit(Cost::Content).unwrap();
        assert_eq!((booked(&one), booked(&other)), (2 * turn, 2 * turn));
    }
    let file = bench.dir.path().join("forge-limits.json");
    std::io::Write::write_all(&mut File::create(&file).unwrap(), b"{").unwrap();
    assert_eq!(booked(&other), 0, "edited");
    one.admit(Cost::Content).unwrap();
    assert_eq!(booked(&one), 1);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(booked(&one), 0, "removed");
}
