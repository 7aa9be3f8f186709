//! How the board looks: for people and for 40 columns the same lines, and as Markdown.

use std::io::{self, Write};

use super::gather::{Board, ProfileView};
use crate::ui::words::{clean, cut, usd};
use crate::ui::{Render, Style};

/// The columns of a line of `--plain`.
const PLAIN_COLUMNS: usize = 40;

/// A heading and the lines below it.
type Section = (&'static str, Vec<(String, String)>);

impl Render for Board {
    const SCHEMA: &'static str = "acp.board/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        let width = style.width.map_or(usize::MAX, usize::from);
        writeln!(out, "{}", style.bold("Status board"))?;
        for (name, pairs) in self.sections() {
            writeln!(out, "\n{}", style.bold(name))?;
            for (key, value) in pairs {
                writeln!(out, "{}", cut(&format!("- {key}: {value}"), width))?;
            }
        }
        if !self.next_actions.is_empty() {
            writeln!(out, "\n{}", style.bold("Next"))?;
            for action in &self.next_actions {
                let (command, why) = action.split_once("  # ").unwrap_or((action, ""));
                // The command is never cut: it is there to be copied.
                writeln!(out, "  {}", clean(command))?;
                writeln!(out, "{}", style.dim(&cut(&format!("    {why}"), width)))?;
            }
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut line = |text: &str| writeln!(out, "{}", cut(text, PLAIN_COLUMNS));
        line("board: acp")?;
        line(&format!("generated: {}", self.generated_at))?;
        for (name, pairs) in self.sections() {
            line(&format!("section: {name}"))?;
            for (key, value) in pairs {
                line(&format!("{key}: {value}"))?;
            }
        }
        Ok(())
    }
}

impl Board {
    fn sections(&self) -> Vec<Section> {
        let mut sections = vec![
            ("Release State", self.release()),
            ("Runtime Health", self.health()),
            ("Queue", self.queue_lines()),
            ("Recent Signals", self.signal_lines()),
            ("Gates", self.gate_lines()),
            ("Usage", self.usage_lines()),
        ];
        if self.profiles.len() > 1 {
            let lines = self.profiles.iter().map(|p| (p.id.clone(), of_profile(p)));
            sections.push(("Profiles", lines.collect()));
        }
        sections
    }

    fn release(&self) -> Vec<(String, String)> {
        let sha = self.release_state.main_sha.as_deref();
        let sha = sha.map_or("unknown", |sha| sha.get(..10).unwrap_or(sha));
        pairs(&[("main", sha)])
    }

    fn health(&self) -> Vec<(String, String)> {
        let health = &self.runtime_health;
        let last = health
            .last_pass
            .map_or("never".to_owned(), |at| at.to_string());
        pairs(&[("loop", health.dispatcher), ("last pass", &last)])
    }

    fn queue_lines(&self) -> Vec<(String, String)> {
        let queue = &self.queue;
        counts(&[
            ("repositories", queue.repos_enabled),
            ("active tasks", queue.active_tasks),
            ("stuck tasks", queue.stuck_tasks),
            ("need you", queue.need_approval),
            ("writes waiting", queue.pending_commands),
            ("writes without answer", queue.orphan_commands),
        ])
    }

    fn signal_lines(&self) -> Vec<(String, String)> {
        let signals = &self.signals;
        let mut lines = counts(&[
            ("new errors", signals.new_critical_errors),
            ("older errors", signals.known_historical_errors),
        ]);
        lines.extend(pairs(&[
            ("storm", yes(signals.alert_storm)),
            ("budget left", yes(signals.budget_sane)),
            ("journal readable", yes(signals.logs_searchable)),
        ]));
        lines
    }

    fn gate_lines(&self) -> Vec<(String, String)> {
        let gates = &self.ga_gates;
        let mut lines = vec![(
            "open".to_owned(),
            format!("{} of {}", gates.passed, gates.total),
        )];
        let closed = gates.blocked.iter();
        lines.extend(closed.map(|name| ("closed".to_owned(), clean(name))));
        let next = gates.recommendation.split("  # ").next();
        lines.push(("next".to_owned(), clean(next.unwrap_or_default())));
        lines
    }

    fn usage_lines(&self) -> Vec<(String, String)> {
        let usage = &self.usage;
        let mut lines = counts(&[
            ("runs today", usage.runs_today),
            ("runs last hour", usage.runs_last_hour),
            ("runs known", usage.runs_total),
            ("workers", usage.active_workers),
        ]);
        lines.push(("cost today".to_owned(), usd(usage.today_micros)));
        lines.push(("cost known".to_owned(), usd(usage.total_micros)));
        for (agent, runs) in &usage.by_role {
            lines.push((format!("by {}", clean(agent)), runs.to_string()));
        }
        lines
    }

    /// The board as a document: a summary, the sections, and what to type next.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!(
            "# Status board\n\nGenerated: {}\n\n## Summary\n\n| what | value |\n|---|---|\n",
            self.generated_at
        );
        for (name, value) in [
            ("loop", self.runtime_health.dispatcher.to_owned()),
            ("at work", self.queue.active_tasks.to_string()),
            ("waits for you", self.queue.need_approval.to_string()),
            ("stuck", self.queue.stuck_tasks.to_string()),
            ("new errors", self.signals.new_critical_errors.to_string()),
            ("cost today", usd(self.usage.today_micros)),
        ] {
            text.push_str(&format_row(name, &value));
        }
        for (name, pairs) in self.sections() {
            text.push_str(&["\n## ", name, "\n\n"].concat());
            for (key, value) in pairs {
                text.push_str(&["- ", &escape(&key), ": ", &escape(&value), "\n"].concat());
            }
        }
        if !self.next_actions.is_empty() {
            text.push_str("\n## Next\n\n");
            for action in &self.next_actions {
                let (command, why) = action.split_once("  # ").unwrap_or((action, ""));
                let command = clean(command).replace('`', "'");
                text.push_str(&["- `", &command, "`: ", &escape(why), "\n"].concat());
            }
        }
        text
    }
}

fn format_row(name: &str, value: &str) -> String {
    ["| ", name, " | ", value, " |\n"].concat()
}

/// Text from outside as text of a Markdown document: nothing in it is a mark, a link, a tag or a mention.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in clean(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            c if "\\`*_{}[]()#+!|~".contains(c) => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn of_profile(profile: &ProfileView) -> String {
    if profile.error.is_some() {
        return "cannot be looked at".to_owned();
    }
    let held = if profile.holds.is_empty() {
        ""
    } else {
        ", held"
    };
    format!(
        "{} at work, {} for you{held}",
        profile.running, profile.waiting_for_you
    )
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    all.iter().map(pair).collect()
}

fn counts(all: &[(&str, usize)]) -> Vec<(String, String)> {
    let pair = |(key, value): &(&str, usize)| ((*key).to_owned(), value.to_string());
    all.iter().map(pair).collect()
}

const fn yes(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_outside_is_text_in_a_document() {
        let escaped = escape("<img src=x> [a](b) `c` @all \u{1b}[31m | *d*");
        assert!(!escaped.contains(['<', '@', '\u{1b}']));
        assert!(escaped.contains("\\[a\\]\\(b\\) \\`c\\` &#64;all"));
        assert!(escaped.contains("\\|") && escaped.contains("\\*d\\*"));
    }
}
