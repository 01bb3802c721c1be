#include "units/prepare/request.hpp"

#include "slot/profile.hpp"
#include "units/helper/environment.hpp"

#include <fmt/format.h>

namespace hal0::prepare {
namespace {

using helper::variable;

slot::Error wrong(const char* name, const std::string& reason) {
    return slot::Error{fmt::format("{} in the unit's environment: {}", name, reason)};
}

}  // namespace

slot::Result<Request> read_request(const slot::SlotName& name) {
    Request request{name};
    auto image = slot::parse_image(variable("HAL0_IMAGE"));
    if (!image) return wrong("HAL0_IMAGE", image.error());
    request.image = *image;

    const auto provider = slot::parse_word<slot::ProviderId>(variable("HAL0_PROVIDER"));
    if (!provider) return wrong("HAL0_PROVIDER", "one of " + slot::all_words<slot::ProviderId>());
    request.provider = *provider;

    request.port = helper::number<std::uint16_t>("HAL0_PORT");
    if (request.port == 0) return wrong("HAL0_PORT", "not a port");

    request.model_store = variable("HAL0_MODEL_STORE");
    if (const auto text = variable("HAL0_MODEL"); !text.empty()) {
        auto model = slot::ModelId::parse(text);
        if (!model) return wrong("HAL0_MODEL", model.error());
        request.model = *model;
    }
    request.flags_set = helper::words("HAL0_FLAGS_SET");
    request.devices = helper::words("HAL0_DEVICES");
    request.groups = helper::words("HAL0_GROUPS");
    return request;
}

}  // namespace hal0::prepare
