#pragma once

#include "slot/provider.hpp"

#include <optional>
#include <string>
#include <vector>

namespace hal0::slot {

/// What a container runs: its image, the model server's arguments behind it, and podman's options in front of it, if they are known.
struct Command {
    std::string image;
    std::vector<std::string> arguments;
    std::optional<std::vector<std::string>> options{};
};

/// One way in which what runs differs from what a start would run now.
struct Difference {
    /// "image", a flag by its canonical name (slot/arguments.hpp), "command" for the words in front of all flags, or "podman --OPTION"
    std::string key;
    std::string running;
    std::string configured;  // of a flag that only one side has, the other one's text is empty
    bool operator==(const Difference&) const = default;
};

/// What a restart would change, in the order in which a start would have it, podman's options last of all; what it would take away
/// comes behind what it would have. podman's options are left out where one side does not know them. Two
/// spellings of one flag are the same, and so is another order of flags. A flag without values shows as `on`, or, for the
/// spelling that turns it off, as `off`; several values are put side by side.
std::vector<Difference> drift(const Provider& provider, const Command& running, const Command& configured);

}  // namespace hal0::slot
