//! Texts and changes of single items.

use super::shapes::{CommentDoc, FileDoc, IssueDoc, PullDoc};
use super::{Github, PER_PAGE};
use crate::domain::{ChangeFacts, ChangeKind, Comment, DiffFacts, FileChange, PullRequest};
use crate::forge::remote::address::page_of;
use crate::forge::remote::files::{ListedFile, facts, kind_of};
use crate::forge::remote::{Answer, Found};
use crate::forge::{ForgeError, Text};

/// The most pages of comments that are read, the newest ones: as many as GitHub allows on an item.
const COMMENT_PAGES_MAX: u64 = 25;
/// The most pages of files; GitHub lists no more than that.
const FILE_PAGES_MAX: usize = 30;
/// The name of an empty file's content.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

impl Github {
    /// An item of this repository. One that was moved to another repository is none of it any more.
    pub(super) fn item(&self, what: &str, path: &str) -> Result<Answer, ForgeError> {
        match self.client.look(what, path, None)? {
            Found::New(answer) => Ok(answer),
            Found::Moved(to) => Err(ForgeError::Missing {
                what: format!("{what} (it was moved to {to})"),
            }),
            Found::Same => Err(ForgeError::Missing {
                what: what.to_owned(),
            }),
        }
    }

    pub(super) fn pull(&self, number: u64) -> Result<PullDoc, ForgeError> {
        let path = self.path(format_args!("/pulls/{number}"));
        self.item(&format!("pr/{number}"), &path)?.read()
    }

    pub(super) fn read_text(&self, number: u64) -> Result<Text, ForgeError> {
        let path = self.path(format_args!("/issues/{number}"));
        let doc: IssueDoc = self.item(&format!("number {number}"), &path)?.read()?;
        Ok(Text {
            title: doc.title,
            body: doc.body.unwrap_or_default(),
            comments: self.comments(number)?,
        })
    }

    fn comments(&self, number: u64) -> Result<Vec<Comment>, ForgeError> {
        let own = self.viewer()?.id;
        let path = self.path(format_args!(
            "/issues/{number}/comments?per_page={PER_PAGE}"
        ));
        let tried = "read the comments";
        let first = self.client.get(tried, &path)?;
        let last = first.link.last.as_deref().and_then(page_of).unwrap_or(1);
        let begin = last.saturating_sub(COMMENT_PAGES_MAX - 1).max(1);
        let mut docs: Vec<CommentDoc> = vec![];
        if begin == 1 {
            docs = first.read()?;
        }
        for page in begin.max(2)..=last {
            let path = format!("{path}&page={page}");
            docs.extend(self.client.get(tried, &path)?.read::<Vec<_>>()?);
        }
        let mut comments: Vec<Comment> = docs.into_iter().map(|doc| doc.into_domain(own)).collect();
        // A comment that was deleted meanwhile moves the others: the page before then shows some of them again.
        comments.sort_by_key(|comment| comment.id);
        comments.dedup_by_key(|comment| comment.id);
        Ok(comments)
    }

    pub(super) fn read_change(&self, pr: &PullRequest) -> Result<ChangeFacts, ForgeError> {
        let path = self.path(format_args!(
            "/pulls/{}/files?per_page={PER_PAGE}",
            pr.number
        ));
        let files = self
            .client
            .list::<FileDoc>("read the files", &path, FILE_PAGES_MAX);
        let files = match files {
            Ok(files) => Some(files),
            Err(ForgeError::Unreadable { .. }) => None,
            Err(error) => return Err(error),
        };
        // Asked last: the files are those of the head that is still the same afterwards.
        let doc = self.pull(pr.number)?;
        let mergeable = doc.mergeable();
        let whole = files.filter(|files| {
            doc.head.sha == pr.head_sha
                && !files.is_empty()
                && doc.changed_files == Some(files.len())
        });
        let diff = whole.map_or_else(DiffFacts::default, |files| {
            facts(files.into_iter().map(listed).collect())
        });
        Ok(ChangeFacts { diff, mergeable })
    }
}

fn listed(doc: FileDoc) -> ListedFile {
    let kind = kind_of(&doc.status);
    let unchanged = doc.additions == 0 && doc.deletions == 0;
    let is_empty = doc.sha.as_deref() == Some(EMPTY);
    let binary = doc.patch.is_none() && unchanged && !is_empty && kind != ChangeKind::Renamed;
    ListedFile {
        // A new name shows no line whether the content is the same or bytes that changed with it: which one is not known.
        nothing_added: is_empty,
        patch: doc.patch,
        change: FileChange {
            path: doc.filename,
            old_path: doc.previous_filename,
            kind,
            insertions: doc.additions,
            deletions: doc.deletions,
            binary,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(status: &str, sha: &str, patch: Option<&str>) -> FileDoc {
        FileDoc {
            filename: "b".to_owned(),
            previous_filename: (status == "renamed").then(|| "a".to_owned()),
            status: status.to_owned(),
            additions: u64::from(patch.is_some()),
            deletions: 0,
            patch: patch.map(str::to_owned),
            sha: Some(sha.to_owned()),
        }
    }

    #[test]
    fn a_file_of_which_no_line_is_shown_is_not_known_to_be_harmless() {
        let other = "0123456789012345678901234567890123456789";
        for (status, sha, patch, known) in [
            ("renamed", other, None, false),
            ("modified", other, None, false),
            ("changed", other, None, false),
            ("copied", other, None, false),
            ("added", other, None, false),
            ("added", EMPTY, None, true),
            ("removed", other, None, true),
            ("renamed", other, Some("@@ -1 +1,2 @@\n x\n+y"), true),
        ] {
            let facts = facts(vec![listed(file(status, sha, patch))]);
            let seen = (facts.ddl.is_some(), facts.secrets.is_some());
            assert_eq!(seen, (known, known), "{status} {patch:?}");
        }
    }
}
