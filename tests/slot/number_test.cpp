#include "slot/number.hpp"

#include <gtest/gtest.h>

#include <cstdint>

namespace hal0::slot {
namespace {

TEST(ParseNumber, TakesTheWholeTextOrNothing) {
    EXPECT_EQ(parse_number<std::uint16_t>("0"), 0);
    EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65535);
    for (const auto* text : {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "65536", "1\n"}) EXPECT_EQ(parse_number<std::uint16_t>(text), std::nullopt) << text;
    EXPECT_EQ(parse_number<std::uint16_t>(std::string_view{"1\0", 2}), std::nullopt);
    EXPECT_EQ(parse_number<int>("-1"), -1);
}

TEST(ParseNumber, ReadsABaseOrAFormat) {
    EXPECT_EQ(parse_number<std::uint16_t>("1F91", 16), 8081);
    EXPECT_EQ(parse_number<std::uint16_t>("1F91"), std::nullopt);
    EXPECT_EQ(parse_number<double>("1.5e1"), 15);
    EXPECT_EQ(parse_number<double>("1.5e1", std::chars_format::fixed), std::nullopt);
}

}  // namespace
}  // namespace hal0::slot
