#include "dbus-service/operations/turns.hpp"

#include "dbus-interfaces/operation_failed.hpp"

#include <fmt/format.h>

namespace hal0::service {
namespace {

constexpr std::size_t most_waiting = 256;

}  // namespace

Turns::Turns(bus::Loop& loop) : wake_(loop, [this] { wake(); }) {}

bus::Task<Turns::Turn> Turns::take(std::string key, std::string what) {
    const auto [taken, is_free] = taken_.try_emplace(key);
    if (is_free) co_return Turn{*this, std::move(key)};
    auto& waiting = taken->second;
    if (waiting.size() >= most_waiting)
        throw bus::OperationFailed{slot::ErrorKind::busy, fmt::format("{} operations wait for {} already: try again later", most_waiting, what)};
    bus::Callback<bool> mine{[&](bus::Callback<bool>::Resume resume) { waiting.push_back(std::move(resume)); }};
    co_await mine;
    co_return Turn{*this, std::move(key)};
}

void Turns::pass_on(const std::string& key) {
    const auto taken = taken_.find(key);
    if (taken->second.empty()) {
        taken_.erase(taken);
        return;
    }
    // Not from here: this runs wherever the last one let go.
    woken_.push_back(std::move(taken->second.front()));
    taken->second.pop_front();
    wake_.ask();
}

void Turns::wake() {
    const auto woken = std::exchange(woken_, {});
    for (const auto& resume : woken) resume(true);
}

}  // namespace hal0::service
