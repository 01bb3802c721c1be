#include "dbus-interfaces/loop/loop.hpp"

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace hal0::bus {
namespace {

EventSource owned(sd_event_source* source) { return EventSource{source}; }

/// A loop that has ended takes no more orders (ESTALE), and whoever gives them then is being destroyed.
void set_enabled(const EventSource& source, int enabled) {
    const int result = sd_event_source_set_enabled(source.get(), enabled);
    if (result != -ESTALE) checked(result, "sd_event_source_set_enabled");
}

}  // namespace

int checked(int result, const char* what) {
    if (result < 0) throw std::system_error{-result, std::generic_category(), what};
    return result;
}

Loop::Loop(WithoutSignals) {
    sd_event* made = nullptr;
    checked(sd_event_new(&made), "sd_event_new");
    event_.reset(made);
}

Loop::Loop() : Loop(without_signals) {
    exit_on(SIGTERM);
    exit_on(SIGINT);
    checked(sd_event_set_watchdog(event(), true), "sd_event_set_watchdog");
}

int Loop::on_signal(sd_event_source*, const signalfd_siginfo*, void* self) {
    static_cast<Loop*>(self)->end_();
    return 0;
}

void Loop::exit_on(int signal) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, signal);
    // Blocked before any thread is made, so that no thread but the loop's ever takes it.
    sigprocmask(SIG_BLOCK, &only, nullptr);
    checked(sd_event_add_signal(event_.get(), nullptr, signal, on_signal, this), "sd_event_add_signal");
}

int Loop::run() { return checked(sd_event_loop(event_.get()), "sd_event_loop"); }

void Loop::exit(int status) { sd_event_exit(event_.get(), status); }

Loop::Deferred::Deferred(Loop& loop, std::function<void()> what) : what_(std::move(what)) {
    sd_event_source* made = nullptr;
    checked(sd_event_add_defer(loop.event(), &made, on_defer, this), "sd_event_add_defer");
    source_ = owned(made);
    set_enabled(source_, SD_EVENT_OFF);
}

void Loop::Deferred::ask() { set_enabled(source_, SD_EVENT_ONESHOT); }

int Loop::Deferred::on_defer(sd_event_source*, void* self) {
    static_cast<Deferred*>(self)->what_();
    return 0;
}

Loop::Timer::Timer(Loop& loop, std::function<void()> what) : what_(std::move(what)) {
    sd_event_source* made = nullptr;
    // 0 would mean the default, 250 ms.
    constexpr std::uint64_t accuracy_usec = 1000;
    checked(sd_event_add_time(loop.event(), &made, CLOCK_MONOTONIC, 0, accuracy_usec, on_time, this), "sd_event_add_time");
    source_ = owned(made);
    cancel();
}

void Loop::Timer::set(std::chrono::microseconds from_now) {
    const auto delay = static_cast<std::uint64_t>(std::max<std::int64_t>(from_now.count(), 0));
    const int result = sd_event_source_set_time_relative(source_.get(), delay);
    if (result != -ESTALE) checked(result, "sd_event_source_set_time_relative");
    set_enabled(source_, SD_EVENT_ONESHOT);
}

void Loop::Timer::cancel() { set_enabled(source_, SD_EVENT_OFF); }

int Loop::Timer::on_time(sd_event_source*, std::uint64_t, void* self) {
    static_cast<Timer*>(self)->what_();
    return 0;
}

}  // namespace hal0::bus
