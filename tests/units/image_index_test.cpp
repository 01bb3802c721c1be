#include "units/prepare/image_index.hpp"

#include "tests/generator/scratch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hal0::prepare {
namespace {

// As podman 4.3 and 5.4 write it, without the fields that say nothing here.
const std::string index_text = R"([
  {"id":"33035a2e7b0e","digest":"sha256:aa","names":["docker.io/library/x:latest","localhost/y:1"],"names-history":["quay.io/old/z:1"],"layer":"b1"},
  {"id":"f45d859ec0de","digest":"sha256:bb","layer":"b2"},
  {"id":"0123456789ab","names":["192.0.2.1:9051/a/b:1","ghcr.io/a/b@sha256:cc"]}])";

TEST(ListsImage, AFullNameWithItsTag) {
    for (const auto* image : {"docker.io/library/x:latest", "localhost/y:1", "192.0.2.1:9051/a/b:1"}) EXPECT_TRUE(lists_image(index_text, image)) << image;
}

TEST(ListsImage, WhatOnlyPodmanUnderstandsIsForPodman) {
    for (const auto* image : {"x", "x:latest", "library/x:latest", "docker.io/x:latest", "docker.io/library/x", "y:1", "33035a2e7b0e", "sha256:aa",
                              "docker.io/library/x@sha256:aa", "ghcr.io/a/b@sha256:cc", "192.0.2.1:9051/a/b", ""})
        EXPECT_FALSE(lists_image(index_text, image)) << image;
    // Even if it stands there: podman would not have written it.
    EXPECT_FALSE(lists_image(R"([{"names":["x:latest","a/x:latest","docker.io/x","a.b/x@sha256:cc"]}])", "x:latest"));
    EXPECT_FALSE(lists_image(R"([{"names":["a/x:latest"]}])", "a/x:latest"));
    EXPECT_FALSE(lists_image(R"([{"names":["docker.io/x"]}])", "docker.io/x"));
    EXPECT_FALSE(lists_image(R"([{"names":["a.b/x:1@sha256:cc"]}])", "a.b/x:1@sha256:cc"));
}

TEST(ListsImage, WhatIsNotThere) {
    for (const auto* image : {"docker.io/library/x:lates", "docker.io/library/x:latest2", "docker.io/library/w:latest", "quay.io/old/z:1"})
        EXPECT_FALSE(lists_image(index_text, image)) << image;
}

TEST(ListsImage, AnIndexThatIsNone) {
    for (const auto* text : {"", "{", "null", "[]", "[1]", "[null]", "{}", "[{}]", R"([{"names":null}])", R"([{"names":"localhost/y:1"}])", R"([{"names":[1,null]}])",
                             R"({"names":["localhost/y:1"]})", R"([{"names":["localhost/y:1"]})"})
        EXPECT_FALSE(lists_image(text, "localhost/y:1")) << text;
    EXPECT_TRUE(lists_image(R"([1,{},{"names":7},{"names":[null,"localhost/y:1"]}])", "localhost/y:1"));
}

TEST(IsInImageIndex, ReadsTheDefaultPlace) {
    const test::Scratch scratch;
    const auto root = (scratch / "").string();
    EXPECT_FALSE(is_in_image_index(root, "localhost/y:1"));
    scratch.write("var/lib/containers/storage/overlay-images/images.json", index_text);
    EXPECT_TRUE(is_in_image_index(root, "localhost/y:1"));
    EXPECT_FALSE(is_in_image_index(root, "localhost/y:2"));
    scratch.write("var/lib/containers/storage/overlay-images/images.json", R"([{"names":["localhost/y:1"]},{"id":")" + std::string(2 << 20, 'x') + R"("}])");
    EXPECT_FALSE(is_in_image_index(root, "localhost/y:1")) << "more than is read of a file";
}

}  // namespace
}  // namespace hal0::prepare
