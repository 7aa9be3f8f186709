use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::discord::Discord;
use super::email::Email;
use super::ntfy::Ntfy;
use super::slack::Slack;
use super::telegram::Telegram;
use super::webhook::{Place, Webhook};
use super::*;
use crate::domain::{ItemId, NewsKind, Priority};
use crate::http::{Headers, HttpError, Request, Response, Transport};
use crate::sys::SystemClock;

/// Keeps what was asked, and answers as a test says.
struct Wire {
    asked: Mutex<Vec<Request>>,
    answer: Result<Response, HttpError>,
}

impl Transport for Wire {
    fn send(&self, request: &Request) -> Result<Response, HttpError> {
        self.asked.lock().unwrap().push(request.clone());
        self.answer.clone()
    }
}

fn wire(status: u16, headers: Headers, body: &str) -> Arc<Wire> {
    Arc::new(Wire {
        asked: Mutex::default(),
        answer: Ok(Response {
            status,
            headers,
            body: body.as_bytes().to_vec(),
        }),
    })
}

fn good() -> Arc<Wire> {
    wire(200, Headers::new(), "ok")
}

fn hidden(text: &str) -> Hidden {
    let text = text.to_owned();
    Hidden::new(move || Ok(Secret::new(text.clone())))
}

const HOOK: &str = "https://hooks.example.org/services/hush/hush2";
const TOKEN: &str = "123:hush-token";

fn news(title: &str, body: &str) -> News {
    let (kind, item) = (NewsKind::Blocked, Some(ItemId::issue(4)));
    News::new(
        kind,
        item,
        Priority::High,
        "f",
        title.to_owned(),
        body.to_owned(),
    )
}

fn tell(notifier: &dyn Notifier, news: &News) -> Result<(), NotifyError> {
    notifier.send(&Message {
        id: &"0123456789abcdef".parse().unwrap(),
        profile: &"web".parse().unwrap(),
        news,
        at: "2026-11-21T03:15:02Z".parse().unwrap(),
    })
}

fn asked(wire: &Wire) -> (Request, Value) {
    let request = wire.asked.lock().unwrap().pop().unwrap();
    let body = serde_json::from_slice(request.body.as_ref().unwrap()).unwrap();
    (request, body)
}

/// One of each kind that speaks HTTP, over the same wire.
fn over(wire: &Arc<Wire>) -> Vec<(&'static str, Box<dyn Notifier>)> {
    let transport = || Arc::clone(wire);
    let ntfy = Ntfy {
        transport: transport(),
        server: "https://ntfy.example.org".to_owned(),
        topic: "acp".to_owned(),
        token: Some(hidden("tk_hush")),
    };
    let slack = Slack {
        transport: transport(),
        address: hidden(HOOK),
    };
    let discord = Discord {
        transport: transport(),
        address: hidden(HOOK),
    };
    let telegram = Telegram {
        transport: transport(),
        server: "https://telegram.example.org".to_owned(),
        chat: "-100".to_owned(),
        token: hidden(TOKEN),
    };
    let webhook = Webhook {
        transport: transport(),
        place: Place::Secret(hidden(HOOK)),
        token: Some(hidden("hush3")),
    };
    vec![
        ("ntfy", Box::new(ntfy)),
        ("slack", Box::new(slack)),
        ("discord", Box::new(discord)),
        ("telegram", Box::new(telegram)),
        ("webhook", Box::new(webhook)),
    ]
}

/// The secrets that a kind has.
fn own(kind: &str) -> &'static [&'static str] {
    match kind {
        "ntfy" => &["tk_hush"],
        "telegram" => &[TOKEN],
        "webhook" => &[HOOK, "hush3"],
        _ => &[HOOK],
    }
}

/// The request of one kind for a message.
fn request(kind: &str, news: &News) -> (Request, Value) {
    let wire = good();
    let all = over(&wire);
    let (_, notifier) = all.iter().find(|(name, _)| *name == kind).unwrap();
    tell(&**notifier, news).unwrap();
    asked(&wire)
}

