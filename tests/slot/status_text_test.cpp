#include "slot/status_text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

TEST(PullingText, IsReadBack) {
    const std::vector<PullProgress> cases = {
        {"ghcr.io/a/b:c", 0, 0}, {"ghcr.io/a/b:c", 0, 7}, {"ghcr.io/a/b:c", 3, 7}, {"a@sha256:0", 4294967295U, 4294967295U}, {"a: layer 1 of 2", 3, 7}, {"a of b", 1, 2},
    };
    for (const auto& progress : cases) {
        const auto text = pulling_text(progress);
        const auto read = parse_pulling(text);
        ASSERT_TRUE(read) << text;
        EXPECT_EQ(*read, progress) << text;
    }
}

TEST(PullingText, IsASentence) {
    EXPECT_EQ(pulling_text({"a/b:c", 0, 0}), "pulling a/b:c");
    EXPECT_EQ(pulling_text({"a/b:c", 3, 7}), "pulling a/b:c: layer 3 of 7");
}

TEST(ParsePulling, RefusesEverythingElse) {
    for (const std::string text : {"", "pulling", "Pulling a", "waiting 4 s before automatic restart 3 of 5", "a pulling b", "pulling a: layer 3", "pulling a: layer x of 7",
                                   "pulling a: layer 3 of x", "pulling a: layer 3 of 7 ", "pulling a: layer -1 of 7", "pulling a: layer 3 of 4294967296", "pulling a: layer  of "})
        EXPECT_EQ(parse_pulling(text), std::nullopt) << text;
}

TEST(WaitingText, IsRecognised) {
    EXPECT_EQ(waiting_text(4, 3), "waiting 4 s before automatic restart 3 of 5");
    EXPECT_TRUE(is_waiting(waiting_text(4, 3)));
    for (const std::string text : {"", "waiting", "pulling a", "not waiting 4 s"}) EXPECT_FALSE(is_waiting(text)) << text;
}

TEST(ProgressText, IsToldFromAReason) {
    EXPECT_EQ(warming_text("the server loads its model"), "warming up: the server loads its model");
    EXPECT_EQ(answers_text(8081), "answers on 127.0.0.1:8081");
    for (const auto& text : {pulling_text({"a", 0, 0}), pulling_text({"a", 1, 2}), waiting_text(2, 2), warming_text("x"), answers_text(9000)})
        EXPECT_TRUE(is_progress(text)) << text;
    for (const std::string text : {"", "model 'qwen' is not in the registry", "cannot pull a: no such image", "the port answers on nothing"})
        EXPECT_FALSE(is_progress(text)) << text;
}

TEST(GivenUpText, IsRecognisedAndNoProgress) {
    const auto text = given_up_text(*SlotName::parse("chat"));
    EXPECT_EQ(text, "it still failed after 5 automatic restarts: journalctl -u hal0-slot@chat.service says why");
    EXPECT_TRUE(is_given_up(text));
    EXPECT_FALSE(is_progress(text));
    for (const std::string other : {"", "it failed", "it still fails"}) EXPECT_FALSE(is_given_up(other)) << other;
}

TEST(EndedEarlyText, IsRecognisedAndNoProgress) {
    const auto text = ended_early_text(*SlotName::parse("chat"));
    // What `ready` says.
    EXPECT_EQ(text, "the model server ended before it answered; its last words: journalctl -u hal0-slot@chat.service");
    EXPECT_TRUE(is_ended_early(text));
    EXPECT_FALSE(is_progress(text));
    for (const std::string other : {"", "the model server", "somebody ended it with SIGTERM before the model server answered"}) EXPECT_FALSE(is_ended_early(other)) << other;
}

TEST(PullReasons, AreNoProgress) {
    EXPECT_EQ(pull_given_up_text("a/b:c"), "the pull of a/b:c was given up: nothing new for ten minutes");
    EXPECT_EQ(pull_stopped_text("a/b:c"), "the pull of a/b:c was stopped");
    for (const auto& text : {pull_given_up_text("a/b:c"), pull_stopped_text("a/b:c")}) {
        EXPECT_FALSE(is_progress(text)) << text;
        EXPECT_FALSE(parse_image_present(text)) << text;
    }
}

TEST(NoConfigurationText, SaysWhatToDo) {
    EXPECT_EQ(no_configuration_text(*SlotName::parse("chat")), "slot chat has no configuration: write /etc/hal0/slots/chat.toml, then run: systemctl daemon-reload");
}

TEST(RestartDelay, GrowsUpToALimit) {
    EXPECT_EQ(restart_delay_s(0), 0U);
    EXPECT_EQ(restart_delay_s(1), 0U);
    EXPECT_EQ(restart_delay_s(2), 2U);
    EXPECT_EQ(restart_delay_s(3), 4U);
    EXPECT_EQ(restart_delay_s(4), 8U);
    EXPECT_EQ(restart_delay_s(5), 16U);
    EXPECT_EQ(restart_delay_s(6), 16U);
    EXPECT_EQ(restart_delay_s(4294967295U), 16U);
    EXPECT_EQ(most_restarts, 5U);
}

TEST(StatusText, KnowsTheEndOfAPull) {
    EXPECT_EQ(image_present_text("localhost/a:1"), "the image localhost/a:1 is present");
    EXPECT_EQ(parse_image_present(image_present_text("localhost/a:1")), "localhost/a:1");
    for (const auto* other : {"pulling localhost/a:1", "", "the image is present", "the image localhost/a:1"}) EXPECT_FALSE(parse_image_present(other)) << other;
}

}  // namespace
}  // namespace hal0::slot
