//! A repository under control, with as many issues and finished runs as wanted.
//!
//! acp itself makes the profile, the forge and one issue. The others are copies of that issue's line in the log, appended
//! without a sync, since thousands of durable writes would take minutes; acp reads them as any others. They have no intake
//! label and every second one is closed, so nothing is to be done. Finished runs are in the history, where acp moves a run as
//! soon as nothing is left to do for it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acp::domain::{ItemId, Outcome, Run, RunEnd, RunFindings, RunId, RunState, Task};
use acp::durable::{Journal, encode_record};
use jiff::{Timestamp, ToSpan as _};
use serde_json::Value;

use crate::process::Acp;

/// The agent's first command: it prints when it was started.
const STAMP: &str = "date +%s%N";

pub(crate) struct World {
    repo: PathBuf,
    home: PathBuf,
    acp: Acp,
}

impl World {
    pub(crate) fn new(dir: &Path, binary: &Path, issues: u64, runs: u64) -> Self {
        let (repo, home) = (dir.join("repo"), dir.join("home"));
        make_repo(&repo);
        let acp = Acp::new(binary, &repo, &home);
        // Into the log of the run: there it is seen of a confined agent too.
        // It ends well: agents that fail one after another are let rest.
        let stamp = &format!("{STAMP}; acp report blocked --detail measured");
        acp.with(&[
            "init",
            "--yes",
            "--profile",
            "bench",
            "--agent-command",
            stamp,
        ])
        .stdout();
        let world = Self { repo, home, acp };
        if issues > 0 {
            world.add_issues(issues);
        }
        for n in 0..runs {
            world.add_run(n, "history");
        }
        world
    }

    /// The same, with every tenth run not archived: nobody has decided about what it brought.
    pub(crate) fn looked_at(dir: &Path, binary: &Path, runs: u64) -> Self {
        let world = Self::new(dir, binary, 100, 0);
        for n in 0..runs {
            world.add_run(n, if n % 10 == 0 { "runs" } else { "history" });
        }
        world
    }

    pub(crate) fn acp(&self) -> &Acp {
        &self.acp
    }

    pub(crate) fn git(&self, args: &[&str]) -> Acp {
        Acp::other("git", args).at(&self.repo)
    }

    fn state(&self) -> PathBuf {
        self.home.join("state/bench")
    }

    fn add_issues(&self, count: u64) {
        self.acp
            .with(&[
                "issue",
                "create",
                "--no-label",
                "--title",
                "An issue of the usual length",
            ])
            .stdout();
        let forge = self.home.join("state/forge/local/bench");
        let log = Journal::open(&forge.join("events.jsonl"), &forge.join("forge.lock"));
        let lines: Vec<Value> = log.read(0).unwrap().records;
        let (first, seq) = (lines.last().unwrap(), lines.len() as u64);
        for n in 2..=count {
            let mut line = first.clone();
            line["seq"] = (seq + n - 1).into();
            line["intent"] = format!("{n:016x}").into();
            line["applied"]["number"] = n.into();
            let issue = &mut line["objects"][0]["issue"];
            issue["number"] = n.into();
            issue["title"] = format!("An issue of the usual length, number {n}").into();
            if n % 2 == 0 {
                issue["state"] = "closed".into();
            }
            log.append(&line).unwrap();
        }
        let listed = self
            .acp
            .with(&["issue", "list", "--all", "--plain"])
            .stdout();
        assert_eq!(
            listed.lines().count() as u64,
            count,
            "not all issues are listed"
        );
    }

