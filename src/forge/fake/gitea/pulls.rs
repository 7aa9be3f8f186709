//! Pull requests: opening, listing, files, reviews, merging.

use super::super::exchange::{Answer, Ask};
use super::super::repository::ChangedFile;
use super::super::state::{Item, Pull, Role};
use super::super::world::{Fault, NewPull, Problem, PullEdit, Wish, World, invalid};
use super::issues::{state_param, wanted};
use super::view::{View, is_draft};
use super::{Served, labels, may, paged};
use crate::domain::{ChangeKind, MergeMethod, Sha};
use crate::http::Method;

pub(super) fn route(world: &mut World<'_>, ask: &Ask<'_>, rest: &[&str]) -> Served {
    let number = |text: &str| text.parse::<u64>().map_err(|_| Problem::NotFound);
    match (ask.method, rest) {
        (Method::Get, ["pulls"]) => list(world, ask),
        (Method::Post, ["pulls"]) => create(world, ask),
        (Method::Get, ["pulls", name]) if name.strip_suffix(".diff").is_some() => {
            let n = number(name.trim_end_matches(".diff"))?;
            seen(world, n)?;
            let answer = Answer::ok(diff(&world.files(n)?));
            Ok(answer.with("Content-Type", "text/plain; charset=utf-8"))
        }
        (Method::Get, ["pulls", n]) => {
            let text = whole(world, ask, number(n)?)?;
            Ok(Answer::ok(text))
        }
        (Method::Patch, ["pulls", n]) => edit(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "files"]) => {
            let n = number(n)?;
            let files = world.files(n)?;
            let head = seen(world, n)?.1.head_sha.clone();
            let view = View::new(world, ask);
            Ok(paged(ask, files.iter(), |file| view.file(&head, file)))
        }
        (Method::Get, ["pulls", n, "merge"]) => match seen(world, number(n)?)?.1.merged {
            Some(_) => Ok(Answer::nothing()),
            None => Err(Problem::NotFound),
        },
        (Method::Post, ["pulls", n, "merge"]) => merge(world, ask, number(n)?),
        (Method::Get, ["pulls", n, "reviews"]) => {
            let n = number(n)?;
            let head = seen(world, n)?.1.head_sha.clone();
            let view = View::new(world, ask);
            Ok(paged(ask, world.seen_reviews(n), |review| {
                view.review(n, review, &head)
            }))
        }
        (Method::Post, ["pulls", n, "reviews"]) => review(world, ask, number(n)?),
        // Everything after the base is the head, which may have strokes in it.
        (Method::Get, ["pulls", base, head @ ..]) => by_branches(world, ask, base, &head.join("/")),
        _ => Err(Problem::NotFound),
    }
}

/// The change as git writes it.
fn diff(files: &[ChangedFile]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for file in files {
        let change = &file.change;
        let (path, old) = (&change.path, change.old_path.as_ref());
        let old = old.unwrap_or(path);
        let _cannot_fail = writeln!(out, "diff --git a/{old} b/{path}");
        match change.kind {
            ChangeKind::Added => out.push_str("new file mode 100644\n"),
            ChangeKind::Deleted => out.push_str("deleted file mode 100644\n"),
            ChangeKind::Renamed => {
                let _cannot_fail = writeln!(out, "rename from {old}\nrename to {path}");
            }
            ChangeKind::Modified | ChangeKind::Unknown => {}
        }
        match &file.patch {
            Some(hunks) if !hunks.is_empty() => {
                let _cannot_fail = writeln!(out, "--- a/{old}\n+++ b/{path}");
                out.push_str(hunks);
                if !hunks.ends_with('\n') {
                    out.push('\n');
                }
            }
            None if change.binary => {
                let _cannot_fail = writeln!(out, "Binary files a/{old} and b/{path} differ");
            }
            _ => {}
        }
    }
    out
}

fn seen<'w>(world: &'w World<'_>, number: u64) -> Result<(&'w Item, &'w Pull), Problem> {
    let item = world.seen(number)?;
    Ok((item, item.pull.as_ref().ok_or(Problem::NotFound)?))
}

/// Where the base of an open pull request is now; of others, where it was.
fn base_of(world: &World<'_>, item: &Item, pull: &Pull) -> Result<Sha, Problem> {
    let tip = if item.open {
        world.repo.tip(&pull.base)?
    } else {
        None
    };
    Ok(tip.unwrap_or_else(|| pull.base_sha.clone()))
}

