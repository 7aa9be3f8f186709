//! What `acp init` shows.

use std::io::{self, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::timer;
use crate::commands::Checkout;
use crate::commands::service::TimerMade;
use crate::domain::{ForgeKind, Rules};
use crate::forge::remote::Access;
use crate::profile::{self, NewProfile};
use crate::ui::words::{clean, span};
use crate::ui::{CliError, Render, Style, plain_line};

#[derive(Debug, Serialize)]
pub(super) struct Made {
    pub(super) profile: String,
    pub(super) file: String,
    pub(super) forge: &'static str,
    pub(super) repo: String,
    pub(super) base: String,
    pub(super) agent: String,
    pub(super) verify: Vec<String>,
    pub(super) remote: Option<String>,
    pub(super) created: bool,
    pub(super) dry_run: bool,
    /// What the forge says; `null` without asking it.
    pub(super) access: Option<Shown>,
    /// Titles of the issues that were opened to begin with.
    pub(super) starter_issues: Vec<String>,
    /// The timer that starts the passes, when one was asked for.
    pub(super) timer: Option<TimerMade>,
    /// The command that has passes come by themselves on this machine.
    #[serde(skip)]
    pub(super) by_itself: &'static str,
    #[serde(skip)]
    pub(super) path: PathBuf,
    #[serde(skip)]
    pub(super) text: String,
    /// Whether the profile was there before.
    #[serde(skip)]
    pub(super) known: bool,
}

/// What the forge says of token and repository.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    /// The account; `null`: the token stands for no person.
    login: Option<String>,
    token_from: String,
    permissions: Vec<May>,
}

#[derive(Debug, Serialize)]
pub(super) struct May {
    what: &'static str,
    /// `null`: only trying would tell.
    has: Option<bool>,
}

impl From<&Access> for Shown {
    fn from(access: &Access) -> Self {
        let permissions = access.permissions.iter();
        Self {
            login: access.login.clone(),
            token_from: access.token_from.clone(),
            permissions: permissions
                .map(|p| May {
                    what: p.what,
                    has: p.has,
                })
                .collect(),
        }
    }
}

impl Shown {
    fn names(&self, has: Option<bool>) -> String {
        let of = self.permissions.iter().filter(|may| may.has == has);
        of.map(|may| may.what).collect::<Vec<_>>().join(", ")
    }
}

impl Made {
    /// What a new profile amounts to.
    pub(super) fn of(
        new: &NewProfile,
        path: PathBuf,
        access: Option<&Access>,
        dry_run: bool,
    ) -> Self {
        Self {
            profile: new.id.to_string(),
            file: path.display().to_string(),
            forge: new.kind.as_str(),
            repo: new.repo.clone(),
            base: new.base.clone(),
            agent: new.agent.clone(),
            verify: new.verify.clone(),
            remote: None,
            created: false,
            dry_run,
            access: access.map(Shown::from),
            starter_issues: vec![],
            timer: None,
            by_itself: timer::BY_HAND,
            path,
            text: profile::render(new),
            known: false,
        }
    }

    /// Whether it has a forge in files on this machine.
    pub(super) fn is_local(&self) -> bool {
        self.forge == ForgeKind::Local.as_str()
    }

    /// Shows what the profile says that is there already, which is left as it is.
    pub(super) fn is_as_in(&mut self, known: &Rules, checkout: &Checkout) -> Result<(), CliError> {
        if let Some(path) = &known.repo.path
            && *path != checkout.top
        {
            let what = format!(
                "the profile `{}` is there already, for another checkout: `{}`",
                self.profile,
                path.display()
            );
            return Err(CliError::usage(what)
                .hint("give this one a name with `--profile ID`")
                .hint(format!(
                    "if the checkout was moved, correct `repo.path` in {}",
                    self.file
                )));
        }
        self.known = true;
        self.forge = known.forge.kind.as_str();
        self.repo.clone_from(&known.forge.repo);
        self.base = known.repo.base.to_string();
        self.agent.clone_from(&known.agents.use_);
        self.verify.clone_from(&known.repo.verify);
        Ok(())
    }
}

impl Render for Made {
    const SCHEMA: &'static str = "acp.init/1";

    fn human(&self, out: &mut dyn Write, style: &Style) -> io::Result<()> {
        if self.dry_run && !self.known {
            writeln!(out, "# would be written to {}", self.file)?;
            out.write_all(self.text.as_bytes())?;
            return self.timer(out);
        }
        if self.created {
            writeln!(
                out,
                "profile {} written: {}",
                style.bold(&self.profile),
                self.file
            )?;
            writeln!(
                out,
                "  {} forge `{}`, base {}, agent {}",
                self.forge, self.repo, self.base, self.agent
            )?;
            for line in &self.verify {
                writeln!(out, "  a change is checked with: {}", clean(line))?;
            }
        }
        if let Some(access) = &self.access {
            let who = access.login.as_deref().map_or("no person", |login| login);
            writeln!(
                out,
                "  the token from {} is {}",
                clean(&access.token_from),
                style.bold(&clean(who))
            )?;
            for (has, words) in [
                (Some(true), "it may"),
                (Some(false), "it may not"),
                (None, "only trying tells whether it may"),
            ] {
                let names = access.names(has);
                if !names.is_empty() {
                    writeln!(out, "  {words}: {names}")?;
                }
            }
        }
        if let Some(url) = &self.remote {
            writeln!(out, "  remote `acp` added to your checkout: {}", clean(url))?;
        }
        for title in &self.starter_issues {
            writeln!(out, "  issue opened: {title}")?;
        }
        self.timer(out)?;
        let first = match (self.is_local(), self.starter_issues.is_empty()) {
            (_, false) => "acp heartbeat --until-idle",
            (true, true) => "acp issue create --title \"…\"   then: acp heartbeat --until-idle",
            (false, true) => "put the intake label on an issue   then: acp heartbeat --until-idle",
        };
        writeln!(out, "next: {first}")?;
        if self.created && self.timer.is_none() {
            writeln!(out, "every minute by itself: {}", self.by_itself)?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        plain_line(out, &["profile", &self.profile])?;
        plain_line(out, &["file", &self.file])?;
        plain_line(out, &["forge", self.forge])?;
        plain_line(out, &["repo", &self.repo])?;
        plain_line(out, &["base", &self.base])?;
        plain_line(out, &["agent", &self.agent])?;
        plain_line(out, &["created", if self.created { "yes" } else { "no" }])?;
        match &self.timer {
            Some(timer) => {
                let every = timer.every_s.to_string();
                plain_line(out, &["timer", timer.kind, &every])
            }
            None => Ok(()),
        }
    }
}

impl Made {
    fn timer(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(timer) = &self.timer else {
            return Ok(());
        };
        // Lines of a comment where the profile stands above them.
        let lead = if self.dry_run {
            "# would start"
        } else {
            "  timer:"
        };
        let every = span(timer.every_s);
        writeln!(out, "{lead} a pass every {every} by {}", timer.kind)?;
        if self.dry_run {
            for file in &timer.files {
                writeln!(out, "#   {}", clean(file))?;
            }
        }
        Ok(())
    }
}
