#include "dbus-service/model_files.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <optional>

namespace hal0::service {
namespace {

using namespace std::chrono_literals;
using Rows = ModelFiles::Rows;

/// A store that answers when it is let.
class ModelFilesTest : public testing::Test {
protected:
    ModelFiles::Asks asks() {
        return {.rows = [this] { return Rows{{{"id", "m" + std::to_string(++made_)}}}; },
                .store = [] { return std::string{"/store"}; },
                .look = [gate = gate_, looks = looks_](Rows& rows, const std::string& store) {
                    ++*looks;
                    gate.wait();
                    for (auto& row : rows) row["installed"] = store == "/store";
                },
                .answered_late = [this] { ++late_; }};
    }
    void let_it_answer() { open_.set_value(); }
    void ask(ModelFiles& files) {
        const auto run = [](ModelFilesTest& test, ModelFiles& of) -> bus::Task<> { test.answers_.push_back(co_await of.list()); };
        bus::detach(run(*this, files), [](std::exception_ptr) {});
    }
    bool turn_until(const std::function<bool()>& so) {
        for (const auto end = std::chrono::steady_clock::now() + 20s; !so() && std::chrono::steady_clock::now() < end;) sd_event_run(loop_.event(), 2'000);
        return so();
    }

    bus::Loop loop_{bus::Loop::without_signals};
    std::promise<void> open_;
    std::shared_future<void> gate_ = open_.get_future().share();
    std::shared_ptr<std::atomic<int>> looks_ = std::make_shared<std::atomic<int>>(0);
    int made_ = 0, late_ = 0;
    std::vector<Rows> answers_;
};

TEST_F(ModelFilesTest, SaysWhatTheDiskSays) {
    ModelFiles files{loop_, asks()};
    let_it_answer();
    ask(files);
    ASSERT_TRUE(turn_until([&] { return answers_.size() == 1; }));
    EXPECT_EQ(answers_[0], (Rows{{{"id", "m1"}, {"installed", true}}}));
    EXPECT_EQ(late_, 0);
}

TEST_F(ModelFilesTest, WhoAsksDuringALookSharesTheNext) {
    ModelFiles files{loop_, asks()};
    for (int i = 0; i < 100; ++i) ask(files);
    ASSERT_TRUE(turn_until([&] { return *looks_ == 1; }));
    EXPECT_TRUE(answers_.empty());
    let_it_answer();
    ASSERT_TRUE(turn_until([&] { return answers_.size() == 100; }));
    EXPECT_EQ(*looks_, 2);
    EXPECT_EQ(answers_.front()[0]["id"], "m1");
    EXPECT_EQ(answers_.back()[0]["id"], "m2") << "the registry as it was when the look began";
}

TEST_F(ModelFilesTest, AStoreThatHangsHoldsUpNobodyForLong) {
    ModelFiles files{loop_, asks(), 50ms};
    for (int i = 0; i < 3; ++i) ask(files);
    ASSERT_TRUE(turn_until([&] { return answers_.size() == 3 && *looks_ == 1; }));
    for (const auto& rows : answers_) EXPECT_FALSE(rows[0].contains("installed"));
    ask(files);
    EXPECT_EQ(answers_.size(), 4U) << "at once";
    EXPECT_EQ(*looks_, 1);
    EXPECT_EQ(late_, 0);
    let_it_answer();
    ASSERT_TRUE(turn_until([&] { return late_ == 1; }));
    ask(files);
    ASSERT_TRUE(turn_until([&] { return answers_.size() == 5; }));
    EXPECT_EQ(answers_.back()[0]["installed"], true);
}

TEST_F(ModelFilesTest, EndsWhileTheStoreHangs) {
    std::optional<ModelFiles> files{std::in_place, loop_, asks(), 20ms};
    ask(*files);
    ASSERT_TRUE(turn_until([&] { return answers_.size() == 1 && *looks_ == 1; }));
    files.reset();
    let_it_answer();  // the thread ends by itself
    sd_event_run(loop_.event(), 10'000);
    EXPECT_EQ(late_, 0);
}

}  // namespace
}  // namespace hal0::service
