#include "http-bridge/server/exchange.hpp"
#include "reply.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;
using test::parsed_reply;
using test::Reply;

const std::string host_line = "Host: localhost\r\n";

class ExchangeTest : public testing::Test {
protected:
    /// What comes out for a request, and what the handler was given in `parsed_`.
    Exchange::Outcome outcome(const std::string& head, const Answer& answer = {200, "body", "text/plain"}, bool last = false) {
        asked_ = 0;
        return exchange_.answer(head, last, [&](const Exchange::Parsed& parsed) {
            ++asked_;
            parsed_ = parsed;
            return answer;
        });
    }
    Reply reply(const std::string& head, const Answer& answer = {200, "body", "text/plain"}) { return parsed_reply(outcome(head, answer).bytes); }
    /// The path that the handler sees, or why there is none.
    std::string path(const std::string& target) {
        const auto got = reply("GET " + target + " HTTP/1.1\r\n" + host_line + "\r\n");
        return asked_ ? parsed_.path : std::to_string(got.status);
    }
    void expect_refused(const std::string& head, int status, const std::string& code) {
        const auto got = reply(head);
        EXPECT_EQ(asked_, 0) << head;
        EXPECT_EQ(got.status, status) << head;
        EXPECT_EQ(got.header("content-type"), "application/json");
        EXPECT_EQ(got.header("content-length"), std::to_string(got.body.size()));
        EXPECT_EQ(got.header("x-request-id").size(), 32U) << head;
        EXPECT_EQ(json::parse(got.body)["error"]["code"], code) << head;
        EXPECT_TRUE(json::parse(got.body)["error"]["details"].is_object());
    }

    Exchange exchange_;
    Exchange::Parsed parsed_;
    int asked_ = 0;
};

std::string get(const std::string& lines = "") { return "GET /a HTTP/1.1\r\n" + host_line + lines + "\r\n"; }

TEST_F(ExchangeTest, AnAnswerIsWhatTheHandlerGives) {
    const auto got = reply(get(), {201, "{\"a\":1}", "application/json", {{"Allow", "GET"}, {"x-request-id", "me"}}});
    EXPECT_EQ(asked_, 1);
    EXPECT_EQ(got.status_line, "HTTP/1.1 201 Created");
    EXPECT_EQ(got.body, "{\"a\":1}");
    EXPECT_EQ(got.header("content-type"), "application/json");
    EXPECT_EQ(got.header("content-length"), "7");
    EXPECT_EQ(got.header("allow"), "GET");
    EXPECT_EQ(got.header("x-request-id"), "me");
}

TEST_F(ExchangeTest, ErrorsOfTheHandlerStayAsTheyAre) {
    for (const int status : {400, 401, 403, 404, 405, 409, 413, 421, 422, 429, 500, 503}) {
        const auto got = reply(get(), {status, "why", "text/plain"});
        EXPECT_EQ(got.status, status);
        EXPECT_EQ(got.body, "why");
    }
}

TEST_F(ExchangeTest, TheHandlerSeesTheRequest) {
    reply("PATCH /api/slots/chat/defaults?wait=8&a=b&a=c HTTP/1.1\r\nhOST: LOCALHOST:8080\r\nX-A:  b \t\r\n\r\n");
    EXPECT_EQ(parsed_.method, "PATCH");
    EXPECT_EQ(parsed_.path, "/api/slots/chat/defaults");
    EXPECT_EQ(parsed_.get_header_value("Host"), "LOCALHOST:8080");
    EXPECT_EQ(parsed_.get_header_value("x-a"), "b");
    const httplib::Params params = {{"a", "b"}, {"a", "c"}, {"wait", "8"}};
    EXPECT_EQ(parsed_.params, params);
}

TEST_F(ExchangeTest, PathsAreDecodedOnceAndNeverTidied) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"/", "/"}, {"/%61%2F%62", "/a/b"}, {"%2fa", "/a"}, {"/..%2f..%2Fetc", "/../../etc"}, {"/%2e%2e/a", "/../a"}, {"/a/../b//c/", "/a/../b//c/"}, {"/a%00b", std::string{"/a\0b", 4}},
        {"/%ff%fe", "/\xff\xfe"}, {"/%c3%a9", "/\xc3\xa9"}, {"/\xc3\xa9", "/\xc3\xa9"}, {"/a+b", "/a+b"}, {"/a%20b", "/a b"}, {"/%252e", "/%2e"}, {"/%", "/%"}, {"/%zz", "/%zz"}, {"/%4", "/%4"},
        {"/a%0d%0ab", "/a\r\nb"}, {"/a#b", "/a"}, {"/a;b=c", "/a;b=c"}};
    for (const auto& [target, decoded] : cases) EXPECT_EQ(path(target), decoded) << target;
}

TEST_F(ExchangeTest, OnlyAPathOfThisServerIsATarget) {
    for (const auto* target : {"http://localhost/api/health", "http://evil.example/", "*", "localhost:80", "api/health", "?a=b"}) EXPECT_EQ(path(target), "400") << target;
}

