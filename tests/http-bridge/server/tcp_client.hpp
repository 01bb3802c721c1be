#pragma once

#include "slot/disk/descriptor.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::test {

/// A socket that listens on a port of 127.0.0.1 that the kernel chooses. Throws std::system_error.
struct ListeningSocket {
    /// @param send_buffer of each connection, so that it is soon full; 0: the kernel's choice
    explicit ListeningSocket(int send_buffer = 0);

    disk::Descriptor descriptor;
    std::uint16_t port = 0;
};

/// A client, byte by byte, that never waits: server and client are one thread, and the test turns the server's loop.
class TcpClient {
public:
    struct Options {
        std::string address = "127.0.0.1";  // its own
        int receive_buffer = 0;             // 0: the kernel's choice
    };
    /// Throws std::system_error.
    explicit TcpClient(std::uint16_t port) : TcpClient(port, Options{}) {}
    TcpClient(std::uint16_t port, const Options& options);

    /// Sends what the kernel takes now. @return how much that is
    std::size_t say(std::string_view text);
    /// Has nothing more to say, and still listens: shutdown(2).
    void finish();
    /// Goes away with a reset, as a program that is killed with something unread.
    void reset();
    /// Goes away.
    void close() { socket_.reset(); }

    /// Everything that has come so far.
    const std::string& got();
    /// Takes at most `most` bytes of what has come. @return how many those were
    std::size_t take(std::size_t most);
    /// Forgets what has come.
    void forget() { got_.clear(); }
    /// Whether the server has ended the connection, and how.
    bool has_ended();
    bool was_reset() const { return reset_; }

private:
    std::optional<disk::Descriptor> socket_;
    std::string got_;
    bool ended_ = false, reset_ = false;
};

}  // namespace hal0::test
