//! A profile opened for work: its rules, its state, and the ports that the engine needs.

use crate::domain::{ProfileId, Rules};
use crate::engine::{Engine, PromptFailure};
use crate::forge::{Forge, Text};
use crate::notify::Notifier;
use crate::store::{Home, Store};
use crate::ui::CliError;
use crate::vcs::Vcs;
use crate::worker::Workers;

use super::Session;

/// Makes the text that an agent gets, from a run and the text of its item.
pub type PromptMaker<'w> =
    Box<dyn Fn(&crate::domain::Run, &Text) -> Result<String, PromptFailure> + 'w>;

/// Says why an agent cannot start, by its name; `None` when it can.
pub type AgentCheck<'w> = Box<dyn Fn(&str) -> Option<String> + 'w>;

/// Makes the notifier of a name; `None`: the profile has none of that name.
pub type NotifierMaker<'w> = Box<dyn Fn(&str) -> Option<Box<dyn Notifier>> + 'w>;

/// Everything of one profile, made by the composition root.
pub struct Control<'w> {
    /// Where all profiles are.
    pub home: Home,
    /// What this one says.
    pub rules: Rules,
    /// Its state.
    pub store: Store,
    /// Its forge.
    pub forge: Box<dyn Forge + 'w>,
    /// acp's clone of its repository.
    pub vcs: Box<dyn Vcs + 'w>,
    /// Starts and ends its runs.
    pub workers: Box<dyn Workers + 'w>,
    /// Why an agent cannot start.
    pub agent_missing: AgentCheck<'w>,
    /// What an agent is asked.
    pub prompt: PromptMaker<'w>,
    /// Where its news goes.
    pub notifier: NotifierMaker<'w>,
    /// One line for a person who waits.
    pub say: Box<dyn Fn(&str) + 'w>,
}

impl Control<'_> {
    /// The engine over these ports.
    pub fn engine<'a>(&'a self, session: &'a Session<'_>) -> Engine<'a> {
        Engine {
            store: &self.store,
            rules: &self.rules,
            forge: &*self.forge,
            vcs: &*self.vcs,
            workers: &*self.workers,
            clock: session.clock,
            rng: session.rng,
            agent_missing: &*self.agent_missing,
            prompt: &*self.prompt,
            notifier: &*self.notifier,
            say: &*self.say,
        }
    }

    /// The profile.
    pub fn id(&self) -> &ProfileId {
        &self.rules.id
    }
}

impl Session<'_> {
    /// The profile that this call is about, opened.
    pub fn control(&self) -> Result<Control<'_>, CliError> {
        self.ports.control(self)
    }

    /// Who types: the name under which writes to the local forge are made.
    pub fn actor(&self) -> String {
        let name = self
            .env
            .text("USER")
            .or_else(|| self.env.text("LOGNAME"))
            .unwrap_or("person");
        let plain = |c: &char| c.is_alphanumeric() || "-_.".contains(*c);
        let name: String = name.chars().filter(plain).take(40).collect();
        // `acp` is the name of passes; a person never acts as one.
        if name.is_empty() || name == "acp" {
            "person".to_owned()
        } else {
            name
        }
    }
}