#[test]
fn hostile_text_has_no_meaning_for_any_vendor() {
    let title = "<!channel> <@U1> @everyone & *b* [x](https://evil.example.org)\r\nBcc: a@b \u{202e}x\u{1b}[2J";
    let news = news(title, "<script>\n**hi**");
    let (_, slack) = request("slack", &news);
    let text = slack["text"].as_str().unwrap();
    assert!(!text.contains('<') && !text.contains('>'), "{text}");
    assert!(
        text.contains("&lt;!channel&gt;") && text.contains("&amp;"),
        "{text}"
    );
    assert_eq!(slack["mrkdwn"], false);

    let (_, discord) = request("discord", &news);
    assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
    let text = discord["content"].as_str().unwrap();
    assert!(
        text.contains("\\<@U1\\>") && text.contains("\\*b\\*"),
        "{text}"
    );

    let (_, telegram) = request("telegram", &news);
    assert!(telegram.get("parse_mode").is_none());
    assert!(telegram["text"].as_str().unwrap().contains("<script>"));

    let (ntfy, body) = request("ntfy", &news);
    assert!(
        ntfy.headers
            .iter()
            .all(|(_, value)| !value.contains("evil"))
    );
    assert!(!body["title"].as_str().unwrap().contains('\n'));
    for (kind, text) in [
        ("slack", &slack["text"]),
        ("discord", &discord["content"]),
        ("telegram", &telegram["text"]),
        ("ntfy", &body["title"]),
    ] {
        let text = text.as_str().unwrap();
        assert!(
            !text.contains(['\u{202e}', '\u{1b}', '\r']),
            "{kind}: {text:?}"
        );
    }
}

#[test]
fn every_vendor_gets_no_more_than_it_takes() {
    // Each of these characters grows when it is escaped or counted.
    for c in ["&", "*", "😀", "ä", "x"] {
        let news = news(&c.repeat(300), &c.repeat(9_000));
        let (_, slack) = request("slack", &news);
        assert!(slack["text"].as_str().unwrap().chars().count() <= 4_000);
        let (_, discord) = request("discord", &news);
        let content = discord["content"].as_str().unwrap();
        let units = content.encode_utf16().count();
        assert!((1_900..=2_000).contains(&units), "{units}");
        assert!(content.ends_with('…'));
        let (_, telegram) = request("telegram", &news);
        assert!(telegram["text"].as_str().unwrap().encode_utf16().count() <= 4_096);
        let (_, ntfy) = request("ntfy", &news);
        assert!(ntfy["message"].as_str().unwrap().len() <= 4_096);
    }
    // An escape is never cut in two.
    let cut = text::fitted(&"&".repeat(10), 12, str::len, |_| "&amp;".to_owned());
    assert_eq!(cut, "&amp;…");
    assert_eq!(text::fitted("abc", 3, str::len, String::from), "abc");
    // An empty message is refused everywhere.
    let (_, ntfy) = request("ntfy", &news("title", ""));
    assert_eq!(ntfy["message"], "title");
}

