#pragma once

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>

namespace hal0::test {

/// Answers as llama-server does; a test sets what.
class ModelServer {
public:
    ModelServer() {
        server_.Get("/health", [this](const httplib::Request&, httplib::Response& answer) {
            ++health_asked;
            while (hangs) std::this_thread::sleep_for(std::chrono::milliseconds{1});
            answer.status = health;
        });
        server_.Get("/slots", [this](const httplib::Request&, httplib::Response& answer) { answer.set_content(slots(), "application/json"); });
        server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& answer) { answer.set_content(metrics(), "text/plain"); });
        server_.Get("/v1/models", [this](const httplib::Request&, httplib::Response& answer) {
            answer.set_content(garbage ? "[{" : R"({"object":"list","data":[{"id":"tiny"}]})", "application/json");
        });
        const int bound = server_.bind_to_any_port("127.0.0.1");
        if (bound <= 0) throw std::runtime_error("cannot listen");
        port_ = static_cast<std::uint16_t>(bound);
        listening_ = std::thread{[this] { server_.listen_after_bind(); }};
        while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    ~ModelServer() {
        hangs = slots_hang = false;
        server_.stop();
        listening_.join();
    }

    std::uint16_t port() const { return port_; }

    std::atomic<int> health = 200, busy = 0, health_asked = 0, slots_asked = 0;
    std::atomic<long> predicted = 0;
    std::atomic<bool> hangs = false, slots_hang = false, garbage = false;

private:
    std::string slots() {
        ++slots_asked;
        while (slots_hang) std::this_thread::sleep_for(std::chrono::milliseconds{1});
        if (garbage) return "{\"is_processing\":";
        std::string all;
        for (int i = 0; i < 4; ++i) all += std::string{all.empty() ? "" : ","} + R"({"id":0,"is_processing":)" + (i < busy ? "true}" : "false}");
        return "[" + all + "]";
    }
    std::string metrics() const {
        if (garbage) return "llamacpp:tokens_predicted_total NaN\nllamacpp:prompt_tokens_total\n\xff";
        return "llamacpp:prompt_tokens_total 0\nllamacpp:tokens_predicted_total " + std::to_string(predicted) + "\nllamacpp:n_decode_total " +
               std::to_string(predicted) + "\n";
    }

    httplib::Server server_;
    std::uint16_t port_ = 0;
    std::thread listening_;
};

}  // namespace hal0::test
