#include "units/prepare/file.hpp"

#include "slot/disk/read_file.hpp"

#include <fmt/format.h>

namespace hal0::prepare {

slot::Result<std::optional<std::string>> read_foreign_file(const std::string& path, std::size_t most) {
    auto text = disk::read_file(path, most, disk::Links::refuse);
    if (!text) return slot::Error{fmt::format("{} cannot be read: {}", path, text.error())};
    return text;
}

}  // namespace hal0::prepare
