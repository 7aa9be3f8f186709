//! User units of systemd: a service that is one pass, and the timer that starts it.
//!
//! The period is counted from the end of a pass (`OnUnitInactiveSec`): passes never overlap and never pile up behind a long
//! one. That clock stands still while the machine sleeps, and a pass looks at the world and not at ticks, so nothing has to
//! be made up for after waking (`OnCalendar` with `Persistent` would do that): the next pass comes within a period.
//!
//! Supervisors outlive the pass that started them, hence `KillMode=process`; `Delegate=yes` lets acp make a cgroup for each
//! run below the unit's own, by which `acp stop` ends all of it.
//!
//! Hardening is what a user's manager can do and runs can bear. Whatever takes capabilities away or mounts something
//! (`ProtectClock`, `PrivateDevices`, `ProtectSystem`, …) is refused there (218/CAPABILITIES) or puts the pass into
//! namespaces in which bubblewrap cannot make its own; `PrivateTmp` would remove the folder under agents that outlive the
//! pass. The agents' own confinement is that of `sandbox`.

use std::path::{Path, PathBuf};

use super::program::{MARK, differing, last_lines, refuse_foreign, said, write};
use super::{Installed, Look, Programs, ServiceError, ServiceManager, UnitText, pass_arguments};
use crate::domain::{ProfileId, Timer, TimerKind};
use crate::durable;
use crate::proc::Cmd;

/// A pass that takes longer is ended: killing one is always safe, and the next goes on.
const PASS_MAX: &str = "20min";

/// systemd of this user.
pub struct Systemd<'a>(pub Programs<'a>);

/// The name of a unit without its ending.
fn stem(profile: &ProfileId) -> String {
    format!("acp-{profile}")
}

impl Systemd<'_> {
    fn folder(&self) -> Result<PathBuf, ServiceError> {
        let set = self
            .0
            .env
            .path("XDG_CONFIG_HOME")
            .filter(|path| path.is_absolute());
        let config = match set {
            Some(path) => path,
            None => self.0.below_home(".config", "systemd")?,
        };
        Ok(config.join("systemd/user"))
    }

    fn systemctl(&self, args: &[&str]) -> Result<Cmd, ServiceError> {
        let cmd = Cmd::new(self.0.find("systemctl")?).arg("--user");
        Ok(self.on_bus(cmd).args(args))
    }

    /// A shell without a login session (ssh with su, cron) does not know where its user's manager listens.
    fn on_bus(&self, cmd: Cmd) -> Cmd {
        if self.0.env.raw("XDG_RUNTIME_DIR").is_some() {
            return cmd;
        }
        cmd.env("XDG_RUNTIME_DIR", format!("/run/user/{}", self.0.uid))
    }

    fn call(&self, doing: &'static str, args: &[&str]) -> Result<String, ServiceError> {
        self.0.read("systemctl", doing, self.systemctl(args)?, None)
    }

    /// Whether the timer is started at login, and whether it is going.
    fn state(&self, timer: &str) -> Result<(bool, bool), ServiceError> {
        let args = ["show", "--property=ActiveState,UnitFileState", timer];
        let said = self.call("say how the timer is", &args)?;
        let is = |line: &str| said.lines().any(|l| l.trim() == line);
        Ok((is("UnitFileState=enabled"), is("ActiveState=active")))
    }

    fn lingers(&self) -> bool {
        let user = self
            .0
            .env
            .text("USER")
            .or_else(|| self.0.env.text("LOGNAME"));
        // Who is not known is not warned.
        user.is_none_or(|user| Path::new("/var/lib/systemd/linger").join(user).exists())
    }
}

impl ServiceManager for Systemd<'_> {
    fn kind(&self) -> TimerKind {
        TimerKind::Systemd
    }

    fn texts(&self, profile: &ProfileId, timer: &Timer) -> Result<Vec<UnitText>, ServiceError> {
        let folder = self.folder()?;
        let stem = stem(profile);
        Ok(vec![
            UnitText {
                path: folder.join(format!("{stem}.service")),
                text: service(profile, timer)?,
            },
            UnitText {
                path: folder.join(format!("{stem}.timer")),
                text: timer_text(profile, timer),
            },
        ])
    }

    fn install(&self, profile: &ProfileId, timer: &Timer) -> Result<Installed, ServiceError> {
        let texts = self.texts(profile, timer)?;
        refuse_foreign(&texts, &home_mark(timer))?;
        let unit = format!("{}.timer", stem(profile));
        // Asked first, so that nothing is written where no manager answers.
        let (enabled, active) = self.state(&unit)?;
        let mut done = Installed::default();
        for unit in differing(&texts)? {
            write(unit)?;
            done.written.push(unit.path.clone());
        }
        // Also when they are as they should be: whoever wrote them may have died before systemd was told.
        self.call("read the units again", &["daemon-reload"])?;
        done.told = true;
        if !timer.on {
            if enabled || active {
                self.call("stop the timer", &["disable", "--now", &unit])?;
            }
            return Ok(done);
        }
        self.call("start the timer", &["enable", "--now", &unit])?;
        if active && !done.written.is_empty() {
            self.call("start the timer anew", &["restart", &unit])?;
        }
        Ok(done)
    }

    fn remove(&self, profile: &ProfileId) -> Result<bool, ServiceError> {
        let stem = stem(profile);
        let folder = self.folder()?;
        let files = ["timer", "service"].map(|end| folder.join(format!("{stem}.{end}")));
        let mut there = false;
        for file in &files {
            there |= said(file)?.is_some();
        }
        if !there {
            return Ok(false);
        }
        let unit = format!("{stem}.timer");
        self.call("stop the timer", &["disable", "--now", &unit])?;
        for file in &files {
            durable::remove_file(file)?;
        }
        self.call("read the units again", &["daemon-reload"])?;
        Ok(true)
    }

    fn look(&self, profile: &ProfileId, timer: &Timer) -> Result<Look, ServiceError> {
        let texts = self.texts(profile, timer)?;
        let stale: Vec<PathBuf> = differing(&texts)?
            .into_iter()
            .map(|unit| unit.path.clone())
            .collect();
        let mut absent = true;
        for unit in &texts {
            absent &= said(&unit.path)?.is_none();
        }
        let state = self.state(&format!("{}.timer", stem(profile)));
        let lonely = !self.lingers();
        Ok(Look {
            stale,
            absent,
            active: state.map(|(_, active)| active).map_err(|error| because(&error)),
            obstacle: lonely.then(|| {
                let meaning = "systemd ends the timer and every agent of this user when the last session ends";
                (meaning.to_owned(), "loginctl enable-linger".to_owned())
            }),
        })
    }

    fn log(
        &self,
        profile: &ProfileId,
        _timer: &Timer,
        lines: usize,
    ) -> Result<String, ServiceError> {
        let cmd = Cmd::new(self.0.find("journalctl")?).arg("--user");
        let cmd = self
            .on_bus(cmd)
            .args(["--quiet", "--no-pager", "--output=short-iso"]);
        let unit = format!("--unit={}.service", stem(profile));
        let cmd = cmd.arg(unit).arg(format!("--lines={lines}"));
        let said = self.0.read("journalctl", "show the log", cmd, None)?;
        Ok(last_lines(&said, lines))
    }
}

