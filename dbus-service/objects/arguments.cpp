#include "dbus-service/objects/arguments.hpp"

#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/objects/reply.hpp"
#include "slot/client_config.hpp"

#include <fmt/format.h>

#include <utility>

namespace hal0::service {

// Beyond what any method takes, so that each still says itself what is wrong with a text.
constexpr std::size_t longest_text = 2 * slot::client_config::most_bytes;

nlohmann::json configuration(const bus::Dictionary& given) {
    return or_bus_error([&] {
        auto config = bus::to_json(given, slot::client_config::most_values);
        if (auto problem = slot::unacceptable(config)) throw bus::OperationFailed{*std::move(problem)};
        return config;
    });
}

std::string text(std::string given) {
    return or_bus_error([&] {
        if (given.size() > longest_text) throw bus::OperationFailed{slot::ErrorKind::invalid_config, fmt::format("a text is longer than {} KiB", longest_text / 1024)};
        return std::move(given);
    });
}

}  // namespace hal0::service
