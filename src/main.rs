//! The `acp` binary.

use std::process::ExitCode;

use acp::sys::Env;

fn main() -> ExitCode {
    acp::cli::main(std::env::args_os(), &Env::from_process())
}
