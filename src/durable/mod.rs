//! Only this module writes, renames and locks files.
