#include "http-bridge/json/counters.hpp"

namespace hal0::http {
namespace {

bool is_loading(std::string_view state) { return state == "pulling" || state == "starting" || state == "warming"; }
bool is_up(std::string_view state) { return state == "ready" || state == "idle" || state == "serving"; }

void add(LoadDurations& loads, double seconds) {
    for (std::size_t i = 0; i < loads.bounds_s.size(); ++i)
        if (seconds <= loads.bounds_s[i]) ++loads.at_most[i];
    ++loads.count;
    loads.sum_s += seconds;
}

}  // namespace

void note_transition(Counters& counters, const std::string& slot, std::string_view from, std::string_view to, std::uint64_t usec) {
    ++counters.transitions[{slot, std::string{from}, std::string{to}}];
    if (is_loading(to)) {
        if (!is_loading(from) && !is_up(from)) counters.loading_since[slot] = usec;
        return;
    }
    const auto begin = counters.loading_since.find(slot);
    if (begin == counters.loading_since.end()) return;
    // A clock that was set back in between makes no load.
    if (is_up(to) && usec >= begin->second) add(counters.loads[slot], static_cast<double>(usec - begin->second) / 1e6);
    counters.loading_since.erase(begin);
}

void forget_slot(Counters& counters, const std::string& slot) {
    std::erase_if(counters.transitions, [&](const auto& counted) { return std::get<0>(counted.first) == slot; });
    counters.loads.erase(slot);
    counters.loading_since.erase(slot);
}

}  // namespace hal0::http
