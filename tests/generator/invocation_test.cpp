// hal0-generator as a process: how it is called, what it does when its surroundings are against it, and what it must
// never do. GENERATOR is the program, from meson.
#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <regex>
#include <sstream>
#include <thread>

namespace hal0::test {
namespace {

namespace fs = std::filesystem;

const std::string generator = GENERATOR;
const std::string chat_drop_in = "hal0-slot@chat.service.d/50-hal0-generated.conf";
const std::string chat_link = "hal0-slots.target.wants/hal0-slot@chat.service";

const std::string profiles = "[profile.cpu]\nimage = \"example.org/server:1\"\ndevice_class = \"cpu\"\nbackend = \"cpu\"\n";

std::string slot_toml(int port, const std::string& more = "") { return "device = \"cpu\"\nport = " + std::to_string(port) + "\n" + more; }

class Invocation : public testing::Test {
protected:
    Invocation() {
        scratch.write("root/usr/share/hal0/profiles.toml", profiles);
        scratch.write("root/etc/hal0/slots/chat.toml", slot_toml(8081));
        scratch.write("root/etc/hal0/loaded/chat", "");
        fs::create_directory(out);
    }

    void write_slot(const std::string& name, const std::string& text) const { scratch.write("root/etc/hal0/slots/" + name + ".toml", text); }
    fs::path slots() const { return root / "etc/hal0/slots"; }

    std::map<std::string, std::string> environment() const { return {{"HAL0_ROOT", root.string()}}; }
    Ended call(const std::vector<std::string>& arguments) const {
        std::vector<std::string> command{generator};
        command.insert(command.end(), arguments.begin(), arguments.end());
        return run(command, environment());
    }
    Ended call_with(const std::string& name, const std::string& value) const {
        auto variables = environment();
        variables[name] = value;
        return run({generator, out.string()}, variables);
    }
    /// In a mount namespace of its own, as root: `script` sees the generator as $1, the output as $2, the scratch folder as $3.
    Ended call_in_namespace(const std::string& script) const {
        return run({"unshare", "--mount", "sh", "-euc", script, "sh", generator, out.string(), (scratch / "").string()}, environment());
    }
    /// Without root's right to read and write everything.
    Ended call_without_privileges() const {
        if (geteuid() != 0) return call({out.string()});
        return run({"setpriv", "--inh-caps=-dac_override,-dac_read_search", "--bounding-set=-dac_override,-dac_read_search", generator, out.string()},
                   environment());
    }
    void expect_chat_rendered() const {
        EXPECT_NE(read_text(out / chat_drop_in).find("/launch chat podman run "), std::string::npos) << read_text(out / chat_drop_in);
        EXPECT_EQ(tree(out)[chat_link], "link ../hal0-slot@.service");
    }
    /// Nothing but whole files of this configuration.
    void expect_only_whole_files() const {
        const auto copy = scratch / "whole";
        fs::remove_all(copy);
        fs::create_directory(copy);
        ASSERT_EQ(call({copy.string()}).status, 0);
        const auto whole = tree(copy);
        for (const auto& [path, content] : tree(out)) {
            ASSERT_TRUE(whole.contains(path)) << path;
            EXPECT_EQ(content, whole.at(path)) << path;
        }
    }

