
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'acp' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'acp'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'acp' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Say how a run ended (inside a run)')
            [CompletionResult]::new('pr', 'pr', [CompletionResultType]::ParameterValue, 'Look at pull requests and decide about them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;report' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('implemented', 'implemented', [CompletionResultType]::ParameterValue, 'The worktree implements the issue')
            [CompletionResult]::new('updated-branch', 'updated-branch', [CompletionResultType]::ParameterValue, 'The worktree repairs the pull request')
            [CompletionResult]::new('no-change-needed', 'no-change-needed', [CompletionResultType]::ParameterValue, 'Nothing has to change on the pull request')
            [CompletionResult]::new('blocked', 'blocked', [CompletionResultType]::ParameterValue, 'It cannot be done; say why')
            [CompletionResult]::new('reported', 'reported', [CompletionResultType]::ParameterValue, 'A scheduled task has looked')
            [CompletionResult]::new('approved', 'approved', [CompletionResultType]::ParameterValue, 'The review of the pull request found nothing to object to')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Run a command and record whether it passed; ends as the command does')
            [CompletionResult]::new('follow-up', 'follow-up', [CompletionResultType]::ParameterValue, 'Ask for a focused follow-up issue')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;report;implemented' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;updated-branch' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;no-change-needed' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;blocked' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;reported' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--alert', '--alert', [CompletionResultType]::ParameterName, 'A person should know')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;approved' {
            [CompletionResult]::new('--detail', '--detail', [CompletionResultType]::ParameterName, 'One line on how it went; for `blocked` the reason')
            [CompletionResult]::new('--comment-file', '--comment-file', [CompletionResultType]::ParameterName, 'Markdown for a comment; `-` reads standard input')
            [CompletionResult]::new('--next', '--next', [CompletionResultType]::ParameterName, 'What should come next; the policy decides')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;report;verify' {
            [CompletionResult]::new('--note', '--note', [CompletionResultType]::ParameterName, 'Anything worth adding to the record')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;follow-up' {
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'One line')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Markdown; `-` reads standard input')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;report;help' {
            [CompletionResult]::new('implemented', 'implemented', [CompletionResultType]::ParameterValue, 'The worktree implements the issue')
            [CompletionResult]::new('updated-branch', 'updated-branch', [CompletionResultType]::ParameterValue, 'The worktree repairs the pull request')
            [CompletionResult]::new('no-change-needed', 'no-change-needed', [CompletionResultType]::ParameterValue, 'Nothing has to change on the pull request')
            [CompletionResult]::new('blocked', 'blocked', [CompletionResultType]::ParameterValue, 'It cannot be done; say why')
            [CompletionResult]::new('reported', 'reported', [CompletionResultType]::ParameterValue, 'A scheduled task has looked')
            [CompletionResult]::new('approved', 'approved', [CompletionResultType]::ParameterValue, 'The review of the pull request found nothing to object to')
            [CompletionResult]::new('verify', 'verify', [CompletionResultType]::ParameterValue, 'Run a command and record whether it passed; ends as the command does')
            [CompletionResult]::new('follow-up', 'follow-up', [CompletionResultType]::ParameterValue, 'Ask for a focused follow-up issue')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;report;help;implemented' {
            break
        }
        'acp;report;help;updated-branch' {
            break
        }
        'acp;report;help;no-change-needed' {
            break
        }
        'acp;report;help;blocked' {
            break
        }
        'acp;report;help;reported' {
            break
        }
        'acp;report;help;approved' {
            break
        }
        'acp;report;help;verify' {
            break
        }
        'acp;report;help;follow-up' {
            break
        }
        'acp;report;help;help' {
            break
        }
        'acp;pr' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('risk', 'risk', [CompletionResultType]::ParameterValue, 'Score how risky a change is, with every reason')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;pr;risk' {
            [CompletionResult]::new('--range', '--range', [CompletionResultType]::ParameterName, 'Two commits of the repository around the current folder; the change since their merge base')
            [CompletionResult]::new('--numstat', '--numstat', [CompletionResultType]::ParameterName, 'The output of `git diff --numstat`, with or without -z; `-` reads standard input')
            [CompletionResult]::new('--max', '--max', [CompletionResultType]::ParameterName, 'The highest score that is fine: a number, `low` or `medium`')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;pr;help' {
            [CompletionResult]::new('risk', 'risk', [CompletionResultType]::ParameterValue, 'Score how risky a change is, with every reason')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;pr;help;risk' {
            break
        }
        'acp;pr;help;help' {
            break
        }
        'acp;completions' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;man' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write a page for each verb into this folder instead')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;help' {
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Say how a run ended (inside a run)')
            [CompletionResult]::new('pr', 'pr', [CompletionResultType]::ParameterValue, 'Look at pull requests and decide about them')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;help;report' {
            break
        }
        'acp;help;pr' {
            break
        }
        'acp;help;completions' {
            break
        }
        'acp;help;man' {
            break
        }
        'acp;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