/// An error with what it rests on, on one line.
pub(super) fn because(error: &ServiceError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(next) = source {
        text = format!("{text}: {next}");
        source = next.source();
    }
    text
}

/// What tells a unit of one home from that of another.
fn home_mark(timer: &Timer) -> String {
    match timer.vars.get("ACP_HOME") {
        Some(home) => format!("\n# Its home: {home}\n"),
        None => "\n# Its home: the XDG folders\n".to_owned(),
    }
}

fn service(profile: &ProfileId, timer: &Timer) -> Result<String, ServiceError> {
    let words = pass_arguments(profile).map(|word| quoted(word, true));
    let program = timer.program.to_str().filter(|text| text.starts_with('/'));
    let program =
        program.ok_or_else(|| unwritable("the path of acp", "it is not absolute text"))?;
    if program.contains('$') {
        return Err(unwritable("the path of acp", "it holds a dollar sign"));
    }
    let mut text = format!(
        "# {MARK}, which replaces it as a whole.{}\
         [Unit]\n\
         Description=acp: a pass of the profile {profile}\n\
         \n\
         [Service]\n\
         Type=oneshot\n\
         ExecStart={} {}\n\
         # Supervisors and agents outlive the pass; `acp stop` ends them by the cgroups that acp makes below this one.\n\
         KillMode=process\n\
         Delegate=yes\n\
         TimeoutStartSec={PASS_MAX}\n\
         # The forge is away, or another pass is at work: the next one tries again.\n\
         SuccessExitStatus=69 75\n\
         UMask=0077\n",
        home_mark(timer),
        quoted(&one_line(program, "the path of acp")?, true),
        words.join(" "),
    );
    for (name, value) in &timer.vars {
        let value = one_line(value, name)?;
        let setting = quoted(&format!("{name}={value}"), false);
        text.extend(["Environment=", &setting, "\n"]);
    }
    if timer.confined {
        text.push_str(CONFINED);
    }
    Ok(text)
}

/// What costs a run nothing: all of it needs privileges that it has not, or nobody uses.
const CONFINED: &str = "NoNewPrivileges=yes\n\
    RestrictRealtime=yes\n\
    RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n\
    SystemCallFilter=~@clock @cpu-emulation @module @obsolete @raw-io @reboot @swap\n\
    SystemCallErrorNumber=EPERM\n";

fn timer_text(profile: &ProfileId, timer: &Timer) -> String {
    let every = timer.every_s;
    // Without it systemd may be late by a minute, to save power.
    let accuracy = (every / 10).clamp(1, 60);
    format!(
        "# {MARK}, which replaces it as a whole.{}\
         [Unit]\n\
         Description=acp: passes of the profile {profile}\n\
         \n\
         [Timer]\n\
         OnActiveSec=1s\n\
         # From the end of a pass to the begin of the next.\n\
         OnUnitInactiveSec={every}s\n\
         AccuracySec={accuracy}s\n\
         Unit={}.service\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        home_mark(timer),
        stem(profile),
    )
}

fn unwritable(what: &str, why: &'static str) -> ServiceError {
    ServiceError::Unwritable {
        what: what.to_owned(),
        kind: "systemd",
        why,
    }
}

fn one_line(value: &str, what: &str) -> Result<String, ServiceError> {
    if value.chars().any(char::is_control) {
        return Err(unwritable(what, "it holds a control character"));
    }
    Ok(value.to_owned())
}

/// A word as systemd reads it: quotes and backslashes, `%` of specifiers, and `$` where variables are put in.
fn quoted(word: &str, is_command: bool) -> String {
    let mut out = String::from("\"");
    for c in word.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '%' => out.push_str("%%"),
            '$' if is_command => out.push_str("$$"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_reaches_the_pass_as_it_is() {
        assert_eq!(quoted("/a b/100%\"x\\y", true), "\"/a b/100%%\\\"x\\\\y\"");
        assert_eq!(quoted("a$b", true), "\"a$$b\"");
        assert_eq!(quoted("PATH=/a$b", false), "\"PATH=/a$b\"");
        one_line("a\nExecStart=/bin/evil", "PATH").unwrap_err();
    }
}
