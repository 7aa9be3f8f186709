//! The git repository behind the model: what the routes need of it, and two of them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};

use crate::domain::{BranchName, ChangeKind, DiffFacts, FileChange, MergeMethod, Sha};
use crate::git::sim_refs::{SharedRefs, SimRefs};
use crate::git::{self, Git, GitError, Merge, Merged, Person};
use crate::sys::Clock;

/// What the repository could not do, in words; the model answers 500 with it.
pub type RepoError = String;

/// A file of a change, as a forge lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedFile {
    /// Names, kind and numbers.
    pub change: FileChange,
    /// The hunks; `None` for a binary file.
    pub patch: Option<String>,
}

/// What came of a merge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Join {
    /// The commit that the base shall point at.
    Commit(Sha),
    /// These files conflict.
    Conflict(Vec<String>),
}

/// A repository that the model keeps pull requests over. Branches may move without the model being told.
pub trait FakeRepo: Send + Sync {
    /// Where a branch is.
    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, RepoError>;

    /// All branches.
    fn branches(&self) -> Result<BTreeMap<BranchName, Sha>, RepoError>;

    /// Moves a branch, or removes it.
    fn set(&self, branch: &BranchName, sha: Option<&Sha>) -> Result<(), RepoError>;

    /// Whether there is such a commit.
    fn has(&self, sha: &Sha) -> Result<bool, RepoError>;

    /// Whether `sha` is in the history of `of`.
    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, RepoError>;

    /// A new commit on `parent` that writes `files` (path and text); no branch moves. Another `nonce`, another commit.
    fn commit(
        &self,
        nonce: &str,
        parent: Option<&Sha>,
        files: &[(&str, &str)],
    ) -> Result<Sha, RepoError>;

    /// Makes the commits of a merge; no branch moves. The same arguments may give the same commit.
    fn merge(
        &self,
        base: &Sha,
        head: &Sha,
        method: MergeMethod,
        message: &str,
    ) -> Result<Join, RepoError>;

    /// Whether `head` goes into `base` without a conflict.
    fn mergeable(&self, base: &Sha, head: &Sha) -> Result<bool, RepoError>;

    /// The files between the merge base of both and `head`.
    fn diff(&self, base: &Sha, head: &Sha) -> Result<Vec<ChangedFile>, RepoError>;
}

impl<R: FakeRepo + ?Sized> FakeRepo for Arc<R> {
    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, RepoError> {
        (**self).tip(branch)
    }

    fn branches(&self) -> Result<BTreeMap<BranchName, Sha>, RepoError> {
        (**self).branches()
    }

    fn set(&self, branch: &BranchName, sha: Option<&Sha>) -> Result<(), RepoError> {
        (**self).set(branch, sha)
    }

