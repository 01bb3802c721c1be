#pragma once

#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/router.hpp"
#include "http-bridge/server/guard.hpp"
#include "http-bridge/server/listener.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace hal0::http {

/// What happens to a request from the moment it is whole until it is answered. On the loop thread.
class Front {
public:
    Front(bus::Loop& loop, Context& context, const Router& router, Guard guard);

    Listener& listener() { return listener_; }

    /// Of all clients together, and of one address.
    static constexpr std::size_t most_streams = 512, most_streams_of_one = 256;
    /// Requests that wait for something.
    static constexpr std::size_t most_waiting = 512;

private:
    struct Asked;

    std::optional<std::string> refusal(std::string_view head);
    void request(const std::shared_ptr<Connection>& connection, std::string bytes, std::size_t head_size);
    Answer answer_now(const Exchange::Parsed& parsed, Asked& asked);
    void answer_later(Asked asked);
    bus::Task<Answer> waited(const Route& route, Request request, std::chrono::milliseconds patience);
    bus::Task<> provide(Needs needs, std::chrono::milliseconds patience);
    bool is_provided(Needs needs) const;
    void write(const Asked& asked, const Answer& answer);
    void begin_stream(const Asked& asked, const Begin& begin);

    Context& context_;
    const Router& router_;
    Guard guard_;
    Exchange exchange_;
    std::size_t waiting_ = 0;
    Listener listener_;
};

/// What a client is told of an exception: the one place where errors become HTTP.
Answer error_answer(std::exception_ptr problem);

}  // namespace hal0::http
