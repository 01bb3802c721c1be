#include "slot/arguments.hpp"

#include "slot/text.hpp"

#include <algorithm>
#include <set>

namespace hal0::slot {
namespace {

/// One or two dashes, then a name: `-ngl` and `--flag=value` are flags; `-1`, `-`, `---` and `- foo` are values. A value
/// that looks like a flag must be written `--flag=-value`.
bool is_flag(std::string_view word) {
    if (!word.starts_with('-')) return false;
    word.remove_prefix(word.starts_with("--") ? 2 : 1);
    word = word.substr(0, word.find('='));
    return is_name(word, word.size(), "-_") && !is_digit(word.front());
}

bool may_repeat(const Provider& provider, std::string_view canonical) {
    return std::find(provider.repeatable.begin(), provider.repeatable.end(), canonical) != provider.repeatable.end();
}

/// The provider's own name for another spelling; empty if it is none. The lengths first: the table is long, and the
/// generator asks for each flag of each slot.
std::string_view synonym(const Provider& provider, std::string_view name) {
    for (const auto& [spelling, own] : provider.synonyms)
        if (spelling.size() == name.size() && spelling.back() == name.back() && spelling == name) return own;
    return {};
}

void add_words(std::vector<std::string>& words, const Argument& argument) {
    if (!argument.flag.empty()) words.push_back(argument.flag);
    words.insert(words.end(), argument.values.begin(), argument.values.end());
}

}  // namespace

Arguments group_words(const std::vector<std::string>& words, Source source) {
    Arguments arguments;
    for (const auto& word : words) {
        const auto equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        if (is_flag(word) && equals != std::string::npos)
            arguments.push_back({word.substr(0, equals), {word.substr(equals + 1)}, source});
        else if (is_flag(word))
            arguments.push_back({word, {}, source});
        else if (!arguments.empty() && !arguments.back().flag.empty())
            arguments.back().values.push_back(word);
        else
            arguments.push_back({"", {word}, source});
    }
    return arguments;
}

std::string canonical_flag(const Provider& provider, std::string_view flag) {
    std::string name{flag};
    if (name.empty()) return name;
    if (name.starts_with("--")) std::replace(name.begin() + 2, name.end(), '_', '-');
    auto known = synonym(provider, name);
    if (known.empty() && name.starts_with("--no-")) {
        name.erase(2, 3);
        known = synonym(provider, name);
    }
    return known.empty() ? name : std::string{known};
}

MergedArguments merge(const Provider& provider, const Arguments& layered) {
    MergedArguments merged;
    std::set<std::string> later;
    for (auto argument = layered.rbegin(); argument != layered.rend(); ++argument) {
        const bool can_lose = !argument->flag.empty() && !argument->is_variable;
        const auto name = canonical_flag(provider, argument->flag);
        const bool wins = !can_lose || may_repeat(provider, name) || later.insert(name).second;
        (wins ? merged.kept : merged.removed).push_back(*argument);
    }
    std::reverse(merged.kept.begin(), merged.kept.end());
    std::reverse(merged.removed.begin(), merged.removed.end());
    return merged;
}

std::vector<std::string> words_of(const Arguments& arguments) {
    std::vector<std::string> words;
    for (const auto& argument : arguments) add_words(words, argument);
    return words;
}

SourcedWords sourced_words(const Arguments& arguments) {
    SourcedWords runs;
    for (const auto& argument : arguments) {
        const auto source = to_string(argument.source);
        if (runs.empty() || runs.back().first != source) runs.emplace_back(source, std::vector<std::string>{});
        add_words(runs.back().second, argument);
    }
    return runs;
}

std::vector<std::string> words_of(const SourcedWords& runs) {
    std::vector<std::string> words;
    for (const auto& [source, run] : runs) words.insert(words.end(), run.begin(), run.end());
    return words;
}

}  // namespace hal0::slot
