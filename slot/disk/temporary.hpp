#pragma once

#include "slot/disk/descriptor.hpp"
#include "slot/result.hpp"

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <string_view>

namespace hal0::disk {

/// A file in the making, in the folder of the file that it is to become. Its name, `.hal0-<file>.XXXXXX`, tells whose it is,
/// and hides it from everything that reads hal0's folders. What is left under that name is removed at the end of the scope.
class Temporary {
public:
    /// Makes it, with `text` in it, and has that on the disk. `mode` is what it gets, whatever the umask. Throws
    /// std::system_error; then nothing is left behind.
    Temporary(const std::string& target, std::string_view text, mode_t mode);
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    ~Temporary() { remove(); }

    /// Where it is.
    const std::string& path() const { return path_; }

    /// Has it take the place of `target`, whatever that was. Throws std::system_error.
    void replace(const std::string& target);
    /// The same, unless there is anything at `target`: then false.
    bool create(const std::string& target);
    /// Lets the two files change places (renameat2(2)), in one step. False if there is nothing at `target`. Throws
    /// std::system_error; EINVAL says that the file system cannot.
    bool exchange(const std::string& target);

    /// Removes what is under the temporary name now.
    void remove();

private:
    std::string path_;
    // Open to the end: no other file can get the number of this one's inode meanwhile.
    Descriptor file_;
};

/// Removes the temporary files that a process left in `folder` when it was killed: regular files with exactly such a name
/// that belong to our own user. Not while another thread or process writes there. Returns their number, or why the folder
/// cannot be read.
slot::Result<std::size_t> remove_stale_temporaries(const std::string& folder);

/// Has the names in the folder of `path` on the disk. Throws std::system_error.
void sync_folder_of(const std::string& path);

}  // namespace hal0::disk
