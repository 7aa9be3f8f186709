//! A disk whose power may fail at any moment.
//!
//! A [`Recording`] watches one folder. Whenever this thread passes a crash point or syncs something, it compares the folder
//! with what it was and notes what is new: contents of files, names in folders, and what was synced (the real fsync is left
//! out). Nothing in the code that writes knows of it. [`History::cut`] then makes the folder that a power cut at any of
//! these moments may leave:
//!
//! * a file has what it had at its last sync, or any later content, whole, torn or with zeros from some byte on; what it
//!   had at its last sync and has not been overwritten stays;
//! * each name that was made, replaced or removed since the last sync of its folder may or may not have been, in any order
//!   across folders. A rename within a folder happened or did not. Of one to another folder the new name, the old one or
//!   both are there; none only when the old folder was synced and the new one was not.
//!
//! Not modelled: permissions, symbolic links, and what a process in another thread does.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::sys::Rng;

thread_local! {
    static RECORDER: RefCell<Option<Recorder>> = const { RefCell::new(None) };
}

/// A file or folder, whatever its names.
type Node = usize;

/// Something that happened on the disk.
#[derive(Debug)]
enum Event {
    /// A file has this content now.
    Content(Node, Arc<[u8]>),
    /// A name in a folder means this now, or nothing.
    Name {
        folder: Node,
        name: String,
        node: Option<Node>,
        renamed: Option<Renamed>,
    },
    /// A file's content, or a folder's names, are durable now.
    Synced(Node),
}

/// The new name of what had the name that is removed.
#[derive(Debug, Clone, Copy)]
struct Renamed {
    /// The event that made it.
    event: usize,
    /// In which folder it is.
    folder: Node,
}

/// The root of the recorded folder.
const ROOT: Node = 0;

/// Watches a folder of this thread until it is ended.
#[derive(Debug)]
pub struct Recording {
    home: TempDir,
}

/// Everything that happened in a recorded folder, in order.
#[derive(Debug)]
pub struct History {
    events: Vec<Event>,
    folders: BTreeSet<Node>,
}

impl Recording {
    /// Watches a new folder below `base`; its content so far (none) is durable.
    ///
    /// # Panics
    /// When this thread records already, or the folder cannot be made.
    pub fn start(base: &Path) -> Self {
        let home = tempfile::tempdir_in(base).expect("a folder for the disk");
        for name in ["disk", "nodes"] {
            fs::create_dir(home.path().join(name)).expect("a folder for the disk");
        }
        let recording = Self { home };
        let recorder = Recorder::new(&recording.disk(), recording.home.path().join("nodes"));
        let before = RECORDER.replace(Some(recorder.expect("the disk can be read")));
        assert!(before.is_none(), "one recording at a time");
        recording
    }

    /// The folder that is watched.
    pub fn disk(&self) -> PathBuf {
        self.home.path().join("disk")
    }

    /// How many things have happened so far: a moment for [`History::cut`].
    pub fn now(&self) -> usize {
        observe();
        RECORDER.with_borrow(|recorder| recorder.as_ref().map_or(0, |r| r.events.len()))
    }

    /// Ends the watch.
    ///
    /// # Panics
    /// When another thread has started it.
    pub fn end(self) -> History {
        observe();
        Self::history()
    }

    fn history() -> History {
        let recorder = RECORDER.take().expect("recorded by this thread");
        let folders = recorder.folders.keys().copied().collect();
        History {
            events: recorder.events,
            folders,
        }
    }

    /// The power fails now: the folder keeps its name and holds what the cut leaves of it, which is durable from here on.
    /// Nobody may have anything in it open. Its watch goes on.
    ///
    /// # Errors
    /// The folder cannot be filled.
    ///
    /// # Panics
    /// When another thread has started it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the disk of a test changes under those who use it"
    )]
    pub fn power_fails(&self, rng: &dyn Rng) -> io::Result<()> {
        observe();
        let history = Self::history();
        let (disk, nodes) = (self.disk(), self.home.path().join("nodes"));
        let left = self.home.path().join("left");
        fs::create_dir(&left)?;
        history.cut(history.len(), rng, &left)?;
        fs::remove_dir_all(&disk)?;
        fs::remove_dir_all(&nodes)?;
        fs::create_dir(&nodes)?;
        fs::rename(&left, &disk)?;
        let mut recorder = Recorder::new(&disk, nodes)?;
        recorder.look()?;
        let all = recorder.nodes.values().copied();
        recorder.events.extend(all.map(Event::Synced));
        RECORDER.set(Some(recorder));
        Ok(())
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        RECORDER.take();
    }
}

