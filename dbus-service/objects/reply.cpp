#include "dbus-service/objects/reply.hpp"

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/errors.hpp"
#include "dbus-interfaces/operation_failed.hpp"

namespace hal0::service {

sdbus::Error bus_error(std::exception_ptr problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const bus::OperationFailed& failed) {
        return bus::error(names::error_name(failed.kind()), failed.what());
    } catch (const sdbus::Error& error) {
        return error;
    } catch (const std::exception& unexpected) {
        return bus::error("org.freedesktop.DBus.Error.Failed", unexpected.what());
    }
}

void send(const std::function<void()>& answer) {
    try {
        answer();
    } catch (const sdbus::Error&) {
        // Nobody is left to be told.
    }
}

}  // namespace hal0::service
