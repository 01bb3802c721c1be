#include "sample_slots.hpp"

namespace hal0::http {

SlotRecord full_slot() {
    SlotRecord slot;
    slot.name = "chat";
    slot.type = "llm";
    slot.state = "serving";
    slot.message = "answers 1 request";
    slot.state_changed_at = 1'764'016'000'123'456;
    slot.model = "qwen3-8b";
    slot.default_model = "qwen3-4b";
    slot.models = {"qwen3-8b", "draft"};
    slot.labels = {"fast", "de"};
    slot.device = "gpu-rocm";
    slot.backend = "rocm";
    slot.provider = "llama-server";
    slot.profile = "rocm";
    slot.image = "example.org/llama:2";
    slot.running_image = "example.org/llama:1";
    slot.image_status = "present";
    slot.port = 8081;
    slot.context_size = 8192;
    slot.enabled = slot.loaded = true;
    slot.exclusive_group = "big";
    slot.idle_timeout_s = 600;
    slot.requests_in_flight = 1;
    slot.restarts = 2;
    slot.last_used_at = 1'764'016'001'500'000;
    slot.active_since = 1'764'015'900'000'000;
    slot.drift = {{"image", "example.org/llama:1", "example.org/llama:2"}};
    slot.pull = {"completed", 7, 7};
    slot.command = {{"profile", {"example.org/llama:2"}}, {"hal0", {"--port", "8081"}}};
    slot.config_path = "/etc/hal0/slots/chat.toml";
    slot.config = nlohmann::json::parse(R"({"port":8081,"device":"gpu-rocm","model":{"default":"qwen3-4b","n_gpu_layers":40,"rope_freq_base":1e6,
        "enable_thinking":false,"mtp":true,"chat_template":"chatml"},"server":{"extra_args":"--temp 0.2","parallel":4}})");
    slot.figures = {1'610'612'736, 41.2349, 0.25, 3};
    return slot;
}

SlotRecord bare_slot() {
    SlotRecord slot;
    slot.name = "new";
    return slot;
}

SlotRecord failed_slot() {
    SlotRecord slot;
    slot.name = "embed";
    slot.type = "embedding";
    slot.state = "error";
    slot.message = "exit status 1: error loading model; systemd tries again in 4 s";
    slot.state_changed_at = 1'764'016'000'000'000;
    slot.model = slot.default_model = "bge-m3";
    slot.device = "cpu";
    slot.backend = "cpu";
    slot.provider = "llama-server";
    slot.profile = "cpu";
    slot.image = "example.org/llama:cpu";
    slot.image_status = "missing";
    slot.port = 8082;
    slot.context_size = 4096;
    slot.enabled = true;
    slot.restarts = 1;
    slot.config = nlohmann::json::parse(R"({"port":8082,"backend":"cpu","model":{"default":"bge-m3"}})");
    return slot;
}

std::string compact(const char* json) { return nlohmann::json::parse(json).dump(); }

}  // namespace hal0::http
