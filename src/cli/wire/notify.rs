//! Which adapter a notifier of the profile is.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

use super::{remote, token};
use crate::commands::NotifierMaker;
use crate::domain::{NotifierKind, NotifierRules, Rules, TokenSource};
use crate::http::UreqTransport;
use crate::notify::command::{Command, GIVEN, Program};
use crate::notify::discord::Discord;
use crate::notify::email::Email;
use crate::notify::ntfy::{self, Ntfy};
use crate::notify::slack::Slack;
use crate::notify::telegram::{self, Telegram};
use crate::notify::webhook::{Place, Webhook};
use crate::notify::{Hidden, Notifier};
use crate::sys::{Clock, Env};

/// Where `sendmail` is when it is not on PATH: most machines keep it among the programs of the administrator.
const MAIL_PATH: &str = "/usr/sbin:/usr/lib:/usr/local/sbin";

/// Makes the notifiers of a profile. Nothing is looked for and nothing started before one is used.
pub(super) fn notifiers(
    env: &Env,
    clock: &Arc<dyn Clock>,
    rules: &Rules,
) -> NotifierMaker<'static> {
    let maker = Maker {
        env: env.clone(),
        clock: Arc::clone(clock),
    };
    let to = rules.notify.to.clone();
    Box::new(move |name| Some(maker.make(to.get(name)?)))
}

/// Why notifiers of a profile cannot work as they are set up, by name. Programs that print a secret are run for it.
pub(super) fn unready(
    env: &Env,
    clock: &Arc<dyn Clock>,
    rules: &Rules,
) -> Vec<(String, Option<String>)> {
    let make = notifiers(env, clock, rules);
    let names = rules.notify.to.keys();
    names
        .filter_map(|name| Some((name.clone(), make(name)?.unready())))
        .collect()
}

struct Maker {
    env: Env,
    clock: Arc<dyn Clock>,
}

impl Maker {
    fn make(&self, rules: &NotifierRules) -> Box<dyn Notifier> {
        let transport = || Arc::new(UreqTransport::new(remote::network(&self.env)));
        let server = |public: &str| rules.url.clone().unwrap_or_else(|| public.to_owned());
        let token = || rules.token.clone().map(|source| self.hidden(source));
        match rules.kind {
            NotifierKind::Ntfy => Box::new(Ntfy {
                transport: transport(),
                server: server(ntfy::SERVER),
                topic: rules.topic.clone().unwrap_or_default(),
                token: token(),
            }),
            NotifierKind::Slack => Box::new(Slack {
                transport: transport(),
                address: self.needed(rules.address.as_ref()),
            }),
            NotifierKind::Discord => Box::new(Discord {
                transport: transport(),
                address: self.needed(rules.address.as_ref()),
            }),
            NotifierKind::Telegram => Box::new(Telegram {
                transport: transport(),
                server: server(telegram::SERVER),
                chat: rules.chat.clone().unwrap_or_default(),
                token: self.needed(rules.token.as_ref()),
            }),
            NotifierKind::Webhook => Box::new(Webhook {
                transport: transport(),
                place: match &rules.url {
                    Some(url) => Place::Open(url.clone()),
                    None => Place::Secret(self.needed(rules.address.as_ref())),
                },
                token: token(),
            }),
            NotifierKind::Email => Box::new(Email {
                program: self.program(rules, "sendmail"),
                recipients: rules.recipients.clone(),
                sender: rules.sender.clone(),
            }),
            NotifierKind::Command => Box::new(Command {
                program: self.program(rules, ""),
            }),
        }
    }

    /// What a program is given: it gets news to tell, and nothing that acp itself works with.
    fn vars(&self, named: &[String]) -> Vec<(OsString, OsString)> {
        let names = GIVEN
            .iter()
            .copied()
            .chain(named.iter().map(String::as_str));
        names
            .filter_map(|name| Some((name.into(), self.env.raw(name)?.to_owned())))
            .collect()
    }

    fn hidden(&self, source: TokenSource) -> Hidden {
        Hidden::new(token::named(&self.env, &self.clock, source))
    }

    /// The profile was checked: it names a source.
    fn needed(&self, source: Option<&TokenSource>) -> Hidden {
        match source {
            Some(source) => self.hidden(source.clone()),
            None => Hidden::new(|| Err("the profile names no source of it".to_owned())),
        }
    }

    fn program(&self, rules: &NotifierRules, usual: &str) -> Program {
        let (name, args) = match rules.argv.split_first() {
            Some((name, args)) => (name.as_str(), args.to_vec()),
            None => (usual, vec![]),
        };
        let found = super::open::find(&self.env, name).or_else(|| {
            crate::proc::find_program(name.as_ref(), MAIL_PATH.as_ref(), Path::new("/"))
        });
        Program {
            file: found.ok_or_else(|| {
                let name = crate::ui::words::clean(name);
                format!("the program `{name}` is not on PATH")
            }),
            args,
            vars: self.vars(&rules.env),
            clock: Arc::clone(&self.clock),
        }
    }
}
