//! Where the token of a forge comes from on this machine.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{ForgeKind, ForgeRules, TokenSource};
use crate::forge::remote::{FoundToken, Token};
use crate::proc::{self, Cmd, ProcError, Quick};
use crate::sys::{Clock, Env, Secret};

/// The longest token, in bytes.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// How long a program may take that knows the token; it may ask a keyring.
const PROGRAM_LIMIT: Duration = Duration::from_secs(20);
/// Where programs are looked for when PATH is not set.
const PATH_DEFAULT: &str = "/usr/local/bin:/usr/bin:/bin";

/// The token of `forge`, looked for when it is needed. `host` is where its interface is.
pub(super) fn token(env: &Env, clock: Arc<dyn Clock>, forge: &ForgeRules, host: &str) -> Token {
    let search = Search {
        env: env.clone(),
        clock,
        kind: forge.kind,
        host: host.strip_prefix("api.").unwrap_or(host).to_owned(),
    };
    let source = forge.token.clone();
    Token::later(move || search.find(source.as_ref()))
}

/// What `source` gives, looked for each time it is asked for.
pub(super) fn named(
    env: &Env,
    clock: &Arc<dyn Clock>,
    source: TokenSource,
) -> impl Fn() -> Result<Secret, String> + Send + Sync + 'static {
    let search = Search {
        env: env.clone(),
        clock: Arc::clone(clock),
        kind: ForgeKind::Local,
        host: String::new(),
    };
    move || Ok(search.find(Some(&source))?.secret)
}

struct Search {
    env: Env,
    clock: Arc<dyn Clock>,
    kind: ForgeKind,
    host: String,
}

impl Search {
    fn find(&self, source: Option<&TokenSource>) -> Result<FoundToken, String> {
        match source {
            Some(TokenSource::Env(name)) => self.variable(name)?.ok_or_else(|| {
                format!("`{name}` is not set, and the profile takes the token from it")
            }),
            Some(TokenSource::File(path)) => from_file(path),
            Some(TokenSource::Command(argv)) => self.program(argv),
            None => self.usual(),
        }
    }

    /// The places that people use anyway.
    fn usual(&self) -> Result<FoundToken, String> {
        let names: &[&str] = match self.kind {
            ForgeKind::Gitea => &["GITEA_TOKEN", "FORGEJO_TOKEN"],
            ForgeKind::Github | ForgeKind::Local => &["GH_TOKEN", "GITHUB_TOKEN"],
        };
        for name in names {
            if let Some(found) = self.variable(name)? {
                return Ok(found);
            }
        }
        let set = neither(names);
        if self.kind == ForgeKind::Gitea {
            return Err(format!(
                "there is no token: {set} is set; set one, or name its source as `forge.token`"
            ));
        }
        let argv = ["gh", "auth", "token", "--hostname", &self.host];
        let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
        if self.installed("gh").is_none() {
            return Err(format!(
                "there is no token: {set} is set, and `gh` is not installed; set one, or name its source as `forge.token`"
            ));
        }
        self.program(&argv).map_err(|why| {
            format!("there is no token: {set} is set, and {why}; set one, or name its source as `forge.token`")
        })
    }

    fn variable(&self, name: &str) -> Result<Option<FoundToken>, String> {
        match self.env.raw(name).filter(|value| !value.is_empty()) {
            None => Ok(None),
            Some(value) => found(value.as_encoded_bytes(), format!("`{name}`")).map(Some),
        }
    }

    fn installed(&self, name: &str) -> Option<PathBuf> {
        let path = self.env.raw("PATH").unwrap_or(OsStr::new(PATH_DEFAULT));
        proc::find_program(name.as_ref(), path, Path::new("/"))
    }

