//! The resolved values of a profile: what `policy` and the passes work on. `profile` loads them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Association, BranchName, ItemId, ItemKind, Priority, ProfileId, SandboxRules};

/// Everything that a profile says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rules {
    /// The profile.
    pub id: ProfileId,
    /// The forge.
    pub forge: ForgeRules,
    /// The repository.
    pub repo: RepoRules,
    /// Which issues are taken.
    pub intake: IntakeRules,
    /// Which agents work, by name.
    pub agents: AgentRules,
    /// How their children are confined.
    pub sandbox: SandboxRules,
    /// How much at once.
    pub limits: LimitRules,
    /// What follows a failure.
    pub retry: RetryRules,
    /// What it may cost.
    pub budget: BudgetRules,
    /// What may be written and merged.
    pub policy: PolicyRules,
    /// How risk is scored.
    pub risk: RiskRules,
    /// Who is told what.
    #[serde(default)]
    pub notify: NotifyRules,
}

/// The kinds of forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ForgeKind {
    /// Files and a bare repository on this machine.
    Local,
    /// GitHub or GitHub Enterprise.
    Github,
    /// Gitea or Forgejo.
    Gitea,
}

impl ForgeKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Github => "github",
            Self::Gitea => "gitea",
        }
    }
}

/// Where a token comes from. The token itself is never in a profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenSource {
    /// An environment variable.
    Env(String),
    /// A file.
    File(PathBuf),
    /// What a program prints.
    Command(Vec<String>),
}

/// `forge:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForgeRules {
    /// Which kind.
    pub kind: ForgeKind,
    /// `owner/name`, or the name of a local forge.
    pub repo: String,
    /// Where an own server is.
    pub base_url: Option<String>,
    /// Where git clones from, when that is not told by the rest.
    pub git_url: Option<String>,
    /// Where the token comes from.
    pub token: Option<TokenSource>,
}

impl ForgeRules {
    /// The page of an item that a person can open; `None` for the local forge, which has none.
    pub fn page(&self, item: ItemId) -> Option<String> {
        let (server, pulls) = match self.kind {
            ForgeKind::Local => return None,
            ForgeKind::Github => ("https://github.com", "pull"),
            ForgeKind::Gitea => ("", "pulls"),
        };
        let server = self.base_url.as_deref().unwrap_or(server);
        let what = match item.kind {
            ItemKind::Issue => "issues",
            ItemKind::Pr => pulls,
        };
        let server = server.trim_end_matches('/');
        (!server.is_empty()).then(|| format!("{server}/{}/{what}/{}", self.repo, item.number))
    }
}

/// `repo:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepoRules {
    /// The person's checkout, if there is one on this machine.
    pub path: Option<PathBuf>,
    /// The branch that work starts from and goes to.
    pub base: BranchName,
    /// What the names of acp's branches begin with.
    pub branch_prefix: String,
    /// Shell lines that run in a fresh worktree before the agent.
    pub setup: Vec<String>,
    /// Shell lines that must end with 0 for a green check.
    pub verify: Vec<String>,
}

/// `intake:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntakeRules {
    /// An issue needs one of these.
    pub labels: BTreeSet<String>,
    /// Whose issues are taken, by what they are to the repository.
    pub trusted: BTreeSet<Association>,
    /// Whose issues are taken, by login.
    pub users: BTreeSet<String>,
}

/// Whether an agent's runs are confined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    /// As the profile's `sandbox` says.
    Auto,
    /// Not at all, whatever the profile says.
    None,
}

/// `agents.settings.<name>:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentSettings {
    /// The model, when not the agent's own default.
    pub model: Option<String>,
    /// `command`: program and arguments.
    pub argv: Vec<String>,
    /// `command`: a shell line instead of `argv`.
    pub shell: Option<String>,
    /// Extra arguments.
    pub args: Vec<String>,
    /// Variables that the agent gets besides the allow-list: names, read from acp's own environment.
    pub env: Vec<String>,
    /// The hard limit of a run.
    pub timeout: Duration,
    /// The longest silence.
    pub stall: Duration,
    /// From TERM to KILL.
    pub grace: Duration,
    /// Bytes of output after which it is ended.
    pub output_bytes_max: u64,
    /// Turns or tool calls after which it is ended; 0: no limit.
    pub steps_max: u64,
    /// Confinement.
    pub sandbox: Sandbox,
}

/// `agents:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRules {
    /// The first choice.
    pub use_: String,
    /// Taken in this order when the first cannot work.
    pub fallback: Vec<String>,
    /// By name.
    pub settings: BTreeMap<String, AgentSettings>,
    /// What the names stand for that are not the name of a backend, or have an account of their own.
    #[serde(default)]
    pub pool: BTreeMap<String, PoolEntry>,
}

/// One of several accounts or models of a backend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolEntry {
    /// The backend.
    pub backend: String,
    /// The account; entries of one account share its limits.
    pub account: String,
}

