//! The sample project of the demonstration.

/// The demonstration's profile and local forge.
pub(super) const PROFILE: &str = "demo";

/// The project's files.
pub(super) const FILES: &[(&str, &str)] = &[
    (
        "README.md",
        "# Greet\n\nA very small program that says helo to whoever it is given.\n\n    sh greet.sh Ada\n",
    ),
    (
        "greet.sh",
        "#!/bin/sh\n# Says hello to its first argument.\necho \"Hello, ${1:-world}\"\n",
    ),
    (
        "tests/greet.sh",
        "#!/bin/sh\nset -e\ntest \"$(sh greet.sh Ada)\" = \"Hello, Ada\"\necho ok\n",
    ),
];

/// Title and text of the issues: a trivial one, one that touches a protected path, one whose agent fails twice.
pub(super) const ISSUES: &[(&str, &str)] = &[
    (
        "Correct the spelling in the README",
        "It says `helo` where it should say `hello`.",
    ),
    (
        "Run the tests on every push",
        "Add a workflow in `.github/workflows` that runs `sh tests/greet.sh`.",
    ),
    ("Greet in every language", "All of them, please."),
];

/// What the profile says besides: nobody waits minutes in a demonstration.
pub(super) const SHORT_WAITS: &str = "\n# Short waits, so that the demonstration is quick.\nretry: { delays: [500ms], attempts_max: 2 }\n";
