//! Decisions as pure functions: no clock, no input or output, no randomness but a seed. The same input gives the same
//! answer, and what is not known never counts as fine.

mod budget;
mod checks;
mod consequence;
mod defuse;
mod heavy;
mod lane;
mod merge;
mod news;
mod numstat;
mod paths;
mod pull_body;
mod question;
mod retry;
mod rhythm;
mod risk;
mod schedule;
mod scope;
mod sleep;
#[cfg(test)]
mod testing;
mod text;
mod trust;

pub use budget::{BudgetMark, budget_marks, day_end, item_may_start, may_start, nearly_used};
pub use checks::{Checks, summarize};
pub use consequence::{Consequence, Sleep, consequence};
pub use defuse::{defuse, defuse_title};
pub use heavy::is_heavy;
pub use lane::{PrInput, fix_reasons, is_told_to_repair, pr_lane};
pub use merge::{MergeInput, change_requests, decide};
pub use news::{book, digest_news, digests_begin, failed_pass, last_moved, news, quiet_until};
pub use numstat::{BadNumstat, parse_numstat};
pub use paths::{BadPattern, PathSet};
pub use pull_body::pull_body;
pub use question::Question;
pub use retry::{
    after_dead_launch, after_excuse, after_failure, after_success, after_unread, cooldown_due,
    delay, due, is_excused, may_excuse, still_ahead,
};
pub use rhythm::{Beats, Rhythm, rhythm};
pub use risk::{RiskInput, band, default_risk_rules, score};
pub use schedule::{RECURRING_PAUSE, recurring_due, scheduled_due};
pub use scope::forbidden;
pub use sleep::{Awake, Cooldowns, after_run, awake, only_counts, opens_breaker};
pub use text::{blocked_comment, blocked_item_comment, one_line, scheduled_comment};
pub use trust::{
    Regard, Standing as TrustStanding, Trusted, is_gone, pin_by_author, regard, wants_answer,
};
