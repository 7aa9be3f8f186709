//! Checks of `budget:`, `policy:` and `risk:`.

use std::collections::BTreeMap;

use globset::GlobBuilder;

use super::hint::{did_you_mean, shown_text};
use super::schema::ProfileFile;
use super::units::dollars_text;
use super::validate::Checker;

/// The longest pattern.
const PATTERN_BYTES_MAX: usize = 512;

pub(super) fn budget(check: &mut Checker<'_>, file: &ProfileFile) {
    let budget = &file.budget;
    let money = |amount: Option<super::scalars::Dollars>| amount.map_or(0, |amount| amount.0);
    let run = money(budget.usd_per_run);
    for (key, limit) in [
        ("budget.usd_per_day", budget.usd_per_day),
        ("budget.usd_per_item", budget.usd_per_item),
    ] {
        reserved(
            check,
            [key, "budget.usd_per_run"],
            money(limit),
            run,
            &dollars_text,
        );
    }
    let tokens = budget.tokens_per_run.unwrap_or(0);
    for (key, limit) in [
        ("budget.tokens_per_day", budget.tokens_per_day),
        ("budget.tokens_per_item", budget.tokens_per_item),
    ] {
        reserved(
            check,
            [key, "budget.tokens_per_run"],
            limit.unwrap_or(0),
            tokens,
            &|n| n.to_string(),
        );
    }
}

/// A limit can be kept only when a part of it is set aside before a run starts.
fn reserved(
    check: &mut Checker<'_>,
    keys: [&str; 2],
    limit: u64,
    run: u64,
    text: &dyn Fn(u64) -> String,
) {
    if limit == 0 {
        return;
    }
    if run == 0 {
        let message = format!("the limit cannot be kept without `{}`", keys[1]);
        let hint = format!("set `{}` to what one run may cost", keys[1]);
        if !check.is_reported(keys[1]) {
            check.report(keys[0], &message, Some(&hint));
        }
    } else if run > limit {
        let message = format!(
            "{} is less than the {} of `{}`: no run would ever start",
            text(limit),
            text(run),
            keys[1]
        );
        check.report_pair(keys, &message, None);
    }
}

pub(super) fn policy(check: &mut Checker<'_>, file: &ProfileFile) {
    let merge = &file.policy.merge;
    ordered(
        check,
        ["policy.merge.auto_max", "policy.merge.ask_max"],
        merge.auto_max,
        merge.ask_max,
    );
    patterns(
        check,
        "policy.paths.forbidden",
        file.policy.paths.forbidden.as_ref(),
    );
    patterns(
        check,
        "policy.paths.protected",
        file.policy.paths.protected.as_ref(),
    );
}

pub(super) fn risk(check: &mut Checker<'_>, file: &ProfileFile) {
    let risk = &file.risk;
    ordered(
        check,
        ["risk.low_max", "risk.medium_max"],
        risk.low_max,
        risk.medium_max,
    );
    let known = check.built_in_factors("weights");
    let names = || known.iter().map(String::as_str);
    for name in risk
        .weights
        .keys()
        .filter(|name| !known.contains(name) && !risk.classes.contains_key(*name))
    {
        let hint = did_you_mean(name, names());
        let message = "no factor has this name, and no `risk.classes` of this name makes one";
        check.report(&format!("risk.weights.{name}"), message, hint.as_deref());
    }
    let built_in = check.built_in_factors("classes");
    for name in risk
        .classes
        .keys()
        .filter(|name| !risk.weights.contains_key(*name) && !built_in.contains(name))
    {
        let hint = did_you_mean(name, names().chain(built_in.iter().map(String::as_str)))
            .unwrap_or_else(|| format!("set `risk.weights.{name}`"));
        check.report(
            &format!("risk.classes.{name}"),
            "the class has no weight",
            Some(&hint),
        );
    }
    let counted = check.built_in_factors("ceilings");
    for name in risk.ceilings.keys().filter(|name| !counted.contains(name)) {
        let hint = did_you_mean(name, counted.iter().map(String::as_str));
        check.report(
            &format!("risk.ceilings.{name}"),
            "only a counted factor has a ceiling",
            hint.as_deref(),
        );
    }
    let classes: BTreeMap<_, _> = risk.classes.iter().collect();
    for (name, list) in classes {
        patterns(check, &format!("risk.classes.{name}"), Some(list));
    }
}

fn ordered(check: &mut Checker<'_>, keys: [&str; 2], low: Option<u32>, high: Option<u32>) {
    if let (Some(low), Some(high)) = (low, high)
        && low > high
    {
        let message = format!(
            "`{}` is {low}, which is above `{}`, {high}",
            keys[0], keys[1]
        );
        check.report_pair(keys, &message, Some("lower the first or raise the second"));
    }
}

fn patterns(check: &mut Checker<'_>, key: &str, list: Option<&Vec<String>>) {
    for (index, pattern) in list.into_iter().flatten().enumerate() {
        let key = format!("{key}[{index}]");
        if let Some((fault, hint)) = pattern_fault(pattern) {
            let message = format!("the pattern {} {fault}", shown_text(pattern));
            check.report(&key, &message, hint);
        }
    }
}

/// Why a pattern cannot be used, and what to write instead. At least as strict as those who match with it.
fn pattern_fault(pattern: &str) -> Option<(String, Option<&'static str>)> {
    let fault = |text: &str, hint| Some((text.to_owned(), hint));
    let parts = || {
        pattern
            .trim()
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
    };
    if parts().next().is_none() {
        return fault("names nothing", None);
    }
    if pattern.len() > PATTERN_BYTES_MAX {
        return fault("is longer than 512 bytes", None);
    }
    if pattern.contains('\\') {
        return fault(
            "has a backslash",
            Some("folders are separated by `/`, and nothing is escaped"),
        );
    }
    if pattern.trim().starts_with('!') {
        return fault("takes back another one, which is not possible", None);
    }
    if pattern.chars().any(char::is_control) {
        return fault("holds a control character", None);
    }
    if parts().any(|part| part == "..") {
        return fault("leads out of the repository", None);
    }
    if parts().any(|part| part != "**" && part.contains("**")) {
        return fault(
            "has `**` beside other characters",
            Some("it stands alone between slashes; write two patterns, or `*`"),
        );
    }
    if pattern.contains('[') && !pattern.is_ascii() {
        return fault("has letters beyond ASCII beside `[`", None);
    }
    let parsed = GlobBuilder::new(pattern).literal_separator(true).build();
    parsed
        .err()
        .map(|error| (format!("cannot be read: {}", error.kind()), None))
}
