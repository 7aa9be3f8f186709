# fish completion for acp: every value comes from `acp complete`, which reads the state and changes nothing.

function __acp_complete
    set -l typed (commandline --current-token --cut-at-cursor)
    set -l words (commandline --tokenize --current-process --cut-at-cursor)
    set -e words[1]
    for line in (command acp complete -- $words "$typed" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$typed"
            case ':folders'
                __fish_complete_directories "$typed"
            case '*'
                echo $line
        end
    end
end

complete --command acp --no-files --keep-order --arguments '(__acp_complete)'
