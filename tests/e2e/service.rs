//! `acp service`: timers for systemd, launchd and cron, told to stand-ins and read by the real checkers.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::env::{TestEnv, names};
use crate::repo::GOOD;

/// Notes its arguments and answers as a manager that has the timer, when there is a mark that it was enabled.
pub(crate) const SYSTEMCTL: &str = r#"#!/bin/sh
echo "$*" >> "$STANDIN/calls"
shift
case "$1" in
show) if [ -e "$STANDIN/on" ]; then printf 'ActiveState=active\nUnitFileState=enabled\n'; else printf 'ActiveState=inactive\nUnitFileState=\n'; fi ;;
enable) touch "$STANDIN/on" ;;
disable) rm -f "$STANDIN/on" ;;
esac
"#;

/// The same for several timers: a mark for each.
const EACH_TIMER: &str = r#"#!/bin/sh
for unit; do :; done
case "$2" in
show) if [ -e "$STANDIN/$unit" ]; then printf 'ActiveState=active\nUnitFileState=enabled\n'; else printf 'ActiveState=inactive\nUnitFileState=\n'; fi ;;
enable) touch "$STANDIN/$unit" ;;
disable) rm -f "$STANDIN/$unit" ;;
esac
"#;

const LAUNCHCTL: &str = r#"#!/bin/sh
echo "$*" >> "$STANDIN/calls"
case "$1" in
print) [ -e "$STANDIN/on" ] ;;
bootstrap) [ ! -e "$STANDIN/on" ] && touch "$STANDIN/on" ;;
bootout) rm "$STANDIN/on" ;;
esac
"#;

pub(crate) const CRONTAB: &str = r#"#!/bin/sh
case "$1" in
-l) if [ -e "$STANDIN/table" ]; then cat "$STANDIN/table"; else echo "no crontab for tester" >&2; exit 1; fi ;;
-) cat > "$STANDIN/table" ;;
esac
"#;

/// A profile `web` and a manager of that name that is a script.
pub(crate) fn with(manager: &str, script: &str) -> TestEnv {
    let env = TestEnv::under(GOOD);
    let file = env.write(&format!("standin/bin/{manager}"), script);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let standin = env.path("standin");
    let path = format!(
        "{}/bin:relative:{}",
        standin.display(),
        std::env::var("PATH").unwrap()
    );
    env.var("STANDIN", standin.to_str().unwrap())
        .var("PATH", &path)
}

/// What the stand-in was asked since the last time.
fn calls(env: &TestEnv) -> Vec<String> {
    let file = env.path("standin/calls");
    let said = fs::read_to_string(&file).unwrap_or_default();
    let _none = fs::remove_file(&file);
    said.lines().map(str::to_owned).collect()
}

fn units(env: &TestEnv) -> [PathBuf; 2] {
    ["acp-web.service", "acp-web.timer"]
        .map(|name| env.path("home/.config/systemd/user").join(name))
}

fn one(env: &TestEnv, args: &[&str]) -> Value {
    env.data(args)[0].clone()
}

#[test]
fn units_are_installed_once_and_the_real_checker_has_nothing_to_say() {
    let env = with("systemctl", SYSTEMCTL);
    let made = one(
        &env,
        &["service", "install", "--kind", "systemd", "--every", "90s"],
    );
    assert_eq!(
        (&made["every_s"], &made["kind"]),
        (&Value::from(90), &Value::from("systemd"))
    );
    assert_eq!(made["written"].as_array().unwrap().len(), 2);
    assert_eq!(
        calls(&env),
        [
            "--user show --property=ActiveState,UnitFileState acp-web.timer",
            "--user daemon-reload",
            "--user enable --now acp-web.timer",
            "--user show --property=ActiveState,UnitFileState acp-web.timer",
        ]
    );
    let [service, timer] = units(&env).map(|file| fs::read_to_string(file).unwrap());
    assert!(
        service.contains("KillMode=process\nDelegate=yes\n"),
        "{service}"
    );
    assert!(
        timer.contains("OnUnitInactiveSec=90s\nAccuracySec=9s\n"),
        "{timer}"
    );
    assert!(service.contains(&format!("\"ACP_HOME={}\"", env.path("acp").display())));
    assert!(
        service.contains("standin/bin:") && !service.contains("relative"),
        "{service}"
    );

    let mut verify = env.command("systemd-analyze");
    verify.args(["verify", "--user"]).args(units(&env));
    let said = verify
        .env("XDG_RUNTIME_DIR", env.path("tmp"))
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    assert_eq!(String::from_utf8_lossy(&said.stderr), "");

    // The same again writes nothing; systemd is told, in case it was not the first time.
    let again = one(&env, &["service", "install"]);
    assert_eq!(
        (&again["every_s"], &again["written"]),
        (&Value::from(90), &Value::from(Vec::<Value>::new()))
    );
    assert_eq!(
        calls(&env)[1..3],
        ["--user daemon-reload", "--user enable --now acp-web.timer"]
    );
    // Another period: the timer alone.
    let other = one(&env, &["service", "install", "--every", "5m"]);
    let written = other["written"].as_array().unwrap();
    assert!(
        written.len() == 1 && written[0].as_str().unwrap().ends_with("acp-web.timer"),
        "{written:?}"
    );
    let told = calls(&env);
    assert_eq!(
        told[1..4],
        [
            "--user daemon-reload",
            "--user enable --now acp-web.timer",
            "--user restart acp-web.timer"
        ]
    );
}

