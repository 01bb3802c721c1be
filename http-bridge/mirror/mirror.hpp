#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/proxies.hpp"
#include "dbus-interfaces/loop/task.hpp"
#include "dbus-interfaces/bus.hpp"
#include "dbus-interfaces/variant_json.hpp"
#include "http-bridge/mirror/slot_record.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace hal0::http {

/// The D-Bus objects of hal0d as they are, kept by its signals: reading here asks nobody. On the loop thread.
class Mirror {
public:
    /// Something is not as it was. Without a name: all of it, because hal0d is there anew.
    struct Change {
        enum class What { everything, slot, removed, figures, host };
        What what;
        std::string name = {};
        /// Of a transition: the state that was left; empty without one.
        std::string old_state = {};
    };
    using OnChange = std::function<void(const Change&)>;

    /// Begins to follow; throws sdbus::Error if the bus does not let it.
    Mirror(bus::Loop& loop, sdbus::IConnection& connection, bus::Proxies& proxies);
    Mirror(const Mirror&) = delete;
    Mirror& operator=(const Mirror&) = delete;

    /// Whether what is here is what hal0d shows.
    bool is_ready() const { return state_ == State::ready; }
    /// Waits until it is, for as long as `most`; hal0d is activated if it does not run. Throws Refused (503) with the reason why it is not.
    bus::Task<> ready(std::chrono::milliseconds most);

    const std::map<std::string, SlotRecord>& slots() const { return slots_; }
    /// Null if there is no such slot.
    const SlotRecord* find(const std::string& name) const;
    /// All of them, by name.
    std::vector<const SlotRecord*> all() const;
    const HostRecord& host() const { return host_; }
    /// Another number after every change.
    std::uint64_t version() const { return version_; }
    /// How many transitions of a slot have been seen.
    std::uint64_t transitions(const std::string& name) const;

    /// Whether the figures that change without a signal are those of the last second, or there are none.
    bool are_figures_fresh() const;
    /// Asks for them, once for all who wait, and waits for a moment; and again each second as long as somebody calls this.
    bus::Task<> fresh_figures();
    /// Asks for them each second, as long as `reader` is there; the changes are told of.
    void keep_figures_fresh(std::weak_ptr<void> reader);

    /// Waits until `done`, looked at after each change, or until `most` has passed or the wait is given up. True: it is done.
    bus::Task<bool> until(std::function<bool()> done, std::chrono::milliseconds most, std::stop_token given_up = {});

    /// Tells of every change until the handle goes. Not to be let go in `call`.
    [[nodiscard]] std::shared_ptr<void> subscribe(OnChange call);

private:
    enum class State { away, asking, ready };
    struct Waiting;

    void follow(const std::string& rule, void (Mirror::*handler)(sdbus::Message&));
    void owner_changed(sdbus::Message& signal);
    void properties_changed(sdbus::Message& signal);
    void interfaces_added(sdbus::Message& signal);
    void interfaces_removed(sdbus::Message& signal);
    void models_changed(sdbus::Message& signal);

    bus::Task<> ask();
    bus::Task<> read_models();
    bus::Task<> sample();
    void ask_again();
    void tick();
    bool any_runs() const;
    void answered(std::exception_ptr problem);
    void changed(Change change);
    void resume_done();
    void host_properties(const bus::Dictionary& properties);
    void slot_properties(const std::string& path, const bus::Dictionary& properties);

    bus::Loop& loop_;
    sdbus::IConnection& connection_;
    bus::Proxies& proxies_;
    std::vector<sdbus::Slot> matches_;
    State state_ = State::away;
    std::uint64_t generation_ = 0;  // of hal0d's owner: what an old one answers is of no use
    std::map<std::string, SlotRecord> slots_;
    std::map<std::string, std::string> paths_;  // object path → name
    std::map<std::string, std::uint64_t> transitions_;
    HostRecord host_;
    std::uint64_t version_ = 1;
    std::uint64_t attempts_ = 0;  // to come in step that have ended, well or not
    std::string problem_;         // of the last one
    int wanted_ = 0;              // by how many who wait
    std::list<std::shared_ptr<Waiting>> waiting_;
    std::list<OnChange> subscribers_;
    bus::Loop::Deferred look_;
    std::optional<std::chrono::steady_clock::time_point> sampled_at_, figures_read_at_;
    std::vector<std::weak_ptr<void>> readers_;
    bool sampling_ = false;
    // Figures have no signal: they are read each second while somebody reads them here.
    bus::Loop::Timer sample_again_;
};

}  // namespace hal0::http
