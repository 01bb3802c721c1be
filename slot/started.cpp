#include "slot/started.hpp"

#include <nlohmann/json.hpp>

namespace hal0::slot {

std::string to_json_text(const Started& started) {
    // Words from profiles and extra_args may hold any byte; a reader of JSON takes UTF-8 only.
    nlohmann::json row{{"model", started.model}, {"image", started.image}, {"provider", to_string(started.provider)},
                             {"port", started.port}, {"command", started.command}};
    if (started.options) row["options"] = *started.options;
    return row.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Started> parse_started(std::string_view json) try {
    const auto row = nlohmann::json::parse(json);
    const auto provider = parse_word<ProviderId>(row.at("provider").get<std::string>());
    if (!provider) return Error{"provider: one of " + all_words<ProviderId>()};
    Started started{row.at("model"), row.at("image"), *provider, row.at("port"), row.at("command")};
    if (row.contains("options")) started.options = row.at("options").get<std::vector<std::string>>();
    return started;
} catch (const nlohmann::json::exception& problem) {
    return Error{problem.what()};
}

}  // namespace hal0::slot
