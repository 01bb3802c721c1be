// Event streams that come from the mirror (http-api.md, 5). Subscribe first, then the snapshot, then what changes.
#include "http-bridge/json/slot_json.hpp"
#include "http-bridge/routes/context.hpp"
#include "http-bridge/routes/route.hpp"
#include "http-bridge/routes/slot_of.hpp"

namespace hal0::http {
namespace {

using Change = Mirror::Change;
using nlohmann::json;

std::string dumped(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// Numbers the frames of one stream. What came before is never asked for again: a stream begins with a snapshot.
class Frames {
public:
    std::string frame(std::string_view event, const json& data) { return event_frame(std::to_string(++last_), event, dumped(data)); }

private:
    std::uint64_t last_ = 0;
};

/// Calls `tell` for each change as long as the stream is open.
void follow(Context& context, std::shared_ptr<EventSink> sink, std::function<void(EventSink&, const Change&)> tell) {
    const auto subscription = std::make_shared<std::shared_ptr<void>>();
    // The subscription ends with the stream, so it holds no more of it than its address.
    *subscription = context.mirror.subscribe([to = sink.get(), tell = std::move(tell)](const Change& change) { tell(*to, change); });
    // The stream lives as long as somebody holds it.
    sink->when_ended([subscription, sink] { subscription->reset(); });
}

Begin state_stream(Context& context, const Request& request) {
    const auto name = slot_of(context, request).name;
    return [&context, name](const std::shared_ptr<EventSink>& sink) {
        const auto frames = std::make_shared<Frames>();
        const auto last = std::make_shared<json>();
        const auto show = [&context, name, frames, last](EventSink& to) {
            const auto* slot = context.mirror.find(name);
            if (!slot) return to.end();
            const auto now = state_frame_json(*slot);
            if (now == *last) return;
            *last = now;
            to.send(frames->frame("state", now));
        };
        follow(context, sink, [name, show](EventSink& to, const Change& change) {
            if (change.what == Change::What::everything || change.name == name) show(to);
        });
        show(*sink);
    };
}

bool is_over(const std::string& pull_state) { return pull_state != "pulling"; }

Begin pull_stream(Context& context, const Request& request) {
    const auto name = slot_of(context, request).name;
    return [&context, name](const std::shared_ptr<EventSink>& sink) {
        const auto frames = std::make_shared<Frames>();
        const auto last = std::make_shared<json>();
        const auto show = [&context, name, frames, last](EventSink& to) {
            const auto* slot = context.mirror.find(name);
            if (!slot) return to.end();
            const auto now = pull_json(*slot, false);
            if (now == *last) return;
            *last = now;
            to.send(frames->frame("", now));
            if (is_over(now["state"])) to.end();
        };
        follow(context, sink, [name, show](EventSink& to, const Change& change) {
            if (change.what == Change::What::everything || change.name == name) show(to);
        });
        show(*sink);
    };
}

/// Everything about all slots, for a dashboard.
Begin slots_stream(Context& context, const Request&) {
    return [&context](const std::shared_ptr<EventSink>& sink) {
        const auto frames = std::make_shared<Frames>();
        follow(context, sink, [&context, frames](EventSink& to, const Change& change) {
            switch (change.what) {
                case Change::What::everything: to.send(frames->frame("slots", slots_json(context.mirror.all()))); break;
                case Change::What::slot: to.send(frames->frame("slot", slot_details(*context.mirror.find(change.name)))); break;
                case Change::What::removed: to.send(frames->frame("removed", {{"name", change.name}})); break;
                case Change::What::figures: to.send(frames->frame("metrics", metrics_json(context.mirror.all(), now_usec()))); break;
                case Change::What::host: break;
            }
        });
        context.mirror.keep_figures_fresh(sink);
        sink->send(frames->frame("slots", slots_json(context.mirror.all())));
    };
}

}  // namespace

std::vector<Route> stream_routes() {
    return {
        {"GET", "/api/slots/{name}/state/stream", "Follow the state of a slot", Needs::slots, Follow{state_stream}},
        {"GET", "/api/slots/{name}/pull/stream", "Follow the pull of the image", Needs::slots, Follow{pull_stream}},
        {"GET", "/api/stream/slots", "Follow all slots", Needs::figures, Follow{slots_stream}},
    };
}

}  // namespace hal0::http
