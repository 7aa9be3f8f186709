//! What a profile file may say. The doc comments are the descriptions in `profiles/profile.schema.json`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::scalars::{Bytes, Dollars, Span};
use super::schema_words as words;
use crate::domain::{
    Association, CheckPolicy, ForgeKind, MergeMethod, Network, NotifierKind, Priority, Sandbox,
    SandboxKind, TokenSource, Writes,
};

/// The version of the format that this acp reads.
pub(super) const SCHEMA: u32 = 1;

/// The agents that there are adapters for.
pub const KNOWN_AGENTS: &[&str] = &[
    "claude", "codex", "opencode", "gemini", "pi", "qwen", "openclaw", "kilo", "crush", "ollama",
    "command",
];

/// Those of which acp knows the hosts of their models; the others need `sandbox.hosts` to reach no more than that.
pub const AGENTS_WITH_HOSTS: &[&str] = &["claude", "codex", "gemini", "qwen", "ollama"];

/// One repository under acp's control. What is not written here comes from `config.toml` or is built in; `acp profile
/// show --origin` tells which. Groups are merged key by key, a list replaces the list of the layer below.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProfileFile {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    pub schema: Option<u32>,
    /// Where issues and pull requests live.
    #[serde(default)]
    pub forge: ForgeFile,
    /// The repository and its commands.
    #[serde(default)]
    pub repo: RepoFile,
    /// Which issues are taken.
    #[serde(default)]
    pub intake: IntakeFile,
    /// Who does the work.
    #[serde(default)]
    pub agents: AgentsFile,
    /// How setup, agent and verify commands are confined.
    #[serde(default)]
    pub sandbox: SandboxFile,
    /// How much at once.
    #[serde(default)]
    pub limits: LimitsFile,
    /// What follows a failure.
    #[serde(default)]
    pub retry: RetryFile,
    /// What it may cost; 0 means no limit of that kind.
    #[serde(default)]
    pub budget: BudgetFile,
    /// What may be written and merged.
    #[serde(default)]
    pub policy: PolicyFile,
    /// How the risk of a change is scored, from 0 to 100.
    #[serde(default)]
    pub risk: RiskFile,
    /// Who is told what: groups of keys, or a plain list of notifiers, each named after its kind.
    #[serde(default)]
    pub notify: NotifyFile,
}

/// Where issues and pull requests live.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgeFile {
    /// `local`: files and a bare repository on this machine; `github`; `gitea`: Gitea or Forgejo.
    #[schemars(schema_with = "words::forge_kinds")]
    pub kind: Option<ForgeKind>,
    /// `owner/name`; for the local forge a name, by default the profile's.
    pub repo: Option<String>,
    /// The address of an own server, for example `https://git.example.org`. Gitea needs it.
    pub base_url: Option<String>,
    /// Where git clones from, when it is not the server's usual address for the repository.
    pub git_url: Option<String>,
    /// Where the token comes from; the token itself is never in a profile. Without it, `GH_TOKEN`, `GITHUB_TOKEN` and
    /// `gh auth token`, or `GITEA_TOKEN` and `FORGEJO_TOKEN`, are tried in this order.
    #[schemars(schema_with = "words::token_sources")]
    pub token: Option<TokenSource>,
}

/// The repository and its commands.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepoFile {
    /// Your checkout, if there is one on this machine. It is never changed.
    pub path: Option<String>,
    /// The branch that work starts from and goes to.
    pub base: Option<String>,
    /// What the names of acp's branches begin with.
    pub branch_prefix: Option<String>,
    /// Shell lines that run in a fresh worktree before the agent.
    pub setup: Option<Vec<String>>,
    /// Shell lines that must end with 0; together they are the check `acp/verify`.
    pub verify: Option<Vec<String>>,
}