#[test]
fn an_installation_that_the_manager_never_heard_of_is_made_up_for() {
    let env = with("systemctl", SYSTEMCTL);
    let _made = one(
        &env,
        &["service", "install", "--kind", "systemd", "--every", "90s"],
    );
    // systemd was not told of a new period: the same again makes up for it.
    let script = env.read("standin/bin/systemctl");
    env.write(
        "standin/bin/systemctl",
        &script.replace("\ncase", "\n[ \"$1\" = daemon-reload ] && exit 1\ncase"),
    );
    let _failed = env.acp(&["service", "install", "--every", "10m"]).with(69);
    env.write("standin/bin/systemctl", &script);
    let _told = calls(&env);
    let _again = env.acp(&["service", "install", "--every", "10m"]).ok();
    assert!(calls(&env).contains(&"--user daemon-reload".to_owned()));
}

#[test]
fn a_unit_is_as_closed_as_a_users_manager_and_the_sandbox_of_runs_allow() {
    let env = with("systemctl", SYSTEMCTL);
    let score = |env: &TestEnv| -> f64 {
        let [service, _] = units(env);
        let mut analyze = env.command("systemd-analyze");
        analyze
            .args(["security", "--offline=true", "--user", "--no-pager"])
            .arg(service);
        let said = analyze
            .env("XDG_RUNTIME_DIR", env.path("tmp"))
            .output()
            .unwrap();
        let said = String::from_utf8(said.stdout).unwrap();
        let (_, last) = said
            .rsplit_once("exposure level for acp-web.service: ")
            .unwrap();
        last.split_whitespace().next().unwrap().parse().unwrap()
    };
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let closed = score(&env);
    assert!(closed <= 8.2, "{closed}");
    let text = fs::read_to_string(&units(&env)[0]).unwrap();
    // A user's manager ends a unit with any of these before it begins, or takes bubblewrap's namespaces away.
    for harmful in [
        "CapabilityBoundingSet",
        "Protect",
        "Private",
        "RestrictNamespaces",
        "MemoryDenyWriteExecute",
    ] {
        assert!(!text.contains(harmful), "{harmful}: {text}");
    }
    // The helpers of rootless Podman have the setuid bit.
    env.profile(|text| format!("{text}\nsandbox: {{ kind: podman, image: x }}\n"));
    let _made = env.acp(&["service", "install"]).ok();
    assert!(
        !fs::read_to_string(&units(&env)[0])
            .unwrap()
            .contains("NoNewPrivileges")
    );
}

