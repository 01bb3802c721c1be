#include "http-bridge/json/error_table.hpp"

#include "http-bridge/json/measures.hpp"
#include "slot/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::ErrorKind;

/// What stands in `text` between `mark` and the first of `ends`, or the end; nothing without `mark`.
std::optional<std::string_view> behind(std::string_view text, std::string_view mark, std::string_view ends) {
    const auto at = text.find(mark);
    if (at == text.npos) return std::nullopt;
    text.remove_prefix(at + mark.size());
    return text.substr(0, text.find_first_of(ends));
}

void add_place(Json& details, const std::string& message) {
    const auto said = slot::parse_diagnostic(message).value_or(slot::Diagnostic{});
    details["file"] = text_or_null(said.place.file);
    details["line"] = said.place.line == 0 ? Json() : Json(said.place.line);
    details["key"] = text_or_null(said.key);
}

/// Of "port: 8081 is taken by slot chat (…)": who has it, and which it is.
void add_port(Json& details, const std::string& message) {
    const auto said = slot::parse_diagnostic(message);
    const auto sentence = said ? std::string_view{said->message} : std::string_view{message};
    details["used_by"] = behind(sentence, " is taken by slot ", " :;,").value_or("host");
    std::uint32_t port = 0;
    if (std::from_chars(sentence.data(), sentence.data() + sentence.size(), port).ec == std::errc{}) details["port"] = port;
}

/// Of "profile: there is no profile "fast": one of cpu, rocm": which was meant, and which there are.
void add_profiles(Json& details, std::string_view message) {
    if (const auto name = behind(message, "there is no profile \"", "\"")) details["profile"] = *name;
    auto available = Json::array();
    auto names = behind(message, ": one of ", "").value_or("none");
    while (names != "none" && !names.empty()) {
        const auto name = names.substr(0, names.find(", "));
        available.push_back(name);
        names.remove_prefix(std::min(name.size() + 2, names.size()));
    }
    details["available"] = std::move(available);
}

/// The operation that is in the way; null where many are.
Json running_operation(std::string_view message) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 3> signs = {
        {{" is being swapped ", "swap"}, {" changes all the time", "edit"}, {" was changed by somebody else ", "edit"}}};
    for (const auto& [sign, operation] : signs)
        if (message.find(sign) != message.npos) return operation;
    return nullptr;
}

/// What of the sentence the details have, too: hal0d's errors are a name and a sentence.
void add_what_is_said(Json& details, const slot::OperationError& error) {
    switch (error.kind) {
        case ErrorKind::invalid_config: return add_place(details, error.message);
        case ErrorKind::port_in_use: return add_port(details, error.message);
        case ErrorKind::no_such_profile: return add_profiles(details, error.message);
        case ErrorKind::busy: details["operation"] = running_operation(error.message); return;
        case ErrorKind::systemd_failed: {
            const auto result = behind(error.message, " job ended with ", " ");
            details["result"] = result ? Json(*result) : Json();
            return;
        }
        default: return;
    }
}

}  // namespace

HttpError http_error(ErrorKind kind) {
    switch (kind) {
        case ErrorKind::no_such_slot: return {404, "slot.not_found"};
        case ErrorKind::slot_exists: return {409, "slot.exists"};
        case ErrorKind::invalid_name: return {400, "slot.name_invalid"};
        case ErrorKind::invalid_config: return {400, "slot.config_error"};
        case ErrorKind::no_such_model: return {404, "model.not_found"};
        case ErrorKind::no_such_profile: return {404, "profiles.not_found"};
        case ErrorKind::port_in_use: return {409, "slot.port_in_use"};
        case ErrorKind::no_free_port: return {400, "slot.no_free_port"};
        case ErrorKind::disabled: return {409, "slot.disabled"};
        case ErrorKind::busy: return {409, "slot.busy"};
        case ErrorKind::not_authorized: return {403, "auth.forbidden"};
        case ErrorKind::systemd_failed: return {500, "slot.spawn_failed"};
        case ErrorKind::file_failed: return {500, "system.file_failed"};
    }
    return {500, "system.internal"};
}

Refused refused(const slot::OperationError& error, const Json& details) {
    auto all = details.is_object() ? details : Json::object();
    add_what_is_said(all, error);
    const auto [status, code] = http_error(error.kind);
    return Refused{status, std::string{code}, error.message, std::move(all)};
}

}  // namespace hal0::http
