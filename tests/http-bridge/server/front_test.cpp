#include "front_test.hpp"

namespace hal0::http {
namespace {

using nlohmann::json;
using test::parsed_reply;
using test::take_reply;
using test::TcpClient;

TEST_F(FrontTest, ARouteSeesTheRequest) {
    const auto got = reply("POST", "/seen/a%20b/%2e%2e?x=1&y=%3d&x=2", "Last-Event-ID: 7\r\n", "body");
    EXPECT_EQ(got.status, 200);
    const json seen = {{"method", "POST"}, {"parameters", {"a b", ".."}}, {"query", {"x=1", "x=2", "y=="}}, {"body", "body"}, {"last_event_id", "7"}, {"client", "127.0.0.1"}};
    EXPECT_EQ(json::parse(got.body), seen);
}

TEST_F(FrontTest, EveryAnswerCarriesTheRequestsId) {
    for (const auto* target : {"/seen/a/b", "/fails", "/busy", "/fails-at-once", "/nowhere", "/stream/refuses", "/stream/fails", "/slots", "//"}) {
        EXPECT_EQ(reply("GET", target, "X-Request-ID: my-1\r\n").header("x-request-id"), "my-1") << target;
        EXPECT_EQ(reply("GET", target, "X-Request-ID: my 1\r\n").header("x-request-id").size(), 32U) << target;
    }
    EXPECT_EQ(reply("GET", "http://localhost/", "X-Request-ID: my-1\r\n").header("x-request-id"), "my-1");
    EXPECT_EQ(reply("DELETE", "/wait", "X-Request-ID: my-1\r\n").header("x-request-id"), "my-1");
    TcpClient waits{port_}, streams{port_};
    waits.say(request("GET", "/wait", "X-Request-ID: my-2\r\n"));
    streams.say(request("GET", "/stream", "X-Request-ID: my-3\r\n"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty() && !sinks_.empty(); }));
    resume();
    ASSERT_TRUE(turn_until([&] { return waits.got().ends_with("waited") && streams.got().ends_with("first\n\n\r\n"); }));
    EXPECT_EQ(parsed_reply(waits.got()).header("x-request-id"), "my-2");
    EXPECT_EQ(parsed_reply(streams.got()).header("x-request-id"), "my-3");
}

TEST_F(FrontTest, AnUnknownPathOrMethodIsRefused) {
    expect_error(reply("GET", "/nowhere"), 404, "system.http_404");
    const auto got = reply("DELETE", "/seen/a/b");
    expect_error(got, 405, "system.http_405");
    EXPECT_EQ(got.header("allow"), "GET, HEAD, POST");
}

TEST_F(FrontTest, HeadIsGetWithoutABody) {
    const auto head = reply("HEAD", "/seen/a/b");
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.body, "");
    EXPECT_EQ(head.header("content-length"), std::to_string(reply("GET", "/seen/a/b").body.size()));
    const auto missing = reply("HEAD", "/nowhere");
    EXPECT_EQ(missing.status, 404);
    EXPECT_EQ(missing.body, "");
    const auto stream = reply("HEAD", "/stream");
    EXPECT_EQ(stream.status, 200);
    EXPECT_EQ(stream.header("content-type"), "text/event-stream");
    EXPECT_EQ(stream.body, "");
    EXPECT_TRUE(sinks_.empty());
    EXPECT_EQ(reply("HEAD", "/stream/refuses").status, 404);
    TcpClient client{port_};
    client.say(request("HEAD", "/wait"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty(); }));
    resume();
    ASSERT_TRUE(turn_until([&] { return client.got().ends_with("\r\n\r\n"); }));
    EXPECT_EQ(parsed_reply(client.got()).header("content-length"), "6");
}

TEST_F(FrontTest, TheGuardComesFirst) {
    serve({{}, "token"});
    expect_error(reply("GET", "/seen/a/b", "Host: evil.example\r\n"), 421, "auth.bad_host");
    expect_error(reply("POST", "/seen/a/b", "Origin: http://evil.example\r\n", "x"), 403, "auth.forbidden");
    const auto no_token = reply("GET", "/nowhere");
    expect_error(no_token, 401, "auth.required");
    EXPECT_EQ(no_token.header("www-authenticate"), "Bearer");  // RFC 9110, 15.5.2
    EXPECT_EQ(reply("GET", "/seen/a/b", "Authorization: Bearer token\r\n").status, 200);
    expect_error(reply("GET", "/stream"), 401, "auth.required");
    expect_error(reply("GET", "/wait"), 401, "auth.required");
}

TEST_F(FrontTest, TheGuardComesBeforeTheBody) {
    serve({{}, "token"});
    const std::string body = "Content-Length: 4\r\nExpect: 100-continue\r\nX-Request-ID: my-1\r\n", token = "Authorization: Bearer token\r\n";
    for (const auto& [lines, status] : std::vector<std::pair<std::string, int>>{{"Host: evil.example\r\n", 421}, {token + "Origin: http://evil.example\r\n", 403}, {"", 401}}) {
        const auto got = reply("POST", "/seen/a/b", body + lines);
        EXPECT_EQ(got.status, status);
        EXPECT_EQ(got.header("x-request-id"), "my-1");
    }
    TcpClient client{port_};
    client.say(request("POST", "/seen/a/b", body + token));
    ASSERT_TRUE(turn_until([&] { return client.got() == "HTTP/1.1 100 Continue\r\n\r\n"; }));
    client.forget();
    client.say("body");
    ASSERT_TRUE(turn_until([&] { return client.got().ends_with("}"); }));
    EXPECT_EQ(json::parse(parsed_reply(client.got()).body)["body"], "body");
}

