//! The small agent of the demonstration: a hidden verb that works by a script instead of a model.

use std::path::Path;
use std::time::Duration;

use crate::commands::{Session, Verb};
use crate::domain::out;
use crate::ui::{CliError, Exit, Output};

/// How long it pretends to think.
const THINKING: Duration = Duration::from_millis(300);

/// The largest file of the sample project.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Works on an issue of the demonstration, in the worktree that it is started in.
#[derive(clap::Args)]
pub(in crate::commands) struct DemoAgent {}

impl Verb for DemoAgent {
    fn run(self, session: &Session<'_>) -> Result<Output, CliError> {
        let folder = session.folder("ACP_OUT").ok_or_else(|| {
            CliError::usage("this is the agent of `acp demo`; it works inside a run only")
        })?;
        session.clock.sleep(THINKING);
        let written = match session.env.text("ACP_ITEM") {
            Some("issue/1") => {
                let readme = Path::new("README.md");
                let text = session
                    .ports
                    .read_file(readme, FILE_BYTES_MAX)?
                    .unwrap_or_default();
                let text = String::from_utf8_lossy(&text).replace("helo", "hello");
                session.ports.write_file(readme, text.as_bytes())?;
                "Correct the spelling in the README"
            }
            Some("issue/2") => {
                let workflow = Path::new(".github/workflows/test.yml");
                session.ports.write_file(workflow, WORKFLOW.as_bytes())?;
                "Run the tests on every push"
            }
            _ => {
                return Err(CliError::new(
                    Exit::Unavailable,
                    "this agent knows three languages, not all of them",
                ));
            }
        };
        session
            .ports
            .write_file(&folder.join(out::COMMIT_MESSAGE), written.as_bytes())?;
        let result = b"OUTCOME=implemented\nACTION=host-publish-issue-pr\n";
        session
            .ports
            .write_file(&folder.join(out::RESULT_ENV), result)?;
        Ok(Output::silent())
    }
}

const WORKFLOW: &str = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: sh tests/greet.sh\n";
