//! What a person sees at the end, without what an honest second attempt may change.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use acp::domain::{BranchName, Issue, Mirror, PrState, PullRequest};
use acp::forge::Forge as _;
use acp::forge::local::LocalForge;
use acp::git::testing::git_program;
use acp::sys::SystemClock;

use super::world::{World, end};

/// One line for everything there is on the forge, sorted.
#[track_caller]
pub(crate) fn of_forge(world: &World) -> Vec<String> {
    let forge = open(&world.forge());
    let mirror = listed(&forge);
    assert_eq!(mirror, replayed(world), "files and log of the forge differ");
    let mut lines = vec![];
    for (number, issue) in &mirror.issues {
        lines.push(issue_line(issue));
        lines.extend(texts(&forge, *number, &issue.title));
    }
    for (number, pr) in &mirror.pulls {
        lines.push(pull_line(pr));
        lines.extend(texts(&forge, *number, &pr.title));
    }
    let repository = world.forge().join("repo.git");
    let git = |args: &[&str]| git_in(world, &repository, args);
    lines.extend(
        git(&["ls-tree", "-r", "main"])
            .into_iter()
            .map(|l| format!("base {l}")),
    );
    lines.extend(
        git(&["log", "--format=%s", "main"])
            .into_iter()
            .map(|l| format!("commit {}", without_numbers(&l))),
    );
    let heads = git(&["for-each-ref", "--format=%(refname:short)", "refs/heads"]);
    lines.extend(
        heads
            .into_iter()
            .map(|l| format!("branch {}", without_attempt(&l))),
    );
    for pr in mirror.pulls.values().filter(|pr| pr.is_open()) {
        let range = format!("main...{}", pr.head_sha);
        let diff = git(&["diff", "--no-color", &range]);
        lines.push(format!("change of `{}`: {}", pr.title, diff.join("|")));
    }
    let _sound = git(&["fsck", "--strict", "--no-dangling"]);
    lines.sort();
    lines
}

