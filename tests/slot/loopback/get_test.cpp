#include "slot/loopback/get.hpp"

#include "slot/loopback/stop_request.hpp"
#include "tests/slot/loopback/raw_server.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

namespace hal0::loopback {
namespace {

using namespace std::chrono_literals;
using test::RawServer;
using test::response;
using test::saying;
using Clock = std::chrono::steady_clock;

struct Asking {
    StopRequest stop;
    std::chrono::milliseconds patience = 5s;

    Answer head(const RawServer& server) const { return get({server.port(), "/health", 0, patience}, stop.fd()); }
    Answer body(const RawServer& server) const { return get({server.port(), "/slots", 1 << 20, patience}, stop.fd()); }
};

TEST(Get, AsksOnlyThisMachineAndClosesTheConnection) {
    std::string request;
    {
        const RawServer server{[&](const RawServer&, int fd) {
            request = RawServer::receive(fd);
            RawServer::say(fd, response("[]"));
        }};
        const auto answer = Asking{}.body(server);
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.body, "[]");
    }
    EXPECT_TRUE(request.starts_with("GET /slots HTTP/1.1\r\n")) << request;
    EXPECT_NE(request.find("Host: 127.0.0.1:"), std::string::npos) << request;
    EXPECT_NE(request.find("Connection: close\r\n"), std::string::npos) << request;
}

TEST(Get, TakesEveryWayOfSendingABody) {
    for (const std::string& text : {response("abc"), std::string{"HTTP/1.0 200 OK\r\n\r\nabc"},
                                    std::string{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"}}) {
        const auto answer = Asking{}.body(RawServer{saying(text)});
        EXPECT_EQ(answer.status, 200) << text;
        EXPECT_EQ(answer.body, "abc") << text;
    }
}

TEST(Get, ForItsStatusTheHeadIsEnough) {
    const RawServer server{[](const RawServer& self, int fd) {
        RawServer::receive(fd);
        RawServer::say(fd, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 5\r\n\r\n");
        self.hang(fd);
    }};
    EXPECT_EQ(Asking{}.head(server).status, 503);
}

TEST(Get, WhatIsNotThereOrNoHttpIsNoAnswer) {
    const StopRequest stop;
    EXPECT_EQ(get({test::closed_port(), "/health", 0, 5s}, stop.fd()).status, 0);
    for (const std::string& text : {std::string{}, std::string{"\r\n"}, std::string{"HTTP/1.1"}, std::string{"220 smtp\r\n\r\n"},
                                    std::string{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc"}})
        EXPECT_EQ(Asking{}.body(RawServer{saying(text)}).status, 0) << text;
}

// With one probe a second, a minute's worth of them would stand there for each server.
TEST(Get, LeavesNoRowInTheTableOfConnections) {
    std::uint16_t port = 0;
    {
        const RawServer server{saying(response("[]"))};
        port = server.port();
        for (int i = 0; i < 5; ++i) EXPECT_EQ(Asking{}.body(server).status, 200);
        EXPECT_EQ(Asking{}.head(server).status, 200);
    }
    std::ifstream table{"/proc/net/tcp"};
    char hex[8];
    std::snprintf(hex, sizeof hex, ":%04X ", port);
    for (std::string line; std::getline(table, line);) EXPECT_EQ(line.find(hex), line.npos) << line;
}

TEST(Get, FollowsNoRedirect) {
    const RawServer other{saying(response(""))};
    const auto location = "http://127.0.0.1:" + std::to_string(other.port()) + "/health";
    const RawServer server{saying("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n")};
    EXPECT_EQ(Asking{}.head(server).status, 302);
    EXPECT_EQ(other.connections(), 0);
}

TEST(Get, DoesNotUnpackWhatNobodyAskedToPack) {
    const auto answer = Asking{}.body(RawServer{saying("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")});
    EXPECT_EQ(answer.body, "abc");
}

/// Says `begin`, then `again` until the other side has had enough. @return how many bytes it took
std::size_t taken_of(const std::string& begin, const std::string& again) {
    std::atomic<std::size_t> taken = 0;
    {
        const RawServer server{[&](const RawServer& self, int fd) {
            RawServer::receive(fd);
            for (bool more = RawServer::say(fd, begin); more && !self.done() && taken < 64U << 20; taken += again.size())
                more = RawServer::say(fd, again);
        }};
        const auto answer = Asking{}.body(server);
        EXPECT_EQ(answer.status, 0) << begin;
        EXPECT_EQ(answer.body, "") << begin;
    }
    return taken;
}

// What the kernel holds between two sockets counts here, too: some megabytes.
TEST(Get, AnEndlessAnswerEndsAtItsLimit) {
    const std::string block(1 << 16, 'x');
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\n\r\n", block), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", block), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "10000\r\n" + block + "\r\n"), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", block), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\nX: ", block), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 200 OK\r\n", "X: y\r\n"), 16U << 20);
    EXPECT_LT(taken_of("HTTP/1.1 ", block), 16U << 20);
    EXPECT_LT(taken_of("", "HTTP/1.1 100 Continue\r\n\r\n"), 16U << 20);
}

// Matching it recurses once for each of its bytes.
TEST(Get, ALongStatusLineDoesNotOverflowTheStack) {
    const RawServer server{saying("HTTP/1.1 200 " + std::string(1'000'000, 'x') + "\r\n\r\n")};
    EXPECT_EQ(Asking{}.head(server).status, 0);
    const RawServer just_short_enough{saying("HTTP/1.1 200 " + std::string(8'000, 'x') + "\r\n\r\n")};
    EXPECT_EQ(Asking{}.head(just_short_enough).status, 200);
}

TEST(Get, ItsPatienceIsForAllOfTheAnswer) {
    const Asking asking{.stop = {}, .patience = 300ms};
    const std::function<void(const RawServer&, int)> silent = [](const RawServer& self, int fd) { self.hang(fd); };
    const std::function<void(const RawServer&, int)> dribbling = [](const RawServer& self, int fd) {
        RawServer::receive(fd);
        for (bool more = RawServer::say(fd, "HTTP/1.1 200 OK\r\nX: "); more && !self.done(); std::this_thread::sleep_for(20ms))
            more = RawServer::say(fd, "x");
    };
    for (const auto& serve : {silent, dribbling}) {
        const RawServer server{serve};
        const auto begin = Clock::now();
        EXPECT_EQ(asking.body(server).status, 0);
        EXPECT_GE(Clock::now() - begin, 290ms);
        EXPECT_LT(Clock::now() - begin, 2s);
    }
}

TEST(Get, AStopEndsItAtOnce) {
    Asking asking{.stop = {}, .patience = 60s};
    const RawServer server{[](const RawServer& self, int fd) { self.hang(fd); }};
    Answer answer;
    std::thread thread{[&] { answer = asking.body(server); }};
    while (server.connections() == 0) std::this_thread::sleep_for(1ms);
    const auto begin = Clock::now();
    asking.stop.make();
    thread.join();
    EXPECT_LT(Clock::now() - begin, 1s);
    EXPECT_EQ(answer.status, 0);
    EXPECT_EQ(asking.body(RawServer{saying(response("[]"))}).status, 0) << "asked after the stop";
}

}  // namespace
}  // namespace hal0::loopback
