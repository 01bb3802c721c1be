#include "http-bridge/server/exchange.hpp"

#include <fmt/format.h>
#include <sys/random.h>

#include <algorithm>
#include <array>
#include <type_traits>

namespace hal0::http {
namespace {

/// Reads from what has come, and writes into what is to be sent.
class Memory final : public httplib::Stream {
public:
    explicit Memory(std::string_view in) : in_(in) {}

    bool is_readable() const override { return !in_.empty(); }
    bool is_writable() const override { return true; }
    ssize_t read(char* to, std::size_t size) override {
        const auto count = in_.copy(to, size);
        in_.remove_prefix(count);
        return static_cast<ssize_t>(count);
    }
    ssize_t write(const char* from, std::size_t size) override {
        out.append(from, size);
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string&, int&) const override {}
    void get_local_ip_and_port(std::string&, int&) const override {}
    socket_t socket() const override { return INVALID_SOCKET; }

    std::string out;

private:
    std::string_view in_;
};

/// What the library would act upon, and we do not want: compression of the answer and of the body, parts of an answer, forms.
void forget_features(httplib::Request& request) {
    for (const auto* name : {"Accept-Encoding", "Content-Encoding", "Content-Type", "Expect", "Range"}) request.headers.erase(name);
    request.ranges.clear();  // it has read them already
}

bool is_safe(const std::string& id) {
    return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

// The one request that this thread answers: the library's handlers are set once and have no word for it.
thread_local const Exchange::Handler* current = nullptr;

void fill(httplib::Response& response, Answer answer) {
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    if (answer.status == 204 || answer.status == 304) return;
    response.body = std::move(answer.body);
    response.set_header("Content-Type", answer.content_type);
}

Answer refusal(const httplib::Request& request, int status) {
    auto answer = malformed_answer(status);
    answer.headers.emplace_back("x-request-id", request_id(request));
    return answer;
}

}  // namespace

Answer malformed_answer(int status) {
    switch (status) {
        case 411: return Refused{status, "request.length_required", "a request with a body must say its length: send Content-Length"}.answer();
        case 413: return Refused{status, "request.too_large", "the request's body is larger than 1 MiB"}.answer();
        case 414: return Refused{status, "request.uri_too_long", "the request's address is too long"}.answer();
        case 431: return Refused{status, "request.headers_too_large", "the request's headers are larger than 16 KiB, or more than 100"}.answer();
        case 503: return Refused{status, "system.busy", "too much waits to be taken by slow clients; try again later"}.answer();
        default: return Refused{status, "request.malformed", "this is not a request that HTTP/1.1 allows"}.answer();
    }
}

Exchange::Exchange() {
    set_keep_alive_max_count(1'000'000);
    set_keep_alive_timeout(15);  // what Keep-Alive says: how long a connection may wait for its next request (connection.cpp)
    svr_sock_ = 0;  // the library writes no content once it believes that it has been stopped; it never touches this
    set_pre_routing_handler([](const httplib::Request& request, httplib::Response& response) {
        // What is meant for a proxy, and "*", is nothing here.
        fill(response, request.path.starts_with('/') ? (*current)(request) : refusal(request, 400));
        return HandlerResponse::Handled;
    });
    // Also called for the handler's own errors, which have a body.
    set_error_handler(HandlerWithResponse{[](const httplib::Request& request, httplib::Response& response) {
        if (!response.body.empty()) return HandlerResponse::Unhandled;
        fill(response, refusal(request, response.status));
        return HandlerResponse::Handled;
    }});
}

bool Exchange::process(httplib::Stream& stream, bool last, bool& close) {
    using Setup = std::function<void(httplib::Request&)>;
    const Setup setup = forget_features;
    // Since 0.17 the addresses are parameters; nobody here asks for them. (Only a template's branch can be one that does not compile.)
    const auto run = [&](auto& self) {
        if constexpr (requires { self.process_request(stream, last, close, setup); })
            return self.process_request(stream, last, close, setup);
        else
            return self.process_request(stream, std::string{}, 0, std::string{}, 0, last, close, setup);
    };
    return run(*this);
}

Exchange::Outcome Exchange::answer(std::string_view head, bool last, const Handler& handler) {
    Memory memory{head};
    bool close = last, asked = false;
    const Handler noted = [&](const Parsed& request) {
        asked = true;
        return handler(request);
    };
    current = &noted;
    const bool written = process(memory, last, close);
    current = nullptr;
    // Who knows what comes after a request that nobody can read; and the answer says so.
    if (!asked && !last) return answer(head, true, handler);
    return {std::move(memory.out), close || !written};
}

std::string Exchange::stream_head(std::string_view head, const std::string& request_id) {
    Memory memory{head};
    bool close = false;
    const Handler nothing = [&](const Parsed&) {
        return Answer{200, "", "text/event-stream", {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}, {"Transfer-Encoding", "chunked"}, {"x-request-id", request_id}}};
    };
    current = &nothing;
    process(memory, false, close);
    current = nullptr;
    // The library counts the body it was given, which is none: a body in chunks has no length.
    const auto length = memory.out.find("Content-Length: 0\r\n");
    if (length != std::string::npos) memory.out.erase(length, 19);
    return std::move(memory.out);
}

std::string Exchange::chunk(std::string_view frame) { return fmt::format("{:x}\r\n{}\r\n", frame.size(), frame); }

std::string Exchange::malformed(int status) {
    const std::string any = "GET / HTTP/1.1\r\n\r\n";
    return Exchange{}.answer(any, true, [&](const Parsed& request) { return refusal(request, status); }).bytes;
}

std::string request_id(const Exchange::Parsed& request) {
    if (auto own = request.get_header_value("X-Request-ID"); is_safe(own)) return own;
    std::array<unsigned char, 16> random{};
    static_cast<void>(getrandom(random.data(), random.size(), 0));
    std::string id;
    for (const auto byte : random) fmt::format_to(std::back_inserter(id), "{:02x}", byte);
    return id;
}

}  // namespace hal0::http