    Scratch scratch;
    fs::path root = scratch / "root";
    fs::path out = scratch / "out";
};

#define NEEDS_ROOT_AND(tool)                                                        \
    if (geteuid() != 0) GTEST_SKIP() << "needs root";                               \
    if (run({"unshare", "--mount", "true"}, {}).status != 0) GTEST_SKIP() << "needs mount namespaces"; \
    if (run({"sh", "-c", "command -v " tool}, {}).status != 0) GTEST_SKIP() << "needs " tool

bool starts_with_line(const std::string& text, const std::string& line) { return text.starts_with(line) && text.ends_with("\n") && std::count(text.begin(), text.end(), '\n') == 1; }

// --- the command line

TEST_F(Invocation, HelpGoesToStdoutAndWritesNothing) {
    for (const auto* option : {"--help", "-h"}) {
        const auto ended = call({option, out.string()});
        EXPECT_EQ(ended.status, 0);
        EXPECT_TRUE(ended.out.starts_with("usage: hal0-generator ")) << ended.out;
        EXPECT_EQ(ended.err, "");
    }
    EXPECT_TRUE(fs::is_empty(out));
}

TEST_F(Invocation, VersionIsTheProjects) {
    const auto ended = call({"--version"});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out, "hal0-generator " HAL0_VERSION "\n");
    EXPECT_EQ(ended.err, "");
}

TEST_F(Invocation, WrongUsageIsStatusTwoAndOneLine) {
    const auto folder = out.string();
    const std::vector<std::vector<std::string>> wrong = {
        {}, {"--"}, {folder, folder}, {folder, folder, folder, folder}, {"--nonsense", folder}, {"-x", folder}, {"--dry-run", folder}, {"--dry-run=yes"}, {"-xyz"}};
    for (const auto& arguments : wrong) {
        const auto ended = call(arguments);
        SCOPED_TRACE(testing::PrintToString(arguments));
        EXPECT_EQ(ended.status, 2);
        EXPECT_EQ(ended.out, "");
        EXPECT_TRUE(starts_with_line(ended.err, "hal0-generator: ")) << ended.err;
        EXPECT_NE(ended.err.find("--help"), std::string::npos) << ended.err;
    }
    EXPECT_TRUE(fs::is_empty(out));
}

TEST_F(Invocation, AWrongOptionIsNamed) {
    EXPECT_NE(call({"--nonsense", out.string()}).err.find("--nonsense"), std::string::npos);
    EXPECT_NE(call({"-x", out.string()}).err.find("-x"), std::string::npos);
    EXPECT_NE(call({"-xyz"}).err.find("-x"), std::string::npos) << call({"-xyz"}).err;
}

TEST_F(Invocation, AnEmptyFolderNameIsNoFolder) {
    const auto ended = call({""});
    EXPECT_NE(ended.status, 0);
    EXPECT_NE(ended.err, "");
}

TEST_F(Invocation, WritesBelowTheOneFolder) {
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.out + ended.err, "");
    expect_chat_rendered();
}

TEST_F(Invocation, OfThreeFoldersOnlyTheFirstIsWritten) {
    fs::create_directory(scratch / "early");
    fs::create_directory(scratch / "late");
    EXPECT_EQ(call({out.string(), (scratch / "early").string(), (scratch / "late").string()}).status, 0);
    expect_chat_rendered();
    EXPECT_TRUE(fs::is_empty(scratch / "early"));
    EXPECT_TRUE(fs::is_empty(scratch / "late"));
}

TEST_F(Invocation, OtherFoldersNeedNotExist) {
    EXPECT_EQ(call({out.string(), "/nonexistent/early", "/nonexistent/late"}).status, 0);
    expect_chat_rendered();
}

TEST_F(Invocation, DryRunPrintsWhatWouldBeWrittenAndWritesNothing) {
    write_slot("broken", "port = \n");
    const auto before = tree(scratch / "");
    const auto dry = call({"--dry-run"});
    EXPECT_EQ(tree(scratch / ""), before);
    EXPECT_EQ(dry.status, 0);

    const auto wet = call({out.string()});
    EXPECT_EQ(dry.err, wet.err);
    auto rest = dry.out;
    for (const auto& [path, content] : tree(out)) {
        if (content == "folder") continue;
        const bool link = content.starts_with("link ");
        const auto shown = link ? "==> " + path + " -> " + content.substr(5) + "\n" : "==> " + path + " <==\n" + content.substr(5) + "\n";
        const auto at = rest.find(shown);
        ASSERT_NE(at, std::string::npos) << shown;
        rest.erase(at, shown.size());
    }
    EXPECT_EQ(rest, "") << "printed, but not written";
}

// --- the environment

TEST_F(Invocation, DoesNothingForUsersAndInTheInitrd) {
    write_slot("broken", "port = \n");
    for (const auto& [name, value] : {std::pair{"SYSTEMD_SCOPE", "user"}, {"SYSTEMD_IN_INITRD", "1"}}) {
        const auto ended = call_with(name, value);
        EXPECT_EQ(ended.status, 0) << name;
        EXPECT_EQ(ended.out + ended.err, "") << name;
        EXPECT_TRUE(fs::is_empty(out)) << name;
    }
}

