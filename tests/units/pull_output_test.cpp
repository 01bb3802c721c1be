#include "units/prepare/pull_output.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hal0::prepare {
namespace {

std::string recorded(const std::string& name) {
    auto text = test::read_text(std::string{RECORDED} + "/" + name + ".terminal");
    if (text.empty()) throw std::runtime_error("no recording " + name);
    return text;
}

struct Outcome {
    std::uint32_t layer, layers;
    std::string error;
    bool operator==(const Outcome&) const = default;
};

Outcome outcome(const PullOutput& output) { return {output.progress().layer, output.progress().layers, output.error()}; }

Outcome read_whole(std::string_view text) {
    PullOutput output{"image"};
    output.feed(text);
    return outcome(output);
}

constexpr auto refused = "initializing source docker://127.0.0.1:1/none/such:tag: pinging container registry 127.0.0.1:1: Get "
                         "\"https://127.0.0.1:1/v2/\": dial tcp 127.0.0.1:1: connect: connection refused";

TEST(PullOutput, ReadsRecordingsOfPodman) {
    EXPECT_EQ(read_whole(recorded("pull")), (Outcome{3, 3, ""}));
    EXPECT_EQ(read_whole(recorded("pull_again")), (Outcome{3, 3, ""}));
    EXPECT_EQ(read_whole(recorded("pull_refused")), (Outcome{0, 0, refused}));
}

TEST(PullOutput, DoesNotCareWhereTheBytesAreSplit) {
    for (const auto* name : {"pull", "pull_again", "pull_refused"}) {
        const auto text = recorded(name);
        const auto whole = read_whole(text);
        for (std::size_t at = 0; at <= text.size(); ++at) {
            PullOutput output{"image"};
            output.feed(std::string_view{text}.substr(0, at));
            output.feed(std::string_view{text}.substr(at));
            ASSERT_EQ(outcome(output), whole) << name << ", split at " << at;
        }
        PullOutput output{"image"};
        for (const char c : text) output.feed({&c, 1});
        EXPECT_EQ(outcome(output), whole) << name << ", byte by byte";
    }
}

TEST(PullOutput, LayerCountsNeverGoBack) {
    for (const auto* name : {"pull", "pull_again"}) {
        PullOutput output{"image"};
        slot::PullProgress last = output.progress();
        std::uint32_t changes = 0;
        for (const char c : recorded(name)) {
            output.feed({&c, 1});
            const auto now = output.progress();
            ASSERT_GE(now.layer, last.layer);
            ASSERT_GE(now.layers, last.layers);
            ASSERT_LE(now.layer, now.layers);
            changes += now != last;
            last = now;
        }
        EXPECT_GE(changes, 4U) << name;
    }
}

TEST(PullOutput, ABarThatIsDrawnLateTakesNothingBack) {
    PullOutput output{"image"};
    output.feed("Copying blob aa done  \r\nCopying blob bb done  \r\n");
    EXPECT_FALSE(output.feed("\x1b[2A\x1b[JCopying blob aa [==>---] 1.0MiB / 3.0MiB\r\n"));
    EXPECT_EQ(outcome(output), (Outcome{2, 2, ""}));
}

TEST(PullOutput, OnlyNewFiguresAreProgress) {
    PullOutput output{"image"};
    EXPECT_FALSE(output.feed("Copying blob aa [>---] 1.0MiB / 3.0MiB"));  // not a whole line yet
    EXPECT_TRUE(output.feed("\r\n"));
    EXPECT_FALSE(output.feed("\x1b[1A\x1b[JCopying blob aa [>---] 1.0MiB / 3.0MiB\r\n"));
    EXPECT_TRUE(output.feed("\x1b[1A\x1b[JCopying blob aa [=>--] 1.1MiB / 3.0MiB\r\n"));
    EXPECT_TRUE(output.feed("\x1b[1A\x1b[JCopying blob aa done  \r\n"));
    EXPECT_FALSE(output.feed("\x1b[1A\x1b[JCopying blob aa done  \r\n"));
    EXPECT_TRUE(output.feed("Writing manifest to image destination\r\n"));
    EXPECT_FALSE(output.feed("Writing manifest to image destination\r\n"));
    EXPECT_FALSE(output.feed("\r\n\r\n"));
}

TEST(PullOutput, TheImageIsTheOneAskedFor) { EXPECT_EQ(PullOutput{"example.org/x:1"}.progress(), (slot::PullProgress{"example.org/x:1", 0, 0})); }

TEST(PullOutput, TheLastErrorCounts) {
    PullOutput output{"image"};
    output.feed("Error: first\r\n\x1b[31mError: second\x1b[0m\r\nError is not: this\r\n");
    EXPECT_EQ(output.error(), "second");
}

TEST(PullOutput, AnErrorIsOneLineWithoutControlCharacters) {
    PullOutput output{"image"};
    output.feed("Error: a\tb\x07 \x1b[1mc\x1b[0m\x7f\r\n");
    EXPECT_EQ(output.error(), "ab c");
}

TEST(PullOutput, TakesWhateverComes) {
    PullOutput output{"image"};
    output.feed(std::string(100'000, 'x'));
    output.feed("\nCopying blob ");
    output.feed(std::string(100'000, 'y'));
    output.feed("\nCopying blob\nCopying blob \nCopying blob z\n\x1b[\n\x1b\n\x1b[9");
    output.feed(std::string("\0\0\0\n", 4));
    std::string many;
    for (int i = 0; i < 5000; ++i) many += "Copying blob l" + std::to_string(i) + " done\r\n";
    output.feed(many);
    EXPECT_LE(output.progress().layers, 1024U);
    EXPECT_LE(output.progress().layer, output.progress().layers);
    EXPECT_EQ(output.error(), "");
}

}  // namespace
}  // namespace hal0::prepare