/// Notes what has changed since the last look, if this thread records.
pub(super) fn observe() {
    RECORDER.with_borrow_mut(|recorder| {
        if let Some(recorder) = recorder {
            recorder.look().expect("the simulated disk can be read");
        }
    });
}

/// Notes that a file or folder is synced; `false` when this thread does not record and a real sync is due.
pub(super) fn synced(file: &File) -> bool {
    observe();
    RECORDER.with_borrow_mut(|recorder| {
        let Some(recorder) = recorder else {
            return false;
        };
        let inode = file.metadata().map(|meta| meta.ino());
        let node = inode.ok().and_then(|inode| recorder.nodes.get(&inode));
        if let Some(node) = node {
            recorder.events.push(Event::Synced(*node));
        }
        true
    })
}

#[derive(Debug)]
struct Recorder {
    disk: PathBuf,
    /// Holds a second name of every file that was ever seen, so that its inode number is not given to another.
    keep: PathBuf,
    nodes: BTreeMap<u64, Node>,
    folders: BTreeMap<Node, Folder>,
    /// Size and time of change of each file at the last look.
    stamps: BTreeMap<Node, (u64, i64, i64)>,
    events: Vec<Event>,
}

#[derive(Debug)]
struct Folder {
    names: BTreeMap<String, Node>,
    /// Open for the same reason.
    _open: File,
}

impl Recorder {
    fn new(disk: &Path, keep: PathBuf) -> io::Result<Self> {
        let mut recorder = Self {
            disk: disk.to_owned(),
            keep,
            nodes: BTreeMap::new(),
            folders: BTreeMap::new(),
            stamps: BTreeMap::new(),
            events: vec![],
        };
        let root = recorder.folder(disk, disk.metadata()?.ino())?;
        assert_eq!(root, ROOT, "the first node");
        Ok(recorder)
    }

    fn look(&mut self) -> io::Result<()> {
        let mut found: BTreeMap<Node, BTreeMap<String, Node>> = BTreeMap::new();
        let mut todo = vec![(ROOT, self.disk.clone())];
        while let Some((folder, path)) = todo.pop() {
            let mut names = BTreeMap::new();
            // In the order of their names, so that a seed repeats itself.
            let mut entries = fs::read_dir(&path)?.collect::<io::Result<Vec<_>>>()?;
            entries.sort_by_key(fs::DirEntry::file_name);
            for entry in entries {
                let kind = entry.file_type()?;
                let meta = entry.metadata()?;
                let node = if kind.is_dir() {
                    let node = self.folder(&entry.path(), meta.ino())?;
                    todo.push((node, entry.path()));
                    node
                } else if kind.is_file() {
                    self.file(&entry.path(), &meta)?
                } else {
                    continue;
                };
                names.insert(entry.file_name().to_string_lossy().into_owned(), node);
            }
            found.insert(folder, names);
        }
        self.compare(&found);
        Ok(())
    }

    fn folder(&mut self, path: &Path, inode: u64) -> io::Result<Node> {
        if let Some(node) = self.nodes.get(&inode) {
            return Ok(*node);
        }
        let node = self.nodes.len();
        let folder = Folder {
            names: BTreeMap::new(),
            _open: File::open(path)?,
        };
        self.nodes.insert(inode, node);
        self.folders.insert(node, folder);
        Ok(node)
    }

    fn file(&mut self, path: &Path, meta: &fs::Metadata) -> io::Result<Node> {
        let node = if let Some(node) = self.nodes.get(&meta.ino()) {
            *node
        } else {
            let node = self.nodes.len();
            fs::hard_link(path, self.keep.join(node.to_string()))?;
            self.nodes.insert(meta.ino(), node);
            node
        };
        let stamp = (meta.size(), meta.mtime(), meta.mtime_nsec());
        if self.stamps.insert(node, stamp) != Some(stamp) {
            let content = fs::read(path)?.into();
            self.events.push(Event::Content(node, content));
        }
        Ok(node)
    }

    /// Notes the names that are new, then those that are gone.
    fn compare(&mut self, found: &BTreeMap<Node, BTreeMap<String, Node>>) {
        let mut gone = vec![];
        let mut new_name: BTreeMap<Node, Renamed> = BTreeMap::new();
        for (folder, names) in found {
            let folder = *folder;
            let known = self.folders.get_mut(&folder).expect("a known folder");
            let before = std::mem::replace(&mut known.names, names.clone());
            for (name, node) in names {
                if before.get(name) != Some(node) {
                    let event = self.events.len();
                    new_name.insert(*node, Renamed { event, folder });
                    self.events.push(Event::Name {
                        folder,
                        name: name.clone(),
                        node: Some(*node),
                        renamed: None,
                    });
                }
            }
            let lost = before.into_iter();
            gone.extend(
                lost.filter(|(name, _)| !names.contains_key(name))
                    .map(|(name, node)| (folder, name, node)),
            );
        }
        for (folder, name, node) in gone {
            self.events.push(Event::Name {
                folder,
                name,
                node: None,
                renamed: new_name.get(&node).copied(),
            });
        }
    }
}

