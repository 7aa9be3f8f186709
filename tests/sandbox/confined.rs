//! What is confined, by what, and what follows when it cannot be.

use crate::env::TestEnv;
use crate::machine::can_confine;
use crate::place::{SECRET, log, look_in_commands, place};
use crate::repo::GOOD;

#[test]
fn an_issue_becomes_a_merged_change_with_everything_confined() {
    if !can_confine("a whole run") {
        return;
    }
    let env = place(GOOD, "");
    let secret = env.path("home/.ssh/id_ed25519");
    let look = format!("test ! -e '{}' && test $$ -lt 50", secret.display());
    look_in_commands(&env, &look);
    env.issue("Add work");
    let _idle = env.until_idle();
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n"),
        "{}",
        log(&env)
    );
    assert!(!log(&env).contains(SECRET));
}

#[test]
fn with_a_named_sandbox_that_does_not_work_nothing_starts() {
    let env = place(GOOD, "");
    // Everything but bwrap.
    let tools = env.path("tools");
    std::fs::create_dir(&tools).unwrap();
    for tool in ["git", "sh", "cat", "test", "echo"] {
        let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
            .map(|folder| folder.join(tool))
            .find(|file| file.is_file());
        if let Some(found) = found {
            std::os::unix::fs::symlink(found, tools.join(tool)).unwrap();
        }
    }
    let env = env.var("PATH", tools.to_str().unwrap());
    env.issue("Add work");
    let _pass = env.acp(&["heartbeat"]);
    assert!(env.runs().is_empty());
    let why = env.why("issue/1").to_string();
    assert!(
        why.contains("`sandbox.kind: bubblewrap` cannot work: `bwrap` is not on PATH"),
        "{why}"
    );

    // What a broken one says comes from the trial before the first launch, and holds for a while.
    env.write(
        "tools/bwrap",
        "#!/bin/sh\necho 'bwrap: No permissions' >&2\nexit 1\n",
    );
    let chmod = env
        .command("/bin/chmod")
        .arg("+x")
        .arg(tools.join("bwrap"))
        .status();
    assert!(chmod.unwrap().success());
    let pass = env.acp(&["heartbeat"]);
    assert!(pass.stdout.contains("does not work here"), "{pass:?}");
    assert!(env.runs().is_empty());
    let why = env.why("issue/1").to_string();
    assert!(
        why.contains("does not work here (bwrap: No permissions)"),
        "{why}"
    );

    // `auto` starts without one, and says so once.
    let env = env.var("ACP_SANDBOX", "auto");
    let idle = env.until_idle();
    let warning = "agents run without a sandbox: they can read and change what your account can";
    assert_eq!(idle.stderr.matches(warning).count(), 1, "{idle:?}");
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n")
    );
}

#[test]
fn an_agent_may_be_left_unconfined_by_name() {
    let env = place("", "");
    let beside = env.path("beside.txt");
    env.agent(&format!("echo x > '{}'\n{GOOD}", beside.display()));
    env.profile(|text| {
        let at = text.find("    command:\n").unwrap() + "    command:\n".len();
        format!("{}      sandbox: none\n{}", &text[..at], &text[at..])
    });
    env.issue("Add work");
    let idle = env.until_idle();
    assert!(beside.exists(), "{}", log(&env));
    let warning = "agents run without a sandbox: they can read and change what your account can";
    assert_eq!(idle.stderr.matches(warning).count(), 1, "{idle:?}");
    let setting = "`agents.settings.command.sandbox` is none";
    assert!(idle.stderr.contains(setting), "{idle:?}");
    // It is said once for a profile.
    env.issue("Add more");
    let idle = env.until_idle();
    assert_eq!(env.runs().len(), 2);
    assert!(!idle.stderr.contains(warning), "{idle:?}");

    // The kind of the whole profile is said in the same way.
    let env = place(GOOD, "").var("ACP_SANDBOX", "none");
    env.issue("Add work");
    let idle = env.until_idle();
    assert_eq!(idle.stderr.matches(warning).count(), 1, "{idle:?}");
    assert!(idle.stderr.contains("`sandbox.kind` is none"), "{idle:?}");
}

