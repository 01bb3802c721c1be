#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace hal0 {

/// The inputs of a committed corpus, by name: name of the file, and its bytes. Throws std::exception if one cannot be read.
inline std::vector<std::pair<std::string, std::string>> corpus_inputs(const std::filesystem::path& folder) {
    std::vector<std::pair<std::string, std::string>> inputs;
    for (const auto& entry : std::filesystem::directory_iterator{folder}) {
        std::ifstream file{entry.path(), std::ios::binary};
        if (!file) throw std::runtime_error{"cannot read " + entry.path().string()};
        inputs.emplace_back(entry.path().filename().string(), std::string{std::istreambuf_iterator<char>{file}, {}});
    }
    std::sort(inputs.begin(), inputs.end());
    return inputs;
}

}  // namespace hal0
