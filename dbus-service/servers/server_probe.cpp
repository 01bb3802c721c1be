#include "dbus-service/servers/server_probe.hpp"

#include "slot/loopback/get.hpp"

#include <array>
#include <fstream>
#include <string_view>
#include <utility>

namespace hal0::service {
namespace {

// A page of /metrics has 4 kB, /slots of a server that shows its prompts some 100.
constexpr std::size_t most_answer_bytes = 1024 * 1024;

/// A file whose size nobody knows before, as those in /proc; at most `most` bytes of it.
std::string read_stream(const std::string& path, std::size_t most) {
    std::ifstream file{path, std::ios::binary};
    std::string text;
    std::array<char, 16 * 1024> block;
    while (text.size() < most && (file.read(block.data(), block.size()), file.gcount() > 0))
        text.append(block.data(), static_cast<std::size_t>(file.gcount()));
    return text;
}

}  // namespace

ServerProbe::ServerProbe(RunningServer server, const Rhythm& rhythm, std::string root)
    : server_(std::move(server)), provider_(slot::provider(server_.provider)), rhythm_(rhythm), root_(std::move(root)) {}

Look ServerProbe::look(int stop_fd) {
    Look found;
    if (const auto now = Clock::now(); !healthy_ || now >= health_due_) {
        found.healthy = healthy_ = is_healthy(stop_fd);
        health_due_ = now + rhythm_.health;
    }
    if (healthy_) found.sample = sample(stop_fd);
    found.usage = cgroup_usage(root_, server_.control_group);
    found.at = Moment::now();
    return found;
}

bool ServerProbe::is_healthy(int stop_fd) const {
    return loopback::get({server_.port, std::string{provider_.health_path}, 0, rhythm_.patience}, stop_fd).status == 200;
}

slot::Sample ServerProbe::sample(int stop_fd) {
    slot::Sample sample;
    if (server_.provider == slot::ProviderId::llama_server && Clock::now() >= busy_due_) ask_llama_server(sample, stop_fd);
    if (!provider_.models_path.empty() && Clock::now() >= models_due_) ask_models(sample, stop_fd);
    if (!sample.requests_in_flight) count_connections(sample);
    return sample;
}

void ServerProbe::ask_llama_server(slot::Sample& sample, int stop_fd) {
    const auto slots = loopback::get({server_.port, std::string{provider_.busy_path}, most_answer_bytes, rhythm_.patience}, stop_fd);
    if (slots.status == 200) read_slots(sample, slots.body);
    if (slots.status == 0) {
        busy_due_ = Clock::now() + rhythm_.busy_again;
        return;  // /metrics is answered from the same queue
    }
    const auto metrics = loopback::get({server_.port, std::string{provider_.metrics_path}, most_answer_bytes, rhythm_.patience}, stop_fd);
    if (metrics.status == 200) read_metrics(sample, metrics.body);
}

void ServerProbe::ask_models(slot::Sample& sample, int stop_fd) {
    const auto models = loopback::get({server_.port, std::string{provider_.models_path}, most_answer_bytes, rhythm_.patience}, stop_fd);
    models_due_ = Clock::now() + (models.status == 0 ? rhythm_.busy_again : rhythm_.models);
    if (models.status == 200) read_models(sample, models.body);
}

// What a server does not tell, or not now: a request is a connection. None of ours is among them: each was closed by a
// reset, which leaves nothing in the table.
void ServerProbe::count_connections(slot::Sample& sample) const {
    read_connections(sample, read_stream(root_ + "/proc/net/tcp", slot::most_answer_bytes), server_.port, {});
}

}  // namespace hal0::service
