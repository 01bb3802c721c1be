#pragma once

#include "slot/result.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace hal0::slot {

/// Reads one answer of HTTP/1.1 (RFC 9112) from bytes as they come. It knows no socket: feed() it, and take what there is.
///
/// It is the project's own because a client library costs more than all the rest of a small program: Debian's libcpp-httplib
/// brings libcrypto and brotli along, 5 to 10 ms of a start and 3 MB of memory. And its heads are limited.
class HttpResponse {
public:
    /// Error: this is no HTTP, or has more than 64 KiB of heads or of trailers. There is nothing more to feed it, then.
    [[nodiscard]] std::optional<Error> feed(std::string_view bytes);
    /// The connection has ended. Error: something is missing.
    [[nodiscard]] std::optional<Error> end();

    bool has_head() const { return part_ != Part::head && part_ != Part::broken; }
    bool is_complete() const { return part_ == Part::done; }
    int status() const { return status_; }
    /// The value of a header; its name in small letters.
    std::optional<std::string> header(const std::string& name) const;
    /// What has come of the body since the last call.
    std::string take_body() { return std::exchange(body_, {}); }

private:
    enum class Part { head, sized_body, chunk_size, chunk, chunk_end, trailer, open_body, done, broken };

    bool read_head();
    bool read_status_line(std::string_view line);
    bool read_header(std::string_view line);
    bool choose_body();
    bool read_sized(Part next);
    bool read_chunk_size();
    bool read_chunk_end();
    bool read_trailer();
    std::optional<std::string> read_line();
    bool no_http();
    bool step();

    Part part_ = Part::head;
    std::string pending_;  // received, not understood yet
    std::string body_;
    int status_ = 0;
    std::size_t left_ = 0;    // of the body or of the chunk
    std::size_t heads_ = 0;   // bytes of heads and trailers so far
    std::map<std::string, std::string> headers_;
};

}  // namespace hal0::slot
