#include "http-bridge/server/guard.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

Exchange::Parsed request(const std::string& method, const std::string& path, const Headers& headers) {
    Exchange::Parsed parsed;
    parsed.method = method;
    parsed.path = path;
    for (const auto& [name, value] : headers) parsed.headers.emplace(name, value);
    return parsed;
}

/// The status with which it is refused, or 0.
int refusal(const Guard& guard, const Exchange::Parsed& parsed) {
    try {
        guard.check(parsed);
    } catch (const Refused& refused) {
        static const std::map<int, std::string> codes = {{421, "auth.bad_host"}, {403, "auth.forbidden"}, {401, "auth.required"}};
        EXPECT_EQ(refused.code(), codes.at(refused.status()));
        return refused.status();
    }
    return 0;
}

int get_from(const Guard& guard, const std::string& host) { return refusal(guard, request("GET", "/api/slots", {{"Host", host}})); }

TEST(Guard, TheLoopbacksNamesAreLetInWithAnyPort) {
    for (const auto* host : {"localhost", "localhost:8080", "LocalHost:1", "127.0.0.1", "127.0.0.1:8080", "[::1]", "[::1]:8080", "localhost:"}) EXPECT_EQ(get_from({}, host), 0) << host;
}

// A site whose name is made to point at 127.0.0.1 (DNS rebinding) is same-origin to its pages; only the name gives it away.
TEST(Guard, AnyOtherNameIsRefused) {
    for (const auto* host : {"evil.example", "evil.example:8080", "localhost.evil.example", "evil-localhost", "127.0.0.1.evil.example", "127.0.0.2", "0.0.0.0", "0", "[::]:8080", "::1", "[::1", "hal0.lan",
                             "user@localhost", "localhost@evil.example", "localhost/evil", "localhost evil", "localhost,evil.example", "", ":8080", "[]", "2130706433"})
        EXPECT_EQ(get_from({}, host), 421) << host;
}

TEST(Guard, ThereIsExactlyOneHost) {
    EXPECT_EQ(refusal({}, request("GET", "/api/slots", {})), 421);
    EXPECT_EQ(refusal({}, request("GET", "/api/slots", {{"Host", "localhost"}, {"Host", "localhost"}})), 421);
    EXPECT_EQ(refusal({}, request("GET", "/api/slots", {{"Host", "localhost"}, {"host", "evil.example"}})), 421);
}

TEST(Guard, AddedNamesAreLetInToo) {
    const Guard guard{{"hal0.lan", "[fe80::1]", "192.168.1.5"}, ""};
    for (const auto* host : {"hal0.lan", "HAL0.LAN:8080", "[FE80::1]:80", "192.168.1.5:8080", "localhost"}) EXPECT_EQ(get_from(guard, host), 0) << host;
    for (const auto* host : {"hal0.lan.evil.example", "evil.example", "hal0", "hal0.lan."}) EXPECT_EQ(get_from(guard, host), 421) << host;
}

TEST(Guard, NoPathAndNoMethodIsExemptFromTheHost) {
    for (const auto* path : {"/", "/api/health", "/dashboard/main.js"})
        for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST", "TRACE"}) EXPECT_EQ(refusal({}, request(method, path, {{"Host", "evil.example"}})), 421) << method << path;
}

TEST(Guard, AnotherSiteMayNotWrite) {
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "CONNECT", "TRACE"}) {
        const auto from = [&](const Headers& headers) {
            auto all = headers;
            all.emplace_back("Host", "localhost:8080");
            return refusal({}, request(method, "/api/slots", all));
        };
        EXPECT_EQ(from({}), 0) << "no browser";
        EXPECT_EQ(from({{"Origin", "http://localhost:8080"}}), 0);
        EXPECT_EQ(from({{"Origin", "HTTP://LOCALHOST:8080"}, {"Sec-Fetch-Site", "same-origin"}}), 0);
        EXPECT_EQ(from({{"Sec-Fetch-Site", "none"}}), 0) << "typed by a person";
        for (const auto* origin : {"null", "", "http://localhost:3000", "http://localhost", "http://evil.example", "http://evil.example:8080", "http://127.0.0.1:8080", "localhost:8080", "file://",
                                   "http://localhost:8080.evil.example", "http://localhost:8080/", "http://evil.example/http://localhost:8080"})
            EXPECT_EQ(from({{"Origin", origin}}), 403) << method << origin;
        for (const auto* site : {"cross-site", "same-site", "SAME-ORIGIN", "unheard-of"}) EXPECT_EQ(from({{"Sec-Fetch-Site", site}}), 403) << site;
        EXPECT_EQ(from({{"Origin", "http://localhost:8080"}, {"Sec-Fetch-Site", "cross-site"}}), 403);
    }
}

