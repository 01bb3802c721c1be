#include "units/helper/environment.hpp"

#include <cstdlib>

namespace hal0::helper {

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

}  // namespace hal0::helper
