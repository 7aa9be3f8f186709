
use builtin;
use str;

set edit:completion:arg-completer[acp] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'acp'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'acp'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
            cand report 'Say how a run ended (inside a run)'
            cand pr 'Look at pull requests and decide about them'
            cand completions 'Print a completion script for a shell'
            cand man 'Print or write the manual pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;report'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand implemented 'The worktree implements the issue'
            cand updated-branch 'The worktree repairs the pull request'
            cand no-change-needed 'Nothing has to change on the pull request'
            cand blocked 'It cannot be done; say why'
            cand reported 'A scheduled task has looked'
            cand approved 'The review of the pull request found nothing to object to'
            cand verify 'Run a command and record whether it passed; ends as the command does'
            cand follow-up 'Ask for a focused follow-up issue'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;report;implemented'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;updated-branch'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;no-change-needed'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;blocked'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;reported'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --alert 'A person should know'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;approved'= {
            cand --detail 'One line on how it went; for `blocked` the reason'
            cand --comment-file 'Markdown for a comment; `-` reads standard input'
            cand --next 'What should come next; the policy decides'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;report;verify'= {
            cand --note 'Anything worth adding to the record'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;follow-up'= {
            cand --title 'One line'
            cand --body-file 'Markdown; `-` reads standard input'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;report;help'= {
            cand implemented 'The worktree implements the issue'
            cand updated-branch 'The worktree repairs the pull request'
            cand no-change-needed 'Nothing has to change on the pull request'
            cand blocked 'It cannot be done; say why'
            cand reported 'A scheduled task has looked'
            cand approved 'The review of the pull request found nothing to object to'
            cand verify 'Run a command and record whether it passed; ends as the command does'
            cand follow-up 'Ask for a focused follow-up issue'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;report;help;implemented'= {
        }
        &'acp;report;help;updated-branch'= {
        }
        &'acp;report;help;no-change-needed'= {
        }
        &'acp;report;help;blocked'= {
        }
        &'acp;report;help;reported'= {
        }
        &'acp;report;help;approved'= {
        }
        &'acp;report;help;verify'= {
        }
        &'acp;report;help;follow-up'= {
        }
        &'acp;report;help;help'= {
        }
        &'acp;pr'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand risk 'Score how risky a change is, with every reason'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;pr;risk'= {
            cand --range 'Two commits of the repository around the current folder; the change since their merge base'
            cand --numstat 'The output of `git diff --numstat`, with or without -z; `-` reads standard input'
            cand --max 'The highest score that is fine: a number, `low` or `medium`'
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;pr;help'= {
            cand risk 'Score how risky a change is, with every reason'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;pr;help;risk'= {
        }
        &'acp;pr;help;help'= {
        }
        &'acp;completions'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;man'= {
            cand --profile 'The profile to work with'
            cand --out 'Write a page for each verb into this folder instead'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;help'= {
            cand report 'Say how a run ended (inside a run)'
            cand pr 'Look at pull requests and decide about them'
            cand completions 'Print a completion script for a shell'
            cand man 'Print or write the manual pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;help;report'= {
        }
        &'acp;help;pr'= {
        }
        &'acp;help;completions'= {
        }
        &'acp;help;man'= {
        }
        &'acp;help;help'= {
        }
    ]
    $completions[$command]
}
