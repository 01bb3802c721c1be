#include "slot/disk/read_file.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

class ReadFile : public testing::Test {
protected:
    std::string path(const std::string& name) const { return scratch / name; }
    std::string error(const std::string& name, Links links = Links::follow) const {
        const auto text = read_file(path(name), most_bytes, links);
        return text ? *text ? "read: " + **text : "absent" : text.error();
    }
    test::Scratch scratch;
};

TEST_F(ReadFile, GivesEveryByte) {
    const std::string text{"a\0\r\n\xff", 5};
    scratch.write("file", text);
    EXPECT_EQ(**read_file(path("file")), text);
    scratch.write("empty", "");
    EXPECT_EQ(**read_file(path("empty")), "");
}

TEST_F(ReadFile, GivesAtMostWhatIsAskedFor) {
    scratch.write("file", "abcdef");
    EXPECT_EQ(**read_file(path("file"), 4), "abcd");
    EXPECT_EQ(**read_file(path("file"), 6), "abcdef");
    EXPECT_EQ(**read_file(path("file"), 0), "");
    scratch.write("large", std::string(2 * most_bytes, 'x'));
    EXPECT_EQ((*read_file(path("large")))->size(), most_bytes);
}

TEST_F(ReadFile, AbsentIsNoError) {
    EXPECT_EQ(error("none"), "absent");
    EXPECT_EQ(error("no/such/folder"), "absent");
}

TEST_F(ReadFile, FollowsALinkOnlyWhereItMay) {
    scratch.write("file", "text");
    fs::create_symlink("file", path("link"));
    EXPECT_EQ(error("link"), "read: text");
    EXPECT_EQ(error("link", Links::refuse), "it is a symbolic link, which is not followed here");
    EXPECT_EQ(error("file", Links::refuse), "read: text");
}

TEST_F(ReadFile, ALinkThatLeadsNowhereIsNotAbsent) {
    fs::create_symlink("/nonexistent", path("dangling"));
    fs::create_symlink("loop", path("loop"));
    EXPECT_EQ(error("dangling"), "No such file or directory");
    EXPECT_EQ(error("loop"), "Too many levels of symbolic links");
    EXPECT_EQ(error("dangling", Links::refuse), "it is a symbolic link, which is not followed here");
}

TEST_F(ReadFile, OnlyRegularFilesAreOpened) {
    ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
    fs::create_directory(path("folder"));
    fs::create_symlink("/dev/zero", path("device"));
    fs::create_symlink("fifo", path("linked_fifo"));
    fs::create_symlink("folder", path("linked_folder"));
    for (const auto* name : {"fifo", "folder", "device", "linked_fifo", "linked_folder"}) EXPECT_EQ(error(name), "not a regular file") << name;  // and it does not wait
    scratch.write("file", "");
    EXPECT_EQ(error("file/below"), "Not a directory");
}

TEST_F(ReadFile, WithoutPermissionItSaysSo) {
    if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
    fs::permissions(scratch.write("secret", "text"), fs::perms::none);
    EXPECT_EQ(error("secret"), "Permission denied");
}

}  // namespace
}  // namespace hal0::disk
