//! A power cut: every process dies, and the state folder is one of those that a disk may be left with.

use acp::engine::STOP_HOLD;

use crate::world::World;

impl World {
    /// After a step in which a process died the power fails often, after any other seldom.
    pub(crate) fn power_may_fail(&self, died: bool) {
        let Some(recording) = &self.recording else {
            return;
        };
        if !self.chance(if died { 500 } else { 40 }) {
            return;
        }
        self.say("the power fails");
        // No lock outlives its process, and nothing is left open.
        self.waiting.borrow_mut().clear();
        self.orphans.borrow_mut().clear();
        recording.power_fails(&self.dice).unwrap();
        let is_stopped = self.store.holds().get(STOP_HOLD).unwrap().is_some();
        let mut book = self.book.borrow_mut();
        if book.is_stop_unsure && !is_stopped {
            book.holds.remove(STOP_HOLD);
        }
        book.counts.power_cuts += 1;
        book.died_since_rest = true;
        book.power_failed = true;
    }
}
