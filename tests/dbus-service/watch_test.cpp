#include "dbus-service/watch.hpp"

#include "slot/disk/descriptor.hpp"
#include "slot/disk/write_file.hpp"

#include "scratch.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

namespace hal0::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using What = Watch::What;
using Whats = std::vector<What>;

constexpr std::array folders = {"etc/hal0/slots", "etc/hal0/loaded", "usr/share/hal0", "var/lib/hal0/registry"};
constexpr Watch::Pace pace{milliseconds{10}, milliseconds{100}};
const Whats everything = {What::slots, What::loaded, What::registry};

class WatchTest : public testing::Test {
protected:
    void make_folders() const {
        for (const auto* folder : folders) fs::create_directories(scratch / folder);
    }
    void begin() {
        const Watch::Listener listener{[this](What what) { told.push_back(what); }, [this](const slot::Error& error) { failed.push_back(error.message); }};
        watch.emplace(loop, (scratch / "").parent_path().string(), listener, pace);
    }

    /// Turns the loop for so long.
    void turn(milliseconds time) {
        bool over = false;
        bus::Loop::Timer timer{loop, [&] { over = true; }};
        timer.set(time);
        while (!over) ASSERT_GE(sd_event_run(loop.event(), UINT64_MAX), 0);
    }
    /// What is told now: until there is something, and then for as long as more could follow.
    Whats told_now() {
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
        while (told.empty() && std::chrono::steady_clock::now() < until) turn(milliseconds{2});
        turn(4 * pace.quiet);
        return std::exchange(told, {});
    }
    /// Nothing is told of what happened just now: a change that is told comes after it.
    void expect_silence(const std::string& why) {
        turn(4 * pace.quiet);
        EXPECT_EQ(told, Whats{}) << why;
        told.clear();
    }

    test::Scratch scratch;
    bus::Loop loop;
    Whats told;
    std::vector<std::string> failed;
    std::optional<Watch> watch;
};

TEST_F(WatchTest, EachFileByWhatItIs) {
    make_folders();
    begin();
    const std::pair<const char*, What> files[] = {{"etc/hal0/slots/chat.toml", What::slots},         {"etc/hal0/hal0.toml", What::slots},
                                                  {"etc/hal0/profiles.toml", What::slots},           {"etc/hal0/hardware.json", What::slots},
                                                  {"usr/share/hal0/profiles.toml", What::slots},     {"etc/hal0/loaded/chat", What::loaded},
                                                  {"var/lib/hal0/registry/registry.toml", What::registry}};
    for (const auto& [path, what] : files) {
        scratch.write(path, "new");
        EXPECT_EQ(told_now(), Whats{what}) << "made " << path;
        scratch.write(path, "changed");
        EXPECT_EQ(told_now(), Whats{what}) << "changed " << path;
        fs::permissions(scratch / path, fs::perms{0600});
        EXPECT_EQ(told_now(), Whats{what}) << "chmod " << path;
        fs::remove(scratch / path);
        EXPECT_EQ(told_now(), Whats{what}) << "removed " << path;
    }
}

TEST_F(WatchTest, RenamesAndLinks) {
    make_folders();
    const auto file = scratch.write("etc/hal0/slots/chat.toml", "");
    begin();
    fs::rename(file, scratch / "etc/hal0/slots/chat.toml.off");
    EXPECT_EQ(told_now(), Whats{What::slots});
    fs::rename(scratch / "etc/hal0/slots/chat.toml.off", file);
    EXPECT_EQ(told_now(), Whats{What::slots});
    fs::create_symlink("chat.toml", scratch / "etc/hal0/slots/link.toml");
    EXPECT_EQ(told_now(), Whats{What::slots});
    fs::create_hard_link(file, scratch / "etc/hal0/loaded/chat");
    EXPECT_NE(told_now(), Whats{});
}

TEST_F(WatchTest, OurOwnWrites) {
    make_folders();
    begin();
    const std::string file = scratch / "etc/hal0/slots/chat.toml";
    EXPECT_TRUE(*disk::create_file(file, "one"));
    EXPECT_EQ(told_now(), Whats{What::slots});
    EXPECT_TRUE(*disk::replace_file(file, "one", "two"));
    EXPECT_EQ(told_now(), Whats{What::slots});
    EXPECT_TRUE(*disk::remove_file(file));
    EXPECT_EQ(told_now(), Whats{What::slots});
}

TEST_F(WatchTest, HiddenFilesAndOthersArePassedOver) {
    make_folders();
    begin();
    for (const auto* path : {"etc/hal0/slots/.hal0-chat.toml.AbC123", "etc/hal0/slots/.chat.toml.swp", "etc/hal0/slots/4913", "etc/hal0/slots/chat.toml~", "etc/hal0/loaded/.hal0-chat.AbC123",
                             "etc/hal0/http.token", "etc/other.conf", "usr/share/hal0/readme", "usr/share/other", "var/lib/hal0/registry/.lock", "var/lib/hal0/other"}) {
        scratch.write(path, "");
        fs::remove(scratch / path);
    }
    fs::create_directory(scratch / "etc/hal0/other");
    expect_silence("none of these is read");
    { std::ifstream{scratch.write("etc/hal0/slots/chat.toml", "")}; }
    EXPECT_EQ(told_now(), Whats{What::slots});
    { std::ifstream{scratch / "etc/hal0/slots/chat.toml"}; }
    expect_silence("reading changes nothing");
}

TEST_F(WatchTest, ManyChangesAtOnceAreToldOnce) {
    make_folders();
    begin();
    for (int i = 0; i < 50; ++i) scratch.write("etc/hal0/slots/slot-" + std::to_string(i) + ".toml", "text");
    scratch.write("var/lib/hal0/registry/registry.toml", "text");
    EXPECT_EQ(told_now(), (Whats{What::slots, What::registry}));
}

