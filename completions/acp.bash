# shellcheck shell=bash
# bash completion for acp: every value comes from `acp complete`, which reads the state and changes nothing.

_acp() {
    local line=${COMP_LINE:0:COMP_POINT} value rest typed head
    local -a words
    read -r -a words <<<"$line"
    case $line in
        *[[:space:]]) words+=('') ;;
    esac
    typed=${words[${#words[@]} - 1]}
    # What bash takes for words of their own, as in `--flag=value`, is not replaced again.
    head=${typed%"$2"}
    COMPREPLY=()
    while IFS=$'\t' read -r value rest; do
        case $value in
            :files) compopt -o default 2>/dev/null ;;
            :folders) compopt -o default -o dirnames 2>/dev/null ;;
            *) COMPREPLY+=("${value#"$head"}") ;;
        esac
    done < <(command acp complete -- "${words[@]:1}" 2>/dev/null)
    : "$rest"
}

complete -o nosort -F _acp acp 2>/dev/null || complete -F _acp acp
