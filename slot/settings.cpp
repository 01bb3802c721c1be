#include "slot/settings.hpp"

#include "slot/result.hpp"
#include "slot/text.hpp"
#include "slot/toml_reader.hpp"

#include <fmt/format.h>

namespace hal0::slot {
namespace {

/// A directory that can stand in podman's --volume=A:B:ro, in RequiresMountsFor= and nowhere be read as something else.
Result<std::string> parse_store(std::string_view text) {
    bool ok = text.size() > 1 && text.size() <= 1024 && text.front() == '/' && text.back() != '/' && text.find("//") == std::string_view::npos;
    for (const char c : text) ok = ok && static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != ':' && c != ',';
    const auto padded = std::string{text} + "/";
    ok = ok && padded.find("/../") == std::string::npos && padded.find("/./") == std::string::npos;
    if (ok) return std::string{text};
    return Error{fmt::format("{} is not allowed: an absolute path without blanks, colons, commas, \"..\" or a final slash", in_quotes(text))};
}

}  // namespace

Settings parse_settings(const std::string& file, std::string_view toml, Diagnostics& diagnostics) {
    Settings settings;
    const auto root = parse_toml(file, toml, diagnostics);
    if (!root) return settings;
    TomlReader top{file, diagnostics};
    top.add(*root);

    auto models = top.table("models");
    if (auto store = models.parsed("store", parse_store)) settings.model_store = *std::move(store);
    models.warn_about_unknown_keys();

    auto slots = top.table("slots");
    const auto start = slots.integer("port_range_start", ranges::port).value_or(settings.port_range_start);
    const auto end = slots.integer("port_range_end", ranges::port).value_or(settings.port_range_end);
    if (start > end) {
        slots.error("port_range_end", fmt::format("{} is not allowed: it is below port_range_start, {}", end, start));
    } else {
        settings.port_range_start = static_cast<std::uint16_t>(start);
        settings.port_range_end = static_cast<std::uint16_t>(end);
    }
    settings.idle_after_s = static_cast<std::uint32_t>(slots.integer("idle_after_s", ranges::idle_s).value_or(settings.idle_after_s));
    settings.idle_timeout_s = static_cast<std::uint32_t>(slots.integer("idle_timeout_s", ranges::idle_s).value_or(settings.idle_timeout_s));
    slots.warn_about_unknown_keys();
    top.warn_about_unknown_keys();
    return settings;
}

}  // namespace hal0::slot
