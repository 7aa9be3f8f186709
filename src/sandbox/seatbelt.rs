//! `sandbox-exec` of macOS: a policy of the kernel about paths, in a language of its own.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use crate::domain::Network;
use crate::proc::Cmd;

use super::{Access, View};

/// What every program needs to start at all. Reading about a path (that it exists, where a link leads) is no secret here.
const ALWAYS: &str = "(version 1)
(deny default)
(allow process-exec)
(allow process-fork)
(allow signal (target same-sandbox))
(allow process-info* (target same-sandbox))
(allow sysctl-read)
(allow file-read-metadata)
(allow file-read* (literal \"/\"))
(allow file-read* (subpath \"/System\") (subpath \"/Library/Apple\") (subpath \"/private/etc\") (subpath \"/private/var/db/dyld\"))
(allow file-read* file-write-data (subpath \"/dev\"))
(allow file-ioctl (subpath \"/dev\"))
(allow mach-lookup (global-name \"com.apple.system.opendirectoryd.libinfo\"))
(allow mach-lookup (global-name \"com.apple.system.logger\"))
(allow mach-lookup (global-name \"com.apple.trustd.agent\"))
(allow mach-lookup (global-name \"com.apple.SystemConfiguration.configd\"))
(allow ipc-posix-shm)
";

/// `cmd` inside.
pub(super) fn around(cmd: &Cmd, program: &Path, view: &View, network: Network) -> Cmd {
    let mut args: Vec<OsString> = vec!["-p".into(), policy(view, network).into()];
    args.push(cmd.program().to_owned());
    args.extend_from_slice(cmd.arguments());
    cmd.wrapped(program.into(), args)
}

/// Later rules win, and views go from the outside in. There is nothing private on one file system: a folder that is to be
/// empty cannot be read at all, except those for temporary files, which are shared.
fn policy(view: &View, network: Network) -> String {
    let mut text = ALWAYS.to_owned();
    for mount in &view.mounts {
        let path = quoted(&mount.path);
        let temporary = mount.path == Path::new("/tmp") || mount.path == Path::new("/var/tmp");
        let rule = match &mount.access {
            Access::Read => {
                format!("(deny file-write* (subpath {path}))\n(allow file-read* (subpath {path}))")
            }
            Access::Write => format!("(allow file-read* file-write* (subpath {path}))"),
            Access::Private if temporary => {
                // macOS has both behind links.
                let real = quoted(
                    &Path::new("/private")
                        .join(mount.path.strip_prefix("/").unwrap_or(&mount.path)),
                );
                format!("(allow file-read* file-write* (subpath {path}) (subpath {real}))")
            }
            Access::Private => format!("(deny file-read-data file-write* (subpath {path}))"),
            Access::NoFile => format!("(deny file-read* file-write* (literal {path}))"),
            Access::Link(_) => format!("(allow file-read* (literal {path}))"),
        };
        // Writing to a string cannot fail.
        let _written = writeln!(text, "{rule}");
    }
    if network == Network::On {
        text.push_str("(allow network*)\n(allow system-socket)\n");
    }
    text
}

/// A path as a string of the policy language, which knows two special characters.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::Mount;

    #[test]
    fn a_view_becomes_rules_and_no_path_ends_its_string() {
        let mount = |path: &str, access| Mount {
            path: path.into(),
            access,
        };
        let view = View {
            mounts: vec![
                mount("/usr", Access::Read),
                mount("/tmp", Access::Private),
                mount("/Users/u", Access::Private),
                mount("/Users/u/.cargo/credentials.toml", Access::NoFile),
                mount("/w/a\") (allow default) (\"\\", Access::Write),
            ],
            way: None,
        };
        let off = policy(&view, Network::Off);
        let (_, rules) = off.split_once("(allow ipc-posix-shm)\n").unwrap();
        assert_eq!(
            rules,
            "(deny file-write* (subpath \"/usr\"))\n\
             (allow file-read* (subpath \"/usr\"))\n\
             (allow file-read* file-write* (subpath \"/tmp\") (subpath \"/private/tmp\"))\n\
             (deny file-read-data file-write* (subpath \"/Users/u\"))\n\
             (deny file-read* file-write* (literal \"/Users/u/.cargo/credentials.toml\"))\n\
             (allow file-read* file-write* (subpath \"/w/a\\\") (allow default) (\\\"\\\\\"))\n"
        );
        assert!(policy(&view, Network::On).ends_with("(allow network*)\n(allow system-socket)\n"));
        let shown = around(
            &Cmd::new("tool").arg("x"),
            Path::new("/s"),
            &view,
            Network::Off,
        )
        .shown();
        assert!(
            shown.starts_with("/s -p '(version 1)\n(deny default)"),
            "{shown}"
        );
        assert!(shown.ends_with("' tool x"), "{shown}");
    }
}
