#include "units/helper/environment.hpp"

#include <cstdlib>
#include <sstream>

namespace hal0::helper {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

std::vector<std::string> words(const char* name) {
    std::istringstream stream{variable(name)};
    std::vector<std::string> found;
    for (std::string word; stream >> word;) found.push_back(word);
    return found;
}

}  // namespace hal0::helper
