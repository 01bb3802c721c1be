#pragma once

#include "slot/disk/descriptor.hpp"

#include <httplib.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <sys/types.h>

namespace hal0::service {

/// A TCP connection to a port of 127.0.0.1, of which cpp-httplib reads as from its own. All of it has one deadline, which a
/// peer that sends a byte now and then cannot put off; another thread can end it at any moment; and how much it gives is
/// limited, because the library takes heads of any length (0.11 and 0.18: it keeps every header, and a status line of
/// 30 kB overflows the stack in its regular expression).
class Connection final : public httplib::Stream {
public:
    using Clock = std::chrono::steady_clock;

    /// Connects; is_open() says whether that worked.
    /// @param stop_fd ends everything when it becomes readable
    /// @param most how many bytes can be read, until allow() says more
    Connection(std::uint16_t port, Clock::time_point deadline, int stop_fd, std::size_t most);

    bool is_open() const { return open_; }
    /// From here on so many bytes can be read.
    void allow(std::size_t bytes) { left_ = bytes; }

    bool is_readable() const override { return true; }
    bool is_writable() const override { return true; }
    ssize_t read(char* to, std::size_t size) override;
    ssize_t write(const char* from, std::size_t size) override;
    void get_remote_ip_and_port(std::string& ip, int& port) const override;
    void get_local_ip_and_port(std::string& ip, int& port) const override;
    socket_t socket() const override { return socket_.fd(); }

private:
    bool connect();
    bool wait_for(short events) const;
    ssize_t fill();

    std::uint16_t port_;
    Clock::time_point deadline_;
    int stop_fd_;
    std::size_t left_;
    disk::Descriptor socket_;
    std::array<char, 4096> buffer_;
    std::span<const char> received_;  // of buffer_, not read yet
    bool open_;
};

}  // namespace hal0::service
