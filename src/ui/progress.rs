//! A line that says what is being waited for, on a terminal only.

use std::io::IsTerminal as _;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Format;
use super::words::clean;

/// Shows what is under way on standard error, and takes it away again when dropped.
#[derive(Debug)]
pub struct Progress(Option<ProgressBar>);

impl Progress {
    /// Shows `text` when standard error is a terminal and the output is for people; else nothing, ever.
    pub fn start(format: Format, wanted: bool, text: &str) -> Self {
        if !wanted || format != Format::Human || !std::io::stderr().is_terminal() {
            return Self(None);
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(clean(text));
        bar.enable_steady_tick(Duration::from_millis(120));
        Self(Some(bar))
    }

    /// Turns it into a bar of `total` parts.
    #[must_use]
    pub fn of_parts(self, total: u64) -> Self {
        if let Some(bar) = &self.0 {
            if let Ok(style) =
                ProgressStyle::with_template("{spinner} [{bar:24}] {pos}/{len} {wide_msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            bar.set_length(total);
        }
        self
    }

    /// Shows how many parts are done.
    pub fn done(&self, parts: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(parts);
        }
    }

    /// Shows another text.
    pub fn say(&self, text: &str) {
        if let Some(bar) = &self.0 {
            bar.set_message(clean(text));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
