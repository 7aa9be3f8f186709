
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
            cand demo 'Show the whole loop on a sample repository'
            cand demo-agent 'The agent of the demonstration'
            cand init 'Put a repository under control'
            cand heartbeat 'Do one turn of the loop'
            cand status 'Show everything on one screen'
            cand dashboard 'Watch everything in a browser'
            cand board 'Show the status board of all profiles'
            cand why 'Say why something does not move'
            cand issue 'Issues: list, show, create, comment, label, close'
            cand pr 'Look at pull requests and decide about them'
            cand run 'Runs: list, show, log, stop, drop'
            cand stop 'End every run and hold the profile'
            cand hold 'Stop launches and merges, and let them go on'
            cand outbox 'Look at writes on their way, send them, give them up'
            cand notify 'Tell people, and look at what they were not told'
            cand retry 'Look at failures and their waits, and forget them'
            cand lease 'Look at the claims of runs on items, and clear them'
            cand cooldown 'Look at what cools down, and end it'
            cand budget 'Look at what today has cost, and start it anew'
            cand usage 'Show what runs have used, by day, backend or item'
            cand agent 'Look at the agents and how they are'
            cand prompt 'Look at what agents are asked'
            cand profile 'Profiles: list, show, check, new, export, import, remove'
            cand service 'Timers that start passes: install, status, start, stop, logs'
            cand doctor 'Say what is wrong on this machine, and mend it'
            cand fsck 'Check the state against itself and the forge'
            cand reconcile 'Draw the conclusions from runs that ended'
            cand sweep 'Clear up what is no longer needed'
            cand report 'Say how a run ended (inside a run)'
            cand sandbox-relay 'The way out of a sandbox'
            cand complete 'Answer a completion script'
            cand completions 'Print a completion script for a shell'
            cand man 'Print or write the manual pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;demo'= {
            cand --profile 'The profile to work with'
            cand --agent 'Use an installed agent instead of the small one that is part of acp; it spends what it spends'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --keep 'Leave everything in place and say how to look further'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;demo-agent'= {
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
        &'acp;init'= {
            cand --profile 'The profile to work with'
            cand --repo 'The checkout; the current folder without it'
            cand --forge 'Where issues and pull requests live; `auto`: where `origin` of the checkout is, if acp knows that forge'
            cand --slug 'The repository on the forge; the one that `origin` of the checkout points to without it'
            cand --base-url 'The address of an own server'
            cand --git-url 'Where git clones from, when it is not the server''s usual address'
            cand --token-from 'Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it'
            cand --base 'The branch that work starts from and goes to; the one that is checked out without it'
            cand --agent 'The agent'
            cand --agent-command 'A shell line to use as the agent: it reads the task on standard input and works in the current folder'
            cand --setup 'A command that prepares a fresh worktree; may be repeated'
            cand --verify 'A command that must succeed for a change to be merged; may be repeated'
            cand --label 'A label that makes acp take an issue; may be repeated'
            cand --writes 'What may leave this machine; `full` for the local forge and `draft` elsewhere without it'
            cand --timer 'Have a timer of this machine start a pass this often: 30s, 1m, 1h'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --no-verify 'No such command, also when one was found'
            cand --offline 'Do not ask the forge whether token and repository are good'
            cand --no-remote 'Leave the checkout alone: no remote `acp`'
            cand --starter-issues 'Open issues for what the repository lacks, so that there is work to begin with; local forge only'
            cand --no-timer 'No timer, and no question about one'
            cand -y 'Ask nothing'
            cand --yes 'Ask nothing'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;heartbeat'= {
            cand --profile 'The profile to work with'
            cand --every 'From one pass of the loop to the next: 30s, 5m, 1h (default: 1m)'
            cand --timeout 'How long to repeat: 90s, 2m, 1h'
            cand --record 'Save the snapshot that the plan was made from'
            cand --replay 'Plan from a saved snapshot instead of the world; changes nothing'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --until-idle 'Repeat until nothing moves by itself any more; ends with 75 at the timeout'
            cand --loop 'Repeat for ever, for machines with neither systemd nor launchd nor cron'
            cand --stats 'Say what it cost: requests, processes, fsyncs, time by phase'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;status'= {
            cand --profile 'The profile to work with'
            cand --watch 'Show it again every so many seconds, in the same place on a terminal, until Ctrl-C'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;dashboard'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand serve 'Serve the page on this machine'
            cand snapshot 'Print what the page shows as JSON'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;dashboard;serve'= {
            cand --port 'The port on 127.0.0.1; 0 takes a free one'
            cand --profile 'The profile to work with'
            cand --actions 'Let who has the token approve, deny, retry, hold and stop'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;dashboard;snapshot'= {
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
        &'acp;dashboard;help'= {
            cand serve 'Serve the page on this machine'
            cand snapshot 'Print what the page shows as JSON'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;dashboard;help;serve'= {
        }
        &'acp;dashboard;help;snapshot'= {
        }
        &'acp;dashboard;help;help'= {
        }
        &'acp;board'= {
            cand --profile 'The profile to work with'
            cand --md 'Write it as Markdown into this file, as a whole, and nothing else'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;why'= {
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
        &'acp;issue'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List issues with their lanes'
            cand show 'Show an issue, its comments, and where it stands'
            cand create 'Open an issue; prints its name'
            cand follow-up 'Open an issue that goes on from another one; prints its name'
            cand start 'Start a run on an issue now'
            cand comment 'Comment on an issue'
            cand label 'Put labels on an issue and take them off'
            cand close 'Close an issue'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;issue;list'= {
            cand --label 'Only those with this label'
            cand --profile 'The profile to work with'
            cand --all 'Closed ones too'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;issue;show'= {
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
        &'acp;issue;create'= {
            cand --title 'One line'
            cand --body 'Markdown'
            cand --body-file 'Markdown from a file; `-` reads standard input'
            cand --label 'A label; may be repeated'
            cand --profile 'The profile to work with'
            cand --no-label 'No label at all: acp leaves the issue alone until it gets one'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;issue;follow-up'= {
            cand --title 'One line'
            cand --body 'Markdown'
            cand --body-file 'Markdown from a file; `-` reads standard input'
            cand --label 'A label; may be repeated'
            cand --profile 'The profile to work with'
            cand --no-label 'No label at all: acp leaves the issue alone until it gets one'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;issue;start'= {
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
        &'acp;issue;comment'= {
            cand --body 'Markdown'
            cand --body-file 'Markdown from a file; `-` reads standard input'
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
        &'acp;issue;label'= {
            cand --add 'A label to put on'
            cand --remove 'A label to take off'
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
        &'acp;issue;close'= {
            cand --reason 'Why, for the journal'
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
        &'acp;issue;help'= {
            cand list 'List issues with their lanes'
            cand show 'Show an issue, its comments, and where it stands'
            cand create 'Open an issue; prints its name'
            cand follow-up 'Open an issue that goes on from another one; prints its name'
            cand start 'Start a run on an issue now'
            cand comment 'Comment on an issue'
            cand label 'Put labels on an issue and take them off'
            cand close 'Close an issue'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;issue;help;list'= {
        }
        &'acp;issue;help;show'= {
        }
        &'acp;issue;help;create'= {
        }
        &'acp;issue;help;follow-up'= {
        }
        &'acp;issue;help;start'= {
        }
        &'acp;issue;help;comment'= {
        }
        &'acp;issue;help;label'= {
        }
        &'acp;issue;help;close'= {
        }
        &'acp;issue;help;help'= {
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
            cand list 'List pull requests with their lanes and risk'
            cand show 'Show a pull request, its checks, and where it stands'
            cand risk 'Score how risky a change is, with every reason'
            cand approve 'Say yes to the head as it is; the next pass merges'
            cand merge 'Say yes and merge at once'
            cand comment 'Comment on a pull request'
            cand label 'Put labels on a pull request and take them off'
            cand close 'Close a pull request without a merge'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;pr;list'= {
            cand --profile 'The profile to work with'
            cand --all 'Merged and closed ones too'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;pr;show'= {
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
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;pr;approve'= {
            cand --head 'Only if this is the head: the commit that was looked at'
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
        &'acp;pr;merge'= {
            cand --head 'Only if this is the head: the commit that was looked at'
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
        &'acp;pr;comment'= {
            cand --body 'Markdown'
            cand --body-file 'Markdown from a file; `-` reads standard input'
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
        &'acp;pr;label'= {
            cand --add 'A label to put on'
            cand --remove 'A label to take off'
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
        &'acp;pr;close'= {
            cand --reason 'Why, for the journal'
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
            cand list 'List pull requests with their lanes and risk'
            cand show 'Show a pull request, its checks, and where it stands'
            cand risk 'Score how risky a change is, with every reason'
            cand approve 'Say yes to the head as it is; the next pass merges'
            cand merge 'Say yes and merge at once'
            cand comment 'Comment on a pull request'
            cand label 'Put labels on a pull request and take them off'
            cand close 'Close a pull request without a merge'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;pr;help;list'= {
        }
        &'acp;pr;help;show'= {
        }
        &'acp;pr;help;risk'= {
        }
        &'acp;pr;help;approve'= {
        }
        &'acp;pr;help;merge'= {
        }
        &'acp;pr;help;comment'= {
        }
        &'acp;pr;help;label'= {
        }
        &'acp;pr;help;close'= {
        }
        &'acp;pr;help;help'= {
        }
        &'acp;run'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List runs'
            cand show 'Show a run with everything that is known of it'
            cand log 'Show what the agent printed'
            cand stop 'End a run and prove that nothing of it is left'
            cand retry 'Have the item of a run tried again'
            cand drop 'Archive a run that is over; its worktree goes, its work is bundled first'
            cand supervise 'Attend to a run (started by a pass)'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;run;list'= {
            cand --item 'Only of this item'
            cand --profile 'The profile to work with'
            cand --all 'Archived ones too'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;run;show'= {
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
        &'acp;run;log'= {
            cand -n 'Only the last lines'
            cand --lines 'Only the last lines'
            cand --profile 'The profile to work with'
            cand --supervisor 'What the supervisor itself said, instead'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;run;stop'= {
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
        &'acp;run;retry'= {
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
        &'acp;run;drop'= {
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
        &'acp;run;supervise'= {
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
        &'acp;run;help'= {
            cand list 'List runs'
            cand show 'Show a run with everything that is known of it'
            cand log 'Show what the agent printed'
            cand stop 'End a run and prove that nothing of it is left'
            cand retry 'Have the item of a run tried again'
            cand drop 'Archive a run that is over; its worktree goes, its work is bundled first'
            cand supervise 'Attend to a run (started by a pass)'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;run;help;list'= {
        }
        &'acp;run;help;show'= {
        }
        &'acp;run;help;log'= {
        }
        &'acp;run;help;stop'= {
        }
        &'acp;run;help;retry'= {
        }
        &'acp;run;help;drop'= {
        }
        &'acp;run;help;supervise'= {
        }
        &'acp;run;help;help'= {
        }
        &'acp;stop'= {
            cand --profile 'The profile to work with'
            cand --reason 'Why, for whoever finds the hold'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;hold'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the holds'
            cand add 'Set a hold'
            cand clear 'Lift a hold'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;hold;list'= {
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
        &'acp;hold;add'= {
            cand --reason 'Why, for whoever finds it'
            cand --item 'Only this item'
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
        &'acp;hold;clear'= {
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
        &'acp;hold;help'= {
            cand list 'List the holds'
            cand add 'Set a hold'
            cand clear 'Lift a hold'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;hold;help;list'= {
        }
        &'acp;hold;help;add'= {
        }
        &'acp;hold;help;clear'= {
        }
        &'acp;hold;help;help'= {
        }
        &'acp;outbox'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the writes that are not confirmed, in order'
            cand show 'Show everything of one write'
            cand flush 'Send what is due'
            cand retry 'Put a failed write back in the queue'
            cand drop 'Give up a write, and those that need it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;outbox;list'= {
            cand --profile 'The profile to work with'
            cand --done 'Also those that are confirmed or dropped, and not forgotten yet'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;outbox;show'= {
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
        &'acp;outbox;flush'= {
            cand --profile 'The profile to work with'
            cand --stats 'Say what it cost: requests, processes, fsyncs, time by phase'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;outbox;retry'= {
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
        &'acp;outbox;drop'= {
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
        &'acp;outbox;help'= {
            cand list 'List the writes that are not confirmed, in order'
            cand show 'Show everything of one write'
            cand flush 'Send what is due'
            cand retry 'Put a failed write back in the queue'
            cand drop 'Give up a write, and those that need it'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;outbox;help;list'= {
        }
        &'acp;outbox;help;show'= {
        }
        &'acp;outbox;help;flush'= {
        }
        &'acp;outbox;help;retry'= {
        }
        &'acp;outbox;help;drop'= {
        }
        &'acp;outbox;help;help'= {
        }
        &'acp;notify'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the notices that were not taken yet'
            cand send 'Tell people something'
            cand test 'Send a test to the notifiers, for real'
            cand retry 'Put a notice that was given up back in the queue'
            cand drop 'Give up a notice'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;notify;list'= {
            cand --profile 'The profile to work with'
            cand --done 'Also those that were taken in the last seven days'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;notify;send'= {
            cand --title 'One line'
            cand --body 'More lines; `-` reads them from standard input'
            cand --priority 'How much it matters: low, normal, high, urgent'
            cand --to 'Only this notifier'
            cand --profile 'The profile to work with'
            cand --again 'Also when the same was told within 30 minutes'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;notify;test'= {
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
        &'acp;notify;retry'= {
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
        &'acp;notify;drop'= {
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
        &'acp;notify;help'= {
            cand list 'List the notices that were not taken yet'
            cand send 'Tell people something'
            cand test 'Send a test to the notifiers, for real'
            cand retry 'Put a notice that was given up back in the queue'
            cand drop 'Give up a notice'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;notify;help;list'= {
        }
        &'acp;notify;help;send'= {
        }
        &'acp;notify;help;test'= {
        }
        &'acp;notify;help;retry'= {
        }
        &'acp;notify;help;drop'= {
        }
        &'acp;notify;help;help'= {
        }
        &'acp;retry'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the items with failures or a block'
            cand clear 'Forget the failures of an item, its wait and its block'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;retry;list'= {
            cand --profile 'The profile to work with'
            cand --all 'Also the items that nothing is counted for: their last attempt'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;retry;clear'= {
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
        &'acp;retry;help'= {
            cand list 'List the items with failures or a block'
            cand clear 'Forget the failures of an item, its wait and its block'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;retry;help;list'= {
        }
        &'acp;retry;help;clear'= {
        }
        &'acp;retry;help;help'= {
        }
        &'acp;lease'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the claims'
            cand clear 'Remove a claim whose run is through'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;lease;list'= {
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
        &'acp;lease;clear'= {
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
        &'acp;lease;help'= {
            cand list 'List the claims'
            cand clear 'Remove a claim whose run is through'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;lease;help;list'= {
        }
        &'acp;lease;help;clear'= {
        }
        &'acp;lease;help;help'= {
        }
        &'acp;cooldown'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the cooldowns'
            cand clear 'End a cooldown'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;cooldown;list'= {
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
        &'acp;cooldown;clear'= {
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
        &'acp;cooldown;help'= {
            cand list 'List the cooldowns'
            cand clear 'End a cooldown'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;cooldown;help;list'= {
        }
        &'acp;cooldown;help;clear'= {
        }
        &'acp;cooldown;help;help'= {
        }
        &'acp;budget'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand show 'Show what today''s runs have used, and the limits'
            cand reset 'Let what today''s finished runs have used count no more'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;budget;show'= {
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
        &'acp;budget;reset'= {
            cand --profile 'The profile to work with'
            cand --yes 'Yes, more may be spent today'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;budget;help'= {
            cand show 'Show what today''s runs have used, and the limits'
            cand reset 'Let what today''s finished runs have used count no more'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;budget;help;show'= {
        }
        &'acp;budget;help;reset'= {
        }
        &'acp;budget;help;help'= {
        }
        &'acp;usage'= {
            cand --profile 'The profile to work with'
            cand --by 'What a sum is made for'
            cand --days 'How many days back, today included'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;agent'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the agents, their versions and how they are'
            cand probe 'Look closely at one agent'
            cand test 'Let an agent do a tiny real task'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;agent;list'= {
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
        &'acp;agent;probe'= {
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
        &'acp;agent;test'= {
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
        &'acp;agent;help'= {
            cand list 'List the agents, their versions and how they are'
            cand probe 'Look closely at one agent'
            cand test 'Let an agent do a tiny real task'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;agent;help;list'= {
        }
        &'acp;agent;help;probe'= {
        }
        &'acp;agent;help;test'= {
        }
        &'acp;agent;help;help'= {
        }
        &'acp;prompt'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand show 'Print what an agent would be asked about an item'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;prompt;show'= {
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
        &'acp;prompt;help'= {
            cand show 'Print what an agent would be asked about an item'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;prompt;help;show'= {
        }
        &'acp;prompt;help;help'= {
        }
        &'acp;profile'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand list 'List the profiles'
            cand show 'Show every value of a profile'
            cand check 'Explain everything that is wrong with a profile'
            cand new 'Write a profile from flags alone'
            cand export 'Print a profile as another machine can take it'
            cand import 'Take a profile from another machine'
            cand remove 'Take a repository out of control'
            cand schema 'Print the JSON schema of a profile'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;profile;list'= {
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
        &'acp;profile;show'= {
            cand --profile 'The profile to work with'
            cand --origin 'Say which layer set each value'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;profile;check'= {
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
        &'acp;profile;new'= {
            cand --forge 'Where issues and pull requests live; `auto`: where `origin` of the checkout is, if acp knows that forge'
            cand --slug 'The repository on the forge; the one that `origin` of the checkout points to without it'
            cand --base-url 'The address of an own server'
            cand --git-url 'Where git clones from, when it is not the server''s usual address'
            cand --token-from 'Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it'
            cand --base 'The branch that work starts from and goes to; the one that is checked out without it'
            cand --agent 'The agent'
            cand --agent-command 'A shell line to use as the agent: it reads the task on standard input and works in the current folder'
            cand --setup 'A command that prepares a fresh worktree; may be repeated'
            cand --verify 'A command that must succeed for a change to be merged; may be repeated'
            cand --label 'A label that makes acp take an issue; may be repeated'
            cand --writes 'What may leave this machine; `full` for the local forge and `draft` elsewhere without it'
            cand --repo 'Your checkout of it, if there is one'
            cand --profile 'The profile to work with'
            cand --no-verify 'No such command, also when one was found'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;profile;export'= {
            cand --out 'Write it into this file instead'
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
        &'acp;profile;import'= {
            cand --as 'Its name here; that of the file without it'
            cand --repo 'Your checkout of it on this machine'
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
        &'acp;profile;remove'= {
            cand --profile 'The profile to work with'
            cand --purge 'Remove its state and its local forge too'
            cand -y 'Ask nothing'
            cand --yes 'Ask nothing'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;profile;schema'= {
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
        &'acp;profile;help'= {
            cand list 'List the profiles'
            cand show 'Show every value of a profile'
            cand check 'Explain everything that is wrong with a profile'
            cand new 'Write a profile from flags alone'
            cand export 'Print a profile as another machine can take it'
            cand import 'Take a profile from another machine'
            cand remove 'Take a repository out of control'
            cand schema 'Print the JSON schema of a profile'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;profile;help;list'= {
        }
        &'acp;profile;help;show'= {
        }
        &'acp;profile;help;check'= {
        }
        &'acp;profile;help;new'= {
        }
        &'acp;profile;help;export'= {
        }
        &'acp;profile;help;import'= {
        }
        &'acp;profile;help;remove'= {
        }
        &'acp;profile;help;schema'= {
        }
        &'acp;profile;help;help'= {
        }
        &'acp;service'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
            cand install 'Start passes by a timer of this machine'
            cand uninstall 'Take the timer away'
            cand status 'Say how passes keep time, and what went wrong'
            cand start 'Let a stopped timer start passes again'
            cand stop 'Let a timer start no more passes'
            cand logs 'Show what the passes of a timer printed'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;service;install'= {
            cand --every 'From one pass to the next: 30s, 5m, 1h (default: 1m, or what was installed)'
            cand --kind 'What starts the passes (default: what this machine has)'
            cand --profile 'The profile to work with'
            cand --all 'For every profile that there is'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;service;uninstall'= {
            cand --profile 'The profile to work with'
            cand --all 'Of every profile that there is'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;service;status'= {
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
        &'acp;service;start'= {
            cand --profile 'The profile to work with'
            cand --all 'Of every profile that there is'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;service;stop'= {
            cand --profile 'The profile to work with'
            cand --all 'Of every profile that there is'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;service;logs'= {
            cand -n 'How many of the last lines'
            cand --lines 'How many of the last lines'
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
        &'acp;service;help'= {
            cand install 'Start passes by a timer of this machine'
            cand uninstall 'Take the timer away'
            cand status 'Say how passes keep time, and what went wrong'
            cand start 'Let a stopped timer start passes again'
            cand stop 'Let a timer start no more passes'
            cand logs 'Show what the passes of a timer printed'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;service;help;install'= {
        }
        &'acp;service;help;uninstall'= {
        }
        &'acp;service;help;status'= {
        }
        &'acp;service;help;start'= {
        }
        &'acp;service;help;stop'= {
        }
        &'acp;service;help;logs'= {
        }
        &'acp;service;help;help'= {
        }
        &'acp;doctor'= {
            cand --profile 'The profile to work with'
            cand --report 'Write what was found, and what somebody who helps needs, to this file'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --fix 'Mend what can be mended safely: close files to other users, make missing labels on the forge, put back a timer that is gone, does not run or starts an acp that is not there any more'
            cand --with-text 'Let the report quote the journal, which may quote issues'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;fsck'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --forge 'Compare with one listing of everything on the forge'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'acp;reconcile'= {
            cand --profile 'The profile to work with'
            cand --record 'Save the snapshot that the plan was made from'
            cand --replay 'Plan from a saved snapshot instead of the world; changes nothing'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --stats 'Say what it cost: requests, processes, fsyncs, time by phase'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;sweep'= {
            cand --profile 'The profile to work with'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand --stats 'Say what it cost: requests, processes, fsyncs, time'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
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
        &'acp;sandbox-relay'= {
            cand --profile 'The profile to work with'
            cand --direct 'A place on this machine''s loopback that has its port inside too, HOST:PORT'
            cand --plain 'One record a line, fields between tabs'
            cand --json 'One JSON object'
            cand --dry-run 'Say what would be done, and do nothing'
            cand -v 'Say more on standard error'
            cand --verbose 'Say more on standard error'
            cand --no-progress 'Show no progress'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'acp;complete'= {
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
            cand demo 'Show the whole loop on a sample repository'
            cand demo-agent 'The agent of the demonstration'
            cand init 'Put a repository under control'
            cand heartbeat 'Do one turn of the loop'
            cand status 'Show everything on one screen'
            cand dashboard 'Watch everything in a browser'
            cand board 'Show the status board of all profiles'
            cand why 'Say why something does not move'
            cand issue 'Issues: list, show, create, comment, label, close'
            cand pr 'Look at pull requests and decide about them'
            cand run 'Runs: list, show, log, stop, drop'
            cand stop 'End every run and hold the profile'
            cand hold 'Stop launches and merges, and let them go on'
            cand outbox 'Look at writes on their way, send them, give them up'
            cand notify 'Tell people, and look at what they were not told'
            cand retry 'Look at failures and their waits, and forget them'
            cand lease 'Look at the claims of runs on items, and clear them'
            cand cooldown 'Look at what cools down, and end it'
            cand budget 'Look at what today has cost, and start it anew'
            cand usage 'Show what runs have used, by day, backend or item'
            cand agent 'Look at the agents and how they are'
            cand prompt 'Look at what agents are asked'
            cand profile 'Profiles: list, show, check, new, export, import, remove'
            cand service 'Timers that start passes: install, status, start, stop, logs'
            cand doctor 'Say what is wrong on this machine, and mend it'
            cand fsck 'Check the state against itself and the forge'
            cand reconcile 'Draw the conclusions from runs that ended'
            cand sweep 'Clear up what is no longer needed'
            cand report 'Say how a run ended (inside a run)'
            cand sandbox-relay 'The way out of a sandbox'
            cand complete 'Answer a completion script'
            cand completions 'Print a completion script for a shell'
            cand man 'Print or write the manual pages'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'acp;help;demo'= {
        }
        &'acp;help;demo-agent'= {
        }
        &'acp;help;init'= {
        }
        &'acp;help;heartbeat'= {
        }
        &'acp;help;status'= {
        }
        &'acp;help;dashboard'= {
        }
        &'acp;help;board'= {
        }
        &'acp;help;why'= {
        }
        &'acp;help;issue'= {
        }
        &'acp;help;pr'= {
        }
        &'acp;help;run'= {
        }
        &'acp;help;stop'= {
        }
        &'acp;help;hold'= {
        }
        &'acp;help;outbox'= {
        }
        &'acp;help;notify'= {
        }
        &'acp;help;retry'= {
        }
        &'acp;help;lease'= {
        }
        &'acp;help;cooldown'= {
        }
        &'acp;help;budget'= {
        }
        &'acp;help;usage'= {
        }
        &'acp;help;agent'= {
        }
        &'acp;help;prompt'= {
        }
        &'acp;help;profile'= {
        }
        &'acp;help;service'= {
        }
        &'acp;help;doctor'= {
        }
        &'acp;help;fsck'= {
        }
        &'acp;help;reconcile'= {
        }
        &'acp;help;sweep'= {
        }
        &'acp;help;report'= {
        }
        &'acp;help;sandbox-relay'= {
        }
        &'acp;help;complete'= {
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