fn whole(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Result<String, Problem> {
    // While it is being computed it is `false`, as a conflict is.
    let can = world.mergeability(number)?.clean == Some(true);
    let files = world.files(number)?;
    let (item, pull) = seen(world, number)?;
    let base = base_of(world, item, pull)?;
    Ok(View::new(world, ask).pull(item, pull, &base, can, Some(&files)))
}

/// As it is after a write, also where reads do not see it yet.
fn written(world: &World<'_>, ask: &Ask<'_>, number: u64) -> Result<String, Problem> {
    let item = world.item(number)?;
    let pull = item.pull.as_ref().ok_or(Problem::NotFound)?;
    let base = base_of(world, item, pull)?;
    Ok(View::new(world, ask).pull(item, pull, &base, false, None))
}

fn list(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let open = state_param(ask);
    let owner = world.state.settings.owner.clone();
    let fits = |item: &Item, pull: &Pull| {
        let head = |wanted: &str| {
            let of = pull.fork.as_ref().unwrap_or(&owner);
            wanted == pull.head.as_str() || wanted == format!("{of}:{}", pull.head)
        };
        item.gone.is_none()
            && open.is_none_or(|open| item.open == open)
            && ask
                .param("base")
                .is_none_or(|base| pull.base.as_str() == base)
            && ask
                .param("poster")
                .is_none_or(|who| item.author.eq_ignore_ascii_case(who))
            && ask.param("head").is_none_or(head)
    };
    let hit = |number: &u64| {
        seen(world, *number)
            .ok()
            .filter(|(item, pull)| fits(item, pull))
    };
    let mut found: Vec<(&Item, &Pull)> = world.state.pulls.iter().filter_map(hit).collect();
    match ask.param("sort") {
        Some("recentupdate") => {
            found.sort_by_key(|(item, _)| std::cmp::Reverse((item.updated, item.number)));
        }
        Some("leastupdate") => found.sort_by_key(|(item, _)| (item.updated, item.number)),
        Some("oldest") => {}
        _ => found.reverse(),
    }
    let numbers: Vec<u64> = found.into_iter().map(|(item, _)| item.number).collect();
    let mut shown = vec![];
    for number in &numbers {
        let known = world
            .state
            .probes
            .get(number)
            .and_then(|probe| probe.answer);
        let (item, pull) = seen(world, *number)?;
        let base = base_of(world, item, pull)?;
        shown.push((*number, base, known == Some(true)));
    }
    let view = View::new(world, ask);
    Ok(paged(ask, shown, |(number, base, can)| {
        match seen(world, number) {
            Ok((item, pull)) => view.pull(item, pull, &base, can, None),
            Err(_) => "null".to_owned(),
        }
    }))
}

fn by_branches(world: &mut World<'_>, ask: &Ask<'_>, base: &str, head: &str) -> Served {
    let owner = &world.state.settings.owner;
    let fits = |number: &&u64| {
        seen(world, **number).is_ok_and(|(item, pull)| {
            let of = pull.fork.as_ref().unwrap_or(owner);
            item.open
                && pull.base.as_str() == base
                && (head == pull.head.as_str() || head == format!("{of}:{}", pull.head))
        })
    };
    let found = world.state.pulls.iter().rev().find(fits).copied();
    let text = whole(world, ask, found.ok_or(Problem::NotFound)?)?;
    Ok(Answer::ok(text))
}

fn create(world: &mut World<'_>, ask: &Ask<'_>) -> Served {
    let login = may(world, ask, Role::None, "pull_requests=write")?;
    let text = |name: &'static str| ask.text(name).unwrap_or_default();
    let new = NewPull {
        title: text("title"),
        body: text("body"),
        head: text("head"),
        base: text("base"),
        draft: false,
    };
    let named = labels::given(world, ask.body.get("labels"))?;
    let number = world
        .open_pull(login, &new)
        .map_err(|problem| in_own_words(&new, problem))?;
    if !named.is_empty() && world.state.role(login) >= Role::Triage {
        world.label(login, number, &named);
    }
    Ok(Answer::created(written(world, ask, number)?))
}

/// A branch that is not there is a 404, a pull request that there is already a 409.
fn in_own_words(new: &NewPull<'_>, problem: Problem) -> Problem {
    let Problem::Invalid(faults) = &problem else {
        return problem;
    };
    let Some(Fault { field, message, .. }) = faults.first() else {
        return problem;
    };
    let words = message.as_deref().unwrap_or_default();
    match field {
        Some("head" | "base") => Problem::NotFound,
        None if words.contains("already exists") => Problem::Conflict(format!(
            "pull request already exists for these targets [head_branch: {}, base_branch: {}]",
            new.head, new.base
        )),
        None => Problem::Unprocessable(vec![
            "Invalid PullRequest: There are no changes between the head and the base".to_owned(),
        ]),
        _ => problem,
    }
}

fn edit(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let author = world.item(number)?.author.clone();
    world.pull(number)?;
    let own = ask
        .login()
        .is_ok_and(|login| login.eq_ignore_ascii_case(&author));
    let role = if own { Role::None } else { Role::Write };
    let login = may(world, ask, role, "pull_requests=write")?;
    let edit = PullEdit {
        issue: wanted(ask),
        base: ask.text("base"),
    };
    world.edit_pull(login, number, &edit)?;
    Ok(Answer::created(written(world, ask, number)?))
}

fn merge(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let item = world.item(number)?;
    let (open, draft) = (item.open, is_draft(&item.title));
    let merged = world.pull(number)?.merged.is_some();
    let login = may(world, ask, Role::Write, "contents=write")?;
    let not_allowed = |words: &str| Err(Problem::NotAllowed(words.to_owned()));
    let method = match ask.text("Do") {
        Some("merge") => MergeMethod::Merge,
        Some("squash") => MergeMethod::Squash,
        Some("rebase" | "rebase-merge") => MergeMethod::Rebase,
        _ => return invalid("PullRequest", Some("Do"), "missing_field", None),
    };
    if merged {
        return not_allowed("The PR is already merged");
    }
    if !open {
        return Err(Problem::NotFound);
    }
    if draft {
        return not_allowed("Work in progress PRs cannot be merged");
    }
    world.writable()?;
    let clean = world.mergeability(number)?.clean;
    if clean.is_none() {
        return not_allowed("Please try again later");
    }
    let title = ask.text("MergeTitleField").filter(|text| !text.is_empty());
    let message = ask
        .text("MergeMessageField")
        .filter(|text| !text.is_empty());
    let texts: Vec<&str> = title.into_iter().chain(message).collect();
    let wish = Wish {
        method,
        head: ask.text("head_commit_id").filter(|sha| !sha.is_empty()),
        message: (!texts.is_empty()).then(|| texts.join("\n\n")),
        by_force: false,
        delete_branch: ask.body.get("delete_branch_after_merge") == Some(&true.into()),
    };
    let done = world.merge(login, number, &wish);
    done.map_err(|problem| match problem {
        Problem::Conflict(_) => Problem::Conflict("head out of date".to_owned()),
        Problem::NotAllowed(words) if words.contains("not mergeable") => {
            Problem::Conflict("merge conflict".to_owned())
        }
        Problem::NotAllowed(words) if words.contains("merges are not allowed") => {
            Problem::NotAllowed("not an allowed merge style for this repository".to_owned())
        }
        Problem::NotAllowed(words) if words.contains("status check") => {
            Problem::NotAllowed("Not all required status checks successful".to_owned())
        }
        Problem::NotAllowed(words) if words.contains("approving review") => {
            Problem::NotAllowed("Does not have enough approvals".to_owned())
        }
        Problem::NotAllowed(words) if words.contains("Changes have been requested") => {
            Problem::NotAllowed("There are requested changes".to_owned())
        }
        other => other,
    })?;
    Ok(Answer::new(200, String::new()))
}

fn review(world: &mut World<'_>, ask: &Ask<'_>, number: u64) -> Served {
    let head = world.pull(number)?.head_sha.clone();
    let login = may(world, ask, Role::None, "pull_requests=write")?;
    let state = match ask.text("event") {
        Some("APPROVED" | "APPROVE") => "APPROVED",
        Some("REQUEST_CHANGES") => "CHANGES_REQUESTED",
        Some("COMMENT") => "COMMENTED",
        _ => return invalid("PullReview", Some("event"), "invalid", None),
    };
    let body = ask.text("body").unwrap_or_default();
    let commit = ask.text("commit_id").filter(|sha| !sha.is_empty());
    let done = world.review(login, number, state, body, commit);
    let id = done.map_err(|problem| match problem {
        Problem::Unprocessable(texts) => {
            let own = |words: &str| texts.iter().any(|text| text.starts_with(words));
            Problem::Unprocessable(if own("Can not approve") {
                vec!["approve your own pull is not allowed".to_owned()]
            } else if own("Can not request") {
                vec!["reject your own pull is not allowed".to_owned()]
            } else {
                texts
            })
        }
        other => other,
    })?;
    let mut all = world.state.reviews.get(&number).into_iter().flatten();
    let review = all.find(|review| review.id == id);
    let review = review.ok_or(Problem::NotFound)?;
    Ok(Answer::ok(
        View::new(world, ask).review(number, review, &head),
    ))
}