/// `limits:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitRules {
    /// Runs at once.
    pub workers: u32,
    /// Heavy runs at once.
    pub heavy: u32,
    /// Pull-request runs at once.
    pub pr: u32,
    /// Runs on scheduled issues at once; they count apart from `workers`.
    pub scheduled: u32,
    /// Runs on issues that stay open at once.
    pub recurring: u32,
    /// Launches in one pass.
    pub launches_per_pass: u32,
    /// Slots kept for pull requests that need a run, before issues get any.
    pub pr_reserved: u32,
    /// Bytes that must be free on the disk of the state folder before a launch.
    pub disk_free_min: u64,
    /// Bytes that `history/` may hold; bundles of unpublished work do not count and are never cut.
    pub history_bytes_max: u64,
}

/// `retry:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryRules {
    /// Wait after the first, second, … failure; the last one repeats.
    pub delays: Vec<Duration>,
    /// Failures after which the item is blocked.
    pub attempts_max: u32,
    /// How often a run may go on with its agent's own session after the machine or the network failed.
    #[serde(default)]
    pub resumes_max: u32,
}

/// `budget:`; 0 means no limit of that kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetRules {
    /// Runs a day.
    pub runs_per_day: u32,
    /// Tokens a day.
    pub tokens_per_day: u64,
    /// Micro-dollars a day.
    pub usd_micros_per_day: u64,
    /// Runs of one item on all days.
    pub runs_per_item: u32,
    /// Tokens of one item on all days.
    pub tokens_per_item: u64,
    /// Micro-dollars of one item on all days.
    pub usd_micros_per_item: u64,
    /// Micro-dollars reserved for a run.
    pub usd_micros_per_run: u64,
    /// Tokens reserved for a run.
    pub tokens_per_run: u64,
}

/// What passes may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Writes {
    /// Nothing leaves this machine.
    Off,
    /// Draft pull requests, comments, labels, checks.
    Draft,
    /// Ready pull requests and merges too.
    Full,
}

/// How a pull request is merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MergeMethod {
    /// One commit.
    Squash,
    /// A merge commit.
    Merge,
    /// The commits again, on top of the base.
    Rebase,
}

/// Which checks a merge needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckPolicy {
    /// At least one, and all green.
    Required,
    /// All that there are, green.
    Present,
}

/// `policy.merge:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeRules {
    /// Merged without asking up to this score, inclusive.
    pub auto_max: u32,
    /// Merged after a person's yes up to this score, inclusive; above it never.
    pub ask_max: u32,
    /// How.
    pub method: MergeMethod,
    /// Which checks.
    pub checks: CheckPolicy,
    /// Agent reviews before a merge: 0, 1 or 2.
    pub reviews: u8,
}

/// `policy.paths:` patterns, tried at the root and below every folder, without regard to case.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PathRules {
    /// A change that touches one of these is never published by a pass and never merged.
    pub forbidden: Vec<String>,
    /// A change that touches one of these needs a person's yes.
    pub protected: Vec<String>,
}

/// `policy:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PolicyRules {
    /// What passes may write.
    pub writes: Writes,
    /// When a pull request is merged.
    pub merge: MergeRules,
    /// Paths.
    pub paths: PathRules,
    /// Fix runs of one pull request before it is blocked.
    pub fix_rounds_max: u32,
}

/// `risk:` weights by factor and the path classes that fire them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskRules {
    /// What each factor adds; for the two counted factors, per bucket.
    pub weights: BTreeMap<String, u32>,
    /// The most that a counted factor adds.
    pub ceilings: BTreeMap<String, u32>,
    /// Path patterns of each class, by the factor that the class fires.
    pub classes: BTreeMap<String, Vec<String>>,
    /// The largest score of the low band.
    pub low_max: u32,
    /// The largest score of the medium band.
    pub medium_max: u32,
    /// Deletions above which `large_deletion` fires.
    pub large_deletion_lines: u64,
}

/// The kinds of notifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotifierKind {
    /// A topic of an ntfy server.
    Ntfy,
    /// An incoming webhook of Slack.
    Slack,
    /// A webhook of a Discord channel.
    Discord,
    /// A chat, by a Telegram bot.
    Telegram,
    /// Mail, by the machine's `sendmail`.
    Email,
    /// JSON to any address.
    Webhook,
    /// JSON to any program.
    Command,
}

impl NotifierKind {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ntfy => "ntfy",
            Self::Slack => "slack",
            Self::Discord => "discord",
            Self::Telegram => "telegram",
            Self::Email => "email",
            Self::Webhook => "webhook",
            Self::Command => "command",
        }
    }
}

