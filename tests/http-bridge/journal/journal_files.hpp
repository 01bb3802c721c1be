#pragma once

#include "scratch.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace hal0::test {

/// An entry in the journal's export format, with host, boot id and time; `fields` may hold any bytes.
std::string exported(std::uint64_t realtime, const std::vector<std::pair<std::string, std::string>>& fields);

/// systemd-journal-remote, which writes what it is given to a journal file of its own until close().
class JournalWriter {
public:
    explicit JournalWriter(const std::string& file);
    JournalWriter(const JournalWriter&) = delete;
    JournalWriter& operator=(const JournalWriter&) = delete;
    ~JournalWriter() { close(); }

    void write(const std::string& entries);
    /// Returns when the file is written.
    void close();

private:
    int pid_ = -1;
    int in_ = -1;
};

/// A folder of journal files.
class JournalFiles {
public:
    JournalFiles();
    std::string folder() const { return scratch_ / "journal"; }
    std::string file(const std::string& name) const { return folder() + "/" + name + ".journal"; }
    /// Appends to a file, and returns when it is there.
    void write(const std::string& name, const std::string& entries) const;
    /// The lines `first` to `last` as hal0d.service writes them, one microsecond apart from start_time on: MESSAGE=line N.
    static std::string lines(int first, int last);

    static constexpr std::uint64_t start_time = 1'764'016'000'000'000;

private:
    Scratch scratch_;
};

}  // namespace hal0::test
