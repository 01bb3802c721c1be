#include "slot/disk/write_file.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;

class Write : public testing::Test {
protected:
    std::string path(const std::string& name) const { return scratch / name; }
    Tree tree() const { return test::tree(scratch / ""); }
    fs::perms mode(const std::string& name) const { return fs::status(path(name)).permissions(); }
    test::Scratch scratch;
};

class WriteFile : public Write {};
class CreateFile : public Write {};
class ReplaceFile : public Write {};
class RemoveFile : public Write {};

TEST_F(WriteFile, MakesAndReplaces) {
    EXPECT_EQ(write_file(path("file"), "one"), std::nullopt);
    EXPECT_EQ(write_file(path("file"), "two"), std::nullopt);
    EXPECT_EQ(tree(), (Tree{{"file", "file two"}}));
    EXPECT_EQ(mode("file"), fs::perms{0644});
}

TEST_F(WriteFile, ReplacesALinkAndLeavesWhatItLeadsTo) {
    scratch.write("slot.toml", "port = 8081");
    fs::create_symlink("slot.toml", path("marker"));
    EXPECT_EQ(write_file(path("marker"), ""), std::nullopt);
    EXPECT_EQ(tree(), (Tree{{"marker", "file "}, {"slot.toml", "file port = 8081"}}));
}

TEST_F(WriteFile, SaysWhatIsInTheWay) {
    fs::create_directory(path("folder"));
    EXPECT_EQ(write_file(path("folder"), "")->message, path("folder") + " cannot be changed: there is a folder of that name: move it away");
    EXPECT_EQ(write_file(path("none/file"), "")->message,
              path("none/file") + " cannot be changed: there is no such folder: systemd-tmpfiles --create hal0.conf makes hal0's folders");
    EXPECT_EQ(tree(), (Tree{{"folder", "folder"}}));
}

TEST_F(CreateFile, MakesANewFile) {
    EXPECT_TRUE(*create_file(path("file"), "text"));
    EXPECT_EQ(tree(), (Tree{{"file", "file text"}}));
    EXPECT_EQ(mode("file"), fs::perms{0644});
    EXPECT_EQ(fs::hard_link_count(path("file")), 1U);
}

TEST_F(CreateFile, NeverOverwrites) {
    scratch.write("file", "the user's");
    fs::create_directory(path("folder"));
    fs::create_symlink("file", path("link"));
    fs::create_symlink("/nonexistent", path("dangling"));
    const auto before = tree();
    for (const auto* name : {"file", "folder", "link", "dangling"}) EXPECT_FALSE(*create_file(path(name), "ours")) << name;
    EXPECT_EQ(tree(), before);
}

TEST_F(ReplaceFile, OnlyWhatTheCallerHasRead) {
    scratch.write("file", "old");
    EXPECT_TRUE(*replace_file(path("file"), "old", "new"));
    EXPECT_EQ(tree(), (Tree{{"file", "file new"}}));
    for (const auto* other : {"old", "ne", "newer", ""}) EXPECT_FALSE(*replace_file(path("file"), other, "x")) << other;
    EXPECT_EQ(tree(), (Tree{{"file", "file new"}}));
}

TEST_F(ReplaceFile, AFileThatIsGoneHasChanged) {
    EXPECT_FALSE(*replace_file(path("file"), "old", "new"));
    EXPECT_FALSE(*replace_file(path("file"), "", "new"));
    EXPECT_EQ(tree(), Tree{});
}

TEST_F(ReplaceFile, KeepsTheMode) {
    fs::permissions(scratch.write("file", "old"), fs::perms{0640});
    EXPECT_TRUE(*replace_file(path("file"), "old", "new"));
    EXPECT_EQ(mode("file"), fs::perms{0640});
}

TEST_F(ReplaceFile, WritesThroughALink) {
    scratch.write("elsewhere/real.toml", "old");
    fs::create_symlink("elsewhere/real.toml", path("second"));
    fs::create_symlink("second", path("first"));
    EXPECT_TRUE(*replace_file(path("first"), "old", "new"));
    EXPECT_EQ(tree(), (Tree{{"elsewhere", "folder"}, {"elsewhere/real.toml", "file new"}, {"first", "link second"}, {"second", "link elsewhere/real.toml"}}));
    EXPECT_FALSE(*replace_file(path("first"), "old", "newer"));
}

TEST_F(ReplaceFile, ALinkThatLeadsNowhereIsAnError) {
    fs::create_symlink("/nonexistent", path("dangling"));
    fs::create_symlink("loop", path("loop"));
    for (const std::string name : {"dangling", "loop"}) {
        const auto replaced = replace_file(path(name), "", "new");
        ASSERT_FALSE(replaced) << name;
        EXPECT_TRUE(replaced.error().starts_with(path(name) + " is a link that leads nowhere (")) << replaced.error();
    }
    EXPECT_EQ(tree().size(), 2U);
}

TEST_F(ReplaceFile, WhatIsNoFileHasChanged) {
    fs::create_directory(path("folder"));
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    for (const auto* name : {"folder", "fifo"}) EXPECT_FALSE(*replace_file(path(name), "", "new")) << name;
    EXPECT_EQ(tree().size(), 2U);
}

// An editor saves by rename at a random moment of a rewrite. Whoever was first: its text must not be lost, be it that it
// is in the file, or that the rewrite came before and was replaced.
TEST_F(ReplaceFile, NeverLosesWhatAnEditorSavesMeanwhile) {
    using Clock = std::chrono::steady_clock;
    constexpr int rounds = 400, moments = 40;
    int refused = 0;
    Clock::duration taken{};  // by the rewrite before: the moments spread over its end, where it looks and steps
    for (int round = 0; round < rounds; ++round) {
        const auto before = "editor " + std::to_string(round), saved = "editor " + std::to_string(round + 1);
        scratch.write("file", before);
        scratch.write("save", saved);
        std::atomic<bool> go = false;
        std::thread editor{[&, wait = taken * (moments / 2 + round % moments) / moments] {
            while (!go) {}
            const auto until = Clock::now() + wait;
            while (Clock::now() < until) {}
            fs::rename(path("save"), path("file"));
        }};
        const auto begin = Clock::now();
        go = true;
        refused += !*replace_file(path("file"), before, before + ", rewritten");
        taken = std::min<Clock::duration>(Clock::now() - begin, std::chrono::milliseconds{20});
        editor.join();
        ASSERT_EQ(tree(), (Tree{{"file", "file " + saved}})) << "round " << round;
    }
    RecordProperty("refused", refused);
}

TEST_F(RemoveFile, RemovesTheFileOrTheLink) {
    scratch.write("file", "text");
    fs::create_symlink("file", path("link"));
    EXPECT_TRUE(*remove_file(path("link")));
    EXPECT_EQ(tree(), (Tree{{"file", "file text"}}));
    EXPECT_TRUE(*remove_file(path("file")));
    EXPECT_FALSE(*remove_file(path("file")));
    EXPECT_EQ(tree(), Tree{});
}

TEST_F(RemoveFile, AFolderIsAnError) {
    fs::create_directory(path("folder"));
    const auto removed = remove_file(path("folder"));
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error(), path("folder") + " cannot be changed: there is a folder of that name: move it away");
}

}  // namespace
}  // namespace hal0::disk
