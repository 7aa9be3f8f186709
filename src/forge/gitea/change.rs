//! What a pull request changes, and whether it conflicts.
//!
//! `mergeable: false` says little: the server is still trying, or it conflicts, or it is a draft. It is read as a conflict
//! only when git says so too, in a repository on this machine that has both commits, or when the server has said it of the
//! same two commits for so long that it cannot be trying any more.

use jiff::SignedDuration;

use super::Gitea;
use super::read::{ITEM_PAGES_MAX, PAGE};
use super::shape;
use crate::domain::{ChangeFacts, DiffFacts, FileChange, ItemId, Mergeable, PullRequest, Sha};
use crate::forge::remote::files::{self, ListedFile};
use crate::forge::{ForgeError, model};
use crate::git::{self, Git};

/// How long the server may take to find out whether two commits conflict: its queue takes seconds, a large one minutes.
const TRIED_FOR: SignedDuration = SignedDuration::from_mins(10);

impl Gitea {
    /// See [`crate::forge::Forge::change`].
    pub(super) fn read_change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        let diff = self.diff(pr.number)?;
        // Read last: what was read before it is of this head or of an earlier one, and an earlier one is not `pr`'s.
        let pull = self.pull(pr.number)?;
        let pull = pull.ok_or_else(|| model::missing(ItemId::pr(pr.number)))?;
        let same_base = pull.base.sha == pr.base_sha.as_str()
            || self.tip(&pr.base)?.as_ref() == Some(&pr.base_sha);
        if pull.head.sha != pr.head_sha.as_str() || !same_base {
            return Ok(ChangeFacts {
                diff: DiffFacts::default(),
                mergeable: Mergeable::Unknown,
            });
        }
        let whole = match (&diff.files, pull.changed_files) {
            (Some(files), Some(count)) => files.len() as u64 == count,
            _ => true,
        };
        Ok(ChangeFacts {
            diff: if whole { diff } else { DiffFacts::default() },
            mergeable: self.mergeable(&pull, &pr.base_sha, &pr.head_sha),
        })
    }

    /// Whether `head` goes into `base`, as far as it is certain.
    pub(super) fn mergeable(&self, pull: &shape::Pull, base: &Sha, head: &Sha) -> Mergeable {
        // Of these two commits, while the server's word may still be about the base before this one.
        if let Some(known) = self.tried_here(base, head) {
            return known;
        }
        if pull.mergeable {
            return Mergeable::Yes;
        }
        if self.drafts.is_draft(pull) {
            return Mergeable::Unknown;
        }
        let now = self.client.clock().now();
        let known = self.known.borrow();
        let pair = known.pairs.get(&pull.number);
        let since = pair.filter(|(b, h, _)| (b, h) == (base, head));
        match since {
            Some((.., since)) if now.duration_since(*since) >= TRIED_FOR => Mergeable::No,
            _ => Mergeable::Unknown,
        }
    }

    /// What git says, if the commits are on this machine.
    fn tried_here(&self, base: &Sha, head: &Sha) -> Option<Mergeable> {
        let objects = self.settings.objects.as_ref()?;
        let git = Git::new(&objects.git, &objects.dir, self.client.clock());
        match git::mergeable(&git, base, head) {
            Ok(Mergeable::Unknown) | Err(_) => None,
            Ok(known) => Some(known),
        }
    }

    /// The files of a pull request and what is added to them.
    fn diff(&self, number: u64) -> Result<DiffFacts, ForgeError> {
        let tried = format!("list the files of pr/{number}");
        let path = self.at(&format!("/pulls/{number}/files?limit={PAGE}"));
        let pages = match self.list::<shape::File>(&tried, &path, ITEM_PAGES_MAX) {
            Ok(pages) if pages.is_whole() => pages,
            // Too many to be known.
            Ok(_) | Err(ForgeError::Unreadable { .. }) => return Ok(DiffFacts::default()),
            Err(error) => return Err(error),
        };
        let path = self.at(&format!("/pulls/{number}.diff"));
        let patch = match self
            .client
            .get(&format!("read the diff of pr/{number}"), &path)
        {
            Ok(answer) => sections(answer.bytes()),
            Err(ForgeError::Unreadable { .. }) => None,
            Err(error) => return Err(error),
        };
        Ok(files::facts(listed(pages.entries, patch)))
    }
}

