# Completion of llm-select for bash. In ~/.bashrc:  source <(llm-select completion bash)
_llm_select() {
    local answer
    COMPREPLY=()
    {
        IFS= read -r answer
        case $answer in
            files) compopt -o default ;;
            directories) compopt -o dirnames ;;
            words) while IFS= read -r answer; do COMPREPLY+=("$answer"); done ;;
        esac
    } < <(_LLM_SELECT_COMPLETE=bash "$1" "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null) 2>/dev/null
}
complete -F _llm_select llm-select
