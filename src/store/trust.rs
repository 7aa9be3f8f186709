//! What was approved: one record, since all of it is read by every pass.

use super::{Store, StoreError};
use crate::domain::TrustBook;
use crate::durable;

/// The record in the state folder.
const FILE: &str = "trust.json";

impl Store {
    /// What is kept about the approval of items.
    pub fn trust(&self) -> Result<TrustBook, StoreError> {
        let path = self.layout.root().join(FILE);
        Ok(durable::read_record(&path)?.unwrap_or_default())
    }

    /// Writes what is kept about the approval of items. Needs the pass lock.
    pub fn put_trust(&self, book: &TrustBook) -> Result<(), StoreError> {
        durable::create_dirs(self.layout.root())?;
        durable::write_record(&self.layout.root().join(FILE), book)
    }
}
