//! `acp pr risk`: the score of a change with everything that made it.

use std::io::{self, Write};
use std::path::PathBuf;
use std::str::FromStr;

use serde::Serialize;

use super::show::missing;
use crate::commands::Session;
use crate::commands::sight::Sight;
use crate::domain::{DiffFacts, RiskBand, RiskScore};
use crate::policy::{RiskInput, default_risk_rules, parse_numstat, score};
use crate::profile::default_path_rules;
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Output, Render, Style, Table, plain_line};

/// The largest numstat that is read.
const NUMSTAT_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Scores a change between 0 and 100 and says why: a pull request by the profile's rules, or, with no profile and no forge
/// at all, a range of commits or a numstat by the built-in rules.
///
/// With --max it ends with 1 when the score is above, or when the files are not known.
#[derive(clap::Args)]
#[command(group(clap::ArgGroup::new("change").required(true)))]
pub(crate) struct Risk {
    /// A pull request of the profile, scored by the profile's rules
    #[arg(value_name = "NUMBER", group = "change")]
    number: Option<u64>,
    /// Two commits of the repository around the current folder; the change since their merge base
    #[arg(long, value_name = "A..B", group = "change")]
    range: Option<String>,
    /// The output of `git diff --numstat`, with or without -z; `-` reads standard input
    #[arg(long, value_name = "FILE", group = "change")]
    numstat: Option<PathBuf>,
    /// The highest score that is fine: a number, `low` or `medium`
    #[arg(long, value_name = "N")]
    max: Option<Max>,
}

/// What `--max` allows.
#[derive(Debug, Clone, Copy)]
enum Max {
    Score(u32),
    Band(RiskBand),
}

impl FromStr for Max {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match (text, text.parse()) {
            ("low", _) => Ok(Self::Band(RiskBand::Low)),
            ("medium", _) => Ok(Self::Band(RiskBand::Medium)),
            (_, Ok(score @ 0..=100)) => Ok(Self::Score(score)),
            _ => Err("neither a number up to 100 nor `low` nor `medium`"),
        }
    }
}

impl Max {
    /// What is not known is never within.
    fn allows(self, risk: &RiskScore) -> bool {
        risk.score.is_some_and(|score| match self {
            Self::Score(max) => score <= max,
            Self::Band(max) => risk.band <= max,
        })
    }
}

/// The score as it is shown.
#[derive(Serialize)]
struct Scored {
    score: Option<u32>,
    band: RiskBand,
    files: Option<usize>,
    within_max: Option<bool>,
    factors: Vec<Factor>,
    notes: Vec<String>,
    protected: Vec<String>,
    forbidden: Vec<String>,
}

#[derive(Serialize)]
struct Factor {
    name: String,
    weight: u32,
    reason: String,
}

impl Risk {
    /// Whether it asks nobody.
    pub(super) fn is_offline(&self) -> bool {
        self.range.is_some() || self.numstat.is_some()
    }

    pub(super) fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        if let Some(number) = self.number {
            return self.of_pull(session, number);
        }
        let facts = match (&self.range, &self.numstat) {
            (Some(range), _) => session.ports.diff_of_range(range)?,
            (None, Some(source)) => DiffFacts {
                files: Some(parse_numstat(
                    &session.ports.read_input(source, NUMSTAT_BYTES_MAX)?,
                )?),
                ..DiffFacts::default()
            },
            (None, None) => return Err(CliError::usage("no change was named")),
        };
        let input = RiskInput {
            facts: &facts,
            checks_failed: None,
            verdicts_distinct: 0,
            coverage_percent: None,
        };
        let risk = score(&input, &default_risk_rules(), &default_path_rules())?;
        let within = self.max.map(|max| max.allows(&risk));
        let scored = Scored::new(risk, facts.files.as_ref().map(Vec::len), within);
        Ok(Output::of(scored).answer(within != Some(false)))
    }
}

