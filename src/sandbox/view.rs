//! What a confined child sees: everything that is not named here is not there.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use crate::domain::{NetPlace, SECRET_PATHS, why_not_shown};

use super::container::is_of_an_image;
use super::disk::{Disk, Kind};

/// Read-only, where they are there: programs, libraries, settings of the machine.
const SYSTEM: &[&str] = &[
    "/bin",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/nix/var/nix/profiles",
    "/opt",
    "/run/current-system",
    "/sbin",
    "/usr",
];
/// Empty folders of a child's own.
const PRIVATE: &[&str] = &["/tmp", "/var/tmp"];
/// Toolchains below HOME: a folder of PATH that is in one of them shows all of it.
const TOOLCHAINS: &[&str] = &[
    ".asdf",
    ".bun",
    ".cabal",
    ".cargo",
    ".deno",
    ".dotnet",
    ".fnm",
    ".ghcup",
    ".goenv",
    ".jenv",
    ".juliaup",
    ".local/share/fnm",
    ".local/share/mise",
    ".local/share/pnpm",
    ".nodenv",
    ".npm-global",
    ".npm-packages",
    ".nvm",
    ".opam",
    ".pyenv",
    ".rbenv",
    ".rustup",
    ".rvm",
    ".sdkman",
    ".volta",
    ".yarn",
    "go",
];
/// What a folder of PATH needs besides, both below HOME.
const COMPANIONS: &[(&str, &[&str])] = &[
    (".cargo/bin", &[".rustup"]),
    (
        ".local/bin",
        &[
            ".local/lib",
            ".local/pipx",
            ".local/share/claude",
            ".local/share/pipx",
            ".local/share/uv",
        ],
    ),
];

/// How a path is there for a child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// As it is, to be read.
    Read,
    /// As it is, to be read and written.
    Write,
    /// An empty folder of the child's own, which goes with it.
    Private,
    /// An empty file in place of one that is there.
    NoFile,
    /// A symbolic link.
    Link(PathBuf),
}

/// One path that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// Where: the same inside as outside.
    pub path: PathBuf,
    /// How.
    pub access: Access,
}

/// What a child needs to see.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The person's home folder.
    pub home: Option<PathBuf>,
    /// The folders of the child's PATH.
    pub path: Vec<PathBuf>,
    /// Programs that it starts, by full path.
    pub programs: Vec<PathBuf>,
    /// Below HOME: what the agent reads and writes while it works. Nothing for setup and verify commands.
    pub login: Vec<PathBuf>,
    /// What the profile adds.
    pub read: Vec<PathBuf>,
    /// What the profile adds, to be written.
    pub write: Vec<PathBuf>,
    /// acp's own folders.
    pub own: Vec<PathBuf>,
    /// Of these, what the child sees: its worktree, to be written.
    pub worktree: PathBuf,
    /// And acp's clone, to be read.
    pub repo_git: PathBuf,
    /// The way out that it has instead of a network.
    pub way: Option<Way>,
    /// Whether an image has the machine's programs and settings: then they are not shown.
    pub of_an_image: bool,
}

/// The way out of a sandbox without a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// The folder with the socket of the door.
    pub folder: PathBuf,
    /// acp's own binary, which relays to it.
    pub acp: PathBuf,
    /// Places on this machine's loopback that it leads to: they have the same port inside.
    pub direct: Vec<NetPlace>,
}

/// Everything that is there for a child, parents before what is in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// In the order in which they are mounted.
    pub mounts: Vec<Mount>,
    /// The way out, where there is one.
    pub way: Option<Way>,
}

impl View {
    /// The machine's programs and nothing of its users'.
    pub fn of_the_system(disk: &dyn Disk) -> Self {
        let mut table = Table::new(disk);
        table.system();
        table.private();
        table.finish()
    }

