//! Lines in the user's crontab, for machines with neither systemd nor launchd.
//!
//! cron knows minutes: a period has to divide an hour, a day or be one. It makes up for nothing, and starts a pass beside
//! one that is still at work, which then says so and ends at once.

use std::path::PathBuf;

use super::program::tail;
use super::systemd::because;
use super::{Installed, Look, Programs, ServiceError, ServiceManager, UnitText, pass_arguments};
use crate::domain::{ProfileId, Timer, TimerKind};
use crate::proc::{Cmd, ProcError};

/// cron of this user.
pub struct Cron<'a>(pub Programs<'a>);

fn begin(profile: &ProfileId) -> String {
    format!(
        "# acp {profile}: begin. Written by `acp service install`; what is between is replaced as a whole."
    )
}

fn end(profile: &ProfileId) -> String {
    format!("# acp {profile}: end")
}

impl Cron<'_> {
    fn table(&self) -> Result<String, ServiceError> {
        let cmd = Cmd::new(self.0.find("crontab")?).arg("-l");
        match self.0.read("crontab", "show the table", cmd, None) {
            // It ends so when there is none yet.
            Err(ServiceError::Manager {
                source: ProcError::Failed { stderr_tail, .. },
                ..
            }) if stderr_tail.to_lowercase().contains("no crontab") => Ok(String::new()),
            read => read,
        }
    }

    fn replace(&self, text: &str) -> Result<(), ServiceError> {
        let cmd = Cmd::new(self.0.find("crontab")?).arg("-");
        self.0
            .read("crontab", "take the table", cmd, Some(text))
            .map(drop)
    }
}

/// The lines of a profile in a table, with both marks, and the table without them.
fn split(table: &str, profile: &ProfileId) -> Result<(Option<String>, String), ServiceError> {
    let (mut own, mut rest, mut inside) = (None, String::new(), false);
    for line in table.lines() {
        if line.starts_with(&format!("# acp {profile}: begin")) {
            inside = true;
        }
        if inside {
            let own: &mut String = own.get_or_insert_default();
            own.push_str(line);
            own.push('\n');
        } else {
            rest.push_str(line);
            rest.push('\n');
        }
        if line == end(profile) {
            inside = false;
        }
    }
    if inside {
        return Err(foreign(
            "the mark that ends acp's lines is missing: put it back, or take the lines away",
        ));
    }
    Ok((own, rest))
}

fn foreign(why: &'static str) -> ServiceError {
    ServiceError::Foreign {
        path: "crontab".to_owned(),
        why,
    }
}

impl ServiceManager for Cron<'_> {
    fn kind(&self) -> TimerKind {
        TimerKind::Cron
    }

    fn texts(&self, profile: &ProfileId, timer: &Timer) -> Result<Vec<UnitText>, ServiceError> {
        Ok(vec![UnitText {
            path: PathBuf::from("crontab"),
            text: lines(profile, timer)?,
        }])
    }

    fn install(&self, profile: &ProfileId, timer: &Timer) -> Result<Installed, ServiceError> {
        let wanted = lines(profile, timer)?;
        let table = self.table()?;
        let (own, rest) = split(&table, profile)?;
        if own
            .as_ref()
            .is_some_and(|own| home_of(own) != home_of(&wanted))
        {
            return Err(foreign(
                "the lines are of an acp that keeps its state elsewhere",
            ));
        }
        if own.as_deref() == Some(wanted.as_str()) {
            return Ok(Installed::default());
        }
        self.replace(&format!("{rest}{wanted}"))?;
        Ok(Installed {
            written: vec![PathBuf::from("crontab")],
            told: true,
        })
    }

    fn remove(&self, profile: &ProfileId) -> Result<bool, ServiceError> {
        let table = self.table()?;
        let (own, rest) = split(&table, profile)?;
        if own.is_some() {
            self.replace(&rest)?;
        }
        Ok(own.is_some())
    }

    fn look(&self, profile: &ProfileId, timer: &Timer) -> Result<Look, ServiceError> {
        let wanted = lines(profile, timer)?;
        let own = match self.table() {
            Ok(table) => split(&table, profile)?.0,
            Err(error @ ServiceError::Manager { .. }) => {
                return Ok(Look {
                    stale: vec![],
                    absent: false,
                    active: Err(because(&error)),
                    obstacle: None,
                });
            }
            Err(error) => return Err(error),
        };
        let same = own.as_deref() == Some(wanted.as_str());
        let stale = if same {
            vec![]
        } else {
            vec![PathBuf::from("crontab")]
        };
        // Whether anything reads the table cannot be asked.
        let active = own.as_deref().is_some_and(|own| {
            own.lines()
                .any(|line| !line.is_empty() && !line.starts_with('#'))
        });
        Ok(Look {
            stale,
            absent: own.is_none(),
            active: Ok(active),
            obstacle: None,
        })
    }

    fn log(
        &self,
        _profile: &ProfileId,
        timer: &Timer,
        lines: usize,
    ) -> Result<String, ServiceError> {
        tail(&timer.log, lines)
    }
}