#[test]
fn no_secret_of_the_shell_gets_into_a_timer_and_what_is_lost_is_named() {
    let token = "ghp_aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5";
    let key = "sk-ant-api03-not-for-files";
    for (kind, manager, script, holds) in [
        ("systemd", "systemctl", SYSTEMCTL, "acp-web.service"),
        ("launchd", "launchctl", LAUNCHCTL, "acp.web.plist"),
        ("cron", "crontab", CRONTAB, "standin/table"),
    ] {
        let env = with(manager, script)
            .var("HTTPS_PROXY", "http://me:hunter22@127.0.0.1:3128")
            .var("ACP_WRITES", "draft")
            .var("BOT_TOKEN", token)
            .var("HOOK_ADDRESS", "https://hooks.example.org/hush")
            .var("ANTHROPIC_API_KEY", key)
            .var("GH_TOKEN", token);
        env.set("use: command", "use: claude");
        env.profile(|text| {
            format!(
                "{text}\nnotify:\n  to:\n\
                 \x20   bot: {{ kind: telegram, chat: '7', token: {{ env: BOT_TOKEN }} }}\n\
                 \x20   chat: {{ kind: slack, address: {{ env: HOOK_ADDRESS }} }}\n"
            )
        });
        let made = env.acp(&["service", "install", "--kind", kind]).ok();
        made.says("`HTTPS_PROXY` is set in this shell and not for the timer");
        made.says("`ACP_WRITES`");
        for name in ["BOT_TOKEN", "HOOK_ADDRESS", "ANTHROPIC_API_KEY"] {
            made.says(&format!("`{name}` is set in this shell"));
        }
        let files = env.all_files("");
        let ours = |file: &PathBuf| file.ends_with(holds);
        assert!(files.iter().any(|(file, _)| ours(file)), "no {holds}");
        for (file, text) in files {
            let text = String::from_utf8_lossy(&text);
            for secret in [token, key, "hunter22", "hooks.example.org"] {
                assert!(!text.contains(secret), "{secret} in {}", file.display());
            }
        }
    }
}

#[test]
fn a_dry_run_prints_the_units_and_touches_nothing() {
    let env = with("systemctl", SYSTEMCTL);
    let before = env.everything();
    let shown = env
        .acp(&["service", "install", "--kind", "systemd", "--dry-run"])
        .ok();
    assert!(shown.stdout.contains("OnUnitInactiveSec=60s") && shown.stdout.contains("[Install]"));
    let plan = one(
        &env,
        &["service", "install", "--kind", "launchd", "--dry-run"],
    );
    assert!(
        plan["files"][0]["text"]
            .as_str()
            .unwrap()
            .starts_with("<?xml")
    );
    assert_eq!(env.everything(), before);
    assert_eq!(calls(&env), [""; 0]);
    for every in ["5s", "2d", "1500ms", "soon"] {
        let _wrong = env.acp(&["service", "install", "--every", every]).with(2);
    }
}

#[test]
fn a_manager_that_does_not_answer_leaves_nothing_behind() {
    let env = with(
        "systemctl",
        "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n",
    );
    let failed = env
        .acp(&["service", "install", "--kind", "systemd"])
        .with(69);
    failed.says("No medium found");
    failed.says("acp heartbeat --loop");
    assert!(!units(&env)[0].exists() && !env.path("acp/state/web/timer.json").exists());
    let status = one(&env, &["service", "status"]);
    assert_eq!(
        (&status["state"], &status["kind"]),
        (&Value::from("none"), &Value::Null)
    );
}

#[test]
fn what_acp_did_not_write_is_not_replaced() {
    let env = with("systemctl", SYSTEMCTL);
    env.write(
        "home/.config/systemd/user/acp-web.service",
        "[Service]\nExecStart=/bin/mine\n",
    );
    let refused = env
        .acp(&["service", "install", "--kind", "systemd"])
        .with(77);
    refused.says("acp did not write it");
    assert_eq!(
        env.read("home/.config/systemd/user/acp-web.service"),
        "[Service]\nExecStart=/bin/mine\n"
    );
    fs::remove_file(&units(&env)[0]).unwrap();
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    // The same profile in another home.
    fs::create_dir(env.path("elsewhere")).unwrap();
    let config = env.path("elsewhere/config/profiles");
    fs::create_dir_all(&config).unwrap();
    fs::copy(
        env.path("acp/config/profiles/web.yaml"),
        config.join("web.yaml"),
    )
    .unwrap();
    let elsewhere = env.path("elsewhere").display().to_string();
    let env = env.var("ACP_HOME", &elsewhere);
    let refused = env
        .acp(&["service", "install", "--kind", "systemd"])
        .with(77);
    refused.says("keeps its state elsewhere");
}

