#include "cli/terminal/table.hpp"
#include "cli/terminal/text.hpp"

#include <gtest/gtest.h>

namespace hal0::cli {
namespace {

Table slots() { return {{"NAME", "STATE", "MODEL"}, {{"chat", "ready", "a-model-with-a-long-name"}, {"ä", "error", "-"}}}; }

TEST(Table, AlignsItsColumns) {
    EXPECT_EQ(table_lines(slots(), 0), (std::vector<std::string>{"NAME  STATE  MODEL", "chat  ready  a-model-with-a-long-name", "ä     error  -"}));
}

TEST(Table, IsNeverWiderThanItMay) {
    for (std::size_t width = 5; width < 60; ++width)
        for (const auto& line : table_lines(slots(), width)) EXPECT_LE(columns(line), width) << line;
    EXPECT_EQ(table_lines(slots(), 20)[1], "chat ready a-model-…") << "the widest column is cut first";
}

TEST(Table, PaintsWithoutMovingColumns) {
    auto table = slots();
    table.paint = [](std::size_t, std::size_t column, const std::string& text) { return column == 1 ? "<" + text + ">" : text; };
    EXPECT_EQ(table_lines(table, 0)[2], "ä     <error>  -");
}

}  // namespace
}  // namespace hal0::cli
