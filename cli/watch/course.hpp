#pragma once

#include <string>

namespace hal0::cli {

/// What somebody has asked of a slot, and therefore waits for.
enum class Operation { load, unload, restart, swap };

/// A frame of `…/state/stream`.
struct SlotState {
    std::string state, message, model;
    int port = 0;
    double updated_at = 0;  // of the last transition
    bool operator==(const SlotState&) const = default;
};

/// Follows an operation by the states that the slot goes through, and says when it has ended, and how. Pure.
class Course {
public:
    enum class End { none, done, failed };

    /// @param wanted the model that is to run; empty: any
    /// @param before the state before the operation was asked for
    Course(Operation operation, std::string wanted, SlotState before);

    /// The API has accepted the operation.
    void accepted();
    /// A state after that. @param after_gap the stream had broken: states may have been missed
    void see(const SlotState& now, bool after_gap = false);
    /// Nothing has changed for quiet_s() seconds: is that the end?
    void be_quiet();
    /// A slot that is unloaded is none any more.
    void vanish();

    End end() const { return end_; }
    /// Of an operation that failed: why.
    const std::string& reason() const { return reason_; }
    const SlotState& now() const { return now_; }

    /// systemd goes from one state to the next within milliseconds; where one that could be the last stays for so long, it is.
    int quiet_s() const;

private:
    bool is_where_it_should_be() const;
    void judge();
    void judge_failure();
    void fail(std::string reason);

    Operation operation_;
    std::string wanted_;
    SlotState before_, now_;
    bool moved_ = false;    // it is doing what was asked for
    bool stops_ = false;    // it has been seen to stop
    bool started_ = false;  // a container has been on its way up
    std::string first_failure_;  // of a swap, which goes back to the previous model
    End end_ = End::none;
    std::string reason_;
};

/// Whether it is an error that a file is wrong: nothing runs in it, and a slot that is stopped stays in it.
bool is_wrong_file(const SlotState& now);

/// Whether a model answers in this state.
bool is_running(const std::string& state);

}  // namespace hal0::cli
