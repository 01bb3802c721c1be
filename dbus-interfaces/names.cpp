#include "dbus-interfaces/names.hpp"

#include "slot/text.hpp"

#include <string_view>

namespace hal0::names {

std::string slot_path(const slot::SlotName& name) {
    static constexpr std::string_view hex = "0123456789abcdef";
    std::string path = slot_path_prefix;
    bool first = true;
    for (const char c : name.str()) {
        // A label may begin with a digit in D-Bus, but not in systemd's escaping.
        if (slot::is_letter_or_digit(c) && !(first && slot::is_digit(c))) {
            path += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            path += {'_', hex[byte >> 4], hex[byte & 0xF]};
        }
        first = false;
    }
    return path;
}

}  // namespace hal0::names
