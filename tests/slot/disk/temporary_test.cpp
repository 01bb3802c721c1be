#include "slot/disk/temporary.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <regex>
#include <system_error>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;
using Tree = std::map<std::string, std::string>;

TEST(Temporary, IsInTheSameFolderUnderAHiddenNameAndGone) {
    const test::Scratch scratch;
    {
        const Temporary temporary{scratch / "chat.toml", "text", 0640};
        EXPECT_EQ(fs::path{temporary.path()}.parent_path(), (scratch / "x").parent_path());
        EXPECT_TRUE(std::regex_match(fs::path{temporary.path()}.filename().string(), std::regex{"\\.hal0-chat\\.toml\\.[A-Za-z0-9]{6}"})) << temporary.path();
        EXPECT_EQ(test::read_text(temporary.path()), "text");
    }
    EXPECT_EQ(test::tree(scratch / ""), Tree{});
}

TEST(Temporary, HasItsModeWhateverTheUmask) {
    const test::Scratch scratch;
    const auto old = umask(077);
    const Temporary temporary{scratch / "file", "", 0644};
    umask(old);
    EXPECT_EQ(fs::status(temporary.path()).permissions(), fs::perms{0644});
}

TEST(Temporary, WithoutAFolderItThrows) {
    const test::Scratch scratch;
    EXPECT_THROW((Temporary{scratch / "none/file", "", 0644}), std::system_error);
}

class RemoveStaleTemporaries : public testing::Test {
protected:
    std::size_t remove() const { return *remove_stale_temporaries(scratch / ""); }
    test::Scratch scratch;
};

TEST_F(RemoveStaleTemporaries, OnlyOfExactlySuchAName) {
    const std::vector<std::string> others = {"chat.toml", ".hal0-chat.toml", ".hal0-.AbC123", ".hal0-chat.toml.AbC12", ".hal0-chat.toml.AbC12-", ".hal0-1234567",
                                             "hal0-chat.toml.AbC123", ".hal0chat.toml.AbC123", ".hal0-chat.toml.AbC123~", ".chat.toml.swp"};
    for (const auto& name : others) scratch.write(name, "");
    EXPECT_EQ(remove(), 0U);
    EXPECT_EQ(test::tree(scratch / "").size(), others.size());
    for (const auto* name : {".hal0-chat.toml.AbC123", ".hal0-chat.000000", ".hal0-a.b.zzzzzz"}) scratch.write(name, "");
    EXPECT_EQ(remove(), 3U);
    EXPECT_EQ(test::tree(scratch / "").size(), others.size());
}

TEST_F(RemoveStaleTemporaries, OnlyRegularFiles) {
    fs::create_directory(scratch / ".hal0-folder.AbC123");
    fs::create_symlink(scratch.write("kept", "text"), scratch / ".hal0-link.AbC123");
    EXPECT_EQ(remove(), 0U);
    EXPECT_EQ(test::tree(scratch / "").size(), 3U);
}

TEST_F(RemoveStaleTemporaries, OnlyOurOwn) {
    const auto file = scratch.write(".hal0-chat.toml.AbC123", "");
    if (chown(file.c_str(), geteuid() + 1, 0) < 0) GTEST_SKIP() << "only root can make a file of somebody else";
    EXPECT_EQ(remove(), 0U);
    EXPECT_TRUE(fs::exists(file));
}

TEST_F(RemoveStaleTemporaries, AnAbsentFolderIsAnError) {
    const auto removed = remove_stale_temporaries(scratch / "none");
    ASSERT_FALSE(removed);
    EXPECT_EQ(removed.error(), (scratch / "none").string() + " cannot be read: No such file or directory");
}

}  // namespace
}  // namespace hal0::disk