TEST_F(WatchTest, ChangesWithoutAPauseAreToldAllTheSame) {
    make_folders();
    begin();
    auto now = std::chrono::steady_clock::now(), last = now;
    const auto end = now + 3 * pace.longest;
    std::size_t pauses = 0;  // that a busy machine makes; each may be told of
    for (; now < end; last = std::exchange(now, std::chrono::steady_clock::now())) {
        if (now - last > pace.quiet) ++pauses;
        scratch.write("etc/hal0/slots/chat.toml", "text");
        turn(milliseconds{2});
    }
    EXPECT_GE(told.size(), 1U);
    EXPECT_LE(told.size(), 6U + pauses);
}

TEST_F(WatchTest, FoldersThatComeLater) {
    begin();
    for (const auto* folder : {"etc", "etc/hal0", "etc/hal0/slots"}) {
        fs::create_directory(scratch / folder);
        EXPECT_EQ(told_now(), everything) << folder;
    }
    scratch.write("etc/hal0/slots/chat.toml", "");
    EXPECT_EQ(told_now(), Whats{What::slots});
    scratch.write("var/lib/hal0/registry/registry.toml", "");  // all at once
    EXPECT_EQ(told_now(), everything);
    scratch.write("var/lib/hal0/registry/registry.toml", "changed");
    EXPECT_EQ(told_now(), Whats{What::registry});
    EXPECT_EQ(failed, std::vector<std::string>{});
}

TEST_F(WatchTest, AFolderThatIsRemovedAndMadeAgain) {
    make_folders();
    begin();
    for (const auto* folder : {"etc/hal0/slots", "etc/hal0", "var/lib", "etc"}) {
        fs::remove_all(scratch / folder);
        EXPECT_EQ(told_now(), everything) << folder;
        make_folders();
        EXPECT_EQ(told_now(), everything) << folder;
        scratch.write("etc/hal0/slots/chat.toml", "");
        EXPECT_EQ(told_now(), Whats{What::slots}) << folder;
        scratch.write("var/lib/hal0/registry/registry.toml", "");
        EXPECT_EQ(told_now(), Whats{What::registry}) << folder;
    }
}

TEST_F(WatchTest, AFolderAboveThatIsReplaced) {
    make_folders();
    begin();
    for (const auto* folder : {"var/lib/hal0", "etc/hal0", "etc"}) {
        const auto old = (scratch / folder).string() + ".old";
        fs::rename(scratch / folder, old);
        make_folders();
        EXPECT_EQ(told_now(), everything) << folder;
        scratch.write("etc/hal0/slots/chat.toml", folder);
        EXPECT_EQ(told_now(), Whats{What::slots}) << folder;
        scratch.write("var/lib/hal0/registry/registry.toml", folder);
        EXPECT_EQ(told_now(), Whats{What::registry}) << folder;
        fs::remove_all(old);
        turn(4 * pace.quiet);
        told.clear();
    }
}

// Whoever stands in a folder that is removed keeps it alive without a name: it tells nothing, and its parent must.
TEST_F(WatchTest, AFolderThatIsMadeAgainWhileSomebodyStandsInTheOldOne) {
    make_folders();
    begin();
    const disk::Descriptor open_folder{open((scratch / "etc/hal0/slots").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    fs::remove(scratch / "etc/hal0/slots");
    turn(4 * pace.quiet);
    told.clear();
    fs::create_directory(scratch / "etc/hal0/slots");
    EXPECT_EQ(told_now(), everything);
    scratch.write("etc/hal0/slots/chat.toml", "");
    EXPECT_EQ(told_now(), Whats{What::slots});
}

TEST_F(WatchTest, LostEventsMeanThatEverythingChanged) {
    make_folders();
    std::size_t most = 0;
    std::ifstream{"/proc/sys/fs/inotify/max_queued_events"} >> most;
    if (most == 0 || most > 100'000) GTEST_SKIP() << "the queue holds " << most << " events";
    begin();
    // The same event twice in a row is one: two files in turn.
    const auto one = scratch.write("etc/hal0/slots/one", ""), two = scratch.write("etc/hal0/slots/two", "");
    for (std::size_t i = 0; i < most; ++i) fs::permissions(i % 2 == 0 ? one : two, fs::perms{0644});
    EXPECT_EQ(told_now(), everything);
    scratch.write("etc/hal0/slots/chat.toml", "");
    EXPECT_EQ(told_now(), Whats{What::slots});
}

TEST_F(WatchTest, AFileInThePlaceOfAFolderIsWaitedFor) {
    scratch.write("etc/hal0/slots", "");
    begin();
    fs::remove(scratch / "etc/hal0/slots");
    fs::create_directory(scratch / "etc/hal0/slots");
    EXPECT_EQ(told_now(), everything);
    scratch.write("etc/hal0/slots/chat.toml", "");
    EXPECT_EQ(told_now(), Whats{What::slots});
}

TEST_F(WatchTest, AFolderThatCannotBeWatchedIsAnErrorAtTheStart) {
    if (geteuid() == 0) GTEST_SKIP() << "root may watch everything";
    make_folders();
    fs::permissions(scratch / "etc/hal0/slots", fs::perms::none);
    EXPECT_THROW(begin(), std::runtime_error);
    fs::permissions(scratch / "etc/hal0/slots", fs::perms{0755});
}

TEST_F(WatchTest, NothingIsToldOfNothing) {
    make_folders();
    begin();
    expect_silence("nothing happened");
}

}  // namespace
}  // namespace hal0::service
