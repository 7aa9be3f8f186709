//! What is said about profiles that do not load.

use super::tests::problems;

/// The body of a profile on the local forge, and all that is said about it. Line 1 is `schema`, line 2 `forge`.
const BAD: &[(&str, &[&str])] = &[
    (
        "budget: { usd_per_dya: 5 }",
        &["web.yaml:3: budget.usd_per_dya: unknown key; did you mean `usd_per_day`?"],
    ),
    (
        "workers: 3",
        &["web.yaml:3: workers: unknown key; it belongs under `limits`"],
    ),
    (
        "auto_max: 3",
        &["web.yaml:3: auto_max: unknown key; it belongs under `policy.merge`"],
    ),
    (
        "retry:\n  colour: red",
        &["web.yaml:4: retry.colour: unknown key; known here: attempts_max, delays, resumes_max"],
    ),
    (
        "limits:\n  workers: many\n  heavy: -1\n  pr: \"3\"",
        &[
            "web.yaml:5: limits.heavy: expected a whole number, 0 or more, found the number `-1`",
            "web.yaml:6: limits.pr: expected a whole number, 0 or more, found `3`; leave the quotes out",
            "web.yaml:4: limits.workers: expected a whole number, 0 or more, found `many`",
        ],
    ),
    (
        "limits: { workers: 1 }\nlimits: { workers: 2 }",
        &["web.yaml:4: limits: the key is written twice; it is already in line 3"],
    ),
    (
        "limits:\n  workers: 1\n  heavy: 1\n  workers: 2",
        &["web.yaml:6: limits.workers: the key is written twice; it is already in line 4"],
    ),
    (
        "limits: 4",
        &["web.yaml:3: limits: expected a group of keys, found the number `4`"],
    ),
    (
        "retry: { delays: [5m, 30, 1h] }",
        &[
            "web.yaml:3: retry.delays[1]: expected a duration such as `90s`, `30m`, `2h` or `1d`, found the number `30`; \
           `30s` for seconds, `30m` for minutes",
        ],
    ),
    (
        "retry: { delays: [] }",
        &["web.yaml:3: retry.delays: the list must not be empty"],
    ),
    (
        "retry: { attempts_max: 0 }",
        &[
            "web.yaml:3: retry.attempts_max: expected a whole number, 1 or more, found the number `0`",
        ],
    ),
    (
        "sandbox: { kind: chroot, network: half, reed: [] }",
        &[
            "web.yaml:3: sandbox.kind: expected `auto`, `none`, `bubblewrap`, `seatbelt`, `docker` or `podman`, found `chroot`",
            "web.yaml:3: sandbox.network: expected `on`, `off` or `model-host-only`, found `half`",
            "web.yaml:3: sandbox.reed: unknown key; did you mean `read`?",
        ],
    ),
    (
        "sandbox: { read: [data, ~/.ssh/config, /], write: [~/.config] }",
        &[
            "web.yaml:3: sandbox.read[0]: the path is relative, and it is not clear to what; write an absolute path, or one \
             that begins with `~/`",
            "web.yaml:3: sandbox.read[1]: `~/.ssh` is never shown; name only what is needed; docs/sandbox.md says what is \
             never shown",
            "web.yaml:3: sandbox.read[2]: that is everything; name only what is needed; docs/sandbox.md says what is never \
             shown",
            "web.yaml:3: sandbox.write[0]: `~/.config/containers/auth.json` is never shown; name only what is needed; \
             docs/sandbox.md says what is never shown",
        ],
    ),
    (
        "sandbox: { kind: docker, image: \"\" }",
        &[
            "web.yaml:3: sandbox.kind: a container needs an image; set `sandbox.image` to one that has the agent and its \
             tools",
        ],
    ),
    (
        "sandbox: { hosts: [api.example.com] }",
        &[
            "web.yaml:3: sandbox.hosts: `hosts` opens nothing where the network is not `model-host-only`; write `network: \
             model-host-only`, or remove `hosts`",
        ],
    ),
    (
        "sandbox: { network: model-host-only, hosts: [\"*.example.com\", \"https://a.example.com\", \"a:0\"] }",
        &[
            "web.yaml:3: sandbox.hosts[0]: expected `host` or `host:port`, found `*.example.com`",
            "web.yaml:3: sandbox.hosts[1]: expected `host` or `host:port`, found `https://a.example.com`",
            "web.yaml:3: sandbox.hosts[2]: expected `host` or `host:port`, found `a:0`",
        ],
    ),
    (
        "agents: { use: claude }\nsandbox: { network: model-host-only, kind: docker, image: x }",
        &[
            "web.yaml:4: sandbox.network: `model-host-only` needs bubblewrap; set `sandbox.kind` to `auto` or `bubblewrap`, \
             or `network` to `off`",
        ],
    ),
    (
        "agents: { use: claude, settings: { claude: { sandbox: none } } }\nsandbox: { network: model-host-only }",
        &[
            "web.yaml:3: agents.settings.claude.sandbox: an agent without a sandbox has the whole network, and \
             `sandbox.network` is `model-host-only`",
        ],
    ),
    (
        "agents: { use: claude, fallback: [opencode] }\nsandbox: { network: model-host-only }",
        &[
            "web.yaml:4: sandbox.network: acp does not know the hosts of the model of `opencode`; name them: `hosts: \
             [api.example.com]`, with a port where it is not 443",
        ],
    ),
    (
        "sandbox: { memory: 1MB, processes: 2 }",
        &[
            "web.yaml:3: sandbox.memory: with less than 16MB nothing could start; 0 means no limit",
            "web.yaml:3: sandbox.processes: with less than 8 nothing could start; 0 means no limit",
        ],
    ),
    (
        "limits: { disk_free_min: 500 }",
        &[
            "web.yaml:3: limits.disk_free_min: expected a size such as `500MB` or `2GB`, found the number `500`",
        ],
    ),
    (
        "budget: { usd_per_run: 0.1234567 }",
        &[
            "web.yaml:3: budget.usd_per_run: expected dollars such as `15` or `0.50`, with at most six decimals, found \
           the number `0.1234567`",
        ],
    ),
    (
        "budget:\n  usd_per_day: 5",
        &[
            "web.yaml:4: budget.usd_per_day: the limit cannot be kept without `budget.usd_per_run`; set \
           `budget.usd_per_run` to what one run may cost",
        ],
    ),
    (
        "budget:\n  tokens_per_day: 5",
        &[
            "web.yaml:4: budget.tokens_per_day: the limit cannot be kept without `budget.tokens_per_run`; set \
           `budget.tokens_per_run` to what one run may cost",
        ],
    ),
    (
        "budget:\n  tokens_per_item: 5",
        &[
            "web.yaml:4: budget.tokens_per_item: the limit cannot be kept without `budget.tokens_per_run`; set \
           `budget.tokens_per_run` to what one run may cost",
        ],
    ),
    (
        "budget: { usd_per_day: 1, usd_per_run: 1.5 }",
        &[
            "web.yaml:3: budget.usd_per_day: 1 is less than the 1.5 of `budget.usd_per_run`: no run would ever start",
        ],
    ),
    (
        "policy:\n  merge:\n    auto_max: 80",
        &[
            "web.yaml:5: policy.merge.auto_max: `policy.merge.auto_max` is 80, which is above `policy.merge.ask_max`, 70; \
           lower the first or raise the second",
        ],
    ),
    (
        "policy:\n  merge:\n    ask_max: 20",
        &[
            "web.yaml:5: policy.merge.ask_max: `policy.merge.auto_max` is 30, which is above `policy.merge.ask_max`, 20; \
           lower the first or raise the second",
        ],
    ),
    (
        "policy: { merge: { ask_max: 101 } }",
        &[
            "web.yaml:3: policy.merge.ask_max: expected a whole number from 0 to 100, found the number `101`",
        ],
    ),
    (
        "policy: { merge: { reviews: 3 } }",
        &[
            "web.yaml:3: policy.merge.reviews: expected a whole number from 0 to 2, found the number `3`",
        ],
    ),
    (
        "policy: { merge: { validators: 2 } }",
        &[
            "web.yaml:3: policy.merge.validators: nothing reads it yet: it must be 0, found the number `2`",
        ],
    ),
    (
        "notify: [me]",
        &["web.yaml:3: notify.to.notifier: expected a group of keys, found `me`"],
    ),
    (
        "notify: [{ kind: ntfy, topic: t }, { kind: ntfy }]",
        &["web.yaml:3: notify.to.ntfy-2.topic: the key is missing: ntfy needs it"],
    ),
    (
        "policy: { writes: ful }",
        &[
            "web.yaml:3: policy.writes: expected `off`, `draft` or `full`, found `ful`; did you mean `full`?",
        ],
    ),
    (
        "agents: { use: clade }",
        &[
            "web.yaml:3: agents.use: expected `claude`, `codex`, `opencode`, `gemini`, `pi`, `qwen`, `openclaw`, `kilo`, `crush`, `ollama` or `command`, found `clade`; did you mean `claude`?",
        ],
    ),
    (
        "agents: { fallback: [codex, gpt] }",
        &[
            "web.yaml:3: agents.fallback[1]: expected `claude`, `codex`, `opencode`, `gemini`, `pi`, `qwen`, `openclaw`, `kilo`, `crush`, `ollama` or `command`, found `gpt`",
        ],
    ),
    (
        "agents: { use: command }",
        &[
            "web.yaml:3: agents.settings.command.shell: the agent `command` has no program to run; set \
           `agents.settings.command.shell: \"LINE\"`, or `argv: [PROGRAM, ARG]`",
        ],
    ),
    (
        "agents:\n  use: command\n  settings:\n    command:\n      argv: [a]\n      shell: b",
        &[
            "web.yaml:8: agents.settings.command.shell: `argv` and `shell` are both set; keep one of them",
        ],
    ),
    (
        "agents: { settings: { claude: { shell: x, timeout: 0s, env: ['A=b'] } } }",
        &[
            "web.yaml:3: agents.settings.claude.shell: only the agent `command` has this key; `args` adds arguments",
            "web.yaml:3: agents.settings.claude.timeout: a limit of 0 would end every run at once",
            "web.yaml:3: agents.settings.claude.env[0]: expected the name of an environment variable, without a value; \
             values come from acp's own environment",
        ],
    ),
    (
        "agents: { settings: { claud: {} } }",
        &["web.yaml:3: agents.settings.claud: no backend has this name; did you mean `claude`?"],
    ),
    (
        "agents: { settings: { work: { timeout: 5m }, claude: { backend: codex }, 'a b': { backend: claude, account: 'c/d' } } }",
        &[
            "web.yaml:3: agents.settings.a b: expected letters, digits, `-` and `_`, at most 40",
            "web.yaml:3: agents.settings.a b.account: expected letters, digits, `-` and `_`, at most 40",
            "web.yaml:3: agents.settings.claude.backend: a backend is always itself; take another name than `claude` for it",
            "web.yaml:3: agents.settings.work: no backend has this name; `backend: claude` makes it one more account or model of that backend",
        ],
    ),
    (
        "agents: { settings: { claude: { model: 4.5 } } }",
        &[
            "web.yaml:3: agents.settings.claude.model: expected text, found the number `4.5`; put it in quotes: \"4.5\"",
        ],
    ),
    (
        "repo: { verify: [true] }",
        &["web.yaml:3: repo.verify[0]: expected text, found `true`; put it in quotes: \"true\""],
    ),
    (
        "repo: { verify: cargo test }",
        &[
            "web.yaml:3: repo.verify: expected a list, found `cargo test`; put it in brackets: a list has one member or more",
        ],
    ),
    (
        "repo: { verify: [''] }",
        &["web.yaml:3: repo.verify[0]: the text is empty"],
    ),
    (
        "repo: { base: 'a..b' }",
        &["web.yaml:3: repo.base: expected the name of a branch, found `a..b`"],
    ),
    (
        "repo: { branch_prefix: '-x/' }",
        &["web.yaml:3: repo.branch_prefix: no branch can begin with `-x/`; for example `agent/`"],
    ),
    (
        "repo: { branch_prefix: main/ }",
        &[
            "web.yaml:3: repo.branch_prefix: git cannot have the branch `main` and branches below it; for example `agent/`",
        ],
    ),
    (
        "repo: { path: src/x }",
        &[
            "web.yaml:3: repo.path: the path is relative, and it is not clear to what; write an absolute path, or one that begins with `~/`",
        ],
    ),
    (
        "policy:\n  paths:\n    forbidden:\n      - ok/**\n      - 'a[b'\n      - /x\n      - a/../b\n      - 'x**'\n      - '!a'",
        &[
            "web.yaml:7: policy.paths.forbidden[1]: the pattern `a[b` cannot be read: unclosed character class; missing ']'",
            "web.yaml:9: policy.paths.forbidden[3]: the pattern `a/../b` leads out of the repository",
            "web.yaml:10: policy.paths.forbidden[4]: the pattern `x**` has `**` beside other characters; it stands alone \
             between slashes; write two patterns, or `*`",
            "web.yaml:11: policy.paths.forbidden[5]: the pattern `!a` takes back another one, which is not possible",
        ],
    ),
    (
        "risk: { weights: { ci_failur: 1 }, classes: { x: [a] }, ceilings: { ci_failure: 3 }, low_max: 90 }",
        &[
            "web.yaml:3: risk.low_max: `risk.low_max` is 90, which is above `risk.medium_max`, 70; lower the first or \
             raise the second",
            "web.yaml:3: risk.weights.ci_failur: no factor has this name, and no `risk.classes` of this name makes one; \
             did you mean `ci_failure`?",
            "web.yaml:3: risk.classes.x: the class has no weight; set `risk.weights.x`",
            "web.yaml:3: risk.ceilings.ci_failure: only a counted factor has a ceiling",
        ],
    ),
    (
        "intake: { users: ['@me'], labels: [] }",
        &[
            "web.yaml:3: intake.labels: the list must not be empty",
            "web.yaml:3: intake.users[0]: expected a login, found `@me`; write `me`",
        ],
    ),
    (
        "repo:\n  setup:\n    - echo ghp_0123456789abcdef0123456789abcdef0123",
        &[
            "web.yaml:5: repo.setup[0]: this looks like a secret, and secrets must not be in a profile; keep it in an \
           environment variable or a file, and name that here",
        ],
    ),
    (
        "<<: { a: 1 }",
        &["web.yaml:3: <<: unknown key; anchors work, merge keys do not: write the keys out"],
    ),
    (
        "repo: !x { base: main }",
        &[
            "web.yaml:3: invalid type: enum, expected text, a number, true, false, a list or a group, without a tag",
        ],
    ),
    (
        "limits: [",
        &["web.yaml:4: did not find expected node content, while parsing a flow node"],
    ),
];

