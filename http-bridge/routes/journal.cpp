// What the journal has: logs of slots, transitions, and what hal0's own services say.
#include "http-bridge/journal/journal_json.hpp"
#include "http-bridge/journal/journal_text.hpp"
#include "http-bridge/requests/query.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"

namespace hal0::http {
namespace {

constexpr std::size_t default_log_lines = 200;

slot::SlotName name_of(const Context& context, const Request& request) { return *slot::SlotName::parse(slot_of(context, request).name); }

std::optional<slot::SlotName> slot_query(const Request& request) {
    const auto text = request.query_value("slot");
    if (!text) return std::nullopt;
    if (const auto name = slot::SlotName::parse(*text)) return *name;
    throw Refused{404, "slot.not_found", "there is no slot of that name, and there can be none"};
}

LeastSeverity least_severity(std::string_view severity) {
    if (severity == "error") return LeastSeverity::error;
    if (severity == "warning") return LeastSeverity::warning;
    return severity == "info" ? LeastSeverity::info : LeastSeverity::everything;
}

bus::Task<Answer> logs(Context& context, Request request) {
    const auto name = name_of(context, request);
    const auto lines = lines_query(request, default_log_lines);
    const auto page = co_await context.journal.last(slot_log(name), lines);
    co_return json_answer(logs_answer(name, page));
}

/// With a `since` what came after it, without one the newest.
bus::Task<JournalPage> page(Context& context, JournalQuery query, PageQuery wanted) {
    if (wanted.since) co_return co_await context.journal.since(std::move(query), *wanted.since, wanted.limit);
    co_return co_await context.journal.last(std::move(query), wanted.limit);
}

bus::Task<Answer> events(Context& context, Request request) {
    const auto wanted = page_query(request);
    const auto query = transitions(slot_query(request), least_severity(wanted.severity));
    const auto found = co_await page(context, query, wanted);
    co_return json_answer(events_answer(found, wanted.since.value_or(0)));
}

bus::Task<Answer> own_lines(Context& context, Request request) {
    const auto wanted = page_query(request);
    const auto query = own_services(least_severity(wanted.severity));
    const auto found = co_await page(context, query, wanted);
    co_return json_answer(journal_answer(found, wanted.since.value_or(0)));
}

/// From the entry that a client has seen last, or else with as many lines before as it asks for.
Begin follow(Context& context, const Request& request, JournalQuery query, JournalFollow::Frame frame) {
    const FollowFrom from{request.last_event_id, lines_query(request, 0)};
    if (context.journal.followers() >= Journal::most_followers)
        throw Refused{503, "system.too_many_streams", "too many streams of the journal are open; close some"};
    return [&context, query = std::move(query), from, frame](const std::shared_ptr<EventSink>& sink) { context.journal.follow(query, from, sink, frame); };
}

Begin logs_stream(Context& context, const Request& request) { return follow(context, request, slot_log(name_of(context, request)), log_frame); }

Begin events_stream(Context& context, const Request& request) {
    return follow(context, request, transitions(slot_query(request), least_severity(severity_query(request))), event_row_frame);
}

Begin own_lines_stream(Context& context, const Request& request) { return follow(context, request, own_services(least_severity(severity_query(request))), journal_row_frame); }

}  // namespace

std::vector<Route> journal_routes() {
    return {
        {"GET", "/api/slots/{name}/logs", "The last lines of a slot's log", Needs::slots, Ask{logs}, {"lines"}},
        {"GET", "/api/slots/{name}/logs/stream", "Follow the log of a slot", Needs::slots, Follow{logs_stream}, {"lines"}},
        {"GET", "/api/events", "Transitions of slots", Needs::nothing, Ask{events}, {"since", "severity", "limit", "slot"}},
        {"GET", "/api/events/stream", "Follow transitions of slots", Needs::nothing, Follow{events_stream}, {"severity", "slot", "lines"}},
        {"GET", "/api/journal", "What hal0's own services say", Needs::nothing, Ask{own_lines}, {"since", "severity", "limit"}},
        {"GET", "/api/journal/stream", "Follow what hal0's own services say", Needs::nothing, Follow{own_lines_stream}, {"severity", "lines"}},
    };
}

}  // namespace hal0::http
