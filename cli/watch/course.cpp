#include "cli/watch/course.hpp"

#include "slot/diagnostic.hpp"

#include <fmt/format.h>

#include <utility>

namespace hal0::cli {
namespace {

bool is_start(const std::string& state) { return state == "pulling" || state == "starting" || state == "warming"; }

}  // namespace

bool is_running(const std::string& state) { return state == "ready" || state == "idle" || state == "serving"; }

bool is_wrong_file(const SlotState& now) {
    const auto said = slot::parse_diagnostic(now.message);
    return now.state == "error" && said && said->place.file.ends_with(".toml");
}

Course::Course(Operation operation, std::string wanted, SlotState before)
    : operation_(operation), wanted_(std::move(wanted)), before_(std::move(before)), now_(before_) {
    started_ = is_start(before_.state);
}

void Course::accepted() { judge(); }

void Course::see(const SlotState& now, bool after_gap) {
    now_ = now;
    // Where nothing was missed, ready, serving and idle follow one another without a start.
    const bool transition = now.updated_at != before_.updated_at && (after_gap || !is_running(before_.state));
    moved_ = moved_ || transition || is_running(now.state) != is_running(before_.state) || now.model != before_.model;
    started_ = started_ || is_start(now.state);
    stops_ = stops_ || now.state == "unloading";
    judge();
}

/// A load finds nothing to do where the model runs already; a restart and a swap always start a container.
bool Course::is_where_it_should_be() const {
    if (operation_ == Operation::unload) return now_.state == "offline" || (stops_ && is_wrong_file(now_));
    const bool runs_already = operation_ == Operation::load && (wanted_.empty() || now_.model == wanted_);
    return is_running(now_.state) && (moved_ || runs_already);
}

void Course::judge() {
    if (end_ != End::none) return;
    if (is_where_it_should_be()) {
        const bool is_other_model = operation_ != Operation::unload && !wanted_.empty() && now_.model != wanted_;
        if (first_failure_.empty() && !is_other_model)
            end_ = End::done;
        else if (!now_.message.empty())
            fail(now_.message);
        else
            fail(first_failure_.empty() ? fmt::format("it runs model {}, not {}", now_.model, wanted_) : first_failure_);
    } else if (operation_ != Operation::unload) {
        judge_failure();
    }
}

void Course::judge_failure() {
    const bool is_news = now_.state != before_.state || now_.updated_at != before_.updated_at;
    if (now_.state == "offline" && started_) fail(!now_.message.empty() ? now_.message : first_failure_.empty() ? "it was stopped while it started" : first_failure_);
    if (now_.state != "error" || !is_news) return;
    if (!first_failure_.empty() && started_) return fail(fmt::format("{}; the previous model did not come back: {}", first_failure_, now_.message));
    if (operation_ != Operation::swap || !is_running(before_.state)) return fail(now_.message);
    first_failure_ = now_.message.empty() ? "it failed" : now_.message;
    started_ = false;  // until the previous model is started again
}

void Course::be_quiet() {
    if (end_ != End::none) return;
    if (now_.state == "error") {
        // A slot whose file is wrong stays in this state when it is stopped.
        if (operation_ == Operation::unload)
            end_ = End::done;
        else
            fail(first_failure_.empty() ? now_.message : first_failure_);
    } else if (now_.state == "offline" && (!first_failure_.empty() || is_running(before_.state))) {
        fail(first_failure_.empty() ? "it was stopped" : first_failure_);
    }
}

/// A slot whose file is gone is there as long as something of it runs.
void Course::vanish() {
    now_.state = "offline";
    now_.message = "its file is gone";
    end_ = End::done;
}

int Course::quiet_s() const { return operation_ == Operation::unload && is_wrong_file(now_) ? 1 : 5; }

void Course::fail(std::string reason) {
    end_ = End::failed;
    reason_ = reason.empty() ? "it failed, and nobody said why" : std::move(reason);
}

}  // namespace hal0::cli