TEST_F(FrontTest, WhatGoesWrongIsNotTold) {
    for (const auto* target : {"/fails", "/fails-at-once", "/stream/fails"}) expect_error(reply("GET", target), 500, "system.internal");
    TcpClient client{port_};
    client.say(request("GET", "/wait"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty(); }));
    resume(0);
    ASSERT_TRUE(turn_until([&] { return client.got().ends_with("}}"); }));
    expect_error(parsed_reply(client.got()), 500, "system.internal");
}

TEST_F(FrontTest, WhatIsRefusedIsTold) {
    expect_error(reply("GET", "/busy"), 409, "slot.busy");
    const auto got = reply("GET", "/stream/refuses");
    expect_error(got, 404, "slot.not_found");
    EXPECT_EQ(json::parse(got.body)["error"]["details"]["slot"], "x");
}

TEST_F(FrontTest, AStreamThatCannotBeginEnds) {
    const auto got = reply("GET", "/stream/fails-to-begin");
    EXPECT_EQ(got.status, 200);
    EXPECT_TRUE(got.body.ends_with("0\r\n\r\n")) << got.body;
    EXPECT_EQ(got.body.find("secret"), std::string::npos);
    EXPECT_EQ(front_->listener().streams(), 0U);
}

TEST_F(FrontTest, AStreamIsBytesForBytesThis) {
    TcpClient client{port_};
    client.say(request("GET", "/stream", "Accept: text/event-stream\r\nAccept-Encoding: gzip\r\n"));
    ASSERT_TRUE(turn_until([&] { return client.got().ends_with("first\n\n\r\n"); }));
    const auto got = parsed_reply(client.got());
    EXPECT_EQ(got.header("content-type"), "text/event-stream");
    EXPECT_EQ(got.header("transfer-encoding"), "chunked");
    EXPECT_EQ(got.header("content-length"), "");
    EXPECT_EQ(got.body, "d\r\nretry: 2000\n\n\r\nd\r\ndata: first\n\n\r\n");
}

TEST_F(FrontTest, PipelinedAnswersKeepTheirOrder) {
    TcpClient client{port_};
    client.say(request("GET", "/seen/1/1") + request("GET", "/wait") + request("GET", "/seen/2/2") + request("HEAD", "/seen/2/2") + request("GET", "/nowhere"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty(); }));
    turn_a_while();
    auto bytes = client.got();
    EXPECT_EQ(take_reply(bytes).status, 200);
    EXPECT_EQ(bytes, "");
    client.forget();
    resume(203);
    ASSERT_TRUE(turn_until([&] { return client.got().ends_with("}}"); }));
    bytes = client.got();
    EXPECT_EQ(take_reply(bytes).status, 203);
    EXPECT_EQ(json::parse(take_reply(bytes).body)["parameters"][0], "2");
    EXPECT_EQ(parsed_reply(bytes).status, 200);  // HEAD: its Content-Length is of no body
    bytes.erase(0, bytes.find("\r\n\r\n") + 4);
    EXPECT_EQ(take_reply(bytes).status, 404);
    EXPECT_EQ(bytes, "");
}

TEST_F(FrontTest, WithoutHal0dARouteThatNeedsItSaysSo) {
    for (const auto* target : {"/slots", "/slots/wait", "/slots/stream"}) {
        const auto got = reply("GET", target);
        expect_error(got, 503, "system.dbus_unavailable");
        EXPECT_EQ(got.header("retry-after"), "1");
    }
    EXPECT_TRUE(waiting_.empty());
    EXPECT_TRUE(sinks_.empty());
}

TEST_F(FrontTest, AClientThatGoesAwayCancelsOnlyItsAnswer) {
    for (int i = 0; i < 3; ++i) {
        TcpClient client{port_};
        client.say(request("GET", "/wait"));
        ASSERT_TRUE(turn_until([&] { return !waiting_.empty(); }));
        client.reset();
        turn_a_while();
        ASSERT_EQ(waiting_.size(), 1U);
        resume(i == 2 ? 0 : 200);
    }
    EXPECT_EQ(reply("GET", "/seen/a/b").status, 200);
}

TEST_F(FrontTest, WhoeverHasSaidAllOrIsSentAwayIsAnsweredAtOnce) {
    for (const bool stop : {false, true}) {
        TcpClient client{port_};
        client.say(request("POST", "/wait-long", "", "{}"));
        turn_a_while();
        ASSERT_EQ(client.got(), "");
        bool finished = !stop;
        if (stop) front_->listener().stop([&] { finished = true; });
        else client.finish();
        ASSERT_TRUE(turn_until([&] { return client.has_ended() && finished; }));
        EXPECT_EQ(parsed_reply(client.got()).status, 200);
        EXPECT_TRUE(client.got().ends_with("over"));
    }
}

TEST_F(FrontTest, StopLetsWhoeverWaitsHaveHisAnswer) {
    TcpClient client{port_}, stream{port_};
    client.say(request("GET", "/wait"));
    stream.say(request("GET", "/stream"));
    ASSERT_TRUE(turn_until([&] { return !waiting_.empty() && !sinks_.empty(); }));
    bool finished = false;
    front_->listener().stop([&] { finished = true; });
    ASSERT_TRUE(turn_until([&] { return stream.has_ended(); }));
    EXPECT_TRUE(stream.got().ends_with("0\r\n\r\n"));
    EXPECT_FALSE(finished);
    resume();
    ASSERT_TRUE(turn_until([&] { return client.has_ended() && finished; }));
    EXPECT_TRUE(client.got().ends_with("waited"));
}

}  // namespace
}  // namespace hal0::http
