#include "dbus-service/late_line.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>

namespace hal0::service {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class LateLineTest : public testing::Test {
protected:
    static bus::Task<> wait_for(std::shared_ptr<LateLine> line, milliseconds at_most, std::optional<std::string>& got) {
        auto text = co_await line->wait(at_most);
        got = std::move(text);
    }
    void wait(milliseconds at_most) {
        bus::detach(wait_for(line_, at_most, got_), [this](std::exception_ptr problem) {
            EXPECT_FALSE(problem);
            loop_.exit(0);
        });
    }

    bus::Loop loop_;
    std::shared_ptr<LateLine> line_ = std::make_shared<LateLine>(loop_);
    std::optional<std::string> got_;
};

TEST_F(LateLineTest, ThatIsKnownIsThereAtOnce) {
    EXPECT_EQ(line_->text(), "");
    line_->found("invalid magic");
    EXPECT_EQ(line_->text(), "invalid magic");
    wait(seconds{60});
    EXPECT_EQ(got_, "invalid magic");
}

TEST_F(LateLineTest, IsWaitedFor) {
    wait(seconds{60});
    EXPECT_FALSE(got_);
    line_->found("invalid magic");
    EXPECT_EQ(got_, "invalid magic");
}

TEST_F(LateLineTest, ThatIsNoneEndsTheWait) {
    wait(seconds{60});
    line_->found("");
    EXPECT_EQ(got_, "");
}

TEST_F(LateLineTest, IsWaitedForForSoLongOnly) {
    wait(milliseconds{1});
    loop_.run();
    EXPECT_EQ(got_, "");
    line_->found("too late");  // nobody is told twice
    EXPECT_EQ(got_, "");
    EXPECT_EQ(line_->text(), "too late");
}

TEST_F(LateLineTest, MayEndWithTheLastWhoWaits) {
    wait(milliseconds{1});
    line_.reset();
    loop_.run();
    EXPECT_EQ(got_, "");
}

}  // namespace
}  // namespace hal0::service