    /// What a child of a run sees.
    ///
    /// # Errors
    /// A path of the profile that leads to what is never shown, or one to be written that is not there.
    pub fn new(wanted: &Wanted, disk: &dyn Disk) -> Result<Self, String> {
        let mut table = Table::new(disk);
        if !wanted.of_an_image {
            table.system();
        }
        table.private();
        // With HOME at the root there is nothing that could be hidden as a whole.
        let home = wanted
            .home
            .as_deref()
            .filter(|home| *home != Path::new("/"));
        if let Some(home) = home {
            table.put(home, Access::Private);
        }
        table.toolchains(wanted, home);
        table.named(&wanted.read, &Access::Read, home, &wanted.own)?;
        table.named(&wanted.write, &Access::Write, home, &wanted.own)?;
        for path in wanted
            .login
            .iter()
            .filter_map(|path| Some(home?.join(path)))
        {
            table.put_if_there(&path, Access::Write);
        }
        for folder in &wanted.own {
            table.hide(folder);
        }
        table.put_if_there(&wanted.repo_git, Access::Read);
        table.put(&wanted.worktree, Access::Write);
        if let Some(way) = &wanted.way {
            table.put(&way.folder, Access::Read);
        }
        for secret in home
            .into_iter()
            .flat_map(|home| SECRET_PATHS.iter().map(|s| home.join(s)))
        {
            table.hide(&secret);
        }
        Ok(Self {
            way: wanted.way.clone(),
            ..table.finish()
        })
    }
}

/// The outermost folder of packages that a program of npm lies in: it finds what it needs beside itself and above.
fn packages(program: &Path) -> Option<&Path> {
    let is_packages = |folder: &&Path| folder.file_name() == Some(OsStr::new("node_modules"));
    program.ancestors().filter(is_packages).last()
}

/// The mounts while they are collected. One path has one access; masks win over all, writing over reading.
struct Table<'d> {
    disk: &'d dyn Disk,
    mounts: BTreeMap<PathBuf, Access>,
    /// What must not be seen wherever it would be.
    hidden: Vec<PathBuf>,
}

impl<'d> Table<'d> {
    fn new(disk: &'d dyn Disk) -> Self {
        Self {
            disk,
            mounts: BTreeMap::new(),
            hidden: vec![],
        }
    }

    fn put(&mut self, path: &Path, access: Access) {
        let keeps = matches!(
            (self.mounts.get(path), &access),
            (Some(Access::Write), Access::Read)
        );
        if !keeps {
            self.mounts.insert(path.to_owned(), access);
        }
    }

    fn put_if_there(&mut self, path: &Path, access: Access) {
        if self.disk.kind(path).is_some() {
            self.put(path, access);
        }
    }

    fn hide(&mut self, path: &Path) {
        self.hidden.push(path.to_owned());
        self.hidden.extend(self.disk.real(path));
    }

    fn system(&mut self) {
        for path in SYSTEM.iter().map(Path::new) {
            match self.disk.kind(path) {
                // `/bin` is `usr/bin` on most; what leads elsewhere is shown as what it leads to.
                Some(Kind::Link(to)) if to.is_relative() => self.put(path, Access::Link(to)),
                Some(_) => self.put(path, Access::Read),
                None => {}
            }
        }
        // A link out of /etc: without what it leads to no name is looked up.
        if let Some(file) = self.disk.real(Path::new("/etc/resolv.conf")) {
            self.put(&file, Access::Read);
        }
        for path in self.disk.closed_settings() {
            self.hide(&path);
        }
    }

    fn private(&mut self) {
        for path in PRIVATE {
            self.put(Path::new(path), Access::Private);
        }
    }

    /// What PATH and the programs need.
    fn toolchains(&mut self, wanted: &Wanted, home: Option<&Path>) {
        let is_hidden = |path: &Path| wanted.of_an_image && is_of_an_image(path);
        let may_show =
            |path: &Path| !is_hidden(path) && why_not_shown(path, home, &wanted.own).is_none();
        for folder in &wanted.path {
            let inside = home.and_then(|home| folder.strip_prefix(home).ok());
            if let (Some(home), Some(inside)) = (home, inside) {
                let companions = COMPANIONS
                    .iter()
                    .filter(|(bin, _)| inside == Path::new(bin));
                for path in companions.flat_map(|(_, companions)| companions.iter()) {
                    self.put_if_there(&home.join(path), Access::Read);
                }
                let mut known = TOOLCHAINS.iter().map(Path::new);
                if let Some(root) = known.find(|root| inside.starts_with(root)) {
                    self.put_if_there(&home.join(root), Access::Read);
                    continue;
                }
            }
            // `…/node-20/bin` is of little use without `…/node-20/lib`.
            let is_bin = ["bin", "sbin"]
                .map(OsStr::new)
                .contains(&folder.file_name().unwrap_or_default());
            let depth = inside.unwrap_or(folder).components().count();
            let whole = folder.parent().filter(|_| is_bin && depth > 2);
            let shown = [whole, Some(folder.as_path())]
                .into_iter()
                .flatten()
                .find(|path| may_show(path));
            if let Some(path) = shown {
                self.put_if_there(path, Access::Read);
            }
        }
        for program in &wanted.programs {
            self.put_if_there(program, Access::Read);
            // The same folder by the name that the program is found under, where a folder above it is a link: a link
            // beside the program leads through that name.
            if let Some(folder) = packages(program).filter(|folder| may_show(folder)) {
                self.put_if_there(folder, Access::Read);
            }
            let Some(real) = self.disk.real(program).filter(|real| real != program) else {
                continue;
            };
            let folder = packages(&real)
                .or(real.parent())
                .filter(|folder| may_show(folder));
            let shown = folder.unwrap_or(&real).to_owned();
            self.put(&shown, Access::Read);
        }
    }

