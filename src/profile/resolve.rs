//! From the merged values to `domain::Rules`.

use std::collections::BTreeMap;
use std::path::Path;

use super::schema::{
    AgentFile, AgentsFile, BudgetFile, ForgeFile, IntakeFile, LimitsFile, NotifierFile, NotifyFile,
    PolicyFile, ProfileFile, RepoFile, RetryFile, RiskFile, SandboxFile,
};
use super::units::parse_minute;
use super::validate::expand_home;
use crate::domain::{
    AgentRules, AgentSettings, BudgetRules, ForgeRules, IntakeRules, LimitRules, MergeRules,
    NotifierRules, NotifyRules, PathRules, PolicyRules, PoolEntry, Priority, ProfileId, QuietHours,
    RepoRules, RetryRules, RiskRules, Rules, SandboxRules, TokenSource,
};

/// The rules, when nothing is missing. Called on values that are checked.
pub(super) fn rules(id: &ProfileId, file: ProfileFile, home: Option<&Path>) -> Option<Rules> {
    Some(Rules {
        id: id.clone(),
        forge: forge(file.forge, home)?,
        repo: repo(file.repo, home)?,
        intake: intake(file.intake)?,
        agents: agents(file.agents)?,
        sandbox: sandbox(file.sandbox, home)?,
        limits: limits(&file.limits)?,
        retry: retry(file.retry)?,
        budget: budget(&file.budget)?,
        policy: policy(file.policy)?,
        risk: risk(file.risk)?,
        notify: notify(file.notify, home)?,
    })
}

fn forge(file: ForgeFile, home: Option<&Path>) -> Option<ForgeRules> {
    let token = source(file.token, home)?;
    Some(ForgeRules {
        kind: file.kind?,
        repo: file.repo?,
        base_url: file
            .base_url
            .map(|url| url.trim_end_matches('/').to_owned()),
        git_url: file.git_url,
        token,
    })
}

/// The outer `None`: its path cannot be used.
#[expect(clippy::option_option, reason = "a source may be absent, or bad")]
fn source(from: Option<TokenSource>, home: Option<&Path>) -> Option<Option<TokenSource>> {
    Some(match from {
        Some(TokenSource::File(path)) => {
            Some(TokenSource::File(expand_home(path.to_str()?, home).ok()?))
        }
        other => other,
    })
}

fn notify(file: NotifyFile, home: Option<&Path>) -> Option<NotifyRules> {
    let quiet = match file.quiet {
        None => None,
        Some(quiet) => Some(QuietHours {
            from: parse_minute(&quiet.from?)?,
            to: parse_minute(&quiet.to?)?,
        }),
    };
    let digest = match file.digest.filter(|at| !at.is_empty()) {
        None => None,
        Some(at) => Some(parse_minute(&at)?),
    };
    let mut to = BTreeMap::new();
    for (name, one) in file.to {
        to.insert(name, notifier(one, home)?);
    }
    Some(NotifyRules {
        to,
        quiet,
        digest,
        stalled_after: file.stalled_after?.0,
    })
}

fn notifier(file: NotifierFile, home: Option<&Path>) -> Option<NotifierRules> {
    let trimmed = |url: String| url.trim_end_matches('/').to_owned();
    Some(NotifierRules {
        kind: file.kind?,
        priority: file.priority.unwrap_or(Priority::Low),
        url: file.url.map(trimmed),
        topic: file.topic,
        chat: file.chat,
        token: source(file.token, home)?,
        address: source(file.address, home)?,
        recipients: file.recipients.unwrap_or_default(),
        sender: file.sender,
        argv: file.argv.unwrap_or_default(),
        env: file.env.unwrap_or_default(),
    })
}

fn repo(file: RepoFile, home: Option<&Path>) -> Option<RepoRules> {
    let path = match file.path {
        Some(text) => Some(expand_home(&text, home).ok()?),
        None => None,
    };
    Some(RepoRules {
        path,
        base: file.base?.parse().ok()?,
        branch_prefix: file.branch_prefix?,
        setup: file.setup?,
        verify: file.verify?,
    })
}

fn intake(file: IntakeFile) -> Option<IntakeRules> {
    Some(IntakeRules {
        labels: file.labels?.into_iter().collect(),
        trusted: file.trusted?.into_iter().collect(),
        users: file.users?.into_iter().collect(),
    })
}

