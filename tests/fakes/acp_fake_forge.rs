//! The model of a forge as a program of its own: prints its address on one line and ends when its standard input does.
//!
//! `acp-fake-forge [--gitea] [--dir FOLDER] [--name OWNER/NAME] [--login LOGIN] [--token TOKEN] [--seed N] [--unix SOCKET]
//! [--now TIME]`. The bare repository is `FOLDER/repo.git`, made with one commit on `main` unless it is there. LOGIN (`acp-bot`)
//! is a collaborator whose credential is TOKEN (`fake-token`). `POST /_fake/COMMAND` does what people do.
#![expect(clippy::print_stdout, reason = "the address goes to standard output")]
#![expect(
    clippy::disallowed_methods,
    reason = "it starts git, listens and reads its own environment"
)]

mod forge_server;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use acp::domain::{Association, BranchName};
use acp::forge::fake::{DiskRepo, Fake, FakeRepo as _, Flavor};
use acp::sys::{Clock, SystemClock};
use forge_server::{ForgeServer, Site};

fn main() -> Result<(), Box<dyn Error>> {
    let mut settings: BTreeMap<String, String> = BTreeMap::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        let name = arg
            .strip_prefix("--")
            .ok_or_else(|| format!("what is `{arg}`?"))?;
        let value = match name {
            "gitea" => String::new(),
            "dir" | "name" | "login" | "token" | "seed" | "unix" | "now" => args
                .next()
                .ok_or_else(|| format!("--{name} needs a value"))?,
            _ => return Err(format!("there is no --{name}").into()),
        };
        settings.insert(name.to_owned(), value);
    }
    let setting = |name: &str, usual: &str| {
        let given = settings.get(name).cloned();
        given.unwrap_or_else(|| usual.to_owned())
    };
    let scratch = tempfile::tempdir()?;
    let dir = settings
        .get("dir")
        .map_or(scratch.path().to_owned(), PathBuf::from);
    let bare = dir.join("repo.git");
    if !bare.exists() {
        init(&bare)?;
    }
    let clock: Arc<dyn Clock> = match settings.get("now") {
        Some(now) => Arc::new(SystemClock::starting_at(now.parse()?)),
        None => Arc::new(SystemClock::new()),
    };
    let flavor = if settings.contains_key("gitea") {
        Flavor::Gitea
    } else {
        Flavor::Github
    };
    let repo = DiskRepo::new(&bare, Path::new("git"), Arc::clone(&clock));
    let main: BranchName = "main".parse()?;
    let empty = repo.tip(&main)?.is_none();
    let fake = Fake::new(flavor, Box::new(repo), clock, setting("seed", "1").parse()?);
    let name = setting("name", "acme/widgets");
    let (owner, name) = name.split_once('/').ok_or("--name is OWNER/NAME")?;
    fake.add_person(owner, Association::Owner);
    fake.name(owner, name);
    let login = setting("login", "acp-bot");
    fake.add_person(&login, Association::Collaborator);
    fake.add_token(&setting("token", "fake-token"), &login);
    if empty {
        fake.push(&main, &[("README.md", "# Widgets\n")])?;
    }
    let site = Site::new(fake, &bare)?;
    if let Some(socket) = settings.get("unix") {
        listen_unix(Arc::clone(&site), Path::new(socket))?;
    }
    let server = ForgeServer::start(site)?;
    println!("{}", server.url());
    std::io::stdout().flush()?;
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}

/// Listens on a socket file too, for clients that can be pointed at one. It ends with the process.
fn listen_unix(site: Arc<Site>, path: &Path) -> std::io::Result<()> {
    let listener = UnixListener::bind(path)?;
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let site = Arc::clone(&site);
            std::thread::spawn(move || {
                let _ended = forge_server::converse(&site, &stream);
            });
        }
    });
    Ok(())
}

fn init(bare: &Path) -> Result<(), Box<dyn Error>> {
    let mut init = Command::new("git");
    init.args(["init", "--quiet", "--bare", "--initial-branch=main"]);
    let done = init.arg(bare).env("GIT_CONFIG_NOSYSTEM", "1").status()?;
    if done.success() {
        Ok(())
    } else {
        Err("git init failed".into())
    }
}
