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
complete -c acp -n "__fish_acp_needs_command" -f -a "report" -d 'Say how a run ended (inside a run)'
complete -c acp -n "__fish_acp_needs_command" -f -a "pr" -d 'Look at pull requests and decide about them'
complete -c acp -n "__fish_acp_needs_command" -f -a "completions" -d 'Print a completion script for a shell'
complete -c acp -n "__fish_acp_needs_command" -f -a "man" -d 'Print or write the manual pages'
complete -c acp -n "__fish_acp_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -f -a "risk" -d 'Score how risky a change is, with every reason'
complete -c acp -n "__fish_acp_using_subcommand pr; and not __fish_seen_subcommand_from risk help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l range -d 'Two commits of the repository around the current folder; the change since their merge base' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l numstat -d 'The output of `git diff --numstat`, with or without -z; `-` reads standard input' -r -F
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l max -d 'The highest score that is fine: a number, `low` or `medium`' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l profile -d 'The profile to work with' -r
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l plain -d 'One record a line, fields between tabs'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l json -d 'One JSON object'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l dry-run -d 'Say what would be done, and do nothing'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -s v -l verbose -d 'Say more on standard error'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -l no-progress -d 'Show no progress'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from risk" -s h -l help -d 'Print help'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "risk" -d 'Score how risky a change is, with every reason'
complete -c acp -n "__fish_acp_using_subcommand pr; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
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
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from report pr completions man help" -f -a "report" -d 'Say how a run ended (inside a run)'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from report pr completions man help" -f -a "pr" -d 'Look at pull requests and decide about them'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from report pr completions man help" -f -a "completions" -d 'Print a completion script for a shell'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from report pr completions man help" -f -a "man" -d 'Print or write the manual pages'
complete -c acp -n "__fish_acp_using_subcommand help; and not __fish_seen_subcommand_from report pr completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
