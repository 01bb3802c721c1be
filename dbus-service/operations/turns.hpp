#pragma once

#include "dbus-interfaces/loop/loop.hpp"
#include "dbus-interfaces/loop/task.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>

namespace hal0::service {

/// One after the other: operations on one slot, and changes of the files. Turns of different keys run side by side.
class Turns {
public:
    explicit Turns(bus::Loop& loop);

    /// Whoever has it may act; the next one waits until it goes.
    class Turn {
    public:
        Turn(Turns& turns, std::string key) : turns_(&turns), key_(std::move(key)) {}
        Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)), key_(std::move(other.key_)) {}
        Turn& operator=(Turn&&) = delete;
        ~Turn() {
            if (turns_) turns_->pass_on(key_);
        }

    private:
        Turns* turns_;
        std::string key_;
    };

    /// Waits for the turn. Throws OperationFailed (busy) if too many wait already; `what` says for what.
    bus::Task<Turn> take(std::string key, std::string what);

private:
    using Waiting = std::deque<std::function<void(bool)>>;
    void pass_on(const std::string& key);
    void wake();

    std::map<std::string, Waiting> taken_;
    std::deque<std::function<void(bool)>> woken_;
    bus::Loop::Deferred wake_;
};

}  // namespace hal0::service
