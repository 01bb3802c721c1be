#include "http-bridge/requests/bad_fields.hpp"

#include "http-bridge/http/answer.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

namespace hal0::http {
namespace {

/// `body.model.context_size`, fit for a person.
std::string dotted(const Location& where) {
    std::string out;
    for (const auto& part : where) out.append(out.empty() ? "" : ".").append(part.is_string() ? slot::visible(part.get_ref<const std::string&>()) : part.dump());
    return slot::shortened(out, 100);
}

}  // namespace

Location below(Location where, const nlohmann::json& key) {
    where.push_back(key);
    return where;
}

void BadFields::add(const Location& where, std::string_view type, std::string_view message) {
    fields_.push_back({{"loc", where}, {"type", type}, {"msg", message}});
}

void BadFields::refuse_if_any() const {
    if (empty()) return;
    const auto& first = fields_.front();
    const auto others = fields_.size() - 1;
    auto sentence = fmt::format("{} {}", dotted(first["loc"]), first["msg"].get_ref<const std::string&>());
    if (others > 0) sentence += fmt::format("; {} more {} wrong, too", others, others == 1 ? "is" : "are");
    throw Refused{422, "validation.invalid", sentence, {{"fields", fields_}}};
}

}  // namespace hal0::http
