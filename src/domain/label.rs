//! The labels that acp and people talk through, spelled as users already know them.

/// Intake: an issue may be worked on.
pub const READY: &str = "agent-ready";
/// A run works on it. Desired state only: the truth is the lock of a live worker.
pub const RUNNING: &str = "agent-running";
/// acp gave up until a person removes the label.
pub const BLOCKED: &str = "agent-blocked";
/// The issue stays open after a merge.
pub const KEEP_OPEN: &str = "agent-keep-open";
/// While this item is open and startable, nothing else starts.
pub const EXCLUSIVE: &str = "agent-exclusive";
/// A pull request of somebody else that acp shall look after.
pub const HANDOFF: &str = "agent-handoff";
/// Asks for a fix run.
pub const REPAIR_QUEUED: &str = "agent-repair-queued";
/// Waits for a person.
pub const HUMAN_REVIEW: &str = "agent-human-review";
/// A person said yes to this head.
pub const HUMAN_APPROVED: &str = "agent-human-approved";
/// First agent review is due or done.
pub const DOUBLE_CHECK_1: &str = "agent-double-check-1/2";
/// Second agent review is due or done.
pub const DOUBLE_CHECK_2: &str = "agent-double-check-2/2";
/// Counts against the heavy slots.
pub const HEAVY: &str = "agent-e2e-heavy";

/// The labels that acp itself may remove. All others belong to people.
pub const OWN: &[&str] = &[
    RUNNING,
    HUMAN_REVIEW,
    HUMAN_APPROVED,
    DOUBLE_CHECK_1,
    DOUBLE_CHECK_2,
];

/// Every label of the vocabulary with its colour (RGB hex) and meaning, for creating them on a forge.
pub const ALL: &[(&str, &str, &str)] = &[
    (READY, "0e8a16", "acp may work on this issue"),
    (RUNNING, "fbca04", "an agent works on it"),
    (
        BLOCKED,
        "d93f0b",
        "acp gave up; remove the label to try again",
    ),
    (KEEP_OPEN, "c5def5", "stays open after a merge"),
    (EXCLUSIVE, "c2185b", "runs alone"),
    (HANDOFF, "0052cc", "acp looks after this pull request"),
    (REPAIR_QUEUED, "d93f0b", "a fix run is asked for"),
    (HUMAN_REVIEW, "5319e7", "a person must look"),
    (HUMAN_APPROVED, "1d76db", "a person approved this head"),
    (DOUBLE_CHECK_1, "b602ff", "first agent review"),
    (DOUBLE_CHECK_2, "7d3cff", "second agent review"),
    (HEAVY, "5319e7", "uses a heavy slot"),
];