impl History {
    /// How many things happened.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Makes in the empty folder `into` what a power cut after the first `at` events may leave; `rng` decides which of it.
    ///
    /// # Errors
    /// The folder cannot be filled.
    pub fn cut(&self, at: usize, rng: &dyn Rng, into: &Path) -> io::Result<()> {
        // A rename is not split between the new name and the old one.
        let later = self.events.iter().skip(at);
        let rest = later.take_while(
            |event| matches!(event, Event::Name { renamed: Some(new), .. } if new.event < at),
        );
        let at = (at + rest.count()).min(self.events.len());
        let events = &self.events[..at];
        let mut synced: BTreeMap<Node, usize> = BTreeMap::new();
        for (i, event) in events.iter().enumerate() {
            if let Event::Synced(node) = event {
                synced.insert(*node, i);
            }
        }
        let is_durable = |node: Node, i: usize| synced.get(&node).is_some_and(|sync| *sync > i);
        // Of ten changes that are not durable, so many made it to the disk. All and none are likely on purpose.
        let luck = [0, 2, 5, 8, 10][index(rng, 5)];
        let mut made = BTreeSet::new();
        let mut names: BTreeMap<Node, BTreeMap<&str, Node>> = BTreeMap::new();
        let mut contents: BTreeMap<Node, Versions<'_>> = BTreeMap::new();
        for (i, event) in events.iter().enumerate() {
            match event {
                Event::Name {
                    folder,
                    name,
                    node,
                    renamed,
                } => {
                    let here = renamed.is_some_and(|new| new.folder == *folder);
                    let possible = renamed.is_none_or(|new| made.contains(&new.event));
                    let lucky = here || index(rng, 10) < luck;
                    if is_durable(*folder, i) || (possible && lucky) {
                        made.insert(i);
                        let folder = names.entry(*folder).or_default();
                        match node {
                            Some(node) => folder.insert(name, *node),
                            None => folder.remove(name.as_str()),
                        };
                    }
                }
                Event::Content(node, content) => {
                    let versions = contents.entry(*node).or_default();
                    if is_durable(*node, i) {
                        versions.durable = content;
                    } else {
                        versions.later.push(content);
                    }
                }
                Event::Synced(_) => {}
            }
        }
        let mut placed = BTreeMap::new();
        let mut todo = vec![(ROOT, into.to_owned())];
        while let Some((folder, path)) = todo.pop() {
            for (name, node) in in_order(names.get(&folder)) {
                let path = path.join(name);
                let other = placed.insert(node, path.clone());
                match (other, self.folders.contains(&node)) {
                    // A folder has one name.
                    (Some(_), true) => {}
                    (Some(other), false) => fs::hard_link(other, path)?,
                    (None, true) => {
                        fs::create_dir(&path)?;
                        todo.push((node, path));
                    }
                    (None, false) => {
                        let content = contents.get(&node).map(|v| v.after_cut(rng));
                        File::create(path)?.write_all(&content.unwrap_or_default())?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// Names in the order in which what they mean was first seen, so that a seed repeats itself: those of temporary files are
/// random.
fn in_order<'a>(names: Option<&BTreeMap<&'a str, Node>>) -> Vec<(&'a str, Node)> {
    let names = names.into_iter().flatten();
    let mut names: Vec<_> = names.map(|(name, node)| (*name, *node)).collect();
    names.sort_by_key(|(_, node)| *node);
    names
}

/// What a file had at its last sync, and what it had since.
#[derive(Debug, Default)]
struct Versions<'a> {
    durable: &'a [u8],
    later: Vec<&'a [u8]>,
}

impl Versions<'_> {
    fn after_cut(&self, rng: &dyn Rng) -> Vec<u8> {
        let Some(chosen) = self.later.get(index(rng, self.later.len() + 1)) else {
            return self.durable.to_vec();
        };
        let kept = self.durable.iter().zip(*chosen);
        let kept = kept.take_while(|(old, new)| old == new).count();
        let torn_at = kept + index(rng, chosen.len() - kept + 1);
        let mut content = chosen.to_vec();
        match index(rng, 3) {
            0 => {}
            1 => content.truncate(torn_at),
            _ => content[torn_at..].fill(0),
        }
        content
    }
}

/// A number below `below`, which is not 0.
fn index(rng: &dyn Rng, below: usize) -> usize {
    let below = u64::try_from(below).unwrap_or(u64::MAX);
    usize::try_from(rng.next_u64() % below).unwrap_or(0)
}
