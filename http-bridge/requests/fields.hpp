#pragma once

#include "http-bridge/requests/bad_fields.hpp"
#include "slot/ranges.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace hal0::http {

/// What a value has to be.
enum class Kind { text, word, integer, positive_number, flag, texts, table };

/// A key that is known, and what its value has to be. A null is always allowed: what it means is the operation's business.
struct Field {
    std::string_view table;  // the key of the table that it stands in; empty: at the top
    std::string_view key;
    Kind kind;
    slot::Range range = {};                        // of an integer
    bool (*is_known)(std::string_view) = nullptr;  // of a word
    std::string (*words)() = nullptr;              // all of them
};

/// A slot's file (design.md, 3.1): what is checked here is checked again by slot/, which knows the place in the file.
std::span<const Field> slot_fields();
/// A model's keys in the registry.
std::span<const Field> model_fields();

/// Checks all values of an object: the known keys for what they have to be, all others for what TOML and D-Bus can hold
/// (slot/client_config.hpp).
/// @param table where `object` stands in the fields: empty for the top.
void check_fields(const nlohmann::json& object, std::span<const Field> fields, std::string_view table, BadFields& bad);

/// Notes every key of `object` that is none of `known`.
void forbid_others(const nlohmann::json& object, std::span<const std::string_view> known, BadFields& bad);

}  // namespace hal0::http
