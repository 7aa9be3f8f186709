use proptest::prelude::*;

use super::*;

#[test]
fn the_line_is_found_where_a_page_shows_it() {
    for (body, expected) in [
        ("Agent schedule: every 6h", Some("every 6h")),
        (
            "Look.\r\n  AGENT SCHEDULE:   every 6h  \r\nMore.",
            Some("every 6h"),
        ),
        (
            "- Agent schedule: `0 6 * * *`\nAgent schedule: every 1h",
            Some("0 6 * * *"),
        ),
        ("**Agent schedule:** every 6h", Some("** every 6h")),
        ("Agent schedule:", Some("")),
        ("The Agent schedule: every 6h", None),
        ("Schedule: every 6h", None),
        ("> Agent schedule: every 6h", None),
        ("    Agent schedule: every 6h", None),
        ("```\nAgent schedule: every 6h\n```", None),
        ("```\nx\n```\nAgent schedule: every 6h", Some("every 6h")),
        ("<!-- Agent schedule: every 6h -->", None),
        (
            "<!--\nAgent schedule: every 5m\n-->\nAgent schedule: every 6h",
            Some("every 6h"),
        ),
        ("<!-- open\nAgent schedule: every 5m", None),
        ("Agent sched\u{200b}ule: every 6h", None),
        ("", None),
    ] {
        assert_eq!(schedule_line(body).as_deref(), expected, "{body:?}");
    }
    let long = format!("Agent schedule: {}", "ä".repeat(10_000));
    let kept = schedule_line(&long).unwrap();
    assert_eq!(kept.chars().count(), LINE_CHARS_MAX + 1);
    assert_eq!(Schedule::parse(&kept), Err(BadSchedule::Form));
}

#[test]
fn periods_are_read() {
    for (text, minutes) in [
        ("every 5m", 5),
        ("Every 6H", 360),
        ("every 1 d", 1_440),
        ("every 366d", 366 * 1_440),
    ] {
        let period = Duration::from_secs(minutes * 60);
        assert_eq!(Schedule::parse(text), Ok(Schedule::Every(period)), "{text}");
    }
    for (text, error) in [
        ("every 4m", BadSchedule::Range),
        ("every 0h", BadSchedule::Range),
        ("every 367d", BadSchedule::Range),
        ("every 99999999999999999999999d", BadSchedule::Range),
        ("every", BadSchedule::Form),
        ("every h", BadSchedule::Form),
        ("every 6", BadSchedule::Form),
        ("every 6w", BadSchedule::Form),
        ("every -6h", BadSchedule::Form),
        ("every 6h ±1", BadSchedule::Form),
        ("sometimes", BadSchedule::Form),
        ("** every 6h", BadSchedule::Form),
        ("", BadSchedule::Form),
        ("* * * *", BadSchedule::Form),
        ("* * * * * *", BadSchedule::Form),
    ] {
        assert_eq!(Schedule::parse(text), Err(error), "{text}");
    }
}

#[test]
fn fields_of_cron_are_read_or_refused_by_name() {
    for text in [
        "* * * * *",
        "0 6 * * *",
        "*/15 0-6,18-23 1,15 jan-mar MON-fri",
        "59 23 31 12 7",
        "5/10 0 29 2 *",
    ] {
        assert!(Schedule::parse(text).is_ok(), "{text}");
    }
    for (text, named) in [
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of the month"),
        ("* * 32 * *", "day of the month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of the week"),
        ("* * * * moon", "day of the week"),
        ("*/0 * * * *", "minute"),
        ("9-5 * * * *", "minute"),
        ("1,,2 * * * *", "minute"),
        ("+1 * * * *", "minute"),
        ("* mon * * *", "hour"),
    ] {
        let error = Schedule::parse(text).unwrap_err().to_string();
        assert!(error.contains(named), "{text}: {error}");
    }
    assert_eq!(Schedule::parse("0 0 30 2 *"), Err(BadSchedule::Never));
    assert_eq!(
        Schedule::parse("0 0 31 4,6,9,11 */2"),
        Err(BadSchedule::Never)
    );
}

proptest! {
    #[test]
    fn no_text_is_too_odd_to_be_looked_at(text in "\\PC{0,200}", lines in "(.|\n){0,200}") {
        let found = schedule_line(&format!("{lines}\nAgent schedule: {text}\n{lines}"));
        for text in found.iter().chain([&text]) {
            if let Ok(Schedule::Every(period)) = Schedule::parse(text) {
                prop_assert!((SCHEDULE_MIN..=SCHEDULE_MAX).contains(&period));
            }
        }
    }

    #[test]
    fn a_range_is_its_values(from in 0_u32..60, length in 0_u32..60, step in 1_u32..70) {
        let to = (from + length).min(59);
        let Ok(Schedule::Cron(cron)) = Schedule::parse(&format!("{from}-{to}/{step} 3 * * *")) else {
            panic!("it is read");
        };
        for minute in 0..60 {
            let expected = (from..=to).contains(&minute) && (minute - from) % step == 0;
            prop_assert_eq!(cron.has_time(3, minute), expected);
            prop_assert!(!cron.has_time(4, minute));
        }
    }
}
