#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/operations/turns.hpp"
#include "dbus-service/systemd/reloads.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace hal0::service {
namespace {

/// Lets the loop do what is due, and returns.
void run_what_is_due(bus::Loop& loop) {
    while (sd_event_run(loop.event(), 0) > 0) {}
}

struct Holder {
    Turns& turns;
    std::vector<std::string> order;
    std::vector<Turns::Turn> held;

    bus::Task<> take(std::string key, std::string who) {
        auto turn = co_await turns.take(key, "a test");
        order.push_back(who);
        held.push_back(std::move(turn));
    }
    void ask(const std::string& key, const std::string& who) {
        bus::detach(take(key, who), [](std::exception_ptr problem) { EXPECT_FALSE(problem); });
    }
};

TEST(Turns, OneAfterTheOtherInTheOrderOfAsking) {
    bus::Loop loop;
    Turns turns{loop};
    Holder holder{turns, {}, {}};
    for (const auto* who : {"first", "second", "third"}) holder.ask("chat", who);
    run_what_is_due(loop);
    EXPECT_EQ(holder.order, (std::vector<std::string>{"first"}));
    holder.held.clear();
    run_what_is_due(loop);
    EXPECT_EQ(holder.order, (std::vector<std::string>{"first", "second"}));
    holder.held.clear();
    run_what_is_due(loop);
    EXPECT_EQ(holder.order.back(), "third");
}

TEST(Turns, OfDifferentKeysRunSideBySide) {
    bus::Loop loop;
    Turns turns{loop};
    Holder holder{turns, {}, {}};
    holder.ask("chat", "chat");
    holder.ask("embed", "embed");
    EXPECT_EQ(holder.order, (std::vector<std::string>{"chat", "embed"}));
}

TEST(Turns, RefuseMoreThanCanWait) {
    bus::Loop loop;
    Turns turns{loop};
    Holder holder{turns, {}, {}};
    std::optional<slot::ErrorKind> refused;
    for (int count = 0; count < 300 && !refused; ++count)
        bus::detach(holder.take("chat", "one"), [&](std::exception_ptr problem) {
            if (!problem) return;
            try {
                std::rethrow_exception(problem);
            } catch (const bus::OperationFailed& failed) {
                refused = failed.kind();
            }
        });
    EXPECT_EQ(refused, slot::ErrorKind::busy);
    while (!holder.held.empty()) {  // nobody is left waiting
        holder.held.clear();
        run_what_is_due(loop);
    }
}

struct Systemd {
    std::vector<bus::Callback<bool>::Resume> running;
    bus::Task<> reload() {
        bus::Callback<bool> done{[this](bus::Callback<bool>::Resume resume) { running.push_back(std::move(resume)); }};
        if (!co_await done) throw std::runtime_error{"refused"};
    }
};

TEST(Reloads, ThoseWhoAskDuringOneShareTheNext) {
    bus::Loop loop;
    Systemd systemd;
    Reloads reloads{loop, [&] { return systemd.reload(); }};
    int done = 0;
    const auto ask = [&] { bus::detach(reloads.reload(), [&](std::exception_ptr problem) { done += problem ? 100 : 1; }); };
    ask();
    ask();
    run_what_is_due(loop);
    ASSERT_EQ(systemd.running.size(), 1U);
    for (int count = 0; count < 48; ++count) ask();
    run_what_is_due(loop);
    EXPECT_EQ(systemd.running.size(), 1U);
    systemd.running[0](true);
    EXPECT_EQ(done, 2);
    run_what_is_due(loop);
    ASSERT_EQ(systemd.running.size(), 2U);
    systemd.running[1](true);
    run_what_is_due(loop);
    EXPECT_EQ(done, 50);
    EXPECT_EQ(systemd.running.size(), 2U);
}

TEST(Reloads, AFailureIsToldToAllWhoWaitedForIt) {
    bus::Loop loop;
    Systemd systemd;
    Reloads reloads{loop, [&] { return systemd.reload(); }};
    int failed = 0;
    for (int count = 0; count < 3; ++count) bus::detach(reloads.reload(), [&](std::exception_ptr problem) { failed += problem ? 1 : 0; });
    run_what_is_due(loop);
    systemd.running.at(0)(false);
    EXPECT_EQ(failed, 3);
}

}  // namespace
}  // namespace hal0::service
