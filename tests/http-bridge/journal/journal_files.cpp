#include "journal_files.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>

namespace hal0::test {
namespace {

std::string field(const std::string& name, const std::string& value) {
    // A value with a line break is written with its length in front, little-endian (systemd.io, "Journal Export Format").
    if (value.find('\n') == value.npos) return name + "=" + value + "\n";
    std::string text = name + "\n";
    for (std::uint64_t size = value.size(), i = 0; i < 8; ++i, size >>= 8) text += static_cast<char>(size & 0xFF);
    return text + value + "\n";
}

}  // namespace

std::string exported(std::uint64_t realtime, const std::vector<std::pair<std::string, std::string>>& fields) {
    auto text = field("__REALTIME_TIMESTAMP", std::to_string(realtime)) + field("__MONOTONIC_TIMESTAMP", std::to_string(realtime % 1'000'000'000'000)) +
                field("_BOOT_ID", "0123456789abcdef0123456789abcdef") + field("_HOSTNAME", "box");
    for (const auto& [name, value] : fields) text += field(name, value);
    return text + "\n";
}

JournalWriter::JournalWriter(const std::string& file) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) throw std::runtime_error{"pipe2"};
    pid_ = fork();
    if (pid_ == 0) {
        dup2(ends[0], STDIN_FILENO);
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
        execl(JOURNAL_REMOTE, JOURNAL_REMOTE, ("--output=" + file).c_str(), "-", nullptr);
        _exit(127);
    }
    ::close(ends[0]);
    in_ = ends[1];
}

void JournalWriter::write(const std::string& entries) {
    for (std::size_t done = 0; done < entries.size();) {
        const auto written = ::write(in_, entries.data() + done, entries.size() - done);
        if (written < 0) throw std::runtime_error{"systemd-journal-remote does not read"};
        done += static_cast<std::size_t>(written);
    }
}

void JournalWriter::close() {
    if (pid_ < 0) return;
    ::close(in_);
    int status = 0;
    waitpid(pid_, &status, 0);
    EXPECT_EQ(status, 0) << "systemd-journal-remote";
    pid_ = -1;
}

JournalFiles::JournalFiles() { std::filesystem::create_directories(folder()); }

void JournalFiles::write(const std::string& name, const std::string& entries) const {
    JournalWriter writer{file(name)};
    writer.write(entries);
}

std::string JournalFiles::lines(int first, int last) {
    std::string text;
    for (int i = first; i <= last; ++i)
        text += exported(start_time + static_cast<std::uint64_t>(i), {{"MESSAGE", "line " + std::to_string(i)}, {"PRIORITY", "6"}, {"_PID", "7"}, {"_COMM", "hal0d"}, {"_SYSTEMD_UNIT", "hal0d.service"}});
    return text;
}

}  // namespace hal0::test
