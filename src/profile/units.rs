//! Durations, sizes and money as people write them.

use std::time::Duration;

/// Units of time in milliseconds, largest first.
const TIME: &[(&str, u64)] = &[
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// Units of size in bytes, largest first.
const SIZE: &[(&str, u64)] = &[
    ("TB", 1_000_000_000_000),
    ("GB", 1_000_000_000),
    ("MB", 1_000_000),
    ("kB", 1_000),
    ("B", 1),
];

/// The longest duration that a profile may name: a hundred years, so that no sum with a time overflows.
const DURATION_MS_MAX: u64 = 36_525 * 86_400_000;

/// What a duration looks like, for messages.
pub(super) const DURATION: &str = "a duration such as `90s`, `30m`, `2h` or `1d`";
/// What a size looks like, for messages.
pub(super) const BYTES: &str = "a size such as `500MB` or `2GB`";
/// What an amount of money looks like, for messages.
pub(super) const DOLLARS: &str = "dollars such as `15` or `0.50`, with at most six decimals";

/// Reads `30m`, `90s`, `2h`, `500ms` or `1d`: one whole number and one unit.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let ms = scaled(text, |unit| {
        TIME.iter().find(|(name, _)| *name == unit).map(|x| x.1)
    })?;
    (ms <= DURATION_MS_MAX).then(|| Duration::from_millis(ms))
}

/// Reads `500MB`, `2GB`, `64kB`, `10B`: one whole number and one decimal unit.
pub fn parse_size(text: &str) -> Option<u64> {
    scaled(text, |unit| {
        let same = |(name, _): &&(&str, u64)| name.eq_ignore_ascii_case(unit);
        SIZE.iter().find(same).map(|x| x.1)
    })
}

/// Reads a time of the day, `08:00`, as its minute; 24 hours, two digits each.
pub(super) fn parse_minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let part = |text: &str, below: u16| {
        let digits = text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit());
        let number: u16 = text.parse().ok().filter(|_| digits)?;
        (number < below).then_some(number)
    };
    Some(part(hour, 24)? * 60 + part(minute, 60)?)
}

/// Reads dollars into micro-dollars, exactly: `15`, `0.5`, `0.000001`.
pub fn parse_dollars(text: &str) -> Option<u64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(decimals) || decimals.len() > 6 {
        return None;
    }
    let micros: u64 = format!("{decimals:0<6}").parse().ok()?;
    let whole: u64 = whole.parse().ok()?;
    whole.checked_mul(1_000_000)?.checked_add(micros)
}

/// The shortest text that [`parse_duration`] reads back, for whole milliseconds.
pub fn duration_text(duration: Duration) -> String {
    let ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    largest_unit(ms, TIME, "s")
}

/// The shortest text that [`parse_size`] reads back.
pub fn size_text(bytes: u64) -> String {
    largest_unit(bytes, SIZE, "B")
}

/// The text that [`parse_dollars`] reads back: `15`, `0.5`.
pub fn dollars_text(micros: u64) -> String {
    let (whole, rest) = (micros / 1_000_000, micros % 1_000_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{rest:06}").trim_end_matches('0'))
}

fn scaled(text: &str, unit: impl Fn(&str) -> Option<u64>) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, name) = text.split_at(end);
    let number: u64 = number.parse().ok()?;
    number.checked_mul(unit(name.trim())?)
}

fn largest_unit(amount: u64, units: &[(&str, u64)], of_zero: &str) -> String {
    let exact = |(_, size): &&(&str, u64)| amount.is_multiple_of(*size);
    match units.iter().find(exact) {
        Some((name, size)) if amount > 0 => format!("{}{name}", amount / size),
        _ => format!("{amount}{of_zero}"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn durations_need_a_unit_and_stay_in_range() {
        let ms = |text| parse_duration(text).map(|d| d.as_millis());
        assert_eq!(ms("500ms"), Some(500));
        assert_eq!(ms("90s"), Some(90_000));
        assert_eq!(ms("30m"), Some(1_800_000));
        assert_eq!(ms("2h"), Some(7_200_000));
        assert_eq!(ms("1d"), Some(86_400_000));
        assert_eq!(ms("0s"), Some(0));
        for bad in [
            "",
            "30",
            "m",
            "-1m",
            "+1m",
            "1.5h",
            "1h30m",
            "1w",
            "1M",
            "36526d",
            "99999999999999999999s",
        ] {
            assert_eq!(ms(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_decimal_and_money_is_exact() {
        assert_eq!(parse_size("500MB"), Some(500_000_000));
        assert_eq!(parse_size("2 gb"), Some(2_000_000_000));
        assert_eq!(parse_size("0B"), Some(0));
        for bad in ["500", "MB", "1.5GB", "1GiB", "18446744073709551615kB"] {
            assert_eq!(parse_size(bad), None, "{bad}");
        }
        assert_eq!(parse_dollars("15"), Some(15_000_000));
        assert_eq!(parse_dollars("0.1"), Some(100_000));
        assert_eq!(parse_dollars("0.000001"), Some(1));
        for bad in [
            "",
            ".5",
            "1.",
            "-1",
            "1e3",
            "0.0000001",
            "99999999999999999999",
            "1,5",
        ] {
            assert_eq!(parse_dollars(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn texts_read_back(ms in 0..=DURATION_MS_MAX, amount: u64) {
            let duration = Duration::from_millis(ms);
            prop_assert_eq!(parse_duration(&duration_text(duration)), Some(duration));
            prop_assert_eq!(parse_size(&size_text(amount)), Some(amount));
            prop_assert_eq!(parse_dollars(&dollars_text(amount)), Some(amount));
        }
    }
}
