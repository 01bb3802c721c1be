#include "cli/commands/candidates.hpp"

#include <algorithm>

namespace hal0::cli {
namespace {

// bash takes ":" and "=" for ends of words (COMP_WORDBREAKS), and replaces only what stands behind the last one.
constexpr const char* bash_script = R"(# bash completion of hal0: hal0 itself knows what may follow.
_hal0() {
    local line=${COMP_LINE:0:COMP_POINT} i
    local -a words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        local piece=${COMP_WORDS[i]}
        # What stands behind a blank is a word; what does not belongs to the one before.
        [[ $i == 0 || $line == [[:blank:]]* ]] && words+=('')
        line=${line#"${line%%[![:blank:]]*}"}
        [[ $i == "$COMP_CWORD" ]] && piece=$line
        words[-1]+=$piece
        line=${line#"$piece"}
    done
    mapfile -t COMPREPLY < <(hal0 __complete "${words[@]:1}" 2>/dev/null)
    local breaks=${COMP_WORDBREAKS//[^:=]/}
    [[ -z $breaks ]] || COMPREPLY=("${COMPREPLY[@]#"${words[-1]%"${words[-1]##*[$breaks]}"}"}")
}
complete -F _hal0 hal0
)";

constexpr const char* zsh_script = R"(#compdef hal0
# zsh completion of hal0: hal0 itself knows what may follow.
_hal0() {
    local -a found
    found=("${(@f)$(hal0 __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    compadd -a found
}
if [[ $funcstack[1] == _hal0 ]]; then _hal0 "$@"; else compdef _hal0 hal0; fi
)";

constexpr const char* fish_script = R"(# fish completion of hal0: hal0 itself knows what may follow.
function __hal0_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor)
    hal0 __complete $words[2..-1] (commandline --current-token --cut-at-cursor) 2>/dev/null
end
complete --command hal0 --no-files --arguments '(__hal0_complete)'
)";

const CLI::Option* option_of(const CLI::App& command, const std::string& word) {
    for (const auto* app = &command; app; app = app->get_parent())
        if (const auto* option = app->get_option_no_throw(word)) return option;
    return nullptr;
}

const CLI::App* subcommand(const CLI::App& command, const std::string& name) {
    for (const auto* one : command.get_subcommands(nullptr))
        if (one->get_name() == name) return one;
    return nullptr;
}

bool takes_value(const CLI::Option* option) { return option && option->get_items_expected_max() > 0; }

void add_options(const CLI::App& command, std::vector<std::string>& found) {
    for (const auto* option : command.get_options([](const CLI::Option* one) { return !one->get_positional(); }))
        for (const auto& name : option->get_lnames()) found.push_back("--" + name);
}

std::vector<std::string> starting_with(std::vector<std::string> all, const std::string& begin) {
    std::erase_if(all, [&](const std::string& word) { return !word.starts_with(begin); });
    return all;
}

/// The word that stands for the value of an option: what it is asked for by.
std::vector<std::string> values(const CLI::Option& option, const std::function<std::vector<std::string>(const std::string&)>& look_up) {
    if (option.get_name() == "--type") return {"llm", "embedding", "reranking", "transcription", "tts", "image"};
    if (option.get_name() == "--hardware") return {"vulkan", "rocm", "cpu"};
    return look_up(option.get_type_name());
}

}  // namespace

std::vector<std::string> candidates(const CLI::App& hal0, const std::vector<std::string>& words, const std::function<std::vector<std::string>(const std::string&)>& look_up) {
    if (words.empty()) return {};
    const auto* command = &hal0;
    const CLI::Option* waiting = nullptr;  // an option whose value comes next
    std::size_t positionals = 0;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (waiting) {
            waiting = nullptr;
        } else if (words[i].starts_with('-')) {
            const auto* option = option_of(*command, words[i]);
            waiting = takes_value(option) ? option : nullptr;
        } else if (const auto* next = subcommand(*command, words[i])) {
            command = next;
        } else {
            ++positionals;
        }
    }
    const auto& typed = words.back();
    std::vector<std::string> found;
    if (waiting) return starting_with(values(*waiting, look_up), typed);
    if (const auto equals = typed.find('='); typed.starts_with("--") && equals != typed.npos) {
        const auto* option = option_of(*command, typed.substr(0, equals));
        if (!takes_value(option)) return {};
        for (const auto& value : values(*option, look_up)) found.push_back(typed.substr(0, equals + 1) + value);
        return starting_with(found, typed);
    }
    if (typed.starts_with('-')) {
        add_options(*command, found);
        if (command != &hal0) add_options(hal0, found);
        std::sort(found.begin(), found.end());
        found.erase(std::unique(found.begin(), found.end()), found.end());
        return starting_with(found, typed);
    }
    for (const auto* next : command->get_subcommands(nullptr)) found.push_back(next->get_name());
    const auto* parent = command->get_parent();
    if (found.empty() && positionals == 0 && parent && parent->get_name() == "slot" && command->get_name() != "create" && command->get_name() != "list") found = look_up("NAME");
    if (found.empty() && positionals == 0 && parent && parent->get_name() == "model" && command->get_name() == "remove") found = look_up("MODEL");
    if (found.empty() && positionals == 0 && command->get_name() == "completion") found = {"bash", "zsh", "fish"};
    return starting_with(found, typed);
}

std::string completion_script(const std::string& shell) { return shell == "bash" ? bash_script : shell == "zsh" ? zsh_script : fish_script; }

}  // namespace hal0::cli
