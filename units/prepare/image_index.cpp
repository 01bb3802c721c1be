#include "units/prepare/image_index.hpp"

#include "slot/disk/read_file.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace hal0::prepare {
namespace {

constexpr auto index_path = "/var/lib/containers/storage/overlay-images/images.json";

/// HOST/PATH:TAG, where HOST cannot be taken for the first part of a path: the rule of containers/image.
bool is_full_name(std::string_view image) {
    const auto host = image.substr(0, image.find('/'));
    const auto last = image.substr(image.rfind('/') + 1);
    const bool has_host = host.size() < image.size() && (host.find_first_of(".:") != host.npos || host == "localhost");
    return has_host && last.find(':') != last.npos && image.find('@') == image.npos;
}

}  // namespace

bool is_in_image_index(const std::string& root, const std::string& image) {
    // Cut at read_file()'s limit, a larger one is no JSON. An image takes about 1 kB there.
    const auto text = disk::read_file(root + index_path);
    return text && *text && lists_image(**text, image);
}

bool lists_image(std::string_view images_json, std::string_view image) {
    if (!is_full_name(image)) return false;
    const nlohmann::json wanted = image;
    const auto images = nlohmann::json::parse(images_json, nullptr, false);
    return images.is_array() && std::any_of(images.begin(), images.end(), [&](const auto& one) {
               const auto names = one.is_object() ? one.find("names") : one.end();
               return names != one.end() && names->is_array() && std::find(names->begin(), names->end(), wanted) != names->end();
           });
}

}  // namespace hal0::prepare
