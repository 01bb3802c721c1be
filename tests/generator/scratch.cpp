#include "scratch.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace hal0::test {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

Scratch::Scratch() {
    auto pattern = (fs::temp_directory_path() / "hal0-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
    folder_ = pattern;
}

Scratch::~Scratch() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

fs::path Scratch::write(const std::string& path, const std::string& text) const {
    const auto file = folder_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream stream{file, std::ios::binary};
    stream << text;
    stream.close();
    if (!stream) throw std::runtime_error("cannot write " + file.string());
    return file;
}

Process::Process(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
    std::vector<std::string> words = command, variables;
    for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
    for (const auto* name : {"PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"})
        if (const char* value = getenv(name); value && !environment.contains(name)) variables.push_back(std::string{name} + "=" + value);
    std::vector<char*> argv, envp;
    for (auto& word : words) argv.push_back(word.data());
    for (auto& variable : variables) envp.push_back(variable.data());
    argv.push_back(nullptr);
    envp.push_back(nullptr);

    std::array<int, 2> out{}, err{};
    if (pipe2(out.data(), O_CLOEXEC) < 0 || pipe2(err.data(), O_CLOEXEC) < 0) throw std::runtime_error("no pipe");
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 1);
    posix_spawn_file_actions_adddup2(&actions, err[1], 2);
    const int problem = posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), envp.data());
    posix_spawn_file_actions_destroy(&actions);
    close(out[1]);
    close(err[1]);
    out_ = out[0];
    err_ = err[0];
    if (problem != 0) pid_ = -1;
}

Process::~Process() {
    if (pid_ > 0) wait();
    close(out_);
    close(err_);
}

Ended Process::wait() {
    if (pid_ <= 0) return {127, "", "cannot be started"};
    Ended ended;
    std::array<pollfd, 2> ends{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
    const auto deadline = Clock::now() + std::chrono::minutes{1};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0 || poll(ends.data(), ends.size(), static_cast<int>(left)) == 0) {
            kill(pid_, SIGKILL);
            ended.err += "\n(took longer than a minute and was ended)\n";
            break;
        }
        for (auto& end : ends) {
            if (end.fd < 0 || end.revents == 0) continue;
            std::array<char, 65536> buffer{};
            const auto got = read(end.fd, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            auto& text = end.fd == out_ ? ended.out : ended.err;
            if (got > 0) text.append(buffer.data(), static_cast<std::size_t>(got));
            if (got <= 0) end.fd = -1;
        }
    }
    int status = 0;
    while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
    ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return ended;
}

Ended run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment) {
    return Process{command, environment}.wait();
}

std::string read_text(const fs::path& file) {
    std::ifstream stream{file, std::ios::binary};
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

std::map<std::string, std::string> tree(const fs::path& folder) {
    std::map<std::string, std::string> entries;
    for (const auto& entry : fs::recursive_directory_iterator{folder}) {
        const auto status = entry.symlink_status();
        entries[entry.path().lexically_relative(folder).string()] =
            fs::is_symlink(status)        ? "link " + fs::read_symlink(entry.path()).string()
            : fs::is_directory(status)    ? "folder"
            : fs::is_regular_file(status) ? "file " + read_text(entry.path())
                                          : "other";
    }
    return entries;
}

}  // namespace hal0::test
