#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace hal0::loopback {

struct Answer {
    int status = 0;  // of HTTP; 0: there was no answer, or not all of it in time, or it was too long
    std::string body{};
    bool connected = false;  // whether somebody took the connection
};

/// One question to a server on this machine.
struct Question {
    std::uint16_t port;
    std::string path;
    std::size_t most_bytes;  // of the answer's body; 0: its head is enough, the body is not read
    std::chrono::milliseconds patience;  // from connecting to the last byte
};

/// Asks http://127.0.0.1:port/path once, on a connection of its own: one that is kept open would hold a worker of the
/// server between two questions. Follows no redirect. Takes as much time as `patience` says at most, and returns at once
/// when `stop_fd` becomes readable (-1: nothing stops it).
Answer get(const Question& question, int stop_fd = -1);

}  // namespace hal0::loopback
