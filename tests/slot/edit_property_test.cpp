// What must hold for every file and every change, whatever the rules of edit.hpp say of each.

#include "slot/edit.hpp"

#include "slot/toml_json.hpp"
#include "tests/slot/drop_empty_tables.hpp"
#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

const SlotName chat = *SlotName::parse("chat");

/// Makes slot files and changes of them out of one seed.
class Dice {
public:
    explicit Dice(unsigned seed) : engine_(seed) {}

    std::size_t below(std::size_t sides) { return std::uniform_int_distribution<std::size_t>{0, sides - 1}(engine_); }
    bool often() { return below(3) > 0; }
    std::string one_of(const Words& words) { return words[below(words.size())]; }

    /// Every key line ends in a comment of its own, so that it can be found again.
    std::string file() {
        const bool nested = below(2) == 0;
        const bool braces = below(3) == 0;
        text_ = often() ? "# top of the file\n" : "";
        if (nested) text_ += "[slot] #" + tag() + "\n";
        line("port = 8081");
        if (often()) line("type = 'llm'");
        if (often()) line(one_of({"device = \"cpu\"", "backend = 'cpu'", "enabled = true", "idle_timeout_s=0x10", "unknown = [\n 1, # unknown\n 2 ] #unknown"}));
        if (often()) line("  odd.\"key\" = 1.5");
        const std::string front = nested ? "slot." : "";
        if (braces) line("model = { default = 'q', context_size = 4096 }");
        else if (often()) section(front + "model", {"default = \"q\"", one_of({"ctx_size = 4096", "context_size = 4096", "labels = ['a', 'b']"})});
        if (often()) section(front + "server", {"extra_args = '--mlock'"});
        if (often()) section(front + "x.deep", {"a = 1", "b = { c = 2 }"});
        if (often()) text_ += "# the end";
        return text_;
    }

    Json changes() {
        auto object = Json::object();
        for (std::size_t count = below(4); count-- > 0;) {
            switch (below(8)) {
                case 0: object["port"] = 8081 + below(9); break;
                case 1: object["enabled"] = below(2) == 0; break;
                case 2: object["model"] = {{"default", one_of({"m", "org/m-1.5"})}}; break;
                case 3: object["model"] = {{"n_gpu_layers", below(9)}, {"labels", nullptr}}; break;
                case 4: object["x"] = {{"deep", {{"a", value()}, {"new key", value()}}}}; break;
                case 5: object[one_of({"unknown", "odd", "y", "server", "x"})] = nullptr; break;
                case 6: object[one_of({"y", "z.w", "unknown"})] = value(); break;
                default: object["server"] = {{"parallel", 1 + below(4)}, {"extra_args", one_of({"--mlock", "-v \"a b\"", ""})}};
            }
        }
        return object;
    }

private:
    Json value() {
        switch (below(6)) {
            case 0: return below(1000);
            case 1: return 0.25 * static_cast<double>(below(100));
            case 2: return below(2) == 0;
            case 3: return one_of({"", "text", "with \"quotes\" and \\", "ünï # no comment", "new\nline"});
            case 4: return Json::array({1, "two", Json::array(), Json{{"three", 3}}});
            default: return Json{{"k", below(9)}};
        }
    }

    void line(const std::string& text) { text_ += text + " #" + tag() + "\n" + (below(4) == 0 ? "\n" : ""); }
    std::string tag() { return std::to_string(++tags_) + "."; }

    void section(const std::string& path, const Words& lines) {
        text_ += (often() ? "\n" : "") + std::string{"["} + path + "] #" + tag() + "\n";
        for (const auto& text : lines) line(text);
    }

    std::mt19937 engine_;
    std::string text_;
    int tags_ = 0;
};

Words lines_of(const std::string& text) {
    Words lines;
    std::istringstream stream{text};
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

Json read_slot(const std::string& toml) {
    Diagnostics diagnostics;
    auto json = json_of_slot("f", toml, diagnostics);
    EXPECT_TRUE(json) << toml;
    return json.value_or(Json{});
}

/// Whether what a line of the old file says is touched by a change.
bool may_change(const std::string& line, const Json& changes) {
    for (const auto& [key, value] : changes.items()) {
        if (line.find(key) != std::string::npos) return true;
        if (!value.is_object()) continue;
        if (may_change(line, value)) return true;
    }
    return false;
}

/// Whether a section may go as a whole: a change removes its table, or puts a value in its place.
bool may_go(const std::string& header, const Json& changes) {
    for (const auto& [key, value] : changes.items())
        if (!value.is_object() && header.find(key) != std::string::npos) return true;
    return false;
}

TEST(EditProperty, TheResultIsTheMergeAndEveryOtherLineIsStillThere) {
    std::size_t edited = 0, kept = 0;
    for (unsigned seed = 0; seed < 3000; ++seed) {
        Dice dice{seed};
        const auto toml = dice.file();
        const auto changes = dice.changes();
        SCOPED_TRACE(toml + "\n-- " + changes.dump());
        const auto result = edit_slot(sample_plan({{"chat", toml}}), chat, toml, changes);
        ASSERT_TRUE(result) << result.error();
        auto expected = read_slot(toml);
        expected.merge_patch(changes);
        auto actual = read_slot(*result);
        drop_empty_tables(expected);
        drop_empty_tables(actual);
        ASSERT_EQ(actual, expected) << *result;
        const auto after = lines_of(*result);
        std::string header;
        for (const auto& line : lines_of(toml)) {
            if (line.starts_with('[')) header = line;
            if (line.empty() || may_change(line, changes) || may_go(header, changes)) continue;
            EXPECT_NE(std::find(after.begin(), after.end(), line), after.end()) << line << "\n" << *result;
            ++kept;
        }
        const auto again = edit_slot(sample_plan({{"chat", *result}}), chat, *result, changes);
        ASSERT_TRUE(again) << again.error();
        EXPECT_EQ(*again, *result) << "the same change twice changes nothing";
        ++edited;
    }
    EXPECT_EQ(edited, 3000U);
    EXPECT_GT(kept, 10000U);
}

}  // namespace
}  // namespace hal0::slot
