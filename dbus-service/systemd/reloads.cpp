#include "dbus-service/systemd/reloads.hpp"

namespace hal0::service {

Reloads::Reloads(bus::Loop& loop, std::function<bus::Task<>()> reload) : reload_(std::move(reload)), begin_(loop, [this] { begin(); }) {}

bus::Task<> Reloads::reload() {
    bus::Callback<std::exception_ptr> done{[this](bus::Callback<std::exception_ptr>::Resume resume) {
        next_.push_back(std::move(resume));
        if (now_.empty()) begin_.ask();
    }};
    if (const auto problem = co_await done) std::rethrow_exception(problem);
}

void Reloads::begin() {
    if (!now_.empty() || next_.empty()) return;
    now_ = std::exchange(next_, {});
    bus::detach(reload_(), [this](std::exception_ptr problem) { ended(problem); });
}

void Reloads::ended(std::exception_ptr problem) {
    const auto done = std::exchange(now_, {});
    if (!next_.empty()) begin_.ask();
    for (const auto& resume : done) resume(problem);
}

}  // namespace hal0::service
