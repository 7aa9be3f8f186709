//! The `acp` binary.

fn main() {}
