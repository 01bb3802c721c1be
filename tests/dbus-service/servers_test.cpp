#include "dbus-service/servers/servers.hpp"

#include "slot/loopback/connection.hpp"
#include "slot/loopback/stop_request.hpp"
#include "tests/dbus-service/model_server.hpp"
#include "tests/generator/scratch.hpp"
#include "tests/slot/loopback/raw_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <ranges>
#include <vector>

namespace hal0::service {
namespace {

using namespace std::chrono_literals;
using slot::ProviderId;
using slot::SlotName;
using test::ModelServer;
using test::RawServer;
using test::response;
using Clock = std::chrono::steady_clock;

SlotName name(const std::string& text) { return *SlotName::parse(text); }
const SlotName chat = name("chat");

// Quicker than the real ones, so that a test sees many looks.
constexpr Rhythm quick{.sample = 10ms, .health = 20ms, .models = 100ms, .busy_again = 100ms, .patience = 300ms};

class ServersTest : public testing::Test {
protected:
    /// Starts of this moment, which hal0d sees.
    static RunningServer llama(std::uint16_t port) { return {port, ProviderId::llama_server, Moment::now().monotonic}; }
    static RunningServer silent(std::uint16_t port) { return {port, ProviderId::kokoro, Moment::now().monotonic}; }

    /// Runs the loop until it is so. @return whether it was in time
    bool soon(const std::function<bool()>& is_so, std::chrono::milliseconds time = 20s) {
        const auto end = Clock::now() + time;
        while (!is_so() && Clock::now() < end) sd_event_run(loop.event(), 1000);
        return is_so();
    }
    void run_for(std::chrono::milliseconds time) {
        soon([] { return false; }, time);
    }

    bool answers() const { return servers->state(chat).answers; }
    std::uint32_t in_flight() const { return servers->state(chat).activity.requests_in_flight; }
    std::uint64_t last_used() const { return servers->state(chat).last_used_monotonic; }

    bus::Loop loop;
    int changes = 0;
    std::function<void(const SlotName&)> on_change = [this](const SlotName&) { ++changes; };
    std::unique_ptr<Servers> servers = std::make_unique<Servers>(loop, [this](const SlotName& changed) { on_change(changed); }, "", quick);
};

TEST_F(ServersTest, WhatIsNotWatchedHasTheDefaults) {
    EXPECT_TRUE(answers());
    EXPECT_EQ(in_flight(), 0U);
    EXPECT_EQ(last_used(), 0U);
    servers->forget(chat);
}

TEST_F(ServersTest, OfAHealthyServerOnlyWhatChangesIsTold) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return servers->state(chat).activity.models == std::vector<std::string>{"tiny"}; }));
    EXPECT_TRUE(answers());
    EXPECT_EQ(changes, 1);
    const int asked = server.slots_asked;
    ASSERT_TRUE(soon([&] { return server.slots_asked > asked + 20; }));
    EXPECT_EQ(changes, 1);
}

TEST_F(ServersTest, RequestsInFlightAreCountedAndAreUse) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    server.busy = 3;
    ASSERT_TRUE(soon([&] { return in_flight() == 3; }));
    const auto first = last_used();
    EXPECT_GT(first, 0U);
    EXPECT_NEAR(static_cast<double>(servers->state(chat).last_used_at), static_cast<double>(Moment::now().realtime), 10e6);
    ASSERT_TRUE(soon([&] { return last_used() > first; })) << "a request that goes on is use";
    server.busy = 0;
    ASSERT_TRUE(soon([&] { return in_flight() == 0; }));
}

TEST_F(ServersTest, ARequestBetweenTwoSamplesIsUse) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.slots_asked > 3; }));
    EXPECT_EQ(last_used(), 0U);
    const auto before = Moment::now().monotonic;
    server.predicted += 8;
    ASSERT_TRUE(soon([&] { return last_used() > 0; }));
    EXPECT_GE(last_used(), before);
    EXPECT_EQ(in_flight(), 0U);
}