#[test]
fn a_timer_is_stopped_started_and_taken_away() {
    let env = with("systemctl", SYSTEMCTL);
    let _none = env.acp(&["service", "stop"]).with(66);
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let state = |env: &TestEnv| one(env, &["service", "status"])["state"].clone();
    assert_eq!(state(&env), "on");
    let _stopped = env.acp(&["service", "stop"]).ok();
    assert!(calls(&env).contains(&"--user disable --now acp-web.timer".to_owned()));
    assert_eq!(state(&env), "off");
    // Nobody is told of passes that are missed on purpose.
    let screen = env.data(&["status"]);
    assert_eq!(
        (&screen["timer"], &screen["next_pass"]),
        (&Value::Null, &Value::Null)
    );
    let _started = env.acp(&["service", "start"]).ok();
    assert_eq!(state(&env), "on");
    fs::remove_file(env.path("standin/on")).unwrap();
    assert_eq!(state(&env), "not running");
    fs::write(&units(&env)[1], "# Written by hand\n").unwrap();
    let status = one(&env, &["service", "status"]);
    let troubles = status["troubles"].to_string();
    assert!(
        troubles.contains("changed since it was installed")
            && troubles.contains("acp service install"),
        "{troubles}"
    );
    let _gone = env.acp(&["service", "uninstall"]).ok();
    assert!(units(&env).iter().all(|file| !file.exists()));
    assert!(!env.path("acp/state/web/timer.json").exists());
    env.acp(&["service", "uninstall"])
        .ok()
        .says("no timer was installed");
    assert_eq!(state(&env), "none");
}

#[test]
fn a_timer_for_each_profile() {
    let env = with("systemctl", EACH_TIMER);
    env.init(GOOD, &["--profile", "second", "--no-remote"]);
    let folder = env.path("home/.config/systemd/user");
    let of_both = |rows: &Value, key: &str| -> Vec<(String, Value)> {
        let name = |row: &Value| row["profile"].as_str().unwrap().to_owned();
        let rows = rows.as_array().unwrap().iter();
        rows.map(|row| (name(row), row[key].clone())).collect()
    };
    let both = |second: &str, web: &str| {
        let named = [("second", second), ("web", web)];
        named.map(|(name, value)| (name.to_owned(), Value::from(value)))
    };
    let states = |env: &TestEnv| of_both(&env.data(&["service", "status"]), "state");
    let all = |verb: &str| env.acp(&["service", verb, "--all"]).ok().stdout;
    assert_eq!(states(&env), both("none", "none"));

    let args = [
        "service", "install", "--all", "--kind", "systemd", "--every", "2m",
    ];
    let made = env.data(&args);
    assert_eq!(of_both(&made, "kind"), both("systemd", "systemd"));
    let units = [
        "acp-second.service",
        "acp-second.timer",
        "acp-web.service",
        "acp-web.timer",
    ];
    assert_eq!(names(&folder), units);
    for id in ["second", "web"] {
        let service = fs::read_to_string(folder.join(format!("acp-{id}.service"))).unwrap();
        let own = format!("\"--profile\" \"{id}\"\n");
        assert!(service.contains(&own), "{service}");
        let timer = fs::read_to_string(folder.join(format!("acp-{id}.timer"))).unwrap();
        let own = format!("OnUnitInactiveSec=120s\nAccuracySec=12s\nUnit=acp-{id}.service\n");
        assert!(timer.contains(&own), "{timer}");
    }
    assert_eq!(states(&env), both("on", "on"));

    let stopped = all("stop");
    assert!(
        stopped.contains("second") && stopped.contains("web"),
        "{stopped}"
    );
    assert_eq!(states(&env), both("off", "off"));
    let _one = env.acp(&["service", "start", "--profile", "web"]).ok();
    assert_eq!(states(&env), both("off", "on"));
    let _both = all("start");
    assert_eq!(states(&env), both("on", "on"));
    // One that has none is passed over, and is named where it could be missed.
    let _one = env
        .acp(&["service", "uninstall", "--profile", "second"])
        .ok();
    assert_eq!(names(&folder), units[2..]);
    let stopped = all("stop");
    assert!(
        !stopped.contains("second") && stopped.contains("web"),
        "{stopped}"
    );
    assert_eq!(states(&env), both("none", "off"));
    env.acp(&["service", "uninstall", "--all"])
        .ok()
        .says("no timer was installed for the profile `second`");
    assert_eq!(names(&folder), [""; 0]);
    assert_eq!(states(&env), both("none", "none"));
}

