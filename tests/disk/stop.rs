//! `acp stop` on a full disk: nothing of any run is left, and that the hold could not be set is said.

use super::{as_mere_owner, shell};

/// Two agents in a home on `$2`; then `FILL` makes the disk full, and `STOP` stops them. Every process of a run has a
/// folder of that run in its environment, by which the runs that live are counted.
const SCENE: &str = r#"
    set -e
    MOUNT
    cd "$2"
    here=$(pwd -P)
    export HOME="$here/home" ACP_HOME="$here/acp" TMPDIR="$here" USER=tester LC_ALL=C ACP_SANDBOX=none
    export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.invalid
    export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.invalid
    left() {
        for process in /proc/[0-9]*; do
            cat "$process/environ" 2> /dev/null | tr '\0' '\n' | grep "^ACP_OUT=$here/" || true
        done | sort -u | wc -l | tr -d ' '
    }
    mkdir -p home/web
    cd home/web
    git init -q -b main
    echo hello > README.md
    git add README.md
    git commit -q -m first
    "ACP" init --yes --agent-command 'sleep 1000' > /dev/null
    printf '\nlimits: { disk_free_min: 1MB }\n' >> "$here/acp/config/profiles/web.yaml"
    "ACP" issue create --title One > /dev/null
    "ACP" issue create --title Two > /dev/null
    "ACP" heartbeat > /dev/null
    tries=0
    while [ "$(left)" -lt 2 ] && [ "$tries" -lt 300 ]; do tries=$((tries + 1)); sleep 0.1; done
    echo "at work: $(left)"
    FILL
    code=0
    STOP || code=$?
    echo "code: $code"
    echo "left: $(left)"
"#;

/// The hold needs a new file, and so does each record that is written.
fn scene(mount: &str, fill: &str, stop: &str) -> String {
    let scene = SCENE.replace("MOUNT", mount).replace("FILL", fill);
    let acp = format!("\"{}\"", env!("CARGO_BIN_EXE_acp"));
    scene.replace("STOP", stop).replace("\"ACP\"", &acp)
}

#[track_caller]
fn assert_ended(output: &str) {
    for line in [
        "at work: 2",
        "code: 1",
        "left: 0",
        "the hold could not be set",
    ] {
        assert!(output.contains(line), "no `{line}`: {output}");
    }
}

#[test]
fn stop_ends_every_run_on_a_full_disk() {
    let dir = tempfile::tempdir().unwrap();
    let mount = r#"mount -t tmpfs -o size=16m,mode=700 acp-test "$2"; echo mounted"#;
    let fill = r#"dd if=/dev/zero of="$here/fill" bs=4k 2> /dev/null || true"#;
    let script = scene(mount, fill, r#""ACP" stop"#);
    for unshare in [&["unshare", "-m"][..], &["unshare", "-r", "-m"]] {
        let output = shell(unshare, &script, dir.path());
        if output.as_ref().is_some_and(|o| o.contains("mounted")) {
            return assert_ended(&output.unwrap_or_default());
        }
    }
    where_no_file_may_grow();
}

#[test]
fn stop_ends_every_run_where_no_file_can_be_written() {
    where_no_file_may_grow();
}

fn where_no_file_may_grow() {
    let dir = tempfile::tempdir().unwrap();
    let stop = r#"(trap '' XFSZ; ulimit -f 0; exec "ACP" stop)"#;
    let output = shell(as_mere_owner(), &scene("", "", stop), dir.path());
    assert_ended(&output.unwrap_or_default());
}
