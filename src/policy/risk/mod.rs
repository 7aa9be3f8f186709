//! How risky a change is: factors that are there or not, added up, between 0 and 100.
//!
//! What is not known adds nothing to the number and is said in a note; only when the files themselves are not known is
//! there no number at all.

mod table;

use crate::domain::{DiffFacts, FileChange, PathRules, RiskBand, RiskFactor, RiskRules, RiskScore};

use super::paths::{BadPattern, Name, PathSet};

pub use table::default_risk_rules;

/// The largest score.
const SCORE_MAX: u32 = 100;
/// Lines of a bucket of `changed_lines_per_50`; the first bucket is free.
const LINES_PER_BUCKET: u64 = 50;
/// Files of a bucket of `files_touched_per_3`; the first file is free.
const FILES_PER_BUCKET: u64 = 3;
/// Coverage in percent below which `low_test_coverage` fires.
const COVERAGE_PERCENT_MIN: f64 = 80.0;
/// Paths that a reason names.
const PATHS_NAMED_MAX: usize = 3;

/// The note of a score that could not be made.
const FILES_NOTE: &str = "the files of the change are not known: a person must look";

/// What a score rests on.
#[derive(Debug, Clone, Copy)]
pub struct RiskInput<'a> {
    /// What is known of the diff.
    pub facts: &'a DiffFacts,
    /// Whether a check is red; `None` when there is none or none has finished.
    pub checks_failed: Option<bool>,
    /// How many different verdicts validators gave.
    pub verdicts_distinct: u32,
    /// Test coverage after the change, 0 to 100.
    pub coverage_percent: Option<f64>,
}

/// Scores a change. Every factor says why it fired; a factor without a weight in `risk` is off.
pub fn score(
    input: &RiskInput,
    risk: &RiskRules,
    paths: &PathRules,
) -> Result<RiskScore, BadPattern> {
    let mut tally = Tally::new(risk);
    let mut lists = (Vec::new(), Vec::new());
    match &input.facts.files {
        Some(files) => lists = by_files(files, input.facts, paths, &mut tally)?,
        None => tally.notes.push(FILES_NOTE.to_owned()),
    }
    by_results(input, &mut tally);
    notes(input.facts, &mut tally);
    let sum = tally.factors.iter().map(|factor| factor.weight);
    let sum = sum.fold(0_u32, u32::saturating_add).min(SCORE_MAX);
    let score = input.facts.files.as_ref().map(|_| sum);
    Ok(RiskScore {
        score,
        band: score.map_or(RiskBand::High, |score| band(score, risk)),
        factors: tally.factors,
        notes: tally.notes,
        protected: lists.0,
        forbidden: lists.1,
    })
}

/// The band of a score.
pub fn band(score: u32, rules: &RiskRules) -> RiskBand {
    if score <= rules.low_max {
        RiskBand::Low
    } else if score <= rules.medium_max {
        RiskBand::Medium
    } else {
        RiskBand::High
    }
}

/// Factors and notes as they come up.
struct Tally<'a> {
    rules: &'a RiskRules,
    factors: Vec<RiskFactor>,
    notes: Vec<String>,
}