#[test]
fn what_units_printed_is_asked_of_the_journal() {
    let env = with("systemctl", SYSTEMCTL);
    let journal = env.write(
        "standin/bin/journalctl",
        "#!/bin/sh\necho \"journalctl $*\" >> \"$STANDIN/calls\"\nprintf 'one\\ntwo \\033[2J\\nthree\\n'\n",
    );
    fs::set_permissions(&journal, fs::Permissions::from_mode(0o755)).unwrap();
    env.acp(&["service", "logs"])
        .with(66)
        .says("acp service install");
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    let _told = calls(&env);
    let logged = env.acp(&["service", "logs", "-n", "2"]).ok();
    assert_eq!(logged.stdout, "two \u{fffd}[2J\nthree\n");
    assert_eq!(
        calls(&env),
        [
            "journalctl --user --quiet --no-pager --output=short-iso --unit=acp-web.service --lines=2"
        ]
    );
    let said = env.data(&["service", "logs"]);
    assert_eq!(said["profile"], "web");
    assert_eq!(said["lines"].as_array().unwrap().len(), 3);
    env.write(
        "standin/bin/journalctl",
        "#!/bin/sh\necho 'No journal files' >&2\nexit 1\n",
    );
    let failed = env.acp(&["service", "logs"]).with(69);
    let said = failed.stderr.clone();
    failed.says("journalctl did not show the log");
    assert!(said.contains("No journal files"), "{said}");
    assert!(said.contains("systemctl --user status"), "{said}");
    assert!(!said.contains("cron"), "{said}");
}

#[test]
fn missed_passes_and_long_ones_are_told() {
    let env = with("systemctl", SYSTEMCTL).var("ACP_TEST_NOW", "2026-11-21T02:59:30Z");
    let _made = env
        .acp(&["service", "install", "--kind", "systemd", "--every", "1m"])
        .ok();
    let env = env.var("ACP_TEST_NOW", "2026-11-21T03:00:00Z");
    let _pass = env.acp(&["heartbeat"]).ok();
    let env = env.var("ACP_TEST_NOW", "2026-11-21T03:00:30Z");
    let status = one(&env, &["service", "status"]);
    assert_eq!(
        (&status["missed"], &status["last_verb"]),
        (&Value::from(0), &Value::from("heartbeat"))
    );
    assert!(
        !status["troubles"].to_string().contains("missed"),
        "{status}"
    );
    // A minute after the last one ended, on both screens.
    let ended: Timestamp = status["last_ended"].as_str().unwrap().parse().unwrap();
    let next = Value::from((ended + SignedDuration::from_mins(1)).to_string());
    assert_eq!(
        (&status["next"], &env.data(&["status"])["next_pass"]),
        (&next, &next)
    );
    let human = env.acp(&["service", "status"]).ok().stdout;
    assert!(human.contains("  next pass  in "), "{human}");
    // The machine slept for eight hours.
    let env = env.var("ACP_TEST_NOW", "2026-11-21T11:00:30Z");
    let status = one(&env, &["service", "status"]);
    assert_eq!(
        (&status["missed"], &status["next"]),
        (&Value::from(479), &next)
    );
    let human = env.acp(&["service", "status"]).ok().stdout;
    assert!(human.contains("  next pass  due\n"), "{human}");
    let screen = env.data(&["status"]);
    assert_eq!(
        (&screen["missed_passes"], &screen["every_s"]),
        (&Value::from(479), &Value::from(60))
    );
    assert!(
        env.acp(&["status"])
            .ok()
            .stdout
            .contains("479 passes missed")
    );
    let last = env.read("acp/state/web/last-pass.json");
    let mut last: Value = serde_json::from_str(&last).unwrap();
    last["began"] = "2026-11-21T10:55:00Z".into();
    last["ended"] = "2026-11-21T11:00:10Z".into();
    env.write("acp/state/web/last-pass.json", &last.to_string());
    let plain = env.acp(&["status", "--plain"]).ok().stdout;
    assert!(plain.ends_with("overran: 310 s\n"), "{plain}");
}

#[test]
fn a_pass_that_could_not_begin_is_the_last_error() {
    let env = with("systemctl", SYSTEMCTL);
    let _made = env.acp(&["service", "install", "--kind", "systemd"]).ok();
    env.profile(|text| format!("{text}\nnonsense: 1\n"));
    let _failed = env.acp(&["heartbeat"]).with(78);
    let status = one(&env, &["service", "status"]);
    let error = status["last_error"].as_str().unwrap();
    assert!(error.contains("web.yaml"), "{error}");
    assert_eq!(status["last_verb"], "heartbeat");
}

