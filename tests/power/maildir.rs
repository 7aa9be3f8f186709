//! The maildir: a message that was accepted is there once and whole, wherever it was going.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use acp::durable::{Enqueued, Entry, Maildir, Place};

use crate::script::{Script, Step, survives};

/// What a step does with one message.
#[derive(Debug, Clone)]
struct Did {
    id: &'static str,
    /// Where it may be afterwards, with which content; nowhere: it is gone. The last one is meant.
    states: Vec<State>,
}

type State = Option<(Place, String)>;

const IDS: [&str; 4] = ["a", "b", "c", "d"];

fn open(disk: &Path) -> Maildir {
    Maildir::open(&disk.join("outbox")).unwrap()
}

fn pick(script: &Script<'_, Did>, from: Vec<Entry>) -> Option<Entry> {
    let count = u64::try_from(from.len()).unwrap();
    let at = (count > 0).then(|| usize::try_from(script.roll(count)).unwrap())?;
    from.into_iter().nth(at)
}

fn known(id: &str) -> &'static str {
    IDS.into_iter().find(|known| *known == id).unwrap()
}

fn text(queue: &Maildir, entry: &Entry) -> String {
    String::from_utf8(queue.read(entry).unwrap()).unwrap()
}

/// Moves a message as `work` does, with a new content.
fn rewrite(
    script: &Script<'_, Did>,
    entry: &Entry,
    (from, to): (Place, Place),
    body: &str,
    work: impl FnOnce(&[u8]) -> acp::durable::Result<Entry>,
) {
    let states = [from, to].map(|place| Some((place, body.to_owned())));
    let did = Did {
        id: known(&entry.id),
        states: states.into(),
    };
    script.step(did, || work(body.as_bytes()).map(drop).is_ok());
}

fn enqueue(script: &Script<'_, Did>, queue: &Maildir, n: u64) {
    let id = IDS[usize::try_from(script.roll(4)).unwrap()];
    let there = queue.find(id).unwrap();
    let body = format!("{id} {n}");
    // That it exists is a promise too: whoever is told so does not put it in again.
    let after = there.map_or((Place::Pending, body.clone()), |(place, entry)| {
        (place, text(queue, &entry))
    });
    let did = Did {
        id,
        states: vec![Some(after)],
    };
    script.step(did, || {
        let done = queue.enqueue(id, |_| body.into_bytes()).unwrap();
        matches!(done, Enqueued::New { .. } | Enqueued::Exists { .. })
    });
}

fn remove(script: &Script<'_, Did>, id: &str, work: impl FnOnce() -> bool) {
    let did = Did {
        id: known(id),
        states: vec![None],
    };
    script.step(did, work);
}

/// What a flusher does with a message that it has claimed.
fn go_on(script: &Script<'_, Did>, queue: &Maildir, entry: &Entry, kind: u64, body: &str) {
    let to = match kind {
        7 => Place::Claimed,
        8 => Place::Done,
        9 => Place::Failed,
        _ => Place::Pending,
    };
    rewrite(script, entry, (Place::Claimed, to), body, |body| match to {
        Place::Claimed => queue.update(entry, body).map(|()| entry.clone()),
        Place::Done => queue.complete(entry, body),
        Place::Failed => queue.fail(entry, body),
        Place::Pending => queue.requeue(entry, body),
    });
}

fn move_at_random(script: &Script<'_, Did>) {
    let queue = open(&script.disk());
    // Its folders are there: their making is tried with the files.
    queue.enqueue("first", |_| vec![]).unwrap();
    for n in 1..=script.roll(40) {
        let some = |place| pick(script, queue.list(place).unwrap());
        let mine = |place| some(place).filter(|entry| entry.id != "first");
        let (kind, body) = (script.roll(12), format!("moved {n}"));
        let (pending, claimed) = (mine(Place::Pending), mine(Place::Claimed));
        match (kind, pending, claimed) {
            (0..3, ..) => {
                // A death in the middle of a move is tried in the unit tests. With a power cut after it, it is only safe
                // where a rename is one step of the disk, as it is on every file system with a journal.
                script.may_die(true);
                enqueue(script, &queue, n);
                script.may_die(false);
            }
            (3..6, Some(entry), _) => {
                let body = text(&queue, &entry);
                let states = [Place::Pending, Place::Claimed].map(|p| Some((p, body.clone())));
                let did = Did {
                    id: known(&entry.id),
                    states: states.into(),
                };
                script.step(did, || queue.claim(&entry).unwrap().is_some());
            }
            (6, Some(entry), _) => {
                remove(script, &entry.id, || queue.remove(&entry).unwrap());
            }
            (6, None, Some(entry)) => {
                remove(script, &entry.id, || queue.remove(&entry).unwrap());
            }
            (7..=10, _, Some(entry)) => go_on(script, &queue, &entry, kind, &body),
            _ => match (mine(Place::Failed), mine(Place::Done)) {
                (Some(entry), _) if script.roll(2) == 0 => {
                    remove(script, &entry.id, || queue.remove(&entry).unwrap());
                }
                (Some(entry), _) => {
                    rewrite(
                        script,
                        &entry,
                        (Place::Failed, Place::Pending),
                        &body,
                        |body| queue.retry(&entry, body),
                    );
                }
                (None, Some(entry)) => {
                    remove(script, &entry.id, || queue.forget_done(&entry.id).unwrap());
                }
                (None, None) => {}
            },
        }
    }
}

/// What may be known of each message: what the last step that was done left, or any that began after it.
fn allowed(steps: &[Step<Did>]) -> BTreeMap<&'static str, Vec<State>> {
    let mut allowed: BTreeMap<_, Vec<_>> = IDS.map(|id| (id, vec![None])).into();
    for step in steps {
        let states = allowed.entry(step.what.id).or_default();
        if step.done.is_some() {
            states.clear();
            states.extend(step.what.states.last().cloned());
        } else {
            states.extend(step.what.states.iter().cloned());
        }
    }
    allowed
}

#[test]
fn an_accepted_message_is_there_once_and_whole() {
    survives(move_at_random, |disk, steps| {
        let queue = open(disk);
        queue.settle().unwrap();
        let mut found: BTreeMap<String, Vec<(Place, String)>> = BTreeMap::new();
        let mut numbers = BTreeSet::new();
        for place in [Place::Pending, Place::Claimed, Place::Failed, Place::Done] {
            for entry in queue.list(place).unwrap() {
                let body = text(&queue, &entry);
                assert!(
                    entry.seq.is_none_or(|seq| numbers.insert(seq)),
                    "a number twice"
                );
                found.entry(entry.id).or_default().push((place, body));
            }
        }
        for (id, allowed) in allowed(steps) {
            let mut here = found.remove(id).unwrap_or_default();
            assert!(here.len() < 2, "{id} is there more than once: {here:?}");
            let here = here.pop();
            assert!(allowed.contains(&here), "{id}: {here:?} of {allowed:?}");
        }
    });
}
