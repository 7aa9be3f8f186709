//! Whose issues are taken, which text of them counts as approved, and whose words an agent gets to read.

use jiff::{SignedDuration, Timestamp};

use crate::domain::{
    ApprovedBy, Asked, Association, Comment, IntakeRules, Issue, Labelled, Pin, PullRequest,
    Review, ReviewState, TrustNote, label,
};

/// How often the forge is asked who labelled an issue before the issue has to change first.
const TRIES_MAX: u32 = 4;
/// The wait after the first answer that did not help; each later one is eight times as long. A forge may show a label
/// before it shows who set it.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(2);

/// Who is trusted: the profile's rules, and the account that acp writes under.
#[derive(Debug, Clone, Copy)]
pub struct Trusted<'a> {
    /// `intake:` of the profile.
    pub intake: &'a IntakeRules,
    /// Login of acp's own account.
    pub viewer: Option<&'a str>,
}

impl Trusted<'_> {
    /// Whether the profile trusts an account. A bot is trusted by name only, and nobody without a name ever.
    pub fn person(&self, login: &str, association: Association) -> bool {
        let listed = |user: &String| user.trim().eq_ignore_ascii_case(login.trim());
        if login.trim().is_empty() {
            return false;
        }
        self.intake.users.iter().any(listed)
            || (!is_bot(login) && self.intake.trusted.contains(&association))
    }

    /// Whether a label counts as set by somebody trusted. Passes never set an intake label, so under acp's own account it
    /// was a person who typed it.
    pub fn labeller(&self, who: &Labelled) -> bool {
        self.is_viewer(&who.by) || self.person(&who.by, who.association)
    }

    /// Whether it is the account that acp writes under.
    pub fn is_viewer(&self, login: &str) -> bool {
        let same = |viewer: &str| viewer.eq_ignore_ascii_case(login.trim());
        !login.trim().is_empty() && self.viewer.is_some_and(same)
    }

    /// The intake label that is on an issue.
    pub fn intake_label<'i>(&self, issue: &'i Issue) -> Option<&'i str> {
        let wanted = |label: &&String| self.intake.labels.contains(*label);
        issue.labels.iter().find(wanted).map(String::as_str)
    }

    /// Whether a comment may reach an agent: of somebody trusted, and not of acp. Where a person's writes through acp are
    /// under another account than acp's own, `marked` says that the marker at the end is not acp's alone.
    pub fn hears(&self, comment: &Comment, marked: bool) -> bool {
        !comment.own
            && !self.is_viewer(&comment.author)
            && (marked || !ends_with_marker(&comment.body))
            && self.person(&comment.author, comment.association)
    }

    /// Whether title and body of a pull request may reach an agent.
    pub fn wrote(&self, pr: &PullRequest) -> bool {
        self.is_viewer(&pr.author) || self.person(&pr.author, pr.association)
    }

    /// Whether a review may start a repair. One of acp's own account never does.
    pub fn heeds(&self, review: &Review) -> bool {
        !self.is_viewer(&review.author) && self.person(&review.author, review.association)
    }

    /// Authors whose requests for changes start nothing and still keep a pull request from merging unasked.
    pub fn unheeded<'p>(&self, pr: &'p PullRequest) -> Vec<&'p str> {
        let mut open: Vec<&str> = vec![];
        for review in pr
            .reviews
            .iter()
            .filter(|r| r.head == pr.head_sha && !self.heeds(r))
        {
            let author = review.author.as_str();
            match review.state {
                ReviewState::Commented => {}
                ReviewState::Approved => open.retain(|other| *other != author),
                ReviewState::ChangesRequested if open.contains(&author) => {}
                ReviewState::ChangesRequested => open.push(author),
            }
        }
        open
    }
}

fn is_bot(login: &str) -> bool {
    let login = login.trim().as_bytes();
    let end = login.len().saturating_sub(5);
    login[end..].eq_ignore_ascii_case(b"[bot]")
}

/// Whether the last line of a text is a marker of acp's.
fn ends_with_marker(body: &str) -> bool {
    let last = body.trim_end().lines().next_back().unwrap_or_default();
    last.starts_with("<!-- acp:") && last.ends_with("-->")
}

/// What an issue with an intake label is to acp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its present text is approved.
    Approved,
    /// Nobody trusted wrote it or labelled it.
    NotTrusted,
    /// It was approved, and then its text was changed.
    Changed {
        /// Who approved the text before.
        by: String,
    },
}

/// What is thought of an issue, and what is to be kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regard {
    /// What it is to acp.
    pub standing: Standing,
    /// The note afterwards, where it is another one.
    pub note: Option<TrustNote>,
}

