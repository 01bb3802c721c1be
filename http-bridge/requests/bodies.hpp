#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace hal0::http {

/// The bodies of requests, checked. Each function throws Refused: 400 for what parse_body() does not take and where http-api.md, 1, has
/// a code of its own, else 422 with every field that is wrong.

/// POST /api/slots.
struct CreateRequest {
    std::string name;       // a slot's name
    nlohmann::json config;  // the keys of its file, as CreateSlot takes them: without nulls, `model` as a table
};
CreateRequest create_request(std::string_view body);

/// PUT …/config: changes as Update takes them; null removes a key. `"model": "id"` is short for `{"default": "id"}`.
nlohmann::json config_changes(std::string_view body);
/// PUT …/config?format=toml: the text as it is. What it says is hal0d's to judge; but on the bus a text would end at a NUL, and what is
/// not UTF-8 would not go at all.
std::string config_text(std::string body);
/// PATCH …/defaults: what is given there, as changes of `[model]`.
nlohmann::json defaults_changes(std::string_view body);

/// POST …/load: the model's id, or nothing for the default. The body may be empty.
std::optional<std::string> load_request(std::string_view body);

/// POST …/swap.
struct SwapRequest {
    std::string model_id;
    bool persist = false;
};
SwapRequest swap_request(std::string_view body);

/// POST …/backend.
struct BackendRequest {
    std::string device;     // as a slot's file has it
    std::string requested;  // the word that was used for it
};
/// @param hardware as hal0d shows it: what `auto` stands for; gpu-vulkan if it does not tell.
BackendRequest backend_request(std::string_view body, const nlohmann::json& hardware);

/// PUT /api/install/slots/{n}/model: the model's id.
std::string install_model_request(std::string_view body);

/// POST /api/models.
struct ModelRequest {
    std::string id;
    nlohmann::json properties;  // its keys in the registry, as Models.Add takes them, without nulls and what the bridge adds to a row
};
ModelRequest model_request(std::string_view body);

}  // namespace hal0::http
