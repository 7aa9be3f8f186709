//! Gitea's interface.

use super::exchange::{Answer, Ask};
use super::world::{Problem, World};

pub(super) fn route(_world: &mut World<'_>, ask: &Ask<'_>) -> Answer {
    refusal(ask, &Problem::NotFound)
}

pub(super) fn refusal(_ask: &Ask<'_>, _problem: &Problem) -> Answer {
    Answer::message(404, "not found")
}

pub(super) fn bad_credentials() -> Answer {
    Answer::message(401, "user does not exist [uid: 0, name: ]")
}
