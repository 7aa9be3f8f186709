//! A cgroup of its own for each run: nothing that a process does takes it out of there, short of being root.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use crate::sys::Clock;

/// Folders looked through for a run's cgroup.
const SEARCHED_MAX: usize = 20_000;
/// How long the kernel may take to let go of an empty cgroup.
const REMOVE_WAIT: Duration = Duration::from_secs(1);
/// Between two tries to remove it.
const REMOVE_EVERY: Duration = Duration::from_millis(5);

/// The cgroup of one run.
#[derive(Debug)]
pub(in crate::proc) struct Cgroup {
    dir: PathBuf,
    /// Where this process was when it made the cgroup, and goes back to.
    home: Option<PathBuf>,
}

/// This process is inside the cgroup until this is dropped.
#[derive(Debug)]
pub(in crate::proc) struct Inside {
    home: PathBuf,
}

impl Drop for Inside {
    fn drop(&mut self) {
        // A process that could not go back is never ended by `kill`, which looks first.
        drop(move_self(&self.home));
    }
}

impl Cgroup {
    /// Makes `name` below the cgroup of this process; `None` where cgroup v2 is missing or not ours to change.
    pub(in crate::proc) fn create(name: &str) -> Option<Self> {
        let home = own_dir()?;
        let dir = home.join(segment(name));
        match fs::create_dir(&dir) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => return None,
            _ => {}
        }
        let home = Some(home);
        dir.join("cgroup.procs")
            .exists()
            .then_some(Self { dir, home })
    }

    /// Lets the kernel get ready, in a thread of its own, for another process to enter a cgroup in the next few
    /// milliseconds. Entering waits until every processor has switched tasks once, which takes 5 to 20 ms, unless such a
    /// wait has just ended. Going where this process is already has that wait and changes nothing. Not for a process
    /// that enters cgroups itself: it could be taken out of one, or back in.
    pub(in crate::proc) fn expect_entry() {
        std::thread::spawn(|| own_dir().map(|dir| move_self(&dir)));
    }

    /// The run's cgroup that another process made: at `recorded`, else below our own, else anywhere.
    pub(in crate::proc) fn find(name: &str, recorded: Option<&Path>) -> Option<Self> {
        let name = segment(name);
        let is_it = |dir: &Path| dir.ends_with(&name) && dir.join("cgroup.procs").exists();
        let near = own_dir().map(|dir| dir.join(&name));
        let known = [recorded.map(Path::to_owned), near];
        let dir = known.into_iter().flatten().find(|dir| is_it(dir));
        let dir = dir.or_else(|| search(&mount()?.point, &name))?;
        Some(Self { dir, home: None })
    }

    /// Where it is, for the record.
    pub(in crate::proc) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Moves this whole process inside, so that what it starts is inside from its first instruction. `None` where
    /// that is not allowed: then nothing is inside, and the other marks have to do.
    pub(in crate::proc) fn enter(&self) -> Option<Inside> {
        let home = self.home.clone()?;
        move_self(&self.dir).ok()?;
        Some(Inside { home })
    }

    /// Who is inside, also in cgroups below. Processes of other pid namespaces have no number here.
    pub(in crate::proc) fn pids(&self) -> Vec<u32> {
        let mut out = Vec::new();
        for dir in below(&self.dir) {
            let list = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
            out.extend(list.lines().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        out.retain(|pid| *pid != 0);
        out
    }

    /// Whether anything lives inside; what cannot be read counts as inhabited as long as the cgroup is there.
    pub(in crate::proc) fn is_populated(&self) -> bool {
        match fs::read_to_string(self.dir.join("cgroup.events")) {
            Ok(events) => !events.lines().any(|line| line == "populated 0"),
            Err(_) => self.dir.exists(),
        }
    }

    /// Ends everything inside at once; never when this process is inside itself.
    pub(in crate::proc) fn kill(&self) {
        let inside = own_dir().is_none_or(|own| own.starts_with(&self.dir));
        if !inside {
            // Kernels before 5.14 have no such file; the members are then ended one by one.
            drop(write_to(&self.dir.join("cgroup.kill"), "1"));
        }
    }

    /// Removes it, with those below, once nothing lives inside.
    pub(in crate::proc) fn remove(&self, clock: &dyn Clock) {
        let start = clock.monotonic();
        while self.dir.exists() {
            for dir in below(&self.dir).iter().rev() {
                // Busy as long as something inside is dying.
                drop(fs::remove_dir(dir));
            }
            let waited = clock.monotonic().saturating_sub(start);
            if !self.dir.exists() || self.is_populated() || waited > REMOVE_WAIT {
                return;
            }
            clock.sleep(REMOVE_EVERY);
        }
    }
}

/// The kernel writes "0" as the process that writes.
fn move_self(dir: &Path) -> io::Result<()> {
    write_to(&dir.join("cgroup.procs"), "0")
}

fn write_to(file: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(file)?;
    file.write_all(text.as_bytes())
}

/// `dir` and every cgroup below it, parents first.
fn below(dir: &Path) -> Vec<PathBuf> {
    let mut out = vec![dir.to_owned()];
    let mut at = 0;
    while let Some(dir) = out.get(at).filter(|_| at < SEARCHED_MAX) {
        let found = children(dir);
        out.extend(found);
        at += 1;
    }
    out
}

fn children(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let dirs = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    dirs.map(|entry| entry.path()).collect()
}

fn search(root: &Path, name: &str) -> Option<PathBuf> {
    below(root).into_iter().find(|dir| dir.ends_with(name))
}

/// `name` as one folder name.
fn segment(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let name: String = name
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .collect();
    // No name that means another folder, and none that the kernel keeps for its own files.
    if name.starts_with("acp-") {
        name
    } else {
        format!("acp-{name}")
    }
}

/// The cgroup of this process as a folder.
fn own_dir() -> Option<PathBuf> {
    let list = fs::read_to_string("/proc/self/cgroup").ok()?;
    let own = list.lines().find_map(|line| line.strip_prefix("0::"))?;
    let mount = mount()?;
    let inside = Path::new(own).strip_prefix(&mount.root).ok()?;
    let strange = |c: Component<'_>| !matches!(c, Component::Normal(_));
    (!inside.components().any(strange)).then(|| mount.point.join(inside))
}

/// Where cgroup v2 is mounted, and which cgroup is the root there.
struct Mount {
    root: PathBuf,
    point: PathBuf,
}

fn mount() -> Option<Mount> {
    let table = fs::read_to_string("/proc/self/mountinfo").ok()?;
    table.lines().find_map(parse_mount)
}

/// `id parent dev root point options [tags] - type source options`
fn parse_mount(line: &str) -> Option<Mount> {
    let (front, back) = line.split_once(" - ")?;
    if back.split(' ').next() != Some("cgroup2") {
        return None;
    }
    let mut fields = front.split(' ').skip(3).map(unescape);
    let (root, point) = (fields.next()?, fields.next()?);
    Some(Mount { root, point })
}

/// Spaces and the like are written as `\040`.
fn unescape(field: &str) -> PathBuf {
    let mut out = Vec::new();
    let mut rest = field.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = tail.get(..3).and_then(|c| std::str::from_utf8(c).ok());
        let code = code.and_then(|c| u8::from_str_radix(c, 8).ok());
        if let Some(byte) = code.filter(|_| first == b'\\') {
            out.push(byte);
            rest = &tail[3..];
        } else {
            out.push(first);
            rest = tail;
        }
    }
    PathBuf::from(std::ffi::OsString::from_vec(out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mount_table_is_read() {
        let line = r"41 31 0:38 /a\040b /sys/fs/cg\134x rw,relatime shared:9 - cgroup2 none rw";
        let mount = parse_mount(line).unwrap();
        assert_eq!(mount.root, Path::new("/a b"));
        assert_eq!(mount.point, Path::new(r"/sys/fs/cg\x"));
        assert!(parse_mount("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu").is_none());
    }

    #[test]
    fn a_name_stays_one_folder_of_ours() {
        assert_eq!(segment("acp-r1"), "acp-r1");
        assert_eq!(segment("../x"), "acp-..-x");
    }
}
