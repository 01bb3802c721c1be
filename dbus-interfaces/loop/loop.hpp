#pragma once

#include <systemd/sd-event.h>

#include <chrono>
#include <functional>
#include <memory>

namespace hal0::bus {

struct UnrefSource {
    void operator()(sd_event_source* source) const { sd_event_source_disable_unref(source); }
};
using EventSource = std::unique_ptr<sd_event_source, UnrefSource>;

/// The one loop that owns all state of hal0d (sd-event(3)): everything in dbus-service/ runs on its thread, unless it says
/// otherwise. SIGTERM and SIGINT end it. If the unit has a watchdog, it is fed from here and from nowhere else, so a
/// loop that hangs is noticed (sd_event_set_watchdog(3)).
class Loop {
public:
    /// Throws std::system_error.
    Loop();
    /// A second loop for a thread of its own: no signal and no watchdog, which are the first one's. Throws std::system_error.
    struct WithoutSignals {};
    static constexpr WithoutSignals without_signals{};
    explicit Loop(WithoutSignals);
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    sd_event* event() const { return event_.get(); }

    /// Runs until exit() or a signal; returns the exit status.
    int run();
    void exit(int status);
    /// What SIGTERM and SIGINT do instead of exit(0): for a program that has to finish something first.
    void when_asked_to_end(std::function<void()> what) { end_ = std::move(what); }

    /// Calls `what` every time it was asked to, as soon as nothing else is to do: what arrives together is answered once.
    class Deferred {
    public:
        Deferred(Loop& loop, std::function<void()> what);
        void ask();

    private:
        static int on_defer(sd_event_source*, void* self);
        std::function<void()> what_;
        EventSource source_;
    };

    /// Calls `what` once when it is due; set() again to renew. Each use says why it needs a clock.
    class Timer {
    public:
        Timer(Loop& loop, std::function<void()> what);
        void set(std::chrono::microseconds from_now);
        void cancel();

    private:
        static int on_time(sd_event_source*, std::uint64_t, void* self);
        std::function<void()> what_;
        EventSource source_;
    };

private:
    static int on_signal(sd_event_source*, const signalfd_siginfo*, void* self);
    void exit_on(int signal);

    struct UnrefEvent {
        void operator()(sd_event* event) const { sd_event_unref(event); }
    };
    std::unique_ptr<sd_event, UnrefEvent> event_;
    std::function<void()> end_ = [this] { exit(0); };
};

/// Throws std::system_error with `what` if `result` is a negative errno; returns it otherwise.
int checked(int result, const char* what);

}  // namespace hal0::bus
