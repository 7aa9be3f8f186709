//! What a person may do about what is shown, and the verb that does it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    Intent, IntentId, ItemId, ItemKind, Run, RunId, Sha, Snapshot, Standing, Wait, label,
};

/// The longest reason that is taken, in characters.
const REASON_CHARS_MAX: usize = 300;

/// A button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Offer {
    /// What stands on it.
    label: &'static str,
    /// What is asked before it is done.
    ask: String,
    /// Whether it ends or drops something.
    grave: bool,
    wish: Wish,
}

/// What is to be done. Every field has a type of its own: none of them can become another argument of a verb.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub(super) enum Wish {
    /// Say yes to the head that is shown.
    Approve { pr: u64, head: Sha },
    /// Say yes and merge at once.
    Merge { pr: u64, head: Sha },
    /// Say no: close it without a merge.
    Deny { pr: u64 },
    /// Forget failures and wait.
    Retry { item: ItemId },
    /// Take `agent-blocked` off.
    Unblock { item: ItemId },
    /// Send a failed write once more.
    Resend { intent: IntentId },
    /// Hold an item, or everything.
    Hold {
        name: String,
        item: Option<ItemId>,
        reason: String,
    },
    /// Lift a hold.
    Lift { name: String },
    /// End a run.
    Stop { run: RunId },
}

impl Wish {
    /// The call of acp that does it, as a person would type it.
    ///
    /// # Errors
    /// What cannot be typed.
    pub(super) fn arguments(&self) -> Result<Vec<String>, String> {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Ok(match self {
            Self::Approve { pr, head } => {
                words(&["pr", "approve", &pr.to_string(), &format!("--head={head}")])
            }
            Self::Merge { pr, head } => {
                words(&["pr", "merge", &pr.to_string(), &format!("--head={head}")])
            }
            Self::Deny { pr } => words(&[
                "pr",
                "close",
                &pr.to_string(),
                "--reason=denied on the dashboard",
            ]),
            Self::Retry { item } => words(&["retry", "clear", &item.to_string()]),
            Self::Unblock { item } => {
                let noun = match item.kind {
                    ItemKind::Issue => "issue",
                    ItemKind::Pr => "pr",
                };
                let remove = format!("--remove={}", label::BLOCKED);
                words(&[noun, "label", &item.number.to_string(), &remove])
            }
            Self::Resend { intent } => words(&["outbox", "retry", &intent.to_string()]),
            Self::Hold { name, item, reason } => {
                let reason = reason.trim();
                if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
                    return Err(format!(
                        "a hold has a reason of at most {REASON_CHARS_MAX} characters"
                    ));
                }
                let reason = format!("--reason={reason}");
                let mut call: Vec<String> = words(&["hold", "add", &reason]);
                call.extend(item.map(|item| format!("--item={item}")));
                call.extend(["--".to_owned(), name.clone()]);
                call
            }
            Self::Lift { name } => words(&["hold", "clear", "--", name]),
            Self::Stop { run } => words(&["run", "stop", run.as_str()]),
        })
    }
}

/// What may be done about where an item stands.
pub(super) fn offers_of_item(standing: &Standing, snapshot: &Snapshot) -> Vec<Offer> {
    let item = standing.item;
    let head = || match item.kind {
        ItemKind::Pr => Some(snapshot.mirror.pulls.get(&item.number)?.head_sha.clone()),
        ItemKind::Issue => None,
    };
    let pr = item.number;
    let deny = || {
        offer("Deny", Wish::Deny { pr })
            .asking(format!("Close {item} without a merge?"))
            .grave()
    };
    let yes = |label, verb: fn(u64, Sha) -> Wish, ask: &str| {
        head().map(|head| {
            let at = head.short().to_owned();
            offer(label, verb(pr, head)).asking(format!("{ask} {item} at {at}?"))
        })
    };
    match &standing.wait {
        Wait::Human { .. } if item.kind == ItemKind::Pr => {
            let mut offers: Vec<Offer> =
                yes("Approve", |pr, head| Wish::Approve { pr, head }, "Approve")
                    .into_iter()
                    .collect();
            offers.push(deny());
            offers
        }
        Wait::MergeByHand { .. } => {
            let mut offers: Vec<Offer> = yes("Merge", |pr, head| Wish::Merge { pr, head }, "Merge")
                .into_iter()
                .collect();
            offers.push(deny());
            offers
        }
        Wait::MergeBlocked { .. } => vec![deny()],
        Wait::Blocked { .. } => {
            let ask = format!(
                "Take {} off {item}, so that it is tried again?",
                label::BLOCKED
            );
            vec![offer("Unblock", Wish::Unblock { item }).asking(ask)]
        }
        Wait::Retry { .. } => {
            let ask = format!("Forget the failures of {item} and try again now?");
            vec![offer("Retry now", Wish::Retry { item }).asking(ask)]
        }
        _ => vec![],
    }
}

