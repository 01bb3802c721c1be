#include "cli/api/event_stream.hpp"
#include "cli/commands/commands.hpp"
#include "cli/failure.hpp"
#include "cli/terminal/table.hpp"
#include "cli/watch/interrupt.hpp"

#include <fmt/format.h>

#include <map>
#include <memory>

namespace hal0::cli {
namespace {

using Slots = std::map<std::string, Json>;

std::vector<std::string> lines_of(const Slots& slots, const Terminal& terminal) {
    if (slots.empty()) return {"No slots configured."};
    Table table{{"NAME", "STATE", "MODEL", "BACKEND", "PORT", "KIND"}, {}};
    for (const auto& [name, slot] : slots)
        table.rows.push_back({field(slot, "name"), field(slot, "state"), field(slot, "model_id"), field(slot, "backend"), field(slot, "port"), field(slot, "kind")});
    table.paint = [&](std::size_t row, std::size_t column, const std::string& text) { return column == 1 ? terminal.coloured(table.rows[row][1], text) : text; };
    return table_lines(table, terminal.width());
}

Slots by_name(const Json& list) {
    if (!list.is_array()) throw Failure{"the API's list of slots is not a list"};
    Slots slots;
    for (const auto& slot : list) slots[raw_field(slot, "name")] = slot;
    return slots;
}

void list_slots(Context& context, bool as_json) {
    const auto body = context.client().get_text("/api/slots");
    if (as_json) return context.print_json(body);
    for (const auto& line : lines_of(by_name(parsed(body, context.access())), context.terminal)) context.terminal.print(line);
}

/// Follows the slots; each change is a line, or on a terminal a new picture.
class LiveList {
public:
    LiveList(Context& context, bool as_json) : context_(context), as_json_(as_json) {}

    void take(const Event& event) {
        if (event.type != "slots" && event.type != "slot" && event.type != "removed") return;
        const auto data = parsed(event.data, context_.access());
        const auto before = slots_;
        if (event.type == "slots") slots_ = by_name(data);
        if (event.type == "slot") slots_[raw_field(data, "name")] = data;
        if (event.type == "removed") slots_.erase(raw_field(data, "name"));
        if (context_.terminal.is_terminal() && !as_json_) return context_.terminal.redraw(lines_of(slots_, context_.terminal));
        for (const auto& [name, slot] : slots_)
            if (const auto found = before.find(name); found == before.end() || line(found->second) != line(slot)) context_.terminal.print(line(slot));
        for (const auto& [name, slot] : before)
            if (!slots_.contains(name)) context_.terminal.print(as_json_ ? Json{{"name", name}, {"deleted", true}}.dump(-1, ' ', true) : fmt::format("{}: deleted", field(slot, "name")));
    }

private:
    std::string line(const Json& slot) const {
        if (as_json_) return slot.dump(-1, ' ', true);
        const auto message = field(slot.value("metadata", Json::object()), "message", "");
        return fmt::format("{}: {}{}{} (model {}, port {})", field(slot, "name"), field(slot, "state"), message.empty() ? "" : ": ", message, field(slot, "model_id"), field(slot, "port"));
    }

    Context& context_;
    bool as_json_;
    Slots slots_;
};

void watch(Context& context, bool as_json) {
    const Interrupt interrupt;
    auto access = context.access();
    access.interrupt_fd = interrupt.fd();
    try {
        EventStream stream{access, "/api/stream/slots"};
        LiveList live{context, as_json};
        for (;;)
            if (const auto event = stream.next(Clock::now() + std::chrono::hours{1})) live.take(*event);
    } catch (const Interrupted&) {
        end_by_interrupt();
    }
}

}  // namespace

void add_slot_list(CLI::App& slot, Context& context) {
    struct Options {
        bool json = false, watch = false;
    };
    const auto options = std::make_shared<Options>();
    auto* command = add_command(slot, "list", "List the slots", "hal0 slot list --watch");
    command->add_flag("--json", options->json, "What the API answers, unchanged");
    command->add_flag("-w,--watch", options->watch, "Go on, and show each change");
    command->callback([options, &context] { options->watch ? watch(context, options->json) : list_slots(context, options->json); });
}

}  // namespace hal0::cli
