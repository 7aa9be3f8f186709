//! Cooldowns by their keys. A key has colons, which not every file system takes.

use std::collections::BTreeMap;

use super::{Store, StoreError};
use crate::domain::Cooldown;

impl Store {
    /// The cooldown of a key.
    pub fn cooldown(&self, key: &str) -> Result<Option<Cooldown>, StoreError> {
        let there = self.cooldowns().get(&file_name(key))?;
        Ok(there.filter(|cooldown| cooldown.key == key))
    }

    /// All cooldowns, by key.
    pub fn all_cooldowns(&self) -> Result<BTreeMap<String, Cooldown>, StoreError> {
        let all = self.cooldowns().list()?.into_iter();
        Ok(all.map(|(_, one)| (one.key.clone(), one)).collect())
    }

    /// The same, and why others cannot be read.
    ///
    /// # Errors
    /// Only when the operating system refuses.
    pub fn cooldowns_apart(
        &self,
    ) -> Result<(BTreeMap<String, Cooldown>, Vec<StoreError>), StoreError> {
        let (all, unreadable) = self.cooldowns().list_apart(|_| true)?;
        let by_key = all.into_iter().map(|(_, one)| (one.key.clone(), one));
        let errors = unreadable.into_iter().map(|(_, error)| error);
        Ok((by_key.collect(), errors.collect()))
    }

    /// Writes a cooldown durably, under its own key.
    pub fn put_cooldown(&self, cooldown: &Cooldown) -> Result<(), StoreError> {
        self.cooldowns().put(&file_name(&cooldown.key), cooldown)
    }

    /// Removes a cooldown; `false` when it was not there.
    pub fn remove_cooldown(&self, key: &str) -> Result<bool, StoreError> {
        match self.cooldown(key)? {
            Some(_) => self.cooldowns().remove(&file_name(key)),
            None => Ok(false),
        }
    }
}

fn file_name(key: &str) -> String {
    key.replace(':', ".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Home;
    use jiff::Timestamp;

    #[test]
    fn a_cooldown_is_found_under_its_own_key_alone() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&"p".parse().unwrap()));
        let at = Timestamp::UNIX_EPOCH;
        let key = "agent:claude:work:a/b";
        let cooldown = Cooldown::new(key.to_owned(), at, "limit".to_owned(), at);
        store.put_cooldown(&cooldown).unwrap();
        assert_eq!(store.cooldown(key).unwrap(), Some(cooldown.clone()));
        let other = "agent:claude:work:a-b";
        assert_eq!(store.cooldown(other).unwrap(), None);
        assert!(!store.remove_cooldown(other).unwrap());
        let all = store.all_cooldowns().unwrap();
        assert_eq!(all, [(key.to_owned(), cooldown)].into());
        assert!(store.remove_cooldown(key).unwrap());
        assert!(store.all_cooldowns().unwrap().is_empty());
    }
}
