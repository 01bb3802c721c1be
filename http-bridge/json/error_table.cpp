#include "http-bridge/json/error_table.hpp"

#include "slot/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::ErrorKind;

std::optional<std::uint32_t> number(std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// Takes `:NUMBER` off the end.
std::optional<std::uint32_t> take_number(std::string_view& text) {
    const auto colon = text.rfind(':');
    if (colon == text.npos) return std::nullopt;
    const auto value = number(text.substr(colon + 1));
    if (value) text = text.substr(0, colon);
    return value;
}

bool is_key(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return slot::is_letter_or_digit(c) || c == '_' || c == '-' || c == '.' || c == '"'; });
}

/// What stands in front of the sentence: `file:line:column: key: sentence`, each of them only if it is known.
struct Placed {
    Json file, line, key;
    std::string_view sentence;
};

Placed placed(std::string_view message) {
    constexpr std::string_view separator = ": ";
    Placed out;
    if (message.starts_with('/')) {
        auto place = message.substr(0, message.find(separator));
        message.remove_prefix(std::min(place.size() + separator.size(), message.size()));
        const auto last = take_number(place);
        const auto first = take_number(place);
        if (const auto line = first ? first : last) out.line = *line;
        out.file = place;
    }
    if (const auto key = message.substr(0, message.find(separator)); key.size() < message.size() && is_key(key)) {
        out.key = key;
        message.remove_prefix(key.size() + separator.size());
    }
    out.sentence = message;
    return out;
}

/// Of "8081 is taken by slot chat (…)": who has it, and which it is.
void add_port(Json& details, std::string_view sentence) {
    constexpr std::string_view by_slot = " is taken by slot ";
    const auto owner = sentence.find(by_slot);
    const auto name = owner == sentence.npos ? std::string_view{} : sentence.substr(owner + by_slot.size());
    details["used_by"] = owner == sentence.npos ? "host" : name.substr(0, name.find_first_of(" :;,"));
    if (const auto port = number(sentence.substr(0, sentence.find(' ')))) details["port"] = *port;
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
    }
    return {500, "system.internal"};
}

Refused refused(const slot::OperationError& error, const Json& details) {
    auto all = details.is_object() ? details : Json::object();
    const auto message = placed(error.message);
    if (error.kind == ErrorKind::invalid_config) all.update({{"file", message.file}, {"line", message.line}, {"key", message.key}});
    if (error.kind == ErrorKind::port_in_use) add_port(all, message.sentence);
    const auto [status, code] = http_error(error.kind);
    return Refused{status, std::string{code}, error.message, std::move(all)};
}

}  // namespace hal0::http