    fn has(&self, sha: &Sha) -> Result<bool, RepoError> {
        (**self).has(sha)
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, RepoError> {
        (**self).is_ancestor(sha, of)
    }

    fn commit(
        &self,
        nonce: &str,
        parent: Option<&Sha>,
        files: &[(&str, &str)],
    ) -> Result<Sha, RepoError> {
        (**self).commit(nonce, parent, files)
    }

    fn merge(
        &self,
        base: &Sha,
        head: &Sha,
        method: MergeMethod,
        message: &str,
    ) -> Result<Join, RepoError> {
        (**self).merge(base, head, method, message)
    }

    fn mergeable(&self, base: &Sha, head: &Sha) -> Result<bool, RepoError> {
        (**self).mergeable(base, head)
    }

    fn diff(&self, base: &Sha, head: &Sha) -> Result<Vec<ChangedFile>, RepoError> {
        (**self).diff(base, head)
    }
}

/// A repository in memory, shared with the simulated clone. What a commit touches and whether it conflicts is told to it.
pub struct MemoryRepo {
    refs: SharedRefs,
    seed: u64,
    told: Mutex<Told>,
}

#[derive(Default)]
struct Told {
    facts: BTreeMap<Sha, DiffFacts>,
    conflicts: BTreeMap<Sha, Vec<String>>,
    conflict_per_mille: u16,
    merges: u64,
}

impl MemoryRepo {
    /// Over `refs`; `seed` decides which pairs conflict by chance.
    pub fn new(refs: SharedRefs, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            refs,
            seed,
            told: Mutex::default(),
        })
    }

    /// What a change to `head` touches; without it, one changed file.
    pub fn set_facts(&self, head: &Sha, facts: DiffFacts) {
        self.told().facts.insert(head.clone(), facts);
    }

    /// Makes `head` conflict in `paths` with whatever base it is merged into; no paths take that back.
    pub fn set_conflict(&self, head: &Sha, paths: Vec<String>) {
        if paths.is_empty() {
            self.told().conflicts.remove(head);
        } else {
            self.told().conflicts.insert(head.clone(), paths);
        }
    }

    /// How many pairs of base and head conflict, per thousand; asking again gives the same answer.
    pub fn set_conflict_per_mille(&self, often: u16) {
        self.told().conflict_per_mille = often;
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refs(&self) -> MutexGuard<'_, SimRefs> {
        self.refs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn conflict(&self, base: &Sha, head: &Sha) -> Option<Vec<String>> {
        let told = self.told();
        if let Some(paths) = told.conflicts.get(head) {
            return Some(paths.clone());
        }
        if told.conflict_per_mille == 0 {
            return None;
        }
        let mut hash = Sha256::new();
        hash.update(self.seed.to_le_bytes());
        hash.update(base.as_str());
        hash.update(head.as_str());
        let digest = hash.finalize();
        let roll = u16::from_le_bytes([digest[0], digest[1]]) % 1000;
        (roll < told.conflict_per_mille).then(|| vec!["by-chance.txt".to_owned()])
    }
}

impl FakeRepo for MemoryRepo {
    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, RepoError> {
        Ok(self.refs().tip(branch).cloned())
    }

    fn branches(&self) -> Result<BTreeMap<BranchName, Sha>, RepoError> {
        Ok(self.refs().branches().clone())
    }

    fn set(&self, branch: &BranchName, sha: Option<&Sha>) -> Result<(), RepoError> {
        self.refs().set(branch, sha.cloned());
        Ok(())
    }

