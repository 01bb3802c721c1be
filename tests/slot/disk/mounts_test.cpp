// What a write says when the disk is full, read-only or not ours, and that it leaves the file as it was. Each in a child
// with mounts or a user of its own.
#include "slot/disk/write_error.hpp"
#include "slot/disk/write_file.hpp"

#include "scratch.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

/// What `work` returns, run in a process of its own.
std::string in_child(const std::function<std::string()>& work) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) < 0) return "no pipe";
    const pid_t child = fork();
    if (child == 0) {
        const auto said = work();
        _exit(write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 1);
    }
    close(ends[1]);
    std::string text(4096, '\0');
    const auto got = read(ends[0], text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    close(ends[0]);
    waitpid(child, nullptr, 0);
    return text;
}

bool has_own_mounts() { return unshare(CLONE_NEWNS) == 0 && mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0; }

std::string said(const slot::Result<bool>& result) { return result ? *result ? "true" : "false" : result.error(); }
std::string said(const std::optional<slot::Error>& problem) { return problem ? problem->message : "nothing"; }

/// Every file of a folder, so that a temporary one that is left shows.
std::string shown(const fs::path& folder) {
    std::string text;
    for (const auto& [path, content] : test::tree(folder)) text += path + ": " + content + "\n";
    return text;
}

class Mounts : public testing::Test {
protected:
    Mounts() { fs::create_directory(folder); }
    void SetUp() override {
        if (in_child([] { return has_own_mounts() ? "yes" : "no"; }) != "yes") GTEST_SKIP() << "no right to mount";
    }
    std::string write_all_ways(const std::string& text) const {
        auto all = said(write_file(folder / "file", text)) + "\n";
        all += said(replace_file(folder / "file", "old", text)) + "\n";
        all += said(create_file(folder / "new", text)) + "\n";
        return all + shown(folder);
    }
    test::Scratch scratch;
    fs::path folder = scratch / "mounted";
};

TEST_F(Mounts, AFullDisk) {
    const auto text = in_child([&] {
        if (!has_own_mounts() || mount("none", folder.c_str(), "tmpfs", 0, "size=64k") < 0) return std::string{"cannot mount"};
        scratch.write("mounted/file", "old");
        return write_all_ways(std::string(100'000, 'x'));
    });
    const auto reason = " cannot be changed: its disk is full: free some space and try again\n";
    const auto file = (folder / "file").string() + reason;
    EXPECT_EQ(text, file + file + (folder / "new").string() + reason + "file: file old\n");
}

TEST_F(Mounts, AReadOnlyFileSystem) {
    const auto text = in_child([&] {
        if (!has_own_mounts() || mount("none", folder.c_str(), "tmpfs", 0, nullptr) < 0) return std::string{"cannot mount"};
        scratch.write("mounted/file", "old");
        if (mount(nullptr, folder.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) < 0) return std::string{"cannot remount"};
        return write_all_ways("text");
    });
    const auto reason = " cannot be changed: its file system is read-only: mount it writable; or, if its folder was made after hal0d had started, run: systemctl restart hal0d\n";
    const auto file = (folder / "file").string() + reason;
    EXPECT_EQ(text, file + file + (folder / "new").string() + reason + "file: file old\n");
}

TEST_F(Mounts, AFileThatIsAMountOfItsOwn) {
    const auto text = in_child([&] {
        const auto file = scratch.write("mounted/file", "old"), source = scratch.write("source", "old");
        if (!has_own_mounts() || mount(source.c_str(), file.c_str(), nullptr, MS_BIND, nullptr) < 0) return std::string{"cannot mount"};
        auto all = said(write_file(file, "x")) + "\n";
        all += said(replace_file(file, "old", "x")) + "\n";
        return all + shown(folder);
    });
    const auto file = (folder / "file").string() + " cannot be changed: it is a mount of its own, which a new file cannot replace: unmount it, or mount its folder instead\n";
    EXPECT_EQ(text, file + file + "file: file old\n");
}

class NotOurs : public Mounts {
protected:
    void SetUp() override {
        if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
        fs::permissions(scratch / "", fs::perms{0755});
        scratch.write("mounted/file", "old");
    }
    std::string as_nobody(const std::function<std::string()>& work) const {
        return in_child([&] { return setgroups(0, nullptr) == 0 && setgid(65534) == 0 && setuid(65534) == 0 ? work() : "cannot become nobody"; });
    }
};

TEST_F(NotOurs, AFolderOfSomebodyElse) {
    const auto reason = " cannot be changed: its folder may not be written: it must belong to user hal0, as systemd-tmpfiles --create hal0.conf sets it\n";
    const auto file = (folder / "file").string() + reason;
    EXPECT_EQ(as_nobody([&] { return write_all_ways("text"); }), file + file + (folder / "new").string() + reason + "file: file old\n");
    EXPECT_EQ(as_nobody([&] { return said(remove_file(folder / "file")) + "\n"; }), file);
}

TEST_F(NotOurs, ALinkIntoAFolderOfSomebodyElse) {
    fs::create_directory(scratch / "own");
    ASSERT_EQ(chown((scratch / "own").c_str(), 65534, 65534), 0);
    fs::create_symlink(folder / "file", scratch / "own/link");
    const auto link = (scratch / "own/link").string();
    EXPECT_EQ(as_nobody([&] { return said(replace_file(link, "old", "text")); }),
              link + " is a link to " + (folder / "file").string() + ", which cannot be changed (Permission denied): edit that file yourself");
    EXPECT_TRUE(fs::is_symlink(link));
}

TEST_F(NotOurs, AFileOfSomebodyElseInAFolderOfOurs) {
    ASSERT_EQ(chown(folder.c_str(), 65534, 65534), 0);
    const auto text = as_nobody([&] {
        const auto replaced = said(replace_file(folder / "file", "old", "new"));
        return replaced + "\n" + shown(folder);
    });
    EXPECT_EQ(text, "true\nfile: file new\n");
}

TEST(WriteError, EveryReasonIsASentenceWithThePath) {
    for (const int problem : {ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ENOENT, ENOTDIR, EXDEV, EBUSY, EISDIR, EIO, ENAMETOOLONG}) {
        const auto message = write_error("/etc/hal0/slots/chat.toml", problem).message;
        EXPECT_TRUE(message.starts_with("/etc/hal0/slots/chat.toml cannot be changed: ")) << message;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
    }
    EXPECT_EQ(write_error("/f", EIO).message, "/f cannot be changed: Input/output error");
}

}  // namespace
}  // namespace hal0::disk
