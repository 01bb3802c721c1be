#pragma once

#include "dbus-interfaces/operation_failed.hpp"
#include "http-bridge/server/front.hpp"
#include "reply.hpp"
#include "tcp_client.hpp"
#include "../bridge_on_bus.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {

/// From a request to its answer, with routes of the test's own; the bus is there, and hal0d is not.
class FrontTest : public test::BridgeOnBus {
protected:
    void serve(Guard guard = {}) {
        router_ = std::make_unique<Router>(routes());
        front_ = std::make_unique<Front>(loop_, context_, *router_, std::move(guard));
        test::ListeningSocket socket;
        port_ = socket.port;
        front_->listener().listen_on(std::move(socket.descriptor));
    }
    void SetUp() override { serve(); }

    bus::Task<Answer> wait() {
        bus::Callback<int> callback{[this](bus::Callback<int>::Resume resume) { waiting_.push_back(std::move(resume)); }};
        const auto status = co_await callback;
        if (status == 0) throw std::runtime_error{"a secret"};
        co_return Answer{status, "waited", "text/plain"};
    }
    void resume(int status = 200) {
        const auto next = waiting_.front();
        waiting_.pop_front();
        next(status);
    }

    /// For as long as anybody waits for it.
    static bus::Task<Answer> wait_long(Context& context, Request request) {
        const std::function<bool()> never = [] { return false; };
        co_await context.mirror.until(never, std::chrono::hours{1}, request.given_up);
        co_return Answer{200, "over", "text/plain"};
    }

    Answer seen(const Request& request) {
        nlohmann::json query = nlohmann::json::array();
        for (const auto& [name, value] : request.query) query.push_back(name + "=" + value);
        return json_answer({{"method", request.method}, {"parameters", request.parameters}, {"query", query}, {"body", request.body}, {"last_event_id", request.last_event_id}, {"client", request.client}});
    }
    std::vector<Route> routes() {
        const auto nothing = Needs::nothing;
        const auto wait_here = [this](Context&, Request) { return wait(); };
        const Read fails = [](Context&, const Request&) -> Answer { throw std::runtime_error{"a secret"}; };
        const Follow refuses = [](Context&, const Request&) -> Begin { throw Refused{404, "slot.not_found", "there is no such slot", {{"slot", "x"}}}; };
        const Follow fails_to_follow = [](Context&, const Request&) -> Begin { throw std::runtime_error{"a secret"}; };
        const Follow fails_to_begin = [](Context&, const Request&) -> Begin { return [](const std::shared_ptr<EventSink>&) { throw std::runtime_error{"a secret"}; }; };
        const Follow follow = [this](Context&, const Request&) -> Begin { return [this](std::shared_ptr<EventSink> sink) { sink->send("data: first\n\n"), sinks_.push_back(std::move(sink)); }; };
        const Read busy = [](Context&, const Request&) -> Answer { throw bus::OperationFailed{slot::ErrorKind::busy, "another operation is under way"}; };
        return {
            {"GET", "/seen/{a}/{b}", "", nothing, Read{[this](Context&, const Request& request) { return seen(request); }}},
            {"POST", "/seen/{a}/{b}", "", nothing, Read{[this](Context&, const Request& request) { return seen(request); }}},
            {"GET", "/fails", "", nothing, fails},
            {"GET", "/busy", "", nothing, busy},
            {"GET", "/wait", "", nothing, Ask{wait_here}},
            {"POST", "/wait-long", "", nothing, Ask{wait_long}},
            {"GET", "/fails-at-once", "", nothing, Ask{[](Context&, Request) -> bus::Task<Answer> { throw std::runtime_error{"a secret"}; }}},
            {"GET", "/stream", "", nothing, follow},
            {"GET", "/stream/refuses", "", nothing, refuses},
            {"GET", "/stream/fails", "", nothing, fails_to_follow},
            {"GET", "/stream/fails-to-begin", "", nothing, fails_to_begin},
            {"GET", "/slots", "", Needs::slots, Read{[](Context&, const Request&) { return Answer{200, "slots", "text/plain"}; }}},
            {"GET", "/slots/wait", "", Needs::figures, Ask{wait_here}},
            {"GET", "/slots/stream", "", Needs::slots, follow},
        };
    }

    static std::string request(const std::string& method, const std::string& target, const std::string& lines = "", const std::string& body = "") {
        const std::string host = lines.find("Host: ") == std::string::npos ? "Host: localhost\r\n" : "";
        return method + " " + target + " HTTP/1.1\r\n" + host + lines + (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" + body;
    }
    /// The answer to one request, on a connection of its own that is closed after it.
    test::Reply reply(const std::string& method, const std::string& target, const std::string& lines = "", const std::string& body = "") {
        test::TcpClient client{port_};
        client.say(request(method, target, "Connection: close\r\n" + lines, body));
        EXPECT_TRUE(turn_until([&] { return client.has_ended(); }));
        return test::parsed_reply(client.got());
    }
    void expect_error(const test::Reply& got, int status, const std::string& code) {
        EXPECT_EQ(got.status, status);
        EXPECT_EQ(got.header("content-type"), "application/json");
        EXPECT_EQ(got.header("x-request-id").size(), 32U);
        const auto error = nlohmann::json::parse(got.body)["error"];
        EXPECT_EQ(error["code"], code);
        EXPECT_TRUE(error["message"].is_string());
        EXPECT_TRUE(error["details"].is_object());
        EXPECT_EQ(got.body.find("secret"), std::string::npos) << got.body;
    }

    std::unique_ptr<Router> router_;
    std::unique_ptr<Front> front_;
    std::uint16_t port_ = 0;
    std::deque<bus::Callback<int>::Resume> waiting_;
    std::vector<std::shared_ptr<EventSink>> sinks_;
};

}  // namespace hal0::http
