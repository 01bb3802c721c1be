#pragma once

#include "dbus-interfaces/loop/task.hpp"
#include "http-bridge/http/answer.hpp"
#include "http-bridge/http/event_sink.hpp"
#include "http-bridge/json/openapi.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace hal0::http {

struct Context;

/// What has to be there before a route is asked.
enum class Needs {
    nothing,
    slots,   // the mirror is in step with hal0d
    figures  // and what changes without a signal is of this second
};

/// Answers from what is in memory.
using Read = std::function<Answer(Context&, const Request&)>;
/// Answers when it has waited for hal0d or for the journal.
using Ask = std::function<bus::Task<Answer>(Context&, Request)>;
/// Checks the request, and returns what begins the stream.
using Begin = std::function<void(std::shared_ptr<EventSink>)>;
using Follow = std::function<Begin(Context&, const Request&)>;

/// One line of the table of routes: from it come routing, 405, and OpenAPI.
struct Route {
    std::string_view method;
    std::string_view path;  // "/api/slots/{name}/load"
    std::string_view summary;
    Needs needs = Needs::slots;
    std::variant<Read, Ask, Follow> handle;
    std::vector<std::string_view> query = {};  // parameters that it takes
};

/// Every route there is, by area.
std::vector<Route> slot_routes();
std::vector<Route> operation_routes();
std::vector<Route> stream_routes();
std::vector<Route> journal_routes();
std::vector<Route> model_routes();
std::vector<Route> system_routes();
std::vector<Route> dashboard_routes();
std::vector<Route> all_routes();

/// Routes as the OpenAPI document takes them.
std::vector<RouteDescription> described(const std::vector<Route>& routes);

}  // namespace hal0::http
