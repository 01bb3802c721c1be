// What operations wait for, and what they answer: against a stand-in for hal0d that the test moves.
#include "../mirror/scripted_hal0d.hpp"
#include "../bridge_on_bus.hpp"

#include "http-bridge/routes/route.hpp"
#include "http-bridge/server/front.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class OperationsTest : public test::BridgeOnBus {
protected:
    void SetUp() override {
        std::optional<std::exception_ptr> ended;
        bus::detach(mirror_.ready(10s), [&](std::exception_ptr problem) { ended = problem; });
        ASSERT_TRUE(turn_until([&] { return ended.has_value(); }));
        ASSERT_TRUE(mirror_.is_ready());
    }
    /// There is a slot chat, and the mirror knows.
    void have(const ScriptedHal0d::Slot& slot) {
        there_.put("chat", slot);
        ASSERT_TRUE(turn_until([&] { return mirror_.find("chat") != nullptr; }));
    }
    /// When hal0d has answered this method, that happens.
    void behind(const std::string& method, const std::function<void()>& what) {
        there_.after_answer = [method, what](const std::string& called) {
            if (called == method) what();
        };
    }
    /// Asks for an operation on chat, until hal0d has been asked for it.
    void begin(std::string_view method, const std::string& operation, const std::string& body = "", const std::string& wait = "") {
        answer_.reset();
        const auto routes = operation_routes();
        const auto route = std::find_if(routes.begin(), routes.end(), [&](const Route& one) { return one.method == method && one.path == "/api/slots/{name}" + operation; });
        ASSERT_NE(route, routes.end());
        Request request{std::string{method}, {"chat"}};
        request.body = body;
        request.given_up = client_.get_token();
        if (!wait.empty()) request.query.emplace("wait", wait);
        const auto run = [](OperationsTest& test, Ask ask, Request one) -> bus::Task<> { test.answer_ = co_await ask(test.context_, std::move(one)); };
        const auto called = there_.calls.size();
        bus::detach(run(*this, std::get<Ask>(route->handle), std::move(request)), [this](std::exception_ptr problem) {
            if (problem) answer_ = error_answer(problem);
        });
        ASSERT_TRUE(turn_until([&] { return there_.calls.size() > called || answer_; }));
    }
    /// The whole of it: its answer.
    Answer ask(std::string_view method, const std::string& operation, const std::string& body = "", const std::string& wait = "") {
        begin(method, operation, body, wait);
        return answer();
    }
    Answer answer() {
        EXPECT_TRUE(turn_until([this] { return answer_.has_value(); }));
        return answer_.value_or(Answer{0, ""});
    }
    void expect_error(const Answer& got, int status, const std::string& code, const json& details) {
        EXPECT_EQ(got.status, status) << got.body;
        const auto error = json::parse(got.body)["error"];
        EXPECT_EQ(error["code"], code);
        EXPECT_EQ(error["details"], details);
    }

    ScriptedHal0d there_{loop_};
    std::stop_source client_;
    std::optional<Answer> answer_;
};

const ScriptedHal0d::Slot offline, ready{.state = "ready", .active_since = 5}, ready_again{.state = "ready", .active_since = 9}, failed{.state = "error", .message = "because"};

TEST_F(OperationsTest, ALoadIsAnsweredWhenTheSlotRuns) {
    have(offline);
    begin("POST", "/load", "{}", "600");
    there_.put("chat", {.state = "warming"});
    turn_a_while(50ms);
    EXPECT_FALSE(answer_);
    there_.put("chat", ready);
    EXPECT_EQ(json::parse(answer().body)["state"], "ready");
}

TEST_F(OperationsTest, WhatHal0dCannotDoIsNoMissingHal0d) {
    have(offline);
    const json load{{"slot", "chat"}, {"model_id", "tiny"}};
    there_.refusal = {"dev.hal0.Slots1.Error.FileFailed", "/etc/hal0/loaded/chat cannot be changed: there is a folder of that name: move it away"};
    const auto failed_file = ask("POST", "/load", "{}");
    expect_error(failed_file, 500, "system.file_failed", load);
    EXPECT_EQ(json::parse(failed_file.body)["error"]["message"], there_.refusal->second);
    // No name of ours, or one that only a newer hal0d knows.
    for (const auto* name : {"org.freedesktop.DBus.Error.Failed", "dev.hal0.Slots1.Error.Unheard"}) {
        there_.refusal = {name, "std::bad_alloc"};
        const auto internal = ask("POST", "/load", "{}");
        expect_error(internal, 500, "system.internal", json::object());
        EXPECT_EQ(json::parse(internal.body)["error"]["message"], "something went wrong in hal0d: std::bad_alloc; see journalctl -u hal0d");
    }
    there_.refusal = {"org.freedesktop.DBus.Error.NoReply", "Method call timed out"};
    expect_error(ask("POST", "/load", "{}"), 503, "system.dbus_unavailable", json::object());
}

