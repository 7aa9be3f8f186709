//! A repository under control: a checkout, a local forge, and an agent that is a shell script.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::env::{Ended, TestEnv};

/// An agent that does what it was asked: one more file, and a report.
pub(crate) const GOOD: &str = "echo \"work for $ACP_ITEM\" > work.txt\nacp report implemented\n";

/// Where the checkout is, in the test's folder.
pub(crate) const CHECKOUT: &str = "home/web";

/// Short waits, so that a failure is tried again in the same test.
pub(crate) const QUICK: &str = "retry: { delays: [1ms], attempts_max: 2 }\n";

impl TestEnv {
    /// A test with a checkout in `home/web` that has one commit on `main`. Time and chance are the machine's own: processes of acp
    /// that follow each other must neither go back in time nor draw the same nonces.
    pub(crate) fn repo() -> Self {
        let env = Self::new().var("ACP_TEST_NOW", "").var("ACP_TEST_SEED", "");
        fs::create_dir(env.path(CHECKOUT)).unwrap();
        let _made = env.git(&["init", "-q"]);
        env.commit("README.md", "hello\n");
        env
    }

    /// The same, with a profile `web` whose agent is this script.
    pub(crate) fn under(script: &str) -> Self {
        let env = Self::repo();
        env.init(script, &[]);
        env
    }

    /// The same, with more of the profile: whole sections that `init` does not write.
    pub(crate) fn under_with(script: &str, sections: &str) -> Self {
        let env = Self::under(script);
        env.profile(|text| format!("{text}\n{sections}"));
        env
    }

    /// A test with a checkout, whose programs of [`TestEnv::program`] come before those of the machine.
    pub(crate) fn with_programs() -> Self {
        let env = Self::repo();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", env.path("bin").display());
        env.var("PATH", &path)
    }

    /// `acp init` with this script as the agent.
    #[track_caller]
    pub(crate) fn init(&self, script: &str, more: &[&str]) {
        self.agent(script);
        let line = format!("sh '{}'", self.path("agent.sh").display());
        let args = ["init", "--yes", "--agent-command", &line];
        let _made = self.acp(&[&args[..], more].concat()).ok();
    }

    /// Gives the agent another script.
    pub(crate) fn agent(&self, script: &str) {
        self.write("agent.sh", &format!("cat > /dev/null\n{script}"));
    }

    /// Changes the profile.
    #[track_caller]
    pub(crate) fn profile(&self, change: impl Fn(String) -> String) {
        let file = "acp/config/profiles/web.yaml";
        let text = change(self.read(file));
        self.write(file, &text);
    }

    /// Sets one line of the profile that `init` wrote.
    #[track_caller]
    pub(crate) fn set(&self, old: &str, new: &str) {
        self.profile(|text| {
            assert!(text.contains(old), "no `{old}` in {text}");
            text.replace(old, new)
        });
    }