/// Which issues are taken: those with a label and from somebody who is trusted.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct IntakeFile {
    /// An issue needs one of these labels.
    #[schemars(length(min = 1))]
    pub labels: Option<Vec<String>>,
    /// Whose issues are taken, by what they are to the repository.
    #[schemars(schema_with = "words::associations")]
    pub trusted: Option<Vec<Association>>,
    /// Whose issues are taken besides, by login.
    pub users: Option<Vec<String>>,
}

/// Who does the work.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentsFile {
    /// The agent of first choice: a backend, or a name below `settings`.
    #[serde(rename = "use")]
    pub use_: Option<String>,
    /// Taken in this order when the first cannot work.
    pub fallback: Option<Vec<String>>,
    /// Settings by agent. Any other name with a `backend` is one more account or model of that backend.
    #[serde(default)]
    #[schemars(schema_with = "words::settings_by_agent")]
    pub settings: BTreeMap<String, AgentFile>,
}

/// Settings of one agent.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgentFile {
    /// The backend, for a name that is none: what is not set here is as it is for the backend.
    #[schemars(schema_with = "words::agent_names")]
    pub backend: Option<String>,
    /// The account; agents with the same one share its limits. Default: the name of the agent.
    pub account: Option<String>,
    /// The model; empty for the agent's own default.
    pub model: Option<String>,
    /// Program and arguments; only for `command`.
    pub argv: Option<Vec<String>>,
    /// A shell line instead of `argv`; only for `command`.
    pub shell: Option<String>,
    /// Arguments that are added to those acp gives.
    pub args: Option<Vec<String>>,
    /// Names of environment variables that the agent gets besides the few it always gets.
    pub env: Option<Vec<String>>,
    /// The hard limit of a run.
    pub timeout: Option<Span>,
    /// The longest silence before a run is ended.
    pub stall: Option<Span>,
    /// From asking it to end to killing it.
    pub grace: Option<Span>,
    /// Output after which a run is ended.
    pub output_max: Option<Bytes>,
    /// Turns or tool calls after which a run is ended; 0 for no limit.
    pub steps_max: Option<u64>,
    /// `auto`: its runs are confined as `sandbox` says; `none`: not at all.
    #[schemars(schema_with = "words::sandboxes")]
    pub sandbox: Option<Sandbox>,
}

/// How setup, agent and verify commands are confined. All three are confined alike.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SandboxFile {
    /// `auto`: the best there is on this machine, and a warning where there is nothing; `none`; `bubblewrap` (Linux);
    /// `seatbelt` (macOS); `docker` or `podman`, which need `image`. With a kind that does not work here nothing starts.
    #[schemars(schema_with = "words::sandbox_kinds")]
    pub kind: Option<SandboxKind>,
    /// Files and folders that may be read besides; absolute, or below `~/`.
    pub read: Option<Vec<String>>,
    /// Files and folders that may be written besides; absolute, or below `~/`.
    pub write: Option<Vec<String>>,
    /// `on`: the machine's network; `off`: none, not even its loopback; `model-host-only`: none but a way to the hosts of the
    /// agent's model (bubblewrap alone).
    #[schemars(schema_with = "words::networks")]
    pub network: Option<Network>,
    /// With `model-host-only`: hosts that the agent may reach besides those that acp knows of it, each `host` or `host:port`.
    pub hosts: Option<Vec<String>>,
    /// The container's image; only for `docker` and `podman`.
    pub image: Option<String>,
    /// Memory that a process, and in a container all together, may write to; 0 for no limit.
    pub memory: Option<Bytes>,
    /// Processes and threads at once; 0 for no limit. Counted in a sandbox only.
    pub processes: Option<u64>,
    /// What one file may hold; 0 for no limit.
    pub file_size: Option<Bytes>,
}

