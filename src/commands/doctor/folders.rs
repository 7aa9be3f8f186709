//! Whether acp's folders are there, ours, writable, closed to others, and on a disk on which locks can be relied on.

use std::path::{Path, PathBuf};

use super::check::{Case, Finding, Fix, Ground};
use super::words::shell;
use crate::profile::{profile_path, profiles_dir};
use crate::store::inspect;

/// The folders of all profiles together.
pub(super) fn look(ground: &Ground) -> Vec<Finding> {
    let home = &ground.home;
    let mut found = folder("config", &home.config);
    found.extend(folder("state", &home.state));
    found.extend(disk_of(&home.state));
    for inside in [profiles_dir(&home.config), home.config.join("config.toml")] {
        found.extend(inside_of("config", &home.config, &inside));
    }
    found
}

/// The folder of one profile, and its file.
pub(super) fn look_at_profile(case: &Case) -> Vec<Finding> {
    let home = &case.ground.home;
    let file = profile_path(&home.config, &case.id);
    let mut found = inside_of("config", &home.config, &file);
    let root = case.store.layout().root();
    found.extend(inside_of("state", &home.state, root));
    for name in [
        "runs",
        "history",
        "outbox",
        "worktrees",
        "repo.git",
        "forge",
    ] {
        found.extend(inside_of("state", &home.state, &root.join(name)));
    }
    found.extend(disk(case));
    found
}

fn folder(name: &str, path: &Path) -> Vec<Finding> {
    let shown = path.display();
    let found = match inspect(path) {
        Ok(found) => found,
        Err(error) => return vec![unseen(name, path, &error.to_string())],
    };
    let Some(found) = found else {
        return vec![Finding::ok(
            name,
            format!("`{shown}` is not there yet: it is made when it is needed"),
        )];
    };
    if !found.is_dir {
        return vec![
            Finding::failed(name, format!("`{shown}` is no folder"))
                .mend(format!("mv {0} {0}.old", shell(path))),
        ];
    }
    let wrong = inside_of(name, path, path);
    if !wrong.is_empty() {
        return wrong;
    }
    if !found.is_writable {
        return vec![
            Finding::failed(name, format!("acp may not write to `{shown}`"))
                .mend(format!("chmod u+rwx {}", shell(path))),
        ];
    }
    vec![Finding::ok(name, shown.to_string())]
}

/// What the operating system does not let acp look at.
fn unseen(name: &str, path: &Path, error: &str) -> Finding {
    Finding::failed(name, error).mend(format!("ls -ld {}", shell(path)))
}

/// What is wrong with something that need not be there, `top` or in it: who it belongs to, and what others may do with it.
fn inside_of(name: &str, top: &Path, path: &Path) -> Vec<Finding> {
    let found = match inspect(path) {
        Ok(None) => return vec![],
        Ok(Some(found)) => found,
        Err(error) => return vec![unseen(name, path, &error.to_string())],
    };
    let shown = path.display();
    let mode = found.mode;
    if !found.is_ours {
        return vec![
            Finding::failed(name, format!("`{shown}` belongs to another user"))
                .mend(format!("sudo chown -R \"$(id -u)\" {}", shell(path))),
        ];
    }
    let private = |finding: Finding| {
        finding
            .mend(format!("chmod go= {}", shell(path)))
            .fix(Fix::Private(PathBuf::from(path)))
    };
    // Nobody else gets at what is in a folder that is closed.
    if matches!(inspect(top), Ok(Some(top)) if !top.is_open()) {
        return vec![];
    }
    if found.is_writable_by_others() {
        let meaning =
            format!("others can change `{shown}` (mode {mode:04o}), and by that what acp executes");
        return vec![private(Finding::failed(name, meaning))];
    }
    if found.is_open() && found.is_dir {
        let meaning = format!("others can look into `{shown}` (mode {mode:04o})");
        return vec![private(Finding::warning(name, meaning))];
    }
    vec![]
}

fn disk_of(path: &Path) -> Option<Finding> {
    of_network(path, inspect(path).ok()??.network)
}

/// Locks on another machine's disk keep processes of this machine apart at best.
fn of_network(path: &Path, kind: Option<&str>) -> Option<Finding> {
    let kind = kind?;
    let meaning = format!(
        "`{}` is on a network file system ({kind}), where locks cannot be relied on",
        path.display()
    );
    Some(Finding::warning("locks", meaning).mend("export ACP_HOME=/a/folder/on/a/local/disk"))
}

fn disk(case: &Case) -> Option<Finding> {
    let need = case.rules.as_ref()?.limits.disk_free_min;
    let need_words = crate::ui::words::size(need);
    let Some(free) = case.store.disk_free() else {
        return Some(Finding::unknown("disk", "how much is free cannot be told"));
    };
    let free_words = crate::ui::words::size(free);
    Some(if free < need {
        let meaning = format!(
            "{free_words} are free and `limits.disk_free_min` is {need_words}: nothing is launched"
        );
        Finding::failed("disk", meaning).mend(case.acp("sweep"))
    } else {
        Finding::ok("disk", format!("{free_words} free"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_file_system_is_named_with_the_way_off_it() {
        let state = Path::new("/srv/acp");
        assert!(of_network(state, None).is_none());
        let found = serde_json::to_value(of_network(state, Some("NFS"))).unwrap();
        assert_eq!(
            (&found["name"], &found["state"]),
            (&"locks".into(), &"warning".into())
        );
        let meaning = found["meaning"].as_str().unwrap();
        assert!(
            meaning.contains("`/srv/acp` is on a network file system (NFS)"),
            "{found}"
        );
        let command = found["command"].as_str().unwrap();
        assert!(command.starts_with("export ACP_HOME="), "{found}");
    }
}
