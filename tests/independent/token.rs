//! Where the token must not be.

use crate::home::{GOOD, Home};
use crate::life::from_issue_to_merge;
use crate::programs::{Forge, Kind, TOKEN};

#[test]
fn the_token_is_in_no_file_no_argument_and_not_with_the_agent() {
    for kind in [Kind::Github, Kind::Gitea] {
        let forge = Forge::start(kind);
        let home = Home::at(&forge, GOOD);
        from_issue_to_merge(&forge, &home);
        let shown = home.acp(&["profile", "show", "--origin"]);
        assert!(!format!("{shown:?}").contains(TOKEN));
        let agent = std::fs::read_to_string(home.path("agent-env")).unwrap();
        assert!(
            agent.contains("ACP_RUN_ID="),
            "the agent wrote its environment down"
        );
        for name in ["GH_TOKEN", "GITEA_TOKEN", "SSH_AUTH_SOCK", "ACP_HOME"] {
            assert!(!agent.contains(name), "{name}: {agent}");
        }
        let calls = std::fs::read_to_string(home.path("git-calls")).unwrap();
        assert!(
            calls.contains("push"),
            "what git was called with was written down: {calls}"
        );
        // In any spelling that git's way of asking for it could have.
        let basic = base64(&format!("acp-bot:{TOKEN}"));
        let mut looked = 0;
        for (path, bytes) in home.files("") {
            looked += 1;
            for secret in [TOKEN, &basic] {
                let held = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!held, "the token is in {}", path.display());
            }
        }
        assert!(looked > 50, "{looked} files");
    }
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = |three: &[u8]| {
        three
            .iter()
            .fold(0_u32, |all, byte| all << 8 | u32::from(*byte))
            << (8 * (3 - three.len()))
    };
    let four = |three: &[u8]| {
        let bits = bits(three);
        let letters = (0..4).map(|n| char::from(LETTERS[((bits >> (18 - 6 * n)) & 63) as usize]));
        letters
            .take(three.len() + 1)
            .chain(std::iter::repeat_n('=', 3 - three.len()))
            .collect::<String>()
    };
    text.as_bytes().chunks(3).map(four).collect()
}
