#include "http-bridge/json/slot_json.hpp"
#include "slot/arguments.hpp"

#include <span>

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

Json rows(std::span<const slot::SourcedWords::value_type> runs) {
    auto rows = Json::array();
    for (const auto& [source, words] : runs)
        for (const auto& argument : group_words(words, slot::parse_word<Source>(source).value_or(Source::hal0))) rows.push_back(row(argument));
    return rows;
}

}  // namespace

Json resolved_json(const SlotRecord& slot) {
    const std::span command{slot.command};
    const auto arguments = command.subspan(command.empty() ? 0 : 1);  // behind the image
    return {{"name", slot.name}, {"argv", slot::words_of(slot.command)}, {"provenance", rows(arguments)}, {"removed", rows(slot.overridden)}};
}

}  // namespace hal0::http