fn agents(file: AgentsFile) -> Option<AgentRules> {
    let all = &file.settings;
    let mut pool = BTreeMap::new();
    let mut settings = BTreeMap::new();
    for (name, one) in all {
        let backend = one.backend.clone().unwrap_or_else(|| name.clone());
        let base = all.get(&backend).cloned().unwrap_or_default();
        settings.insert(name.clone(), agent(inherit(one.clone(), base))?);
        if backend != *name || one.account.is_some() {
            let account = one.account.clone().unwrap_or_else(|| name.clone());
            pool.insert(name.clone(), PoolEntry { backend, account });
        }
    }
    Some(AgentRules {
        use_: file.use_?,
        fallback: file.fallback?,
        settings,
        pool,
    })
}

/// What an agent does not say of itself holds as for its backend. `argv` and `shell` are one choice.
fn inherit(own: AgentFile, base: AgentFile) -> AgentFile {
    let program = own.argv.is_some() || own.shell.is_some();
    let (argv, shell) = if program {
        (own.argv, own.shell)
    } else {
        (base.argv, base.shell)
    };
    AgentFile {
        backend: own.backend,
        account: own.account,
        model: own.model.or(base.model),
        argv,
        shell,
        args: own.args.or(base.args),
        env: own.env.or(base.env),
        timeout: own.timeout.or(base.timeout),
        stall: own.stall.or(base.stall),
        grace: own.grace.or(base.grace),
        output_max: own.output_max.or(base.output_max),
        steps_max: own.steps_max.or(base.steps_max),
        sandbox: own.sandbox.or(base.sandbox),
    }
}

fn agent(file: AgentFile) -> Option<AgentSettings> {
    Some(AgentSettings {
        model: file.model.filter(|model| !model.is_empty()),
        argv: file.argv.unwrap_or_default(),
        shell: file.shell.filter(|line| !line.trim().is_empty()),
        args: file.args?,
        env: file.env?,
        timeout: file.timeout?.0,
        stall: file.stall?.0,
        grace: file.grace?.0,
        output_bytes_max: file.output_max?.0,
        steps_max: file.steps_max?,
        sandbox: file.sandbox?,
    })
}

fn sandbox(file: SandboxFile, home: Option<&Path>) -> Option<SandboxRules> {
    let paths = |list: Vec<String>| {
        let paths = list.iter().map(|text| expand_home(text, home).ok());
        paths.collect::<Option<Vec<_>>>()
    };
    Some(SandboxRules {
        kind: file.kind?,
        read: paths(file.read?)?,
        write: paths(file.write?)?,
        network: file.network?,
        hosts: file.hosts.unwrap_or_default(),
        image: file.image.filter(|image| !image.is_empty()),
        memory_bytes_max: file.memory?.0,
        processes_max: file.processes?,
        file_bytes_max: file.file_size?.0,
    })
}

fn limits(file: &LimitsFile) -> Option<LimitRules> {
    Some(LimitRules {
        workers: file.workers?,
        heavy: file.heavy?,
        pr: file.pr?,
        scheduled: file.scheduled?,
        recurring: file.recurring?,
        launches_per_pass: file.launches_per_pass?,
        pr_reserved: file.pr_reserved?,
        disk_free_min: file.disk_free_min?.0,
        history_bytes_max: file.history_max?.0,
    })
}

fn retry(file: RetryFile) -> Option<RetryRules> {
    Some(RetryRules {
        delays: file.delays?.into_iter().map(|delay| delay.0).collect(),
        attempts_max: file.attempts_max?,
        resumes_max: file.resumes_max?,
    })
}

fn budget(file: &BudgetFile) -> Option<BudgetRules> {
    Some(BudgetRules {
        runs_per_day: file.runs_per_day?,
        tokens_per_day: file.tokens_per_day?,
        usd_micros_per_day: file.usd_per_day?.0,
        runs_per_item: file.runs_per_item?,
        tokens_per_item: file.tokens_per_item?,
        usd_micros_per_item: file.usd_per_item?.0,
        usd_micros_per_run: file.usd_per_run?.0,
        tokens_per_run: file.tokens_per_run?,
    })
}

fn policy(file: PolicyFile) -> Option<PolicyRules> {
    Some(PolicyRules {
        writes: file.writes?,
        merge: MergeRules {
            auto_max: file.merge.auto_max?,
            ask_max: file.merge.ask_max?,
            method: file.merge.method?,
            checks: file.merge.checks?,
            reviews: file.merge.reviews?,
        },
        paths: PathRules {
            forbidden: file.paths.forbidden?,
            protected: file.paths.protected?,
        },
        fix_rounds_max: file.fix_rounds_max?,
    })
}

fn risk(file: RiskFile) -> Option<RiskRules> {
    Some(RiskRules {
        weights: file.weights,
        ceilings: file.ceilings,
        classes: file.classes,
        low_max: file.low_max?,
        medium_max: file.medium_max?,
        large_deletion_lines: file.large_deletion_lines?,
    })
}
