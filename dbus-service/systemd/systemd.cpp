#include "dbus-service/systemd/systemd.hpp"

#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/loop/bus_call.hpp"

#include <fmt/format.h>

#include <chrono>

namespace hal0::service {
namespace {

constexpr auto service = "org.freedesktop.systemd1";
constexpr auto manager_path = "/org/freedesktop/systemd1";
constexpr auto manager_interface = "org.freedesktop.systemd1.Manager";
constexpr auto unit_interface = "org.freedesktop.systemd1.Unit";
constexpr auto properties_interface = "org.freedesktop.DBus.Properties";

// A daemon-reload runs all generators of the machine, and may be rate-limited; sd-bus gives up after 25 s by itself.
constexpr std::chrono::minutes reload_patience{2};

// dbus-daemon refuses more than 128 replies that one connection waits for (max_replies_per_connection of its system.conf), and
// there may be more slots than that which end at once. What operations ask must get through, too.
constexpr std::size_t most_questions = 64;

const std::vector<std::string> any_state;
const std::vector<std::string> our_units{"hal0-slot@*.service", "hal0-slot-pull@*.service"};

/// One entry of ListUnitsByPatterns().
using ListedUnit = sdbus::Struct<std::string, std::string, std::string, std::string, std::string, std::string, sdbus::ObjectPath,
                                 std::uint32_t, std::string, sdbus::ObjectPath>;

bool is_error(const sdbus::Error& error, std::string_view name) { return std::string_view{error.getName()} == name; }

}  // namespace

Systemd::Systemd(sdbus::IConnection& connection, bus::Proxies& proxies, Listener listener)
    : connection_(connection), proxies_(proxies), listener_(std::move(listener)), manager_(proxies.at(service, manager_path)) {
    add_matches();
}

void Systemd::add_matches() {
    const auto match = [this](const std::string& rule, void (Systemd::*handler)(sdbus::Message&)) {
        matches_.push_back(bus::add_match(connection_, "type='signal'," + rule, [this, handler](sdbus::Message& message) {
            // Nothing may escape into the library's dispatch; a signal that cannot be read is of no use to anybody.
            try {
                (this->*handler)(message);
            } catch (const sdbus::Error&) {
            }
        }));
    };
    const auto manager_signal = [&](const char* member, void (Systemd::*handler)(sdbus::Message&)) {
        match(fmt::format("sender='{}',path='{}',interface='{}',member='{}'", service, manager_path, manager_interface, member), handler);
    };
    match(fmt::format("sender='{}',path_namespace='{}/unit',interface='{}',member='PropertiesChanged'", service, manager_path, properties_interface),
          &Systemd::on_properties_changed);
    manager_signal("JobRemoved", &Systemd::on_job_removed);
    manager_signal("UnitRemoved", &Systemd::on_unit_removed);
    manager_signal("Reloading", &Systemd::on_reloading);
    match(fmt::format("sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'", service),
          &Systemd::on_owner_changed);
}

bus::Task<> Systemd::follow() {
    try {
        co_await bus::call_void(*manager_, manager_interface, "Subscribe");
    } catch (const sdbus::Error& error) {
        if (!is_error(error, "org.freedesktop.systemd1.AlreadySubscribed")) throw;
    }
    co_await snapshot();
}

/// What is known stays until something newer is: nobody sees a running slot as stopped in between.
bus::Task<> Systemd::snapshot() {
    const auto mine = ++snapshots_;
    not_heard_of_.clear();
    for (const auto& [name, state] : slots_) not_heard_of_.insert(unit_name(name));
    for (const auto& [name, state] : pulls_) not_heard_of_.insert(pull_unit_name(name));
    const auto listed = co_await bus::call<std::vector<ListedUnit>>(*manager_, manager_interface, "ListUnitsByPatterns", any_state, our_units);
    for (const auto& unit : listed) co_await read_unit(std::get<0>(unit));
    if (mine != snapshots_) co_return;  // a newer one is under way
    for (const auto& unit : std::exchange(not_heard_of_, {})) forget_unlisted(unit);
    listener_.everything_changed();
}

/// systemd forgets units that do nothing, so how the last pull ended is known here alone.
void Systemd::forget_unlisted(const std::string& unit) {
    const auto which = unit_of_slot_named(unit);
    if (!which->pulls || !pull_unit(which->slot).is_stopped()) forget(unit);
}

void Systemd::forget(const std::string& unit) {
    const auto which = unit_of_slot_named(unit);
    (which->pulls ? pulls_ : slots_).erase(which->slot);
}

/// Properties that change while they are read come again as a signal, behind the answer.
bus::Task<> Systemd::read_unit(std::string unit) {
    const auto which = unit_of_slot_named(unit);
    if (!which) co_return;
    const auto proxy = proxies_.at(service, unit_path(unit));
    const auto all = co_await bus::call<Properties>(*proxy, properties_interface, "GetAll", std::string{});
    not_heard_of_.erase(unit);
    auto& state = state_of(*which);
    take_over(state, all);
    if (state.has_unknown_job()) in_background(ask_job_type(*which, state.job_path));
}

/// What systemd does not signal: the unit's cgroup.
bus::Task<> Systemd::read_again(UnitOfSlot unit) {
    co_await read_unit(name_of(unit));
    listener_.unit_changed(unit.slot);
}

bus::Task<> Systemd::ask_job_type(UnitOfSlot unit, std::string job) {
    const auto proxy = proxies_.at(service, job);
    try {
        const auto type = co_await bus::call<sdbus::Variant>(*proxy, properties_interface, "Get", std::string{"org.freedesktop.systemd1.Job"}, std::string{"JobType"});
        auto& state = state_of(unit);
        if (state.job_path != job) co_return;  // meanwhile there is another one
        state.job_type = type.get<std::string>();
    } catch (const sdbus::Error& error) {
        // A job that has ended before it could be asked says so by a signal.
        auto& state = state_of(unit);
        if (!is_error(error, "org.freedesktop.DBus.Error.UnknownObject") && state.job_path == job) state.job_type = "none";
    }
    listener_.unit_changed(unit.slot);
}

/// See may_restart(). Without an answer, what the signal said counts.
bus::Task<> Systemd::ask_whether_ended(UnitOfSlot unit, UnitState before, UnitState ended) {
    try {
        co_await read_unit(name_of(unit));
    } catch (const sdbus::Error&) {
        auto& state = state_of(unit);
        if (state == before) state = std::move(ended);
        if (state.has_unknown_job()) in_background(ask_job_type(unit, state.job_path));
    }
    listener_.unit_changed(unit.slot);
}

void Systemd::in_background(bus::Task<> question) {
    questions_.push_back(std::move(question));
    ask_next();
}

void Systemd::ask_next() {
    while (asking_ < most_questions && !questions_.empty()) {
        auto question = std::move(questions_.front());
        questions_.pop_front();
        ++asking_;
        bus::detach(std::move(question), [this](std::exception_ptr) {  // what it would have found out comes as a signal, or not at all
            --asking_;
            ask_next();
        });
    }
}

// --- signals ---------------------------------------------------------------------------------------------

void Systemd::on_properties_changed(sdbus::Message& message) {
    const auto unit = unit_of_slot_at(bus::str(message.getPath()));
    if (!unit || reloading_) return;
    std::string interface;
    Properties changed;
    message >> interface >> changed;
    // systemd sends what only services have first, and what any unit has next, so that clients can take both as one
    // (send_changed_signal() of its dbus-unit.c).
    if (interface != unit_interface) {
        service_halves_[name_of(*unit)] = std::move(changed);
        return;
    }
    if (auto half = service_halves_.extract(name_of(*unit))) changed.merge(half.mapped());
    not_heard_of_.erase(name_of(*unit));
    auto& state = state_of(*unit);
    const auto before = state;
    take_over(state, changed);
    if (state == before) return;
    if (!unit->pulls && may_restart(before, state)) {
        auto ended = std::exchange(state, before);
        return in_background(ask_whether_ended(*unit, before, std::move(ended)));
    }
    if (state.has_unknown_job()) {  // told when it is known what the job is
        const bool is_asked = before.has_unknown_job() && before.job_path == state.job_path;
        if (!is_asked) in_background(ask_job_type(*unit, state.job_path));
        return;
    }
    if (state.is_active() && state.control_group.empty() && !before.is_active()) in_background(read_again(*unit));
    listener_.unit_changed(unit->slot);
}

void Systemd::on_job_removed(sdbus::Message& message) {
    std::uint32_t id = 0;
    sdbus::ObjectPath job;
    std::string unit, result;
    message >> id >> job >> unit >> result;
    end_job(job, result);
}

/// A unit that does nothing is stopped, not gone. How its last pull ended stays known.
void Systemd::on_unit_removed(sdbus::Message& message) {
    std::string name;
    message >> name;
    const auto unit = unit_of_slot_named(name);
    if (!unit || reloading_ || unit->pulls) return;
    forget(name);
    listener_.unit_changed(unit->slot);
}

/// While systemd reloads, it takes all units down and up again in its books; what it says meanwhile means nothing.
void Systemd::on_reloading(sdbus::Message& message) {
    message >> reloading_;
    if (reloading_) return;
    listener_.has_reloaded();
    in_background(snapshot());
}

void Systemd::on_owner_changed(sdbus::Message& message) {
    std::string name, before, now;
    message >> name >> before >> now;
    reloading_ = false;
    if (!now.empty()) in_background(follow_again());
}

/// Jobs outlive a daemon-reexec, as at every upgrade of systemd. Of those that have ended meanwhile nobody will hear.
bus::Task<> Systemd::follow_again() {
    std::set<std::string> lost;
    for (const auto& [job, waiting] : waiting_for_jobs_) lost.insert(job);
    for (auto* units : {&slots_, &pulls_})
        for (auto& [name, state] : *units) state.job_type.clear();  // may be what a question got that nobody answered
    try {
        co_await follow();
        for (const auto* units : {&slots_, &pulls_})
            for (const auto& [name, state] : *units) lost.erase(state.job_path);
    } catch (const sdbus::Error&) {
        // It has left again, and comes back again; or it answers nobody.
    }
    for (const auto& job : lost) end_job(job, "lost");
}

void Systemd::end_job(const std::string& job, const std::string& result) {
    const auto waiting = waiting_for_jobs_.extract(job);
    if (waiting.empty()) return;
    for (const auto& resume : waiting.mapped()) resume(result);
}

// --- requests --------------------------------------------------------------------------------------------

bus::Task<sdbus::ObjectPath> Systemd::queue(std::string method, std::string unit) {
    co_return co_await bus::call<sdbus::ObjectPath>(*manager_, manager_interface, std::move(method), std::move(unit), std::string{"replace"});
}

bus::Task<sdbus::ObjectPath> Systemd::stop(std::string unit) {
    try {
        co_return co_await queue("StopUnit", std::move(unit));
    } catch (const sdbus::Error& error) {
        if (!is_error(error, "org.freedesktop.systemd1.NoSuchUnit")) throw;
    }
    co_return sdbus::ObjectPath{};
}

bus::Task<std::string> Systemd::job_result(sdbus::ObjectPath job) {
    if (job.empty()) co_return "done";
    bus::Callback<std::string> ended{[&](bus::Callback<std::string>::Resume resume) { waiting_for_jobs_[job].push_back(std::move(resume)); }};
    co_return co_await ended;
}

bus::Task<> Systemd::reload() {
    using Reply = std::optional<sdbus::Error>;
    bus::Callback<Reply> replied{[&](bus::Callback<Reply>::Resume resume) {
        manager_->callMethodAsync("Reload").onInterface(manager_interface).withTimeout(reload_patience).uponReplyInvoke(
            [resume](bus::ReplyError error) { resume(error ? Reply{*error} : Reply{}); });
    }};
    if (auto error = co_await replied) throw *std::move(error);
}

bus::Task<bool> Systemd::needs_reload(std::string unit) {
    const auto proxy = proxies_.at(service, unit_path(unit));
    const auto answer = co_await bus::call<sdbus::Variant>(*proxy, properties_interface, "Get", std::string{unit_interface}, std::string{"NeedDaemonReload"});
    co_return answer.get<bool>();
}

bus::Task<> Systemd::reset_failed(std::string unit) {
    try {
        co_await bus::call_void(*manager_, manager_interface, "ResetFailedUnit", unit);
    } catch (const sdbus::Error& error) {
        if (!is_error(error, "org.freedesktop.systemd1.NoSuchUnit")) throw;
    }
}

// --- what is known ---------------------------------------------------------------------------------------

const UnitState& Systemd::find(const Units& units, const slot::SlotName& name) {
    static const UnitState not_loaded;
    const auto found = units.find(name);
    return found == units.end() ? not_loaded : found->second;
}

std::vector<slot::SlotName> Systemd::active_slots() const {
    std::vector<slot::SlotName> names;
    for (const auto& [name, state] : slots_)
        if (!state.is_stopped()) names.push_back(name);
    return names;
}

}  // namespace hal0::service
