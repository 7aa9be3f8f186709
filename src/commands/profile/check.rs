//! `acp profile check`: everything that is wrong, with what to do about it.

use std::io::{self, Write};

use serde::Serialize;

use crate::commands::{Session, Verb};
use crate::domain::{ProfileId, Rules, Sandbox, SandboxKind};
use crate::profile::{self, Overrides, Problem, ProfileError};
use crate::ui::words::{clean, plural};
use crate::ui::{CliError, Output, Render, Style, plain_line};

/// Explains everything that is wrong with a profile, or with all of them: where it stands, which key, what is allowed,
/// and what was probably meant. Ends with 1 when there is something. What is allowed and leaves agents without a sandbox
/// is a warning, and no problem.
///
/// Columns of --plain: profile, file (or variable), line, key, message, suggestion.
#[derive(clap::Args)]
pub(crate) struct Check {
    /// The profile; by default all, or the one of --profile
    id: Option<ProfileId>,
}

#[derive(Serialize)]
#[serde(transparent)]
struct Checked(Vec<Row>);

#[derive(Serialize)]
struct Row {
    id: String,
    path: String,
    problems: Vec<ProblemView>,
    /// What is allowed, and worth a second thought.
    warnings: Vec<String>,
}

#[derive(Serialize)]
struct ProblemView {
    /// A file, or the name of a variable.
    place: String,
    line: Option<usize>,
    /// Empty: the file as a whole.
    key: String,
    message: String,
    suggestion: Option<String>,
}

impl Verb for Check {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let home = session.ports.home(session)?;
        let ids = match self.id {
            Some(id) => vec![id],
            None if session.profile.is_some() => vec![session.ports.select(session, &home)?],
            None => profile::list(&home.config)?,
        };
        if ids.is_empty() {
            return Err(ProfileError::NoProfile.into());
        }
        let mut rows = vec![];
        for id in ids {
            let path = profile::profile_path(&home.config, &id);
            let path = path.display().to_string();
            let loaded = profile::load(&home.config, &id, session.env, &Overrides::none());
            let (problems, warnings) = match loaded {
                Ok(profile) => (vec![], unconfined(&profile.rules)),
                Err(ProfileError::Invalid { problems, .. }) => (problems, vec![]),
                Err(error @ ProfileError::Missing { .. }) => return Err(error.into()),
                // One file that cannot be read keeps none of the others from being explained.
                Err(error) => (vec![unreadable(&path, &error)], vec![]),
            };
            rows.push(Row {
                path,
                id: id.to_string(),
                problems: in_order(problems),
                warnings,
            });
        }
        let fine = rows.iter().all(|row| row.problems.is_empty());
        Ok(Output::of(Checked(rows)).answer(fine))
    }
}

/// The settings that leave agents of a profile without a sandbox.
fn unconfined(rules: &Rules) -> Vec<String> {
    let what = "agents run without a sandbox: they can read and change what your account can";
    let kind = (rules.sandbox.kind == SandboxKind::None).then(|| "sandbox.kind".to_owned());
    let agents = rules.agents.in_order().into_iter().filter(|name| {
        let settings = rules.agents.settings.get(*name);
        settings.is_some_and(|settings| settings.sandbox == Sandbox::None)
    });
    let agents = agents.map(|name| format!("agents.settings.{name}.sandbox"));
    let keys = kind.into_iter().chain(agents);
    keys.map(|key| format!("`{key}` is none: {what}")).collect()
}

fn unreadable(path: &str, error: &ProfileError) -> Problem {
    let cause = std::error::Error::source(error);
    let cause = cause.map(|cause| format!(": {cause}")).unwrap_or_default();
    Problem {
        place: path.to_owned(),
        line: None,
        key: String::new(),
        message: format!("{error}{cause}"),
        suggestion: Some(
            "a profile is a text file that you may read, of at most 256 KiB".to_owned(),
        ),
    }
}

/// By line within each place, as a person goes through the file.
fn in_order(mut problems: Vec<Problem>) -> Vec<ProblemView> {
    for of_place in problems.chunk_by_mut(|a, b| a.place == b.place) {
        of_place.sort_by_key(|problem| problem.line);
    }
    problems.into_iter().map(ProblemView::of).collect()
}

impl ProblemView {
    fn of(problem: Problem) -> Self {
        Self {
            place: problem.place,
            line: problem.line,
            key: problem.key,
            message: problem.message,
            suggestion: problem.suggestion,
        }
    }
}

impl Render for Checked {
    const SCHEMA: &'static str = "acp.profile.check/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        for row in &self.0 {
            let verdict = if row.problems.is_empty() {
                style.green("fine")
            } else {
                style.red(&plural(row.problems.len(), "problem"))
            };
            writeln!(out, "{}: {verdict}", style.bold(&row.id))?;
            for warning in &row.warnings {
                writeln!(out, "  {}", clean(warning))?;
            }
            for problem in &row.problems {
                let line = problem.line.map(|line| format!(":{line}"));
                let place = format!("{}{}", problem.place, line.unwrap_or_default());
                writeln!(out, "  {}", style.dim(&clean(&place)))?;
                let key = if problem.key.is_empty() {
                    String::new()
                } else {
                    format!("{}: ", problem.key)
                };
                writeln!(out, "    {}", clean(&format!("{key}{}", problem.message)))?;
                if let Some(suggestion) = &problem.suggestion {
                    writeln!(out, "    {}", clean(suggestion))?;
                }
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        for row in &self.0 {
            for problem in &row.problems {
                let line = problem.line.map(|line| line.to_string());
                let fields = [
                    row.id.as_str(),
                    &problem.place,
                    line.as_deref().unwrap_or(""),
                    &problem.key,
                    &problem.message,
                    problem.suggestion.as_deref().unwrap_or(""),
                ];
                plain_line(out, &fields)?;
            }
        }
        Ok(())
    }
}
