#include "slot/limits.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using namespace std::string_literals;

TEST(MemoryLimit, TakesWhatSystemdTakes) {
    for (const auto* text : {"1", "4096", "512K", "512M", "8G", "1T", "909T", "1000000000000000", "1%", "50%", "100%", "infinity"}) {
        const auto limit = parse_memory_limit(text);
        ASSERT_TRUE(limit) << text << ": " << limit.error();
        EXPECT_EQ(*limit, text);
    }
}

TEST(MemoryLimit, RefusesWhatSystemdWouldIgnore) {
    const std::vector<std::string> bad = {"",     "0",    "0%",   "101%", "-1",   "+1",    "1.5G", "8g",   "8GB",  "8 G",  " 8G",
                                          "8G ",  "G",    "%",    "50%%", "8G\n", "inf",   "Infinity", "infinity ", "0x10", "1e9", "8%i",
                                          "08G",  "010%", "910T", "20000000T", "99999999999999999999", "1000000000000001", "8\0G"s};
    for (const auto& text : bad) EXPECT_FALSE(parse_memory_limit(text)) << "accepted: " << text;
}

TEST(MemoryLimit, SaysWhatIsAllowed) {
    EXPECT_EQ(parse_memory_limit("8 GB\n").error(),
              R"("8 GB\x0a" is not allowed: a size such as "8G" or "512M", a percentage such as "50%", or "infinity")");
}

TEST(CpuList, TakesNumbersAndRanges) {
    for (const auto* text : {"0", "7", "0-3", "0-3,8", "1,3,5-5", "8191", "0-8191"}) {
        const auto list = parse_cpu_list(text);
        ASSERT_TRUE(list) << text << ": " << list.error();
        EXPECT_EQ(*list, text);
    }
}

TEST(CpuList, RefusesEverythingElse) {
    const std::vector<std::string> bad = {"",     ",",    "0,",   ",0",  "0,,1", "3-0",  "-3",     "3-",        "a", "0-a", "0 1", "0-3, 8", " 0", "0\n",
                                          "8192", "0-8192", "08",  "0-07", "1-2-3", "%i", "99999999999999999999"};
    for (const auto& text : bad) EXPECT_FALSE(parse_cpu_list(text)) << "accepted: " << text;
}

TEST(CpuList, SaysWhatIsAllowed) {
    EXPECT_EQ(parse_cpu_list("all").error(), R"("all" is not allowed: CPU numbers and ranges such as "0-3,8")");
}

}  // namespace
}  // namespace hal0::slot
