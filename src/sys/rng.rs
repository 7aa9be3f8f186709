//! Randomness for jitter and nonces, which is no secret, and tokens that nobody can guess.

use std::hash::{BuildHasher as _, Hasher as _};
use std::sync::Mutex;

use super::Secret;

/// Where randomness comes from, so that a seed repeats a whole simulation.
pub trait Rng: Send + Sync {
    /// The next 64 random bits.
    fn next_u64(&self) -> u64;
}

/// `SplitMix64`: one multiplication chain, every seed gives a full-period sequence.
#[derive(Debug)]
pub struct SplitMix64(Mutex<u64>);

impl SplitMix64 {
    /// The sequence of `seed`.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }

    /// A sequence that differs between processes.
    pub fn from_system() -> Self {
        // The standard library seeds this hasher from the operating system's randomness.
        let hasher = std::collections::hash_map::RandomState::new().build_hasher();
        Self::seeded(hasher.finish() ^ u64::from(std::process::id()))
    }
}

impl Rng for SplitMix64 {
    fn next_u64(&self) -> u64 {
        let mut state = self
            .0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = *state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// 128 bits from the operating system's randomness, in hex: a key that nobody can guess.
///
/// # Errors
/// There is no `/dev/urandom`, as in a bare container.
pub fn random_token() -> std::io::Result<Secret> {
    let mut bytes = [0_u8; 16];
    std::io::Read::read_exact(&mut std::fs::File::open("/dev/urandom")?, &mut bytes)?;
    let mut hex = String::with_capacity(32);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            hex.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    Ok(Secret::new(hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_never_the_same() {
        let (a, b) = (random_token().unwrap(), random_token().unwrap());
        assert_ne!(a, b);
        assert_eq!(a.reveal().len(), 32);
        assert!(a.reveal().chars().all(|c| c.is_ascii_hexdigit()));
        assert_eq!(format!("{a:?}"), "***");
    }

    #[test]
    fn a_seed_repeats_and_two_seeds_differ() {
        let take = |seed| {
            let rng = SplitMix64::seeded(seed);
            [rng.next_u64(), rng.next_u64(), rng.next_u64()]
        };
        assert_eq!(take(7), take(7));
        assert_ne!(take(7), take(8));
    }
}