/// How much at once.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsFile {
    /// Runs at once.
    pub workers: Option<u32>,
    /// Runs at once on items with the label `agent-e2e-heavy`.
    pub heavy: Option<u32>,
    /// Runs at once on pull requests.
    pub pr: Option<u32>,
    /// Runs at once on scheduled issues, which count apart from `workers`; 0 for none.
    pub scheduled: Option<u32>,
    /// Runs at once on issues with the label `agent-keep-open`; 0 for none.
    pub recurring: Option<u32>,
    /// Runs at once on issues that were blocked. Reserved: must be 1.
    #[schemars(range(min = 1, max = 1))]
    pub recovery: Option<u32>,
    /// Launches in one pass.
    pub launches_per_pass: Option<u32>,
    /// Slots that are kept for pull requests that need a run, before issues get any.
    pub pr_reserved: Option<u32>,
    /// What must be free on the disk of the state folder before a launch.
    pub disk_free_min: Option<Bytes>,
    /// What closed runs may take up; bundles of unpublished work do not count and are never cut.
    pub history_max: Option<Bytes>,
}

/// What follows a failure.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RetryFile {
    /// The wait after the first, second, … failure; the last one repeats.
    #[schemars(length(min = 1))]
    pub delays: Option<Vec<Span>>,
    /// Failures after which an item is blocked.
    #[schemars(range(min = 1))]
    pub attempts_max: Option<u32>,
    /// How often a run goes on with its agent's own session after the machine or the network failed; 0 for never.
    pub resumes_max: Option<u32>,
}

/// What it may cost; 0 means no limit of that kind. A day is a day of UTC.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BudgetFile {
    /// Runs a day.
    pub runs_per_day: Option<u32>,
    /// Tokens a day; needs `tokens_per_run`.
    pub tokens_per_day: Option<u64>,
    /// Dollars a day; needs `usd_per_run`.
    pub usd_per_day: Option<Dollars>,
    /// Runs of one item, its pull requests included, on all days together.
    pub runs_per_item: Option<u32>,
    /// Tokens of one item in the same way; needs `tokens_per_run`.
    pub tokens_per_item: Option<u64>,
    /// Dollars of one item, its pull requests included, on all days together; needs `usd_per_run`.
    pub usd_per_item: Option<Dollars>,
    /// Dollars that are set aside for a run until its cost is known.
    pub usd_per_run: Option<Dollars>,
    /// Tokens that are set aside for a run until its use is known.
    pub tokens_per_run: Option<u64>,
}

/// What may be written and merged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// `off`: nothing leaves this machine; `draft`: draft pull requests and comments; `full`: may also merge. Default:
    /// `full` on the local forge, `draft` elsewhere.
    #[schemars(schema_with = "words::writes")]
    pub writes: Option<Writes>,
    /// When a pull request is merged.
    #[serde(default)]
    pub merge: MergeFile,
    /// Paths that need care. Tried at the root and below every folder, without regard to case.
    #[serde(default)]
    pub paths: PathsFile,
    /// Fix runs of one pull request before it is blocked.
    pub fix_rounds_max: Option<u32>,
}

/// When a pull request is merged.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeFile {
    /// Merged without asking up to this risk score, inclusive.
    #[schemars(range(max = 100))]
    pub auto_max: Option<u32>,
    /// Merged after a person's yes up to this risk score, inclusive; above it never.
    #[schemars(range(max = 100))]
    pub ask_max: Option<u32>,
    /// How it is merged.
    #[schemars(schema_with = "words::merge_methods")]
    pub method: Option<MergeMethod>,
    /// `required`: at least one check, all green; `present`: all that there are, green. Default: `present` on the local
    /// forge, `required` elsewhere.
    #[schemars(schema_with = "words::check_policies")]
    pub checks: Option<CheckPolicy>,
    /// Agent reviews before a merge.
    #[schemars(range(max = 2))]
    pub reviews: Option<u8>,
    /// Validators before a merge. Reserved: must be 0.
    #[schemars(range(max = 0))]
    pub validators: Option<u32>,
}

/// Paths that need care.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PathsFile {
    /// A change that touches one of these is never published and never merged.
    pub forbidden: Option<Vec<String>>,
    /// A change that touches one of these needs a person's yes.
    pub protected: Option<Vec<String>>,
}