TEST_F(Invocation, WorksForTheSystemOutsideTheInitrd) {
    EXPECT_EQ(call_with("SYSTEMD_SCOPE", "system").status, 0);
    expect_chat_rendered();
    fs::remove_all(out);
    fs::create_directory(out);
    EXPECT_EQ(call_with("SYSTEMD_IN_INITRD", "0").status, 0);
    expect_chat_rendered();
}

TEST_F(Invocation, TheUmaskOfTheCallerDoesNotMatter) {
    const auto ended = run({"sh", "-c", "umask 0777; exec \"$0\" \"$1\"", generator, out.string()}, environment());
    EXPECT_EQ(ended.status, 0) << ended.err;
    struct stat status {};
    ASSERT_EQ(stat((out / chat_drop_in).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0644U);
    ASSERT_EQ(stat((out / chat_drop_in).parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0755U);
}

TEST_F(Invocation, SpeaksToTheKernelUnderPid1) {
    NEEDS_ROOT_AND("setpriv");
    write_slot("broken", "port = \n");
    const auto ended = call_in_namespace("mount -t tmpfs tmpfs /dev; : >/dev/kmsg; SYSTEMD_SCOPE=system \"$1\" \"$2\"; cat /dev/kmsg");
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.err, "");
    EXPECT_TRUE(std::regex_match(ended.out, std::regex{"<3>hal0-generator\\[[0-9]+\\]: /etc/hal0/slots/broken\\.toml:1:8: .*"})) << ended.out;
}

TEST_F(Invocation, SpeaksToStderrWhereThereIsNoKernelLog) {
    NEEDS_ROOT_AND("setpriv");
    write_slot("broken", "port = \n");
    const auto ended = call_in_namespace("mount -t tmpfs tmpfs /dev; SYSTEMD_SCOPE=system exec \"$1\" \"$2\"");
    EXPECT_EQ(ended.status, 0);
    EXPECT_TRUE(ended.err.starts_with("hal0-generator: /etc/hal0/slots/broken.toml:1:8: ")) << ended.err;
}

// --- input that is against it

TEST_F(Invocation, ASlotsFolderThatIsAFileIsAnError) {
    fs::remove_all(slots());
    scratch.write("root/etc/hal0/slots", "");
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 1);
    EXPECT_TRUE(starts_with_line(ended.err, "hal0-generator: /etc/hal0/slots: the folder cannot be read: Not a directory")) << ended.err;
    EXPECT_TRUE(fs::is_empty(out));
}

TEST_F(Invocation, ASlotsFolderWithoutPermissionIsAnError) {
    fs::permissions(slots(), fs::perms::none);
    const auto ended = call_without_privileges();
    fs::permissions(slots(), fs::perms::owner_all);
    EXPECT_EQ(ended.status, 1);
    EXPECT_TRUE(starts_with_line(ended.err, "hal0-generator: /etc/hal0/slots: the folder cannot be read: Permission denied")) << ended.err;
}

TEST_F(Invocation, AFileWithoutPermissionRefusesItsSlotAlone) {
    write_slot("secret", slot_toml(8082));
    fs::permissions(slots() / "secret.toml", fs::perms::none);
    const auto ended = call_without_privileges();
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.err, "hal0-generator: /etc/hal0/slots/secret.toml: cannot be read: Permission denied\n");
    expect_chat_rendered();
    EXPECT_NE(read_text(out / "hal0-slot@secret.service.d/50-hal0-generated.conf").find("HAL0_CONFIG_ERROR=/etc/hal0/slots/secret.toml: cannot be read"),
              std::string::npos);
}

TEST_F(Invocation, AMarkersFolderThatIsAFileIsReportedAndTheSlotsStay) {
    fs::remove_all(root / "etc/hal0/loaded");
    scratch.write("root/etc/hal0/loaded", "");
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE(ended.err.find("/etc/hal0/loaded: the folder cannot be read"), std::string::npos) << ended.err;
    EXPECT_TRUE(fs::exists(out / chat_drop_in));
}

