#pragma once

#include "slot/status_text.hpp"

#include <map>
#include <string>
#include <string_view>

namespace hal0::prepare {

/// Reads what `podman pull` writes to a terminal, where it shows each layer's bytes, and keeps what it says.
class PullOutput {
public:
    explicit PullOutput(std::string image) : image_(std::move(image)) {}

    /// Takes the next bytes. Returns true if they show progress: other figures than before, not just the same again.
    bool feed(std::string_view bytes);

    slot::PullProgress progress() const;
    /// The last line that begins with "Error: ", without that; empty if there was none.
    const std::string& error() const { return error_; }

private:
    bool line(std::string_view text);

    std::string image_;
    std::string rest_;                          // an unfinished line
    std::map<std::string, std::string> layers_; // blob → its last figures
    std::string stage_;                         // the last line that is about no layer
    std::string error_;
};

}  // namespace hal0::prepare
