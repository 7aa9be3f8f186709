//! Comments and reviews.

use std::collections::BTreeMap;

use super::{Problem, World, invalid};
use crate::forge::fake::state::{Comment, Review, Role, Slot};

impl World<'_> {
    /// Adds a comment; its number.
    pub(in crate::forge::fake) fn comment(
        &mut self,
        actor: &str,
        number: u64,
        body: &str,
    ) -> Result<u64, Problem> {
        self.writable()?;
        let is_pull = self.item(number)?.pull.is_some();
        if !is_pull && !self.state.settings.has_issues {
            return Err(Problem::Gone("Issues are disabled for this repo"));
        }
        if body.trim().is_empty() {
            return invalid("IssueComment", Some("body"), "missing_field", None);
        }
        self.check_text("IssueComment", None, Some(body))?;
        let id = self.state.id();
        let comment = Comment {
            id,
            number,
            author: actor.to_owned(),
            body: body.to_owned(),
            created: self.now,
            updated: self.now,
        };
        let slot = Slot::new(comment, self.exact, self.visible());
        self.state.comments.insert(id, slot);
        self.state.comments_of.entry(number).or_default().push(id);
        self.edit(number, |item| item.comments += 1);
        self.wrote("comment");
        self.marked(body);
        Ok(id)
    }

    /// A comment as reads see it.
    pub(in crate::forge::fake) fn seen_comment(&self, id: u64) -> Result<&Comment, Problem> {
        let slot = self.state.comments.get(&id).ok_or(Problem::NotFound)?;
        slot.seen(self.exact).ok_or(Problem::NotFound)
    }

    /// The comments of an item as reads see them, oldest first.
    pub(in crate::forge::fake) fn seen_comments(
        &self,
        number: u64,
    ) -> impl Iterator<Item = &Comment> {
        let ids = self.state.comments_of.get(&number).into_iter().flatten();
        ids.filter_map(|id| self.state.comments.get(id)?.seen(self.exact))
    }

    /// Changes the text of a comment.
    pub(in crate::forge::fake) fn edit_comment(
        &mut self,
        id: u64,
        body: &str,
    ) -> Result<(), Problem> {
        self.writable()?;
        self.check_text("IssueComment", None, Some(body))?;
        let (now, exact, visible) = (self.now, self.exact, self.visible());
        let slot = self.state.comments.get_mut(&id).ok_or(Problem::NotFound)?;
        let comment = slot.change(exact, visible);
        body.clone_into(&mut comment.body);
        comment.updated = now;
        let number = comment.number;
        self.edit(number, |_| {});
        self.wrote("edit");
        Ok(())
    }

    /// Removes a comment.
    pub(in crate::forge::fake) fn delete_comment(&mut self, id: u64) -> Result<(), Problem> {
        self.writable()?;
        let slot = self.state.comments.remove(&id).ok_or(Problem::NotFound)?;
        let number = slot.truth().number;
        if let Some(ids) = self.state.comments_of.get_mut(&number) {
            ids.retain(|other| *other != id);
        }
        self.edit(number, |item| item.comments -= 1);
        Ok(())
    }

    /// Adds a review; its number. `state` is what it will be, as `APPROVED`.
    pub(in crate::forge::fake) fn review(
        &mut self,
        actor: &str,
        number: u64,
        state: &'static str,
        body: &str,
        commit: Option<&str>,
    ) -> Result<u64, Problem> {
        self.writable()?;
        let item = self.item(number)?;
        let pull = item.pull.as_ref().ok_or(Problem::NotFound)?;
        self.check_text("PullRequestReview", None, Some(body))?;
        if item.author.eq_ignore_ascii_case(actor) {
            let words = match state {
                "APPROVED" => "Can not approve your own pull request",
                "CHANGES_REQUESTED" => "Can not request changes on your own pull request",
                _ => "",
            };
            if !words.is_empty() {
                return Err(Problem::Unprocessable(vec![words.to_owned()]));
            }
        }
        if body.trim().is_empty() && state != "APPROVED" {
            let words = "Body can't be blank".to_owned();
            return Err(Problem::Unprocessable(vec![words]));
        }
        let commit = match commit {
            Some(sha) => sha.parse().map_err(|_| Problem::NotFound)?,
            None => pull.head_sha.clone(),
        };
        if !self.repo.has(&commit)? {
            let words = "The commit is not part of the pull request".to_owned();
            return Err(Problem::Unprocessable(vec![words]));
        }
        let id = self.state.id();
        let review = Review {
            id,
            author: actor.to_owned(),
            state,
            body: body.to_owned(),
            commit,
            at: self.now,
            visible: self.visible(),
        };
        self.state.reviews.entry(number).or_default().push(review);
        self.edit(number, |_| {});
        self.wrote("review");
        self.marked(body);
        Ok(id)
    }

    /// The reviews of a pull request as reads see them, oldest first.
    pub(in crate::forge::fake) fn seen_reviews(
        &self,
        number: u64,
    ) -> impl Iterator<Item = &Review> {
        let all = self.state.reviews.get(&number).into_iter().flatten();
        all.filter(|review| review.visible <= self.exact)
    }

    /// How many approvals count, and whether somebody who counts asks for changes.
    pub(super) fn approvals(
        &self,
        number: u64,
        of_head: Option<&crate::domain::Sha>,
    ) -> (u32, bool) {
        let mut last: BTreeMap<&str, &Review> = BTreeMap::new();
        let all = self.state.reviews.get(&number).into_iter().flatten();
        for review in all.filter(|r| r.state != "COMMENTED") {
            last.insert(&review.author, review);
        }
        let of_writers = last
            .values()
            .filter(|r| self.state.role(&r.author) >= Role::Write);
        let (mut approved, mut refused) = (0, false);
        for review in of_writers {
            let fresh = of_head.is_none_or(|head| review.commit == *head);
            approved += u32::from(review.state == "APPROVED" && fresh);
            refused |= review.state == "CHANGES_REQUESTED";
        }
        (approved, refused)
    }
}
