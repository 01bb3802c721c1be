#include "http-bridge/json/slot_json.hpp"
#include "slot/arguments.hpp"

#include <algorithm>
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

}  // namespace

Json resolved_json(const SlotRecord& slot) {
    auto argv = Json::array(), provenance = Json::array();
    for (const auto& [word, source] : slot.command) argv.push_back(word);
    const auto end = slot.command.end();
    // Behind the image, words of one source at a time: a flag and its values have the same.
    for (auto at = slot.command.empty() ? end : std::next(slot.command.begin()); at != end;) {
        const auto next = std::find_if(at, end, [&](const auto& word) { return word.second != at->second; });
        std::vector<std::string> words;
        for (auto word = at; word != next; ++word) words.push_back(word->first);
        for (const auto& argument : group_words(words, slot::parse_word<Source>(at->second).value_or(Source::hal0))) provenance.push_back(row(argument));
        at = next;
    }
    return {{"name", slot.name}, {"argv", std::move(argv)}, {"provenance", std::move(provenance)}, {"removed", Json::array()}};
}

}  // namespace hal0::http
