#include "cli/hal0.hpp"

#include "cli/commands/candidates.hpp"
#include "cli/commands/commands.hpp"
#include "cli/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace hal0::cli {
namespace {

/// What the shell's completion can be told of names; nothing when the API does not answer soon.
std::vector<std::string> look_up(Context& context, const std::string& what) try {
    auto access = context.access();
    access.patience = std::min(access.patience, std::chrono::milliseconds{1000});  // somebody waits for it while typing
    const bool is_slot = what == "NAME", is_model = what == "MODEL", is_profile = what == "PROFILE";
    if (!is_slot && !is_model && !is_profile) return {};
    auto list = Client{access}.get(is_slot ? "/api/slots" : is_model ? "/api/models" : "/api/profiles");
    if (is_model) list = list.value("models", Json::array());
    std::vector<std::string> names;
    for (const auto& one : list) names.push_back(field(one, is_model ? "id" : "name"));
    return names;
} catch (const std::exception&) {
    return {};  // a prompt is no place for an error
}

int complete(const CLI::App& hal0, Context& context, const std::vector<std::string>& words) {
    for (const auto& word : candidates(hal0, words, [&](const std::string& what) { return look_up(context, what); })) context.terminal.print(word);
    return 0;
}

int usage_error(const CLI::App& hal0, const CLI::ParseError& error) {
    std::string message = error.what(), command = "hal0";
    const auto* named = &hal0;
    for (; !named->get_subcommands().empty(); command += " " + named->get_name()) named = named->get_subcommands().front();
    const bool has_commands = !named->get_subcommands([](const CLI::App*) { return true; }).empty();
    if (const auto rest = hal0.remaining(true); has_commands && !rest.empty()) message = fmt::format("There is no '{} {}'", command, rest.front());
    std::replace(message.begin(), message.end(), '\n', ' ');
    complain(fmt::format("{}; see {} --help", message, command));
    return 2;
}

/// `--option=` is an empty value; CLI11 takes it for one that is missing.
void split_empty_values(std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
        if (!words[i].starts_with("--") || words[i].find('=') + 1 != words[i].size()) continue;
        words[i].pop_back();
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(++i), "");
    }
}

int parse_and_run(CLI::App& hal0, std::vector<std::string> words) try {
    split_empty_values(words);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    hal0.parse(std::move(words));
    Terminal::check_written();
    return 0;
} catch (const CLI::Success& help_or_version) {
    hal0.exit(help_or_version);
    return 0;
} catch (const CLI::ParseError& error) {
    return usage_error(hal0, error);
}

}  // namespace

int run(std::vector<std::string> words) try {
    Context context;
    CLI::App hal0{"Inference slots: language, embedding, speech and image models as services", "hal0"};
    hal0.set_version_flag("--version", "hal0 " HAL0_VERSION);
    add_commands(hal0, context);
    if (!words.empty() && words.front() == "__complete") return complete(hal0, context, {words.begin() + 1, words.end()});
    return parse_and_run(hal0, std::move(words));
} catch (const Reported&) {
    return 1;
} catch (const Unreachable& unreachable) {
    complain(fmt::format("{}. Start it: systemctl start hal0-http.socket", unreachable.what()));
    return 1;
} catch (const nlohmann::json::exception&) {
    complain("the API answered with something else than was asked for: is that hal0's API, and not a newer one?");
    return 1;
} catch (const std::exception& problem) {
    complain(problem.what());
    return 1;
}

}  // namespace hal0::cli
