
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
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the whole loop on a sample repository')
            [CompletionResult]::new('demo-agent', 'demo-agent', [CompletionResultType]::ParameterValue, 'The agent of the demonstration')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Put a repository under control')
            [CompletionResult]::new('heartbeat', 'heartbeat', [CompletionResultType]::ParameterValue, 'Do one turn of the loop')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show everything on one screen')
            [CompletionResult]::new('dashboard', 'dashboard', [CompletionResultType]::ParameterValue, 'Watch everything in a browser')
            [CompletionResult]::new('board', 'board', [CompletionResultType]::ParameterValue, 'Show the status board of all profiles')
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'Say why something does not move')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issues: list, show, create, comment, label, close')
            [CompletionResult]::new('pr', 'pr', [CompletionResultType]::ParameterValue, 'Look at pull requests and decide about them')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs: list, show, log, stop, drop')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'End every run and hold the profile')
            [CompletionResult]::new('hold', 'hold', [CompletionResultType]::ParameterValue, 'Stop launches and merges, and let them go on')
            [CompletionResult]::new('outbox', 'outbox', [CompletionResultType]::ParameterValue, 'Look at writes on their way, send them, give them up')
            [CompletionResult]::new('notify', 'notify', [CompletionResultType]::ParameterValue, 'Tell people, and look at what they were not told')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Look at failures and their waits, and forget them')
            [CompletionResult]::new('lease', 'lease', [CompletionResultType]::ParameterValue, 'Look at the claims of runs on items, and clear them')
            [CompletionResult]::new('cooldown', 'cooldown', [CompletionResultType]::ParameterValue, 'Look at what cools down, and end it')
            [CompletionResult]::new('budget', 'budget', [CompletionResultType]::ParameterValue, 'Look at what today has cost, and start it anew')
            [CompletionResult]::new('usage', 'usage', [CompletionResultType]::ParameterValue, 'Show what runs have used, by day, backend or item')
            [CompletionResult]::new('agent', 'agent', [CompletionResultType]::ParameterValue, 'Look at the agents and how they are')
            [CompletionResult]::new('prompt', 'prompt', [CompletionResultType]::ParameterValue, 'Look at what agents are asked')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Profiles: list, show, check, new, export, import, remove')
            [CompletionResult]::new('service', 'service', [CompletionResultType]::ParameterValue, 'Timers that start passes: install, status, start, stop, logs')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Say what is wrong on this machine, and mend it')
            [CompletionResult]::new('fsck', 'fsck', [CompletionResultType]::ParameterValue, 'Check the state against itself and the forge')
            [CompletionResult]::new('reconcile', 'reconcile', [CompletionResultType]::ParameterValue, 'Draw the conclusions from runs that ended')
            [CompletionResult]::new('sweep', 'sweep', [CompletionResultType]::ParameterValue, 'Clear up what is no longer needed')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Say how a run ended (inside a run)')
            [CompletionResult]::new('sandbox-relay', 'sandbox-relay', [CompletionResultType]::ParameterValue, 'The way out of a sandbox')
            [CompletionResult]::new('complete', 'complete', [CompletionResultType]::ParameterValue, 'Answer a completion script')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;demo' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'Use an installed agent instead of the small one that is part of acp; it spends what it spends')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--keep', '--keep', [CompletionResultType]::ParameterName, 'Leave everything in place and say how to look further')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;demo-agent' {
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
        'acp;init' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The checkout; the current folder without it')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'Where issues and pull requests live; `auto`: where `origin` of the checkout is, if acp knows that forge')
            [CompletionResult]::new('--slug', '--slug', [CompletionResultType]::ParameterName, 'The repository on the forge; the one that `origin` of the checkout points to without it')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'The address of an own server')
            [CompletionResult]::new('--git-url', '--git-url', [CompletionResultType]::ParameterName, 'Where git clones from, when it is not the server''s usual address')
            [CompletionResult]::new('--token-from', '--token-from', [CompletionResultType]::ParameterName, 'Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The branch that work starts from and goes to; the one that is checked out without it')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'The agent')
            [CompletionResult]::new('--agent-command', '--agent-command', [CompletionResultType]::ParameterName, 'A shell line to use as the agent: it reads the task on standard input and works in the current folder')
            [CompletionResult]::new('--setup', '--setup', [CompletionResultType]::ParameterName, 'A command that prepares a fresh worktree; may be repeated')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'A command that must succeed for a change to be merged; may be repeated')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A label that makes acp take an issue; may be repeated')
            [CompletionResult]::new('--writes', '--writes', [CompletionResultType]::ParameterName, 'What may leave this machine; `full` for the local forge and `draft` elsewhere without it')
            [CompletionResult]::new('--timer', '--timer', [CompletionResultType]::ParameterName, 'Have a timer of this machine start a pass this often: 30s, 1m, 1h')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--no-verify', '--no-verify', [CompletionResultType]::ParameterName, 'No such command, also when one was found')
            [CompletionResult]::new('--offline', '--offline', [CompletionResultType]::ParameterName, 'Do not ask the forge whether token and repository are good')
            [CompletionResult]::new('--no-remote', '--no-remote', [CompletionResultType]::ParameterName, 'Leave the checkout alone: no remote `acp`')
            [CompletionResult]::new('--starter-issues', '--starter-issues', [CompletionResultType]::ParameterName, 'Open issues for what the repository lacks, so that there is work to begin with; local forge only')
            [CompletionResult]::new('--no-timer', '--no-timer', [CompletionResultType]::ParameterName, 'No timer, and no question about one')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Ask nothing')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Ask nothing')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;heartbeat' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'From one pass of the loop to the next: 30s, 5m, 1h (default: 1m)')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'How long to repeat: 90s, 2m, 1h')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Save the snapshot that the plan was made from')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Plan from a saved snapshot instead of the world; changes nothing')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--until-idle', '--until-idle', [CompletionResultType]::ParameterName, 'Repeat until nothing moves by itself any more; ends with 75 at the timeout')
            [CompletionResult]::new('--loop', '--loop', [CompletionResultType]::ParameterName, 'Repeat for ever, for machines with neither systemd nor launchd nor cron')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say what it cost: requests, processes, fsyncs, time by phase')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;status' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Show it again every so many seconds, in the same place on a terminal, until Ctrl-C')
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
        'acp;dashboard' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the page on this machine')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Print what the page shows as JSON')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;dashboard;serve' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'The port on 127.0.0.1; 0 takes a free one')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--actions', '--actions', [CompletionResultType]::ParameterName, 'Let who has the token approve, deny, retry, hold and stop')
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
        'acp;dashboard;snapshot' {
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
        'acp;dashboard;help' {
            [CompletionResult]::new('serve', 'serve', [CompletionResultType]::ParameterValue, 'Serve the page on this machine')
            [CompletionResult]::new('snapshot', 'snapshot', [CompletionResultType]::ParameterValue, 'Print what the page shows as JSON')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;dashboard;help;serve' {
            break
        }
        'acp;dashboard;help;snapshot' {
            break
        }
        'acp;dashboard;help;help' {
            break
        }
        'acp;board' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--md', '--md', [CompletionResultType]::ParameterName, 'Write it as Markdown into this file, as a whole, and nothing else')
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
        'acp;why' {
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
        'acp;issue' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List issues with their lanes')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an issue, its comments, and where it stands')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Open an issue; prints its name')
            [CompletionResult]::new('follow-up', 'follow-up', [CompletionResultType]::ParameterValue, 'Open an issue that goes on from another one; prints its name')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Start a run on an issue now')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Comment on an issue')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Put labels on an issue and take them off')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an issue')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;issue;list' {
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'Only those with this label')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Closed ones too')
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
        'acp;issue;show' {
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
        'acp;issue;create' {
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'One line')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'Markdown')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Markdown from a file; `-` reads standard input')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A label; may be repeated')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--no-label', '--no-label', [CompletionResultType]::ParameterName, 'No label at all: acp leaves the issue alone until it gets one')
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
        'acp;issue;follow-up' {
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'One line')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'Markdown')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Markdown from a file; `-` reads standard input')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A label; may be repeated')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--no-label', '--no-label', [CompletionResultType]::ParameterName, 'No label at all: acp leaves the issue alone until it gets one')
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
        'acp;issue;start' {
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
        'acp;issue;comment' {
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'Markdown')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Markdown from a file; `-` reads standard input')
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
        'acp;issue;label' {
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'A label to put on')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'A label to take off')
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
        'acp;issue;close' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the journal')
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
        'acp;issue;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List issues with their lanes')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show an issue, its comments, and where it stands')
            [CompletionResult]::new('create', 'create', [CompletionResultType]::ParameterValue, 'Open an issue; prints its name')
            [CompletionResult]::new('follow-up', 'follow-up', [CompletionResultType]::ParameterValue, 'Open an issue that goes on from another one; prints its name')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Start a run on an issue now')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Comment on an issue')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Put labels on an issue and take them off')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close an issue')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;issue;help;list' {
            break
        }
        'acp;issue;help;show' {
            break
        }
        'acp;issue;help;create' {
            break
        }
        'acp;issue;help;follow-up' {
            break
        }
        'acp;issue;help;start' {
            break
        }
        'acp;issue;help;comment' {
            break
        }
        'acp;issue;help;label' {
            break
        }
        'acp;issue;help;close' {
            break
        }
        'acp;issue;help;help' {
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
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List pull requests with their lanes and risk')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a pull request, its checks, and where it stands')
            [CompletionResult]::new('risk', 'risk', [CompletionResultType]::ParameterValue, 'Score how risky a change is, with every reason')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Say yes to the head as it is; the next pass merges')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Say yes and merge at once')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Comment on a pull request')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Put labels on a pull request and take them off')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close a pull request without a merge')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;pr;list' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Merged and closed ones too')
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
        'acp;pr;show' {
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
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;pr;approve' {
            [CompletionResult]::new('--head', '--head', [CompletionResultType]::ParameterName, 'Only if this is the head: the commit that was looked at')
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
        'acp;pr;merge' {
            [CompletionResult]::new('--head', '--head', [CompletionResultType]::ParameterName, 'Only if this is the head: the commit that was looked at')
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
        'acp;pr;comment' {
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'Markdown')
            [CompletionResult]::new('--body-file', '--body-file', [CompletionResultType]::ParameterName, 'Markdown from a file; `-` reads standard input')
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
        'acp;pr;label' {
            [CompletionResult]::new('--add', '--add', [CompletionResultType]::ParameterName, 'A label to put on')
            [CompletionResult]::new('--remove', '--remove', [CompletionResultType]::ParameterName, 'A label to take off')
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
        'acp;pr;close' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the journal')
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
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List pull requests with their lanes and risk')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a pull request, its checks, and where it stands')
            [CompletionResult]::new('risk', 'risk', [CompletionResultType]::ParameterValue, 'Score how risky a change is, with every reason')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Say yes to the head as it is; the next pass merges')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Say yes and merge at once')
            [CompletionResult]::new('comment', 'comment', [CompletionResultType]::ParameterValue, 'Comment on a pull request')
            [CompletionResult]::new('label', 'label', [CompletionResultType]::ParameterValue, 'Put labels on a pull request and take them off')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close a pull request without a merge')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;pr;help;list' {
            break
        }
        'acp;pr;help;show' {
            break
        }
        'acp;pr;help;risk' {
            break
        }
        'acp;pr;help;approve' {
            break
        }
        'acp;pr;help;merge' {
            break
        }
        'acp;pr;help;comment' {
            break
        }
        'acp;pr;help;label' {
            break
        }
        'acp;pr;help;close' {
            break
        }
        'acp;pr;help;help' {
            break
        }
        'acp;run' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List runs')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a run with everything that is known of it')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show what the agent printed')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'End a run and prove that nothing of it is left')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Have the item of a run tried again')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Archive a run that is over; its worktree goes, its work is bundled first')
            [CompletionResult]::new('supervise', 'supervise', [CompletionResultType]::ParameterValue, 'Attend to a run (started by a pass)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;run;list' {
            [CompletionResult]::new('--item', '--item', [CompletionResultType]::ParameterName, 'Only of this item')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Archived ones too')
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
        'acp;run;show' {
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
        'acp;run;log' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Only the last lines')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'Only the last lines')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--supervisor', '--supervisor', [CompletionResultType]::ParameterName, 'What the supervisor itself said, instead')
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
        'acp;run;stop' {
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
        'acp;run;retry' {
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
        'acp;run;drop' {
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
        'acp;run;supervise' {
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
        'acp;run;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List runs')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show a run with everything that is known of it')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Show what the agent printed')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'End a run and prove that nothing of it is left')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Have the item of a run tried again')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Archive a run that is over; its worktree goes, its work is bundled first')
            [CompletionResult]::new('supervise', 'supervise', [CompletionResultType]::ParameterValue, 'Attend to a run (started by a pass)')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;run;help;list' {
            break
        }
        'acp;run;help;show' {
            break
        }
        'acp;run;help;log' {
            break
        }
        'acp;run;help;stop' {
            break
        }
        'acp;run;help;retry' {
            break
        }
        'acp;run;help;drop' {
            break
        }
        'acp;run;help;supervise' {
            break
        }
        'acp;run;help;help' {
            break
        }
        'acp;stop' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for whoever finds the hold')
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
        'acp;hold' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the holds')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Set a hold')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Lift a hold')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;hold;list' {
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
        'acp;hold;add' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for whoever finds it')
            [CompletionResult]::new('--item', '--item', [CompletionResultType]::ParameterName, 'Only this item')
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
        'acp;hold;clear' {
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
        'acp;hold;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the holds')
            [CompletionResult]::new('add', 'add', [CompletionResultType]::ParameterValue, 'Set a hold')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Lift a hold')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;hold;help;list' {
            break
        }
        'acp;hold;help;add' {
            break
        }
        'acp;hold;help;clear' {
            break
        }
        'acp;hold;help;help' {
            break
        }
        'acp;outbox' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the writes that are not confirmed, in order')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything of one write')
            [CompletionResult]::new('flush', 'flush', [CompletionResultType]::ParameterValue, 'Send what is due')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Put a failed write back in the queue')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Give up a write, and those that need it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;outbox;list' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--done', '--done', [CompletionResultType]::ParameterName, 'Also those that are confirmed or dropped, and not forgotten yet')
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
        'acp;outbox;show' {
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
        'acp;outbox;flush' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say what it cost: requests, processes, fsyncs, time by phase')
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
        'acp;outbox;retry' {
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
        'acp;outbox;drop' {
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
        'acp;outbox;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the writes that are not confirmed, in order')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show everything of one write')
            [CompletionResult]::new('flush', 'flush', [CompletionResultType]::ParameterValue, 'Send what is due')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Put a failed write back in the queue')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Give up a write, and those that need it')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;outbox;help;list' {
            break
        }
        'acp;outbox;help;show' {
            break
        }
        'acp;outbox;help;flush' {
            break
        }
        'acp;outbox;help;retry' {
            break
        }
        'acp;outbox;help;drop' {
            break
        }
        'acp;outbox;help;help' {
            break
        }
        'acp;notify' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the notices that were not taken yet')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Tell people something')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Send a test to the notifiers, for real')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Put a notice that was given up back in the queue')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Give up a notice')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;notify;list' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--done', '--done', [CompletionResultType]::ParameterName, 'Also those that were taken in the last seven days')
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
        'acp;notify;send' {
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'One line')
            [CompletionResult]::new('--body', '--body', [CompletionResultType]::ParameterName, 'More lines; `-` reads them from standard input')
            [CompletionResult]::new('--priority', '--priority', [CompletionResultType]::ParameterName, 'How much it matters: low, normal, high, urgent')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'Only this notifier')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--again', '--again', [CompletionResultType]::ParameterName, 'Also when the same was told within 30 minutes')
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
        'acp;notify;test' {
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
        'acp;notify;retry' {
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
        'acp;notify;drop' {
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
        'acp;notify;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the notices that were not taken yet')
            [CompletionResult]::new('send', 'send', [CompletionResultType]::ParameterValue, 'Tell people something')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Send a test to the notifiers, for real')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Put a notice that was given up back in the queue')
            [CompletionResult]::new('drop', 'drop', [CompletionResultType]::ParameterValue, 'Give up a notice')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;notify;help;list' {
            break
        }
        'acp;notify;help;send' {
            break
        }
        'acp;notify;help;test' {
            break
        }
        'acp;notify;help;retry' {
            break
        }
        'acp;notify;help;drop' {
            break
        }
        'acp;notify;help;help' {
            break
        }
        'acp;retry' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the items with failures or a block')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Forget the failures of an item, its wait and its block')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;retry;list' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Also the items that nothing is counted for: their last attempt')
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
        'acp;retry;clear' {
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
        'acp;retry;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the items with failures or a block')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Forget the failures of an item, its wait and its block')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;retry;help;list' {
            break
        }
        'acp;retry;help;clear' {
            break
        }
        'acp;retry;help;help' {
            break
        }
        'acp;lease' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the claims')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove a claim whose run is through')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;lease;list' {
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
        'acp;lease;clear' {
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
        'acp;lease;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the claims')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'Remove a claim whose run is through')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;lease;help;list' {
            break
        }
        'acp;lease;help;clear' {
            break
        }
        'acp;lease;help;help' {
            break
        }
        'acp;cooldown' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cooldowns')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'End a cooldown')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;cooldown;list' {
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
        'acp;cooldown;clear' {
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
        'acp;cooldown;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the cooldowns')
            [CompletionResult]::new('clear', 'clear', [CompletionResultType]::ParameterValue, 'End a cooldown')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;cooldown;help;list' {
            break
        }
        'acp;cooldown;help;clear' {
            break
        }
        'acp;cooldown;help;help' {
            break
        }
        'acp;budget' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what today''s runs have used, and the limits')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Let what today''s finished runs have used count no more')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;budget;show' {
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
        'acp;budget;reset' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Yes, more may be spent today')
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
        'acp;budget;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show what today''s runs have used, and the limits')
            [CompletionResult]::new('reset', 'reset', [CompletionResultType]::ParameterValue, 'Let what today''s finished runs have used count no more')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;budget;help;show' {
            break
        }
        'acp;budget;help;reset' {
            break
        }
        'acp;budget;help;help' {
            break
        }
        'acp;usage' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--by', '--by', [CompletionResultType]::ParameterName, 'What a sum is made for')
            [CompletionResult]::new('--days', '--days', [CompletionResultType]::ParameterName, 'How many days back, today included')
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
        'acp;agent' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the agents, their versions and how they are')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Look closely at one agent')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Let an agent do a tiny real task')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;agent;list' {
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
        'acp;agent;probe' {
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
        'acp;agent;test' {
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
        'acp;agent;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the agents, their versions and how they are')
            [CompletionResult]::new('probe', 'probe', [CompletionResultType]::ParameterValue, 'Look closely at one agent')
            [CompletionResult]::new('test', 'test', [CompletionResultType]::ParameterValue, 'Let an agent do a tiny real task')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;agent;help;list' {
            break
        }
        'acp;agent;help;probe' {
            break
        }
        'acp;agent;help;test' {
            break
        }
        'acp;agent;help;help' {
            break
        }
        'acp;prompt' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print what an agent would be asked about an item')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;prompt;show' {
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
        'acp;prompt;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Print what an agent would be asked about an item')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;prompt;help;show' {
            break
        }
        'acp;prompt;help;help' {
            break
        }
        'acp;profile' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the profiles')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every value of a profile')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Explain everything that is wrong with a profile')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a profile from flags alone')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print a profile as another machine can take it')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take a profile from another machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a repository out of control')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON schema of a profile')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;profile;list' {
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
        'acp;profile;show' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--origin', '--origin', [CompletionResultType]::ParameterName, 'Say which layer set each value')
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
        'acp;profile;check' {
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
        'acp;profile;new' {
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'Where issues and pull requests live; `auto`: where `origin` of the checkout is, if acp knows that forge')
            [CompletionResult]::new('--slug', '--slug', [CompletionResultType]::ParameterName, 'The repository on the forge; the one that `origin` of the checkout points to without it')
            [CompletionResult]::new('--base-url', '--base-url', [CompletionResultType]::ParameterName, 'The address of an own server')
            [CompletionResult]::new('--git-url', '--git-url', [CompletionResultType]::ParameterName, 'Where git clones from, when it is not the server''s usual address')
            [CompletionResult]::new('--token-from', '--token-from', [CompletionResultType]::ParameterName, 'Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it')
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The branch that work starts from and goes to; the one that is checked out without it')
            [CompletionResult]::new('--agent', '--agent', [CompletionResultType]::ParameterName, 'The agent')
            [CompletionResult]::new('--agent-command', '--agent-command', [CompletionResultType]::ParameterName, 'A shell line to use as the agent: it reads the task on standard input and works in the current folder')
            [CompletionResult]::new('--setup', '--setup', [CompletionResultType]::ParameterName, 'A command that prepares a fresh worktree; may be repeated')
            [CompletionResult]::new('--verify', '--verify', [CompletionResultType]::ParameterName, 'A command that must succeed for a change to be merged; may be repeated')
            [CompletionResult]::new('--label', '--label', [CompletionResultType]::ParameterName, 'A label that makes acp take an issue; may be repeated')
            [CompletionResult]::new('--writes', '--writes', [CompletionResultType]::ParameterName, 'What may leave this machine; `full` for the local forge and `draft` elsewhere without it')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Your checkout of it, if there is one')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--no-verify', '--no-verify', [CompletionResultType]::ParameterName, 'No such command, also when one was found')
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
        'acp;profile;export' {
            [CompletionResult]::new('--out', '--out', [CompletionResultType]::ParameterName, 'Write it into this file instead')
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
        'acp;profile;import' {
            [CompletionResult]::new('--as', '--as', [CompletionResultType]::ParameterName, 'Its name here; that of the file without it')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'Your checkout of it on this machine')
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
        'acp;profile;remove' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--purge', '--purge', [CompletionResultType]::ParameterName, 'Remove its state and its local forge too')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Ask nothing')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Ask nothing')
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
        'acp;profile;schema' {
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
        'acp;profile;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the profiles')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show every value of a profile')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Explain everything that is wrong with a profile')
            [CompletionResult]::new('new', 'new', [CompletionResultType]::ParameterValue, 'Write a profile from flags alone')
            [CompletionResult]::new('export', 'export', [CompletionResultType]::ParameterValue, 'Print a profile as another machine can take it')
            [CompletionResult]::new('import', 'import', [CompletionResultType]::ParameterValue, 'Take a profile from another machine')
            [CompletionResult]::new('remove', 'remove', [CompletionResultType]::ParameterValue, 'Take a repository out of control')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON schema of a profile')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;profile;help;list' {
            break
        }
        'acp;profile;help;show' {
            break
        }
        'acp;profile;help;check' {
            break
        }
        'acp;profile;help;new' {
            break
        }
        'acp;profile;help;export' {
            break
        }
        'acp;profile;help;import' {
            break
        }
        'acp;profile;help;remove' {
            break
        }
        'acp;profile;help;schema' {
            break
        }
        'acp;profile;help;help' {
            break
        }
        'acp;service' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Start passes by a timer of this machine')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take the timer away')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say how passes keep time, and what went wrong')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Let a stopped timer start passes again')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Let a timer start no more passes')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show what the passes of a timer printed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;service;install' {
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'From one pass to the next: 30s, 5m, 1h (default: 1m, or what was installed)')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'What starts the passes (default: what this machine has)')
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'For every profile that there is')
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
        'acp;service;uninstall' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Of every profile that there is')
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
        'acp;service;status' {
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
        'acp;service;start' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Of every profile that there is')
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
        'acp;service;stop' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Of every profile that there is')
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
        'acp;service;logs' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'How many of the last lines')
            [CompletionResult]::new('--lines', '--lines', [CompletionResultType]::ParameterName, 'How many of the last lines')
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
        'acp;service;help' {
            [CompletionResult]::new('install', 'install', [CompletionResultType]::ParameterValue, 'Start passes by a timer of this machine')
            [CompletionResult]::new('uninstall', 'uninstall', [CompletionResultType]::ParameterValue, 'Take the timer away')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Say how passes keep time, and what went wrong')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Let a stopped timer start passes again')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Let a timer start no more passes')
            [CompletionResult]::new('logs', 'logs', [CompletionResultType]::ParameterValue, 'Show what the passes of a timer printed')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;service;help;install' {
            break
        }
        'acp;service;help;uninstall' {
            break
        }
        'acp;service;help;status' {
            break
        }
        'acp;service;help;start' {
            break
        }
        'acp;service;help;stop' {
            break
        }
        'acp;service;help;logs' {
            break
        }
        'acp;service;help;help' {
            break
        }
        'acp;doctor' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--report', '--report', [CompletionResultType]::ParameterName, 'Write what was found, and what somebody who helps needs, to this file')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--fix', '--fix', [CompletionResultType]::ParameterName, 'Mend what can be mended safely: close files to other users, make missing labels on the forge, put back a timer that is gone, does not run or starts an acp that is not there any more')
            [CompletionResult]::new('--with-text', '--with-text', [CompletionResultType]::ParameterName, 'Let the report quote the journal, which may quote issues')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;fsck' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'Compare with one listing of everything on the forge')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'acp;reconcile' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--record', '--record', [CompletionResultType]::ParameterName, 'Save the snapshot that the plan was made from')
            [CompletionResult]::new('--replay', '--replay', [CompletionResultType]::ParameterName, 'Plan from a saved snapshot instead of the world; changes nothing')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say what it cost: requests, processes, fsyncs, time by phase')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'acp;sweep' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--plain', '--plain', [CompletionResultType]::ParameterName, 'One record a line, fields between tabs')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'One JSON object')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and do nothing')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more on standard error')
            [CompletionResult]::new('--no-progress', '--no-progress', [CompletionResultType]::ParameterName, 'Show no progress')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Say what it cost: requests, processes, fsyncs, time')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
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
        'acp;sandbox-relay' {
            [CompletionResult]::new('--profile', '--profile', [CompletionResultType]::ParameterName, 'The profile to work with')
            [CompletionResult]::new('--direct', '--direct', [CompletionResultType]::ParameterName, 'A place on this machine''s loopback that has its port inside too, HOST:PORT')
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
        'acp;complete' {
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
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Show the whole loop on a sample repository')
            [CompletionResult]::new('demo-agent', 'demo-agent', [CompletionResultType]::ParameterValue, 'The agent of the demonstration')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Put a repository under control')
            [CompletionResult]::new('heartbeat', 'heartbeat', [CompletionResultType]::ParameterValue, 'Do one turn of the loop')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show everything on one screen')
            [CompletionResult]::new('dashboard', 'dashboard', [CompletionResultType]::ParameterValue, 'Watch everything in a browser')
            [CompletionResult]::new('board', 'board', [CompletionResultType]::ParameterValue, 'Show the status board of all profiles')
            [CompletionResult]::new('why', 'why', [CompletionResultType]::ParameterValue, 'Say why something does not move')
            [CompletionResult]::new('issue', 'issue', [CompletionResultType]::ParameterValue, 'Issues: list, show, create, comment, label, close')
            [CompletionResult]::new('pr', 'pr', [CompletionResultType]::ParameterValue, 'Look at pull requests and decide about them')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Runs: list, show, log, stop, drop')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'End every run and hold the profile')
            [CompletionResult]::new('hold', 'hold', [CompletionResultType]::ParameterValue, 'Stop launches and merges, and let them go on')
            [CompletionResult]::new('outbox', 'outbox', [CompletionResultType]::ParameterValue, 'Look at writes on their way, send them, give them up')
            [CompletionResult]::new('notify', 'notify', [CompletionResultType]::ParameterValue, 'Tell people, and look at what they were not told')
            [CompletionResult]::new('retry', 'retry', [CompletionResultType]::ParameterValue, 'Look at failures and their waits, and forget them')
            [CompletionResult]::new('lease', 'lease', [CompletionResultType]::ParameterValue, 'Look at the claims of runs on items, and clear them')
            [CompletionResult]::new('cooldown', 'cooldown', [CompletionResultType]::ParameterValue, 'Look at what cools down, and end it')
            [CompletionResult]::new('budget', 'budget', [CompletionResultType]::ParameterValue, 'Look at what today has cost, and start it anew')
            [CompletionResult]::new('usage', 'usage', [CompletionResultType]::ParameterValue, 'Show what runs have used, by day, backend or item')
            [CompletionResult]::new('agent', 'agent', [CompletionResultType]::ParameterValue, 'Look at the agents and how they are')
            [CompletionResult]::new('prompt', 'prompt', [CompletionResultType]::ParameterValue, 'Look at what agents are asked')
            [CompletionResult]::new('profile', 'profile', [CompletionResultType]::ParameterValue, 'Profiles: list, show, check, new, export, import, remove')
            [CompletionResult]::new('service', 'service', [CompletionResultType]::ParameterValue, 'Timers that start passes: install, status, start, stop, logs')
            [CompletionResult]::new('doctor', 'doctor', [CompletionResultType]::ParameterValue, 'Say what is wrong on this machine, and mend it')
            [CompletionResult]::new('fsck', 'fsck', [CompletionResultType]::ParameterValue, 'Check the state against itself and the forge')
            [CompletionResult]::new('reconcile', 'reconcile', [CompletionResultType]::ParameterValue, 'Draw the conclusions from runs that ended')
            [CompletionResult]::new('sweep', 'sweep', [CompletionResultType]::ParameterValue, 'Clear up what is no longer needed')
            [CompletionResult]::new('report', 'report', [CompletionResultType]::ParameterValue, 'Say how a run ended (inside a run)')
            [CompletionResult]::new('sandbox-relay', 'sandbox-relay', [CompletionResultType]::ParameterValue, 'The way out of a sandbox')
            [CompletionResult]::new('complete', 'complete', [CompletionResultType]::ParameterValue, 'Answer a completion script')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a completion script for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print or write the manual pages')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'acp;help;demo' {
            break
        }
        'acp;help;demo-agent' {
            break
        }
        'acp;help;init' {
            break
        }
        'acp;help;heartbeat' {
            break
        }
        'acp;help;status' {
            break
        }
        'acp;help;dashboard' {
            break
        }
        'acp;help;board' {
            break
        }
        'acp;help;why' {
            break
        }
        'acp;help;issue' {
            break
        }
        'acp;help;pr' {
            break
        }
        'acp;help;run' {
            break
        }
        'acp;help;stop' {
            break
        }
        'acp;help;hold' {
            break
        }
        'acp;help;outbox' {
            break
        }
        'acp;help;notify' {
            break
        }
        'acp;help;retry' {
            break
        }
        'acp;help;lease' {
            break
        }
        'acp;help;cooldown' {
            break
        }
        'acp;help;budget' {
            break
        }
        'acp;help;usage' {
            break
        }
        'acp;help;agent' {
            break
        }
        'acp;help;prompt' {
            break
        }
        'acp;help;profile' {
            break
        }
        'acp;help;service' {
            break
        }
        'acp;help;doctor' {
            break
        }
        'acp;help;fsck' {
            break
        }
        'acp;help;reconcile' {
            break
        }
        'acp;help;sweep' {
            break
        }
        'acp;help;report' {
            break
        }
        'acp;help;sandbox-relay' {
            break
        }
        'acp;help;complete' {
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