#[test]
fn what_an_answer_means_is_told_without_a_secret() {
    let limited = json!({"ok": false, "error_code": 429, "description": "Too Many", "message": "You are limited",
        "retry_after": 1.5, "parameters": {"retry_after": 7}});
    let said = format!("no such hook {HOOK} {TOKEN} tk_hush hush3");
    for (status, body, final_) in [
        (400, said.as_str(), true),
        (401, "", true),
        (403, &json!({"error": said}).to_string(), true),
        (404, &json!({"message": said}).to_string(), true),
        (410, &json!({"description": said}).to_string(), true),
        (302, "", true),
        (429, &limited.to_string(), false),
        (500, &said, false),
        (503, "", false),
    ] {
        let headers = Headers::new().with("Retry-After", "3");
        for (kind, notifier) in over(&wire(status, headers, body)) {
            let error = tell(&*notifier, &news("t", "b")).unwrap_err();
            assert_eq!(
                matches!(error, NotifyError::Refused { .. }),
                final_,
                "{kind}: {error}"
            );
            let text = format!("{error} {error:?}");
            assert!(text.contains(&status.to_string()), "{kind}: {text}");
            let seen = own(kind).iter().find(|secret| text.contains(*secret));
            assert_eq!(seen, None, "{text}");
            if let NotifyError::Later { after, .. } = error {
                let seconds = after.unwrap().as_secs_f64();
                let wanted = match (status, kind) {
                    (429, "discord") => 1.5,
                    (429, "telegram") => 7.0,
                    _ => 3.0,
                };
                assert!(
                    (wanted..wanted + 0.01).contains(&seconds),
                    "{kind} {status}: {seconds}"
                );
            }
        }
    }
}

#[test]
fn a_date_of_retry_after_counts_from_the_date_of_the_answer_and_no_wait_is_endless() {
    let after = |retry: &str| {
        let headers = Headers::new()
            .with("Date", "Sat, 21 Nov 2026 03:15:00 GMT")
            .with("Retry-After", retry);
        let all = over(&wire(503, headers, ""));
        match tell(&*all[1].1, &news("t", "b")) {
            Err(NotifyError::Later { after, .. }) => after.map(|a| a.as_secs()),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(after("Sat, 21 Nov 2026 03:16:00 GMT"), Some(60));
    assert_eq!(after("Sat, 21 Nov 2026 03:14:00 GMT"), None);
    assert_eq!(after("999999999"), Some(6 * 3600));
    for nonsense in ["-5", "nan", "soon", ""] {
        assert_eq!(after(nonsense), None, "{nonsense}");
    }
}

#[test]
fn no_answer_is_told_apart_from_a_lost_one_and_names_no_secret() {
    for (error, is_lost) in [
        (
            HttpError::NotSent {
                why: format!("no {HOOK} {TOKEN} tk_hush hush3"),
            },
            false,
        ),
        (
            HttpError::Lost {
                why: format!("cut {HOOK} {TOKEN} tk_hush hush3"),
            },
            true,
        ),
        (
            HttpError::Unreadable {
                why: "what".to_owned(),
            },
            true,
        ),
    ] {
        let wire = Arc::new(Wire {
            asked: Mutex::default(),
            answer: Err(error),
        });
        for (kind, notifier) in over(&wire) {
            let error = tell(&*notifier, &news("t", "b")).unwrap_err();
            assert_eq!(matches!(error, NotifyError::Lost { .. }), is_lost, "{kind}");
            let text = error.to_string();
            let seen = own(kind).iter().find(|secret| text.contains(*secret));
            assert_eq!(seen, None, "{text}");
        }
    }
}

#[test]
fn nothing_is_sent_to_what_is_no_address_and_with_what_is_no_token() {
    let wire = good();
    for bad in [
        "http://hooks.example.org/x",
        "ftp://x",
        "",
        "https://",
        "http://127.0.0.1.evil.example.org/",
    ] {
        let slack = Slack {
            transport: Arc::clone(&wire),
            address: hidden(bad),
        };
        assert!(slack.unready().is_some(), "{bad}");
        let error = tell(&slack, &news("t", "b")).unwrap_err();
        assert!(
            matches!(error, NotifyError::Refused { .. }),
            "{bad}: {error}"
        );
    }
    for bad in ["", "abc", "1:", ":a", "1:a/../x", "1:a?b", "1:a b", "x:y"] {
        let telegram = Telegram {
            transport: Arc::clone(&wire),
            server: "https://telegram.example.org".to_owned(),
            chat: "1".to_owned(),
            token: hidden(bad),
        };
        assert!(telegram.unready().is_some(), "{bad}");
        let error = tell(&telegram, &news("t", "b")).unwrap_err();
        assert!(
            matches!(error, NotifyError::Refused { .. }),
            "{bad}: {error}"
        );
    }
    let missing = Slack {
        transport: Arc::clone(&wire),
        address: Hidden::new(|| Err("`HOOK` is not set".to_owned())),
    };
    assert_eq!(missing.unready().unwrap(), "`HOOK` is not set");
    // Another pass may have it: one by hand may lack what the timer has.
    let error = tell(&missing, &news("t", "b")).unwrap_err();
    assert!(matches!(error, NotifyError::Later { after: None, .. }));
    assert!(wire.asked.lock().unwrap().is_empty());
}

#[test]
fn a_webhook_gets_the_whole_message_with_a_key_for_repeats() {
    let news = news("t", "b\nc");
    let (request, body) = request("webhook", &news);
    assert_eq!(
        request.headers.get("Idempotency-Key"),
        Some("0123456789abcdef")
    );
    assert_eq!(request.headers.get("Authorization"), Some("Bearer hush3"));
    assert_eq!(
        body,
        json!({
            "schema": "acp.notice/1", "id": "0123456789abcdef", "profile": "web", "kind": "blocked",
            "item": "issue/4", "priority": "high", "title": "t", "body": "b\nc", "url": null, "at": "2026-11-21T03:15:02Z",
            "fingerprint": news.fingerprint,
        })
    );
    assert!(!format!("{request:?}").contains("hush3"));
}

#[test]
fn ntfy_gets_json_at_the_root_with_a_number_for_the_priority() {
    let (request, body) = request("ntfy", &news("Täg", "b"));
    assert_eq!(request.url, "https://ntfy.example.org/");
    assert_eq!(
        (&body["topic"], &body["priority"]),
        (&json!("acp"), &json!(4))
    );
    assert_eq!(body["title"], "Täg");
    assert_eq!(request.headers.get("Authorization"), Some("Bearer tk_hush"));
}

/// A `sendmail` that writes down what it was called with.
fn mailer(folder: &Path, script: &str) -> command::Program {
    use std::os::unix::fs::PermissionsExt as _;
    let file: PathBuf = folder.join("sendmail");
    let text = format!("#!/bin/sh\ncd '{}'\n{script}\n", folder.display());
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), text.as_bytes()).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
    command::Program {
        file: Ok(file),
        args: vec!["-v".to_owned()],
        vars: vec![("PATH".into(), "/usr/bin:/bin".into())],
        clock: Arc::new(SystemClock::new()),
    }
}

