#include "dbus-interfaces/operation_failed.hpp"
#include "dbus-service/operations/operations.hpp"

#include "slot/load.hpp"
#include "slot/log_reason.hpp"

#include <fmt/format.h>

#include <chrono>

namespace hal0::service {

using slot::ErrorKind;

namespace {

// One that cannot be read by then is not worth the wait: whoever looks into it will see.
constexpr std::chrono::milliseconds log_patience{5000};

std::string failed_swap(const slot::ModelId& model, const std::string& reason, const std::string& outcome) {
    return fmt::format("the swap to model '{}' failed: {}{}", model.str(), reason, outcome);
}

}  // namespace

void Operations::refuse_while_swapping(const slot::SlotName& name) const {
    const auto swap = swaps_.find(name);
    if (swap != swaps_.end())
        throw bus::OperationFailed{ErrorKind::busy, fmt::format("slot {} is being swapped to model '{}': wait until that has ended, or unload it", name.str(), swap->second.model)};
}

void Operations::call_off_swap(const slot::SlotName& name) {
    const auto swap = swaps_.find(name);
    if (swap != swaps_.end()) swap->second.called_off = true;
}

bus::Task<> Operations::swap(slot::SlotName name, std::string model, bool persist) {
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    refuse_while_swapping(name);
    read_files();
    const auto wanted = bus::value_or_throw(slot::check_swap(catalog_.plan(), name, model, catalog_.registry()));
    Previous previous;
    if (systemd_.slot_unit(name).is_active()) previous = outside_.running_model(name);
    set_notice(name, "");
    co_await mark_loaded(name);
    co_await let_systemd_read(name);
    if (systemd_.slot_unit(name).active_state == "failed") co_await systemd_.reset_failed(unit_name(name));
    const auto job = co_await restart_with(name, wanted);
    swaps_.insert_or_assign(name, Swap{model});
    in_background(name, finish_swap(name, job, wanted, previous, persist));
}

/// The trial is what the next start takes instead of the default; no later one may find it.
bus::Task<sdbus::ObjectPath> Operations::restart_with(slot::SlotName name, slot::ModelId model) {
    co_await set_trial(name, model);
    std::exception_ptr problem;
    try {
        co_return co_await queued(systemd_.restart(unit_name(name)), "restart " + unit_name(name));
    } catch (...) {
        problem = std::current_exception();
    }
    co_await forget_trial(name);
    std::rethrow_exception(problem);
}

/// Restart's job ends when the model answers, or when the start has failed.
bus::Task<> Operations::finish_swap(slot::SlotName name, sdbus::ObjectPath job, slot::ModelId model, Previous previous, bool persist) {
    const auto result = co_await systemd_.job_result(job);
    // A job that is done may be somebody else's restart, too, which systemd has merged with this one.
    const bool runs = outside_.running_model(name) == model.str();
    // A server that is killed just as it has become ready ends with what a stop ends with, and the job as one that is done.
    const bool failed = result == "failed" || (result == "done" && !systemd_.slot_unit(name).is_active());
    std::exception_ptr problem;
    if (failed) {
        try {
            co_await go_back(name, model, previous);
        } catch (...) {
            problem = std::current_exception();
        }
    }
    const bool called_off = swaps_.at(name).called_off;
    swaps_.erase(name);
    if (problem) std::rethrow_exception(problem);
    if (!called_off && result == "done" && runs && persist) co_await persist_swap(name, model);
    // Whatever else became of the job was somebody's wish: a stop, a restart. What they want counts.
    if (!runs && !failed) co_await forget_trial(name);
}

/// The swap stays, whatever becomes of this.
bus::Task<> Operations::persist_swap(slot::SlotName name, slot::ModelId model) {
    std::string problem;
    try {
        co_await edit(name, default_model(model.str()));
        co_await let_systemd_read(name);
    } catch (const std::exception& failed) {
        problem = failed.what();
    }
    if (problem.empty()) co_return;
    set_notice(name, fmt::format("runs model '{}', which could not be made the default: {}", model.str(), problem));
    outside_.log_failure(name, notice(name));
}

/// In the slot's turn: whoever unloads or deletes it meanwhile comes before this, and calls it off, or after it.
bus::Task<> Operations::go_back(slot::SlotName name, slot::ModelId model, Previous previous) {
    const auto failure = outside_.failure(name);  // as it is before the way back is another start
    const auto turn = co_await turns_.take(name.str(), "slot " + name.str());
    if (swaps_.at(name).called_off) co_return;
    std::string outcome;
    if (!previous) {
        co_await queued(systemd_.stop(unit_name(name)), "stop " + unit_name(name));
    } else {
        co_await systemd_.reset_failed(unit_name(name));
        co_await restart_previous(name, *previous);
        outcome = previous->empty() ? "; it is started again as its file says" : fmt::format("; it is back on model '{}'", *previous);
    }
    in_background(name, tell_failure(name, model, failure, outcome));
}

/// Nothing waits for this, so that a log on a slow disk makes no way back slow.
bus::Task<> Operations::tell_failure(slot::SlotName name, slot::ModelId model, Failure failure, std::string outcome) {
    auto said = failed_swap(model, failure.sentence, outcome);
    set_notice(name, said);
    std::string line;
    if (failure.line) line = co_await failure.line->wait(log_patience);
    auto explained = failed_swap(model, slot::with_log_reason(failure.sentence, line), outcome);
    // Whatever was done to the slot meanwhile has its own say.
    if (explained != said && notice(name) == said) set_notice(name, explained);
    outside_.log_failure(name, explained);
}

/// Of a slot that ran without a model, its file tells what is to run.
bus::Task<> Operations::restart_previous(slot::SlotName name, std::string model) {
    const auto id = slot::ModelId::parse(model);
    auto restarted = id ? restart_with(name, *id) : queued(systemd_.restart(unit_name(name)), "restart " + unit_name(name));
    co_await std::move(restarted);
}

}  // namespace hal0::service
