// The mirror and hal0d on one bus: whatever happens when, both come to show the same.
#include "http-bridge/mirror/mirror.hpp"

#include "dbus-interfaces/loop/bus_source.hpp"
#include "../turning_loop.hpp"
#include "scripted_hal0d.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;

class MirrorTest : public test::TurningLoop {
protected:
    bool becomes_ready() {
        std::optional<std::exception_ptr> ended;
        bus::detach(mirror_.ready(10s), [&](std::exception_ptr problem) { ended = problem; });
        return turn_until([&] { return ended.has_value(); }) && !*ended && mirror_.is_ready();
    }
    void begin() {
        hal0d_->put("chat", {});
        hal0d_->put("gone", {});
        hal0d_->set_models({"tiny"});
    }
    /// Each kind of change there is.
    void change_everything() {
        hal0d_->put("chat", {.state = "ready", .active_since = 7});
        hal0d_->put("new", {});
        hal0d_->remove("gone");
        hal0d_->set_version("2");
        hal0d_->set_models({"tiny", "large"});
    }
    std::map<std::string, std::string> states_there() const {
        std::map<std::string, std::string> states;
        for (const auto& [name, slot] : hal0d_->slots()) states[name] = slot.state;
        return states;
    }
    std::map<std::string, std::string> states_here() const {
        std::map<std::string, std::string> states;
        for (const auto* slot : mirror_.all()) states[slot->name] = slot->state;
        return states;
    }
    std::vector<std::string> models_here() const {
        std::vector<std::string> models;
        for (const auto& row : mirror_.host().models) models.push_back(row["id"]);
        return models;
    }
    void expect_the_same() {
        EXPECT_EQ(states_here(), states_there());
        EXPECT_EQ(mirror_.host().version, hal0d_->version());
        EXPECT_EQ(models_here(), hal0d_->models());
    }
    /// It comes to be so, and stays so.
    void expect_the_same_soon() {
        turn_until([&] { return states_here() == states_there() && mirror_.host().version == hal0d_->version() && models_here() == hal0d_->models(); });
        turn_a_while();
        expect_the_same();
    }

    std::unique_ptr<sdbus::IConnection> connection_ = sdbus::createSessionBusConnection();
    bus::Proxies proxies_{loop_, *connection_};
    std::unique_ptr<ScriptedHal0d> hal0d_ = std::make_unique<ScriptedHal0d>(loop_);
    Mirror mirror_{loop_, *connection_, proxies_};
    bus::BusSource bus_{loop_, *connection_};
};

TEST_F(MirrorTest, ShowsWhatHal0dShows) {
    begin();
    ASSERT_TRUE(becomes_ready());
    expect_the_same();
    EXPECT_EQ(mirror_.find("nobody"), nullptr);
}

TEST_F(MirrorTest, FollowsWhatChanges) {
    begin();
    ASSERT_TRUE(becomes_ready());
    change_everything();
    expect_the_same_soon();
    EXPECT_EQ(mirror_.transitions("chat"), 1U);
}

// hal0d goes on while it is asked, and nobody asks a second time.
TEST_F(MirrorTest, NothingThatChangesWhileItAsksIsLost) {
    for (const std::string when : {"GetAll", "List", "GetManagedObjects"}) {
        for (const bool behind : {false, true}) {
            hal0d_.reset();
            ASSERT_TRUE(turn_until([&] { return !mirror_.is_ready(); }));
            hal0d_ = std::make_unique<ScriptedHal0d>(loop_);
            begin();
            bool changed = false;
            (behind ? hal0d_->after_answer : hal0d_->before_answer) = [&](const std::string& method) {
                if (method == when && !std::exchange(changed, true)) change_everything();
            };
            ASSERT_TRUE(becomes_ready());
            ASSERT_TRUE(turn_until([&] { return changed; }));
            SCOPED_TRACE((behind ? "behind " : "before ") + when);
            expect_the_same_soon();
        }
    }
}

TEST_F(MirrorTest, NobodyIsToldBeforeItIsReady) {
    begin();
    std::vector<bool> told;  // whether it was ready
    const auto subscription = mirror_.subscribe([&](const Mirror::Change&) { told.push_back(mirror_.is_ready()); });
    hal0d_->after_answer = [&](const std::string& method) {
        if (method == "GetAll") hal0d_->set_version("2"), hal0d_->set_models({"large"});
    };
    ASSERT_TRUE(becomes_ready());
    expect_the_same_soon();
    EXPECT_FALSE(told.empty());
    EXPECT_EQ(std::count(told.begin(), told.end(), false), 0);
}

TEST_F(MirrorTest, ANewHal0dIsAskedAnew) {
    begin();
    ASSERT_TRUE(becomes_ready());
    hal0d_.reset();
    ASSERT_TRUE(turn_until([&] { return !mirror_.is_ready(); }));
    hal0d_ = std::make_unique<ScriptedHal0d>(loop_);
    hal0d_->put("other", {.state = "error"});
    ASSERT_TRUE(turn_until([&] { return mirror_.is_ready(); }));
    expect_the_same();
}

}  // namespace
}  // namespace hal0::http
