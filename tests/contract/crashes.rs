//! A crash at every durable step of every operation of a local forge: what is found afterwards is adopted or done again,
//! and has happened once.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::path::Path;
use std::sync::Once;

use acp::domain::{CheckState, Intent, ItemId, MergeMethod, Payload, PrState, ReviewVerdict, Sha};
use acp::durable::crash::{Crash, disarm, simulate_after};
use acp::forge::Forge;
use acp::forge::local::LocalForge;
use acp::git::testing::{TestRepo, git_program};
use acp::sys::SystemClock;

use crate::fixture::{
    Fixture as _, Local, adopt_or_apply, branch, check, close, comment, issue, marked, merge,
    mirror, open, pull, pull_as, ready, relabel, review,
};

/// Runs `work` with a crash at its `n`-th point; the name of the point, or `None` when there are not so many.
fn crash_at(n: u64, work: impl FnOnce()) -> Option<&'static str> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let loud = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !panic.payload().is::<Crash>() {
                loud(panic);
            }
        }));
    });
    simulate_after(n);
    let result = catch_unwind(AssertUnwindSafe(work));
    disarm();
    match result {
        Ok(()) => None,
        Err(payload) => match payload.downcast::<Crash>() {
            Ok(crash) => Some(crash.0),
            Err(other) => resume_unwind(other),
        },
    }
}

