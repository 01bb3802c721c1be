// Bodies that say what to do: small, and with no key that is not known.
#include "http-bridge/http/answer.hpp"
#include "http-bridge/requests/bodies.hpp"
#include "http-bridge/requests/body.hpp"
#include "http-bridge/requests/fields.hpp"
#include "slot/client_config.hpp"
#include "slot/text.hpp"
#include "slot/vocabulary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
using slot::Device;

constexpr std::array operation_fields = {
    Field{"", "model_id", Kind::text}, Field{"", "model", Kind::text}, Field{"", "persist", Kind::flag},
    Field{"", "backend", Kind::text},  Field{"", "device", Kind::text},
};

void check(const Json& body, std::span<const std::string_view> known) {
    BadFields bad;
    check_fields(body, operation_fields, "", bad);
    forbid_others(body, known, bad);
    bad.refuse_if_any();
}

/// A text that is given and not empty.
std::optional<std::string> given(const Json& body, std::string_view key) {
    auto text = slot::text_at(body, key);
    return text && !text->empty() ? text : std::nullopt;
}

Device best_device(const Json& hardware) {
    const auto backend = slot::parse_word<slot::Backend>(slot::text_at(hardware, "default_hardware").value_or(""));
    return backend ? device_of(*backend) : Device::gpu_vulkan;
}

std::optional<Device> selectable(std::string_view word, const Json& hardware) {
    if (word == "auto") return best_device(hardware);
    if (word == "rocm" || word == "gpu-rocm") return Device::gpu_rocm;
    if (word == "vulkan" || word == "gpu-vulkan") return Device::gpu_vulkan;
    return word == "cpu" ? std::optional{Device::cpu} : std::nullopt;
}

}  // namespace

std::string config_text(std::string body) {
    std::size_t line = 1;
    for (std::string_view rest = body; !rest.empty(); ++line) {
        const auto text = rest.substr(0, rest.find('\n'));
        if (!slot::is_utf8(text) || text.find('\0') != text.npos)
            throw Refused{400, "slot.config_error", fmt::format("line {} of the slot's file is not text: write UTF-8 without NUL", line), {{"line", line}}};
        rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    }
    return body;
}

std::optional<std::string> load_request(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto body = parse_body(text);
    check(body, std::array<std::string_view, 2>{"model_id", "model"});
    const auto model_id = given(body, "model_id"), model = given(body, "model");
    if (model_id && model && *model_id != *model) {
        BadFields bad;
        bad.add({"body", "model"}, "value_error", "names another model than model_id: give one of the two");
        bad.refuse_if_any();
    }
    return model_id ? model_id : model;
}

SwapRequest swap_request(std::string_view text) {
    const auto body = parse_body(text);
    if (is_missing(body, "model_id")) throw Refused{400, "swap.missing_model", "a swap needs the model's id: {\"model_id\": \"…\"}"};
    check(body, std::array<std::string_view, 2>{"model_id", "persist"});
    const auto* persist = slot::find(body, "persist");
    return {body["model_id"].get<std::string>(), persist && persist->is_boolean() && persist->get<bool>()};
}

BackendRequest backend_request(std::string_view text, const Json& hardware) {
    const auto body = parse_body(text);
    if (is_missing(body, "backend") && is_missing(body, "device"))
        throw Refused{400, "backend.missing", "say which hardware to use: {\"backend\": \"rocm\"}; rocm, vulkan, cpu and auto can be chosen"};
    check(body, std::array<std::string_view, 2>{"backend", "device"});
    std::optional<BackendRequest> wanted;
    for (const auto* key : {"backend", "device"}) {
        const auto word = given(body, key);
        if (!word) continue;
        const auto device = selectable(*word, hardware);
        if (!device) throw Refused{400, "backend.not_selectable", "this hardware cannot be chosen: rocm, vulkan, cpu, auto, gpu-rocm and gpu-vulkan can", {{"field", key}}};
        if (wanted && wanted->device != to_string(*device)) throw Refused{400, "backend.not_selectable", "backend and device name different hardware: give one of the two"};
        if (!wanted) wanted = BackendRequest{std::string{to_string(*device)}, *word};
    }
    return *wanted;
}

std::string install_model_request(std::string_view text) {
    const auto body = parse_body(text);
    constexpr std::array<std::string_view, 1> known = {"model_id"};
    BadFields bad;
    check_fields(body, operation_fields, "", bad);
    forbid_others(body, known, bad);
    if (is_missing(body, "model_id")) bad.add({"body", "model_id"}, "missing", "is required");
    bad.refuse_if_any();
    return body["model_id"].get<std::string>();
}

}  // namespace hal0::http
