//! Only this module starts and ends processes.

mod foreground;

pub use foreground::foreground;