/// Everything in the files of objects.
fn views(dir: &Path) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for folder in ["issues", "pulls", "comments", "checks"] {
        for entry in fs::read_dir(dir.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(dir).unwrap().display().to_string();
            // Unfinished files stay until they are swept.
            if !name.contains(".tmp-") {
                out.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    for name in ["labels.json", "index.json"] {
        out.insert(name.to_owned(), fs::read_to_string(dir.join(name)).unwrap());
    }
    out
}

/// The files of objects are what the log alone gives.
#[track_caller]
fn assert_views_are_the_log(dir: &Path, context: &str) {
    // Whoever takes the lock repairs them; this changes nothing else.
    let take_the_lock = || Local::open_at(dir).apply(&relabel(ItemId::issue(1), &[], &[]));
    take_the_lock().unwrap();
    let now = views(dir);
    for folder in ["issues", "pulls", "comments", "checks"] {
        fs::remove_dir_all(dir.join(folder)).unwrap();
    }
    fs::remove_file(dir.join("labels.json")).unwrap();
    fs::remove_file(dir.join("index.json")).unwrap();
    take_the_lock().unwrap();
    assert_eq!(now, views(dir), "{context}");
}

/// A forge with one issue, one pull request and one draft.
struct Scene {
    local: Local,
    head: Sha,
    pr: u64,
    draft: u64,
}

impl Scene {
    fn new() -> Self {
        let local = Local::new();
        let number = open(local.forge(), &issue("one", "", &["agent-ready"]));
        let head = local.push("work", &[("a.txt", "a\n")]);
        let pr = open(
            local.forge(),
            &pull("work", &head, &format!("Closes #{number}")),
        );
        let other = local.push("draft", &[("b.txt", "b\n")]);
        let draft = open(local.forge(), &pull_as("draft", &other, "", true));
        local.push("new", &[("c.txt", "c\n")]);
        Self {
            local,
            head,
            pr,
            draft,
        }
    }

    /// The same again, elsewhere.
    fn copy(&self) -> Self {
        let local = self.local.copy();
        let (head, pr, draft) = (self.head.clone(), self.pr, self.draft);
        Self {
            local,
            head,
            pr,
            draft,
        }
    }

    fn new_head(&self) -> Sha {
        self.local.forge().branch(&branch("new")).unwrap().unwrap()
    }
}

/// Crashes `make`'s intent at each of its points, and once in the repair after that.
fn crash_everywhere(make: impl Fn(&Scene) -> Intent) {
    let mut points = vec![];
    let template = Scene::new();
    for n in 1.. {
        let scene = template.copy();
        let dir = &scene.local.dir;
        let before = mirror(scene.local.forge());
        let intent = make(&scene);
        let at = crash_at(n, || {
            Local::open_at(dir).apply(&intent).unwrap();
        });
        let context = format!("{} at {at:?}", intent.target());
        // Readers are never in the way of anything, also in the middle of it.
        mirror(&Local::open_at(dir));
        // The next one may crash too, while it repairs.
        crash_at(n % 5 + 1, || {
            adopt_or_apply(&Local::open_at(dir), &intent);
        });
        let forge = Local::open_at(dir);
        let applied = adopt_or_apply(&forge, &intent);
        assert_eq!(forge.find(&intent).unwrap(), Some(applied), "{context}");
        assert_once(&forge, &intent, &before, &context);
        assert_views_are_the_log(dir, &context);
        match at {
            Some(point) => points.push(point),
            None => break,
        }
    }
    assert!(points.contains(&"forge.before_event") && points.contains(&"forge.after_files"));
}

/// What `intent` wrote is there once.
#[track_caller]
fn assert_once(forge: &LocalForge, intent: &Intent, before: &acp::domain::Mirror, context: &str) {
    let after = mirror(forge);
    let texts = (1..=(after.issues.len() + after.pulls.len()) as u64)
        .map(|n| marked(&forge.text(n).unwrap(), &intent.id))
        .sum::<usize>();
    let reviews = after.pulls.values().flat_map(|pr| &pr.reviews);
    let reviews = reviews
        .filter(|r| r.body.contains(&intent.marker()))
        .count();
    let (new_items, new_texts) = match intent.payload {
        Payload::Issue { .. } | Payload::Pr { .. } => (1, 1),
        Payload::Comment { .. } | Payload::Review { .. } => (0, 1),
        _ => (0, 0),
    };
    let items = |m: &acp::domain::Mirror| m.issues.len() + m.pulls.len();
    assert_eq!(items(&after), items(before) + new_items, "{context}");
    assert_eq!(texts + reviews, new_texts, "{context}");
}

#[test]
fn opening_an_issue() {
    crash_everywhere(|_| issue("two", "text", &["new label"]));
}

#[test]
fn opening_a_pull_request() {
    crash_everywhere(|scene| pull("new", &scene.new_head(), "Closes #1"));
}

#[test]
fn commenting() {
    crash_everywhere(|_| comment(ItemId::issue(1), "hello"));
}

#[test]
fn labelling() {
    crash_everywhere(|scene| relabel(ItemId::pr(scene.pr), &["another"], &[]));
}

#[test]
fn reviewing() {
    crash_everywhere(|scene| review(scene.pr, &scene.head, ReviewVerdict::Approve));
}

#[test]
fn checking() {
    crash_everywhere(|scene| check(&scene.head, "acp/verify", CheckState::Success));
}

#[test]
fn making_ready() {
    crash_everywhere(|scene| ready(scene.draft));
}

#[test]
fn closing() {
    crash_everywhere(|scene| close(ItemId::pr(scene.pr)));
}

#[test]
fn merging() {
    crash_everywhere(|scene| merge(scene.pr, &scene.head, MergeMethod::Squash));
}

#[test]
fn a_merge_that_crashed_is_finished_by_whoever_comes_next() {
    let mut ends = BTreeMap::<&str, bool>::new();
    let template = Scene::new();
    for n in 1.. {
        let scene = template.copy();
        let dir = &scene.local.dir;
        let main = scene
            .local
            .forge()
            .branch(&branch("main"))
            .unwrap()
            .unwrap();
        let intent = merge(scene.pr, &scene.head, MergeMethod::Merge);
        let Some(point) = crash_at(n, || {
            Local::open_at(dir).apply(&intent).unwrap();
        }) else {
            break;
        };
        // Somebody else, for another reason.
        open(&Local::open_at(dir), &issue("two", "", &[]));
        let known = mirror(scene.local.forge());
        let merged = matches!(known.pulls[&scene.pr].state, PrState::Merged { .. });
        assert_eq!(merged, known.base_sha != Some(main), "{point}");
        assert_eq!(merged, !known.issues[&1].is_open(), "{point}");
        ends.insert(point, merged);
    }
    assert!(ends["forge.before_branch"] && ends["forge.after_branch"]);
}

#[test]
fn a_merge_is_given_up_when_somebody_else_moved_the_base() {
    let template = Scene::new();
    for point in ["forge.before_branch", "forge.after_branch"] {
        let crashed = (1..).find_map(|n| {
            let scene = template.copy();
            let intent = merge(scene.pr, &scene.head, MergeMethod::Squash);
            let at = crash_at(n, || {
                Local::open_at(&scene.local.dir).apply(&intent).unwrap();
            });
            (at == Some(point)).then_some((scene, intent))
        });
        let (scene, intent) = crashed.unwrap();
        let dir = &scene.local.dir;
        scene.local.push("main", &[("person.txt", "x\n")]);
        let forge = Local::open_at(dir);
        let applied = adopt_or_apply(&forge, &intent);
        assert_eq!(forge.find(&intent).unwrap(), Some(applied));
        let tip = forge.branch(&branch("main")).unwrap().unwrap();
        let files = scene.local.git(&format!("ls-tree --name-only {tip}"));
        assert!(
            files.contains("person.txt") && files.contains("a.txt"),
            "{files}"
        );
        let log = scene.local.git(&format!("log --format=%s {tip}"));
        assert_eq!(log.matches("(#2)").count(), 1, "{log}");
    }
}

#[test]
fn a_forge_appears_whole_or_not_at_all() {
    let source = TestRepo::new();
    source.commit("main", None, &[("a.txt", "a\n")]);
    for n in 1.. {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("state/forge/local/demo");
        let create = || {
            let clock = SystemClock::new();
            LocalForge::create(&dir, source.dir(), &branch("main"), &clock, &git_program()).unwrap()
        };
        let crashed = crash_at(n, || {
            create();
        });
        let there = dir.exists();
        assert_eq!(create(), !there, "{crashed:?}");
        assert!(!create());
        assert_eq!(open(&Local::open_at(&dir), &issue("one", "", &[])), 1);
        if crashed.is_none() {
            break;
        }
    }
}

#[test]
fn a_source_without_the_base_makes_no_forge() {
    let source = TestRepo::new();
    source.commit("trunk", None, &[("a.txt", "a\n")]);
    let dir = source.root().join("forge");
    let clock = SystemClock::new();
    let error = LocalForge::create(&dir, source.dir(), &branch("main"), &clock, &git_program());
    assert!(error.unwrap_err().to_string().starts_with("branch main in"));
    assert!(!dir.exists());
    let error = Local::open_at(&dir)
        .apply(&issue("one", "", &[]))
        .unwrap_err();
    assert!(error.to_string().contains("does not exist"), "{error}");
}

#[test]
fn damaged_files_of_objects_are_made_anew() {
    let scene = Scene::new();
    let (dir, forge) = (&scene.local.dir, scene.local.forge());
    let item = ItemId::issue(1);
    forge.apply(&comment(item, "first")).unwrap();
    for name in ["issues/1.json", "comments/1.json", "index.json"] {
        fs::File::create(dir.join(name)).unwrap();
    }
    forge.apply(&comment(item, "second")).unwrap();
    assert_eq!(forge.text(1).unwrap().comments.len(), 2);
    assert_views_are_the_log(dir, "after damage");
    // Without the index there is nothing that tells how much of the log to look at: nothing is guessed.
    fs::File::create(dir.join("comments/1.json")).unwrap();
    let error = forge.apply(&comment(item, "third")).unwrap_err();
    assert!(error.to_string().contains("remove `index.json`"), "{error}");
    fs::remove_file(dir.join("index.json")).unwrap();
    forge.apply(&comment(item, "third")).unwrap();
    assert_eq!(forge.text(1).unwrap().comments.len(), 3);
}

#[test]
fn what_is_in_the_log_has_happened_whatever_becomes_of_the_files() {
    let scene = Scene::new();
    let (dir, forge) = (&scene.local.dir, scene.local.forge());
    // The file of the next issue cannot be written.
    let in_the_way = dir.join("issues/4.json");
    fs::create_dir(&in_the_way).unwrap();
    let opening = issue("four", "text", &[]);
    assert_eq!(open(forge, &opening), 4);
    assert_eq!(mirror(forge).issues[&4].title, "four");
    // Nothing else is written until the files can be repaired, and then they are.
    let saying = comment(ItemId::issue(1), "x");
    forge.apply(&saying).unwrap_err();
    assert_eq!(forge.find(&saying).unwrap(), None);
    fs::remove_dir(&in_the_way).unwrap();
    forge.apply(&saying).unwrap();
    assert_eq!(marked(&forge.text(4).unwrap(), &opening.id), 1);
    assert_views_are_the_log(dir, "after repair");
}

#[test]
fn a_torn_line_at_the_end_of_the_log_is_no_event() {
    use std::io::Write as _;
    let scene = Scene::new();
    let (dir, forge) = (&scene.local.dir, scene.local.forge());
    let mut known = mirror(forge);
    let log = fs::OpenOptions::new()
        .append(true)
        .open(dir.join("events.jsonl"));
    log.unwrap()
        .write_all(b"0badc0de {\"format\":1,\"se")
        .unwrap();
    assert!(!forge.sync(&mut known, &branch("main")).unwrap());
    open(forge, &issue("four", "", &[]));
    assert!(forge.sync(&mut known, &branch("main")).unwrap());
    assert_eq!(known, mirror(forge));
    assert_views_are_the_log(dir, "after a torn line");
}
