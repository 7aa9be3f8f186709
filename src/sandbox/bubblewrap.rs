//! `bwrap`: a mount table of its own, made of nothing but what the view names, and its own processes.

use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

use crate::domain::Network;
use crate::proc::{Cmd, Quick};
use crate::sys::Clock;

use super::{Access, View, door};

/// Its own users, processes, messages and host name; the lock on standard input stays held by what is inside. With the
/// supervisor dies everything: the thread that starts it must therefore live as long.
const ALWAYS: &[&str] = &[
    "--unshare-user",
    "--unshare-ipc",
    "--unshare-pid",
    "--unshare-uts",
    "--unshare-cgroup-try",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
];
/// How long the trial may take.
const TRIAL: Duration = Duration::from_secs(10);
const TRIAL_OUTPUT_BYTES_MAX: usize = 4096;

/// `cmd` inside.
pub(super) fn around(cmd: &Cmd, bwrap: &Path, view: &View, network: Network) -> Cmd {
    let mut args: Vec<OsString> = ALWAYS.iter().map(Into::into).collect();
    if network != Network::On {
        args.push("--unshare-net".into());
    }
    args.extend(["--proc", "/proc", "--dev", "/dev"].map(Into::into));
    for mount in &view.mounts {
        let path = mount.path.as_os_str();
        match &mount.access {
            Access::Read => args.extend(["--ro-bind".into(), path.into(), path.into()]),
            Access::Write => args.extend(["--bind".into(), path.into(), path.into()]),
            Access::Private => args.extend(["--tmpfs".into(), path.into()]),
            Access::NoFile => args.extend(["--ro-bind".into(), "/dev/null".into(), path.into()]),
            Access::Link(to) => args.extend(["--symlink".into(), to.into(), path.into()]),
        }
    }
    args.extend(["--remount-ro", "/"].map(Into::into));
    if let Some(dir) = cmd.folder() {
        args.extend(["--chdir".into(), dir.into()]);
    }
    args.push("--".into());
    if let Some(way) = &view.way {
        args.extend([way.acp.clone().into(), door::VERB.into()]);
        args.push(way.folder.clone().into());
        for place in &way.direct {
            args.extend([door::DIRECT.into(), place.to_string().into()]);
        }
        args.push("--".into());
    }
    args.push(cmd.program().to_owned());
    args.extend_from_slice(cmd.arguments());
    let wrapped = cmd.wrapped(bwrap.into(), args);
    // What TMPDIR names outside is not there inside.
    wrapped.env("TMPDIR", "/tmp")
}

/// Tries everything that a run's sandbox uses: why it does not work here, or `None`.
///
/// # Errors
/// Why that cannot be told: it gave no answer in time, or could not be started at all.
pub fn works(bwrap: &Path, clock: &dyn Clock) -> Result<Option<String>, String> {
    let view = View::of_the_system(&super::LocalDisk::default());
    let cmd = Cmd::new("/bin/sh").args(["-c", ":"]).dir("/").env_clear();
    let cmd = around(&cmd, bwrap, &view, Network::Off);
    let limits = Quick {
        deadline: TRIAL,
        output_bytes_max: TRIAL_OUTPUT_BYTES_MAX,
    };
    match cmd.capture(&limits, clock) {
        Ok(output) if output.status.ok() => Ok(None),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr).into_owned();
            let line = text.lines().next().unwrap_or_default().trim();
            let visible: String = line.chars().filter(|c| !c.is_control()).take(200).collect();
            Ok(Some(if visible.is_empty() {
                "it says nothing".to_owned()
            } else {
                visible
            }))
        }
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::NetPlace;
    use crate::sandbox::{Mount, Way};

    #[test]
    fn a_view_becomes_mounts_in_its_order() {
        let mount = |path: &str, access| Mount {
            path: path.into(),
            access,
        };
        let view = View {
            mounts: vec![
                mount("/usr", Access::Read),
                mount("/bin", Access::Link("usr/bin".into())),
                mount("/h", Access::Private),
                mount("/h/k", Access::NoFile),
                mount("/w x", Access::Write),
            ],
            way: None,
        };
        let cmd = Cmd::new("tool").arg("--").dir("/w x").env_clear();
        let shown = around(&cmd, Path::new("/usr/bin/bwrap"), &view, Network::Off).shown();
        let (_, tail) = shown.split_once("--cap-drop ALL ").unwrap();
        assert_eq!(
            tail,
            "--unshare-net --proc /proc --dev /dev --ro-bind /usr /usr --symlink usr/bin /bin --tmpfs /h --ro-bind /dev/null /h/k \
             --bind '/w x' '/w x' --remount-ro / --chdir '/w x' -- tool --"
        );
        let shown = around(&cmd, Path::new("/usr/bin/bwrap"), &view, Network::On).shown();
        assert!(!shown.contains("--unshare-net"), "{shown}");
        let with_way = View {
            way: Some(Way {
                folder: "/run/door".into(),
                acp: "/bin/acp".into(),
                direct: vec![NetPlace::parse("localhost:11434", 1).unwrap()],
            }),
            ..view
        };
        let only = Network::ModelHostOnly;
        let shown = around(&cmd, Path::new("/usr/bin/bwrap"), &with_way, only).shown();
        assert!(shown.contains("--unshare-net"), "{shown}");
        assert!(
            shown.ends_with(
                " -- /bin/acp sandbox-relay /run/door --direct localhost:11434 -- tool --"
            ),
            "{shown}"
        );
    }
}
