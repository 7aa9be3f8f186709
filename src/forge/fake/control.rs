//! People, knobs and the account as JSON, for tests that reach the model through a server.

use serde_json::{Value, json};

use super::{Fake, Knobs, Protection, Refusal, Role, Shot};
use crate::domain::{Association, BranchName, MergeMethod, Sha};

/// What a command says.
struct Said<'a>(&'a Value);

impl Said<'_> {
    fn text(&self, name: &str) -> Result<&str, Refusal> {
        let missing = || Refusal(format!("`{name}` is missing"));
        self.0.get(name).and_then(Value::as_str).ok_or_else(missing)
    }

    fn opt(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    fn number(&self, name: &str) -> Result<u64, Refusal> {
        let missing = || Refusal(format!("`{name}` is missing"));
        self.0.get(name).and_then(Value::as_u64).ok_or_else(missing)
    }

    fn flag(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(true)
    }

    fn who(&self) -> &str {
        self.opt("who").unwrap_or("acme")
    }

    fn list(&self, name: &str) -> Vec<&str> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }

    fn branch(&self, name: &str) -> Result<BranchName, Refusal> {
        let text = self.text(name)?;
        text.parse()
            .map_err(|_| Refusal(format!("`{text}` is no branch")))
    }

    fn sha(&self) -> Result<Sha, Refusal> {
        let text = self.text("sha")?;
        text.parse()
            .map_err(|_| Refusal(format!("`{text}` is no commit")))
    }

    /// Paths and texts.
    fn files(&self) -> Vec<(&str, &str)> {
        let files = self.0.get("files").and_then(Value::as_object);
        let files = files.into_iter().flatten();
        files
            .filter_map(|(path, text)| Some((path.as_str(), text.as_str()?)))
            .collect()
    }
}

fn read<T: serde::de::DeserializeOwned>(value: &Value) -> Result<T, Refusal> {
    serde_json::from_value(value.clone()).map_err(|error| Refusal(error.to_string()))
}

impl Fake {
    /// Carries out one command: the name of a method of this type with dashes, and its arguments by name (`who`, `number`,
    /// `title`, `body`, `labels`, `branch`, `files`, `sha`, `name`, `state`...). What it gives, as JSON.
    pub fn control(&self, what: &str, arguments: &Value) -> Result<Value, Refusal> {
        let said = Said(arguments);
        if let Some(done) = self.control_forge(what, &said)? {
            return Ok(done);
        }
        if let Some(done) = self.control_issues(what, &said)? {
            return Ok(done);
        }
        let done = self.control_pulls(what, &said)?;
        done.ok_or_else(|| Refusal(format!("there is no command `{what}`")))
    }

    /// The account, with those markers that were written twice.
    pub fn account_json(&self) -> Value {
        let account = self.account();
        json!({
            "requests": account.requests,
            "charged": account.charged,
            "by_route": account.by_route,
            "by_status": account.by_status,
            "writes": account.writes,
            "by_marker": account.by_marker,
            "written_twice": account.written_twice(),
            "pulls_by_head": account.pulls_by_head,
            "merges": account.merges,
            "violations": account.violations,
            "limits_broken": account.limits_broken(),
            "fates": account.fates,
        })
    }

