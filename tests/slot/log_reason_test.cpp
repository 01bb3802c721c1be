#include "slot/log_reason.hpp"

#include <gtest/gtest.h>

namespace hal0::slot {
namespace {

using Texts = std::vector<std::string>;

std::string reason(const Texts& texts) {
    std::vector<LogLine> lines;
    for (const auto& text : texts) lines.push_back({"podman", text});
    return log_reason(lines, true);
}

struct ReasonCase {
    const char* what;
    Texts texts;
    const char* chosen;
};

// As llama-server and the libraries below it, flm, python's servers and podman write.
const std::vector<ReasonCase> reason_cases = {
    {"a model of a kind that it does not know",
     {"build: 5318 (15e03282) with cc (Debian 14.2.0) for x86_64-linux-gnu", "main: loading model", "srv    load_model: loading model '/mnt/ai-models/x.gguf'",
      "llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'foo'",
      "llama_model_load_from_file_impl: failed to load model", "common_init_from_params: failed to load model '/mnt/ai-models/x.gguf'",
      "srv    load_model: failed to load model, '/mnt/ai-models/x.gguf'", "srv    operator(): operator(): cleaning up before exit...",
      "main: exiting due to model loading error"},
     "llama_model_load: error loading model: error loading model architecture: unknown model architecture: 'foo'"},
    {"a file that is no model, with time and level",
     {"0.00.003.010 I srv  llama_server: initializing ...", "0.00.048.752 W srv  llama_server: security: no API key is set and CORS allows all origins",
      "0.00.053.220 I srv    load_model: loading model '/mnt/ai-models/broken.gguf'", "0.00.053.588 E gguf_init_from_reader: invalid magic characters: 'abcd', expected 'GGUF'",
      "0.00.053.611 E llama_model_load: error loading model: llama_model_loader: failed to load model from /mnt/ai-models/broken.gguf",
      "0.00.053.628 E llama_model_load_from_file_impl: failed to load model",
      "0.00.053.558 E common_fit_params: encountered an error while trying to fit params to free device memory: failed to load model",
      "0.00.053.645 E cmn  common_init_: failed to load model '/mnt/ai-models/broken.gguf'", "0.00.053.683 I srv    operator(): operator(): cleaning up before exit...",
      "0.00.054.098 E srv  llama_server: exiting due to model loading error"},
     "gguf_init_from_reader: invalid magic characters: 'abcd', expected 'GGUF'"},
    {"levels go before words",
     {"0.00.000.001 E srv  start: the port is taken", "0.00.000.002 W cmn  init: failed to lock 3 GiB", "12.34.567.890 I srv  log_server_r: error 400"}, "srv  start: the port is taken"},
    {"a warning that tells of no failure",
     {"0.00.053.220 I srv    load_model: loading model '/mnt/ai-models/x.gguf'",
      "0.00.061.101 W srv    load_model: the slot context (4096) exceeds the training context of the model (2048) - capping",
      "0.00.071.300 I srv  update_slots: all slots are idle"},
     ""},
    {"one that does, and nothing worse", {"0.00.000.001 W cmn  init: failed to lock 3 GiB", "0.00.000.002 W srv  start: capping"}, "cmn  init: failed to lock 3 GiB"},
    {"last words without a level", {"last words", "0.00.000.002 W srv  start: capping"}, "last words"},
    {"what looks like a level only", {"0.0.0 E a", "1.2.3.4 X error", "0.00.000.001 E", "0.00.000.001"}, "1.2.3.4 X error"},
    {"no memory on an NVIDIA card",
     {"ggml_backend_cuda_buffer_type_alloc_buffer: allocating 20480.00 MiB on device 0: cudaMalloc failed: out of memory",
      "alloc_tensor_range: failed to allocate CUDA0 buffer of size 21474836480", "llama_model_load: error loading model: unable to allocate CUDA0 buffer",
      "llama_model_load_from_file_impl: failed to load model", "main: exiting due to model loading error"},
     "llama_model_load: error loading model: unable to allocate CUDA0 buffer"},
    {"CUDA in the middle of an answer",
     {"slot launch_slot_: id  0 | task 0 | processing task", "CUDA error: an illegal memory access was encountered", "  current device: 0, in function ggml_backend_cuda_synchronize at /app/ggml/src/ggml-cuda/ggml-cuda.cu:2446",
      "  cudaStreamSynchronize(cuda_ctx->stream())", "/app/ggml/src/ggml-cuda/ggml-cuda.cu:75: CUDA error"},
     "CUDA error: an illegal memory access was encountered"},
    {"ROCm without a GPU",
     {"ggml_cuda_init: failed to initialize ROCm: no ROCm-capable device is detected", "warning: no usable GPU found, --gpu-layers option will be ignored",
      "warning: one possible reason is that llama.cpp was compiled without GPU support"},
     "ggml_cuda_init: failed to initialize ROCm: no ROCm-capable device is detected"},
    {"HIP", {"ROCm error: out of memory", "  current device: 0, in function alloc at ggml-cuda.cu:411", "ggml-cuda.cu:96: ROCm error"}, "ROCm error: out of memory"},
    {"Vulkan lost its device",
     {"terminate called after throwing an instance of 'vk::DeviceLostError'", "  what():  vk::Queue::submit: ErrorDeviceLost"}, "what():  vk::Queue::submit: ErrorDeviceLost"},
    {"Vulkan's memory",
     {"ggml_vulkan: Device memory allocation of size 1073741824 failed.", "ggml_vulkan: vk::Device::allocateMemory: ErrorOutOfDeviceMemory",
      "llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache",
      "common_init_from_params: failed to create context with model '/mnt/ai-models/x.gguf'", "main: exiting due to model loading error"},
     "llama_init_from_model: failed to initialize the context: failed to allocate buffer for kv cache"},
    {"an assertion and its back trace",
     {"/app/ggml/src/ggml.c:1729: GGML_ASSERT(a->ne[2] == b->ne[0]) failed", "[New LWP 12]", "#0  0x00007f1c2b2ea1ca in wait4 () from /lib/x86_64-linux-gnu/libc.so.6",
      "[Inferior 1 (process 1) detached]"},
     "/app/ggml/src/ggml.c:1729: GGML_ASSERT(a->ne[2] == b->ne[0]) failed"},
    {"an argument", {"error while handling argument \"--ctx-size\": stoi", "", "usage:", "-c,    --ctx-size N                     size of the prompt context", "", "to show complete usage, run with -h"},
     "error while handling argument \"--ctx-size\": stoi"},
    {"an unknown argument", {"error: invalid argument: --foo"}, "error: invalid argument: --foo"},
    {"the port",
     {"srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8081", "srv    operator(): operator(): cleaning up before exit...", "main: exiting due to HTTP server error"},
     "srv         start: couldn't bind HTTP server socket, hostname: 127.0.0.1, port: 8081"},
    {"a library", {"/app/llama-server: error while loading shared libraries: libcuda.so.1: cannot open shared object file: No such file or directory"},
     "/app/llama-server: error while loading shared libraries: libcuda.so.1: cannot open shared object file: No such file or directory"},
    {"a bad file", {"gguf_init_from_file_impl: invalid magic characters: 'abcd', expected 'GGUF'", "main: exiting due to model loading error"},
     "gguf_init_from_file_impl: invalid magic characters: 'abcd', expected 'GGUF'"},
    {"python",
     {"Traceback (most recent call last):", "  File \"/app/main.py\", line 3, in <module>", "    import kokoro", "ModuleNotFoundError: No module named 'kokoro'"},
     "ModuleNotFoundError: No module named 'kokoro'"},
    {"podman", {"Error: crun: executable file `llama-server` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found"},
     "Error: crun: executable file `llama-server` not found in $PATH: No such file or directory: OCI runtime attempted to invoke a command that was not found"},
    {"flm", {"[FLM]  Loading model: qwen3:0.6b", "[ERROR] NPU device not found", "[FLM]  bye"}, "[ERROR] NPU device not found"},
    {"only what follows from it", {"main: loading model", "main: exiting due to model loading error", "bye"}, "main: exiting due to model loading error"},
    {"no failure at all: the last words", {"main: server is listening on http://127.0.0.1:8081", "srv  update_slots: all slots are idle", "", "  "}, "srv  update_slots: all slots are idle"},
    {"words that only look like it", {"using the mirror at example.org", "finished with 0 errors"}, "finished with 0 errors"},
    {"nothing", {"", " \t"}, ""},
};

TEST(LogReason, NamesTheCause) {
    for (const auto& test : reason_cases) EXPECT_EQ(reason(test.texts), test.chosen) << test.what;
}

TEST(LogReason, OfNoLinesIsEmpty) { EXPECT_EQ(log_reason({}, true), ""); }

TEST(LogReason, OfAServerThatWasKilledIsNoPlainLine) {
    EXPECT_EQ(log_reason({{"llama-server", "listening on 127.0.0.1:8081"}}, false), "");
    EXPECT_EQ(log_reason({{"llama-server", "error: out of memory"}, {"llama-server", "bye"}}, false), "error: out of memory");
}

TEST(LogReason, PassesOverTheHelpersAndSystemd) {
    EXPECT_EQ(log_reason({{"llama-server", "the server's last words"},
                          {"ready", "error: the container ended before it answered"},
                          {"prepare", "error: no model"},
                          {"systemd", "Failed with result 'exit-code'."},
                          {"(podman)", "Failed to execute"}}, true),
              "the server's last words");
}

TEST(LogReason, PassesOverWhatPodmanPrintsOfAContainer) {
    EXPECT_EQ(reason({"last words", std::string(64, 'a'), "hal0-slot-chat"}), "last words");
    EXPECT_EQ(reason({std::string(64, 'a')}), "");
    EXPECT_EQ(reason({std::string(63, 'a')}), std::string(63, 'a'));
}

// Of `podman kill`, `stop` and `rm`, which come when the server is going anyway.
TEST(LogReason, PassesOverPodmanThatFindsTheContainerGone) {
    for (const auto& text : {"Error: can only kill running containers. 3b1952b6 is in state stopped: container state improper",
                             "Error: no container with name or ID \"hal0-slot-chat\" found: no such container",
                             "Error: container 1b197434 does not exist in database: no such container"}) {
        EXPECT_EQ(log_reason({{"llama-server", "last words"}, {"podman", text}}, true), "last words") << text;
        EXPECT_EQ(log_reason({{"podman", text}}, true), "") << text;
        EXPECT_EQ(log_reason({{"llama-server", text}}, true), text) << "of somebody else it is one";
    }
    EXPECT_EQ(log_reason({{"podman", "Error: localhost/none:1: image not known"}}, true), "Error: localhost/none:1: image not known");
}

TEST(LogReason, HasNoColoursAndNoControls) {
    EXPECT_EQ(reason({"\x1b[31mERROR\x1b[0m: \x1b[1;33mno\x1b[m device"}), "ERROR: no device");
    EXPECT_EQ(reason({"error: \x1b]0;title\x07 and \x01"}), "error: \\x1b]0;title\\x07 and \\x01");
    EXPECT_EQ(reason({"error \x1b[3"}), "error");
    EXPECT_EQ(reason({"error \xff"}), "error \\xff");
}

TEST(LogReason, OfALineWrittenOverItselfIsTheLast) { EXPECT_EQ(reason({"loading 10%\rloading 20%\rerror: disk\r"}), "error: disk"); }

TEST(LogReason, IsCutBetweenTwoCharacters) {
    const std::string long_line = "error: " + std::string(290, 'x');
    EXPECT_EQ(reason({long_line}), long_line);
    EXPECT_EQ(reason({long_line + "xxx"}), long_line + "xxx");
    EXPECT_EQ(reason({long_line + "xxxx"}), long_line + "…");
    EXPECT_EQ(reason({"error: " + std::string(289, 'x') + "ääääää"}), "error: " + std::string(289, 'x') + "…");
}

TEST(WithLogReason, SaysNothingTwice) {
    EXPECT_EQ(with_log_reason("it ended", "bad magic"), "it ended: bad magic");
    EXPECT_EQ(with_log_reason("it ended: bad magic, so it is given up", "bad magic"), "it ended: bad magic, so it is given up");
    EXPECT_EQ(with_log_reason("it ended", ""), "it ended");
}

}  // namespace
}  // namespace hal0::slot
