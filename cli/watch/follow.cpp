#include "cli/watch/follow.hpp"

#include "cli/api/event_stream.hpp"
#include "cli/failure.hpp"
#include "cli/terminal/text.hpp"
#include "cli/watch/interrupt.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace hal0::cli {
namespace {

using namespace std::chrono_literals;

std::string text_or_empty(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

/// What a request that failed leaves to read: the end of the slot's log, on standard error.
void show_log_end(const Client& client, const std::string& slot) try {
    const auto answer = client.get(slot_path(slot, "/logs?lines=10"));
    const auto logs = answer.value("logs", std::string{});
    if (logs.empty()) return;
    std::fprintf(stderr, "The last lines of its log (hal0 slot logs %s):\n", slot.c_str());
    std::string_view rest{logs};
    while (!rest.empty()) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        std::fprintf(stderr, "  %s\n", shown(line).c_str());
    }
} catch (const std::exception&) {
    // Why it failed is said all the same; the log is an addition.
}

/// One watched request: the stream, the course, and what has been shown of it.
class Watch {
public:
    Watch(const Access& access, Terminal& terminal, const Request& request)
        : access_(access), terminal_(terminal), request_(request), stream_(access, slot_path(request.slot, "/state/stream")),
          course_(request.operation, request.wanted, snapshot()) {}

    SlotState run() {
        began_ = changed_ = Clock::now();
        try {
            Client{access_}.send(request_.method, request_.path, request_.body);
            began_ = changed_ = Clock::now();
            course_.accepted();
            while (course_.end() == Course::End::none) step();
        } catch (const Refused& refused) {
            // It was there a moment ago. Who unloads it wants no more; of all else the API says what there is to say.
            if (request_.operation != Operation::unload || refused.code != "slot.not_found") throw;
            course_.vanish();
        }
        terminal_.clear_progress();
        if (course_.end() == Course::End::failed) throw Failure{course_.reason()};
        return course_.now();
    }

private:
    SlotState snapshot() {
        const auto event = stream_.next(Clock::now() + access_.patience);
        if (!event) throw Disconnected{fmt::format("the API at {} does not say what state the slot is in", access_.address.url())};
        return parse_slot_state(event->data);
    }

    void step() {
        const auto tick = terminal_.is_terminal() ? 1000ms : 5000ms;  // on a terminal the seconds count
        const auto event = stream_.next(std::min({Clock::now() + tick, changed_ + std::chrono::seconds{course_.quiet_s()}, deadline()}));
        if (event && event->type == "state") see(parse_slot_state(event->data));
        if (course_.end() != Course::End::none) return;
        if (Clock::now() - changed_ >= std::chrono::seconds{course_.quiet_s()}) {
            course_.be_quiet();
            changed_ = Clock::now();
        }
        if (Clock::now() >= deadline())
            throw Failure{fmt::format("slot {} has not settled within {}: it is {}, and goes on without being watched", request_.slot, duration_text(*request_.timeout), course_.now().state)};
        terminal_.progress(line("  "));
    }

    void see(const SlotState& now) {
        const bool after_gap = stream_.reconnects() != reconnects_;
        reconnects_ = stream_.reconnects();
        const auto before = course_.now();
        course_.see(now, after_gap);
        changed_ = Clock::now();
        const bool is_news = now.state != before.state || now.message != before.message;
        if (is_news && !terminal_.is_terminal() && course_.end() == Course::End::none) terminal_.print(line(": "));
    }

    std::string line(std::string_view separator) const {
        const auto& now = course_.now();
        const auto message = shown(now.message);
        const auto seconds = duration_text(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began_));
        return fmt::format("{}{}{}{}{} ({})", request_.slot, separator, shown(now.state), message.empty() ? "" : separator, message, seconds);
    }

    Clock::time_point deadline() const { return request_.timeout ? began_ + *request_.timeout : Clock::time_point::max(); }

    const Access& access_;
    Terminal& terminal_;
    const Request& request_;
    EventStream stream_;
    Course course_;
    Clock::time_point began_, changed_;
    unsigned reconnects_ = 0;
};

}  // namespace

SlotState parse_slot_state(const std::string& data) {
    const auto frame = nlohmann::json::parse(data, nullptr, false);
    if (!frame.is_object()) throw Failure{"the API sent a state that is not JSON"};
    const auto number = [&](const char* key) { return frame.contains(key) && frame[key].is_number() ? frame[key].get<double>() : 0.0; };
    return {text_or_empty(frame, "state"), text_or_empty(frame, "message"), text_or_empty(frame, "model_id"), static_cast<int>(number("port")), number("updated_at")};
}

SlotState follow(const Access& access, Terminal& terminal, const Request& request) {
    const Interrupt interrupt;
    auto watched = access;
    watched.interrupt_fd = interrupt.fd();
    try {
        return Watch{watched, terminal, request}.run();
    } catch (const Interrupted&) {
        terminal.clear_progress();
        std::fprintf(stderr, "hal0: stopped watching; the slot goes on (hal0 slot status %s)\n", request.slot.c_str());
        end_by_interrupt();
    } catch (const Refused& refused) {
        terminal.clear_progress();
        if (refused.code == "slot.health_failed" || refused.code == "slot.spawn_failed") show_log_end(Client{access}, request.slot);
        throw;
    } catch (const Disconnected&) {
        terminal.clear_progress();
        throw;
    } catch (const Failure& failure) {
        terminal.clear_progress();
        complain(fmt::format("slot {}: {}", request.slot, failure.what()));
        show_log_end(Client{access}, request.slot);
        throw Reported{};
    }
}

}  // namespace hal0::cli
