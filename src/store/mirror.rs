//! What is known of the forge: one index file, and the facts of open pull requests.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::domain::{ChangeFacts, Mirror, RepoState, Sha};
use crate::durable;

/// Facts of changes, by base and head. A pair of commits never changes its facts, so they are asked for once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FactsBook {
    facts: BTreeMap<String, ChangeFacts>,
    /// When each pair that is not known yet was last asked about.
    #[serde(default)]
    asked: BTreeMap<String, Timestamp>,
    /// When each of these was first asked about.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    since: BTreeMap<String, Timestamp>,
}

impl FactsBook {
    /// The facts of a pair of commits.
    pub fn get(&self, base: &Sha, head: &Sha) -> Option<&ChangeFacts> {
        self.facts.get(&Self::key(base, head))
    }

    /// Notes the facts of a pair of commits.
    pub fn put(&mut self, base: &Sha, head: &Sha, facts: ChangeFacts) {
        let key = Self::key(base, head);
        self.asked.remove(&key);
        self.since.remove(&key);
        self.facts.insert(key, facts);
    }

    /// When a pair of commits that is not known was last asked about.
    pub fn asked(&self, base: &Sha, head: &Sha) -> Option<Timestamp> {
        self.asked.get(&Self::key(base, head)).copied()
    }

    /// When a pair of commits that is not known was first asked about.
    pub fn since(&self, base: &Sha, head: &Sha) -> Option<Timestamp> {
        self.since.get(&Self::key(base, head)).copied()
    }

    /// Notes that a pair of commits is asked about.
    pub fn ask(&mut self, base: &Sha, head: &Sha, now: Timestamp) {
        let key = Self::key(base, head);
        self.since.entry(key.clone()).or_insert(now);
        self.asked.insert(key, now);
    }

    /// Drops all but the pairs that are still asked for.
    pub fn keep_only<'a>(&mut self, pairs: impl Iterator<Item = (&'a Sha, &'a Sha)>) {
        let wanted: std::collections::BTreeSet<String> =
            pairs.map(|(base, head)| Self::key(base, head)).collect();
        self.facts.retain(|key, _| wanted.contains(key));
        self.asked.retain(|key, _| wanted.contains(key));
        self.since.retain(|key, _| wanted.contains(key));
    }

    fn key(base: &Sha, head: &Sha) -> String {
        format!("{base}..{head}")
    }
}

impl Store {
    /// The index of the forge as of the last pass.
    pub fn mirror(&self) -> Result<Mirror, StoreError> {
        let path = self.layout.folder("forge").join("index.json");
        Ok(durable::read_record(&path)?.unwrap_or_default())
    }

    /// Writes the index. After a power cut it may be the one before, and what it misses is asked for again.
    pub fn put_mirror(&self, mirror: &Mirror) -> Result<(), StoreError> {
        durable::create_dirs(&self.layout.folder("forge"))?;
        durable::write_record_synced(&self.layout.folder("forge").join("index.json"), mirror)
    }

    /// What a flusher was told of the repository when a write was refused, and no pass has seen yet.
    pub fn repository_note(&self) -> Result<Option<RepoState>, StoreError> {
        durable::read_record(&self.layout.folder("forge").join("repository.json"))
    }

    /// Notes what the repository is like, for the next pass. The caller holds the flusher's lock.
    pub fn note_repository(&self, repo: &RepoState) -> Result<(), StoreError> {
        durable::create_dirs(&self.layout.folder("forge"))?;
        durable::write_record(&self.layout.folder("forge").join("repository.json"), repo)
    }

    /// A pass has seen it for itself.
    pub fn forget_repository_note(&self) -> Result<(), StoreError> {
        durable::remove_file(&self.layout.folder("forge").join("repository.json"))?;
        Ok(())
    }

    /// The facts of open pull requests.
    pub fn facts(&self) -> Result<FactsBook, StoreError> {
        let path = self.layout.folder("forge").join("facts.json");
        Ok(durable::read_record(&path)?.unwrap_or_default())
    }

    /// Writes the facts of open pull requests.
    pub fn put_facts(&self, facts: &FactsBook) -> Result<(), StoreError> {
        durable::create_dirs(&self.layout.folder("forge"))?;
        durable::write_record(&self.layout.folder("forge").join("facts.json"), facts)
    }
}
