#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace hal0::test {

/// A folder of its own for one test, removed at the end.
class Scratch {
public:
    Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();

    std::filesystem::path operator/(const std::string& path) const { return folder_ / path; }
    /// Writes a file and the folders it is in; `path` is below the scratch folder.
    std::filesystem::path write(const std::string& path, const std::string& text) const;

private:
    std::filesystem::path folder_;
};

struct Ended {
    int status = -1;  // exit status, or 128 and the signal
    std::string out, err;
};

/// A process that runs at once; wait() gives what it said. A process that takes longer than a minute is ended.
class Process {
public:
    Process(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();
    Ended wait();

private:
    int pid_ = -1;
    int out_ = -1, err_ = -1;
};

Ended run(const std::vector<std::string>& command, const std::map<std::string, std::string>& environment);

std::string read_text(const std::filesystem::path& file);

/// Every entry below `folder`: path → "file TEXT", "link TARGET", "folder" or "other".
std::map<std::string, std::string> tree(const std::filesystem::path& folder);

}  // namespace hal0::test
