#include "http-bridge/mirror/mirror.hpp"

#include "dbus-interfaces/loop/bus_call.hpp"
#include "dbus-interfaces/names.hpp"
#include "http-bridge/http/answer.hpp"
#include "http-bridge/mirror/properties.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace hal0::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// As often as figures are looked at, at most (design.md, 9).
constexpr auto sample_every = 1s;
// A sample that is a little older than that is on its way to be renewed.
constexpr auto fresh_for = 1500ms;
// What is known is better than an answer that does not come, should hal0d hang.
constexpr auto wait_for_sample = 300ms;

constexpr auto object_manager = "org.freedesktop.DBus.ObjectManager";
constexpr auto properties_interface = "org.freedesktop.DBus.Properties";

using Interfaces = std::map<std::string, bus::Dictionary>;
using Objects = std::map<sdbus::ObjectPath, Interfaces>;

std::string reason_of(std::exception_ptr problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const std::exception& failed) {
        return failed.what();
    }
}

Refused unavailable(const std::string& what) { return Refused{503, "system.dbus_unavailable", fmt::format("hal0d {}; see systemctl status hal0d", what)}; }

}  // namespace

/// Somebody who waits for something to become true.
struct Mirror::Waiting {
    std::function<bool()> done;
    std::function<void(bool)> resume;
    std::unique_ptr<bus::Loop::Timer> patience;
    bool expired = false;
};

Mirror::Mirror(bus::Loop& loop, sdbus::IConnection& connection, bus::Proxies& proxies)
    : loop_(loop), connection_(connection), proxies_(proxies), look_(loop, [this] { resume_done(); }), sample_again_(loop, [this] { tick(); }) {
    const auto from_hal0d = [](const std::string& rest) { return fmt::format("sender='{}',{}", names::service, rest); };
    follow(from_hal0d(fmt::format("interface='{}',member='PropertiesChanged',path_namespace='{}'", properties_interface, names::root_path)), &Mirror::properties_changed);
    follow(from_hal0d(fmt::format("interface='{}',member='InterfacesAdded'", object_manager)), &Mirror::interfaces_added);
    follow(from_hal0d(fmt::format("interface='{}',member='InterfacesRemoved'", object_manager)), &Mirror::interfaces_removed);
    follow(from_hal0d(fmt::format("interface='{}',member='Changed'", names::models_interface)), &Mirror::models_changed);
    follow(fmt::format("sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='{}'", names::service), &Mirror::owner_changed);
}

void Mirror::follow(const std::string& rule, void (Mirror::*handler)(sdbus::Message&)) {
    matches_.push_back(bus::add_match(connection_, "type='signal'," + rule, [this, handler](sdbus::Message& signal) {
        // Nothing may escape into the library's dispatch; a signal that cannot be read is of no use to anybody.
        try {
            (this->*handler)(signal);
        } catch (const std::exception&) {
        }
    }));
}

const SlotRecord* Mirror::find(const std::string& name) const {
    const auto found = slots_.find(name);
    return found == slots_.end() ? nullptr : &found->second;
}

std::vector<const SlotRecord*> Mirror::all() const {
    std::vector<const SlotRecord*> all;
    for (const auto& [name, slot] : slots_) all.push_back(&slot);
    return all;
}

std::uint64_t Mirror::transitions(const std::string& name) const {
    const auto found = transitions_.find(name);
    return found == transitions_.end() ? 0 : found->second;
}

// --- being in step with hal0d ---------------------------------------------------------------------------------

bus::Task<> Mirror::ready(std::chrono::milliseconds most) {
    if (is_ready()) co_return;
    const auto asked = attempts_;
    if (state_ == State::away) ask_again();
    const std::function<bool()> answered = [this, asked] { return is_ready() || attempts_ != asked; };
    wanted_ += 1;
    const bool in_time = co_await until(answered, most);
    wanted_ -= 1;
    if (is_ready()) co_return;
    throw unavailable(in_time ? fmt::format("cannot be reached and cannot be started: {}", problem_) : "does not answer");
}

void Mirror::ask_again() {
    state_ = State::asking;
    const auto generation = ++generation_;
    bus::detach(ask(), [this, generation](std::exception_ptr problem) {
        if (generation == generation_) answered(problem);
    });
}

