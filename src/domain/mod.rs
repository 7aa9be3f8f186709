//! What things are: types only. No input or output, no clock, no decision; `policy` decides and `store` keeps.
//!
//! Types that are stored or recorded derive serde; adding a field to one of them needs a default, changing one needs
//! a new record version in `store`.

pub mod bounds;
mod budget;
mod closing;
pub mod contract;
mod diff;
mod gap;
mod ids;
mod intent;
mod issue;
pub mod label;
mod lane;
mod lease;
mod net_place;
mod news;
pub mod out;
mod outcome;
mod plan;
mod pull_request;
mod risk;
mod rules;
mod run;
mod sandbox;
mod schedule;
mod snapshot;
mod timer;
mod trust;
mod visible;

pub use budget::{DayBudget, ItemUse, Reservation};
pub use closing::without_closing;
pub use diff::{ChangeKind, DiffFacts, FileChange, SecretHit};
pub use gap::Gap;
pub(crate) use ids::parse_attempt;
pub use ids::{
    BadId, BranchName, IntentId, ItemId, ItemKind, ProfileId, RunId, Sha, is_valid_branch,
};
pub use intent::{
    ACTOR, Applied, Intent, IntentKind, Origin, Payload, Phase, ReviewVerdict, digest,
};
pub use issue::{Association, Comment, Issue, IssueState, Labelled, text_digest};
pub use lane::{IssueLane, PrLane};
pub use lease::{Approval, Cooldown, CooldownChange, Hold, HoldRule, Lease, Retry};
pub use net_place::NetPlace;
pub use news::{News, NewsBook, NewsKind, Notice, Priority, Told};
pub use outcome::{Failure, FailureClass, Outcome, ReviewAction, RunEnd, Scope};
pub use plan::{Action, Lane, Plan, Standing, Wait};
pub use pull_request::{
    ChangeFacts, Check, CheckState, Mergeable, PrState, PullRequest, Review, ReviewState,
};
pub use risk::{MergeDecision, MergeVerdict, RiskBand, RiskFactor, RiskScore};
pub use rules::{
    AgentRules, AgentSettings, BudgetRules, CheckPolicy, ForgeKind, ForgeRules, IntakeRules,
    LimitRules, MergeMethod, MergeRules, NotifierKind, NotifierRules, NotifyRules, PathRules,
    PolicyRules, PoolEntry, QuietHours, RepoRules, RetryRules, RiskRules, Rules, Sandbox,
    TokenSource, Writes,
};
pub use run::{
    AgentEnd, IllegalMove, ProcessId, Run, RunEvent, RunFindings, RunState, Step, Task,
    VerifyResult,
};
pub use sandbox::{Network, SECRET_PATHS, SandboxKind, SandboxRules, why_not_shown};
pub use schedule::{BadSchedule, Cron, SCHEDULE_MAX, SCHEDULE_MIN, Schedule, schedule_line};
pub use snapshot::{
    IntentView, Life, Mirror, RecordOf, RepoState, RunView, Snapshot, Stale, StaleKind, Unreadable,
};
pub use timer::{Timer, TimerKind};
pub use trust::{ApprovedBy, Asked, Pin, TrustBook, TrustNote};
pub use visible::{is_invisible, only_visible};
