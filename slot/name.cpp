#include "slot/name.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

}  // namespace

Result<SlotName> SlotName::parse(std::string_view text) {
    const bool ok = !text.empty() && text.size() <= 32 && is_lower_or_digit(text.front()) &&
                    std::all_of(text.begin(), text.end(), [](char c) { return is_lower_or_digit(c) || c == '_' || c == '-'; });
    if (!ok)
        return Error{fmt::format("{} is not a slot name: 1 to 32 of a-z, 0-9, _ and -, starting with a letter or digit",
                                 in_quotes(text))};
    return SlotName{std::string{text}};
}

std::string unit_name(const SlotName& name) { return "hal0-slot@" + name.str() + ".service"; }
std::string pull_unit_name(const SlotName& name) { return "hal0-slot-pull@" + name.str() + ".service"; }
std::string container_name(const SlotName& name) { return "hal0-slot-" + name.str(); }

Result<ModelId> ModelId::parse(std::string_view text) {
    if (!is_name(text, 255, "._-/:@+"))
        return Error{fmt::format("{} is not a model id: 1 to 255 letters, digits and . _ - / : @ +, starting with a letter or digit",
                                 in_quotes(text))};
    return ModelId{std::string{text}};
}

}  // namespace hal0::slot