void Mirror::answered(std::exception_ptr problem) {
    state_ = problem ? State::away : State::ready;
    ++attempts_;
    problem_ = problem ? reason_of(problem) : "";
    if (!problem) changed({Change::What::everything});
    if (!waiting_.empty()) look_.ask();
}

/// The objects come last: the callback that brings them makes the mirror ready, so no signal can come in between and be lost. What changes
/// of the host meanwhile is taken over as it is told.
bus::Task<> Mirror::ask() {
    const auto generation = generation_;
    const auto hal0d = proxies_.at(names::service, names::root_path);
    // The root object is none of its own ObjectManager's (D-Bus specification, org.freedesktop.DBus.ObjectManager).
    const std::string manager = names::manager_interface;
    const auto properties = co_await bus::call<bus::Dictionary>(*hal0d, properties_interface, "GetAll", manager);
    if (generation != generation_) co_return;
    take_over(host_, properties);
    co_await read_models();
    if (generation != generation_) co_return;
    const auto objects = co_await bus::call<Objects>(*hal0d, object_manager, "GetManagedObjects");
    if (generation != generation_) co_return;
    slots_.clear();
    paths_.clear();
    for (const auto& [path, interfaces] : objects) {
        if (const auto slot = interfaces.find(names::slot_interface); slot != interfaces.end()) slot_properties(path, slot->second);
    }
    sampled_at_ = steady_clock::now();
}

bus::Task<> Mirror::read_models() {
    const auto generation = generation_;
    const auto hal0d = proxies_.at(names::service, names::root_path);
    const auto rows = co_await bus::call<std::vector<bus::Dictionary>>(*hal0d, names::models_interface, "List");
    if (generation != generation_) co_return;
    host_.models.clear();
    for (const auto& row : rows) host_.models.push_back(bus::to_json(row));
}

void Mirror::owner_changed(sdbus::Message& signal) {
    std::string name, before, now;
    signal >> name >> before >> now;
    if (now.empty()) {
        ++generation_;
        state_ = State::away;
        // Who waits wants it to run: the call activates it.
        if (wanted_ > 0) ask_again();
    } else if (state_ != State::asking || !before.empty()) {
        ask_again();
    }
}

// --- signals ----------------------------------------------------------------------------------------------------

void Mirror::slot_properties(const std::string& path, const bus::Dictionary& properties) {
    SlotRecord slot;
    take_over(slot, properties);
    if (slot.name.empty()) return;
    paths_[path] = slot.name;
    slots_.insert_or_assign(slot.name, std::move(slot));
}

void Mirror::properties_changed(sdbus::Message& signal) {
    std::string interface;
    bus::Dictionary properties;
    signal >> interface >> properties;
    if (interface == names::manager_interface) return host_properties(properties);
    if (!is_ready()) return;  // the objects are still to come, and have it
    const auto name = paths_.find(bus::str(signal.getPath()));
    if (interface != names::slot_interface || name == paths_.end()) return;
    auto& slot = slots_.at(name->second);
    const auto before = slot.state;
    take_over(slot, properties);
    const bool moved = before != slot.state;
    if (moved) ++transitions_[name->second];
    changed({Change::What::slot, name->second, moved ? before : ""});
}

void Mirror::host_properties(const bus::Dictionary& properties) {
    take_over(host_, properties);
    if (is_ready()) changed({Change::What::host});
}

void Mirror::interfaces_added(sdbus::Message& signal) {
    sdbus::ObjectPath path;
    Interfaces interfaces;
    signal >> path >> interfaces;
    const auto slot = interfaces.find(names::slot_interface);
    if (!is_ready() || slot == interfaces.end()) return;
    slot_properties(path, slot->second);
    if (const auto name = paths_.find(path); name != paths_.end()) changed({Change::What::slot, name->second});
}

void Mirror::interfaces_removed(sdbus::Message& signal) {
    sdbus::ObjectPath path;
    std::vector<std::string> interfaces;
    signal >> path >> interfaces;
    const auto found = paths_.find(path);
    if (!is_ready() || found == paths_.end() || std::find(interfaces.begin(), interfaces.end(), names::slot_interface) == interfaces.end()) return;
    const auto name = found->second;
    paths_.erase(found);
    slots_.erase(name);
    transitions_.erase(name);
    changed({Change::What::removed, name});
}

