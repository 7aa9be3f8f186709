//! From arguments to an exit code: parse, wire, run, print once.

mod app;
mod elsewhere;
mod error;
mod generate;
mod global;
mod machine;
mod range;
mod topics;
mod watch;
mod wire;

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::process::ExitCode;

use clap::error::ErrorKind;

use crate::commands::{GROUPS, Session};
use crate::sys::Env;
use crate::ui::words::clean;
use crate::ui::{CliError, Exit, Format, Output, Style};

pub use app::tree;
pub use generate::{completions, man_pages};

use global::Globals;
use wire::Wiring;

/// The whole program. `args` begins with the program's name.
pub fn main(args: impl IntoIterator<Item = OsString>, env: &Env) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if is_version(&args) {
        // Before anything is built: other programs ask this often.
        return show_version();
    }
    install_panic_hook();
    let run = std::panic::AssertUnwindSafe(|| run(&args, env));
    let exit = std::panic::catch_unwind(run).unwrap_or(Exit::Bug);
    ExitCode::from(exit.code())
}

fn is_version(args: &[OsString]) -> bool {
    matches!(args, [_, flag] if flag == "--version" || flag == "-V")
}

fn show_version() -> ExitCode {
    let shown = writeln!(io::stdout(), "acp {}", env!("CARGO_PKG_VERSION"));
    ExitCode::from(after_printing(shown, Exit::Ok).code())
}

fn run(args: &[OsString], env: &Env) -> Exit {
    // Needed before the arguments are known to be right: an error in them must be JSON too.
    let early_format = if args
        .iter()
        .take_while(|a| *a != "--")
        .any(|a| a == "--json")
    {
        Format::Json
    } else {
        Format::Human
    };
    if let [_, help, topic] = args
        && help == "help"
        && let Some(text) = topic.to_str().and_then(|topic| topics::text(topic, tree))
    {
        let written = io::stdout().write_all(text.as_bytes());
        return after_printing(written, Exit::Ok);
    }
    let matches = match tree().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(error) => return show_clap(&error, early_format, args),
    };
    match call(&matches, env) {
        Ok((output, format, style)) => match output.again {
            None => print(&output, format, &style),
            Some(every) => watch::redraw(every, (output, format, style), || call(&matches, env)),
        },
        Err(error) => fail(&error, early_format),
    }
}

/// Runs the verb that was called.
fn call(matches: &clap::ArgMatches, env: &Env) -> Result<(Output, Format, Style), CliError> {
    let globals = Globals::read(matches, env)?;
    let (name, arguments) = matches
        .subcommand()
        .ok_or_else(|| CliError::usage("no verb was given").hint("`acp --help` lists them"))?;
    let group = GROUPS
        .iter()
        .find(|group| group.name == name)
        .ok_or_else(|| CliError::new(Exit::Bug, format!("the verb `{name}` has no entry")))?;
    if let Some(run) = env.text("ACP_RUN_ID")
        && !group.works_in_run(arguments)
    {
        return Err(CliError::new(
            Exit::Denied,
            format!(
                "`acp {name}` does not work inside a run, and this is run `{}`",
                clean(run)
            ),
        )
        .hint("inside a run there are `acp report` and `acp pr risk --range A..B`"));
    }
    let wiring = Wiring::new(env)?;
    let session = Session {
        clock: wiring.clock(),
        rng: wiring.rng(),
        env,
        profile: globals.profile,
        format: globals.format,
        dry_run: globals.dry_run,
        verbose: globals.verbose,
        progress: globals.progress,
        ports: &wiring,
    };
    let output = group.run(arguments, &session)?;
    let style = Style::of_stdout(env, session.clock.now());
    Ok((output, session.format, style))
}