    /// What the profile names; where a link leads is looked at again.
    fn named(
        &mut self,
        paths: &[PathBuf],
        access: &Access,
        home: Option<&Path>,
        own: &[PathBuf],
    ) -> Result<(), String> {
        for path in paths {
            let real = self.disk.real(path);
            for path in [Some(path), real.as_ref()].into_iter().flatten() {
                if let Some(why) = why_not_shown(path, home, own) {
                    return Err(format!("the sandbox cannot show {}: {why}", path.display()));
                }
            }
            match real {
                Some(_) => self.put(path, access.clone()),
                None if *access == Access::Write => {
                    return Err(format!(
                        "`sandbox.write` names {}, which is not there; make it first",
                        path.display()
                    ));
                }
                None => {}
            }
        }
        Ok(())
    }

    fn finish(mut self) -> View {
        for path in std::mem::take(&mut self.hidden) {
            if !self.is_shown(&path) {
                continue;
            }
            match self.disk.kind(&path) {
                Some(Kind::Folder) => self.mounts.insert(path, Access::Private),
                Some(Kind::File) => self.mounts.insert(path, Access::NoFile),
                // What a link leads to is in the list itself.
                Some(Kind::Link(_)) | None => None,
            };
        }
        let mut mounts: Vec<Mount> = vec![];
        let mut all: Vec<(PathBuf, Access)> =
            std::mem::take(&mut self.mounts).into_iter().collect();
        all.sort_by_key(|(path, _)| path.components().count());
        for (path, access) in all {
            let above = mounts
                .iter()
                .rev()
                .filter(|above| path.starts_with(&above.path));
            let above = above.max_by_key(|above| above.path.components().count());
            let is_same = |above: &Mount| above.access == access && access != Access::Private;
            // A place for it cannot be made in what is read-only.
            let no_place =
                |above: &Mount| above.access == Access::Read && self.disk.kind(&path).is_none();
            if !above.is_some_and(|above| is_same(above) || no_place(above)) {
                mounts.push(Mount { path, access });
            }
        }
        View { mounts, way: None }
    }

