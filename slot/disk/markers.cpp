#include "slot/disk/markers.hpp"

#include "slot/disk/paths.hpp"
#include "slot/disk/write_file.hpp"

#include <fmt/format.h>

namespace hal0::disk {
namespace {

std::string path_of(const std::string& root, const char* folder, const slot::SlotName& name) {
    return fmt::format("{}{}/{}", root, folder, name.str());
}

std::optional<slot::Error> clear(const std::string& path) {
    const auto removed = remove_file(path);
    return removed ? std::nullopt : std::optional{slot::Error{removed.error()}};
}

}  // namespace

std::optional<slot::Error> set_marker(const std::string& root, const slot::SlotName& name) {
    return write_file(path_of(root, loaded_folder, name), "");
}
std::optional<slot::Error> clear_marker(const std::string& root, const slot::SlotName& name) { return clear(path_of(root, loaded_folder, name)); }

std::optional<slot::Error> set_trial(const std::string& root, const slot::SlotName& name, const slot::ModelId& model) {
    return write_file(path_of(root, trial_folder, name), model.str() + "\n");
}
std::optional<slot::Error> clear_trial(const std::string& root, const slot::SlotName& name) { return clear(path_of(root, trial_folder, name)); }

}  // namespace hal0::disk