/// The word that sets `ACP_HOME`, which is the first one when there is one.
fn home_of(lines: &str) -> Option<&str> {
    let (_, from) = lines.split_once(" ACP_HOME=")?;
    from.split_once(" PATH=").map(|(home, _)| home)
}

fn lines(profile: &ProfileId, timer: &Timer) -> Result<String, ServiceError> {
    let when = schedule(timer.every_s)?;
    let mut words = vec![];
    for (name, value) in &timer.vars {
        words.push(format!("{name}={}", quoted(value, name)?));
    }
    let program = timer.program.display().to_string();
    words.push(quoted(&program, "the path of acp")?);
    for word in pass_arguments(profile) {
        words.push(quoted(word, "an argument")?);
    }
    let log = quoted(&timer.log.display().to_string(), "the path of the log")?;
    let off = if timer.on { "" } else { "# stopped: " };
    Ok(format!(
        "{}\n{off}{when} {} >>{log} 2>&1\n{}\n",
        begin(profile),
        words.join(" "),
        end(profile)
    ))
}

/// When cron starts a pass, if it can keep that period.
fn schedule(every_s: u64) -> Result<String, ServiceError> {
    let (minutes, rest) = (every_s / 60, every_s % 60);
    let hours = minutes / 60;
    match (minutes, rest) {
        (1, 0) => Ok("* * * * *".to_owned()),
        (2..=59, 0) if 60 % minutes == 0 => Ok(format!("*/{minutes} * * * *")),
        (60, 0) => Ok("0 * * * *".to_owned()),
        (61.., 0) if minutes % 60 == 0 && hours < 24 && 24 % hours == 0 => {
            Ok(format!("0 */{hours} * * *"))
        }
        (1440, 0) => Ok("0 0 * * *".to_owned()),
        _ => Err(ServiceError::Unwritable {
            what: format!("a period of {every_s} s"),
            kind: "cron",
            why: "minutes have to divide an hour, and hours a day",
        }),
    }
}

/// A word as the shell reads it, with cron's own `%` escaped.
fn quoted(word: &str, what: &str) -> Result<String, ServiceError> {
    if word.chars().any(char::is_control) {
        return Err(ServiceError::Unwritable {
            what: what.to_owned(),
            kind: "cron",
            why: "it holds a control character",
        });
    }
    let shell = format!("'{}'", word.replace('\'', "'\\''"));
    // Inside single quotes the shell keeps the backslash that cron takes away.
    Ok(shell.replace('%', "\\%"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_periods_that_cron_keeps_are_taken() {
        for (every, when) in [
            (60, "* * * * *"),
            (300, "*/5 * * * *"),
            (3600, "0 * * * *"),
            (21_600, "0 */6 * * *"),
            (86_400, "0 0 * * *"),
        ] {
            assert_eq!(schedule(every).unwrap(), when);
        }
        for every in [10, 90, 420, 5_400, 18_000, 172_800] {
            schedule(every).unwrap_err();
        }
    }

    #[test]
    fn the_lines_of_others_stay_as_they_are() {
        let id: ProfileId = "web".parse().unwrap();
        let other = "# acp web2: begin\nx\n# acp web2: end\n5 * * * * true\n";
        let table = format!(
            "MAILTO=me\n{}\n* * * * * x\n{}\n{other}",
            begin(&id),
            end(&id)
        );
        let (own, rest) = split(&table, &id).unwrap();
        assert_eq!(rest, format!("MAILTO=me\n{other}"));
        assert!(own.unwrap().contains("* * * * * x"));
        assert_eq!(split(other, &id).unwrap(), (None, other.to_owned()));
        split(
            &format!("{}\n* * * * * x\n5 * * * * mine\n", begin(&id)),
            &id,
        )
        .unwrap_err();
    }

    #[test]
    fn a_word_reaches_the_pass_as_it_is() {
        assert_eq!(quoted("/a b/it's", "x").unwrap(), "'/a b/it'\\''s'");
        quoted("a\nb", "x").unwrap_err();
        assert_eq!(quoted("100%", "x").unwrap(), "'100\\%'");
    }
}