/// Writes what there is to show, once.
fn print(output: &Output, format: Format, style: &Style) -> Exit {
    let mut written = Ok(());
    if let Some(body) = &output.body {
        let mut out = BufWriter::with_capacity(64 * 1024, io::stdout().lock());
        written = body
            .write(format, style, &mut out)
            .and_then(|()| out.flush());
        // Nothing may be written again while it is dropped.
        let (_stdout, _rest) = out.into_parts();
    }
    if format == Format::Human && written.is_ok() {
        for note in &output.notes {
            // A note that nobody can see is no reason to fail.
            let _unseen = writeln!(io::stderr(), "{}", clean(note));
        }
    }
    after_printing(written, output.exit)
}

/// Writes what there is to show so far; `false`: nobody reads any more.
fn show_now(session: &Session<'_>, output: &Output) -> Result<bool, CliError> {
    let Some(body) = &output.body else {
        return Ok(true);
    };
    let style = Style::of_stdout(session.env, session.clock.now());
    let mut bytes = vec![];
    let written = body
        .write(session.format, &style, &mut bytes)
        .and_then(|()| io::stdout().write_all(&bytes))
        .and_then(|()| io::stdout().flush());
    match written {
        Ok(()) => {
            if session.format == Format::Human {
                for note in &output.notes {
                    // A note that nobody can see is no reason to fail.
                    let _unseen = writeln!(io::stderr(), "{}", clean(note));
                }
            }
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => {
            Err(CliError::new(Exit::Io, "cannot write to standard output").because_of(Some(&error)))
        }
    }
}

/// A reader that has seen enough is no error; a full disk is one.
fn after_printing(written: io::Result<()>, exit: Exit) -> Exit {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(
            &CliError::new(Exit::Io, "cannot write to standard output").because_of(Some(&error)),
            Format::Human,
        ),
        _ => exit,
    }
}

/// Writes an error to standard error.
fn fail(error: &CliError, format: Format) -> Exit {
    let mut text = vec![];
    let written = match format {
        Format::Json => error.write_json(&mut text),
        Format::Human | Format::Plain => error.write_human(&mut text),
    };
    // When standard error is gone too, the exit code has to say it all.
    let _unseen = written.and_then(|()| io::stderr().write_all(&text));
    error.kind
}

/// Help and version are answers; everything else that clap says is a wrong call.
fn show_clap(error: &clap::Error, format: Format, args: &[OsString]) -> Exit {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            after_printing(error.print(), Exit::Ok)
        }
        _ => {
            let words: Vec<String> = args
                .iter()
                .skip(1)
                .map(|arg| arg.to_string_lossy().into_owned())
                .collect();
            let mut hints: Vec<String> = elsewhere::hint(error, &words, tree).into_iter().collect();
            if words.first().is_some_and(|word| word == "help") {
                hints.push(format!(
                    "topics beside the verbs: {}",
                    topics::TOPICS.join(", ")
                ));
            }
            if format == Format::Json {
                let usage = error::usage_from_clap(error);
                let usage = hints.into_iter().fold(usage, CliError::hint);
                return fail(&usage, format);
            }
            let _unseen = error.print();
            for hint in hints {
                let _unseen = writeln!(io::stderr(), "hint: {}", clean(&hint));
            }
            Exit::Usage
        }
    }
}

/// One line for a person who waits, on standard error. A script that has a terminal there gets the words alone.
fn say(text: &str, format: Format) {
    // A progress line may stand where the cursor is; it is drawn again below.
    let clear = if format == Format::Human && io::stderr().is_terminal() {
        "\r\u{1b}[K"
    } else {
        ""
    };
    let _unseen = writeln!(io::stderr(), "{clear}{}", clean(text));
}

/// A panic is a bug: one line that says where, and what to do about it.
fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map_or(String::new(), |at| {
            format!(" ({}:{})", at.file(), at.line())
        });
        let what = info.payload_as_str().unwrap_or("no message");
        let bug = CliError::new(Exit::Bug, format!("this is a bug in acp{place}: {what}")).hint(
            "every step is safe to repeat; please report it with this line and `acp --version`",
        );
        fail(&bug, Format::Human);
    }));
}