TEST_F(ServersTest, TheServiceItselfIsNoUser) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.slots_asked > 30; }));
    EXPECT_EQ(last_used(), 0U);
    // The same of a server that tells nothing: its connections are counted, and ours are connections.
    servers->watch(chat, silent(server.port()));
    const int asked = server.health_asked;
    ASSERT_TRUE(soon([&] { return server.health_asked > asked + 30 && servers->state(chat).activity.models.size() == 1; }));
    EXPECT_EQ(in_flight(), 0U);
    EXPECT_EQ(last_used(), 0U);
}

TEST_F(ServersTest, OfAServerThatTellsNothingConnectionsAreRequests) {
    const RawServer server{[](const RawServer& self, int fd) {
        if (RawServer::receive(fd).starts_with("GET /health ")) RawServer::say(fd, response(""));
        else self.hang(fd);
    }};
    servers->watch(chat, silent(server.port()));
    {
        loopback::StopRequest stop;
        const loopback::Connection request{server.port(), Clock::now() + 20s, stop.fd(), 0};
        ASSERT_TRUE(soon([&] { return in_flight() == 1; }));
        EXPECT_GT(last_used(), 0U);
    }
    EXPECT_TRUE(soon([&] { return in_flight() == 0; }));
    EXPECT_TRUE(answers());
}

TEST_F(ServersTest, AServerOlderThanTheServiceCountsAsUsedNow) {
    ModelServer server;
    server.predicted = 1000;
    const auto before = Moment::now().monotonic;
    servers->watch(chat, {server.port(), ProviderId::llama_server, 1});
    const auto began = last_used();
    EXPECT_GE(began, before);
    ASSERT_TRUE(soon([&] { return server.slots_asked > 10; }));
    EXPECT_EQ(last_used(), began);
}

TEST_F(ServersTest, AServerThatHangsDoesNotAnswerUntilItDoesAndHoldsNobody) {
    ModelServer server;
    auto rhythm = quick;
    rhythm.patience = 2s;  // longer than this test ever has to wait for the processor
    servers = std::make_unique<Servers>(loop, [this](const SlotName&) { ++changes; }, "", rhythm);
    auto last = Clock::now();
    Clock::duration longest{};
    std::unique_ptr<bus::Loop::Timer> timer;
    timer = std::make_unique<bus::Loop::Timer>(loop, [&] {
        longest = std::max(longest, Clock::now() - last);
        last = Clock::now();
        timer->set(1ms);
    });
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return servers->state(chat).activity.models.size() == 1; }));
    changes = 0;
    last = Clock::now();
    timer->set(1ms);
    server.hangs = true;
    ASSERT_TRUE(soon([&] { return !answers(); }));
    EXPECT_LT(longest, rhythm.patience / 2) << "the loop waited for the server";
    server.hangs = false;
    ASSERT_TRUE(soon([&] { return answers(); }));
    EXPECT_EQ(changes, 2);
}

TEST_F(ServersTest, OneFailureIsNoneButTwoAre) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return servers->state(chat).activity.models.size() == 1; }));
    changes = 0;
    for (int round = 0; round < 5; ++round) {
        const int asked = server.health_asked;
        server.health = 503;
        ASSERT_TRUE(soon([&] { return server.health_asked > asked; }));
        server.health = 200;
        // It may have been asked twice before it was well again; then it says so again with the next answer.
        if (server.health_asked == asked + 1) {
            EXPECT_TRUE(answers());
        }
        ASSERT_TRUE(soon([&] { return server.health_asked > asked + 3 && answers(); }));
    }
    server.health = 500;
    EXPECT_TRUE(soon([&] { return !answers(); }));
}

TEST_F(ServersTest, WhereNobodyListensNobodyAnswers) {
    servers->watch(chat, llama(test::closed_port()));
    EXPECT_TRUE(soon([&] { return !answers(); }));
    EXPECT_EQ(last_used(), 0U);
}

