#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::disk {

/// A file descriptor that is closed at the end of its scope.
class Descriptor {
public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor();

    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

private:
    int fd_;
};

/// Reads up to the end, but at most `text.size()` bytes, and makes `text` as long as what was read. False and errno when it fails.
bool read_all(int fd, std::string& text);

/// Writes everything. False and errno when it fails.
bool write_all(int fd, std::string_view text);

}  // namespace hal0::disk
