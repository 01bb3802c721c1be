#include "units/ready/bundle.hpp"

#include "tests/generator/scratch.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace hal0::ready {
namespace {

using namespace std::string_view_literals;

TEST(Bundle, IsWhatConmonWasToldToUse) {
    EXPECT_EQ(bundle("/usr/bin/conmon\0--api-version\0001\0-c\0aa\0-b\0/var/lib/aa/userdata\0-p\0/run/aa/pidfile\0"sv), "/var/lib/aa/userdata");
    EXPECT_EQ(bundle("conmon\0--bundle\0/var/lib/aa/userdata\0"sv), "/var/lib/aa/userdata");
}

TEST(Bundle, OfAnythingElseIsUnknown) {
    for (const auto text : {""sv, "sleep\0infinity\0"sv, "conmon\0-b\0"sv, "conmon\0-b"sv, "\0"sv, "conmon\0-bb\0x\0"sv, "llama-server\0-b\0002048\0"sv, "/usr/bin/podman\0run\0x\0-b\0/y\0"sv}) EXPECT_EQ(bundle(text), "") << text;
}

/// A process with conmon's arguments, of which `bundle` is one.
class Conmon {
public:
    explicit Conmon(const std::string& bundle) : pid_(fork()) {
        if (pid_ == 0) {
            execl("/bin/sh", "conmon", "-c", "kill -STOP $$", "-b", bundle.c_str(), nullptr);
            _exit(127);
        }
        int status = 0;
        waitpid(pid_, &status, WUNTRACED);  // by then it is what it was executed as
    }
    Conmon(const Conmon&) = delete;
    Conmon& operator=(const Conmon&) = delete;
    ~Conmon() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

TEST(BundleLink, DanglesWhenTheContainerIsGone) {
    const test::Scratch scratch;
    const auto folder = scratch.write("container/userdata/config.json", "{}").parent_path();
    const auto run = scratch.write("run/started.json", "{}").parent_path();
    const Conmon conmon{folder};
    EXPECT_EQ(link_bundle(run, conmon.pid()), std::nullopt);
    EXPECT_EQ(std::filesystem::read_symlink(run / "bundle"), folder);
    EXPECT_TRUE(std::filesystem::exists(run / "bundle"));
    std::filesystem::remove_all(folder.parent_path());
    EXPECT_FALSE(std::filesystem::exists(run / "bundle"));
}

TEST(BundleLink, IsNotMadeForAnythingElse) {
    const test::Scratch scratch;
    const auto run = scratch.write("run/started.json", "{}").parent_path();
    EXPECT_EQ(link_bundle(run, getpid()), std::nullopt);
    EXPECT_EQ(link_bundle(run, 0x7fffffff), std::nullopt) << "no such process";
    EXPECT_FALSE(std::filesystem::is_symlink(run / "bundle"));
}

TEST(BundleLink, SaysWhyItCannotBeMade) {
    const Conmon conmon{"/container"};
    const auto problem = link_bundle("/nonexistent", conmon.pid());
    ASSERT_TRUE(problem);
    EXPECT_EQ(problem->message, "/nonexistent/bundle cannot be made: No such file or directory");
}

}  // namespace
}  // namespace hal0::ready