    /// What it prints is the token; what it says on its standard error is not shown, because nobody knows what is in it.
    fn program(&self, argv: &[String]) -> Result<FoundToken, String> {
        let Some((name, args)) = argv.split_first() else {
            return Err("`forge.token.command` is empty".to_owned());
        };
        let shown = format!("`{}`", crate::ui::words::clean(&argv.join(" ")));
        let Some(program) = self.installed(name) else {
            return Err(format!(
                "`{}` is not on PATH",
                crate::ui::words::clean(name)
            ));
        };
        let cmd = Cmd::new(program)
            .args(args.iter().map(OsString::from))
            .dir("/");
        let limits = Quick {
            deadline: PROGRAM_LIMIT,
            output_bytes_max: TOKEN_BYTES_MAX,
        };
        match cmd.read(&limits, &*self.clock) {
            Ok(bytes) => found(&bytes, shown),
            Err(ProcError::TimedOut { .. }) => Err(format!(
                "{shown} did not end within {} seconds",
                PROGRAM_LIMIT.as_secs()
            )),
            Err(ProcError::Failed { exit, .. }) => Err(format!("{shown} {exit}")),
            Err(_) => Err(format!("{shown} gave nothing that could be read")),
        }
    }
}

/// "neither `A` nor `B`"
fn neither(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    format!("neither {}", quoted.join(" nor "))
}

