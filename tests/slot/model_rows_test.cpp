#include "slot/model_rows.hpp"

#include <gtest/gtest.h>

namespace hal0::slot {
namespace {

std::vector<nlohmann::json> rows_of(std::string_view toml) {
    Diagnostics diagnostics;
    return model_rows(parse_registry("registry.toml", toml, diagnostics), "registry.toml", toml);
}

TEST(ModelRows, KeepsWhatHal0DoesNotKnow) {
    for (const auto* toml : {"[models.b]\npath = \"b.gguf\"\nextra = [1, 2]\n[models.a]\npath = \"a.gguf\"\n",
                             "[[models]]\nid = \"b\"\npath = \"b.gguf\"\nextra = [1, 2]\n[[models]]\nid = \"a\"\npath = \"a.gguf\"\n"}) {
        const auto rows = rows_of(toml);
        ASSERT_EQ(rows.size(), 2U) << toml;
        EXPECT_EQ(rows[0]["id"], "a");
        EXPECT_EQ(rows[1]["path"], "b.gguf");
        EXPECT_EQ(rows[1]["extra"], (nlohmann::json{1, 2}));
        EXPECT_FALSE(rows[0].contains("extra"));
    }
}

TEST(ModelRows, ARowThatWasRefusedIsInNobodysWay) {
    const auto rows = rows_of("[[models]]\nid = 5\npath = \"x.gguf\"\n[[models]]\npath = \"y.gguf\"\n[[models]]\nid = \"a\"\npath = \"a.gguf\"\n");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0]["id"], "a");
}

TEST(ModelRows, LeavesOutWhatIsWrong) {
    const auto rows = rows_of("[models.a]\npath = \"a.gguf\"\n[models.bad]\npath = 3\n");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0]["id"], "a");
    EXPECT_TRUE(rows_of("").empty());
}

}  // namespace
}  // namespace hal0::slot