    fn has(&self, sha: &Sha) -> Result<bool, RepoError> {
        Ok(self.refs().has(sha))
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, RepoError> {
        Ok(self.refs().is_ancestor(sha, of))
    }

    fn commit(
        &self,
        nonce: &str,
        parent: Option<&Sha>,
        files: &[(&str, &str)],
    ) -> Result<Sha, RepoError> {
        let parents: Vec<&Sha> = parent.into_iter().collect();
        let sha = self.refs().commit(&format!("by hand {nonce}"), &parents);
        if !files.is_empty() {
            let listed = files.iter().map(|(path, text)| FileChange {
                path: (*path).to_owned(),
                old_path: None,
                kind: ChangeKind::Added,
                insertions: text.lines().count() as u64,
                deletions: 0,
                binary: false,
            });
            let facts = DiffFacts {
                files: Some(listed.collect()),
                ddl: Some(false),
                secrets: Some(vec![]),
            };
            self.set_facts(&sha, facts);
        }
        Ok(sha)
    }

    fn merge(
        &self,
        base: &Sha,
        head: &Sha,
        method: MergeMethod,
        message: &str,
    ) -> Result<Join, RepoError> {
        if let Some(paths) = self.conflict(base, head) {
            return Ok(Join::Conflict(paths));
        }
        let nonce = {
            let mut told = self.told();
            told.merges += 1;
            told.merges
        };
        let parents: &[&Sha] = match method {
            MergeMethod::Merge => &[base, head],
            MergeMethod::Squash | MergeMethod::Rebase => &[base],
        };
        let seed = format!("merge {nonce} {message}");
        Ok(Join::Commit(self.refs().commit(&seed, parents)))
    }

    fn mergeable(&self, base: &Sha, head: &Sha) -> Result<bool, RepoError> {
        Ok(self.conflict(base, head).is_none())
    }

    fn diff(&self, base: &Sha, head: &Sha) -> Result<Vec<ChangedFile>, RepoError> {
        if base == head {
            return Ok(vec![]);
        }
        let Some(facts) = self.told().facts.get(head).cloned() else {
            let change = FileChange {
                path: "src/change.txt".to_owned(),
                old_path: None,
                kind: ChangeKind::Modified,
                insertions: 1,
                deletions: 1,
                binary: false,
            };
            let patch = Some("@@ -1 +1 @@\n-before\n+after".to_owned());
            return Ok(vec![ChangedFile { change, patch }]);
        };
        let files = facts.files.clone().unwrap_or_default();
        let with_patch = |(at, change): (usize, FileChange)| ChangedFile {
            patch: (!change.binary).then(|| patch_of(&change, &facts, at == 0)),
            change,
        };
        Ok(files.into_iter().enumerate().map(with_patch).collect())
    }
}

/// How many lines of a made-up patch are written; the numbers of the file say the rest.
const PATCH_LINES_MAX: u64 = 50;

/// Hunks that fit the numbers of `change` and hold what `facts` say of it.
fn patch_of(change: &FileChange, facts: &DiffFacts, first: bool) -> String {
    let mut special = vec![];
    if facts.ddl == Some(true) && first {
        special.push("CREATE TABLE made_up (id integer);".to_owned());
    }
    let hits = facts.secrets.iter().flatten();
    for _ in hits.filter(|hit| hit.path == change.path) {
        special.push(format!("key = \"ghp_{}\"", "a1B2c3D4e5".repeat(4)));
    }
    let (added, removed) = (
        change.insertions.min(PATCH_LINES_MAX),
        change.deletions.min(PATCH_LINES_MAX),
    );
    let added = added.max(special.len() as u64);
    let mut out = format!("@@ -1,{removed} +1,{added} @@");
    for line in 0..removed {
        let _cannot_fail = write!(out, "\n-line {line}");
    }
    for line in 0..added {
        match usize::try_from(line).ok().and_then(|at| special.get(at)) {
            Some(text) => out.extend(["\n+", text]),
            None => {
                let _cannot_fail = write!(out, "\n+line {line}");
            }
        }
    }
    out
}

/// A bare repository on disk, for whatever pushes and fetches with git itself.
pub struct DiskRepo {
    dir: PathBuf,
    program: PathBuf,
    clock: Arc<dyn Clock>,
}

impl DiskRepo {
    /// The bare repository in `dir`, worked on by the git at `program`.
    pub fn new(dir: &Path, program: &Path, clock: Arc<dyn Clock>) -> Self {
        Self {
            dir: dir.to_owned(),
            program: program.to_owned(),
            clock,
        }
    }

    fn git(&self) -> Git<'_> {
        Git::new(&self.program, &self.dir, self.clock.as_ref())
    }

    fn person(&self) -> Person {
        Person::new("forge", "forge@localhost", self.clock.now())
    }

    /// The patch of every file between two commits, by its path.
    fn patches(&self, base: &Sha, head: &Sha) -> Result<BTreeMap<String, String>, RepoError> {
        let range = format!("{base}...{head}");
        let out = self
            .git()
            .call("read the patch")
            .args(["diff", "--no-color", "--no-ext-diff", "--no-textconv"])
            .args(["--find-renames", "--src-prefix=a/", "--dst-prefix=b/"])
            .args(["--end-of-options".to_owned(), range])
            .output_bytes_max(PATCH_BYTES_MAX)
            .ok()
            .map_err(words)?;
        let text = String::from_utf8_lossy(&out);
        let mut patches = BTreeMap::new();
        for section in format!("\n{text}").split("\ndiff --git ").skip(1) {
            let Some(at) = section.find("\n@@ ") else {
                continue;
            };
            let (head, hunks) = section.split_at(at);
            let named = |prefix: &str| head.lines().find_map(|l| l.strip_prefix(prefix));
            if let Some(path) = named("+++ b/").or_else(|| named("--- a/")) {
                patches.insert(path.to_owned(), hunks.trim_matches('\n').to_owned());
            }
        }
        Ok(patches)
    }
}

