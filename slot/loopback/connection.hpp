#pragma once

#include "slot/disk/descriptor.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace hal0::loopback {

/// A TCP connection to a port of 127.0.0.1. All of it has one deadline, which a peer that sends a byte now and then cannot
/// put off; another thread can end it at any moment; and how much it gives is limited.
class Connection {
public:
    using Clock = std::chrono::steady_clock;

    /// Connects; is_open() says whether that worked.
    /// @param stop_fd ends everything when it becomes readable; -1: nothing does
    /// @param most how many bytes can be read
    Connection(std::uint16_t port, Clock::time_point deadline, int stop_fd, std::size_t most);

    bool is_open() const { return open_; }

    /// Sends all of it. @return whether the peer took it in time
    bool write(std::string_view bytes);
    /// What has come, valid until the next call; empty: the peer has closed. Nothing at all: not in time, or no more than
    /// that can be read, or the connection broke.
    std::optional<std::string_view> read();

private:
    bool connect(std::uint16_t port);
    bool wait_for(short events) const;

    Clock::time_point deadline_;
    int stop_fd_;
    std::size_t left_;
    disk::Descriptor socket_;
    std::array<char, 4096> buffer_;
    bool open_;
};

}  // namespace hal0::loopback