TEST_F(ExchangeTest, QueriesAreDecodedOnce) {
    const std::vector<std::pair<std::string, httplib::Params>> cases = {
        {"a=1", {{"a", "1"}}}, {"a=%31%26b%3D2", {{"a", "1&b=2"}}}, {"a=b+c", {{"a", "b c"}}}, {"a=%2B", {{"a", "+"}}}, {"a=%252e", {{"a", "%2e"}}}, {"a=%00", {{"a", std::string(1, '\0')}}},
        {"a=%ff", {{"a", "\xff"}}}, {"a", {{"a", ""}}}, {"a=", {{"a", ""}}}, {"a=%", {{"a", "%"}}}, {"", {}}};
    for (const auto& [query, params] : cases) {
        EXPECT_EQ(path("/x?" + query), "/x");
        EXPECT_EQ(parsed_.params, params) << query;
    }
}

TEST_F(ExchangeTest, ATargetHasALimit) {
    EXPECT_EQ(path("/" + std::string(8000, 'a')), "/" + std::string(8000, 'a'));
    expect_refused("GET /" + std::string(8200, 'a') + " HTTP/1.1\r\n" + host_line + "\r\n", 414, "request.uri_too_long");
}

TEST_F(ExchangeTest, WhatCannotBeParsedIsRefusedInJson) {
    for (const auto* line : {"BREW /a HTTP/1.1", "get /a HTTP/1.1", "GET /a", "GET /a HTTP/2.0", "GET /a HTTP/0.9", "GET /a http/1.1", "GET /a b HTTP/1.1", "GET", "", "/a GET HTTP/1.1", "\x16\x03\x01",
                             "GET /a HTTP/1.1 x", "GET http://localhost/a HTTP/1.1", "GET * HTTP/1.1"})
        expect_refused(std::string{line} + "\r\n" + host_line + "\r\n", 400, "request.malformed");
}

TEST_F(ExchangeTest, WhatCannotBeParsedEndsTheConnection) {
    const auto bad = outcome("BREW /a HTTP/1.1\r\n" + host_line + "\r\n");
    EXPECT_TRUE(bad.close);
}

TEST_F(ExchangeTest, EveryMethodOfHttpReachesTheHandler) {
    for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}) {
        reply(std::string{method} + " /a HTTP/1.1\r\n" + host_line + "\r\n");
        EXPECT_EQ(asked_, 1) << method;
        EXPECT_EQ(parsed_.method, method);
    }
}

TEST_F(ExchangeTest, HeadIsGetWithoutItsBody) {
    const Answer answer{200, "twelve bytes", "application/json", {{"x-request-id", "me"}}};
    const auto with_body = reply(get(), answer);
    const auto without = reply("HEAD /a HTTP/1.1\r\n" + host_line + "\r\n", answer);
    EXPECT_EQ(without.status_line, with_body.status_line);
    EXPECT_EQ(without.body, "");
    EXPECT_EQ(without.header("content-length"), "12");
    EXPECT_EQ(without.header("content-type"), "application/json");
    EXPECT_EQ(without.header("x-request-id"), "me");
}

TEST_F(ExchangeTest, TheConnectionIsKeptUntilTheClientDoesNotWantIt) {
    EXPECT_FALSE(outcome(get()).close);
    EXPECT_FALSE(outcome(get("Connection: keep-alive\r\n")).close);
    EXPECT_TRUE(outcome(get("Connection: close\r\n")).close);
    EXPECT_EQ(parsed_reply(outcome(get("Connection: close\r\n")).bytes).header("connection"), "close");
    EXPECT_EQ(parsed_reply(outcome(get()).bytes).header("connection"), "");
    const std::string old = "GET /a HTTP/1.0\r\n" + host_line;
    EXPECT_TRUE(outcome(old + "\r\n").close);
    EXPECT_FALSE(outcome(old + "Connection: Keep-Alive\r\n\r\n").close);
}

TEST_F(ExchangeTest, TheLastAnswerOfAConnectionSaysSo) {
    const auto last = outcome(get(), {200, "body", "text/plain"}, true);
    EXPECT_TRUE(last.close);
    EXPECT_EQ(parsed_reply(last.bytes).header("connection"), "close");
}

// The library percent-decodes what headers say, so one that is repeated could bring a line of its own.
TEST_F(ExchangeTest, NothingOfTheRequestComesBack) {
    const auto got = outcome(get("X-Echo: echo%0d%0aSet-Cookie: echo\r\nX-Forwarded-For: echo\r\nREMOTE_ADDR: echo\r\nOrigin: http://echo\r\nVia: echo\r\nCookie: echo\r\n")).bytes;
    EXPECT_EQ(got.find("echo"), std::string::npos) << got;
    std::map<std::string, int> names;
    for (const auto& [name, value] : parsed_reply(got).headers) ++names[name];
    EXPECT_EQ(names, (std::map<std::string, int>{{"content-length", 1}, {"content-type", 1}, {"keep-alive", 1}}));
}

