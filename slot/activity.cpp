#include "slot/activity.hpp"

#include "slot/number.hpp"
#include "slot/text.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_models = 64;
constexpr std::size_t longest_model_id = 255;
constexpr std::size_t deepest = 32;
/// More than any server counts, and exact in a double.
constexpr std::uint64_t most_counted = std::uint64_t{1} << 53;

/// Stands for an element of an array in a path. No key is that: it is not UTF-8.
constexpr std::string_view element = "\xFF";

/// Walks through JSON without building it, so that a hostile text costs no more memory than it is long.
class JsonWalk : public nlohmann::json_sax<Json> {
protected:
    /// Whether the current value stands there.
    bool at(std::initializer_list<std::string_view> path) const { return std::equal(path_.begin(), path_.end(), path.begin(), path.end()); }

    virtual void on_boolean(bool) {}
    virtual void on_number(std::uint64_t) {}
    virtual void on_string(const std::string&) {}
    virtual void on_begin(bool /*array*/) {}
    virtual void on_end() {}

private:
    bool open(bool array) {
        if (path_.size() == deepest) return false;
        on_begin(array);
        path_.emplace_back(array ? element : "");
        return true;
    }
    bool close() {
        path_.pop_back();
        on_end();
        return true;
    }

    bool null() override { return true; }
    bool boolean(bool value) override { return on_boolean(value), true; }
    bool number_integer(number_integer_t) override { return true; }  // a negative one: nothing here is
    bool number_unsigned(number_unsigned_t value) override { return on_number(value), true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t& value) override { return on_string(value), true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return open(false); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t) override { return open(true); }
    bool end_array() override { return close(); }
    bool key(string_t& name) override { return path_.back() = name, true; }
    bool parse_error(std::size_t, const std::string&, const Json::exception&) override { return false; }

    std::vector<std::string> path_;
};

bool walk(std::string_view json, JsonWalk& handler) {
    return json.size() <= most_answer_bytes && Json::sax_parse(json, static_cast<nlohmann::json_sax<Json>*>(&handler));
}

/// The array of /slots: what is in flight, and what was written for it so far.
class SlotsWalk final : public JsonWalk {
public:
    std::uint32_t processing = 0;
    std::uint64_t decoded = 0;

    bool are_slots() const { return knows_; }

private:
    void on_begin(bool) override {
        if (!at({element})) return;
        slot_processes_ = false;
        slot_decoded_ = 0;
    }
    void on_boolean(bool value) override {
        if (!at({element, "is_processing"})) return;
        slot_processes_ = value;
        knows_ = true;
    }
    void on_number(std::uint64_t value) override {
        // Older versions have an object here, newer ones an array of them.
        if (at({element, "next_token", "n_decoded"}) || at({element, "next_token", element, "n_decoded"}))
            slot_decoded_ = std::min(value, most_counted);
    }
    void on_end() override {
        if (!at({element}) || !std::exchange(slot_processes_, false)) return;
        ++processing;
        decoded = std::min(decoded + slot_decoded_, most_counted);
    }

    bool knows_ = false, slot_processes_ = false;
    std::uint64_t slot_decoded_ = 0;
};

/// They are shown, and sent over D-Bus.
bool can_be_shown(const std::string& id) {
    return !id.empty() && id.size() <= longest_model_id && is_utf8(id) && std::none_of(id.begin(), id.end(), is_control);
}

class ModelsWalk final : public JsonWalk {
public:
    std::vector<std::string> ids;
    bool has_data = false;

private:
    void on_begin(bool array) override { has_data = has_data || (array && at({"data"})); }
    void on_string(const std::string& value) override {
        if (at({"data", element, "id"}) && can_be_shown(value) && ids.size() < most_models) ids.push_back(value);
    }
};

/// Takes what stands before any of `ends` off the front, and those behind it.
std::string_view take_until(std::string_view& text, std::string_view ends) {
    const auto end = std::min(text.find_first_of(ends), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(std::min(text.find_first_not_of(ends, end), text.size()));
    return word;
}

std::optional<double> parse_amount(std::string_view text) {
    const auto value = parse_number<double>(text);
    return value >= 0.0 && value <= static_cast<double>(most_counted) ? value : std::nullopt;  // neither nothing nor "nan" is >= 0
}

void take_metric(Sample& sample, Counters& counters, bool& counts, std::string_view name, double value) {
    const auto count = static_cast<std::uint64_t>(value);
    const auto requests = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, UINT32_MAX));
    const auto counter = [&](std::uint64_t& into) { into = count, counts = true; };
    if (name == "llamacpp:prompt_tokens_total") counter(counters.prompt_tokens);
    if (name == "llamacpp:tokens_predicted_total") counter(counters.predicted_tokens);
    if (name == "llamacpp:n_decode_total") counter(counters.decodes);
    // /slots says the same of another moment; whichever saw more is right that there was use.
    if (name == "llamacpp:requests_processing") sample.requests_in_flight = std::max(requests, sample.requests_in_flight.value_or(0));
    if (name == "llamacpp:requests_deferred") sample.requests_deferred = requests;
    if (name == "llamacpp:kv_cache_usage_ratio" && value <= 1) sample.kv_cache_usage = value;
}