#[test]
fn limits_hold_inside() {
    if !can_confine("limits") {
        return;
    }
    let lines = "head -c 3000000 /dev/zero > big; echo \"BYTES $(wc -c < big)\"; rm -f big\n\
                 dd if=/dev/zero of=/dev/null bs=150M count=1 2>/dev/null && echo MEMORY\n\
                 (for n in $(seq 60); do sleep 2 & done; echo FORKED; wait) 2>&1\n";
    let limits = "  file_size: 1MB\n  memory: 64MB\n  processes: 40\n";
    let env = place(&format!("{lines}{GOOD}"), limits);
    env.issue("Use too much");
    let _idle = env.until_idle();
    let text = log(&env);
    let bytes: u64 = text
        .split("BYTES ")
        .nth(1)
        .unwrap()
        .split_whitespace()
        .next()
        .unwrap()
        .parse()
        .unwrap();
    assert!((900_000..=1_000_448).contains(&bytes), "{text}");
    assert!(!text.contains("MEMORY"), "{text}");
    // Root is beyond this limit.
    let root = std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0;
    assert!(root || !text.contains("FORKED"), "{text}");
}

#[test]
fn the_trial_is_made_once() {
    if !can_confine("the trial") {
        return;
    }
    let env: TestEnv = place(GOOD, "");
    env.issue("Add work");
    let _idle = env.until_idle();
    let note = env.read("acp/state/web/sandbox.json");
    assert!(note.contains("\"failed\":null"), "{note}");
    env.issue("Add more");
    let _idle = env.until_idle();
    assert_eq!(env.read("acp/state/web/sandbox.json"), note);
}

#[test]
fn the_proof_holds_and_leaves_nothing() {
    if !can_confine("the proof") {
        return;
    }
    let env = place("", "  network: \"off\"\n");
    let home = acp::store::Home::below(&env.path("acp"));
    let at = |inside: &str| env.path(inside).display().to_string();
    let vars = acp::sys::Env::from_pairs([
        ("HOME", at("home")),
        ("ACP_HOME", at("acp")),
        ("PATH", std::env::var("PATH").unwrap()),
        ("ACP_SANDBOX", "bubblewrap".to_owned()),
        ("GITHUB_TOKEN", SECRET.to_owned()),
    ]);
    let id = "web".parse().unwrap();
    let none = acp::profile::Overrides::none();
    let rules = acp::profile::load(&home.config, &id, &vars, &none)
        .unwrap()
        .rules;
    let clock = acp::sys::SystemClock::new();
    let store = acp::store::Store::new(home.layout(&id));
    let before = env.all_files("acp").len();
    let binary = env!("CARGO_BIN_EXE_acp").into();
    let workers =
        acp::worker::LocalWorkers::new(store, rules, &vars, &clock, acp::agent::by_name, binary);
    let proof = acp::worker::Workers::prove_sandbox(&workers, "command").unwrap();
    assert_eq!((proof.backend, proof.missing), ("bubblewrap", None));
    assert!(proof.findings.len() >= 10, "{:?}", proof.findings);
    assert!(
        proof.findings.iter().all(|finding| finding.holds),
        "{:?}",
        proof.findings
    );
    // The note of the trial is new.
    assert_eq!(env.all_files("acp").len(), before + 1);
}

/// Stands for an engine: notes how it is called, and runs the command as if it were in a container.
const ENGINE: &str = r#"#!/bin/sh
echo "$*" >> "$(dirname "$0")/calls"
[ "$1" = run ] || exit 0
while [ "$1" != -- ]; do
    case $1 in --entrypoint) program=$2 ;; --workdir) folder=$2 ;; esac
    shift
done
shift 2
cd "$folder" && exec "$program" "$@"
"#;

#[test]
fn a_container_has_the_runs_name_and_is_ended_by_it() {
    let env = place(GOOD, "  image: tools:1\n");
    let engine = env.write("tools/docker", ENGINE);
    let chmod = env.command("chmod").arg("+x").arg(&engine).status();
    assert!(chmod.unwrap().success());
    let path = format!(
        "{}:{}",
        env.path("tools").display(),
        std::env::var("PATH").unwrap()
    );
    let env = env.var("PATH", &path).var("ACP_SANDBOX", "docker");
    env.issue("Add work");
    let _idle = env.until_idle();
    assert_eq!(
        env.merged("work.txt").as_deref(),
        Some("work for issue/1\n"),
        "{}",
        log(&env)
    );
    let calls = env.read("tools/calls");
    let run = env.runs()[0]["id"].as_str().unwrap().to_owned();
    let (_, ended) = calls.split_once("rm --force --volumes acp-2").unwrap();
    let name = format!("acp-2{}", ended.split_whitespace().next().unwrap());
    assert!(name.starts_with(&format!("acp-{run}-")), "{calls}");
    assert!(calls.contains(&format!(" --name {name} ")), "{calls}");
    assert!(!calls.contains(SECRET), "{calls}");
}
