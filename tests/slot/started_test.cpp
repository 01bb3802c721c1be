#include "slot/started.hpp"

#include <gtest/gtest.h>

namespace hal0::slot {
namespace {

TEST(Started, IsReadAsItWasWritten) {
    Started started{.model = "qwen", .image = "example.org/llama:b1", .provider = ProviderId::flm, .port = 8081, .command = {"serve", "qwen"}};
    EXPECT_EQ(*parse_started(to_json_text(started)), started);
    started.options = {"--rm", "--network=host"};
    EXPECT_EQ(*parse_started(to_json_text(started)), started);
}

TEST(Started, OfAnOlderHal0HasNoOptions) {
    const auto started = parse_started(R"({"model": "", "image": "i", "provider": "llama-server", "port": 1, "command": []})");
    ASSERT_TRUE(started);
    EXPECT_EQ(started->options, std::nullopt);
}

TEST(Started, OfNonsenseIsAnError) {
    for (const auto* text : {"", "{}", R"({"model": "", "image": "i", "provider": "llama-server", "port": 1, "command": [], "options": 7})"})
        EXPECT_FALSE(parse_started(text)) << text;
}

}  // namespace
}  // namespace hal0::slot
