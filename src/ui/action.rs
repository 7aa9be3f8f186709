//! What a pass would do, in words.

use crate::domain::{Action, Intent};

/// One line on an action that is planned and not done.
pub fn describe(action: &Action) -> String {
    match action {
        Action::ReleaseLease { item, run } => format!("release the lease of {run} on {item}"),
        Action::Resume { run } => format!("go on with {run}, whose supervisor died"),
        Action::Crash { run, .. } => format!("call {run} crashed and end what is left of it"),
        Action::Cancel { run, reason } => format!("end {run}: {reason}"),
        Action::Judge { run, summary, .. } => format!("judge {run}: {summary}"),
        Action::Launch {
            item,
            task,
            agent,
            attempt,
            ..
        } => format!(
            "launch {agent} on {item}: {}, attempt {attempt}",
            task.as_str()
        ),
        Action::Enqueue { intent, reason } => format!("write {}: {reason}", subject(intent)),
        Action::DropIntents { run, reason } => format!("drop the unsent writes of {run}: {reason}"),
        Action::SetRetry { retry, reason } => format!("note on {}: {reason}", retry.item),
        Action::Trust { notes } => {
            let issues: Vec<String> = notes
                .keys()
                .map(|number| format!("issue/{number}"))
                .collect();
            format!("note what is approved of {}", issues.join(", "))
        }
        Action::DropApproval { pr, .. } => format!("drop the approval of pr/{pr}: its head moved"),
        Action::Close { run, reason } => format!("archive {run}: {reason}"),
    }
}

fn subject(intent: &Intent) -> String {
    format!("{} {}", intent.payload.kind().as_str(), intent.target())
}
