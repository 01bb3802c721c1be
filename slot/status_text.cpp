#include "slot/status_text.hpp"

#include "slot/number.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::slot {
namespace {

constexpr std::string_view pulling = "pulling ";
constexpr std::string_view the_image = "the image ";
constexpr std::string_view is_present = " is present";
constexpr std::string_view waiting = "waiting ";
constexpr std::string_view warming = "warming up: ";
constexpr std::string_view answers = "answers on ";
constexpr std::string_view given_up = "it still failed after";

}  // namespace

std::string pulling_text(const PullProgress& progress) {
    if (progress.layers == 0) return fmt::format("{}{}", pulling, progress.image);
    return fmt::format("{}{}: layer {} of {}", pulling, progress.image, progress.layer, progress.layers);
}

std::optional<PullProgress> parse_pulling(std::string_view status) {
    if (!status.starts_with(pulling)) return std::nullopt;
    status.remove_prefix(pulling.size());
    constexpr std::string_view between = ": layer ";
    constexpr std::string_view of = " of ";
    const auto image_end = status.rfind(between);
    if (image_end == std::string_view::npos) return PullProgress{std::string{status}, 0, 0};
    const auto counts = status.substr(image_end + between.size());
    const auto middle = counts.find(of);
    if (middle == std::string_view::npos) return std::nullopt;
    const auto layer = parse_number<std::uint32_t>(counts.substr(0, middle));
    const auto layers = parse_number<std::uint32_t>(counts.substr(middle + of.size()));
    if (!layer || !layers) return std::nullopt;
    return PullProgress{std::string{status.substr(0, image_end)}, *layer, *layers};
}

std::string image_present_text(std::string_view image) { return fmt::format("{}{}{}", the_image, image, is_present); }

std::optional<std::string_view> parse_image_present(std::string_view status) {
    if (!status.starts_with(the_image)) return std::nullopt;
    status.remove_prefix(the_image.size());
    if (!status.ends_with(is_present)) return std::nullopt;
    status.remove_suffix(is_present.size());
    return status;
}

std::string waiting_text(std::uint32_t seconds, std::uint32_t attempt) {
    return fmt::format("{}{} s before automatic restart {} of {}", waiting, seconds, attempt, most_restarts);
}

bool is_waiting(std::string_view status) { return status.starts_with(waiting); }

std::string warming_text(std::string_view what) { return fmt::format("{}{}", warming, what); }

std::string answers_text(std::uint16_t port) { return fmt::format("{}127.0.0.1:{}", answers, port); }

bool is_progress(std::string_view status) {
    return is_waiting(status) || status.starts_with(pulling) || status.starts_with(warming) || status.starts_with(answers);
}

std::string pull_given_up_text(std::string_view image) { return fmt::format("the pull of {} was given up: nothing new for ten minutes", image); }

std::string pull_stopped_text(std::string_view image) { return fmt::format("the pull of {} was stopped", image); }

std::string ended_early_text(const SlotName& name) { return fmt::format("{}; its last words: journalctl -u {}", ended_early, unit_name(name)); }

bool is_ended_early(std::string_view status) { return status.starts_with(ended_early); }

std::string given_up_text(const SlotName& name) {
    return fmt::format("{} {} automatic restarts: journalctl -u {} says why", given_up, most_restarts, unit_name(name));
}

bool is_given_up(std::string_view status) { return status.starts_with(given_up); }

std::string no_configuration_text(const SlotName& name) {
    return fmt::format("slot {0} has no configuration: write /etc/hal0/slots/{0}.toml, then run: systemctl daemon-reload", name.str());
}

std::uint32_t restart_delay_s(std::uint32_t attempt) {
    if (attempt <= 1) return 0;
    return 1U << std::min(attempt - 1, 4U);
}

}  // namespace hal0::slot
