#pragma once

#include "slot/disk/descriptor.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

namespace hal0::loopback {

/// Tells a thread that it is no longer wanted: a descriptor that becomes readable once and for good, so that the thread can
/// wait for it together with a socket, which it cannot do with a std::stop_token.
class StopRequest {
public:
    /// Throws std::system_error.
    StopRequest() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
        if (!event_) throw std::system_error{errno, std::generic_category(), "eventfd"};
    }

    /// Can be called from any thread, more than once.
    void make() { eventfd_write(event_.fd(), 1); }

    int fd() const { return event_.fd(); }
    bool is_made_within(std::chrono::milliseconds time) const {
        pollfd waiting{.fd = event_.fd(), .events = POLLIN, .revents = 0};
        return poll(&waiting, 1, static_cast<int>(time.count())) > 0;
    }

private:
    disk::Descriptor event_;
};

}  // namespace hal0::loopback