/// What may be done about a run at work.
pub(super) fn offers_of_run(run: &Run) -> Vec<Offer> {
    let ask = format!("End the run of {} at {}?", run.agent, run.item);
    let run = run.id.clone();
    vec![offer("Stop", Wish::Stop { run }).asking(ask).grave()]
}

/// What may be done about a hold.
pub(super) fn offers_of_hold(name: &str) -> Vec<Offer> {
    let ask = format!("Lift the hold {name}?");
    let name = name.to_owned();
    vec![offer("Lift", Wish::Lift { name }).asking(ask)]
}

/// What may be done about a write that failed.
pub(super) fn offers_of_intent(intent: &Intent) -> Vec<Offer> {
    if intent.dropped.is_some() {
        return vec![];
    }
    let ask = format!("Send this {} once more?", intent.payload.kind().as_str());
    let intent = intent.id.clone();
    vec![offer("Send again", Wish::Resend { intent }).asking(ask)]
}

fn offer(label: &'static str, wish: Wish) -> Offer {
    Offer {
        label,
        ask: String::new(),
        grave: false,
        wish,
    }
}

impl Offer {
    fn asking(self, ask: String) -> Self {
        Self { ask, ..self }
    }

    fn grave(self) -> Self {
        Self {
            grave: true,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(json: &str) -> Result<Vec<String>, String> {
        let wish: Wish = serde_json::from_str(json).map_err(|error| error.to_string())?;
        wish.arguments()
    }

    #[test]
    fn a_wish_is_the_call_that_a_person_would_type() {
        let head = "a".repeat(40);
        let approve = format!(r#"{{"do":"approve","pr":4,"head":"{head}"}}"#);
        let typed = format!("pr approve 4 --head={head}");
        for (json, typed) in [
            (approve.as_str(), typed.as_str()),
            (
                r#"{"do":"deny","pr":4}"#,
                "pr close 4 --reason=denied on the dashboard",
            ),
            (r#"{"do":"retry","item":"issue/3"}"#, "retry clear issue/3"),
            (
                r#"{"do":"unblock","item":"pr/3"}"#,
                "pr label 3 --remove=agent-blocked",
            ),
            (
                r#"{"do":"hold","name":"freeze","item":null,"reason":" --dry-run "}"#,
                "hold add --reason=--dry-run -- freeze",
            ),
            (
                r#"{"do":"hold","name":"x","item":"issue/3","reason":"r"}"#,
                "hold add --reason=r --item=issue/3 -- x",
            ),
            (r#"{"do":"lift","name":"--help"}"#, "hold clear -- --help"),
        ] {
            assert_eq!(call(json).unwrap().join(" "), typed);
        }
    }

    #[test]
    fn what_is_not_on_the_list_or_of_another_type_is_no_wish() {
        for json in [
            "",
            "[]",
            r#"{"do":"rm"}"#,
            r#"{"do":"deny"}"#,
            r#"{"do":"deny","pr":"4"}"#,
            r#"{"do":"deny","pr":-4}"#,
            r#"{"do":"deny","pr":4,"more":1}"#,
            r#"{"do":"approve","pr":4,"head":"--help"}"#,
            r#"{"do":"approve","pr":4}"#,
            r#"{"do":"stop","run":"../../etc"}"#,
            r#"{"do":"retry","item":"--all"}"#,
            r#"{"do":"hold","name":"a","item":null,"reason":" "}"#,
        ] {
            assert!(call(json).is_err(), "{json}");
        }
        let long = "x".repeat(REASON_CHARS_MAX + 1);
        let long = format!(r#"{{"do":"hold","name":"a","item":null,"reason":"{long}"}}"#);
        assert!(call(&long).is_err());
    }
}
