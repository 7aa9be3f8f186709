//! `acp agent test`: a tiny real task, from the issue to the merged change.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::commands::{Control, Session, Verb, demo, item};
use crate::domain::{BranchName, FailureClass, Outcome, Payload, ProfileId, Run, label};
use crate::engine::{Idle, Pass};
use crate::policy;
use crate::profile::{self, Overrides, Profile};
use crate::ui::words::{clean, usd};
use crate::ui::{CliError, Exit, Output, Progress, Render, Style, plain_line};

/// The scratch profile, its forge and its repository.
const NAME: &str = "agent-test";
/// What a run may take.
const RUN_TIMEOUT: &str = "5m";
/// What everything may take: a run with its checks, and the passes around it.
const WHOLE_TIMEOUT: Duration = Duration::from_mins(8);
/// What the agent is to do.
const TITLE: &str = "Add a file hello.txt";
const BODY: &str = "Make a file `hello.txt` at the top of the repository with the one line `hello` in it, and nothing else.";

/// Lets an agent do a tiny real task with the settings and the sandbox that the profile has for it: a new file, in a scratch repository
/// with a local forge in a temporary folder. Nothing of the profile's own state is read or changed but its settings.
///
/// Spends what it spends: five minutes at most, within `budget.usd_per_run` and `budget.tokens_per_run`, and in no budget of
/// a day. Ends with 1 when the agent did not do it. Lines of --plain: key and value.
#[derive(clap::Args)]
pub(crate) struct Test {
    /// The agent: a backend, or a name of the profile's settings
    name: String,
}

#[derive(Serialize)]
struct Tested {
    name: String,
    /// The word of the outcome; `None`: no run was started.
    outcome: Option<&'static str>,
    class: Option<&'static str>,
    why: Option<String>,
    advice: Option<&'static str>,
    seconds: Option<i64>,
    tokens: Option<u64>,
    /// `None`: the agent does not say.
    usd_micros: Option<u64>,
}

impl Verb for Test {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let keep = session.keep()?;
        let loaded = profile::load(&keep.home.config, &keep.id, session.env, &Overrides::none())?;
        if !loaded.rules.agents.settings.contains_key(&self.name) {
            let what = format!("the profile has no agent `{}`", clean(&self.name));
            return Err(CliError::new(Exit::Missing, what).hint("`acp agent list` shows them"));
        }
        let text = scratch_profile(&loaded, &self.name);
        if session.dry_run {
            return Ok(Output::silent().note("would start one run, in a scratch repository"));
        }
        let folder = session.ports.temp_folder()?;
        let home = folder.path().join("home");
        let env = demo::env_with_home(session.env, &home);
        let inner = Session {
            env: &env,
            profile: Some(NAME.to_owned()),
            dry_run: false,
            ..*session
        };
        let progress = Progress::start(session.format, session.progress, "the agent works");
        set_up(&inner, folder.path(), &text)?;
        let control = inner.control()?;
        let labels = BTreeSet::from([label::READY.to_owned()]);
        let issue = Payload::Issue {
            title: TITLE.to_owned(),
            body: BODY.to_owned(),
            labels,
        };
        item::send(&inner, &control, None, issue, vec![])?;
        let pass = Pass {
            verb: "agent test",
            launches: true,
            flushes: true,
            dry_run: false,
        };
        let engine = control.engine(&inner);
        let idle = engine.until_idle(pass, WHOLE_TIMEOUT, &mut |_| {})?;
        if idle == Idle::No {
            let _ended = engine.ender().stop("agent test", "it took too long");
        }
        drop(progress);
        let tested = self.tested(&control)?;
        let done = tested.outcome == Some("implemented");
        Ok(Output::of(tested).answer(done))
    }
}

impl Test {
    fn tested(&self, control: &Control<'_>) -> Result<Tested, CliError> {
        let missing = (control.agent_missing)(&self.name);
        let Some(run) = the_run(control)? else {
            return Ok(Tested {
                name: self.name.clone(),
                outcome: None,
                class: None,
                why: Some(missing.unwrap_or_else(|| "no run was started".to_owned())),
                advice: None,
                seconds: None,
                tokens: None,
                usd_micros: None,
            });
        };
        let findings = control.store.findings(&run.id)?.unwrap_or_default();
        let end = run.state.end();
        let outcome = end.map(|end| &end.outcome);
        let class = match outcome {
            Some(Outcome::Failed(failure)) => Some(failure.class),
            _ => None,
        };
        // The log goes with the scratch folder; its last words are in the reason.
        let advice = class.map(|class| policy::consequence(class).advice);
        let advice = advice.filter(|advice| !advice.contains("acp run log"));
        Ok(Tested {
            name: self.name.clone(),
            outcome: outcome.map(Outcome::as_str),
            class: class.map(FailureClass::as_str),
            why: outcome.and_then(Outcome::reason),
            advice,
            seconds: end.and_then(|end| Some(end.ended.duration_since(end.started?).as_secs())),
            tokens: findings.tokens,
            usd_micros: findings.usd_micros,
        })
    }
}

