#include "dbus-service/late_line.hpp"

#include <utility>

namespace hal0::service {

LateLine::LateLine(bus::Loop& loop) : given_up_(loop, [this] { answer(); }) {}

void LateLine::found(std::string line) {
    line_ = std::move(line);
    given_up_.cancel();
    answer();
}

bus::Task<std::string> LateLine::wait(std::chrono::milliseconds at_most) {
    if (line_) co_return *line_;
    bus::Callback<std::string> known{[this, at_most](Resume resume) {
        waiting_ = std::move(resume);
        given_up_.set(at_most);
    }};
    co_return co_await known;
}

/// Nothing of this is touched behind the answer: who waited may have been the last to hold it.
void LateLine::answer() {
    if (const auto waiting = std::exchange(waiting_, nullptr)) waiting(text());
}

}  // namespace hal0::service
