//! How findings are shown.

use std::io::{self, Write};

use serde::Serialize;

use super::check::{Finding, State};
use crate::ui::words::{clean, plural};
use crate::ui::{Render, Style, plain_line};

/// All findings, those of the machine first.
#[derive(Serialize)]
#[serde(transparent)]
pub(super) struct Findings(pub(super) Vec<Finding>);

impl Render for Findings {
    const SCHEMA: &'static str = "acp.doctor/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let width = |of: fn(&Finding) -> usize| self.0.iter().map(of).max().unwrap_or(0);
        let names = width(|finding| finding.name.chars().count());
        let mut group = None;
        for finding in &self.0 {
            let this = finding.profile.as_deref().unwrap_or("machine");
            if group != Some(this) {
                if group.is_some() {
                    writeln!(out)?;
                }
                writeln!(out, "{}", style.bold(&clean(this)))?;
                group = Some(this);
            }
            let state = painted(finding.state, style);
            let name = &finding.name;
            writeln!(out, "  {state}  {name:names$}  {}", clean(&finding.meaning))?;
            if let Some(command) = &finding.command {
                let command = clean(command);
                writeln!(out, "           {:names$}  {}", "", style.dim(&command))?;
            }
        }
        let count = |state| self.0.iter().filter(|f| f.state == state).count();
        writeln!(
            out,
            "\n{} ok, {}, {} failed, {} unknown",
            count(State::Ok),
            plural(count(State::Warning), "warning"),
            count(State::Failed),
            count(State::Unknown)
        )
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.iter().try_for_each(|finding| {
            let fields = [
                finding.profile.as_deref().unwrap_or(""),
                &finding.name,
                finding.state.as_str(),
                &finding.meaning,
                finding.command.as_deref().unwrap_or(""),
            ];
            plain_line(out, &fields)
        })
    }
}

fn painted(state: State, style: &Style) -> String {
    let word = format!("{:7}", state.as_str());
    match state {
        State::Ok => style.green(&word),
        State::Warning => style.yellow(&word),
        State::Failed => style.red(&word),
        State::Unknown => style.dim(&word),
    }
}