fn git_in(world: &World, repository: &Path, args: &[&str]) -> Vec<String> {
    let mut git = Command::new("git");
    let like = world.command(&[]);
    git.envs(
        like.get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let ended = end(git.current_dir(repository).args(args)).ok();
    ended.stdout.lines().map(str::to_owned).collect()
}

/// No agent of these scenarios deletes a file: saved work that lacks one was saved from half a worktree.
#[track_caller]
fn assert_saved_whole(world: &World) {
    let repository = world.state().join("repo.git");
    let refs = ["for-each-ref", "--format=%(refname)", "refs/acp/rescue"];
    for name in git_in(world, &repository, &refs) {
        let diff = |filter| {
            let filter = format!("--diff-filter={filter}");
            let range = format!("main...{name}");
            git_in(
                world,
                &repository,
                &["diff", "--name-only", &filter, &range],
            )
        };
        assert!(diff("D").is_empty(), "{name} lacks {:?}", diff("D"));
        assert!(!diff("AM").is_empty(), "{name} holds nothing");
        let run = name.rsplit('/').next().unwrap();
        let bundle = world.state().join(format!("history/{run}.bundle"));
        assert!(bundle.exists(), "no {}", bundle.display());
    }
}

fn open(dir: &Path) -> LocalForge {
    LocalForge::open(dir, Arc::new(SystemClock::new()), &git_program())
}

fn listed(forge: &LocalForge) -> Mirror {
    let mut mirror = Mirror::default();
    let base = BranchName::try_from("main".to_owned()).unwrap();
    forge.sync(&mut mirror, &base).unwrap();
    // Where the next listing goes on: it names the file.
    mirror.mark.clear();
    mirror
}

/// The same from the log of events alone.
fn replayed(world: &World) -> Mirror {
    let dir = tempfile::tempdir().unwrap();
    for name in ["events.jsonl", "forge.lock"] {
        fs::copy(world.forge().join(name), dir.path().join(name)).unwrap();
    }
    std::os::unix::fs::symlink(world.forge().join("repo.git"), dir.path().join("repo.git"))
        .unwrap();
    listed(&open(dir.path()))
}

fn issue_line(issue: &Issue) -> String {
    let labels: BTreeSet<&str> = issue.labels.iter().map(String::as_str).collect();
    format!(
        "issue `{}` {:?} {labels:?} by {}",
        issue.title, issue.state, issue.author
    )
}

fn pull_line(pr: &PullRequest) -> String {
    let state = match pr.state {
        PrState::Open => "open",
        PrState::Merged { .. } => "merged",
        PrState::Closed => "closed",
    };
    let checks: Vec<String> = pr
        .checks
        .iter()
        .map(|check| format!("{} {:?} {}", check.name, check.state, check.summary))
        .collect();
    format!(
        "pr `{}` {state} draft={} {:?} closes {:?} {checks:?} reviews {} by {}",
        pr.title,
        pr.draft,
        pr.labels,
        pr.closes,
        pr.reviews.len(),
        pr.author
    )
}

fn texts(forge: &LocalForge, number: u64, title: &str) -> Vec<String> {
    let text = forge.text(number).unwrap();
    let mut lines = vec![format!("text of `{title}`: {}", normal(&text.body))];
    let comments = text.comments.iter();
    lines.extend(
        comments.map(|c| format!("comment on `{title}` by {}: {}", c.author, normal(&c.body))),
    );
    lines
}

/// Text without names of runs, commits, attempts, markers and the failure of the last of several attempts: a crash may have
/// been it.
fn normal(text: &str) -> String {
    let mut words = vec![];
    for word in text.split_whitespace() {
        if word.starts_with("acp:") {
            words.push("MARKER".to_owned());
        } else {
            words.push(word.split_inclusive('/').map(normal_part).collect());
        }
    }
    let mut text = words.join(" ");
    for attempt in 1..9 {
        text = text.replace(&format!("attempt {attempt}"), "attempt N");
    }
    let last = "the last one: ";
    if let Some(at) = text.find(last) {
        let rest = &text[at + last.len()..];
        let (reason, after) = rest.split_at(rest.find(" --- ").unwrap_or(rest.len()));
        if reason.contains("died") || reason.contains("exited with") {
            text = format!("{}{last}REASON{after}", &text[..at]);
        }
    }
    text
}

fn normal_part(part: &str) -> String {
    let bare = part.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let is_run =
        bare.len() > 16 && bare[..8].bytes().all(|b| b.is_ascii_digit()) && bare.contains("-a");
    let is_commit = bare.len() == 10 && bare.bytes().all(|b| b.is_ascii_hexdigit());
    match () {
        () if is_run => part.replace(bare, "RUN"),
        () if is_commit => part.replace(bare, "COMMIT"),
        () => part.to_owned(),
    }
}

/// A branch without the number of its attempt.
fn without_attempt(branch: &str) -> String {
    branch
        .trim_end_matches(|c: char| c.is_ascii_digit())
        .to_owned()
}

/// A subject without the number of its pull request.
fn without_numbers(subject: &str) -> String {
    subject.split(" (#").next().unwrap_or_default().to_owned()
}

/// What must not be there when nothing moves any more.
#[track_caller]
pub(crate) fn assert_at_rest(world: &World) {
    world.no_process_is_left();
    let state = world.state();
    assert_saved_whole(world);
    let names = |inside: &str| -> Vec<String> {
        let Ok(entries) = fs::read_dir(state.join(inside)) else {
            return vec![];
        };
        let name = |entry: std::io::Result<fs::DirEntry>| {
            entry.unwrap().file_name().into_string().unwrap()
        };
        let mut names: Vec<String> = entries.map(name).filter(|n| !n.starts_with('.')).collect();
        names.sort();
        names
    };
    for empty in [
        "leases",
        "outbox/pending",
        "outbox/claimed",
        "outbox/failed",
    ] {
        assert_eq!(names(empty), Vec::<String>::new(), "{empty}");
    }
    let runs = names("runs");
    let worktrees = names("worktrees");
    assert!(
        worktrees.iter().all(|w| runs.contains(w)),
        "{worktrees:?} of {runs:?}"
    );
    assert_eq!(names("repo.git/worktrees"), worktrees);
    let listed = world.acp(&["run", "list", "--json"]).ok().data();
    for run in listed.as_array().unwrap() {
        assert_eq!(run["state"], "judged", "{run}");
    }
    let sound = world.acp(&["fsck", "--forge", "--json"]).ok().data();
    assert_eq!(sound, serde_json::json!([]), "after what a crash left");
    let pass = world.acp(&["heartbeat", "--json"]).ok().data();
    for moved in ["actions", "problems", "launched", "sent", "swept"] {
        assert_eq!(pass[moved], serde_json::json!([]), "{pass}");
    }
}
