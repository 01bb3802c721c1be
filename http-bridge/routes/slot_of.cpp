#include "http-bridge/routes/slot_of.hpp"

#include "dbus-interfaces/operation_failed.hpp"
#include "http-bridge/json/error_table.hpp"

#include <fmt/format.h>

#include <chrono>

namespace hal0::http {

const SlotRecord& slot_of(const Context& context, const Request& request) {
    const auto name = slot::SlotName::parse(request.parameters.at(0));
    if (!name) throw Refused{404, "slot.not_found", "there is no slot of that name, and there can be none"};
    if (const auto* slot = context.mirror.find(name->str())) return *slot;
    throw Refused{404, "slot.not_found", fmt::format("there is no slot {}; hal0 slot list shows those there are", name->str()), {{"slot", name->str()}}};
}

std::uint64_t now_usec() {
    using namespace std::chrono;
    return static_cast<std::uint64_t>(duration_cast<microseconds>(system_clock::now().time_since_epoch()).count());
}

void throw_config_error(const SlotRecord& slot) { throw refused({slot::ErrorKind::invalid_config, slot.message}, {{"slot", slot.name}}); }

bus::Task<> asked(bus::Task<> call, nlohmann::json details) {
    try {
        co_await std::move(call);
    } catch (const bus::OperationFailed& failed) {
        throw refused({failed.kind(), failed.what()}, details);
    }
}

}  // namespace hal0::http
