#pragma once

#include "slot/name.hpp"
#include "slot/result.hpp"
#include "slot/vocabulary.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hal0::prepare {

/// What the drop-in asks of a start, from the unit's environment (drop_in.cpp writes it).
struct Request {
    explicit Request(slot::SlotName slot_name) : name(std::move(slot_name)) {}

    slot::SlotName name;
    std::string image;
    slot::ProviderId provider = slot::ProviderId::llama_server;
    std::uint16_t port = 0;
    std::string model_store;
    std::optional<slot::ModelId> model;  // the default model; a trial model wins over it
    std::vector<std::string> flags_set;  // the model's flags that something stronger sets
    std::vector<std::string> devices;    // globs
    std::vector<std::string> groups;
};

/// Reads the environment of a rendered slot. An administrator can override it with `systemctl edit`, so it is checked.
slot::Result<Request> read_request(const slot::SlotName& name);

}  // namespace hal0::prepare
