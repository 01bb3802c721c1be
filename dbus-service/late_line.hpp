#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace hal0::service {

/// The line of a failed start's log that says why. It is looked for on a disk, so it is known a moment after the failure only.
class LateLine {
public:
    explicit LateLine(bus::Loop& loop);
    LateLine(const LateLine&) = delete;
    LateLine& operator=(const LateLine&) = delete;

    /// For whoever looks for it; empty: there is none.
    void found(std::string line);
    /// Empty as long as it is not known.
    std::string text() const { return line_.value_or(""); }
    /// Waits until it is known, but no longer than that: the disk may hang. Only one may wait.
    bus::Task<std::string> wait(std::chrono::milliseconds at_most);

private:
    using Resume = bus::Callback<std::string>::Resume;
    void answer();

    std::optional<std::string> line_;
    Resume waiting_;
    bus::Loop::Timer given_up_;
};

}  // namespace hal0::service