#[test]
fn a_launch_agent_is_a_property_list_of_known_keys() {
    let env = with("launchctl", LAUNCHCTL);
    let _made = env
        .acp(&["service", "install", "--kind", "launchd", "--every", "2m"])
        .ok();
    let file = env.path("home/Library/LaunchAgents/acp.web.plist");
    let read =
        "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
    let output = env
        .command("python3")
        .args(["-c", read])
        .arg(&file)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    // launchd.plist(5).
    let known = [
        ("Label", "string"),
        ("ProgramArguments", "array"),
        ("EnvironmentVariables", "object"),
        ("RunAtLoad", "bool"),
        ("StartInterval", "number"),
        ("AbandonProcessGroup", "bool"),
        ("ProcessType", "string"),
        ("Umask", "number"),
        ("StandardOutPath", "string"),
        ("StandardErrorPath", "string"),
    ];
    for (key, value) in list.as_object().unwrap() {
        let kind = match value {
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::Null => "null",
        };
        assert!(known.contains(&(key.as_str(), kind)), "{key} is a {kind}");
    }
    assert_eq!(
        (&list["StartInterval"], &list["AbandonProcessGroup"]),
        (&Value::from(120), &Value::from(true))
    );
    assert_eq!(list["ProgramArguments"][1], "heartbeat");
    assert_eq!(
        list["EnvironmentVariables"]["ACP_HOME"],
        env.path("acp").to_str().unwrap()
    );
    let told = calls(&env);
    assert!(
        told.iter().any(|call| call.starts_with("bootstrap gui/")),
        "{told:?}"
    );
    let _again = env.acp(&["service", "install"]).ok();
    assert!(calls(&env).iter().all(|call| call.starts_with("print ")));
    let _other = env.acp(&["service", "install", "--every", "3m"]).ok();
    let told = calls(&env);
    let at = |what: &str| told.iter().position(|call| call.starts_with(what)).unwrap();
    assert!(at("bootout ") < at("bootstrap "), "{told:?}");
    // One that is not loaded now would be at the next login.
    fs::remove_file(env.path("standin/on")).unwrap();
    let _stopped = env.acp(&["service", "stop"]).ok();
    let told = calls(&env);
    assert!(
        told.iter().any(|call| call.starts_with("disable gui/")),
        "{told:?}"
    );
    let _started = env.acp(&["service", "start"]).ok();
    let _gone = env.acp(&["service", "uninstall"]).ok();
    assert!(!file.exists() && !env.path("standin/on").exists());
}

#[test]
fn the_crontab_gets_one_line_that_the_shell_can_run_and_keeps_all_others() {
    let env = with("crontab", CRONTAB);
    let mine = "MAILTO=me\n5 4 * * * /bin/true 100\\%\n";
    env.write("standin/table", mine);
    let _odd = env
        .acp(&["service", "install", "--kind", "cron", "--every", "7m"])
        .with(2);
    let _made = env
        .acp(&["service", "install", "--kind", "cron", "--every", "5m"])
        .ok();
    let table = env.read("standin/table");
    let line = table
        .lines()
        .find(|line| line.starts_with("*/5 * * * * "))
        .unwrap();
    assert!(table.starts_with(mine), "{table}");
    let _again = env.acp(&["service", "install"]).ok();
    assert_eq!(env.read("standin/table"), table);
    // What cron does with it: the percent signs, then sh with next to no environment.
    let command = line.trim_start_matches("*/5 * * * * ").replace("\\%", "%");
    let _issue = env.issue("one");
    let mut shell = env.command("/bin/sh");
    let ran = shell
        .env_clear()
        .env("HOME", env.path("home"))
        .args(["-c", &command])
        .status()
        .unwrap();
    assert!(ran.success());
    assert!(env.read("acp/state/web/passes.log").starts_with("action\t"));
    let logged = env.acp(&["service", "logs", "-n", "1"]).ok();
    assert_eq!(logged.stdout.lines().count(), 1);
    let _settled = env.until_idle();
    let _stopped = env.acp(&["service", "stop"]).ok();
    assert!(env.read("standin/table").contains("# stopped: */5"));
    let _gone = env.acp(&["service", "uninstall"]).ok();
    assert_eq!(env.read("standin/table"), mine);
}

#[test]
fn without_any_manager_the_loop_is_named() {
    let env = TestEnv::under(GOOD);
    let git = env.write("bin/git", "#!/bin/sh\nexec /usr/bin/git \"$@\"\n");
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    let env = {
        let path = env.path("bin").display().to_string();
        env.var("PATH", &path)
    };
    env.acp(&["service", "install"])
        .with(69)
        .says("acp heartbeat --loop");
    env.acp(&["service", "install", "--all", "--profile", "web"])
        .with(2)
        .says("exclude each other");
}