/// `notify.to.<name>:` Which fields count depends on the kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifierRules {
    /// Which kind.
    pub kind: NotifierKind,
    /// It hears only of what matters at least this much.
    pub priority: Priority,
    /// The server (ntfy, Telegram), or where a webhook is, when that is no secret.
    pub url: Option<String>,
    /// The topic of ntfy.
    pub topic: Option<String>,
    /// The chat of Telegram.
    pub chat: Option<String>,
    /// Where the token comes from.
    pub token: Option<TokenSource>,
    /// Where the address comes from, when knowing it is all that it takes to write there.
    pub address: Option<TokenSource>,
    /// Who gets mail.
    pub recipients: Vec<String>,
    /// Who the mail is from.
    pub sender: Option<String>,
    /// Program and arguments; for mail the program in the place of `sendmail`.
    pub argv: Vec<String>,
    /// Variables that the program is given besides those that every one is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub env: Vec<String>,
}

/// Hours in which only the urgent is told, as minutes of the day in this machine's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    /// When they begin.
    pub from: u16,
    /// When they end; earlier than `from`: on the next day.
    pub to: u16,
}

/// `notify:`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotifyRules {
    /// Who is told, by name.
    pub to: BTreeMap<String, NotifierRules>,
    /// When only the urgent is told.
    pub quiet: Option<QuietHours>,
    /// The minute of the day at which the digest is sent; `None`: there is none.
    pub digest: Option<u16>,
    /// After how long without any movement, while there is work, that is told.
    pub stalled_after: Duration,
}

impl Default for NotifyRules {
    fn default() -> Self {
        Self {
            to: BTreeMap::new(),
            quiet: None,
            digest: None,
            stalled_after: Duration::from_hours(6),
        }
    }
}

impl AgentRules {
    /// First choice and fallbacks, in order, without repeats.
    pub fn in_order(&self) -> Vec<&str> {
        let mut names = vec![self.use_.as_str()];
        for name in &self.fallback {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        names
    }

    /// The backend that an agent of the profile stands for.
    pub fn backend<'a>(&'a self, name: &'a str) -> &'a str {
        self.pool.get(name).map_or(name, |entry| &entry.backend)
    }

    /// The cooldown of an agent's account: it stops every agent of the profile that has the same one.
    pub fn account_key(&self, name: &str) -> String {
        match self.pool.get(name) {
            Some(entry) if entry.account != entry.backend => {
                format!("agent:{}:{}", entry.backend, entry.account)
            }
            Some(entry) => format!("agent:{}", entry.backend),
            None => format!("agent:{name}"),
        }
    }

    /// The cooldown of an agent's model alone.
    pub fn model_key(&self, name: &str) -> String {
        let entry = self.pool.get(name);
        let account = entry.map_or(name, |entry| &entry.account);
        let settings = self.settings.get(name);
        let model = settings.and_then(|settings| settings.model.as_deref());
        let model = model.unwrap_or("default");
        format!("agent:{}:{account}:{model}", self.backend(name))
    }

    /// The breaker of an agent's backend.
    pub fn breaker_key(&self, name: &str) -> String {
        format!("breaker:{}", self.backend(name))
    }
}

impl Rules {
    /// What a run of `agent` on `item` reserves before it starts.
    pub fn reservation(&self, item: ItemId, agent: &str) -> super::Reservation {
        let backend = self.agents.backend(agent);
        let settings = self.agents.settings.get(agent);
        super::Reservation {
            item,
            agent: agent.to_owned(),
            backend: (backend != agent).then(|| backend.to_owned()),
            model: settings.and_then(|settings| settings.model.clone()),
            reserved_usd_micros: self.budget.usd_micros_per_run,
            reserved_tokens: self.budget.tokens_per_run,
            usd_micros: None,
            tokens: None,
            released: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_has_a_page_where_its_forge_has_pages() {
        let page = |kind, base_url: Option<&str>, item: ItemId| {
            let forge = ForgeRules {
                kind,
                repo: "o/r".to_owned(),
                base_url: base_url.map(str::to_owned),
                git_url: None,
                token: None,
            };
            forge.page(item)
        };
        let (issue, pr) = (ItemId::issue(4), ItemId::pr(5));
        let own = Some("https://git.example.org/");
        for (kind, base_url, item, wanted) in [
            (
                ForgeKind::Github,
                None,
                issue,
                Some("https://github.com/o/r/issues/4"),
            ),
            (
                ForgeKind::Github,
                None,
                pr,
                Some("https://github.com/o/r/pull/5"),
            ),
            (
                ForgeKind::Github,
                own,
                pr,
                Some("https://git.example.org/o/r/pull/5"),
            ),
            (
                ForgeKind::Gitea,
                own,
                pr,
                Some("https://git.example.org/o/r/pulls/5"),
            ),
            (
                ForgeKind::Gitea,
                own,
                issue,
                Some("https://git.example.org/o/r/issues/4"),
            ),
            (ForgeKind::Gitea, None, issue, None),
            (ForgeKind::Local, None, issue, None),
        ] {
            assert_eq!(page(kind, base_url, item).as_deref(), wanted);
        }
    }
}
