#pragma once

#include <string>
#include <string_view>

namespace hal0::prepare {

/// Whether an image is here for sure, without a podman process, which takes 0.1 s to say it. False only means: ask podman.

/// Reads the index of containers/storage, which podman keeps its images in, at its default place: driver overlay below
/// /var/lib/containers/storage. Where podman has been told to use another place an old index may still be there: what it
/// says is then wrong, and `podman run` says that the image is missing. `root` is put before the path.
bool is_in_image_index(const std::string& root, const std::string& image);

/// The same for the text of overlay-images/images.json. Only a full name with a tag is looked for, as podman writes names
/// there: what a short name or a digest means, podman alone decides.
bool lists_image(std::string_view images_json, std::string_view image);

}  // namespace hal0::prepare
