#include "slot/settings.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Messages = std::vector<std::string>;

struct ReadSettings {
    Settings settings;
    Messages messages;
};

ReadSettings read_settings(const std::string& toml) {
    Diagnostics diagnostics;
    ReadSettings result{parse_settings("hal0.toml", toml, diagnostics), {}};
    for (const auto& d : diagnostics) result.messages.push_back((d.severity == Severity::warning ? "warning: " : "") + to_string(d));
    return result;
}

TEST(Settings, HaveDefaults) {
    const auto [settings, messages] = read_settings("");
    EXPECT_EQ(settings.model_store, "/mnt/ai-models");
    EXPECT_EQ(settings.port_range_start, 8081);
    EXPECT_EQ(settings.port_range_end, 8099);
    EXPECT_EQ(settings.idle_after_s, 300U);
    EXPECT_EQ(settings.idle_timeout_s, 0U);
    EXPECT_EQ(messages, Messages{});
}

TEST(Settings, TakeEveryKey) {
    const auto [settings, messages] = read_settings("[models]\nstore = \"/srv/models\"\n[slots]\nport_range_start = 9000\n"
                                                    "port_range_end = 9010\nidle_after_s = 60\nidle_timeout_s = 900\n");
    EXPECT_EQ(settings, (Settings{"/srv/models", 9000, 9010, 60, 900}));
    EXPECT_EQ(messages, Messages{});
}

TEST(Settings, TakeTheBounds) {
    const auto [settings, messages] = read_settings("[slots]\nport_range_start = 1024\nport_range_end = 65535\nidle_after_s = 0\nidle_timeout_s = 31536000\n");
    EXPECT_EQ(settings, (Settings{"/mnt/ai-models", 1024, 65535, 0, 31'536'000}));
    EXPECT_EQ(messages, Messages{});
}

TEST(Settings, OnePortIsARange) {
    const auto [settings, messages] = read_settings("[slots]\nport_range_start = 9000\nport_range_end = 9000\n");
    EXPECT_EQ(settings.port_range_start, 9000);
    EXPECT_EQ(settings.port_range_end, 9000);
    EXPECT_EQ(messages, Messages{});
}

struct StoreCase {
    std::string toml, shown;
};