impl<'a> Tally<'a> {
    fn new(rules: &'a RiskRules) -> Self {
        Self {
            rules,
            factors: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn weight_of(&self, name: &str) -> u32 {
        self.rules.weights.get(name).copied().unwrap_or(0)
    }

    fn fire(&mut self, name: &str, weight: u32, reason: String) {
        if weight > 0 {
            let name = name.to_owned();
            self.factors.push(RiskFactor {
                name,
                weight,
                reason,
            });
        }
    }

    fn fire_if(&mut self, fires: bool, name: &str, reason: impl FnOnce() -> String) {
        if fires {
            self.fire(name, self.weight_of(name), reason());
        }
    }

    fn fire_counted(&mut self, name: &str, buckets: u64, reason: String) {
        let buckets = u32::try_from(buckets).unwrap_or(u32::MAX);
        let ceiling = self.rules.ceilings.get(name).copied().unwrap_or(SCORE_MAX);
        let weight = self.weight_of(name).saturating_mul(buckets).min(ceiling);
        self.fire(name, weight, reason);
    }
}

/// A file with its names as the patterns see them, made once for all sets of patterns.
struct Touched<'a> {
    names: Vec<(&'a str, Name)>,
}

impl<'a> Touched<'a> {
    fn new(file: &'a FileChange) -> Self {
        let names = file.names().map(|name| (name, Name::new(name)));
        Self {
            names: names.collect(),
        }
    }

    fn found_by(&self, set: &PathSet) -> Option<&'a str> {
        let found = self.names.iter().find(|(_, name)| set.finds(name));
        found.map(|(text, _)| *text)
    }
}

fn found<'a>(files: &[Touched<'a>], patterns: &[String]) -> Result<Vec<&'a str>, BadPattern> {
    let set = PathSet::new(patterns)?;
    let found = files.iter().filter_map(|file| file.found_by(&set));
    Ok(found.collect())
}

/// The factors that rest on the files; gives back the protected and the forbidden paths that are touched.
fn by_files(
    files: &[FileChange],
    facts: &DiffFacts,
    paths: &PathRules,
    tally: &mut Tally,
) -> Result<(Vec<String>, Vec<String>), BadPattern> {
    let touched: Vec<Touched> = files.iter().map(Touched::new).collect();
    by_size(files, tally);
    let owned = |found: Vec<&str>| found.into_iter().map(str::to_owned).collect();
    let forbidden = found(&touched, &paths.forbidden)?;
    let any = !forbidden.is_empty();
    tally.fire_if(any, table::FORBIDDEN, || named("forbidden", &forbidden));
    let protected = found(&touched, &paths.protected)?;
    by_class(&touched, facts, tally)?;
    by_tests(&touched, tally)?;
    Ok((owned(protected), owned(forbidden)))
}

fn by_size(files: &[FileChange], tally: &mut Tally) {
    let total =
        |lines: fn(&FileChange) -> u64| files.iter().map(lines).fold(0, u64::saturating_add);
    let deletions = total(|file| file.deletions);
    let lines = total(|file| file.insertions).saturating_add(deletions);
    let count = files.len() as u64;
    let line_buckets = lines.div_ceil(LINES_PER_BUCKET).saturating_sub(1);
    let file_buckets = count.saturating_sub(1) / FILES_PER_BUCKET;
    tally.fire_counted(table::LINES, line_buckets, format!("{lines} changed lines"));
    tally.fire_counted(table::FILES, file_buckets, format!("{count} files touched"));
    let limit = tally.rules.large_deletion_lines;
    let large = deletions > limit;
    tally.fire_if(large, table::LARGE_DELETION, || {
        format!("{deletions} lines deleted, more than {limit}")
    });
    let binary: Vec<&str> = files
        .iter()
        .filter(|f| f.binary)
        .map(|f| f.path.as_str())
        .collect();
    if !binary.is_empty() {
        let note = named("binary files, which count no lines", &binary);
        tally.notes.push(note);
    }
}

/// Every class of paths fires the factor of its name; a migration can also be seen in the added lines.
fn by_class(files: &[Touched], facts: &DiffFacts, tally: &mut Tally) -> Result<(), BadPattern> {
    let rules = tally.rules;
    let ddl = facts.ddl == Some(true);
    for (class, patterns) in in_order(rules) {
        if class == table::TEST || class == table::CODE {
            continue;
        }
        let found = found(files, patterns)?;
        if !found.is_empty() && !rules.weights.contains_key(class) {
            tally
                .notes
                .push(named(&format!("`{class}` has no weight"), &found));
        }
        tally.fire_if(!found.is_empty(), class, || named("touches", &found));
    }
    let seen = tally.factors.iter().any(|f| f.name == table::MIGRATION);
    tally.fire_if(ddl && !seen, table::MIGRATION, || {
        "added lines define a database schema".to_owned()
    });
    Ok(())
}

