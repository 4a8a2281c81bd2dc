#compdef llm-select
# Completion of llm-select for zsh. In ~/.zshrc, after compinit:  source <(llm-select completion zsh)
_llm_select() {
    local -a answer items
    local line value
    answer=("${(@f)$(_LLM_SELECT_COMPLETE=zsh "${words[1]}" "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    [[ $PREFIX == --*=* ]] && compset -P '*='
    case ${answer[1]} in
        files) _files ;;
        directories) _files -/ ;;
        words)
            for line in "${(@)answer[2,-1]}"; do
                value=${line%%$'\t'*}
                items+=("${${value//\\/\\\\}//:/\\:}:${line#*$'\t'}")
            done
            (( $#items )) && _describe '' items -M 'm:{a-zA-Z}={A-Za-z}'
            ;;
    esac
}
if [[ ${funcstack[1]} == _llm_select ]]; then
    _llm_select "$@"  # a file of $fpath
else
    compdef _llm_select llm-select
fi
