#include "slot/disk/sources.hpp"

#include "slot/disk/read_file.hpp"

#include "scratch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

class ReadSources : public testing::Test {
protected:
    std::string root() const { return (scratch / "").parent_path().string(); }
    slot::Sources read() { return read_sources(root(), diagnostics); }
    static std::string shown(const std::optional<slot::SourceFile>& file) {
        return file ? file->path + "|" + file->text + "|" + file->problem : "absent";
    }
    test::Scratch scratch;
    slot::Diagnostics diagnostics;
};

TEST_F(ReadSources, EveryFileByItsPathWithoutTheRoot) {
    scratch.write("etc/hal0/hal0.toml", "settings");
    scratch.write("etc/hal0/hardware.json", "hardware");
    scratch.write("etc/hal0/profiles.toml", "admin's");
    scratch.write("usr/share/hal0/profiles.toml", "shipped");
    const auto sources = read();
    EXPECT_EQ(shown(sources.settings), "/etc/hal0/hal0.toml|settings|");
    EXPECT_EQ(shown(sources.hardware), "/etc/hal0/hardware.json|hardware|");
    ASSERT_EQ(sources.profiles.size(), 2U);
    EXPECT_EQ(shown(sources.profiles[0]), "/usr/share/hal0/profiles.toml|shipped|");
    EXPECT_EQ(shown(sources.profiles[1]), "/etc/hal0/profiles.toml|admin's|");
    EXPECT_TRUE(diagnostics.empty());
}

TEST_F(ReadSources, NothingThereIsNothingRead) {
    const auto sources = read();
    EXPECT_FALSE(sources.settings || sources.hardware);
    EXPECT_TRUE(sources.profiles.empty() && sources.slots.empty() && sources.loaded.empty());
    EXPECT_TRUE(diagnostics.empty());
}

TEST_F(ReadSources, SlotsByNameWithoutHiddenOnesAndOtherEndings) {
    for (const auto* name : {"b.toml", "a.toml", ".hal0-a.toml.AbC123", ".hidden.toml", "a.toml~", "README"}) scratch.write(std::string{"etc/hal0/slots/"} + name, name);
    const auto sources = read();
    ASSERT_EQ(sources.slots.size(), 2U);
    EXPECT_EQ(shown(sources.slots[0]), "/etc/hal0/slots/a.toml|a.toml|");
    EXPECT_EQ(shown(sources.slots[1]), "/etc/hal0/slots/b.toml|b.toml|");
}

TEST_F(ReadSources, WhatCannotBeReadCarriesTheReason) {
    scratch.write("etc/hal0/slots/good.toml", "text");
    ASSERT_EQ(mkfifo((scratch / "etc/hal0/slots/fifo.toml").c_str(), 0600), 0);
    fs::create_directories(scratch / "etc/hal0/hal0.toml");
    const auto sources = read();
    EXPECT_EQ(shown(sources.settings), "/etc/hal0/hal0.toml||not a regular file");
    ASSERT_EQ(sources.slots.size(), 2U);
    EXPECT_EQ(shown(sources.slots[0]), "/etc/hal0/slots/fifo.toml||not a regular file");
    EXPECT_EQ(shown(sources.slots[1]), "/etc/hal0/slots/good.toml|text|");
}

TEST_F(ReadSources, AFolderThatIsNoneIsADiagnostic) {
    scratch.write("etc/hal0/slots", "");
    scratch.write("etc/hal0/loaded/chat", "");
    EXPECT_EQ(read().loaded.size(), 1U);
    ASSERT_EQ(diagnostics.size(), 1U);
    EXPECT_EQ(to_string(diagnostics[0]), "/etc/hal0/slots: the folder cannot be read: Not a directory");
}

TEST_F(ReadSources, AMarkerTellsWhenItWasMadeEvenAsALink) {
    const auto file = scratch.write("etc/hal0/loaded/chat", "");
    const timespec times[] = {{1, 2}, {1700000000, 123456789}};
    ASSERT_EQ(utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
    fs::create_symlink("/nonexistent", scratch / "etc/hal0/loaded/link");
    scratch.write("etc/hal0/loaded/.hal0-chat.AbC123", "");
    const auto loaded = read().loaded;
    ASSERT_EQ(loaded.size(), 2U);
    EXPECT_EQ(loaded.at("chat"), (slot::LoadedAt{1700000000, 123456789}));
    EXPECT_GT(loaded.at("link").seconds, 0);
}

TEST_F(ReadSources, TheRegistryIsReadInTheSameWayButNotThroughALink) {
    EXPECT_EQ(shown(read_registry(root())), "absent");
    scratch.write("var/lib/hal0/registry/registry.toml", "models");
    EXPECT_EQ(shown(read_registry(root())), "/var/lib/hal0/registry/registry.toml|models|");
    scratch.write("var/lib/hal0/registry/registry.toml", std::string(2 * most_bytes, '#'));
    EXPECT_EQ(read_registry(root())->text.size(), most_bytes);
    fs::remove(scratch / "var/lib/hal0/registry/registry.toml");
    fs::create_symlink(scratch.write("elsewhere", "models"), scratch / "var/lib/hal0/registry/registry.toml");
    EXPECT_EQ(shown(read_registry(root())), "/var/lib/hal0/registry/registry.toml||it is a symbolic link, which is not followed here");
}

}  // namespace
}  // namespace hal0::disk
