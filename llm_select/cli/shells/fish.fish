# Completion of llm-select for fish. Once:  llm-select completion fish > ~/.config/fish/completions/llm-select.fish
function __llm_select
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l unfinished (commandline --current-token --cut-at-cursor)
    set -l answer (env _LLM_SELECT_COMPLETE=fish $words[1] $words[2..-1] "$unfinished" 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$unfinished"
        case directories
            __fish_complete_directories "$unfinished"
        case words
            printf '%s\n' $answer[2..-1]
    end
end
complete --command llm-select --no-files --arguments '(__llm_select)'
