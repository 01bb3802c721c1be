#include "cli/api/address.hpp"

#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace hal0::cli {
namespace {

slot::Error wrong(std::string_view url, std::string_view why) {
    return {fmt::format("{} is not an address of the API: {}; expected http://HOST:PORT", slot::in_quotes(url), why)};
}

bool is_plain(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool is_port(std::string_view text) {
    return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), slot::is_digit) && std::stoi(std::string{text}) <= 65535;
}

}  // namespace

slot::Result<Address> Address::parse(std::string_view url) {
    constexpr std::string_view scheme = "http://";
    if (url.starts_with("https://")) return wrong(url, "hal0 speaks plain HTTP only; use a tunnel (ssh -L 8080:localhost:8080 HOST)");
    if (!url.starts_with(scheme)) return wrong(url, "it does not start with http://");
    auto rest = url.substr(scheme.size());
    if (!is_plain(rest) || rest.find_first_of("@?#") != std::string_view::npos) return wrong(url, "it has a user, a query, a fragment or an odd character");

    Address address;
    const auto slash = std::min(rest.find('/'), rest.size());
    address.prefix_ = rest.substr(slash);
    while (address.prefix_.ends_with('/')) address.prefix_.pop_back();
    rest = rest.substr(0, slash);
    const auto behind_brackets = rest.starts_with('[') ? rest.find(']') : 0;
    if (behind_brackets == std::string_view::npos) return wrong(url, "its bracket is not closed");
    const auto colon = rest.find(':', behind_brackets);
    if (colon != std::string_view::npos) {
        if (!is_port(rest.substr(colon + 1))) return wrong(url, "its port is no number up to 65535");
        address.port_ = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
    }
    if (rest.starts_with('[')) {
        if (!rest.ends_with(']')) return wrong(url, "something follows its bracket");
        rest = rest.substr(1, rest.size() - 2);
    }
    if (rest.empty()) return wrong(url, "it has no host");
    address.host_ = rest;
    return address;
}

std::string Address::authority() const {
    const bool is_ipv6 = host_.find(':') != std::string::npos;
    return fmt::format("{}{}{}:{}", is_ipv6 ? "[" : "", host_, is_ipv6 ? "]" : "", port_);
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (slot::is_letter_or_digit(c) || std::string_view{"-._~"}.find(c) != std::string_view::npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string slot_path(std::string_view name, std::string_view rest) { return fmt::format("/api/slots/{}{}", percent_encoded(name), rest); }

}  // namespace hal0::cli
