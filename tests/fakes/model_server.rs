//! The model provider of the tests, for use by hand: `model-server PORT`. See `tests/fakes/model`.
#![expect(clippy::print_stdout, reason = "it says where it listens")]
#![expect(
    clippy::disallowed_methods,
    reason = "a fake reads its arguments and the clock itself"
)]

mod model;

use std::error::Error;
use std::io::Read as _;
use std::net::Ipv4Addr;

fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::args().nth(1).unwrap_or_else(|| "0".to_owned());
    let server = model::ModelServer::start(Ipv4Addr::LOCALHOST, port.parse()?)?;
    println!("{} at {}", server.base("MODE"), server.place());
    // It serves until its standard input ends.
    let mut rest = vec![];
    std::io::stdin().read_to_end(&mut rest)?;
    println!("{} calls in mode ok", server.calls("ok"));
    Ok(())
}