#[test]
fn every_problem_has_its_place_and_a_way_out() {
    for (body, expected) in BAD {
        let text = format!("schema: 1\nforge: {{ kind: local }}\n{body}\n");
        assert_eq!(problems(&text), *expected, "{body}");
    }
}

/// Whole `forge:` lines after `schema: 1`.
const BAD_FORGES: &[(&str, &[&str])] = &[
    (
        "",
        &["web.yaml: forge.kind: the key is missing; write `local`, `github` or `gitea`"],
    ),
    (
        "{ kind: githb }",
        &[
            "web.yaml:2: forge.kind: expected `local`, `github` or `gitea`, found `githb`; did you mean `github`?",
        ],
    ),
    (
        "{ kind: github, token: { env: T } }",
        &["web.yaml:2: forge.repo: the key is missing: github needs `owner/name`"],
    ),
    (
        "{ kind: github, repo: 'https://github.com/a/b.git', token: { env: T } }",
        &[
            "web.yaml:2: forge.repo: expected `owner/name`, found `https://github.com/a/b.git`; did you mean `a/b`?",
        ],
    ),
    (
        "{ kind: github, repo: a/b, base_url: 'https://me@h', git_url: 'ssh://h/a/b' }",
        &[
            "web.yaml:2: forge.base_url: the address must not hold a name or a password; `forge.token` says where the \
             token comes from",
            "web.yaml:2: forge.git_url: expected an address that begins with `https://`, found `ssh://h/a/b`",
        ],
    ),
    (
        "{ kind: github, repo: a/b, base_url: 'https:///x', git_url: 'http://h/a?b=c' }",
        &[
            "web.yaml:2: forge.base_url: expected scheme, host and path of a server, found `https:///x`",
            "web.yaml:2: forge.git_url: expected scheme, host and path of a server, found `http://h/a?b=c`",
        ],
    ),
    (
        "{ kind: github, repo: a/b, token: ghp_0123456789abcdef0123456789abcdef0123 }",
        &[
            "web.yaml:2: forge.token: the token itself must not be in a profile; name its source: `token: { env: NAME }`, \
           `{ file: PATH }` or `{ command: [PROGRAM, ARG] }`",
        ],
    ),
    (
        "{ kind: github, repo: a/b, token: { env: ghp_0123456789abcdef0123456789abcdef0123 } }",
        &[
            "web.yaml:2: forge.token.env: this looks like a secret, and secrets must not be in a profile; keep it in an \
           environment variable or a file, and name that here",
        ],
    ),
    (
        "{ kind: github, repo: a/b, token: { env: A, file: /b } }",
        &["web.yaml:2: forge.token: expected exactly one of `command`, `env` or `file`"],
    ),
    (
        "{ kind: github, repo: a/b, token: { evn: A } }",
        &["web.yaml:2: forge.token.evn: unknown key; did you mean `env`?"],
    ),
    (
        "{ kind: gitea, repo: a/b, token: { env: T } }",
        &["web.yaml:2: forge.base_url: the key is missing: gitea needs the server's address"],
    ),
    (
        "{ kind: gitea, repo: a/b, base_url: 'https://me:hunter2@h', token: { command: [''] } }",
        &[
            "web.yaml:2: forge.base_url: this looks like a secret, and secrets must not be in a profile; keep it in an \
             environment variable or a file, and name that here",
            "web.yaml:2: forge.token.command[0]: the text is empty",
        ],
    ),
    (
        "{ kind: local, repo: ../x, token: { env: T } }",
        &[
            "web.yaml:2: forge.repo: expected the name of a local forge (lower-case letters, digits, `-`, `_`, `.`), \
             found `../x`",
            "web.yaml:2: forge.token: the local forge has none; remove the key, or set another `forge.kind`",
        ],
    ),
];