/// How much of a patch is read.
const PATCH_BYTES_MAX: usize = 8 * 1024 * 1024;

#[expect(clippy::needless_pass_by_value, reason = "it stands in map_err")]
fn words(error: GitError) -> RepoError {
    error.to_string()
}

impl FakeRepo for DiskRepo {
    fn tip(&self, branch: &BranchName) -> Result<Option<Sha>, RepoError> {
        git::read_ref(&self.dir, branch).map_err(words)
    }

    fn branches(&self) -> Result<BTreeMap<BranchName, Sha>, RepoError> {
        git::list_heads(&self.dir).map_err(words)
    }

    fn set(&self, branch: &BranchName, sha: Option<&Sha>) -> Result<(), RepoError> {
        let old = self.tip(branch)?;
        let moved = git::update_ref(&self.git(), branch, sha, old.as_ref()).map_err(words)?;
        let elsewhere = || format!("{branch} has just been moved by somebody else");
        moved.then_some(()).ok_or_else(elsewhere)
    }

    fn has(&self, sha: &Sha) -> Result<bool, RepoError> {
        let name = format!("{sha}^{{commit}}");
        let ran = self
            .git()
            .call("look for a commit")
            .args(["cat-file", "-e", &name])
            .run();
        Ok(ran.map_err(words)?.code() == Some(0))
    }

    fn is_ancestor(&self, sha: &Sha, of: &Sha) -> Result<bool, RepoError> {
        git::is_ancestor(&self.git(), sha, of).map_err(words)
    }

    fn commit(
        &self,
        nonce: &str,
        parent: Option<&Sha>,
        files: &[(&str, &str)],
    ) -> Result<Sha, RepoError> {
        let git = self.git();
        let index = tempfile::tempdir().map_err(|error| error.to_string())?;
        let index = index.path().join("index");
        let call = |args: &[&str]| {
            let call = git.call("make a commit").args(args);
            call.env("GIT_INDEX_FILE", index.as_os_str())
        };
        let start = parent.map_or("--empty", Sha::as_str);
        call(&["read-tree", start]).ok().map_err(words)?;
        for (path, text) in files {
            let hash = call(&["hash-object", "-w", "--stdin"]).input(text.as_bytes());
            let blob = hash.sha().map_err(words)?;
            let entry = format!("100644,{blob},{path}");
            let add = call(&["update-index", "--add", "--cacheinfo", &entry]);
            add.ok().map_err(words)?;
        }
        let tree = call(&["write-tree"]).sha().map_err(words)?;
        let parents: Vec<&Sha> = parent.into_iter().collect();
        let (author, committer) = (self.person(), self.person());
        git::commit_tree(&git, &tree, &parents, nonce, &author, &committer).map_err(words)
    }

    fn merge(
        &self,
        base: &Sha,
        head: &Sha,
        method: MergeMethod,
        message: &str,
    ) -> Result<Join, RepoError> {
        let person = self.person();
        let merge = Merge {
            base,
            head,
            method,
            message,
            author: &person,
            committer: &person,
        };
        Ok(match git::make_merge(&self.git(), &merge).map_err(words)? {
            Merged::Commit(commit) => Join::Commit(commit),
            Merged::Nothing => Join::Commit(base.clone()),
            Merged::Conflict { files } => Join::Conflict(files),
        })
    }

    fn mergeable(&self, base: &Sha, head: &Sha) -> Result<bool, RepoError> {
        let joined = git::join(&self.git(), base, head).map_err(words)?;
        Ok(matches!(joined, git::Joined::Clean { .. }))
    }

    fn diff(&self, base: &Sha, head: &Sha) -> Result<Vec<ChangedFile>, RepoError> {
        let facts = git::diff_facts(&self.git(), base, head).map_err(words)?;
        let mut patches = self.patches(base, head)?;
        let with_patch = |change: FileChange| ChangedFile {
            patch: patches.remove(&change.path),
            change,
        };
        let files = facts.files.unwrap_or_default();
        Ok(files.into_iter().map(with_patch).collect())
    }
}
