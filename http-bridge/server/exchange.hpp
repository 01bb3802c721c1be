#pragma once

#include "http-bridge/http/answer.hpp"

#include <httplib.h>

#include <functional>
#include <string>
#include <string_view>

namespace hal0::http {

/// HTTP/1.1 as cpp-httplib reads and writes it, on bytes alone: a request goes in, what is to be sent comes out. The sockets
/// are ours (connection.hpp): the library would hold a thread for each of them (pitfalls: idle connections, streams).
class Exchange : private httplib::Server {
public:
    Exchange();

    /// The request, as the library has parsed it; only while it is handled.
    using Parsed = httplib::Request;
    /// Gives the answer; must not throw.
    using Handler = std::function<Answer(const Parsed& request)>;

    struct Outcome {
        std::string bytes;   // to be sent
        bool close = false;  // and then the connection ends
    };

    /// Answers the request whose head is `head`. `last`: the connection ends after it. The handler is given a path of this server:
    /// it begins with a slash. If the library cannot parse the request, the handler is not asked, and the connection ends.
    Outcome answer(std::string_view head, bool last, const Handler& handler);

    /// The head of an event stream (http-api.md, 5), for a request that `answer` would take. Its body is sent in chunks: chunk().
    std::string stream_head(std::string_view head, const std::string& request_id);
    static std::string chunk(std::string_view frame);
    /// What ends a body in chunks.
    static constexpr std::string_view last_chunk = "0\r\n\r\n";

    /// A whole answer to what is not even framed as a request, or has no room; the connection ends with it.
    static std::string malformed(int status);

private:
    bool process(httplib::Stream& stream, bool last, bool& close);
};

/// What is said of a request that is refused before anybody looks at what it asks for: 400, 411, 413, 414 or 431; and where there is no
/// room for it, or for its answer: 503.
Answer malformed_answer(int status);

/// The request's id: its own X-Request-ID if that is safe to repeat, else 32 random hexadecimal digits (http-api.md, 1).
std::string request_id(const Exchange::Parsed& request);

}  // namespace hal0::http