#[test]
fn every_forge_says_what_it_needs() {
    for (forge, expected) in BAD_FORGES {
        let line = if forge.is_empty() {
            String::new()
        } else {
            format!("forge: {forge}\n")
        };
        assert_eq!(
            problems(&format!("schema: 1\n{line}")),
            *expected,
            "{forge}"
        );
    }
}

#[test]
fn the_version_comes_first() {
    let newer = "schema: 2\nforge: { kind: martian }\nx: y\n";
    assert_eq!(
        problems(newer),
        ["web.yaml:1: schema: the file has schema 2, this acp knows up to 1; use the newer acp"]
    );
    assert_eq!(
        problems("forge: { kind: local }\n"),
        ["web.yaml: schema: the key is missing; write `schema: 1` in its first line"]
    );
    assert_eq!(
        problems(""),
        [
            "web.yaml:1: schema: the key is missing; write `schema: 1` in its first line",
            "web.yaml:1: forge.kind: the key is missing; write `local`, `github` or `gitea`",
        ]
    );
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let many = (0..3000).fold(
        String::from("schema: 1\nforge: { kind: local }\n"),
        |text, n| text + &format!("key_{n}: 1\n"),
    );
    let error = super::tests::load_yaml(&many).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 52);
    assert!(error.ends_with("\n  and 2950 more"), "{error}");
}

#[test]
fn bombs_end_fast_and_with_a_clear_word() {
    let mut laughs =
        String::from("schema: 1\na0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..10 {
        let uses = vec![format!("*a{}", level - 1); 9].join(", ");
        laughs.extend([format!("a{level}: &a{level} [{uses}]\n")]);
    }
    let flat = (0..30_000).fold(String::from("a:\n"), |out, _| out + " - x\n");
    let cases = [
        (
            laughs.as_str(),
            "more than 20000 values, counting each use of an alias",
        ),
        (&flat, "more than 20000 values"),
        (
            &"[".repeat(200_000),
            "opening brackets, at most 4000 are read",
        ),
        (
            &"{a: ".repeat(60_000),
            "opening brackets, at most 4000 are read",
        ),
        (
            &format!("{}x{}", "[".repeat(100), "]".repeat(100)),
            "nested deeper than 16 levels",
        ),
        (&"- ".repeat(100_000), "nested deeper than 16 levels"),
        ("schema: 1\na: &a [*a]\n", "nested deeper than 16 levels"),
    ];
    for (text, expected) in cases {
        let found = problems(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains(expected), "{found:?}");
    }
}
