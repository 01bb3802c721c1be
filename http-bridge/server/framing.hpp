#pragma once

#include <cstddef>
#include <string_view>

namespace hal0::http {

/// How much one request may bring.
struct RequestLimits {
    std::size_t head_bytes = 16 * 1024;
    std::size_t header_lines = 100;
    std::size_t body_bytes = 1024 * 1024;
};

/// What the bytes that have come so far are.
struct Framing {
    enum class Kind {
        incomplete,
        complete,
        refused  // `status` says why; where the next request would begin is not known
    };
    Kind kind = Kind::incomplete;
    std::size_t head_size = 0;  // up to and with the empty line; complete, or incomplete with only the body missing
    std::size_t size = 0;       // of the whole request
    int status = 0;             // 400, 411, 413, 431
    bool wants_continue = false;  // incomplete, and the client waits for "100 Continue" (RFC 9110, 10.1.1)
};

/// Finds where the request at the beginning of `bytes` ends (RFC 9112, 6). A body has a Content-Length: one that comes in
/// chunks is refused (411), for no client of ours sends any and two ways to say where a body ends are one too many.
Framing frame_request(std::string_view bytes, const RequestLimits& limits = {});

}  // namespace hal0::http
