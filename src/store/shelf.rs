//! A folder of records, one file for each key.

use std::marker::PhantomData;
use std::path::PathBuf;

use crate::durable::{self, DurableError, Versioned};

/// Records with their keys, and why others cannot be read.
pub type Apart<T> = (Vec<(String, T)>, Vec<(String, DurableError)>);

/// Records of one kind, each in `<key>.json`.
#[derive(Debug, Clone)]
pub struct Shelf<T> {
    folder: PathBuf,
    kind: PhantomData<T>,
}

impl<T: Versioned> Shelf<T> {
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            kind: PhantomData,
        }
    }

    /// Every record with its key, sorted. A folder that is not there is empty.
    pub fn list(&self) -> Result<Vec<(String, T)>, DurableError> {
        self.list_where(|_| true)
    }

    /// The records whose key is wanted, sorted. Only their files are opened.
    pub fn list_where(
        &self,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Vec<(String, T)>, DurableError> {
        let mut out = vec![];
        for name in durable::file_names(&self.folder)? {
            let Some(key) = name.strip_suffix(".json").filter(|key| wanted(key)) else {
                continue;
            };
            if let Some(record) = durable::read_record(&self.folder.join(&name))? {
                out.push((key.to_owned(), record));
            }
        }
        Ok(out)
    }

    /// The same, with those apart that cannot be read: their keys, and why.
    ///
    /// # Errors
    /// Only when the operating system refuses.
    pub fn list_apart(&self, wanted: impl Fn(&str) -> bool) -> Result<Apart<T>, DurableError> {
        let (mut records, mut unreadable) = (vec![], vec![]);
        for key in self.keys()?.into_iter().filter(|key| wanted(key)) {
            match self.get(&key) {
                Ok(Some(record)) => records.push((key, record)),
                Ok(None) => {}
                Err(error) if error.is_unreadable() => unreadable.push((key, error)),
                Err(error) => return Err(error),
            }
        }
        Ok((records, unreadable))
    }

    /// The keys of all records, sorted. No file is opened.
    pub fn keys(&self) -> Result<Vec<String>, DurableError> {
        let names = durable::file_names(&self.folder)?.into_iter();
        let key = |name: String| name.strip_suffix(".json").map(str::to_owned);
        Ok(names.filter_map(key).collect())
    }

    /// The records that can be read, with their keys, and one error for each that cannot.
    pub(super) fn sort_out(&self) -> (Vec<(String, T)>, Vec<DurableError>) {
        let (mut records, mut errors) = (vec![], vec![]);
        let keys = self.keys().unwrap_or_else(|error| {
            errors.push(error);
            vec![]
        });
        for key in keys {
            match self.get(&key) {
                Ok(Some(record)) => records.push((key, record)),
                Ok(None) => {}
                Err(error) => errors.push(error),
            }
        }
        (records, errors)
    }

    /// One record.
    pub fn get(&self, key: &str) -> Result<Option<T>, DurableError> {
        durable::read_record(&self.path(key))
    }

    /// Writes one record durably.
    pub fn put(&self, key: &str, record: &T) -> Result<(), DurableError> {
        durable::create_dirs(&self.folder)?;
        durable::write_record(&self.path(key), record)
    }

    /// Removes one record; `false` when it was not there.
    pub fn remove(&self, key: &str) -> Result<bool, DurableError> {
        durable::remove_file(&self.path(key))
    }

    /// Keys are item slugs, days, names that were checked where they entered; a separator could only come from a bug.
    fn path(&self, key: &str) -> PathBuf {
        let safe: String = key
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                    c
                } else {
                    '-'
                }
            })
            .collect();
        self.folder.join(format!("{safe}.json"))
    }
}