fn the_run(control: &Control<'_>) -> Result<Option<Run>, CliError> {
    let store = &control.store;
    let archived = store.archived()?.into_iter().map(|archived| archived.id);
    match store.run_ids()?.into_iter().chain(archived).next() {
        Some(id) => Ok(store.run(&id)?),
        None => Ok(None),
    }
}

/// A profile with nothing but the agent, and what confines it, as they are set here; JSON is YAML too.
fn scratch_profile(loaded: &Profile, name: &str) -> String {
    let backend = loaded.rules.agents.backend(name);
    let mut settings = Map::new();
    for agent in [backend, name] {
        let own = settings.entry(agent).or_insert_with(|| json!({}));
        let prefix = format!("agents.settings.{agent}.");
        for (key, value, _) in loaded.settings() {
            if let Some(leaf) = key.strip_prefix(&prefix) {
                put(own, leaf, value);
            }
        }
    }
    put(&mut settings[name], "timeout", &json!(RUN_TIMEOUT));
    let (mut budget, mut sandbox) = (json!({}), json!({}));
    for (key, value, _) in loaded.settings() {
        if let Some(leaf @ ("usd_per_run" | "tokens_per_run")) = key.strip_prefix("budget.") {
            put(&mut budget, leaf, value);
        }
        if let Some(leaf) = key.strip_prefix("sandbox.") {
            put(&mut sandbox, leaf, value);
        }
    }
    let whole = json!({
        "schema": 1,
        "forge": { "kind": "local", "repo": NAME },
        "agents": { "use": name, "settings": settings },
        "retry": { "attempts_max": 1 },
        "budget": budget,
        "sandbox": sandbox,
    });
    whole.to_string()
}

/// Puts a value under a key of names with dots between them.
fn put(into: &mut Value, key: &str, value: &Value) {
    match key.split_once('.') {
        None => into[key] = value.clone(),
        Some((group, rest)) => {
            if !into[group].is_object() {
                into[group] = json!({});
            }
            put(&mut into[group], rest, value);
        }
    }
}

fn set_up(session: &Session<'_>, folder: &Path, profile: &str) -> Result<(), CliError> {
    let ports = session.ports;
    let project = folder.join("project");
    let files = [("README.md", "A scratch repository, to try an agent.\n")];
    ports.sample_repository(session, &project, &files)?;
    let home = ports.home(session)?;
    let id = ProfileId::try_from(NAME.to_owned())?;
    let base = BranchName::try_from("main".to_owned())?;
    let forge = home.local_forge(NAME);
    ports.make_local_forge(session, &forge, &project.join(".git"), &base)?;
    let file = profile::profile_path(&home.config, &id);
    profile::load_text(&id, &file, profile, session.env)?;
    ports.write_file(&file, profile.as_bytes())
}

impl Tested {
    fn fields(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("name", Some(self.name.clone())),
            ("outcome", self.outcome.map(str::to_owned)),
            ("class", self.class.map(str::to_owned)),
            ("why", self.why.clone()),
            ("advice", self.advice.map(str::to_owned)),
            ("seconds", self.seconds.map(|n| n.to_string())),
            ("tokens", self.tokens.map(|n| n.to_string())),
            ("cost", self.usd_micros.map(usd)),
        ];
        let known = all.into_iter();
        known
            .filter_map(|(key, value)| Some((key, value?)))
            .collect()
    }
}

impl Render for Tested {
    const SCHEMA: &'static str = "acp.agent.test/1";

    fn human(&self, out: &mut dyn Write, _: &Style) -> io::Result<()> {
        for (key, value) in self.fields() {
            writeln!(out, "{key:<8} {}", clean(&value))?;
        }
        if self.usd_micros.is_none() {
            writeln!(out, "{:<8} not known", "cost")?;
        }
        Ok(())
    }

    fn plain(&self, out: &mut dyn Write) -> io::Result<()> {
        self.fields()
            .iter()
            .try_for_each(|(key, value)| plain_line(out, &[key, value]))
    }
}
