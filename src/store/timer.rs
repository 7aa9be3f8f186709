//! The timer of a profile as it was installed, and the log of its passes.

use std::path::PathBuf;

use super::{Store, StoreError};
use crate::domain::Timer;
use crate::durable;

/// The log of a timer's passes is cut to half of this when it is longer.
const LOG_BYTES_MAX: u64 = 1024 * 1024;

impl Store {
    /// The timer that was installed for the profile.
    pub fn timer(&self) -> Result<Option<Timer>, StoreError> {
        durable::read_record(&self.layout.root().join("timer.json"))
    }

    /// Notes the timer, durably.
    pub fn set_timer(&self, timer: &Timer) -> Result<(), StoreError> {
        durable::create_dirs(self.layout.root())?;
        durable::write_record(&self.layout.root().join("timer.json"), timer)
    }

    /// Forgets the timer; `false` when there was none.
    pub fn forget_timer(&self) -> Result<bool, StoreError> {
        durable::remove_file(&self.layout.root().join("timer.json"))
    }

    /// Where the passes of a timer write that has no log of its own.
    pub fn timer_log(&self) -> PathBuf {
        self.layout.root().join("passes.log")
    }

    /// Cuts the log of the passes when it has grown too long. What a pass writes meanwhile may be lost: it is a log.
    pub fn cut_timer_log(&self) -> Result<(), StoreError> {
        let path = self.timer_log();
        let Some(found) = durable::read_file(&path, u64::MAX / 2)? else {
            return Ok(());
        };
        let most = usize::try_from(LOG_BYTES_MAX).unwrap_or(usize::MAX);
        if found.len() <= most {
            return Ok(());
        }
        let rest = &found[found.len() - most / 2..];
        let line = rest
            .iter()
            .position(|byte| *byte == b'\n')
            .map_or(0, |at| at + 1);
        durable::write_quick(&path, &rest[line..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Home;

    #[test]
    fn a_long_log_is_cut_at_a_line_and_a_short_one_stays() {
        let root = tempfile::tempdir().unwrap();
        let store = Store::new(Home::below(root.path()).layout(&"p".parse().unwrap()));
        durable::create_dirs(store.layout.root()).unwrap();
        store.cut_timer_log().unwrap();
        durable::write_quick(&store.timer_log(), b"one\n").unwrap();
        store.cut_timer_log().unwrap();
        assert_eq!(
            durable::read_file(&store.timer_log(), 9).unwrap().unwrap(),
            b"one\n"
        );
        let line = format!("{}\n", "x".repeat(99));
        durable::write_quick(&store.timer_log(), line.repeat(20_000).as_bytes()).unwrap();
        store.cut_timer_log().unwrap();
        let cut = durable::read_file(&store.timer_log(), LOG_BYTES_MAX)
            .unwrap()
            .unwrap();
        assert!(
            cut.len() > 500_000 && cut.len().is_multiple_of(100),
            "{}",
            cut.len()
        );
    }
}
