#include "slot/disk/markers.hpp"

#include "slot/disk/sources.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

class Markers : public testing::Test {
protected:
    Markers() {
        fs::create_directories(scratch / "etc/hal0/loaded");
        fs::create_directories(scratch / "run/hal0/trial");
    }
    std::string root() const { return (scratch / "").parent_path().string(); }
    std::map<std::string, slot::LoadedAt> loaded() const {
        slot::Diagnostics diagnostics;
        return read_sources(root(), diagnostics).loaded;
    }
    test::Scratch scratch;
    slot::SlotName chat = *slot::SlotName::parse("chat");
};

TEST_F(Markers, ALoadedSlotIsReadBackUntilItIsCleared) {
    EXPECT_EQ(set_marker(root(), chat), std::nullopt);
    EXPECT_TRUE(loaded().contains("chat"));
    EXPECT_EQ(clear_marker(root(), chat), std::nullopt);
    EXPECT_TRUE(loaded().empty());
    EXPECT_EQ(clear_marker(root(), chat), std::nullopt) << "what is not there is no error";
}

TEST_F(Markers, LoadedAgainIsLoadedLater) {
    const auto file = scratch.write("etc/hal0/loaded/chat", "");
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours{1});
    const auto before = loaded().at("chat");
    EXPECT_EQ(set_marker(root(), chat), std::nullopt);
    EXPECT_GT(loaded().at("chat"), before);
}

TEST_F(Markers, AMarkerThatIsALinkToTheSlotsFileDoesNotEmptyIt) {
    const auto file = scratch.write("etc/hal0/slots/chat.toml", "port = 8081");
    fs::create_symlink(file, scratch / "etc/hal0/loaded/chat");
    EXPECT_EQ(set_marker(root(), chat), std::nullopt);
    EXPECT_EQ(clear_marker(root(), chat), std::nullopt);
    EXPECT_EQ(test::read_text(file), "port = 8081");
}

TEST_F(Markers, ATrialHoldsTheModelsId) {
    EXPECT_EQ(set_trial(root(), chat, *slot::ModelId::parse("qwen3-8b:q4")), std::nullopt);
    EXPECT_EQ(test::read_text(scratch / "run/hal0/trial/chat"), "qwen3-8b:q4\n");
    EXPECT_EQ(clear_trial(root(), chat), std::nullopt);
    EXPECT_TRUE(fs::is_empty(scratch / "run/hal0/trial"));
}

TEST_F(Markers, WithoutTheFolderItSaysHowToMakeIt) {
    fs::remove_all(scratch / "etc");
    const auto problem = set_marker(root(), chat);
    ASSERT_TRUE(problem);
    EXPECT_NE(problem->message.find("/etc/hal0/loaded/chat cannot be changed: there is no such folder: systemd-tmpfiles"), std::string::npos) << problem->message;
}

}  // namespace
}  // namespace hal0::disk