/// Judges an issue with an intake label. `answer` is what the forge has said just now on who put that on it.
pub fn regard(
    issue: &Issue,
    note: &TrustNote,
    answer: Option<&Option<Labelled>>,
    trusted: &Trusted<'_>,
    now: Timestamp,
) -> Regard {
    let by_author = trusted.person(&issue.author, issue.association);
    let same = is_same(issue, note);
    let still = note
        .pin
        .as_ref()
        .is_some_and(|pin| still_trusted(pin, trusted));
    let is_new = |pin: &Pin| pin.seen < issue.updated;
    let settled = same && (by_author || still) && !note.pin.as_ref().is_none_or(is_new);
    if settled && answer.is_none() {
        return Regard {
            standing: Standing::Approved,
            note: None,
        };
    }
    let before = note;
    let mut note = before.clone();
    note.gone = note.gone.filter(|_| is_gone(before, issue.updated));
    if let Some(answer) = answer {
        let by = answer.as_ref().map(|labelled| labelled.by.clone());
        note.asked = Some(asked(issue, note.asked.as_ref(), by, now));
    }
    let label = answer
        .and_then(Option::as_ref)
        .filter(|labelled| trusted.labeller(labelled))
        // One that was set before the text changed says nothing about the text that it has now.
        .filter(|labelled| same || note.pin.as_ref().is_none_or(|pin| labelled.at > pin.seen));
    if let Some(labelled) = label {
        let note = approved(note.gone, pin_by_label(issue, labelled, now));
        return Regard::new(Standing::Approved, note, before);
    }
    let standing = match note.pin.take() {
        Some(pin) if !same => {
            let by = pin.by.clone();
            note.pin = Some(pin);
            if by_author || still {
                Standing::Changed { by }
            } else {
                Standing::NotTrusted
            }
        }
        Some(pin) if by_author || still => {
            let seen = pin.seen.max(issue.updated);
            note = approved(note.gone, Pin { seen, ..pin });
            Standing::Approved
        }
        // Without a text there is nothing to pin yet: the launch reads it.
        None if by_author && issue.digest.is_none() => Standing::Approved,
        None if by_author => {
            note = approved(note.gone, pin_by_author(issue, issue.digest.clone(), now));
            Standing::Approved
        }
        pin => {
            note.pin = pin;
            Standing::NotTrusted
        }
    };
    Regard::new(standing, note, before)
}

impl Regard {
    fn new(standing: Standing, note: TrustNote, before: &TrustNote) -> Self {
        let note = (note != *before).then_some(note);
        Self { standing, note }
    }
}

fn approved(gone: Option<Timestamp>, pin: Pin) -> TrustNote {
    TrustNote {
        pin: Some(pin),
        read: None,
        asked: None,
        gone,
    }
}

/// The pin of an issue that somebody trusted wrote, at a text with this digest.
pub fn pin_by_author(issue: &Issue, digest: Option<String>, now: Timestamp) -> Pin {
    Pin {
        digest,
        why: ApprovedBy::Author,
        by: issue.author.clone(),
        association: issue.association,
        at: now,
        labelled: None,
        seen: issue.updated,
    }
}

fn pin_by_label(issue: &Issue, labelled: &Labelled, now: Timestamp) -> Pin {
    Pin {
        digest: issue.digest.clone(),
        why: ApprovedBy::Label,
        by: labelled.by.clone(),
        association: labelled.association,
        at: now,
        labelled: Some(labelled.at),
        seen: issue.updated.max(labelled.at),
    }
}

/// Whether the text is the pinned one, as far as the listing and the last launch tell.
fn is_same(issue: &Issue, note: &TrustNote) -> bool {
    let pinned = note.pin.as_ref().and_then(|pin| pin.digest.as_ref());
    let listed = issue.digest.as_ref();
    note.read.is_none() && (pinned.is_none() || listed.is_none() || pinned == listed)
}

/// Whether the label of a pin still counts as set by somebody trusted. Of an author the issue itself tells.
fn still_trusted(pin: &Pin, trusted: &Trusted<'_>) -> bool {
    pin.why == ApprovedBy::Label
        && (trusted.is_viewer(&pin.by) || trusted.person(&pin.by, pin.association))
}

fn asked(issue: &Issue, before: Option<&Asked>, by: Option<String>, now: Timestamp) -> Asked {
    let before = before.filter(|asked| asked.updated == issue.updated);
    Asked {
        updated: issue.updated,
        at: now,
        tries: before.map_or(0, |asked| asked.tries).saturating_add(1),
        by,
    }
}

/// Whether the forge should be asked who put the intake label on an issue: only when that may change something, and for
/// each change of the issue only so often.
pub fn wants_answer(
    issue: &Issue,
    note: &TrustNote,
    trusted: &Trusted<'_>,
    now: Timestamp,
) -> bool {
    let open = issue.is_open() && !issue.has(label::BLOCKED);
    if !open || trusted.intake_label(issue).is_none() || is_gone(note, issue.updated) {
        return false;
    }
    let due = match note
        .asked
        .as_ref()
        .filter(|asked| asked.updated == issue.updated)
    {
        None => true,
        Some(asked) if asked.tries >= TRIES_MAX => false,
        Some(asked) => {
            let wait = FIRST_WAIT * 8_i32.saturating_pow(asked.tries.saturating_sub(1));
            let passed = now.duration_since(asked.at);
            // Of an answer of the future the clock went back.
            passed >= wait || passed.is_negative()
        }
    };
    due && regard(issue, note, None, trusted, now).standing != Standing::Approved
}

/// Whether an item was not on the forge when its text was last read, and has not shown itself since.
pub fn is_gone(note: &TrustNote, updated: Timestamp) -> bool {
    note.gone.is_some_and(|gone| gone >= updated)
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