void Mirror::models_changed(sdbus::Message&) {
    if (state_ == State::away) return;
    bus::detach(read_models(), [this](std::exception_ptr problem) {
        if (!problem && is_ready()) changed({Change::What::host});
    });
}

// --- telling of changes -------------------------------------------------------------------------------------------

void Mirror::changed(Change change) {
    ++version_;
    for (const auto& tell : subscribers_) tell(change);
    if (!waiting_.empty()) look_.ask();
}

std::shared_ptr<void> Mirror::subscribe(OnChange call) {
    const auto place = subscribers_.insert(subscribers_.end(), std::move(call));
    return {this, [place](Mirror* mirror) { mirror->subscribers_.erase(place); }};
}

bus::Task<bool> Mirror::until(std::function<bool()> done, std::chrono::milliseconds most, std::stop_token given_up) {
    if (done()) co_return true;
    const auto waiting = std::make_shared<Waiting>();
    waiting->done = std::move(done);
    // Whoever waits may do anything when it is resumed: not from within this.
    const std::function<void()> expire = [this, waiting = waiting.get()] {
        waiting->expired = true;
        look_.ask();
    };
    // How long somebody is ready to wait is theirs to say.
    waiting->patience = std::make_unique<bus::Loop::Timer>(loop_, expire);
    waiting->patience->set(most);
    const std::stop_callback<std::function<void()>> when_given_up{given_up, expire};
    bus::Callback<bool> ended{[&](bus::Callback<bool>::Resume resume) {
        waiting->resume = std::move(resume);
        waiting_.push_back(waiting);
    }};
    co_return co_await ended;
}

void Mirror::resume_done() {
    std::vector<std::pair<std::shared_ptr<Waiting>, bool>> ended;
    for (auto one = waiting_.begin(); one != waiting_.end();) {
        const bool done = (*one)->done();
        if (!done && !(*one)->expired) {
            ++one;
            continue;
        }
        ended.emplace_back(*one, done);
        one = waiting_.erase(one);
    }
    for (const auto& [waiting, done] : ended) waiting->resume(done);
}

// --- figures --------------------------------------------------------------------------------------------------------

bool Mirror::any_runs() const {
    return std::any_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot.second.is_running(); });
}

void Mirror::keep_figures_fresh(std::weak_ptr<void> reader) {
    readers_.push_back(std::move(reader));
    sample_again_.set(sample_every);
}

void Mirror::tick() {
    std::erase_if(readers_, [](const auto& reader) { return reader.expired(); });
    const bool read_lately = figures_read_at_ && steady_clock::now() - *figures_read_at_ < sample_every + 500ms;
    if (readers_.empty() && !read_lately) return;
    if (is_ready() && any_runs() && !sampling_) return bus::detach(sample(), [](std::exception_ptr) {}), void();
    sample_again_.set(sample_every);
}

bool Mirror::are_figures_fresh() const {
    return !any_runs() || (sampled_at_ && steady_clock::now() - *sampled_at_ < fresh_for);
}

bus::Task<> Mirror::fresh_figures() {
    figures_read_at_ = steady_clock::now();
    if (are_figures_fresh()) co_return;
    if (!sampling_) bus::detach(sample(), [](std::exception_ptr) {});
    const std::function<bool()> fresh = [this] { return are_figures_fresh(); };
    co_await until(fresh, wait_for_sample);
}

/// One call gives the figures of all slots.
bus::Task<> Mirror::sample() {
    sampling_ = true;
    const auto generation = generation_;
    try {
        const auto hal0d = proxies_.at(names::service, names::root_path);
        const auto objects = co_await bus::call<Objects>(*hal0d, object_manager, "GetManagedObjects");
        bool moved = false;
        for (const auto& [path, interfaces] : objects) {
            const auto name = paths_.find(path);
            const auto properties = interfaces.find(names::slot_interface);
            if (generation != generation_ || name == paths_.end() || properties == interfaces.end()) continue;
            auto& slot = slots_.at(name->second);
            const auto before = slot.figures;
            take_over(slot, properties->second);
            moved = moved || before != slot.figures;
        }
        if (moved) changed({Change::What::figures});
    } catch (const sdbus::Error&) {
        // hal0d is going, or busy: what is known stays, until it is back.
    }
    sampling_ = false;
    sampled_at_ = steady_clock::now();
    sample_again_.set(sample_every);
    if (!waiting_.empty()) look_.ask();
}

}  // namespace hal0::http
