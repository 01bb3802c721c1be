#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace hal0::http {

/// How long loads took, in the form that Prometheus wants: the number of those that took at most so long.
struct LoadDurations {
    static constexpr std::array bounds_s = {1U, 2U, 5U, 10U, 20U, 30U, 60U, 120U, 300U, 600U};
    std::array<std::uint64_t, bounds_s.size()> at_most{};
    std::uint64_t count = 0;
    double sum_s = 0;
    bool operator==(const LoadDurations&) const = default;
};

/// What was counted since the bridge was started: of slots nobody else counts it.
struct Counters {
    std::map<std::tuple<std::string, std::string, std::string>, std::uint64_t> transitions;  // slot, from, to
    std::map<std::string, LoadDurations> loads;                                              // by slot
    std::map<std::string, std::uint64_t> loading_since;                                      // by slot; microseconds
    bool operator==(const Counters&) const = default;
};

/// Counts a transition that took place at `usec`. A load begins where a slot leaves offline, error or unloading for pulling, starting or
/// warming, and ends where it is ready, idle or serving; one that ends otherwise, or whose begin was not seen, is not measured.
void note_transition(Counters& counters, const std::string& slot, std::string_view from, std::string_view to, std::uint64_t usec);

/// Forgets a slot that is deleted, so that what is kept stays as small as what there is.
void forget_slot(Counters& counters, const std::string& slot);

}  // namespace hal0::http
