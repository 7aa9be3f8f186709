//! Only this module starts and ends processes.