TEST_F(ServersTest, AServerTooBusyToTellIsHealthyAndItsConnectionsAreRequests) {
    ModelServer server;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.slots_asked > 0; }));
    server.slots_hang = true;
    loopback::StopRequest stop;
    const loopback::Connection request{server.port(), Clock::now() + 20s, stop.fd(), 0};
    ASSERT_TRUE(soon([&] { return in_flight() == 1; }));
    const int asked = server.health_asked;
    ASSERT_TRUE(soon([&] { return server.health_asked > asked + 3; }));
    EXPECT_TRUE(answers());
    EXPECT_GT(last_used(), 0U);
}

TEST_F(ServersTest, ForgettingAServerThatHangsTakesNoTime) {
    Servers patient{loop, [](const SlotName&) {}, "", {.patience = 60s}};
    const RawServer server{[](const RawServer& self, int fd) { self.hang(fd); }};
    patient.watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.connections() > 0; }));
    auto begin = Clock::now();
    patient.forget(chat);
    EXPECT_LT(Clock::now() - begin, 5s);
    patient.watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.connections() > 1; }));
    begin = Clock::now();
    patient.watch(chat, llama(server.port()));
    EXPECT_LT(Clock::now() - begin, 5s) << "another start of it";
}

TEST_F(ServersTest, EndingWhileServersHangTakesNoTime) {
    auto patient = std::make_unique<Servers>(loop, [](const SlotName&) {}, "", Rhythm{.patience = 60s});
    const RawServer server{[](const RawServer& self, int fd) { self.hang(fd); }};
    for (int i = 0; i < 5; ++i) patient->watch(name("slot" + std::to_string(i)), llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.connections() == 5; }));
    const auto begin = Clock::now();
    patient.reset();
    EXPECT_LT(Clock::now() - begin, 1s);
}

TEST_F(ServersTest, GarbageSaysNothing) {
    ModelServer server;
    server.garbage = true;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return server.slots_asked > 10; }));
    EXPECT_TRUE(answers());
    EXPECT_EQ(last_used(), 0U);
    EXPECT_TRUE(servers->state(chat).activity.models.empty());
    EXPECT_EQ(changes, 0);
}

TEST_F(ServersTest, AnEndlessAnswerIsNoAnswerAndTheServerStillHealthy) {
    std::atomic<int> endless = 0;
    const RawServer server{[&](const RawServer& self, int fd) {
        if (RawServer::receive(fd).starts_with("GET /health ")) {
            RawServer::say(fd, response(""));
            return;
        }
        const std::string block(1 << 16, '[');
        for (bool more = RawServer::say(fd, "HTTP/1.1 200 OK\r\n\r\n"); more && !self.done();) more = RawServer::say(fd, block);
        ++endless;
    }};
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return endless > 3; }));
    EXPECT_TRUE(answers());
    EXPECT_EQ(in_flight(), 0U);
}

TEST_F(ServersTest, TwentyServersAtOnce) {
    std::vector<std::unique_ptr<ModelServer>> all;
    for (int i = 0; i < 20; ++i) {
        all.push_back(std::make_unique<ModelServer>());
        all.back()->busy = i % 4;
        servers->watch(name("slot" + std::to_string(i)), llama(all.back()->port()));
    }
    const auto is_known = [&](int i) {
        const auto& activity = servers->state(name("slot" + std::to_string(i))).activity;
        return activity.models.size() == 1 && activity.requests_in_flight == static_cast<std::uint32_t>(i % 4);
    };
    EXPECT_TRUE(soon([&] { return std::ranges::all_of(std::views::iota(0, 20), is_known); }, 60s));
}

TEST_F(ServersTest, MoreThanTheMostAreNotWatched) {
    const RawServer server{test::saying(response("", "500 Internal Server Error"))};
    const auto nth = [](std::size_t i) { return name("slot" + std::to_string(i)); };
    for (std::size_t i = 0; i <= Servers::most_watched; ++i) servers->watch(nth(i), llama(server.port()));
    ASSERT_TRUE(soon([&] { return !servers->state(nth(Servers::most_watched - 1)).answers; }));
    run_for(100ms);
    EXPECT_TRUE(servers->state(nth(Servers::most_watched)).answers);
    servers->forget(nth(0));
    servers->watch(nth(Servers::most_watched), llama(server.port()));
    EXPECT_TRUE(soon([&] { return !servers->state(nth(Servers::most_watched)).answers; })) << "a place came free";
}