    fn control_forge(&self, what: &str, said: &Said<'_>) -> Result<Option<Value>, Refusal> {
        match what {
            "knobs" => {
                // What is not named stays as it is.
                let mut all = serde_json::to_value(self.knobs()).unwrap_or_default();
                if let (Some(all), Some(some)) = (all.as_object_mut(), said.0.as_object()) {
                    all.extend(some.clone());
                }
                self.set_knobs(read::<Knobs>(&all)?);
            }
            "shoot" => self.shoot(read::<Shot>(said.0)?),
            "add-person" => {
                let association: Association = read(&said.0["association"])?;
                self.add_person(said.text("who")?, association);
            }
            "set-role" => self.set_role(said.text("who")?, read::<Role>(&said.0["role"])?),
            "add-app-token" => self.add_app_token(said.text("token")?, said.who()),
            "add-token" => match said.0.get("may") {
                Some(_) => self.add_weak_token(said.text("token")?, said.who(), &said.list("may")),
                None => self.add_token(said.text("token")?, said.who()),
            },
            "revoke" => self.revoke(said.text("token")?),
            "deny-all" => self.deny_all(said.flag("on")),
            "rename" => self.rename(said.text("owner")?, said.text("name")?),
            "archive" => self.archive(said.flag("on")),
            "disable-issues" => self.disable_issues(said.flag("on")),
            "make-private" => self.make_private(said.flag("on")),
            "delete-branch-on-merge" => self.delete_branch_on_merge(said.flag("on")),
            "allow-methods" => {
                let methods: Vec<MergeMethod> = read(&said.0["methods"])?;
                self.allow_methods(&methods);
            }
            "protect" => {
                let rule = said.0.get("rule").map(read::<Protection>).transpose()?;
                self.protect(&said.branch("branch")?, rule);
            }
            "reset-limits" => self.reset_limits(),
            "reset-account" => {
                self.take_account();
            }
            _ => return Ok(None),
        }
        Ok(Some(Value::Null))
    }

    fn control_issues(&self, what: &str, said: &Said<'_>) -> Result<Option<Value>, Refusal> {
        let number = || said.number("number");
        let done = match what {
            "open-issue" => {
                let body = said.opt("body").unwrap_or_default();
                json!(self.open_issue(
                    said.who(),
                    said.text("title")?,
                    body,
                    &said.list("labels")
                )?)
            }
            "edit-issue" => {
                let (title, body) = (said.opt("title"), said.opt("body"));
                json!(self.edit_issue(said.who(), number()?, title, body)?)
            }
            "close" => json!(self.close(said.who(), number()?)?),
            "reopen" => json!(self.reopen(said.who(), number()?)?),
            "delete-issue" => json!(self.delete_issue(number()?)?),
            "transfer-issue" => {
                let (to, new) = (said.number("repository")?, said.number("new_number")?);
                json!(self.transfer_issue(number()?, to, new)?)
            }
            "label" => json!(self.label(said.who(), number()?, &said.list("labels"))?),
            "unlabel" => json!(self.unlabel(said.who(), number()?, said.text("label")?)?),
            "comment" => json!(self.comment(said.who(), number()?, said.text("body")?)?),
            "edit-comment" => json!(self.edit_comment(said.number("id")?, said.text("body")?)?),
            "delete-comment" => json!(self.delete_comment(said.number("id")?)?),
            "create-label" => json!(self.create_label(said.text("name")?, false)?),
            _ => return Ok(None),
        };
        Ok(Some(done))
    }

    fn control_pulls(&self, what: &str, said: &Said<'_>) -> Result<Option<Value>, Refusal> {
        let number = || said.number("number");
        let body = said.opt("body").unwrap_or_default();
        let done = match what {
            "push" => json!(self.push(&said.branch("branch")?, &said.files())?.as_str()),
            "delete-branch" => json!(self.delete_branch(&said.branch("branch")?)?),
            "open-pull" => {
                let (head, base) = (said.branch("head")?, said.branch("base")?);
                json!(self.open_pull(said.who(), &head, &base, said.text("title")?, body)?)
            }
            "open-fork-pull" => {
                let (head, base) = (said.branch("head")?, said.branch("base")?);
                json!(self.open_fork_pull(said.who(), &head, &base, said.text("title")?, body)?)
            }
            "set-draft" => json!(self.set_draft(said.who(), number()?, said.flag("on"))?),
            "approve" => json!(self.approve(said.who(), number()?)?),
            "request-changes" => json!(self.request_changes(said.who(), number()?, body)?),
            "merge" => {
                let method = match said.0.get("method") {
                    Some(method) => read(method)?,
                    None => MergeMethod::Merge,
                };
                json!(self.merge(said.who(), number()?, method)?.as_str())
            }
            "set-check" => {
                let conclusion = said.opt("conclusion");
                json!(self.set_check(&said.sha()?, said.text("name")?, conclusion)?)
            }
            "set-status" => {
                let (context, state) = (said.text("context")?, said.text("state")?);
                json!(self.set_status(said.who(), &said.sha()?, context, state)?)
            }
            _ => return Ok(None),
        };
        Ok(Some(done))
    }
}