#[test]
fn mail_has_a_header_that_no_title_breaks() {
    let folder = tempfile::tempdir().unwrap();
    let email = Email {
        program: mailer(folder.path(), "printf '%s\\n' \"$@\" >args; cat >mail"),
        recipients: vec!["ann@example.org".to_owned(), "bob@example.org".to_owned()],
        sender: Some("acp@example.org".to_owned()),
    };
    let title = format!("Grüße\r\nBcc: eve@example.org {}", "ü".repeat(150));
    tell(&email, &news(&title, ".\nFrom me")).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert_eq!(
        read("args"),
        "-v\n-i\n-f\nacp@example.org\n--\nann@example.org\nbob@example.org\n"
    );
    let mail = read("mail");
    assert!(mail.is_ascii() && !mail.contains('\r'), "{mail}");
    assert!(mail.lines().all(|line| line.len() <= 76), "{mail}");
    let (header, body) = mail.split_once("\n\n").unwrap();
    assert!(!header.contains("\nBcc"), "{header}");
    for field in [
        "To: ann@example.org,\n bob@example.org\n",
        "Date: Sat, 21 Nov 2026 03:15:02 +0000\n",
        "MIME-Version: 1.0\n",
    ] {
        assert!(header.contains(field), "{header}");
    }
    let subject: String = header
        .split_once("Subject: ")
        .unwrap()
        .1
        .lines()
        .enumerate()
        .take_while(|(at, line)| *at == 0 || line.starts_with(' '))
        .map(|(_, line)| {
            line.trim()
                .trim_start_matches("=?utf-8?B?")
                .trim_end_matches("?=")
        })
        .map(|word| String::from_utf8(unbase64(word)).unwrap())
        .collect();
    assert!(
        subject.starts_with("Grüße Bcc: eve@example.org üüü"),
        "{subject}"
    );
    let body = String::from_utf8(unbase64(&body.replace('\n', ""))).unwrap();
    assert!(body.ends_with(".\nFrom me\n"), "{body}");
}

