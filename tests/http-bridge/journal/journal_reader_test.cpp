#include "http-bridge/journal/journal_reader.hpp"
#include "journal_files.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <thread>

namespace hal0::http {
namespace {

using test::JournalFiles;

/// The number of entries that have a field, in a journal file that nobody writes to: 0, as it is while an entry is being written, and as it was.
/// https://systemd.io/JOURNAL_FILE_FORMAT, "Data Objects": it stands in front of the field, before what only compact files have.
class EntriesOfField {
public:
    EntriesOfField(const std::string& file, const std::string& field) : file_(file, std::ios::binary | std::ios::in | std::ios::out) {
        std::ostringstream text;
        text << file_.rdbuf();
        constexpr std::size_t incompatible_flags = 12, compact = 1 << 4, of_compact = 8, size = 8;
        const bool is_compact = (static_cast<unsigned char>(text.str()[incompatible_flags]) & compact) != 0;
        where_ = static_cast<std::streamoff>(text.str().find(field) - (is_compact ? of_compact : 0) - size);
    }
    void set(std::uint64_t count) {
        file_.seekp(where_);
        for (int byte = 0; byte < 8; ++byte) file_.put(static_cast<char>(count >> 8 * byte));
        file_.flush();
    }

private:
    std::fstream file_;
    std::streamoff where_;
};

TEST(JournalReader, WaitsForTheTextOfTheEntryThatIsBeingWritten) {
    const JournalFiles files;
    files.write("a", JournalFiles::lines(1, 3));
    EntriesOfField last{files.file("a"), "MESSAGE=line 3"};
    last.set(0);
    JournalReader reader{files.folder(), {}};
    reader.seek_last(3);
    std::jthread writer{[&] { last.set(1); }};
    const auto entries = reader.read(100, 1 << 20);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[1].message, "line 2");
    EXPECT_EQ(entries[2].message, "line 3");
}

TEST(JournalReader, WaitsForNoTextForLong) {
    const JournalFiles files;
    files.write("a", JournalFiles::lines(1, 3));
    EntriesOfField{files.file("a"), "MESSAGE=line 3"}.set(0);
    JournalReader reader{files.folder(), {}};
    reader.seek_last(3);
    const auto entries = reader.read(100, 1 << 20);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(entries[2].message, std::nullopt);
    EXPECT_EQ(entries[2].comm, "hal0d") << "the others are there";
}

}  // namespace
}  // namespace hal0::http