/// The classes in the order of the built-in table, then those that a profile adds.
fn in_order(rules: &RiskRules) -> impl Iterator<Item = (&str, &[String])> {
    let place = |name: &str| table::NAMES.iter().position(|known| *known == name);
    let mut classes: Vec<(&str, &[String])> = rules
        .classes
        .iter()
        .map(|(name, patterns)| (name.as_str(), patterns.as_slice()))
        .collect();
    classes.sort_by_key(|(name, _)| place(name).unwrap_or(usize::MAX));
    classes.into_iter()
}

/// Tests without code and code without tests. A file is a test by its present name, and code by any name: a test that
/// becomes code is code without a test.
fn by_tests(files: &[Touched], tally: &mut Tally) -> Result<(), BadPattern> {
    let patterns = |class: &str| {
        tally
            .rules
            .classes
            .get(class)
            .map_or(&[][..], Vec::as_slice)
    };
    let test = PathSet::new(patterns(table::TEST))?;
    let code = PathSet::new(patterns(table::CODE))?;
    let is_test = |name: &Name| test.finds(name);
    let is_code = |name: &Name| code.finds(name) && !test.finds(name);
    let present = files.iter().filter_map(|file| file.names.first());
    let tests: Vec<&str> = present.filter(|n| is_test(&n.1)).map(|n| n.0).collect();
    let code: Vec<&str> = files
        .iter()
        .filter_map(|file| file.names.iter().find(|n| is_code(&n.1)))
        .map(|n| n.0)
        .collect();
    let only_tests = code.is_empty() && !tests.is_empty();
    let only_code = tests.is_empty() && !code.is_empty();
    tally.fire_if(only_tests, table::TEST_ONLY, || named("tests only", &tests));
    tally.fire_if(only_code, table::CODE_ONLY, || {
        named("code without a test", &code)
    });
    Ok(())
}

/// The factors that rest on what checks, validators and tests said.
fn by_results(input: &RiskInput, tally: &mut Tally) {
    let red = input.checks_failed == Some(true);
    tally.fire_if(red, table::CI_FAILURE, || "a check is red".to_owned());
    let verdicts = input.verdicts_distinct;
    tally.fire_if(verdicts > 1, table::DISAGREEMENT, || {
        format!("validators gave {verdicts} different verdicts")
    });
    if let Some(percent) = input.coverage_percent {
        // What is not a number is no proof of coverage.
        let low = percent < COVERAGE_PERCENT_MIN || percent.is_nan();
        tally.fire_if(low, table::LOW_COVERAGE, || {
            format!("test coverage {percent:.1} %, less than {COVERAGE_PERCENT_MIN} %")
        });
    }
}

fn notes(facts: &DiffFacts, tally: &mut Tally) {
    if facts.ddl.is_none() {
        let note = "whether added lines define a database schema is not known";
        tally.notes.push(note.to_owned());
    }
    match &facts.secrets {
        None => {
            let note = "whether added lines hold a secret is not known";
            tally.notes.push(note.to_owned());
        }
        Some(hits) if !hits.is_empty() => {
            let hits: Vec<String> = hits
                .iter()
                .map(|h| format!("{} in {}", h.pattern, h.path))
                .collect();
            let hits: Vec<&str> = hits.iter().map(String::as_str).collect();
            tally.notes.push(named("secrets in added lines", &hits));
        }
        Some(_) => {}
    }
}

/// `what: a, b, c and 4 more`.
pub(super) fn named<S: AsRef<str>>(what: &str, names: &[S]) -> String {
    let shown: Vec<&str> = names
        .iter()
        .take(PATHS_NAMED_MAX)
        .map(AsRef::as_ref)
        .collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what}: {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests;
