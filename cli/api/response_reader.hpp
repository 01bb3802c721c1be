#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::cli {

/// Reads one answer of HTTP/1.1 (RFC 9112) from bytes as they come. It knows no socket: feed() it, and take what there is.
///
/// It is the program's own because a client library costs more than all the rest of the program: Debian's libcpp-httplib
/// brings libcrypto and brotli along, 5 to 9 ms of a start. And its heads are limited.
class ResponseReader {
public:
    /// Throws Disconnected if this is no HTTP, or a head of more than 64 KiB.
    void feed(std::string_view bytes);
    /// The connection has ended. Throws Disconnected if something is missing.
    void end();

    bool has_head() const { return part_ != Part::head; }
    bool is_complete() const { return part_ == Part::done; }
    int status() const { return status_; }
    /// The value of a header; its name in small letters.
    std::optional<std::string> header(const std::string& name) const;
    /// What has come of the body since the last call.
    std::string take_body() { return std::exchange(body_, {}); }

private:
    enum class Part { head, sized_body, chunk_size, chunk, chunk_end, trailer, open_body, done };

    bool read_head();
    void read_status_line(std::string_view line);
    void read_header(std::string_view line);
    void choose_body();
    bool read_sized(Part next);
    bool read_chunk_size();
    bool read_line(std::string& line);
    bool step();

    Part part_ = Part::head;
    std::string pending_;  // received, not understood yet
    std::string body_;
    int status_ = 0;
    std::size_t left_ = 0;  // of the body or of the chunk
    std::map<std::string, std::string> headers_;
};

}  // namespace hal0::cli