    /// Calls git in the checkout.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.path(CHECKOUT), args)
    }

    /// Calls git somewhere else.
    #[track_caller]
    pub(crate) fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        let output = self
            .command("git")
            .args(args)
            .current_dir(folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "git {args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Commits a file in the checkout.
    #[track_caller]
    pub(crate) fn commit(&self, name: &str, text: &str) {
        self.write(&format!("{CHECKOUT}/{name}"), text);
        let _added = self.git(&["add", "-f", "."]);
        let _made = self.git(&["commit", "-qm", name]);
    }

    /// Opens an issue with the intake label and gives its number.
    #[track_caller]
    pub(crate) fn issue(&self, title: &str) -> u64 {
        self.issue_with(title, &[])
    }

    /// The same, with more flags.
    #[track_caller]
    pub(crate) fn issue_with(&self, title: &str, more: &[&str]) -> u64 {
        let args = ["issue", "create", &format!("--title={title}")];
        let made = self.acp(&[&args[..], more].concat()).ok();
        let number = made.stdout.trim().strip_prefix("issue/").unwrap();
        number.parse().unwrap()
    }

    /// Passes until nothing moves by itself.
    #[track_caller]
    pub(crate) fn until_idle(&self) -> Ended {
        let idle = self
            .acp(&["heartbeat", "--until-idle", "--timeout", "60s"])
            .ok();
        // Shown when the test fails.
        println!("{}{}", idle.stdout, idle.stderr);
        idle
    }

    /// A program of that name on PATH, as lines of the shell.
    pub(crate) fn program(&self, name: &str, body: &str) {
        let path = self.write(&format!("bin/{name}"), &format!("#!/bin/sh\n{body}\n"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// The same world with a git that first notes what it is called with, and the file that has a line for each call.
    pub(crate) fn noting_git(self) -> (Self, PathBuf) {
        let real = self.command("sh").args(["-c", "command -v git"]).output();
        let real = String::from_utf8(real.unwrap().stdout).unwrap();
        let calls = self.path("calls");
        let body = format!(
            "echo \"$*\" >> '{}'\nexec {} \"$@\"",
            calls.display(),
            real.trim()
        );
        self.program("git", &body);
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.path("bin").display());
        (self.var("PATH", &path), calls)
    }

    /// One pass, as JSON.
    #[track_caller]
    pub(crate) fn pass(&self) -> Value {
        self.data(&["heartbeat"])
    }

    /// Passes until the item is in this state or lane, or wears this code of `why`.
    #[track_caller]
    pub(crate) fn passes_until(&self, item: &str, code: &str) -> Value {
        let mut last = Value::Null;
        for _ in 0..200 {
            let _pass = self.pass();
            last = self.why(item);
            if last["code"] == code {
                return last;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("{item} never came to `{code}`: {last}");
    }

    /// Waits until a file of this name is somewhere below a folder of the test.
    #[track_caller]
    pub(crate) fn wait_for(&self, inside: &str, name: &str) {
        for _ in 0..400 {
            let mut files = self.all_files(inside).into_iter();
            if files.any(|(path, _)| path.ends_with(name)) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(25));
        }
        panic!("no `{name}` came below {inside}");
    }

    /// The data of a call with `--json`.
    #[track_caller]
    pub(crate) fn data(&self, args: &[&str]) -> Value {
        let json = self.acp(&[args, &["--json"]].concat()).ok().json();
        json["data"].clone()
    }

    /// What `why` says of it.
    #[track_caller]
    pub(crate) fn why(&self, item: &str) -> Value {
        self.data(&["why", item])
    }

    /// One issue.
    #[track_caller]
    pub(crate) fn show(&self, noun: &str, number: u64) -> Value {
        self.data(&[noun, "show", &number.to_string()])
    }

    /// Every run that there ever was.
    #[track_caller]
    pub(crate) fn runs(&self) -> Vec<Value> {
        let runs = self.data(&["run", "list", "--all"]);
        runs.as_array().unwrap().clone()
    }

    /// Every pull request that there ever was.
    #[track_caller]
    pub(crate) fn pulls(&self) -> Vec<Value> {
        let pulls = self.data(&["pr", "list", "--all"]);
        pulls.as_array().unwrap().clone()
    }

    /// The repository of the local forge.
    pub(crate) fn forge_repo(&self) -> PathBuf {
        self.path("acp/state/forge/local/web/repo.git")
    }

    /// A file at the tip of the forge's base branch.
    pub(crate) fn merged(&self, file: &str) -> Option<String> {
        let spec = format!("main:{file}");
        let output = self
            .command("git")
            .args(["show", &spec])
            .current_dir(self.forge_repo())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        output.status.success().then_some(text)
    }

    /// Names and bytes of every file below a folder of the test.
    pub(crate) fn all_files(&self, inside: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let (mut files, mut folders) = (vec![], vec![self.path(inside)]);
        while let Some(folder) = folders.pop() {
            // A run may be at work, and what was listed be gone.
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let Ok(kind) = entry.file_type() else {
                    continue;
                };
                if kind.is_dir() {
                    folders.push(entry.path());
                }
                let is_file = kind.is_file();
                let bytes = is_file.then(|| fs::read(entry.path()).unwrap_or_default());
                files.push((entry.path(), bytes.unwrap_or_default()));
            }
        }
        files.sort();
        files
    }

    /// Everything on disk that acp could have changed.
    pub(crate) fn everything(&self) -> Vec<(PathBuf, Vec<u8>)> {
        [self.all_files("acp"), self.all_files("home")].concat()
    }
}

/// The texts in a JSON array.
#[track_caller]
pub(crate) fn texts(array: &Value) -> Vec<&str> {
    let values = array.as_array().unwrap().iter();
    values.map(|value| value.as_str().unwrap()).collect()
}
