#include "http-bridge/server/front.hpp"

#include "dbus-interfaces/operation_failed.hpp"
#include "http-bridge/json/error_table.hpp"

#include <systemd/sd-daemon.h>

#include <cstdio>

namespace hal0::http {

/// A request, and how far it has come.
struct Front::Asked {
    std::shared_ptr<Connection> connection;
    std::string head;
    std::string body;
    std::string id;
    Request request = {};
    const Route* route = nullptr;  // set: it cannot be answered at once
    Begin begin = nullptr;
};

namespace {

using namespace std::chrono_literals;

/// How long hal0d may take to be there. Starting it takes a tenth of a second; HEAD is how others find out whether we live, and has
/// to be answered within a second (http-api.md, 1).
std::chrono::milliseconds patience_of(std::string_view head) { return head.starts_with("HEAD ") ? 800ms : 10s; }

}  // namespace

Answer error_answer(std::exception_ptr problem) {
    try {
        std::rethrow_exception(problem);
    } catch (const Refused& refused) {
        return refused.answer();
    } catch (const bus::OperationFailed& failed) {
        return refused({failed.kind(), failed.what()}, nlohmann::json::object()).answer();
    } catch (const std::exception& unexpected) {
        std::fprintf(stderr, SD_ERR "a request could not be answered: %s\n", unexpected.what());
        return Refused{500, "system.internal", "something went wrong in the bridge; its journal says what (journalctl -u hal0-http)"}.answer();
    }
}

Front::Front(bus::Loop& loop, Context& context, const Router& router, Guard guard)
    : context_(context), router_(router), guard_(std::move(guard)),
      listener_(loop, [this](const auto& connection, std::string bytes, std::size_t head_size) { request(connection, std::move(bytes), head_size); }, {},
                [this](std::string_view head) { return refusal(head); }) {}

/// Of whoever does not get past the guard, or cannot be understood, no body is taken.
std::optional<std::string> Front::refusal(std::string_view head) {
    bool passes = false;
    const Exchange::Handler handler = [&](const Exchange::Parsed& parsed) {
        Answer answer;
        try {
            guard_.check(parsed);
            passes = true;
        } catch (const Refused& refused) {
            answer = refused.answer();
        }
        answer.headers.emplace_back("x-request-id", request_id(parsed));
        return answer;
    };
    auto outcome = exchange_.answer(head, true, handler);
    return passes ? std::nullopt : std::optional{std::move(outcome.bytes)};
}

void Front::request(const std::shared_ptr<Connection>& connection, std::string bytes, std::size_t head_size) {
    Asked asked{connection, bytes.substr(0, head_size), bytes.substr(head_size), ""};
    const Exchange::Handler handler = [&](const Exchange::Parsed& parsed) { return answer_now(parsed, asked); };
    auto outcome = exchange_.answer(asked.head, false, handler);
    if (asked.route) return answer_later(std::move(asked));
    connection->write(std::move(outcome.bytes), outcome.close);
}

/// The answer, or an empty one when asked.route says that it takes longer.
Answer Front::answer_now(const Exchange::Parsed& parsed, Asked& asked) {
    asked.id = request_id(parsed);
    Answer answer;
    try {
        guard_.check(parsed);
        const auto [route, parameters] = router_.find(parsed.method, parsed.path);
        asked.request = {std::string{route->method}, parameters, {parsed.params.begin(), parsed.params.end()}, std::move(asked.body), parsed.get_header_value("Last-Event-ID"), asked.connection->client()};
        const auto* read = std::get_if<Read>(&route->handle);
        if (!read || !is_provided(route->needs)) {
            asked.route = route;
            return {};
        }
        if (route->needs == Needs::figures) bus::detach(context_.mirror.fresh_figures(), [](std::exception_ptr) {});  // somebody reads them
        answer = (*read)(context_, asked.request);
    } catch (const Refused& refused) {
        answer = refused.answer();
        if (refused.details().contains("allow")) answer.headers.emplace_back("Allow", refused.details()["allow"]);
    } catch (...) {
        answer = error_answer(std::current_exception());
    }
    answer.headers.emplace_back("x-request-id", asked.id);
    return answer;
}

bool Front::is_provided(Needs needs) const {
    if (needs == Needs::nothing) return true;
    return context_.mirror.is_ready() && (needs == Needs::slots || context_.mirror.are_figures_fresh());
}

bus::Task<> Front::provide(Needs needs, std::chrono::milliseconds patience) {
    if (needs == Needs::nothing) co_return;
    co_await context_.mirror.ready(patience);
    if (needs == Needs::figures) co_await context_.mirror.fresh_figures();
}

bus::Task<Answer> Front::waited(const Route& route, Request request, std::chrono::milliseconds patience) {
    co_await provide(route.needs, patience);
    if (const auto* ask = std::get_if<Ask>(&route.handle)) co_return co_await (*ask)(context_, std::move(request));
    co_return std::get<Read>(route.handle)(context_, request);
}

void Front::answer_later(Asked asked) {
    const auto kept = std::make_shared<Asked>(std::move(asked));
    const auto answer = std::make_shared<Answer>();
    const auto follow = [](Front& front, std::shared_ptr<Asked> one, std::shared_ptr<Answer> into) -> bus::Task<> {
        const auto* stream = std::get_if<Follow>(&one->route->handle);
        if (!stream) {
            *into = co_await front.waited(*one->route, std::move(one->request), patience_of(one->head));
            co_return;
        }
        co_await front.provide(one->route->needs, patience_of(one->head));
        if (front.listener_.streams() >= most_streams || front.listener_.streams(one->connection->client()) >= most_streams_of_one)
            throw Refused{503, "system.too_many_streams", "too many event streams are open; close some"};
        one->begin = (*stream)(front.context_, one->request);
    };
    if (waiting_ >= most_waiting) return write(*kept, Refused{503, "system.busy", "too many requests wait for an answer; try again later"}.answer());
    ++waiting_;
    kept->request.given_up = kept->connection->given_up();
    bus::detach(follow(*this, kept, answer), [this, kept, answer](std::exception_ptr problem) {
        --waiting_;
        if (problem) *answer = error_answer(problem);
        if (!problem && kept->begin && kept->connection->is_open()) return begin_stream(*kept, kept->begin);
        write(*kept, *answer);
    });
}

void Front::write(const Asked& asked, const Answer& answer) {
    if (!asked.connection->is_open()) return;
    const Exchange::Handler handler = [&](const Exchange::Parsed&) {
        auto whole = answer;
        whole.headers.emplace_back("x-request-id", asked.id);
        return whole;
    };
    auto outcome = exchange_.answer(asked.head, false, handler);
    asked.connection->write(std::move(outcome.bytes), outcome.close);
}

void Front::begin_stream(const Asked& asked, const Begin& begin) {
    if (asked.head.starts_with("HEAD ")) return write(asked, Answer{200, "", "text/event-stream"});
    auto sink = asked.connection->become_stream(exchange_.stream_head(asked.head, asked.id));
    if (!sink) return;
    try {
        begin(std::move(sink));
    } catch (...) {
        error_answer(std::current_exception());  // for the journal: the client has its head already, and sees the stream end
    }
}

}  // namespace hal0::http
