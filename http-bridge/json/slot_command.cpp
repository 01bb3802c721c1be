#include "http-bridge/json/slot_json.hpp"
#include "slot/arguments.hpp"

#include <iterator>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::Source;

std::string_view layer(Source source) {
    return source == Source::profile ? "profile" : source == Source::extra_args ? "extra_args" : "base";
}

Json row(const slot::Argument& argument) {
    auto values = argument.values;
    auto flag = argument.flag;
    if (flag.empty() && !values.empty()) {  // a word of its own
        flag = values.front();
        values.erase(values.begin());
    }
    auto value = Json();
    for (const auto& word : values) value = value.is_null() ? word : value.get<std::string>() + " " + word;
    return {{"flag", flag}, {"value", value}, {"source", layer(argument.source)}, {"set_by", to_string(argument.source)}};
}

/// Of words of one source at a time: a flag and its values have the same.
Json rows(SourcedWords::const_iterator at, SourcedWords::const_iterator end) {
    auto rows = Json::array();
    while (at != end) {
        const auto& source = at->second;
        std::vector<std::string> words;
        for (; at != end && at->second == source; ++at) words.push_back(at->first);
        for (const auto& argument : group_words(words, slot::parse_word<Source>(source).value_or(Source::hal0))) rows.push_back(row(argument));
    }
    return rows;
}

}  // namespace

Json resolved_json(const SlotRecord& slot) {
    auto argv = Json::array();
    for (const auto& [word, source] : slot.command) argv.push_back(word);
    const auto arguments = slot.command.empty() ? slot.command.begin() : std::next(slot.command.begin());  // behind the image
    return {{"name", slot.name}, {"argv", std::move(argv)}, {"provenance", rows(arguments, slot.command.end())}, {"removed", rows(slot.overridden.begin(), slot.overridden.end())}};
}

}  // namespace hal0::http
