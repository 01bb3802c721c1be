#pragma once

#include "cli/api/address.hpp"
#include "slot/disk/descriptor.hpp"

#include <array>
#include <chrono>
#include <optional>
#include <string_view>

namespace hal0::cli {

using Clock = std::chrono::steady_clock;

/// A TCP connection to the API on which nothing waits beyond a deadline, and every wait ends with Ctrl-C.
class Connection {
public:
    /// @param interrupt_fd readable when the person has had enough; -1: never
    /// Throws Unreachable; Interrupted.
    Connection(const Address& address, Clock::time_point deadline, int interrupt_fd);

    /// Throws Disconnected; Interrupted.
    void write(std::string_view bytes, Clock::time_point deadline);
    /// What has come, valid until the next call; empty: the peer has closed. Nothing at all: not before the deadline.
    /// Throws Disconnected; Interrupted.
    std::optional<std::string_view> read(Clock::time_point deadline);

private:
    std::array<char, 16 * 1024> buffer_;
    int interrupt_fd_;
    disk::Descriptor socket_;
};

/// Waits until the deadline. Throws Interrupted.
void sleep_until(Clock::time_point deadline, int interrupt_fd);

}  // namespace hal0::cli