TEST(Guard, AnotherSiteMayAskButItsBrowserDoesNotShowItTheAnswer) {
    for (const auto* method : {"GET", "HEAD", "OPTIONS"})
        EXPECT_EQ(refusal({}, request(method, "/api/slots", {{"Host", "localhost"}, {"Origin", "http://evil.example"}, {"Sec-Fetch-Site", "cross-site"}})), 0) << method;
}

class GuardTokenTest : public testing::Test {
protected:
    int with(const std::string& authorization, const std::string& path = "/api/slots", const std::string& method = "GET") const {
        Headers headers = {{"Host", "localhost"}};
        if (!authorization.empty()) headers.emplace_back("Authorization", authorization);
        return refusal(guard_, request(method, path, headers));
    }
    const Guard guard_{{}, "s3cret-Token"};
};

TEST_F(GuardTokenTest, OnlyTheTokenItselfIsRight) {
    EXPECT_EQ(with("Bearer s3cret-Token"), 0);
    for (const auto* given : {"", "Bearer", "Bearer ", "Bearer s3cret-Toke", "Bearer s3cret-Token1", "Bearer s3cret-token", "Bearer t3cret-Token", "Basic s3cret-Token", "s3cret-Token", "Bearer  s3cret-Token",
                              "Bearers3cret-Token", "Bearer s3cret-Token, Bearer x"})
        EXPECT_EQ(with(given), 401) << given;
    EXPECT_EQ(with("Bearer " + std::string(12, '\0')), 401);
}

// RFC 9110, 11.1.
TEST_F(GuardTokenTest, TheSchemeIsReadInAnyCase) {
    EXPECT_EQ(with("bearer s3cret-Token"), 0);
    EXPECT_EQ(with("BEARER s3cret-Token"), 0);
}

TEST_F(GuardTokenTest, EveryMethodNeedsIt) {
    for (const auto* method : {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT"}) {
        EXPECT_EQ(with("", "/api/slots", method), 401) << method;
        EXPECT_EQ(with("Bearer s3cret-Token", "/api/slots", method), 0) << method;
    }
}

TEST_F(GuardTokenTest, OnlyWhatTellsNothingNeedsNone) {
    for (const auto* path : {"/", "/api/health", "/dashboard/main.js"}) EXPECT_EQ(with("", path), 0) << path;
    for (const auto* path : {"/metrics", "/api/status", "/api/health/system", "/api/health/", "/api/healthy", "/API/health", "//", "/dashboard", "//dashboard/", "/api/dashboard/", "/api/openapi.json", ""})
        EXPECT_EQ(with("", path), 401) << path;
}

TEST_F(GuardTokenTest, TheTokenDoesNotLetAnotherSiteWrite) {
    EXPECT_EQ(refusal(guard_, request("POST", "/api/slots", {{"Host", "localhost"}, {"Origin", "null"}, {"Authorization", "Bearer s3cret-Token"}})), 403);
    EXPECT_EQ(refusal(guard_, request("GET", "/api/slots", {{"Host", "evil.example"}, {"Authorization", "Bearer s3cret-Token"}})), 421);
}

TEST(EqualInConstantTime, IsEquality) {
    const std::vector<std::string> texts = {"", "a", "b", "ab", "ba", "aB", std::string(1, '\0'), std::string(2, '\0'), std::string(1, '\xff')};
    for (const auto& a : texts)
        for (const auto& b : texts) EXPECT_EQ(equal_in_constant_time(a, b), a == b) << a << ' ' << b;
    // Every single bit of every byte counts.
    const std::string text = "0123456789abcdef";
    for (std::size_t i = 0; i < text.size(); ++i)
        for (int bit = 0; bit < 8; ++bit) {
            auto other = text;
            other[i] = static_cast<char>(other[i] ^ (1 << bit));
            EXPECT_FALSE(equal_in_constant_time(text, other)) << i;
        }
}

TEST(EqualInConstantTime, TakesNoLessTimeForADifferenceInTheFirstByte) {
    using Clock = std::chrono::steady_clock;
    const std::string text(1'000'000, 'x');
    const auto fastest = [&](std::size_t different) {
        auto other = text;
        other[different] = 'y';
        auto least = Clock::duration::max();
        for (int i = 0; i < 20; ++i) {
            const auto begin = Clock::now();
            EXPECT_FALSE(equal_in_constant_time(text, other));
            least = std::min(least, Clock::now() - begin);
        }
        return least;
    };
    // One that stops at the first difference takes nothing at all: there is much room in between.
    EXPECT_GT(fastest(0) * 4, fastest(text.size() - 1));
}

}  // namespace
}  // namespace hal0::http
