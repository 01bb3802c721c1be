#pragma once

#include "slot/result.hpp"

#include <compare>
#include <string>
#include <string_view>

namespace hal0::slot {

/// A slot's name: `^[a-z0-9][a-z0-9_-]{0,31}$`. It is the TOML's file stem and the unit's instance, verbatim:
/// nothing in it needs escaping in a unit name, a path or a command line. Only parse() makes one.
class SlotName {
public:
    /// Returns the name, or what is wrong with the text and what is allowed.
    static Result<SlotName> parse(std::string_view text);

    const std::string& str() const { return text_; }
    auto operator<=>(const SlotName&) const = default;

private:
    explicit SlotName(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

/// `hal0-slot@<name>.service`
std::string unit_name(const SlotName& name);
/// `hal0-slot-pull@<name>.service`
std::string pull_unit_name(const SlotName& name);
/// `hal0-slot-<name>`
std::string container_name(const SlotName& name);

/// The id of a model in the registry: starts with a letter or digit; then letters, digits and `. _ - / : @ +`;
/// at most 255 characters. No id can therefore be taken for an option or be split into two words.
class ModelId {
public:
    static Result<ModelId> parse(std::string_view text);

    const std::string& str() const { return text_; }
    auto operator<=>(const ModelId&) const = default;

private:
    explicit ModelId(std::string text) : text_(std::move(text)) {}
    std::string text_;
};

}  // namespace hal0::slot