TEST_F(Invocation, WhatIsNoFileDoesNotHangIt) {
    ASSERT_EQ(mkfifo((slots() / "fifo.toml").c_str(), 0600), 0);
    fs::create_directory(slots() / "folder.toml");
    fs::create_symlink("loop.toml", slots() / "loop.toml");
    fs::create_symlink("/nonexistent", slots() / "dangling.toml");
    fs::create_symlink("/dev/zero", slots() / "device.toml");
    fs::create_symlink("/proc/self/mem", slots() / "mem.toml");
    ASSERT_EQ(mkfifo((root / "etc/hal0/hardware.json").c_str(), 0600), 0);
    fs::create_symlink("chat.toml", slots() / "link.toml");
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = call({out.string()});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{10});
    EXPECT_EQ(ended.status, 0);
    expect_chat_rendered();
    for (const auto* name : {"fifo", "folder", "device"})
        EXPECT_NE(ended.err.find(std::string{"/etc/hal0/slots/"} + name + ".toml: cannot be read: not a regular file\n"), std::string::npos) << name << "\n" << ended.err;
    EXPECT_NE(ended.err.find("/etc/hal0/slots/loop.toml: cannot be read: Too many levels of symbolic links\n"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("/etc/hal0/hardware.json: cannot be read: not a regular file\n"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("/etc/hal0/slots/dangling.toml: cannot be read: No such file or directory\n"), std::string::npos) << ended.err;
    EXPECT_NE(ended.err.find("/etc/hal0/slots/link.toml:2:8: port: 8081 is taken by slot chat"), std::string::npos) << ended.err;
}

TEST_F(Invocation, AFileForAllSlotsThatCannotBeReadRefusesAllOfThem) {
    for (const std::string file : {"hal0.toml", "profiles.toml"}) {
        const auto path = root / "etc/hal0" / file;
        fs::remove(path);
        ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
        EXPECT_EQ(call({out.string()}).status, 0);
        const auto reason = "HAL0_CONFIG_ERROR=/etc/hal0/" + file + ": cannot be read: not a regular file";
        EXPECT_NE(read_text(out / chat_drop_in).find(reason), std::string::npos) << read_text(out / chat_drop_in);
        fs::remove(path);
    }
}

TEST_F(Invocation, AFileOfTwoMebibytesRefusesItsSlotAlone) {
    write_slot("large", slot_toml(8082) + "# " + std::string(2 * 1024 * 1024, 'x') + "\n");
    write_slot("just-fits", slot_toml(8083) + "#" + std::string(1024 * 1024 - slot_toml(8083).size() - 1, 'x'));
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 0);
    EXPECT_EQ(ended.err, "hal0-generator: /etc/hal0/slots/large.toml: the file is larger than 1 MiB\n");
    expect_chat_rendered();
}

TEST_F(Invocation, FiveThousandSlotsAreFourThousandAndNinetySix) {
    for (int i = 0; i < 5000; ++i) write_slot("s" + std::to_string(10000 + i), slot_toml(20000 + i));
    const auto begin = std::chrono::steady_clock::now();
    const auto ended = call({out.string()});
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{20});
    EXPECT_EQ(ended.status, 0);
    expect_chat_rendered();
    EXPECT_EQ(ended.err, "hal0-generator: /etc/hal0/slots/s14095.toml: more than 4096 slots; this one and those behind it are left out\n");
    EXPECT_TRUE(fs::exists(out / "hal0-slot@s14094.service.d"));
    EXPECT_FALSE(fs::exists(out / "hal0-slot@s14095.service.d"));
}

TEST_F(Invocation, AFileNameWithAControlCharacterIsShownEscaped) {
    write_slot("evil\n<0>kernel: panic\x1b[2J", slot_toml(8082));
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 0);
    EXPECT_TRUE(std::none_of(ended.err.begin(), ended.err.end(), [](unsigned char c) { return c < 0x20 && c != '\n'; })) << ended.err;
    EXPECT_EQ(std::count(ended.err.begin(), ended.err.end(), '\n'), 1) << ended.err;
}