/// One end of a connection in /proc/net/tcp, "0100007F:1F91": the address as the machine has it in memory, and the port.
struct End {
    std::uint32_t address = 0, port = 0;
};
std::optional<End> parse_end(std::string_view text) {
    if (text.size() != 13 || text[8] != ':') return std::nullopt;
    const auto address = parse_number<std::uint32_t>(text.substr(0, 8), 16), port = parse_number<std::uint32_t>(text.substr(9), 16);
    return address && port ? std::optional{End{*address, *port}} : std::nullopt;
}

/// The client's port, of a line that is an established connection with `port` of 127.0.0.1. If the client is on this
/// host, too, there are two such lines.
std::optional<std::uint32_t> client_in(std::string_view line, std::uint16_t port) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    take_until(line, " ");
    const auto local = parse_end(take_until(line, " "));
    const auto remote = parse_end(take_until(line, " "));
    if (!local || !remote || take_until(line, " ") != "01") return std::nullopt;
    const auto loopback = htonl(INADDR_LOOPBACK);
    if (local->address != loopback || remote->address != loopback) return std::nullopt;
    if (local->port == port) return remote->port;
    return remote->port == port ? std::optional{local->port} : std::nullopt;
}

bool went_back(const Counters& before, const Counters& now) {
    return now.prompt_tokens < before.prompt_tokens || now.predicted_tokens < before.predicted_tokens || now.decodes < before.decodes;
}

/// Adds what was written since the previous counters. A request moves from flight to the counters when it is answered, or is
/// given up and never counted.
void count_tokens(Activity& activity, const Counters& before, const Counters& now, std::uint64_t in_flight, std::uint64_t at) {
    const auto answered = now.predicted_tokens - before.predicted_tokens;
    const auto late = std::min(activity.tokens_missing, answered);
    const auto more = answered - late + in_flight;
    const auto less = activity.tokens_in_flight;
    activity.tokens_missing = less > more ? less - more : 0;
    const auto written = more > less ? more - less : 0;
    activity.tokens_total += written;
    if (at > activity.counters_at)
        activity.tokens_per_second = static_cast<double>(written) * 1e6 / static_cast<double>(at - activity.counters_at);
}

/// The first counters, or the first after a restart: nothing to compare them with.
void begin_counting(Activity& activity, const Counters& now, std::uint64_t in_flight) {
    activity.tokens_total = now.predicted_tokens + in_flight;
    activity.tokens_missing = 0;
    activity.tokens_per_second.reset();
}

}  // namespace

void read_slots(Sample& sample, std::string_view json) {
    SlotsWalk slots;
    if (!walk(json, slots) || !slots.are_slots()) return;
    sample.requests_in_flight = std::max(slots.processing, sample.requests_in_flight.value_or(0));
    sample.tokens_in_flight = slots.decoded;
}

void read_metrics(Sample& sample, std::string_view text) {
    if (text.size() > most_answer_bytes) return;
    Counters counters;
    bool counts = false;
    while (!text.empty()) {
        auto line = take_until(text, "\r\n");
        const auto name = take_until(line, " \t");
        if (const auto value = parse_amount(take_until(line, " \t"))) take_metric(sample, counters, counts, name, *value);
    }
    if (counts) sample.counters = counters;
}

void read_models(Sample& sample, std::string_view json) {
    ModelsWalk models;
    if (walk(json, models) && models.has_data) sample.models = std::move(models.ids);
}

void read_connections(Sample& sample, std::string_view net_tcp, std::uint16_t port, const std::vector<std::uint16_t>& own_ports) {
    if (auto header = take_until(net_tcp, "\n"); header.find("local_address") == header.npos) return;
    std::set<std::uint32_t> clients;
    while (!net_tcp.empty())
        if (const auto client = client_in(take_until(net_tcp, "\n"), port)) clients.insert(*client);
    for (const auto own : own_ports) clients.erase(own);
    sample.requests_in_flight = static_cast<std::uint32_t>(clients.size());
}

Activity just_started(std::uint64_t at) {
    Activity activity;
    activity.counters = Counters{};
    activity.counters_at = at;
    return activity;
}

Merged merge(const Activity& previous, const Sample& now, std::uint64_t at) {
    Merged merged{previous};
    auto& activity = merged.activity;
    activity.requests_in_flight = now.requests_in_flight.value_or(previous.requests_in_flight);
    activity.requests_deferred = now.requests_deferred.value_or(previous.requests_deferred);
    if (now.kv_cache_usage) activity.kv_cache_usage = now.kv_cache_usage;
    if (now.models) activity.models = *now.models;
    merged.used = activity.requests_in_flight > 0 || activity.requests_deferred > 0;
    if (!now.counters) return merged;

    const auto in_flight = now.tokens_in_flight.value_or(previous.tokens_in_flight);
    const bool restarted = previous.counters && went_back(*previous.counters, *now.counters);
    const auto before = restarted ? Counters{} : previous.counters.value_or(*now.counters);
    merged.used = merged.used || before != *now.counters;
    if (restarted || !previous.counters)
        begin_counting(activity, *now.counters, in_flight);
    else
        count_tokens(activity, before, *now.counters, in_flight, at);
    activity.counters = now.counters;
    activity.counters_at = at;
    activity.tokens_in_flight = in_flight;
    return merged;
}

}  // namespace hal0::slot