TEST_F(ExchangeTest, NoFeatureOfTheLibraryChangesTheAnswer) {
    const Answer answer{200, std::string(10'000, 'a'), "application/json"};
    for (const auto* line : {"Accept-Encoding: gzip, br, deflate", "Content-Encoding: gzip", "Content-Type: application/x-www-form-urlencoded", "Content-Type: multipart/form-data; boundary=x",
                             "Expect: 100-continue", "Range: bytes=0-4", "Range: bytes=-5", "Range: bytes=0-1,5-6", "Range: bytes=20000-", "If-None-Match: *", "Upgrade: h2c"}) {
        const auto got = reply(get(std::string{line} + "\r\n"), answer);
        EXPECT_EQ(asked_, 1) << line;
        EXPECT_EQ(got.status, 200) << line;
        EXPECT_EQ(got.body, answer.body) << line;
        EXPECT_EQ(got.header("content-encoding"), "") << line;
        EXPECT_EQ(got.header("content-range"), "") << line;
        EXPECT_EQ(got.header("content-type"), "application/json") << line;
    }
}

TEST_F(ExchangeTest, AnAnswerWithoutABodySaysSo) {
    EXPECT_EQ(reply(get(), {200, "", "text/plain"}).header("content-length"), "0");
    const auto not_modified = reply(get(), {304, "forbidden here", "text/plain"});
    EXPECT_EQ(not_modified.body, "");
    EXPECT_EQ(not_modified.header("content-type"), "");
}

TEST_F(ExchangeTest, ManyRequestsAreAnsweredByOne) {
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(reply(get(), {200, std::to_string(i), "text/plain"}).body, std::to_string(i));
}

TEST(StreamHead, IsExactlyThis) {
    Exchange exchange;
    const auto bytes = exchange.stream_head("GET /api/events/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip, br\r\n\r\n", "me");
    const auto head = parsed_reply(bytes);
    EXPECT_EQ(head.status_line, "HTTP/1.1 200 OK");
    EXPECT_EQ(head.body, "");
    const std::multimap<std::string, std::string> headers = {{"cache-control", "no-cache"}, {"content-type", "text/event-stream"}, {"transfer-encoding", "chunked"},
                                                              {"x-accel-buffering", "no"},   {"x-request-id", "me"}};
    auto got = head.headers;
    got.erase("keep-alive");  // the library's own
    EXPECT_EQ(got, headers);
}

TEST(StreamHead, ChunksSayTheirSizeInHexadecimal) {
    EXPECT_EQ(Exchange::chunk(": ping\n\n"), "8\r\n: ping\n\n\r\n");
    EXPECT_EQ(Exchange::chunk(std::string(255, 'a')), "ff\r\n" + std::string(255, 'a') + "\r\n");
    EXPECT_EQ(Exchange::last_chunk, "0\r\n\r\n");
}

TEST(Malformed, IsAWholeAnswerThatEndsTheConnection) {
    const std::vector<std::pair<int, std::string>> cases = {{400, "request.malformed"}, {411, "request.length_required"}, {413, "request.too_large"}, {431, "request.headers_too_large"}};
    for (const auto& [status, code] : cases) {
        const auto got = parsed_reply(Exchange::malformed(status));
        EXPECT_EQ(got.status, status);
        EXPECT_GT(got.status_line.size(), 13U);
        EXPECT_EQ(got.header("content-type"), "application/json");
        EXPECT_EQ(got.header("content-length"), std::to_string(got.body.size()));
        EXPECT_EQ(got.header("connection"), "close");
        EXPECT_EQ(got.header("x-request-id").size(), 32U);
        EXPECT_EQ(json::parse(got.body)["error"]["code"], code);
    }
}

std::string id_for(const std::string& own) {
    Exchange::Parsed parsed;
    parsed.headers.emplace("X-Request-ID", own);
    return request_id(parsed);
}

TEST(RequestId, IsTheClientsIfThatIsSafeToRepeat) {
    for (const std::string& own : {std::string{"a"}, std::string{"A-z_0.9"}, std::string(64, 'x')}) EXPECT_EQ(id_for(own), own);
}

TEST(RequestId, IsRandomOtherwise) {
    EXPECT_NE(request_id({}), request_id({}));
    for (const std::string& own : {std::string{}, std::string(65, 'x'), std::string{"a b"}, std::string{"a\r\nb"}, std::string{"a/b"}, std::string{"\xc3\xa9"}, std::string{"a:b"}}) {
        const auto id = id_for(own);
        EXPECT_EQ(id.size(), 32U);
        EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos) << id;
    }
}

TEST_F(ExchangeTest, MalformedAnswersRepeatASafeId) {
    EXPECT_EQ(reply("GET * HTTP/1.1\r\n" + host_line + "X-Request-ID: mine\r\n\r\n").header("x-request-id"), "mine");
}

}  // namespace
}  // namespace hal0::http
