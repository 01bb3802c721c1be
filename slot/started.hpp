#pragma once

#include "slot/result.hpp"
#include "slot/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// What a start really ran, as `prepare` resolved it: /run/hal0/slot/<name>/started.json, gone with the start. What the
/// configuration says now may differ from it.
struct Started {
    std::string model;                 // registry id; empty for a server without a model
    std::string image;
    ProviderId provider = ProviderId::llama_server;
    std::uint16_t port = 0;
    std::vector<std::string> command;  // the model server's arguments, behind the image
    /// podman's options, in front of it, with devices and groups as container_options() has them. Nothing when a hal0 has started it
    /// that did not write them down, or an override runs something else.
    std::optional<std::vector<std::string>> options{};
    bool operator==(const Started&) const = default;
};

std::string to_json_text(const Started& started);
Result<Started> parse_started(std::string_view json);

/// Where it stands, for a slot's name.
inline constexpr std::string_view started_file = "started.json";

}  // namespace hal0::slot
