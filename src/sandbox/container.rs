//! A container of Docker or Podman. Its processes belong to the engine, not to the run's tree: it has the run's name, and
//! is ended by it. The engine's client is of the tree; it holds the lock and hands standard input on.

use std::ffi::OsString;
use std::path::Path;

use crate::domain::{Network, SandboxRules};
use crate::proc::Cmd;

use super::{Access, View};

/// What the image has itself.
const OF_THE_IMAGE: &[&str] = &[
    "/bin",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/nix/store",
    "/opt",
    "/sbin",
    "/usr",
    "/run",
];

/// `cmd` in a fresh container called `key`. Values of variables are taken by the client from its own environment, so that
/// none is an argument that every user of the machine could read.
pub(super) fn around(
    cmd: &Cmd,
    engine: &Path,
    image: &str,
    view: &View,
    rules: &SandboxRules,
    key: &str,
) -> Cmd {
    let mut args: Vec<OsString> = ["run", "--rm", "--interactive", "--init", "--name", key]
        .map(Into::into)
        .to_vec();
    let fixed = [
        "--pull=never",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
    ];
    args.extend(fixed.map(Into::into));
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    args.push(format!("--user={}:{}", user.as_raw(), group.as_raw()).into());
    if rules.network == Network::Off {
        args.push("--network=none".into());
    }
    if rules.memory_bytes_max > 0 {
        args.push(format!("--memory={}", rules.memory_bytes_max).into());
    }
    if rules.processes_max > 0 {
        args.push(format!("--pids-limit={}", rules.processes_max).into());
    }
    if rules.file_bytes_max > 0 {
        args.push(format!("--ulimit=fsize={0}:{0}", rules.file_bytes_max).into());
    }
    for mount in &view.mounts {
        let of_the_image = OF_THE_IMAGE.iter().any(|path| mount.path.starts_with(path));
        let path = mount.path.as_os_str();
        match mount.access {
            Access::Read | Access::NoFile if of_the_image => {}
            Access::Read => args.push(bind(path, true)),
            Access::Write => args.push(bind(path, false)),
            Access::Private => {
                let mut arg = OsString::from("--tmpfs=");
                arg.push(path);
                // Without `exec` no script in a home or temporary folder could be run.
                arg.push(":rw,exec,nosuid,nodev,mode=1777");
                args.push(arg);
            }
            Access::NoFile => {
                let mut arg = OsString::from("--mount=type=bind,readonly,source=/dev/null,target=");
                arg.push(path);
                args.push(arg);
            }
            Access::Link(_) => {}
        }
    }
    if let Some(dir) = cmd.folder() {
        args.extend(["--workdir".into(), dir.into()]);
    }
    for name in cmd.variable_names().filter(|name| *name != "PATH") {
        args.extend(["--env".into(), name.into()]);
    }
    args.extend([
        "--entrypoint".into(),
        cmd.program().to_owned(),
        "--".into(),
        image.into(),
    ]);
    args.extend_from_slice(cmd.arguments());
    cmd.wrapped(engine.into(), args)
}

/// Ends the container of a run; that there is none is no error of it.
pub(super) fn end(engine: &Path, key: &str) -> Cmd {
    Cmd::new(engine).args(["rm", "--force", key])
}

fn bind(path: &std::ffi::OsStr, readonly: bool) -> OsString {
    let mut arg = OsString::from("--mount=type=bind,");
    if readonly {
        arg.push("readonly,");
    }
    for part in ["source=", ",target="] {
        arg.push(part);
        arg.push(path);
    }
    arg
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Mount;

    #[test]
    fn a_container_has_the_name_of_the_run_and_no_value_of_a_variable() {
        let mount = |path: &str, access| Mount {
            path: path.into(),
            access,
        };
        let view = View {
            mounts: vec![
                mount("/usr", Access::Read),
                mount("/tmp", Access::Private),
                mount("/s/repo.git", Access::Read),
                mount("/s/w", Access::Write),
            ],
            way: None,
        };
        let rules = SandboxRules {
            network: Network::Off,
            memory_bytes_max: 1000,
            processes_max: 7,
            file_bytes_max: 9,
            ..SandboxRules::off()
        };
        let cmd = Cmd::new("/bin/sh").args(["-c", "true"]).dir("/s/w");
        let cmd = cmd.env_clear().env("KEY", "hidden").env("PATH", "/usr/bin");
        let made = around(
            &cmd,
            Path::new("/usr/bin/docker"),
            "tools:1",
            &view,
            &rules,
            "acp-r1",
        );
        let shown = made.shown();
        for part in [
            "/usr/bin/docker run --rm --interactive --init --name acp-r1 --pull=never --cap-drop=ALL ",
            " --network=none --memory=1000 --pids-limit=7 --ulimit=fsize=9:9 ",
            " --mount=type=bind,readonly,source=/s/repo.git,target=/s/repo.git ",
            " --mount=type=bind,source=/s/w,target=/s/w ",
            " --workdir /s/w --env KEY --entrypoint /bin/sh -- tools:1 -c true",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(
            !shown.contains("hidden") && !shown.contains("source=/usr"),
            "{shown}"
        );
        assert_eq!(
            end(Path::new("docker"), "acp-r1").shown(),
            "docker rm --force acp-r1"
        );
    }
}