// --- output that is against it

TEST_F(Invocation, AMissingOutputFolderIsAnErrorAndIsNotMade) {
    const auto ended = call({(scratch / "none").string()});
    EXPECT_EQ(ended.status, 1);
    EXPECT_TRUE(starts_with_line(ended.err, "hal0-generator: " + (scratch / "none").string() + " cannot be written: No such file or directory")) << ended.err;
    EXPECT_FALSE(fs::exists(scratch / "none"));
}

TEST_F(Invocation, AnOutputFolderThatIsAFileIsAnError) {
    scratch.write("file", "kept");
    EXPECT_EQ(call({(scratch / "file").string()}).status, 1);
    EXPECT_EQ(read_text(scratch / "file"), "kept");
}

TEST_F(Invocation, AReadOnlyOutputIsAnErrorThatNamesTheReason) {
    NEEDS_ROOT_AND("mount");
    const auto ended = call_in_namespace("mount --bind \"$2\" \"$2\"; mount -o remount,bind,ro \"$2\"; exec \"$1\" \"$2\"");
    EXPECT_EQ(ended.status, 1);
    EXPECT_TRUE(starts_with_line(ended.err, "hal0-generator: " + out.string() + "/")) << ended.err;
    EXPECT_NE(ended.err.find("cannot be written: Read-only file system"), std::string::npos) << ended.err;
}

TEST_F(Invocation, AnOutputWithoutPermissionIsAnErrorThatNamesTheReason) {
    fs::permissions(out, fs::perms::owner_read | fs::perms::owner_exec);
    const auto ended = call_without_privileges();
    fs::permissions(out, fs::perms::owner_all);
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE(ended.err.find("cannot be written: Permission denied"), std::string::npos) << ended.err;
}

TEST_F(Invocation, AFullDiskLeavesWholeFilesOnly) {
    NEEDS_ROOT_AND("mount");
    for (int i = 0; i < 40; ++i) write_slot("s" + std::to_string(i), slot_toml(9000 + i, "[server]\nextra_args = \"" + std::string(6000, 'x') + "\"\n"));
    // Of pages of 4 KiB; the first allows not even one file.
    for (const auto* pages : {"2", "3", "4", "7", "12", "31"}) {
        fs::remove_all(out);
        fs::create_directory(out);
        const auto ended = call_in_namespace("mkdir \"$3/full\"; mount -t tmpfs -o size=$((4096 * " + std::string{pages} +
                                             ")) tmpfs \"$3/full\"; \"$1\" \"$3/full\" || status=$?; cp -a \"$3/full/.\" \"$2\"; exit ${status:-0}");
        fs::remove(scratch / "full");
        SCOPED_TRACE(pages);
        EXPECT_EQ(ended.status, 1);
        EXPECT_NE(ended.err.find("cannot be written: No space left on device"), std::string::npos) << ended.err;
        expect_only_whole_files();
    }
}

TEST_F(Invocation, AFolderWithNoInodeLeftLeavesWholeFilesOnly) {
    NEEDS_ROOT_AND("mount");
    for (const auto* inodes : {"2", "3", "4"}) {
        fs::remove_all(out);
        fs::create_directory(out);
        const auto ended = call_in_namespace("mkdir \"$3/full\"; mount -t tmpfs -o nr_inodes=" + std::string{inodes} +
                                             " tmpfs \"$3/full\"; \"$1\" \"$3/full\" || status=$?; cp -a \"$3/full/.\" \"$2\"; exit ${status:-0}");
        fs::remove(scratch / "full");
        SCOPED_TRACE(inodes);
        EXPECT_EQ(ended.status, 1);
        expect_only_whole_files();
    }
}

