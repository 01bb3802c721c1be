#pragma once

#include "dbus-interfaces/variant_json.hpp"
#include "dbus-service/model_files.hpp"
#include "dbus-service/operations/authorization.hpp"
#include "dbus-service/operations/operations.hpp"

namespace hal0::service {

/// Where the objects' methods lead: every call that changes something goes through authorization.guard().
struct Requests {
    Authorization& authorization;
    Operations& operations;
    ModelFiles& model_files;
};

}  // namespace hal0::service
