#include "dbus-interfaces/loop/task.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace hal0::bus {
namespace {

using Text = bus::Callback<std::string>;

std::string message_of(std::exception_ptr problem) {
    if (!problem) return "";
    try {
        std::rethrow_exception(problem);
    } catch (const std::exception& error) {
        return error.what();
    }
}

struct Asked {
    std::vector<Text::Resume> waiting;
    std::vector<std::string> said;

    bus::Task<std::string> answer() {
        Text text{[this](Text::Resume resume) { waiting.push_back(std::move(resume)); }};
        co_return co_await text;
    }
    bus::Task<> ask_twice() {
        said.push_back(co_await answer());
        said.push_back(co_await answer());
    }
    bus::Task<> fail_after_an_answer() {
        const auto reason = co_await answer();
        throw std::runtime_error{reason};
    }
    bus::Task<> pass_on() { co_await fail_after_an_answer(); }
};

TEST(Task, RunsUpToItsFirstWaitAndGoesOnWithEachAnswer) {
    Asked asked;
    int ends = 0;
    bus::detach(asked.ask_twice(), [&](std::exception_ptr problem) { ends += problem ? 100 : 1; });
    ASSERT_EQ(asked.waiting.size(), 1U);
    asked.waiting[0]("one");
    ASSERT_EQ(asked.waiting.size(), 2U);
    EXPECT_EQ(ends, 0);
    asked.waiting[1]("two");
    EXPECT_EQ(asked.said, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(ends, 1);
}

TEST(Task, DoesNothingBeforeItIsAwaited) {
    Asked asked;
    { const auto never = asked.ask_twice(); }
    EXPECT_TRUE(asked.waiting.empty());
}

TEST(Task, GivesItsExceptionToWhoeverAwaitsIt) {
    Asked asked;
    std::string problem;
    bus::detach(asked.pass_on(), [&](std::exception_ptr thrown) { problem = message_of(thrown); });
    asked.waiting[0]("no");
    EXPECT_EQ(problem, "no");
}

}  // namespace
}  // namespace hal0::bus
