//! Checks and reviews of a pull request.

use serde::de::DeserializeOwned;

use super::shapes::{CheckRunDoc, CheckRunsDoc, ReviewDoc, StatusDoc, StatusesDoc};
use super::{Github, PER_PAGE};
use crate::domain::{Check, CheckState, Review, Sha};
use crate::forge::ForgeError;
use crate::forge::remote::checks::{Report, folded, of_run, of_status};
use crate::forge::remote::watch::Head;
use crate::forge::remote::{Answer, Fresh, Validator};

/// The most pages of the checks of one commit, and of the reviews of one pull request.
const PAGES_MAX: usize = 30;
/// The names under which validators are kept.
const RUNS: &str = "runs";
const STATUSES: &str = "statuses";

/// One of the two lists of checks.
enum Part {
    Same,
    New(Vec<Report>, Option<Validator>),
    /// There is no such commit.
    Gone,
}

impl Github {
    /// Reviews that were handed in, oldest first.
    pub(super) fn reviews(&self, number: u64) -> Result<Vec<Review>, ForgeError> {
        let docs = self.review_docs(number)?;
        Ok(docs
            .into_iter()
            .filter_map(ReviewDoc::into_domain)
            .collect())
    }

    pub(super) fn review_docs(&self, number: u64) -> Result<Vec<ReviewDoc>, ForgeError> {
        let path = self.path(format_args!("/pulls/{number}/reviews?per_page={PER_PAGE}"));
        self.client.list("read the reviews", &path, PAGES_MAX)
    }

    /// The checks of a commit as they are now.
    pub(super) fn checks_now(&self, sha: &Sha) -> Result<Vec<Check>, ForgeError> {
        let (runs, statuses) = (self.runs(sha, None)?, self.statuses(sha, None)?);
        let part = |part| match part {
            Part::New(reports, _) => reports,
            Part::Same | Part::Gone => vec![],
        };
        Ok(folded(part(runs).into_iter().chain(part(statuses))))
    }

    /// The checks of a head, `None` when they are as they were at the last look.
    pub(super) fn checks_if(&self, head: &mut Head) -> Result<Option<Vec<Check>>, ForgeError> {
        let sha = head.sha.clone();
        let mut runs = self.runs(&sha, head.validators.get(RUNS))?;
        let mut statuses = self.statuses(&sha, head.validators.get(STATUSES))?;
        match (&runs, &statuses) {
            (Part::Same | Part::Gone, Part::Same | Part::Gone) => {
                return Ok(None);
            }
            (Part::Same, _) => runs = self.runs(&sha, None)?,
            (_, Part::Same) => statuses = self.statuses(&sha, None)?,
            _ => {}
        }
        let mut all = vec![];
        for (name, part) in [(RUNS, runs), (STATUSES, statuses)] {
            head.validators.remove(name);
            if let Part::New(reports, validator) = part {
                all.extend(reports);
                if let Some(validator) = validator {
                    head.validators.insert(name.to_owned(), validator);
                }
            }
        }
        Ok(Some(folded(all)))
    }

    fn runs(&self, sha: &Sha, known: Option<&Validator>) -> Result<Part, ForgeError> {
        let path = self.path(format_args!(
            "/commits/{sha}/check-runs?per_page={PER_PAGE}"
        ));
        let report = |run: CheckRunDoc| Report {
            state: of_run(&run.status, run.conclusion.as_deref()),
            source: format!("app {}", run.app.map_or(0, |app| app.id)),
            order: (run.started_at, run.id),
            summary: run.output.and_then(|o| o.title).unwrap_or_default(),
            name: run.name,
        };
        self.part("check runs", &path, known, |page: CheckRunsDoc| {
            page.check_runs.into_iter().map(report).collect()
        })
    }

    fn statuses(&self, sha: &Sha, known: Option<&Validator>) -> Result<Part, ForgeError> {
        let path = self.path(format_args!("/commits/{sha}/status?per_page={PER_PAGE}"));
        let report = |status: StatusDoc| {
            let summary = status.description.unwrap_or_default();
            Report {
                state: of_status(&status.state, &summary),
                source: "status".to_owned(),
                order: (status.updated_at, status.id),
                name: status.context,
                summary,
            }
        };
        self.part("commit statuses", &path, known, |page: StatusesDoc| {
            page.statuses.into_iter().map(report).collect()
        })
    }

    fn part<T: DeserializeOwned>(
        &self,
        what: &str,
        path: &str,
        known: Option<&Validator>,
        reports_of: impl Fn(T) -> Vec<Report>,
    ) -> Result<Part, ForgeError> {
        let tried = format!("read the {what}");
        let first = match self.client.get_if(&tried, path, known) {
            Ok(Fresh::Same) => return Ok(Part::Same),
            Ok(Fresh::New(answer)) => answer,
            Err(ForgeError::Missing { .. }) => return Ok(Part::Gone),
            // What may not be seen may be red.
            Err(ForgeError::Forbidden { why, .. }) => {
                let unseen = Report {
                    name: format!("({what})"),
                    source: String::new(),
                    order: (None, 0),
                    state: CheckState::Pending,
                    summary: format!("the token may not read them: {why}"),
                };
                return Ok(Part::New(vec![unseen], None));
            }
            Err(error) => return Err(error),
        };
        // The first page does not tell whether the others have changed.
        let validator = first
            .validator
            .clone()
            .filter(|_| first.link.next.is_none());
        let mut reports = vec![];
        let mut page: Answer = first;
        for _ in 0..PAGES_MAX {
            reports.extend(reports_of(page.read()?));
            match page.link.next.clone() {
                None => return Ok(Part::New(reports, validator)),
                Some(next) => page = self.client.get(&tried, &next)?,
            }
        }
        Err(ForgeError::Unreadable {
            what: tried,
            why: format!("there are more than {PAGES_MAX} pages"),
        })
    }
}
