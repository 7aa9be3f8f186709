//! A launch agent of macOS: a property list that launchd reads.
//!
//! launchd starts no second pass while one is at work, and a tick that falls into sleep is left out (launchd.plist(5)): the
//! next one does all there is to do. `AbandonProcessGroup` lets supervisors outlive the pass. `ProcessType` is `Standard`:
//! `Background` would slow the agents down with it.

use std::path::PathBuf;

use super::program::{MARK, differing, refuse_foreign, said, tail, write};
use super::systemd::because;
use super::{Installed, Look, Programs, ServiceError, ServiceManager, UnitText, pass_arguments};
use crate::domain::{ProfileId, Timer, TimerKind};
use crate::durable;
use crate::proc::Cmd;

/// launchd of this user.
pub struct Launchd<'a>(pub Programs<'a>);

fn label(profile: &ProfileId) -> String {
    format!("acp.{profile}")
}

impl Launchd<'_> {
    fn file(&self, profile: &ProfileId) -> Result<PathBuf, ServiceError> {
        let folder = self.0.below_home("Library/LaunchAgents", "launchd")?;
        Ok(folder.join(format!("{}.plist", label(profile))))
    }

    fn domain(&self) -> String {
        format!("gui/{}", self.0.uid)
    }

    fn target(&self, profile: &ProfileId) -> String {
        format!("{}/{}", self.domain(), label(profile))
    }

    fn launchctl(&self, args: &[&str]) -> Result<Cmd, ServiceError> {
        Ok(Cmd::new(self.0.find("launchctl")?).args(args))
    }

    fn call(&self, doing: &'static str, args: &[&str]) -> Result<String, ServiceError> {
        self.0.read("launchctl", doing, self.launchctl(args)?, None)
    }

    /// Whether launchd has it.
    fn is_loaded(&self, profile: &ProfileId) -> Result<bool, ServiceError> {
        let cmd = self.launchctl(&["print", &self.target(profile)])?;
        self.0.asks(cmd).map_err(|source| ServiceError::Manager {
            manager: "launchctl",
            doing: "say how the agent is",
            source,
        })
    }
}

impl ServiceManager for Launchd<'_> {
    fn kind(&self) -> TimerKind {
        TimerKind::Launchd
    }

    fn texts(&self, profile: &ProfileId, timer: &Timer) -> Result<Vec<UnitText>, ServiceError> {
        Ok(vec![UnitText {
            path: self.file(profile)?,
            text: plist(profile, timer)?,
        }])
    }

    fn install(&self, profile: &ProfileId, timer: &Timer) -> Result<Installed, ServiceError> {
        let texts = self.texts(profile, timer)?;
        refuse_foreign(&texts, &home_mark(timer))?;
        let loaded = self.is_loaded(profile)?;
        let mut done = Installed::default();
        let target = self.target(profile);
        let changed = differing(&texts)?;
        // Before the file is written: a kill in between leaves one that the same verb loads.
        if loaded && (!timer.on || !changed.is_empty()) {
            self.call("let the agent go", &["bootout", &target])?;
            done.told = true;
        }
        for unit in changed {
            write(unit)?;
            done.written.push(unit.path.clone());
        }
        if !timer.on {
            // Also one that is not loaded now would be at the next login.
            self.call("keep the agent from starting", &["disable", &target])?;
            done.told = true;
            return Ok(done);
        }
        if !loaded || !done.written.is_empty() {
            self.call("allow the agent", &["enable", &target])?;
            let file = self.file(profile)?.display().to_string();
            self.call("load the agent", &["bootstrap", &self.domain(), &file])?;
            done.told = true;
        }
        Ok(done)
    }

    fn remove(&self, profile: &ProfileId) -> Result<bool, ServiceError> {
        let file = self.file(profile)?;
        if said(&file)?.is_none() {
            return Ok(false);
        }
        if self.is_loaded(profile)? {
            self.call("let the agent go", &["bootout", &self.target(profile)])?;
        }
        Ok(durable::remove_file(&file)?)
    }

    fn look(&self, profile: &ProfileId, timer: &Timer) -> Result<Look, ServiceError> {
        let texts = self.texts(profile, timer)?;
        Ok(Look {
            stale: differing(&texts)?
                .into_iter()
                .map(|unit| unit.path.clone())
                .collect(),
            absent: said(&self.file(profile)?)?.is_none(),
            active: self.is_loaded(profile).map_err(|error| because(&error)),
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

/// What tells a list of one home from that of another; two dashes would end the comment.
fn home_mark(timer: &Timer) -> String {
    let home = timer.vars.get("ACP_HOME");
    let home = home.map_or("the XDG folders".to_owned(), |home| {
        escaped(&home.replace('-', "&#45;"))
    });
    format!("Its home: {home} -->")
}

fn plist(profile: &ProfileId, timer: &Timer) -> Result<String, ServiceError> {
    let text = |value: &str, what: &str| -> Result<String, ServiceError> {
        if value.chars().any(char::is_control) {
            return Err(ServiceError::Unwritable {
                what: what.to_owned(),
                kind: "launchd",
                why: "it holds a control character",
            });
        }
        Ok(format!("<string>{}</string>", escaped(value)))
    };
    let program = text(&timer.program.display().to_string(), "the path of acp")?;
    let log = text(&timer.log.display().to_string(), "the path of the log")?;
    let mut words = vec![program];
    for word in pass_arguments(profile) {
        words.push(text(word, "an argument")?);
    }
    let mut vars = String::new();
    for (name, value) in &timer.vars {
        let value = text(value, name)?;
        vars.extend(["\t\t<key>", &escaped(name), "</key>\n\t\t", &value, "\n"]);
    }
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <!-- {MARK}, which replaces it as a whole. {}\n\
         <plist version=\"1.0\">\n\
         <dict>\n\
         \t<key>Label</key>\n\t<string>{}</string>\n\
         \t<key>ProgramArguments</key>\n\t<array>\n\t\t{}\n\t</array>\n\
         \t<key>EnvironmentVariables</key>\n\t<dict>\n{vars}\t</dict>\n\
         \t<key>RunAtLoad</key>\n\t<true/>\n\
         \t<key>StartInterval</key>\n\t<integer>{}</integer>\n\
         \t<key>AbandonProcessGroup</key>\n\t<true/>\n\
         \t<key>ProcessType</key>\n\t<string>Standard</string>\n\
         \t<key>Umask</key>\n\t<integer>63</integer>\n\
         \t<key>StandardOutPath</key>\n\t{log}\n\
         \t<key>StandardErrorPath</key>\n\t{log}\n\
         </dict>\n\
         </plist>\n",
        home_mark(timer),
        escaped(&label(profile)),
        words.join("\n\t\t"),
        timer.every_s,
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