    /// Whether a child would see what is at `path`.
    fn is_shown(&self, path: &Path) -> bool {
        let nearest = path.ancestors().find_map(|at| self.mounts.get(at));
        matches!(nearest, Some(Access::Read | Access::Write))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk by its paths; what ends with a slash is a folder, ` -> ` a link.
    struct Paper(BTreeMap<PathBuf, Kind>);

    impl Paper {
        fn new(paths: &[&str]) -> Self {
            let mut all = BTreeMap::new();
            for text in paths {
                let (path, kind) = match text.split_once(" -> ") {
                    Some((path, to)) => (path, Kind::Link(to.into())),
                    None if text.ends_with('/') => (text.trim_end_matches('/'), Kind::Folder),
                    None => (*text, Kind::File),
                };
                for above in Path::new(path).ancestors().skip(1) {
                    all.entry(above.to_owned()).or_insert(Kind::Folder);
                }
                all.insert(path.into(), kind);
            }
            Self(all)
        }
    }

    impl Disk for Paper {
        fn kind(&self, path: &Path) -> Option<Kind> {
            self.0.get(path).cloned()
        }

        fn real(&self, path: &Path) -> Option<PathBuf> {
            let link = path.ancestors().find_map(|at| match self.0.get(at) {
                Some(Kind::Link(to)) => Some((at, to)),
                _ => None,
            });
            let Some((at, to)) = link else {
                return self.0.contains_key(path).then(|| path.to_owned());
            };
            let rest = path.strip_prefix(at).unwrap();
            let mut to = at.parent().unwrap().join(to);
            while let Some(up) = to.iter().position(|part| part == "..") {
                let parts: Vec<&OsStr> = to.iter().collect();
                to = [&parts[..up - 1], &parts[up + 1..]]
                    .concat()
                    .iter()
                    .collect();
            }
            self.real(&if rest.as_os_str().is_empty() {
                to
            } else {
                to.join(rest)
            })
        }

        fn closed_settings(&self) -> Vec<PathBuf> {
            let shadow = PathBuf::from("/etc/shadow");
            self.0
                .contains_key(&shadow)
                .then_some(shadow)
                .into_iter()
                .collect()
        }
    }

    const MACHINE: &[&str] = &[
        "/usr/bin/sh",
        "/usr/bin/git",
        "/bin -> usr/bin",
        "/etc/passwd",
        "/etc/shadow",
        "/etc/resolv.conf -> /run/stub/resolv.conf",
        "/run/stub/resolv.conf",
        "/run/docker.sock",
        "/opt/node/bin/node",
        "/data/tools/bin/x",
        "/h/u/.ssh/id",
        "/h/u/.netrc",
        "/h/u/.cargo/bin/cargo",
        "/h/u/.cargo/credentials.toml",
        "/h/u/.rustup/toolchains/",
        "/h/u/.local/bin/claude -> ../share/claude/2/claude",
        "/h/u/.local/share/claude/2/claude",
        "/h/u/.local/share/keyrings/login",
        "/h/u/.local/state/acp/web/worktrees/r1/",
        "/h/u/.local/state/acp/web/worktrees/r2/",
        "/h/u/.local/state/acp/web/repo.git/",
        "/h/u/.config/acp/profiles/web.yaml",
        "/h/u/.claude/.credentials.json",
        "/h/u/secretly -> .ssh",
        "/h/u/.cache/ccache/",
    ];

    fn wanted() -> Wanted {
        let state = PathBuf::from("/h/u/.local/state/acp");
        Wanted {
            home: Some("/h/u".into()),
            path: [
                "/h/u/.cargo/bin",
                "/h/u/.local/bin",
                "/usr/bin",
                "/data/tools/bin",
            ]
            .map(Into::into)
            .to_vec(),
            programs: vec!["/h/u/.local/bin/claude".into()],
            login: vec![".claude".into(), ".claude.json".into()],
            worktree: state.join("web/worktrees/r1"),
            repo_git: state.join("web/repo.git"),
            way: None,
            own: vec![state, "/h/u/.config/acp".into()],
            ..Wanted::default()
        }
    }

    fn lines(view: &View) -> Vec<String> {
        let line = |mount: &Mount| {
            let path = mount.path.display();
            match &mount.access {
                Access::Read => format!("r {path}"),
                Access::Write => format!("w {path}"),
                Access::Private => format!("0 {path}"),
                Access::NoFile => format!("- {path}"),
                Access::Link(to) => format!("l {path} {}", to.display()),
            }
        };
        view.mounts.iter().map(line).collect()
    }

    #[test]
    fn a_child_sees_programs_its_login_and_its_worktree() {
        let view = View::new(&wanted(), &Paper::new(MACHINE)).unwrap();
        assert_eq!(
            lines(&view),
            [
                "l /bin usr/bin",
                "r /etc",
                "r /opt",
                "0 /tmp",
                "r /usr",
                "r /data/tools",
                "- /etc/shadow",
                "0 /h/u",
                "0 /var/tmp",
                "r /h/u/.cargo",
                "w /h/u/.claude",
                "r /h/u/.rustup",
                "r /run/stub/resolv.conf",
                "- /h/u/.cargo/credentials.toml",
                "r /h/u/.local/bin",
                "r /h/u/.local/share/claude",
                "r /h/u/.local/state/acp/web/repo.git",
                "w /h/u/.local/state/acp/web/worktrees/r1",
            ]
        );
    }

    /// A link beside the program leads through the name that the folder has on PATH, and not through its real one.
    #[test]
    fn packages_are_there_under_the_name_that_path_has_for_them() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("real/node_modules/.bin")).unwrap();
        std::fs::create_dir_all(at("real/node_modules/tool")).unwrap();
        std::fs::File::create(at("real/node_modules/tool/cli")).unwrap();
        let link = std::os::unix::fs::symlink::<PathBuf, PathBuf>;
        link("../tool/cli".into(), at("real/node_modules/.bin/tool")).unwrap();
        link(at("real"), at("named")).unwrap();
        let wanted = Wanted {
            programs: vec![at("named/node_modules/.bin/tool")],
            ..wanted()
        };
        let view = View::new(&wanted, &crate::sandbox::LocalDisk::default()).unwrap();
        for folder in ["named/node_modules", "real/node_modules"] {
            let shown = Mount {
                path: at(folder),
                access: Access::Read,
            };
            assert!(view.mounts.contains(&shown), "{folder}: {view:?}");
        }
    }

    #[test]
    fn a_program_of_npm_sees_the_packages_beside_it() {
        let disk = Paper::new(&[
            "/srv/tools/node_modules/.bin/codex -> ../@openai/codex/bin/codex.js",
            "/srv/tools/node_modules/@openai/codex/bin/codex.js",
            "/srv/tools/node_modules/@openai/codex-linux-x64/",
        ]);
        let wanted = Wanted {
            programs: vec!["/srv/tools/node_modules/.bin/codex".into()],
            ..wanted()
        };
        let view = View::new(&wanted, &disk).unwrap();
        let shown = lines(&view);
        assert!(
            shown.contains(&"r /srv/tools/node_modules".to_owned()),
            "{shown:?}"
        );
    }

    #[test]
    fn the_profile_adds_paths_but_never_what_is_not_shown() {
        let disk = Paper::new(MACHINE);
        let mut more = wanted();
        more.read = vec!["/data".into(), "/nowhere".into()];
        more.write = vec!["/h/u/.cache/ccache".into()];
        let view = lines(&View::new(&more, &disk).unwrap());
        assert!(view.contains(&"r /data".to_owned()));
        assert!(view.contains(&"w /h/u/.cache/ccache".to_owned()));
        assert!(
            !view
                .iter()
                .any(|line| line.contains("nowhere") || line.contains("/data/tools"))
        );

        for (read, write, expected) in [
            ("/h/u/secretly", "", "`~/.ssh` is never shown"),
            ("/h/u/.local", "", "acp's own files"),
            ("", "/h/u/.cache/new", "is not there; make it first"),
        ] {
            let mut bad = wanted();
            let paths = |path: &str| {
                (!path.is_empty())
                    .then(|| path.into())
                    .into_iter()
                    .collect()
            };
            (bad.read, bad.write) = (paths(read), paths(write));
            let why = View::new(&bad, &disk).unwrap_err();
            assert!(why.contains(expected), "{why}");
        }
    }

    #[test]
    fn of_the_folder_of_its_run_a_child_sees_the_door_alone() {
        let run = PathBuf::from("/h/u/.local/state/acp/web/runs/r1");
        let mut disk = Paper::new(MACHINE);
        disk.0.insert(run.join("door"), Kind::Folder);
        let mut with_way = wanted();
        with_way.way = Some(Way {
            folder: run.join("door"),
            acp: "/usr/bin/acp".into(),
            direct: vec![],
        });
        let view = View::new(&with_way, &disk).unwrap();
        assert_eq!(view.way, with_way.way);
        let of_runs: Vec<String> = lines(&view)
            .into_iter()
            .filter(|line| line.contains("/web/runs"))
            .collect();
        assert_eq!(of_runs, [format!("r {}", run.join("door").display())]);
    }

    #[test]
    fn acps_own_files_are_hidden_also_in_what_is_shown() {
        let machine = [
            "/opt/acp/state/web/worktrees/r1/",
            "/opt/acp/state/web/repo.git/",
            "/opt/acp/config/config.toml",
            "/usr/bin/sh",
        ];
        let all = Wanted {
            own: vec![
                "/opt/acp/state".into(),
                "/opt/acp/config".into(),
                "/opt/acp/cache".into(),
            ],
            worktree: "/opt/acp/state/web/worktrees/r1".into(),
            repo_git: "/opt/acp/state/web/repo.git".into(),
            ..Wanted::default()
        };
        let view = View::new(&all, &Paper::new(&machine)).unwrap();
        assert_eq!(
            lines(&view),
            [
                "r /opt",
                "0 /tmp",
                "r /usr",
                "0 /var/tmp",
                "0 /opt/acp/config",
                "0 /opt/acp/state",
                "r /opt/acp/state/web/repo.git",
                "w /opt/acp/state/web/worktrees/r1",
            ]
        );
    }
}
