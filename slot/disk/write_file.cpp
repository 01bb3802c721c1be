#include "slot/disk/write_file.hpp"

#include "slot/disk/read_file.hpp"
#include "slot/disk/temporary.hpp"
#include "slot/disk/write_error.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace hal0::disk {
namespace {

namespace fs = std::filesystem;

constexpr mode_t for_all_to_read = 0644;
constexpr mode_t permission_bits = 0777;

struct stat status_of(const std::string& path) {
    struct stat status {};
    if (lstat(path.c_str(), &status) < 0) throw std::system_error{errno, std::generic_category(), "lstat"};
    return status;
}

/// What tells two files from each other; a link is a file of its own.
std::pair<dev_t, ino_t> identity(const std::string& path) {
    const auto status = status_of(path);
    return {status.st_dev, status.st_ino};
}

bool holds(const std::string& path, std::string_view expected) {
    const auto text = read_file(path, expected.size() + 1, Links::refuse);  // one byte more, to see that there is more
    return text && *text && **text == expected;
}

/// Puts the temporary file in the place of `target` if that holds `expected`; else changes nothing and returns false.
///
/// The two change places in one step, and what has come out is looked at afterwards: no other program's rename can fall
/// between look and step, as it could with a comparison before a plain rename. While it looks, others see the new text.
/// What is left are programs that write into the existing file: one that has opened it before and writes only now writes
/// into a file that has no name any more. Every rewrite by rename has that window; they should not keep files open.
bool exchange_if_unchanged(Temporary& temporary, const std::string& target, std::string_view expected) {
    auto placed = identity(temporary.path());
    if (!temporary.exchange(target)) return false;
    if (holds(temporary.path(), expected)) return true;
    // Somebody was faster: what has come out goes back. If that brings out something that is newer still, so does that.
    for (;;) {
        const auto came_out = identity(temporary.path());
        if (!temporary.exchange(target) || identity(temporary.path()) == placed) return false;
        placed = came_out;
    }
}

bool replace_if_unchanged(const std::string& target, std::string_view expected, std::string_view text) {
    if (!holds(target, expected)) return false;
    Temporary temporary{target, text, status_of(target).st_mode & permission_bits};
    try {
        if (!exchange_if_unchanged(temporary, target, expected)) return false;
    } catch (const std::system_error& problem) {
        if (problem.code() != std::errc::invalid_argument) throw;
        // A file system that cannot exchange: the comparison comes right before the rename, microseconds are left.
        if (!holds(target, expected)) return false;
        temporary.replace(target);
    }
    temporary.remove();
    sync_folder_of(target);
    return true;
}

}  // namespace

std::optional<slot::Error> write_file(const std::string& path, std::string_view text) try {
    Temporary temporary{path, text, for_all_to_read};
    temporary.replace(path);
    sync_folder_of(path);
    return std::nullopt;
} catch (const std::system_error& problem) {
    return write_error(path, problem.code().value());
}

slot::Result<bool> create_file(const std::string& path, std::string_view text) try {
    Temporary temporary{path, text, for_all_to_read};
    if (!temporary.create(path)) return false;
    temporary.remove();
    sync_folder_of(path);
    return true;
} catch (const std::system_error& problem) {
    return write_error(path, problem.code().value());
}

slot::Result<bool> replace_file(const std::string& path, std::string_view expected, std::string_view text) {
    std::error_code nowhere;
    const bool is_link = fs::is_symlink(path, nowhere);
    const auto target = is_link ? fs::canonical(path, nowhere).string() : path;
    if (is_link && nowhere) return slot::Error{fmt::format("{} is a link that leads nowhere ({}): remove it, or make its file", path, nowhere.message())};
    try {
        return replace_if_unchanged(target, expected, text);
    } catch (const std::system_error& problem) {
        if (!is_link) return write_error(path, problem.code().value());
        return slot::Error{fmt::format("{} is a link to {}, which cannot be changed ({}): edit that file yourself", path, target, problem.code().message())};
    }
}

slot::Result<bool> remove_file(const std::string& path) try {
    if (unlink(path.c_str()) < 0) {
        if (errno == ENOENT) return false;
        throw std::system_error{errno, std::generic_category(), "unlink"};
    }
    sync_folder_of(path);
    return true;
} catch (const std::system_error& problem) {
    return write_error(path, problem.code().value());
}

}  // namespace hal0::disk