fn from_file(path: &Path) -> Result<FoundToken, String> {
    let shown = format!("the file `{}`", path.display());
    let failed =
        |error: &dyn std::fmt::Display| format!("cannot read the token from {shown}: {error}");
    let meta = std::fs::metadata(path).map_err(|error| failed(&error))?;
    if !meta.is_file() {
        return Err(failed(&"it is no file"));
    }
    if meta.permissions().mode() & 0o007 != 0 {
        return Err(format!(
            "every user of this machine can get at {shown}, so the token in it is not used: `chmod 600 {}`",
            path.display()
        ));
    }
    if meta.len() > TOKEN_BYTES_MAX as u64 {
        return Err(failed(&"it is too long for a token"));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    found(&bytes, shown)
}

/// A token is one word. Anything else would end up in a header of its own, or is a mistake that the forge would take for
/// a wrong token.
fn found(bytes: &[u8], from: String) -> Result<FoundToken, String> {
    let text = std::str::from_utf8(bytes).unwrap_or("\0");
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(format!("there is nothing in {from}"));
    }
    if !text.chars().all(|c| c.is_ascii_graphic()) {
        return Err(format!(
            "what is in {from} is no token: it holds blanks, several lines or characters that no token has"
        ));
    }
    Ok(FoundToken {
        secret: Secret::new(text.to_owned()),
        from,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::durable;
    use crate::sys::SystemClock;

    fn search(kind: ForgeKind, vars: &[(&str, &str)]) -> Search {
        Search {
            env: Env::from_pairs(vars.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))),
            clock: Arc::new(SystemClock::new()),
            kind,
            host: "git.example.org".to_owned(),
        }
    }

    fn shown(found: Result<FoundToken, String>) -> String {
        match found {
            Ok(found) => format!("{} from {}", found.secret.reveal(), found.from),
            Err(why) => format!("error: {why}"),
        }
    }

    fn script(dir: &Path, name: &str, text: &str) -> PathBuf {
        let path = dir.join(name);
        durable::write_atomic(&path, format!("#!/bin/sh\n{text}\n").as_bytes()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    #[test]
    fn the_usual_places_are_tried_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let empty = dir.path().join("empty");
        std::fs::create_dir(&empty).unwrap();
        script(
            dir.path(),
            "gh",
            "test \"$*\" = 'auth token --hostname git.example.org' && echo from-gh",
        );
        let (with_gh, without) = (dir.path().to_str().unwrap(), empty.to_str().unwrap());
        let github = |vars: &[(&str, &str)]| shown(search(ForgeKind::Github, vars).find(None));
        assert_eq!(
            github(&[("GH_TOKEN", "a"), ("GITHUB_TOKEN", "b")]),
            "a from `GH_TOKEN`"
        );
        assert_eq!(
            github(&[("GH_TOKEN", ""), ("GITHUB_TOKEN", "b")]),
            "b from `GITHUB_TOKEN`"
        );
        assert_eq!(
            github(&[("PATH", with_gh)]),
            "from-gh from `gh auth token --hostname git.example.org`"
        );
        let none = github(&[("PATH", without), ("GITEA_TOKEN", "x")]);
        assert!(none.starts_with("error: there is no token: neither `GH_TOKEN` nor `GITHUB_TOKEN` is set, and `gh` is not"), "{none}");
        script(dir.path(), "gh", "echo gho_hush >&2; exit 4");
        let failed = github(&[("PATH", with_gh)]);
        assert!(
            failed.contains("`gh auth token --hostname git.example.org`")
                && !failed.contains("hush"),
            "{failed}"
        );
        let gitea = |vars: &[(&str, &str)]| shown(search(ForgeKind::Gitea, vars).find(None));
        assert_eq!(
            gitea(&[("GITEA_TOKEN", "a"), ("FORGEJO_TOKEN", "b")]),
            "a from `GITEA_TOKEN`"
        );
        assert_eq!(
            gitea(&[("FORGEJO_TOKEN", "b"), ("GH_TOKEN", "c")]),
            "b from `FORGEJO_TOKEN`"
        );
        assert!(
            gitea(&[("GH_TOKEN", "c"), ("PATH", with_gh)])
                .contains("neither `GITEA_TOKEN` nor `FORGEJO_TOKEN`")
        );
    }

    #[test]
    fn a_named_source_is_the_only_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        let search = search(ForgeKind::Github, &[("GH_TOKEN", "usual"), ("MINE", "own")]);
        let of = |source: TokenSource| shown(search.find(Some(&source)));
        assert_eq!(of(TokenSource::Env("MINE".into())), "own from `MINE`");
        assert!(of(TokenSource::Env("NOT_SET".into())).starts_with("error: `NOT_SET` is not set"));
        let write = |text: &[u8], mode: u32| {
            durable::write_atomic(&file, text).unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            of(TokenSource::File(file.clone()))
        };
        let path = file.display();
        assert_eq!(
            write(b"in-file\r\n", 0o600),
            format!("in-file from the file `{path}`")
        );
        assert_eq!(
            write(b"in-file", 0o640),
            format!("in-file from the file `{path}`")
        );
        let open = write(b"in-file\n", 0o644);
        assert!(
            open.contains(&format!("`chmod 600 {path}`")) && !open.contains("in-file"),
            "{open}"
        );
        for bad in [
            &b""[..],
            b"\n",
            b"two\nlines\n",
            b"a b",
            b"a\x1b[2J",
            b"\xff\xfe",
            "ö".as_bytes(),
        ] {
            assert!(write(bad, 0o600).starts_with("error: "), "{bad:?}");
        }
        assert!(write(&[b'x'; 9000], 0o600).contains("too long"));
        assert!(of(TokenSource::File(dir.path().to_owned())).contains("no file"));
        assert!(of(TokenSource::File(dir.path().join("absent"))).contains("cannot read the token"));
        let program = script(dir.path(), "pass", "echo $1-$2")
            .display()
            .to_string();
        let argv =
            |args: &[&str]| TokenSource::Command(args.iter().map(ToString::to_string).collect());
        assert_eq!(
            of(argv(&[&program, "a", "b"])),
            format!("a-b from `{program} a b`")
        );
        let bad = script(dir.path(), "bad", "echo hush; echo hush >&2; exit 3")
            .display()
            .to_string();
        let failed = of(argv(&[&bad]));
        assert!(
            failed.starts_with("error: ") && !failed.contains("hush"),
            "{failed}"
        );
        assert!(of(argv(&["no-such-program-here"])).contains("is not on PATH"));
    }
}