    fn add_run(&self, n: u64, place: &str) {
        let at: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let at = at + i64::try_from(n).unwrap().minutes();
        let item = ItemId::issue(2 * n + 2);
        let id: RunId = format!("{}-issue-{}-a1", at.strftime("%Y%m%d-%H%M%S"), item.number)
            .parse()
            .unwrap();
        let sha: acp::domain::Sha = "a".repeat(40).parse().unwrap();
        let end = RunEnd {
            started: Some(at),
            ended: at,
            outcome: Outcome::Implemented {
                commit: sha.clone(),
            },
        };
        let run = Run {
            id: id.clone(),
            profile: "bench".parse().unwrap(),
            item,
            task: Task::Implement,
            agent: "command".to_owned(),
            attempt: 1,
            title: format!("An issue of the usual length, number {n}"),
            branch: format!("agent/issue-{}-a1", item.number).parse().unwrap(),
            base: "main".parse().unwrap(),
            start: sha,
            merge: None,
            created: at,
            text: None,
            resumes: 0,
            state: if place == "runs" {
                RunState::Judged { end, at }
            } else {
                RunState::Closed {
                    end,
                    at,
                    reason: "its pull request is merged".to_owned(),
                }
            },
        };
        let folder = self.state().join(place).join(id.as_str());
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("run.json"), encode_record(&run)).unwrap();
        fs::write(
            folder.join("findings.json"),
            encode_record(&RunFindings::default()),
        )
        .unwrap();
        fs::write(folder.join("agent.log"), "done\n").unwrap();
    }

    /// From before a heartbeat is started to the first command of the agent that it launches, in this sandbox.
    pub(crate) fn pass_start_to_agent(&self, sandbox: &'static str) -> Duration {
        let acp = self.acp.clone().var("ACP_SANDBOX", sandbox);
        acp.with(&["issue", "create", "--title", "Work"]).stdout();
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        acp.with(&["heartbeat"]).stdout();
        let stamp = (0..500).find_map(|_| {
            let found = self.stamps().into_iter().find(|stamp| *stamp > begun);
            if found.is_none() {
                std::thread::sleep(Duration::from_millis(10));
            }
            found
        });
        acp.with(&["heartbeat", "--until-idle", "--timeout", "20s"])
            .stdout();
        stamp.unwrap().saturating_sub(begun)
    }

    /// From before the agent's command is started by nobody but this program to its first command.
    pub(crate) fn bare_agent(&self) -> Duration {
        let agent = Acp::other("sh", &["-c", STAMP]).at(&self.repo);
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let said = agent.stdout();
        let stamp = Duration::from_nanos(said.trim().parse().unwrap());
        stamp.saturating_sub(begun)
    }

    /// What agents have written, as times since 1970.
    fn stamps(&self) -> Vec<Duration> {
        let runs = fs::read_dir(self.state().join("runs")).unwrap();
        let logs =
            runs.filter_map(|run| fs::read_to_string(run.ok()?.path().join("agent.log")).ok());
        let stamp = |log: String| {
            let line = log
                .lines()
                .find(|line| line.bytes().all(|b| b.is_ascii_digit()))?;
            Some(Duration::from_nanos(line.parse().ok()?))
        };
        logs.filter_map(stamp).collect()
    }

    pub(crate) fn worktree_add(&self) -> Duration {
        let repo = self.state().join("repo.git");
        let path = self.home.join("worktree");
        let path = path.to_str().unwrap();
        let add = Acp::other(
            "git",
            &["worktree", "add", "--quiet", "--detach", path, "main"],
        );
        let begun = std::time::Instant::now();
        add.at(&repo).stdout();
        let took = begun.elapsed();
        Acp::other("git", &["worktree", "remove", "--force", path])
            .at(&repo)
            .stdout();
        took
    }
}

/// Two commits; the second changes 100 files.
fn make_repo(repo: &Path) {
    fs::create_dir_all(repo).unwrap();
    let git = |args: &[&str]| Acp::other("git", args).at(repo).stdout();
    git(&["init", "--quiet", "--initial-branch=main"]);
    for text in ["one\n", "one\ntwo\n"] {
        for n in 0..100 {
            let folder = repo.join(format!("src/part{n}"));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("file.txt"), text).unwrap();
        }
        git(&["add", "--all"]);
        let name = [
            "-c",
            "user.name=bench",
            "-c",
            "user.email=bench@example.org",
        ];
        git(&[&name[..], &["commit", "--quiet", "-m", "a commit"]].concat());
    }
}