TEST_F(ServersTest, CountersThatGoBackAreThoseOfARestartedServer) {
    ModelServer server;
    server.predicted = 1000;
    servers->watch(chat, {server.port(), ProviderId::llama_server, 1});
    ASSERT_TRUE(soon([&] { return server.slots_asked > 3; }));
    const auto before = last_used();
    server.predicted = 8;
    ASSERT_TRUE(soon([&] { return last_used() > before; }));
    EXPECT_EQ(servers->state(chat).activity.tokens_total, 8U);
}

TEST_F(ServersTest, TheSameStartGoesOnAndTheNextBeginsAnew) {
    ModelServer server;
    const auto running = llama(server.port());
    servers->watch(chat, running);
    server.busy = 2;
    ASSERT_TRUE(soon([&] { return in_flight() == 2; }));
    servers->watch(chat, running);
    EXPECT_EQ(in_flight(), 2U);
    server.busy = 0;
    auto next = running;
    ++next.active_since_monotonic;
    servers->watch(chat, next);
    EXPECT_EQ(in_flight(), 0U);
    EXPECT_EQ(last_used(), 0U);
}

TEST_F(ServersTest, WhatWasFoundOfTheStartBeforeIsNotTakenForThis) {
    ModelServer server;
    server.busy = 2;
    servers->watch(chat, llama(server.port()));
    while (server.slots_asked < 5) std::this_thread::sleep_for(1ms);  // and the loop takes none of it
    server.busy = 0;
    std::uint32_t most = 0;
    on_change = [&](const SlotName&) { most = std::max(most, in_flight()); };
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return servers->state(chat).activity.models.size() == 1; }));
    EXPECT_EQ(most, 0U);
}

TEST_F(ServersTest, WhoHearsOfAChangeMayForgetTheSlot) {
    ModelServer server;
    on_change = [&](const SlotName& changed) {
        ++changes;
        servers->forget(changed);
    };
    server.busy = 1;
    servers->watch(chat, llama(server.port()));
    ASSERT_TRUE(soon([&] { return changes > 0; }));
    const int asked = server.slots_asked;
    run_for(200ms);
    EXPECT_EQ(changes, 1);
    EXPECT_LE(server.slots_asked, asked + 1) << "a slot that does not run is not asked";
}

TEST_F(ServersTest, MemoryAndCpuTimeAreThoseOfTheUnitsCgroup) {
    const test::Scratch root;
    const std::string group = "/system.slice/system-hal0\\x2dslot.slice/hal0-slot@chat.service";
    root.write("sys/fs/cgroup" + group + "/memory.current", "123456789\n");
    root.write("sys/fs/cgroup" + group + "/cpu.stat", "usage_usec 5000001\nuser_usec 4000000\nsystem_usec 1000001\n");
    ModelServer server;
    Servers rooted{loop, on_change, (root / "").parent_path().string(), quick};
    auto running = llama(server.port());
    running.control_group = group;
    rooted.watch(chat, running);
    ASSERT_TRUE(soon([&] { return rooted.state(chat).memory_bytes == 123'456'789; }));
    EXPECT_EQ(rooted.state(chat).cpu_usage_nsec, 5'000'001'000U);
    ASSERT_TRUE(soon([&] { return rooted.state(chat).activity.models.size() == 1; }));
    changes = 0;
    root.write("sys/fs/cgroup" + group + "/memory.current", "5\n");
    ASSERT_TRUE(soon([&] { return rooted.state(chat).memory_bytes == 5; }));
    EXPECT_EQ(changes, 0) << "memory moves all the time";
    EXPECT_EQ(cgroup_usage("", "/there/is/no/such/cgroup").memory_bytes, 0U);
}

}  // namespace
}  // namespace hal0::service