TEST(Settings, RefuseAStoreThatPodmanOrSystemdWouldReadDifferently) {
    const std::vector<StoreCase> cases = {
        {R"("")", R"("")"},
        {R"("/")", R"("/")"},
        {R"("models")", R"("models")"},
        {R"("./models")", R"("./models")"},
        {R"("/a/")", R"("/a/")"},
        {R"("/a//b")", R"("/a//b")"},
        {R"("/a/../b")", R"("/a/../b")"},
        {R"("/a/..")", R"("/a/..")"},
        {R"("/a/./b")", R"("/a/./b")"},
        {R"("/a/.")", R"("/a/.")"},
        {R"("/a b")", R"("/a b")"},
        {R"("/a:b")", R"("/a:b")"},
        {R"("/a,b")", R"("/a,b")"},
        {R"("/a\nb")", R"("/a\x0ab")"},
        {R"("/a\tb")", R"("/a\x09b")"},
        {R"("/a\u007Fb")", R"("/a\x7fb")"},
    };
    for (const auto& c : cases) {
        const auto [settings, messages] = read_settings("[models]\nstore = " + c.toml + "\n");
        EXPECT_EQ(settings.model_store, "/mnt/ai-models") << c.toml;
        EXPECT_EQ(messages, Messages{"hal0.toml:2:9: models.store: " + c.shown +
                                     " is not allowed: an absolute path without blanks, colons, commas, \"..\" or a final slash"});
    }
}

TEST(Settings, TakeAnUnusualStore) {
    for (const std::string store : {"/a", "/mnt/ai.models/..x", "/a/b-c_d+e@f", "/größe", "/50%/$x", "/a'b", "/a;b", "/a/.hidden"}) {
        const auto [settings, messages] = read_settings("[models]\nstore = \"" + store + "\"\n");
        EXPECT_EQ(settings.model_store, store);
        EXPECT_EQ(messages, Messages{});
    }
}

struct WrongSetting {
    std::string toml, message;
};

TEST(Settings, AWrongValueKeepsItsDefaultAndSaysSo) {
    const std::vector<WrongSetting> cases = {
        {"[models]\nstore = 3\n", "hal0.toml:2:9: models.store: 3 is not allowed: a string in quotes"},
        {"[models]\nstore = \"/a\\u0000b\"\n", "hal0.toml:2:9: models.store: \"/a\\x00b\" is not allowed: a string without NUL and code points that are no characters"},
        {"[models]\nstore = \"/a\\uFFFEb\"\n",
         "hal0.toml:2:9: models.store: \"/a\\xef\\xbf\\xbeb\" is not allowed: a string without NUL and code points that are no characters"},
        {"models = 3\n", "hal0.toml:1:10: models: 3 is not allowed: a table, [models]"},
        {"slots = []\n", "hal0.toml:1:9: slots: a list is not allowed: a table, [slots]"},
        {"[slots]\nport_range_start = 1023\n", "hal0.toml:2:20: slots.port_range_start: 1023 is not allowed: a whole number from 1024 to 65535"},
        {"[slots]\nport_range_end = 65536\n", "hal0.toml:2:18: slots.port_range_end: 65536 is not allowed: a whole number from 1024 to 65535"},
        {"[slots]\nport_range_end = \"8099\"\n", "hal0.toml:2:18: slots.port_range_end: \"8099\" is not allowed: a whole number from 1024 to 65535"},
        {"[slots]\nport_range_start = 8090\nport_range_end = 8085\n",
         "hal0.toml:3:18: slots.port_range_end: 8085 is not allowed: it is below port_range_start, 8090"},
        {"[slots]\nidle_after_s = -1\n", "hal0.toml:2:16: slots.idle_after_s: -1 is not allowed: a whole number from 0 to 31536000"},
        {"[slots]\nidle_after_s = 1.5\n", "hal0.toml:2:16: slots.idle_after_s: 1.5 is not allowed: a whole number from 0 to 31536000"},
        {"[slots]\nidle_timeout_s = 31536001\n", "hal0.toml:2:18: slots.idle_timeout_s: 31536001 is not allowed: a whole number from 0 to 31536000"},
        {"[slots]\nidle_timeout_s = true\n", "hal0.toml:2:18: slots.idle_timeout_s: true is not allowed: a whole number from 0 to 31536000"},
    };
    for (const auto& c : cases) {
        const auto [settings, messages] = read_settings(c.toml);
        EXPECT_EQ(settings, Settings{}) << c.toml;
        EXPECT_EQ(messages, Messages{c.message});
    }
}

TEST(Settings, OneWrongKeyLeavesTheOthers) {
    const auto [settings, messages] = read_settings("[models]\nstore = \"/srv\"\n[slots]\nport_range_start = 1\nidle_after_s = 5\n");
    EXPECT_EQ(settings, (Settings{"/srv", 8081, 8099, 5, 0}));
    EXPECT_EQ(messages, Messages{"hal0.toml:4:20: slots.port_range_start: 1 is not allowed: a whole number from 1024 to 65535"});
}

TEST(Settings, AFileThatIsNoTomlGivesTheDefaults) {
    Diagnostics diagnostics;
    EXPECT_EQ(parse_settings("hal0.toml", "[slots\n", diagnostics), Settings{});
    ASSERT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(diagnostics[0].severity, Severity::error);
    EXPECT_EQ(diagnostics[0].place.file, "hal0.toml");
    EXPECT_EQ(diagnostics[0].place.line, 1U);
    EXPECT_FALSE(diagnostics[0].message.empty());
}

TEST(Settings, UnknownKeysAreWarnings) {
    const auto [settings, messages] = read_settings("extra = 1\n[models]\nshop = 2\n[slots]\n\"a\\u001bb\" = 3\n");
    EXPECT_EQ(settings, Settings{});
    EXPECT_EQ(messages, (Messages{"warning: hal0.toml:3:1: models.shop: unknown key, ignored",
                                  "warning: hal0.toml:5:1: slots.\"a\\x1bb\": unknown key, ignored",
                                  "warning: hal0.toml:1:1: extra: unknown key, ignored"}));
}

}  // namespace
}  // namespace hal0::slot
