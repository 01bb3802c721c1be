#pragma once

#include "http-bridge/server/listener.hpp"
#include "tcp_client.hpp"
#include "../turning_loop.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hal0::test {

/// A listener on a port of its own, and the loop, which only the test turns. What an answer is, the connection does not care:
/// here it is the request's target in brackets.
class ServerTest : public TurningLoop {
protected:
    using Connected = std::shared_ptr<http::Connection>;

    void serve(http::Patience patience = {}, int send_buffer = 0) {
        ListeningSocket socket{send_buffer};
        port_ = socket.port;
        listener_ = std::make_unique<http::Listener>(
            loop_,
            [this](const Connected& connection, std::string request, std::size_t head_size) {
                requests_.push_back(request);
                answer_(connection, request.substr(0, head_size));
            },
            patience, [this](std::string_view head) { return refusal_(std::string{head}); });
        listener_->listen_on(std::move(socket.descriptor));
    }
    void SetUp() override { serve(); }

    static std::string request(const std::string& target, const std::string& body = "") {
        const auto length = body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n";
        return "POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + length + "\r\n" + body;
    }
    static std::string echo(const std::string& head) {
        const auto begin = head.find(' ') + 1;
        return "[" + head.substr(begin, head.find(' ', begin) - begin) + "]";
    }

    /// Turns it until the client has got this, and says what it has got instead.
    testing::AssertionResult gets(TcpClient& client, const std::string& what) {
        if (turn_until([&] { return client.got().size() >= what.size() || client.has_ended(); }) && client.got() == what) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "got " << client.got().size() << " bytes: " << client.got().substr(0, 1000);
    }
    testing::AssertionResult ends(TcpClient& client) {
        if (!turn_until([&] { return client.has_ended(); })) return testing::AssertionFailure() << "it is still open";
        return client.was_reset() ? testing::AssertionFailure() << "it was reset" : testing::AssertionSuccess();
    }
    /// Turns it until the server has taken all of it.
    bool say(TcpClient& client, std::string_view text) {
        return turn_until([&] {
            text.remove_prefix(client.say(text));
            return text.empty();
        });
    }

    std::uint16_t port_ = 0;
    std::vector<std::string> requests_;
    std::function<void(const Connected&, const std::string& head)> answer_ = [](const Connected& connection, const std::string& head) { connection->write(echo(head), false); };
    std::function<std::optional<std::string>(const std::string& head)> refusal_ = [](const std::string&) { return std::nullopt; };
    std::unique_ptr<http::Listener> listener_;
};

}  // namespace hal0::test