TEST_F(Invocation, AnOlderRunsFilesAreReplacedAndOthersAreLeft) {
    scratch.write("out/" + chat_drop_in, "old and much longer " + std::string(100'000, 'x'));
    scratch.write("out/other.service.d/a.conf", "other");
    fs::create_directory(out / "hal0-slots.target.wants");
    fs::create_symlink("../elsewhere.service", out / chat_link);
    EXPECT_EQ(call({out.string()}).status, 0);
    expect_chat_rendered();
    const auto first = tree(out);
    EXPECT_EQ(first.at("other.service.d/a.conf"), "file other");
    EXPECT_EQ(call({out.string()}).status, 0);
    EXPECT_EQ(tree(out), first);
}

TEST_F(Invocation, DoesNotWriteThroughLinks) {
    scratch.write("victim", "kept");
    fs::create_directories((out / chat_drop_in).parent_path());
    fs::create_symlink(scratch / "victim", out / chat_drop_in);
    EXPECT_EQ(call({out.string()}).status, 0);
    EXPECT_EQ(read_text(scratch / "victim"), "kept");
    expect_chat_rendered();
}

TEST_F(Invocation, AFileWhereAFolderMustBeIsAnErrorThatNamesIt) {
    scratch.write("out/hal0-slot@chat.service.d", "");
    const auto ended = call({out.string()});
    EXPECT_EQ(ended.status, 1);
    EXPECT_NE(ended.err.find("hal0-slot@chat.service.d/50-hal0-generated.conf cannot be written: Not a directory"), std::string::npos) << ended.err;
    EXPECT_EQ(tree(out).size(), 1U);
}

TEST_F(Invocation, TwoAtOnceLeaveWholeFilesWhicheverWins) {
    // Two configurations of the same slots, one with much longer files, so that a mixture shows.
    const auto other = scratch / "other";
    fs::copy(root, other, fs::copy_options::recursive);
    for (int i = 0; i < 10; ++i) {
        write_slot("s" + std::to_string(i), slot_toml(9000 + i));
        scratch.write("other/etc/hal0/slots/s" + std::to_string(i) + ".toml", slot_toml(9000 + i, "[server]\nextra_args = \"" + std::string(30'000, 'x') + "\"\n"));
    }
    std::vector<std::map<std::string, std::string>> wanted;
    for (const auto& folder : {root, other}) {
        fs::remove_all(out);
        fs::create_directory(out);
        ASSERT_EQ(run({generator, out.string()}, {{"HAL0_ROOT", folder.string()}}).status, 0);
        wanted.push_back(tree(out));
    }
    const std::string watched = "hal0-slot@s5.service.d/50-hal0-generated.conf";
    std::atomic<bool> done = false;
    std::atomic<int> halves = 0;
    std::thread reader{[&] {
        while (!done) {
            const auto text = "file " + read_text(out / watched);
            if (text != wanted[0].at(watched) && text != wanted[1].at(watched)) ++halves;
        }
    }};
    for (int round = 0; round < 50; ++round) {
        Process first{{generator, out.string()}, {{"HAL0_ROOT", root.string()}}};
        Process second{{generator, out.string()}, {{"HAL0_ROOT", other.string()}}};
        for (auto* process : {&first, &second}) {
            const auto ended = process->wait();
            EXPECT_EQ(ended.status, 0) << ended.err;
        }
        for (const auto& [path, content] : tree(out)) {
            ASSERT_TRUE(wanted[0].contains(path)) << path;
            EXPECT_TRUE(content == wanted[0].at(path) || content == wanted[1].at(path)) << path;
        }
        EXPECT_EQ(tree(out).size(), wanted[0].size());
    }
    done = true;
    reader.join();
    EXPECT_EQ(halves, 0);
}

// --- what it must never do

/// The system calls of one run, a line each, with the paths of descriptors.
std::vector<std::string> trace(const fs::path& log, const std::vector<std::string>& command, std::map<std::string, std::string> environment, Ended& ended) {
    environment["ASAN_OPTIONS"] = "detect_leaks=0";  // the leak checker cannot run under strace
    std::vector<std::string> words = {"strace", "-f", "-y", "-qq", "-s", "4096", "-o", log.string(), "-e", "trace=%file,%network,%process,%desc"};
    words.insert(words.end(), command.begin(), command.end());
    ended = run(words, environment);
    std::istringstream stream{read_text(log)};
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line.substr(line.find_first_not_of("0123456789 ")));
    return lines;
}

class Traced : public Invocation {
protected:
    void SetUp() override {
        if (run({"strace", "-o", "/dev/null", "true"}, {}).status != 0) GTEST_SKIP() << "needs strace and the right to use it";
        write_slot("broken", "port = \n");
        lines = trace(scratch / "trace", {generator, out.string(), (scratch / "early").string(), (scratch / "late").string()}, environment(), ended);
        ASSERT_EQ(ended.status, 0) << ended.err;
        ASSERT_FALSE(lines.empty());
    }
    std::vector<std::string> matching(const std::string& pattern) const {
        const std::regex expression{pattern};
        std::vector<std::string> found;
        std::copy_if(lines.begin(), lines.end(), std::back_inserter(found), [&](const auto& line) { return std::regex_search(line, expression); });
        return found;
    }
    std::vector<std::string> lines;
    Ended ended;
};

TEST_F(Traced, SpawnsNothing) {
    EXPECT_EQ(matching("^execve(at)?\\(").size(), 1U);
    EXPECT_EQ(matching("^(clone|clone3|fork|vfork)\\("), std::vector<std::string>{});
}

TEST_F(Traced, ContactsNobody) { EXPECT_EQ(matching("^(socket|socketpair|connect|bind|sendto|sendmsg)\\("), std::vector<std::string>{}); }

TEST_F(Traced, ReadsOnlyItsOwnFolders) {
    // "openat(AT_FDCWD</cwd>, "path", …": the path that was looked up, against the folder of its descriptor.
    const std::regex opened{"^(open|openat|stat|lstat|newfstatat|statx|access|faccessat2?|readlink|readlinkat)\\((?:AT_FDCWD<[^>]*>|[0-9]+<([^>]*)>|AT_FDCWD)?(?:, )?\"([^\"]*)\""};
    const std::vector<std::string> allowed = {
        (root / "etc/hal0").string(), (root / "usr/share/hal0").string(), out.string(),
        // the loader's, the C library's and a sanitizer's
        "/lib", "/usr/lib", "/etc/ld.so", "/proc/self/", "/proc/sys/vm/", "/sys/devices/system/cpu", "/sys/kernel/mm/", generator};
    std::size_t own = 0;
    for (const auto& line : lines) {
        std::smatch match;
        if (!std::regex_search(line, match, opened)) continue;
        const auto name = match[3].str();
        const auto path = name.starts_with('/') || match[2].str().empty() ? name : name.empty() ? match[2].str() : match[2].str() + "/" + name;
        own += path.starts_with(root.string());
        EXPECT_TRUE(std::any_of(allowed.begin(), allowed.end(), [&](const auto& folder) { return path.starts_with(folder); })) << line;
    }
    EXPECT_GE(own, 6U) << "the pattern matches nothing";
}

TEST_F(Traced, WritesOnlyBelowItsFirstFolder) {
    const auto below_out = "<" + out.string();
    std::size_t written = 0;
    for (const auto& line : matching("^(creat|mkdir|mkdirat|unlink|unlinkat|rename|renameat|renameat2|symlink|symlinkat|link|linkat|chmod|fchmodat|chown|fchownat|truncate|mknod|mknodat|setxattr|utimensat)\\(|O_CREAT|O_TRUNC|O_WRONLY|O_RDWR")) {
        ++written;
        EXPECT_NE(line.find(below_out), std::string::npos) << line;
        EXPECT_EQ(line.find("\"/"), std::string::npos) << "an absolute path: " << line;
        EXPECT_EQ(line.find(".."), line.find("../hal0-slot@.service\"")) << line;
    }
    EXPECT_GE(written, 6U);
    // and what is written to an open file: its output, or stderr; a sanitizer tries pointers on a pipe of its own
    const std::regex target{"^[a-z0-9]+\\((2<|[3-9]<pipe:|[0-9]+" + below_out + ")"};
    for (const auto& line : matching("^(write|writev|pwrite64)\\(")) EXPECT_TRUE(std::regex_search(line, target)) << line;
}

}  // namespace
}  // namespace hal0::test
