#include "cli/context.hpp"

#include "cli/failure.hpp"
#include "slot/number.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace hal0::cli {
namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value ? value : "";
}

/// HAL0_API_TIMEOUT, in seconds.
std::chrono::milliseconds patience() {
    const auto text = environment("HAL0_API_TIMEOUT");
    if (text.empty()) return std::chrono::seconds{40};
    const auto seconds = slot::parse_number<double>(text);
    if (!(seconds >= 0.1 && seconds <= 3600.0))
        throw Failure{fmt::format("HAL0_API_TIMEOUT is {}: expected seconds, 0.1 to 3600", slot::in_quotes(text))};
    return std::chrono::milliseconds{static_cast<long>(*seconds * 1000)};
}

/// HAL0_TOKEN; it goes into a header.
std::string token() {
    auto text = environment("HAL0_TOKEN");
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; })) throw Failure{"HAL0_TOKEN has a space or an odd character in it"};
    return text;
}

}  // namespace

const Access& Context::access() {
    if (access_) return *access_;
    auto text = url.empty() ? environment("HAL0_API_URL") : url;
    if (text.empty()) text = "http://localhost:8080";
    const auto address = Address::parse(text);
    if (!address) throw Failure{address.error()};
    return access_.emplace(Access{*address, token(), patience()});
}

void Context::print_json(const std::string& body) {
    const auto json = parsed(body, access());
    terminal.print(terminal.is_terminal() ? json.dump(2, ' ', true, Json::error_handler_t::replace) : body);
}

}  // namespace hal0::cli