TEST_F(OperationsTest, ASwapOfASlotThatVanishes) {
    have(ready);
    behind("Swap", [this] { there_.remove("chat"); });
    expect_error(ask("POST", "/swap", R"({"model_id":"large","persist":true})"), 404, "slot.not_found", {{"slot", "chat"}});
}

TEST_F(OperationsTest, ASlotThatIsDeletedIsGone) {
    have(ready);
    begin("DELETE", "");
    there_.put("chat", offline);
    turn_a_while(50ms);
    EXPECT_FALSE(answer_);
    there_.remove("chat");
    EXPECT_EQ(json::parse(answer().body), (json{{"name", "chat"}, {"deleted", true}}));
}

TEST_F(OperationsTest, ASlotThatIsStartedAgainIsNotDeleted) {
    have(ready);
    behind("Delete", [this] { there_.put("chat", ready_again); });
    expect_error(ask("DELETE", ""), 500, "slot.spawn_failed", {{"slot", "chat"}, {"state", "ready"}, {"result", nullptr}});
}

TEST_F(OperationsTest, AStartThatWasUnderWayIsNoOther) {
    have({.state = "warming"});
    there_.before_answer = [this](const std::string& method) {
        if (method == "Delete") there_.put("chat", ready);
    };
    begin("DELETE", "");
    turn_a_while(50ms);
    EXPECT_FALSE(answer_);
    there_.remove("chat");
    EXPECT_EQ(answer().status, 200);
}

TEST_F(OperationsTest, ADeletionThatTakesLongerThanIsWaitedForIsNotDone) {
    have(ready);
    begin("DELETE", "");
    client_.request_stop();  // which is the same
    expect_error(answer(), 409, "slot.busy", {{"slot", "chat"}, {"state", "ready"}, {"operation", "delete"}});
}

TEST_F(OperationsTest, APullAnswersWithItselfAndNotWithTheOneBefore) {
    auto slot = offline;
    slot.pull = {"completed", 0, 0};
    have(slot);
    begin("POST", "/pull");
    turn_a_while(50ms);
    EXPECT_FALSE(answer_);
    slot.pull = {"pulling", 1, 7};
    there_.put("chat", slot);
    EXPECT_EQ(answer().status, 202);
    EXPECT_EQ(json::parse(answer().body)["state"], "pulling");
}

TEST_F(OperationsTest, ARestartWithOtherHardwareThatFailsIsAnError) {
    have(ready);
    behind("Restart", [this] { there_.put("chat", failed); });
    expect_error(ask("POST", "/backend", R"({"backend":"cpu"})"), 503, "slot.health_failed", {{"slot", "chat"}, {"state", "error"}, {"message", "because"}});
}

TEST_F(OperationsTest, ASlotThatRunsInErrorIsWaitedForLikeAnyOther) {
    have({.state = "error", .active_since = 5});
    begin("POST", "/unload", "", "600");
    turn_a_while(2500ms);
    EXPECT_FALSE(answer_);
    there_.put("chat", offline);
    EXPECT_EQ(json::parse(answer().body)["state"], "offline");
}

TEST_F(OperationsTest, ASlotThatHasFailedMayHaveNothingToTell) {
    have(failed);
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(ask("POST", "/unload", "", "600").status, 200);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
}

// What was asked for goes on, and whoever still listens is told how far it is.
TEST_F(OperationsTest, AWaitThatIsGivenUpIsOver) {
    for (const std::string operation : {"/load", "/restart", "/unload", "/backend"}) {
        have(operation == "/load" ? offline : ready);
        client_ = {};
        begin("POST", operation, operation == "/backend" ? R"({"backend":"cpu"})" : "{}", "600");
        turn_a_while(50ms);
        ASSERT_FALSE(answer_) << operation;
        client_.request_stop();
        EXPECT_EQ(answer().status, 200) << operation;
        there_.remove("chat");
        ASSERT_TRUE(turn_until([&] { return mirror_.find("chat") == nullptr; }));
        // Before it began.
        have(operation == "/load" ? offline : ready);
        EXPECT_EQ(ask("POST", operation, operation == "/backend" ? R"({"backend":"cpu"})" : "{}", "600").status, 200) << operation;
        there_.remove("chat");
        ASSERT_TRUE(turn_until([&] { return mirror_.find("chat") == nullptr; }));
    }
}

}  // namespace
}  // namespace hal0::http