fn unbase64(text: &str) -> Vec<u8> {
    const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut out) = (0_u32, 0, vec![]);
    // Each line of the body is filled up by itself.
    for c in text.chars() {
        let Some(digit) = DIGITS.find(c) else {
            (bits, count) = (0, 0);
            continue;
        };
        bits = bits << 6 | u32::try_from(digit).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push(u8::try_from(bits >> count & 255).unwrap());
        }
    }
    out
}

#[test]
fn a_program_is_judged_by_its_end_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = |script: &str| {
        let command = command::Command {
            program: mailer(folder.path(), script),
        };
        tell(&command, &news("t; touch evil", "$(touch evil)"))
    };
    run("cat >got; test $# = 1").unwrap();
    let got = std::fs::read(folder.path().join("got")).unwrap();
    let got: Value = serde_json::from_slice(&got).unwrap();
    assert_eq!(got["title"], "t; touch evil");
    assert!(!folder.path().join("evil").exists());
    run("env >vars").unwrap();
    let vars = std::fs::read_to_string(folder.path().join("vars")).unwrap();
    // A shell sets some by itself; of those that the test has there is none.
    let own = ["PATH", "PWD", "OLDPWD", "SHLVL", "_"];
    let name = |line: &str| line.split('=').next().unwrap_or_default().to_owned();
    assert!(
        vars.lines().all(|line| own.contains(&name(line).as_str())),
        "{vars}"
    );
    // One that reads nothing, and one that prints without end.
    run("exit 0").unwrap();
    run("head -c 1000000 /dev/zero").unwrap();
    let error = run("echo hush; echo hush >&2; exit 3").unwrap_err();
    assert!(
        matches!(&error, NotifyError::Later { why, .. } if !why.contains("hush")),
        "{error:?}"
    );
    let missing = command::Command {
        program: command::Program {
            file: Err("the program `x` is not on PATH".to_owned()),
            args: vec![],
            vars: vec![],
            clock: Arc::new(SystemClock::new()),
        },
    };
    assert!(matches!(
        tell(&missing, &news("t", "b")),
        Err(NotifyError::Refused { .. })
    ));
    assert!(missing.unready().is_some());
}

#[test]
fn the_page_of_an_item_is_the_last_line_and_what_a_tap_opens() {
    let page = "https://git.example.org/o/my_own_repo/issues/4";
    let long = news("t", &"x".repeat(5_000)).at_page(Some(page.to_owned()));
    let news = news("t", "b *c*").at_page(Some(page.to_owned()));
    for (kind, text) in [
        ("ntfy", "/message"),
        ("slack", "/text"),
        ("discord", "/content"),
        ("telegram", "/text"),
    ] {
        let (_, body) = request(kind, &news);
        let said = body.pointer(text).and_then(Value::as_str).unwrap();
        assert_eq!(said.lines().last(), Some(page), "{kind}: {said}");
    }
    assert_eq!(request("ntfy", &news).1["click"], page);
    assert_eq!(request("webhook", &news).1["url"], page);
    // It is never what is cut off.
    let (_, body) = request("discord", &long);
    assert!(body["content"].as_str().unwrap().ends_with(page));
}
