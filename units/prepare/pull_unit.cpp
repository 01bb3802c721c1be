#include "units/prepare/pull_unit.hpp"

#include "slot/status_text.hpp"
#include "units/helper/report.hpp"
#include "units/prepare/systemd_bus.hpp"

#include <fmt/format.h>
#include <signal.h>
#include <systemd/sd-event.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <string>
#include <utility>

namespace hal0::prepare {
namespace {

using helper::extend_timeout;
using helper::report_status;

struct UnrefEvent {
    void operator()(sd_event* event) const { sd_event_unref(event); }
};

/// SIGTERM as an event for as long as this lives (sd_event_add_signal(3) wants it blocked).
class BlockedSigterm {
public:
    BlockedSigterm() {
        sigset_t only;
        sigemptyset(&only);
        sigaddset(&only, SIGTERM);
        sigprocmask(SIG_BLOCK, &only, &before_);
    }
    BlockedSigterm(const BlockedSigterm&) = delete;
    BlockedSigterm& operator=(const BlockedSigterm&) = delete;
    ~BlockedSigterm() { sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    sigset_t before_{};
};

/// One run of the pull unit: its start job, its status, its end.
class PullUnit {
public:
    PullUnit(const slot::SlotName& name, std::string image) : image_(std::move(image)), unit_(pull_unit_name(name)), path_(unit_path(unit_)) {}

    slot::Result<bool> run() {
        const int problem = start();
        if (problem < 0) return slot::Error{fmt::format("systemd cannot start {}: {}", unit_, std::strerror(-problem))};
        sd_event_loop(event_.get());
        if (stopped_) _exit(EXIT_SUCCESS);
        if (result_ == "done") return true;
        return slot::Error{reason()};
    }

private:
    /// The unit's own words, unless something ended it before it could say any.
    std::string reason() const {
        if (result_.empty()) return fmt::format("the system bus went away while {} was pulled", image_);
        if (timed_out_) return slot::pull_given_up_text(image_);
        if (result_ == "canceled") return slot::pull_stopped_text(image_);
        if (last_status_.empty() || slot::is_progress(last_status_)) return fmt::format("{} ended with the result {}", unit_, result_);
        return last_status_;
    }

    // How long the slot's own start may take from now on. The pull's unit ends a pull that stands still; here it is
    // enough to stay ahead of it.
    static constexpr std::chrono::seconds margin{180};
    static constexpr std::chrono::seconds margin_renewed_every{60};

    /// Matches first, so that no signal of the start is missed.
    int start() {
        int problem = 0;
        bus_ = open_system_bus(problem);
        sd_event* made = nullptr;
        if (problem < 0 || (problem = sd_event_new(&made)) < 0) return problem;
        event_.reset(made);
        // Without the bus nobody would say that the job has ended: the end of the loop, instead of a start that never ends.
        if ((problem = sd_bus_set_exit_on_disconnect(bus_.get(), 1)) < 0 ||
            (problem = sd_bus_attach_event(bus_.get(), made, SD_EVENT_PRIORITY_NORMAL)) < 0 ||
            (problem = sd_event_add_signal(made, nullptr, SIGTERM, on_sigterm, this)) < 0 ||
            (problem = sd_event_add_time_relative(made, nullptr, CLOCK_MONOTONIC, 0, 0, on_time, this)) < 0 ||
            (problem = call_manager(bus_.get(), "Subscribe")) < 0 ||
            (problem = sd_bus_match_signal(bus_.get(), nullptr, systemd_service, path_.c_str(), "org.freedesktop.DBus.Properties",
                                           "PropertiesChanged", on_changed, this)) < 0 ||
            (problem = sd_bus_match_signal(bus_.get(), nullptr, systemd_service, manager_path, manager_interface, "JobRemoved", on_job_removed, this)) < 0)
            return problem;
        problem = queue();
        // A pull that was under way says nothing until something new comes.
        if (problem >= 0) report_progress();
        return problem;
    }

    int queue() {
        sd_bus_message* reply = nullptr;
        int problem = sd_bus_call_method(bus_.get(), systemd_service, manager_path, manager_interface, "StartUnit", nullptr, &reply, "ss",
                                         unit_.c_str(), "replace");
        const char* job = nullptr;
        if (problem >= 0) problem = sd_bus_message_read(reply, "o", &job);
        if (problem >= 0) job_ = job;
        sd_bus_message_unref(reply);
        return problem;
    }

    std::string property(const char* name) const { return text_property(bus_.get(), unit_, service_interface, name); }

    /// A unit that has not begun yet may still have the words of an earlier run.
    void report_progress() const {
        if (text_property(bus_.get(), unit_, unit_interface, "ActiveState") != "activating") return;
        if (const auto text = property("StatusText"); !text.empty()) report_status(text);
    }

    static int on_changed(sd_bus_message*, void* self, sd_bus_error*) {
        static_cast<PullUnit*>(self)->report_progress();
        return 0;
    }

    static int on_job_removed(sd_bus_message* message, void* data, sd_bus_error*) {
        auto& self = *static_cast<PullUnit*>(data);
        std::uint32_t id = 0;
        const char *job = nullptr, *unit = nullptr, *result = nullptr;
        if (sd_bus_message_read(message, "uoss", &id, &job, &unit, &result) < 0 || self.job_ != job) return 0;
        self.result_ = result;
        // Now: the end of the loop closes the bus.
        self.last_status_ = self.property("StatusText");
        self.timed_out_ = self.property("Result") == "timeout";
        return sd_event_exit(self.event_.get(), 0);
    }

    static int on_sigterm(sd_event_source*, const signalfd_siginfo*, void* data) {
        auto& self = *static_cast<PullUnit*>(data);
        self.stopped_ = true;
        call_manager(self.bus_.get(), "StopUnit", "ss", self.unit_.c_str(), "replace");
        return sd_event_exit(self.event_.get(), 0);
    }

    static int on_time(sd_event_source* timer, std::uint64_t, void*) {
        extend_timeout(margin);
        sd_event_source_set_time_relative(timer, std::chrono::microseconds{margin_renewed_every}.count());
        return sd_event_source_set_enabled(timer, SD_EVENT_ONESHOT);
    }

    std::string image_;
    std::string unit_;
    std::string path_;
    std::unique_ptr<sd_event, UnrefEvent> event_;
    Bus bus_;
    std::string job_;
    std::string result_;
    std::string last_status_;
    bool timed_out_ = false;
    bool stopped_ = false;
};

}  // namespace

slot::Result<bool> pull_by_unit(const slot::SlotName& name, const std::string& image) {
    const BlockedSigterm blocked;
    return PullUnit{name, image}.run();
}

}  // namespace hal0::prepare
