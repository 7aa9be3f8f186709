//! One line of the log.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::{Applied, BranchName, Intent, IntentId, IntentKind, Sha};
use crate::forge::model::{Change, LabelsDoc, Object};

/// The format of events that this code writes and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// What an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Step {
    /// The forge was made.
    Created,
    /// An intent was carried out.
    Applied,
    /// A base branch is about to get the commit of a merge.
    MergeBegun,
    /// It has it.
    Merged,
    /// It will not get it: somebody else moved the branch first.
    MergeAbandoned,
}

/// A merge whose branch may or may not have moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Begun {
    /// The pull request.
    pub(super) pr: u64,
    /// Its head that is merged.
    pub(super) head: Sha,
    /// The branch that gets it.
    pub(super) base: BranchName,
    /// Where that branch is.
    pub(super) base_old: Sha,
    /// Where it shall be.
    pub(super) commit: Sha,
    /// Who merges.
    pub(super) actor: String,
    /// The intent.
    pub(super) intent: IntentId,
}

/// A change: who, why, and the whole objects after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Event {
    /// Of this line.
    pub(super) format: u32,
    /// Place in the log, from 1. Set when it is appended.
    pub(super) seq: u64,
    /// When.
    pub(super) at: Timestamp,
    /// What it is.
    pub(super) step: Step,
    /// The kind of the intent.
    pub(super) kind: Option<IntentKind>,
    /// The intent.
    pub(super) intent: Option<IntentId>,
    /// Who did it.
    pub(super) actor: String,
    /// What the intent was told.
    pub(super) applied: Option<Applied>,
    /// The merge that begins or ends.
    pub(super) merge: Option<Begun>,
    /// Whole objects as they are afterwards.
    pub(super) objects: Vec<Object>,
}

/// Of an event only what tells whether an intent has happened.
#[derive(Debug, Deserialize)]
pub(super) struct Trace {
    /// The intent.
    pub(super) intent: Option<IntentId>,
    /// What it was told.
    pub(super) applied: Option<Applied>,
}

impl Event {
    /// The first line of a log.
    pub(super) fn created(at: Timestamp) -> Self {
        Self {
            format: FORMAT,
            seq: 1,
            at,
            step: Step::Created,
            kind: None,
            intent: None,
            actor: "acp".to_owned(),
            applied: None,
            merge: None,
            objects: vec![Object::Labels(LabelsDoc::vocabulary())],
        }
    }

    /// An intent was carried out.
    pub(super) fn applied(intent: &Intent, at: Timestamp, change: Change) -> Self {
        Self {
            step: Step::Applied,
            kind: Some(intent.payload.kind()),
            intent: Some(intent.id.clone()),
            actor: intent.actor().to_owned(),
            applied: Some(change.applied),
            objects: change.objects,
            ..Self::created(at)
        }
    }

    /// A merge begins or is given up.
    pub(super) fn of_merge(step: Step, begun: Begun, at: Timestamp) -> Self {
        Self {
            step,
            kind: Some(IntentKind::Merge),
            intent: Some(begun.intent.clone()),
            actor: begun.actor.clone(),
            merge: Some(begun),
            objects: vec![],
            ..Self::created(at)
        }
    }

    /// A merge is done.
    pub(super) fn merged(begun: Begun, at: Timestamp, objects: Vec<Object>) -> Self {
        let commit = Some(begun.commit.clone());
        Self {
            applied: Some(Applied::Merged { commit }),
            objects,
            ..Self::of_merge(Step::Merged, begun, at)
        }
    }
}
