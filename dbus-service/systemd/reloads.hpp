#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <exception>
#include <functional>
#include <vector>

namespace hal0::service {

/// Coalesces daemon-reloads: each runs every generator of the machine. Whoever asks while one runs has perhaps written
/// too late for it and waits for the next, together with all others who asked meanwhile.
class Reloads {
public:
    /// `reload` does one daemon-reload.
    Reloads(bus::Loop& loop, std::function<bus::Task<>()> reload);

    /// Returns when a daemon-reload that began after this call has been done. Throws what `reload` throws.
    bus::Task<> reload();

private:
    using Waiting = std::vector<std::function<void(std::exception_ptr)>>;
    void begin();
    void ended(std::exception_ptr problem);

    std::function<bus::Task<>()> reload_;
    bus::Loop::Deferred begin_;
    Waiting now_, next_;
};

}  // namespace hal0::service