/// The files with their parts of the diff, if these are the same files in the same order.
fn listed(files: Vec<shape::File>, patch: Option<Vec<Section>>) -> Vec<ListedFile> {
    let patch = patch.filter(|sections| {
        sections.len() == files.len()
            && files
                .iter()
                .zip(sections)
                .all(|(file, section)| section.is_of(file))
    });
    let sections = patch.map(|sections| sections.into_iter().map(Some).collect());
    let sections: Vec<Option<Section>> =
        sections.unwrap_or_else(|| files.iter().map(|_| None).collect());
    let both = files.into_iter().zip(sections);
    both.map(|(file, section)| {
        let binary = section.as_ref().is_some_and(|section| section.binary);
        let nothing_added = section
            .as_ref()
            .is_some_and(|section| !section.binary && !section.differs && section.hunks.is_empty());
        let old = file.previous_filename;
        ListedFile {
            change: FileChange {
                old_path: (!old.is_empty() && old != file.filename).then_some(old),
                path: file.filename,
                kind: files::kind_of(&file.status),
                insertions: file.additions,
                deletions: file.deletions,
                binary,
            },
            patch: section
                .filter(|s| !s.binary && !s.hunks.is_empty())
                .map(|s| s.hunks),
            nothing_added: nothing_added && file.additions == 0 && file.deletions == 0,
        }
    })
    .collect()
}

/// What a diff says of one file.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    /// The line that it begins with.
    header: String,
    hunks: String,
    /// Its content is not shown.
    binary: bool,
    /// The content is not that of the file under its old name.
    differs: bool,
}

impl Section {
    /// Whether it is about `file`. A name with unusual characters stands in quotes and is taken to be.
    fn is_of(&self, file: &shape::File) -> bool {
        self.header.ends_with('"') || self.header.ends_with(&format!(" b/{}", file.filename))
    }
}

/// The sections of a diff, in order. The lines of a hunk are counted, so that no content passes for a header. `None` when
/// it is not what git writes.
fn sections(diff: &[u8]) -> Option<Vec<Section>> {
    let mut sections: Vec<Section> = vec![];
    let (mut removed, mut added) = (0_u64, 0_u64);
    for line in diff.split_inclusive(|b| *b == b'\n') {
        let text = String::from_utf8_lossy(line);
        if removed > 0 || added > 0 {
            match line.first()? {
                b'-' => removed = removed.checked_sub(1)?,
                b'+' => added = added.checked_sub(1)?,
                b' ' => {
                    removed = removed.checked_sub(1)?;
                    added = added.checked_sub(1)?;
                }
                b'\\' => {}
                _ => return None,
            }
            sections.last_mut()?.hunks.push_str(&text);
        } else if line.starts_with(b"diff --git ") {
            sections.push(Section {
                header: text.trim_end_matches(['\n', '\r']).to_owned(),
                ..Section::default()
            });
        } else if line.starts_with(b"@@ ") {
            (removed, added) = counts(&text)?;
            sections.last_mut()?.hunks.push_str(&text);
        } else if line.starts_with(b"\\") {
            sections.last_mut()?.hunks.push_str(&text);
        } else if let Some(index) = text.strip_prefix("similarity index ") {
            sections.last_mut()?.differs = index.trim_end() != "100%";
        } else if line.starts_with(b"Binary files ") || line.starts_with(b"GIT binary patch") {
            sections.last_mut()?.binary = true;
        }
    }
    (removed == 0 && added == 0).then_some(sections)
}

/// How many lines a hunk removes and adds, with those that stay: `@@ -1,2 +3,4 @@`.
fn counts(header: &str) -> Option<(u64, u64)> {
    let mut words = header.split(' ').skip(1);
    let count = |range: &str| match range.split_once(',') {
        Some((_, count)) => count.parse().ok(),
        None => Some(1),
    };
    let removed = count(words.next()?.strip_prefix('-')?)?;
    let added = count(words.next()?.strip_prefix('+')?)?;
    Some((removed, added))
}

#[cfg(test)]
#[path = "change_tests.rs"]
mod tests;