impl Risk {
    fn of_pull(&self, session: &Session<'_>, number: u64) -> Result<Output, CliError> {
        let control = session.control()?;
        let sight = Sight::take(session, &control)?;
        let Some(pr) = sight.snapshot.mirror.pulls.get(&number) else {
            return Err(missing(number));
        };
        let known = sight.snapshot.facts.get(&number).cloned();
        let facts = match known {
            Some(facts) => facts,
            // Not known now, which never passes for harmless.
            None if sight.is_silent() => DiffFacts::default(),
            None => control.forge.change(pr)?.diff,
        };
        let risk = if let Some(risk) = sight.plan.risks.get(&number) {
            risk.clone()
        } else {
            let input = RiskInput {
                facts: &facts,
                checks_failed: None,
                verdicts_distinct: 0,
                coverage_percent: None,
            };
            score(&input, &control.rules.risk, &control.rules.policy.paths)?
        };
        let within = self.max.map(|max| max.allows(&risk));
        let scored = Scored::new(risk, facts.files.as_ref().map(Vec::len), within);
        Ok(Output::of(scored).answer(within != Some(false)))
    }
}

impl Scored {
    fn new(risk: RiskScore, files: Option<usize>, within_max: Option<bool>) -> Self {
        let factors = risk.factors.into_iter().map(|factor| Factor {
            name: factor.name,
            weight: factor.weight,
            reason: factor.reason,
        });
        Self {
            score: risk.score,
            band: risk.band,
            files,
            within_max,
            factors: factors.collect(),
            notes: risk.notes,
            protected: risk.protected,
            forbidden: risk.forbidden,
        }
    }

    fn score_text(&self) -> String {
        self.score.map_or("unknown".to_owned(), |n| n.to_string())
    }
}

impl Render for Scored {
    const SCHEMA: &'static str = "acp.pr.risk/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let files = self
            .files
            .map_or("files unknown".to_owned(), |n| plural(n, "file"));
        let band = match self.band {
            RiskBand::Low => style.green("low"),
            RiskBand::Medium => style.yellow("medium"),
            RiskBand::High => style.red("high"),
        };
        writeln!(out, "risk {}: {band} ({files})", self.score_text())?;
        if !self.factors.is_empty() {
            let mut table = Table::new(&["FACTOR", "ADDS", "WHY"]).right(1);
            for factor in &self.factors {
                table.row([&factor.name, &factor.weight.to_string(), &factor.reason]);
            }
            writeln!(out)?;
            table.write(out, style)?;
            writeln!(out)?;
        }
        for path in &self.forbidden {
            writeln!(out, "forbidden: {}", clean(path))?;
        }
        for path in &self.protected {
            writeln!(out, "protected: {}", clean(path))?;
        }
        for note in &self.notes {
            writeln!(out, "note: {}", clean(note))?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["score", &self.score_text()])?;
        plain_line(out, &["band", self.band.as_str()])?;
        if let Some(files) = self.files {
            plain_line(out, &["files", &files.to_string()])?;
        }
        if let Some(within) = self.within_max {
            plain_line(out, &["within_max", if within { "yes" } else { "no" }])?;
        }
        for factor in &self.factors {
            let weight = factor.weight.to_string();
            plain_line(out, &["factor", &factor.name, &weight, &factor.reason])?;
        }
        let lists = [
            ("forbidden", &self.forbidden),
            ("protected", &self.protected),
            ("note", &self.notes),
        ];
        lists.into_iter().try_for_each(|(key, values)| {
            values
                .iter()
                .try_for_each(|value| plain_line(out, &[key, value]))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn risk(score: Option<u32>, band: RiskBand) -> RiskScore {
        RiskScore {
            score,
            band,
            factors: vec![],
            notes: vec![],
            protected: vec![],
            forbidden: vec![],
        }
    }

    #[test]
    fn what_a_limit_allows() {
        use RiskBand::{High, Low, Medium};
        for (max, score, band, allowed) in [
            ("30", Some(30), Low, true),
            ("30", Some(31), Medium, false),
            ("0", Some(0), Low, true),
            ("100", Some(100), High, true),
            ("low", Some(30), Low, true),
            ("low", Some(31), Medium, false),
            ("medium", Some(30), Low, true),
            ("medium", Some(70), Medium, true),
            ("medium", Some(71), High, false),
            // The files are not known, whatever the rest looks like.
            ("100", None, High, false),
            ("100", None, Low, false),
            ("low", None, Low, false),
            ("medium", None, High, false),
        ] {
            let limit: Max = max.parse().unwrap();
            assert_eq!(
                limit.allows(&risk(score, band)),
                allowed,
                "--max {max} of {score:?} {band:?}"
            );
        }
        for wrong in ["high", "101", "-1", "", "1.5", "Low"] {
            assert!(wrong.parse::<Max>().is_err(), "{wrong}");
        }
    }
}
