# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_acp_global_optspecs
    string join \n profile= plain json dry-run v/verbose no-progress h/help V/version
end

function __fish_acp_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_acp_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_acp_using_subcommand
    set -l cmd (__fish_acp_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c acp -n "__fish_acp_needs_command" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_needs_command" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_needs_command" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_needs_command" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_needs_command" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_needs_command" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_needs_command" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_needs_command" -s V -l version -d 'Print version'
complete -c acp -n "__fish_acp_needs_command" -f -a "demo" -d 'Show the whole loop on a sample repository'
complete -c acp -n "__fish_acp_needs_command" -f -a "demo-agent" -d 'The agent of the demonstration'
complete -c acp -n "__fish_acp_needs_command" -f -a "init" -d 'Put a repository under control'
complete -c acp -n "__fish_acp_needs_command" -f -a "heartbeat" -d 'Do one turn of the loop'
complete -c acp -n "__fish_acp_needs_command" -f -a "status" -d 'Show everything on one screen'
complete -c acp -n "__fish_acp_needs_command" -f -a "why" -d 'Say why something does not move'
complete -c acp -n "__fish_acp_needs_command" -f -a "issue" -d 'Issues: list, show, create, comment, label, close'
complete -c acp -n "__fish_acp_needs_command" -f -a "pr" -d 'Look at pull requests and decide about them'
complete -c acp -n "__fish_acp_needs_command" -f -a "run" -d 'Runs: list, show, log, stop, drop'
complete -c acp -n "__fish_acp_needs_command" -f -a "stop" -d 'End every run and hold the profile'
complete -c acp -n "__fish_acp_needs_command" -f -a "hold" -d 'Stop launches and merges, and let them go on'
complete -c acp -n "__fish_acp_needs_command" -f -a "outbox" -d 'Look at writes on their way, send them, give them up'
complete -c acp -n "__fish_acp_needs_command" -f -a "retry" -d 'Look at failures and their waits, and forget them'
complete -c acp -n "__fish_acp_needs_command" -f -a "lease" -d 'Look at the claims of runs on items, and clear them'
complete -c acp -n "__fish_acp_needs_command" -f -a "cooldown" -d 'Look at what cools down, and end it'
complete -c acp -n "__fish_acp_needs_command" -f -a "budget" -d 'Look at what today has cost, and start it anew'
complete -c acp -n "__fish_acp_needs_command" -f -a "profile" -d 'Look at profiles and check them'
complete -c acp -n "__fish_acp_needs_command" -f -a "reconcile" -d 'Draw the conclusions from runs that ended'
complete -c acp -n "__fish_acp_needs_command" -f -a "sweep" -d 'Clear up what is no longer needed'
complete -c acp -n "__fish_acp_needs_command" -f -a "report" -d 'Say how a run ended (inside a run)'
complete -c acp -n "__fish_acp_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c acp -n "__fish_acp_needs_command" -f -a "man" -d 'Print or write the manual pages'
complete -c acp -n "__fish_acp_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand demo" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand demo" -l agent -d 'Use an installed agent instead of the small one that is part of acp; it spends what it spends' -r
complete -c acp -n "__fish_acp_using_subcommand demo" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand demo" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand demo" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand demo" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand demo" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand demo" -l keep -d 'Leave everything in place and say how to look further'
complete -c acp -n "__fish_acp_using_subcommand demo" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand demo-agent" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand init" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l repo -d 'The checkout; the current folder without it' -r -F
complete -c acp -n "__fish_acp_using_subcommand init" -l forge -d 'Where issues and pull requests live' -r -f -a "local\t''
github\t''
gitea\t''"
complete -c acp -n "__fish_acp_using_subcommand init" -l slug -d 'The repository on the forge; the one that `origin` of the checkout points to without it' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l base-url -d 'The address of an own server' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l git-url -d 'Where git clones from, when it is not the server\'s usual address' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l token-from -d 'Where the token comes from: `env:NAME`, `file:PATH` or `command:PROGRAM ARG…`; the usual places without it' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l base -d 'The branch that work starts from and goes to; the one that is checked out without it' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l agent -d 'The agent' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l agent-command -d 'A shell line to use as the agent: it reads the task on standard input and works in the current folder' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l verify -d 'A command that must succeed for a change to be merged; may be repeated' -r
complete -c acp -n "__fish_acp_using_subcommand init" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand init" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand init" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand init" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand init" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand init" -l offline -d 'Do not ask the forge whether token and repository are good'
complete -c acp -n "__fish_acp_using_subcommand init" -l no-remote -d 'Leave the checkout alone: no remote `acp`'
complete -c acp -n "__fish_acp_using_subcommand init" -s y -l yes -d 'Ask nothing'
complete -c acp -n "__fish_acp_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l timeout -d 'How long to repeat: 90s, 2m, 1h' -r
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l record -d 'Save the snapshot that the plan was made from' -r -F
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l replay -d 'Plan from a saved snapshot instead of the world; changes nothing' -r -F
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l until-idle -d 'Repeat until nothing moves by itself any more; ends with 75 at the timeout'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -l stats -d 'Say what it cost: requests, processes, fsyncs, time by phase'
complete -c acp -n "__fish_acp_using_subcommand heartbeat" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand status" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand status" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand status" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand status" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand status" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand status" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand status" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand why" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand why" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand why" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand why" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand why" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand why" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand why" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "list" -d 'List issues with their lanes'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "show" -d 'Show an issue, its comments, and where it stands'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "create" -d 'Open an issue; prints its name'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "comment" -d 'Comment on an issue'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "label" -d 'Put labels on an issue and take them off'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "close" -d 'Close an issue'
complete -c acp -n "__fish_acp_using_subcommand issue; and not __fish_seen_subcommand_from list show create comment label close help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l label -d 'Only those with this label' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l all -d 'Closed ones too'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l title -d 'One line' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l body -d 'Markdown' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l body-file -d 'Markdown from a file; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l label -d 'A label; may be repeated' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l no-label -d 'No label at all: acp leaves the issue alone until it gets one'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l body -d 'Markdown' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l body-file -d 'Markdown from a file; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from comment" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l add -d 'A label to put on' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l remove -d 'A label to take off' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from label" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l reason -d 'Why, for the journal' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from close" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "list" -d 'List issues with their lanes'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show an issue, its comments, and where it stands'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "create" -d 'Open an issue; prints its name'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "comment" -d 'Comment on an issue'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "label" -d 'Put labels on an issue and take them off'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "close" -d 'Close an issue'
complete -c acp -n "__fish_acp_using_subcommand issue; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "list" -d 'List pull requests with their lanes and risk'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "show" -d 'Show a pull request, its checks, and where it stands'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "risk" -d 'Score how risky a change is, with every reason'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "approve" -d 'Say yes to the head as it is; the next pass merges'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "merge" -d 'Say yes and merge at once'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "comment" -d 'Comment on a pull request'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "label" -d 'Put labels on a pull request and take them off'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "close" -d 'Close a pull request without a merge'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from list show risk approve merge comment label close help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l all -d 'Merged and closed ones too'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l range -d 'Two commits of the repository around the current folder; the change since their merge base' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l numstat -d 'The output of `git diff --numstat`, with or without -z; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l max -d 'The highest score that is fine: a number, `low` or `medium`' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from approve" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from merge" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l body -d 'Markdown' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l body-file -d 'Markdown from a file; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from comment" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l add -d 'A label to put on' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l remove -d 'A label to take off' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from label" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l reason -d 'Why, for the journal' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from close" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "list" -d 'List pull requests with their lanes and risk'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a pull request, its checks, and where it stands'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "risk" -d 'Score how risky a change is, with every reason'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "approve" -d 'Say yes to the head as it is; the next pass merges'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "merge" -d 'Say yes and merge at once'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "comment" -d 'Comment on a pull request'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "label" -d 'Put labels on a pull request and take them off'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "close" -d 'Close a pull request without a merge'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "list" -d 'List runs'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "show" -d 'Show a run with everything that is known of it'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "log" -d 'Show what the agent printed'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "stop" -d 'End a run and prove that nothing of it is left'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "drop" -d 'Archive a run that is over; its worktree goes, its work is bundled first'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "supervise" -d 'Attend to a run (started by a pass)'
complete -c acp -n "__fish_acp_using_subcommand run; and not __fish_seen_subcommand_from list show log stop drop supervise help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l item -d 'Only of this item' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l all -d 'Archived ones too'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -s n -l lines -d 'Only the last lines' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l supervisor -d 'What the supervisor itself said, instead'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from supervise" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "list" -d 'List runs'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show a run with everything that is known of it'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "log" -d 'Show what the agent printed'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "stop" -d 'End a run and prove that nothing of it is left'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "drop" -d 'Archive a run that is over; its worktree goes, its work is bundled first'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "supervise" -d 'Attend to a run (started by a pass)'
complete -c acp -n "__fish_acp_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand stop" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand stop" -l reason -d 'Why, for whoever finds the hold' -r
complete -c acp -n "__fish_acp_using_subcommand stop" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand stop" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand stop" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand stop" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand stop" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -f -a "list" -d 'List the holds'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -f -a "add" -d 'Set a hold'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -f -a "clear" -d 'Lift a hold'
complete -c acp -n "__fish_acp_using_subcommand hold; and not __fish_seen_subcommand_from list add clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l reason -d 'Why, for whoever finds it' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l item -d 'Only this item' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the holds'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from help" -f -a "add" -d 'Set a hold'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Lift a hold'
complete -c acp -n "__fish_acp_using_subcommand hold; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "list" -d 'List the writes that are not confirmed, in order'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "show" -d 'Show everything of one write'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "flush" -d 'Send what is due'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "retry" -d 'Put a failed write back in the queue'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "drop" -d 'Give up a write, and those that need it'
complete -c acp -n "__fish_acp_using_subcommand outbox; and not __fish_seen_subcommand_from list show flush retry drop help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l done -d 'Also those that are confirmed or dropped, and not forgotten yet'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from flush" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from retry" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the writes that are not confirmed, in order'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show everything of one write'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "flush" -d 'Send what is due'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "retry" -d 'Put a failed write back in the queue'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "drop" -d 'Give up a write, and those that need it'
complete -c acp -n "__fish_acp_using_subcommand outbox; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -f -a "list" -d 'List the items with failures or a block'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -f -a "clear" -d 'Forget the failures of an item, its wait and its block'
complete -c acp -n "__fish_acp_using_subcommand retry; and not __fish_seen_subcommand_from list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l all -d 'Also the items that nothing is counted for: their last attempt'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the items with failures or a block'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Forget the failures of an item, its wait and its block'
complete -c acp -n "__fish_acp_using_subcommand retry; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -f -a "list" -d 'List the claims'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -f -a "clear" -d 'Remove a claim whose run is through'
complete -c acp -n "__fish_acp_using_subcommand lease; and not __fish_seen_subcommand_from list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the claims'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from help" -f -a "clear" -d 'Remove a claim whose run is through'
complete -c acp -n "__fish_acp_using_subcommand lease; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -f -a "list" -d 'List the cooldowns'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -f -a "clear" -d 'End a cooldown'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and not __fish_seen_subcommand_from list clear help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from clear" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the cooldowns'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from help" -f -a "clear" -d 'End a cooldown'
complete -c acp -n "__fish_acp_using_subcommand cooldown; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -f -a "show" -d 'Show what today\'s runs have used, and the limits'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -f -a "reset" -d 'Let what today\'s finished runs have used count no more'
complete -c acp -n "__fish_acp_using_subcommand budget; and not __fish_seen_subcommand_from show reset help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l yes -d 'Yes, more may be spent today'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from reset" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what today\'s runs have used, and the limits'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "reset" -d 'Let what today\'s finished runs have used count no more'
complete -c acp -n "__fish_acp_using_subcommand budget; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -f -a "list" -d 'List the profiles'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -f -a "show" -d 'Show every value of a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -f -a "check" -d 'Explain everything that is wrong with a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -f -a "schema" -d 'Print the JSON schema of a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and not __fish_seen_subcommand_from list show check schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l origin -d 'Say which layer set each value'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the profiles'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show every value of a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "check" -d 'Explain everything that is wrong with a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON schema of a profile'
complete -c acp -n "__fish_acp_using_subcommand profile; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l record -d 'Save the snapshot that the plan was made from' -r -F
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l replay -d 'Plan from a saved snapshot instead of the world; changes nothing' -r -F
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -l stats -d 'Say what it cost: requests, processes, fsyncs, time by phase'
complete -c acp -n "__fish_acp_using_subcommand reconcile" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand sweep" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand sweep" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand sweep" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand sweep" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand sweep" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand sweep" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand sweep" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "implemented" -d 'The worktree implements the issue'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "updated-branch" -d 'The worktree repairs the pull request'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "no-change-needed" -d 'Nothing has to change on the pull request'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "blocked" -d 'It cannot be done; say why'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "reported" -d 'A scheduled task has looked'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "approved" -d 'The review of the pull request found nothing to object to'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "verify" -d 'Run a command and record whether it passed; ends as the command does'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "follow-up" -d 'Ask for a focused follow-up issue'
complete -c acp -n "__fish_acp_using_subcommand report; and not __fish_seen_subcommand_from implemented updated-branch no-change-needed blocked reported approved verify follow-up help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from implemented" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from updated-branch" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from no-change-needed" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from blocked" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l alert -d 'A person should know'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from reported" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l detail -d 'One line on how it went; for `blocked` the reason' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l comment-file -d 'Markdown for a comment; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l next -d 'What should come next; the policy decides' -r -f -a "second-review\t'The second review'
merge\t'The merge'
human\t'A look by a person'"
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from approved" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l note -d 'Anything worth adding to the record' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l title -d 'One line' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l body-file -d 'Markdown; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from follow-up" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "implemented" -d 'The worktree implements the issue'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "updated-branch" -d 'The worktree repairs the pull request'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "no-change-needed" -d 'Nothing has to change on the pull request'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "blocked" -d 'It cannot be done; say why'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "reported" -d 'A scheduled task has looked'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "approved" -d 'The review of the pull request found nothing to object to'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Run a command and record whether it passed; ends as the command does'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "follow-up" -d 'Ask for a focused follow-up issue'
complete -c acp -n "__fish_acp_using_subcommand report; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand completions" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand completions" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand completions" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand completions" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand completions" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand completions" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c acp -n "__fish_acp_using_subcommand man" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand man" -l out -d 'Write a page for each verb into this folder instead' -r -F
complete -c acp -n "__fish_acp_using_subcommand man" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand man" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand man" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand man" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand man" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand man" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "demo" -d 'Show the whole loop on a sample repository'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "demo-agent" -d 'The agent of the demonstration'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "init" -d 'Put a repository under control'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "heartbeat" -d 'Do one turn of the loop'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "status" -d 'Show everything on one screen'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "why" -d 'Say why something does not move'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "issue" -d 'Issues: list, show, create, comment, label, close'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "pr" -d 'Look at pull requests and decide about them'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "run" -d 'Runs: list, show, log, stop, drop'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "stop" -d 'End every run and hold the profile'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "hold" -d 'Stop launches and merges, and let them go on'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "outbox" -d 'Look at writes on their way, send them, give them up'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "retry" -d 'Look at failures and their waits, and forget them'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "lease" -d 'Look at the claims of runs on items, and clear them'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "cooldown" -d 'Look at what cools down, and end it'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "budget" -d 'Look at what today has cost, and start it anew'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "profile" -d 'Look at profiles and check them'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "reconcile" -d 'Draw the conclusions from runs that ended'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "sweep" -d 'Clear up what is no longer needed'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "report" -d 'Say how a run ended (inside a run)'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "man" -d 'Print or write the manual pages'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from demo demo-agent init heartbeat status why issue pr run stop hold outbox retry lease cooldown budget profile reconcile sweep report completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
