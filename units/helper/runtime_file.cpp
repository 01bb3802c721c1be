#include "units/helper/runtime_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace hal0::helper {

std::optional<slot::Error> write_runtime_file(const std::string& folder, std::string_view name, std::string_view text) {
    const auto path = fmt::format("{}/{}", folder, name);
    const auto temporary = path + ".new";
    std::ofstream file{temporary, std::ios::binary | std::ios::trunc};
    file << text;
    file.close();  // no fsync: /run is in memory
    if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return std::nullopt;
    return slot::Error{fmt::format("{} cannot be written: {}", path, std::strerror(errno))};
}

}  // namespace hal0::helper