/// How the risk of a change is scored, from 0 to 100.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RiskFile {
    /// What each factor adds; for the two counted factors, per bucket. 0 turns a factor off.
    #[serde(default)]
    #[schemars(schema_with = "words::weights")]
    pub weights: BTreeMap<String, u32>,
    /// The most that a counted factor adds.
    #[serde(default)]
    #[schemars(schema_with = "words::weights")]
    pub ceilings: BTreeMap<String, u32>,
    /// Path patterns, by the factor that they fire.
    #[serde(default)]
    pub classes: BTreeMap<String, Vec<String>>,
    /// The largest score of the low band.
    #[schemars(range(max = 100))]
    pub low_max: Option<u32>,
    /// The largest score of the medium band.
    #[schemars(range(max = 100))]
    pub medium_max: Option<u32>,
    /// Deleted lines above which `large_deletion` fires.
    pub large_deletion_lines: Option<u64>,
}

/// Who is told what.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifyFile {
    /// Notifiers by a name of your choice.
    #[serde(default)]
    pub to: BTreeMap<String, NotifierFile>,
    /// Hours in which only the urgent is told, in this machine's zone.
    pub quiet: Option<QuietFile>,
    /// The time of the day of a digest, written `08:00`; empty for none. What can wait is then told there.
    pub digest: Option<String>,
    /// After how long without any movement, while there is work, that is told; `0s` for never.
    pub stalled_after: Option<Span>,
}

/// Hours in which only the urgent is told.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuietFile {
    /// When they begin, written `22:00`.
    pub from: Option<String>,
    /// When they end.
    pub to: Option<String>,
}

/// One notifier.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NotifierFile {
    /// `ntfy`, `slack`, `discord`, `telegram`, `email`, `webhook` (JSON to any address) or `command` (JSON to any program).
    #[schemars(schema_with = "words::notifier_kinds")]
    pub kind: Option<NotifierKind>,
    /// It hears only of what matters at least this much: `low`, `normal`, `high` or `urgent`. Default: `low`, everything.
    #[schemars(schema_with = "words::priorities")]
    pub priority: Option<Priority>,
    /// `ntfy`, `telegram`: the server, when it is not the public one. `webhook`: the address, when it is no secret.
    pub url: Option<String>,
    /// `ntfy`: the topic.
    pub topic: Option<String>,
    /// `telegram`: the chat, as a number in quotes or `@name`.
    pub chat: Option<String>,
    /// `ntfy`, `telegram`, `webhook`: where the token comes from; the token itself is never in a profile.
    #[schemars(schema_with = "words::token_sources")]
    pub token: Option<TokenSource>,
    /// `slack`, `discord`, `webhook`: where the address comes from. Whoever knows it can write there, so it is never in a
    /// profile.
    #[schemars(schema_with = "words::token_sources")]
    pub address: Option<TokenSource>,
    /// `email`: who gets it.
    pub recipients: Option<Vec<String>>,
    /// `email`: who it is from.
    pub sender: Option<String>,
    /// `command`: program and arguments. `email`: the program in the place of `sendmail`, with its first arguments.
    pub argv: Option<Vec<String>>,
    /// `command`, `email`: names of variables of acp's environment that the program is given besides `PATH`, `HOME` and the like.
    pub env: Option<Vec<String>>,
}

/// The JSON schema of a profile file, as `profiles/profile.schema.json` holds it.
pub fn schema_json() -> String {
    let mut schema = super::shape::schema().clone();
    let notify = &mut schema["properties"]["notify"];
    // A plain list of notifiers is the same as `to:` with names that acp gives; nothing else in a profile has two forms.
    let entry = notify["properties"]["to"]["additionalProperties"].clone();
    let list = serde_json::json!({ "type": "array", "items": entry });
    let group = notify.take();
    let said = group["description"].clone();
    *notify = serde_json::json!({ "description": said, "anyOf": [group, list] });
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
