#include "slot/provider.hpp"

#include <array>

namespace hal0::slot {
namespace {

using Word = std::string_view;
using Synonym = std::pair<Word, Word>;

// From `llama-server --help` (b11669): the spellings of flags that profiles and slots are likely to set. `--no-x` is the
// same flag as `--x` by rule (arguments.cpp), so only irregular negations stand here, and `--no-host`, which has nothing
// to do with `--host` (it is about buffers).
constexpr std::array llama_synonyms = {
    Synonym{"-a", "--alias"}, Synonym{"-b", "--batch-size"}, Synonym{"-c", "--ctx-size"}, Synonym{"-C", "--cpu-mask"},
    Synonym{"-Cr", "--cpu-range"}, Synonym{"-cb", "--cont-batching"}, Synonym{"-nocb", "--cont-batching"},
    Synonym{"-ctk", "--cache-type-k"}, Synonym{"-ctv", "--cache-type-v"}, Synonym{"-cmoe", "--cpu-moe"},
    Synonym{"-cram", "--cache-ram"}, Synonym{"-dev", "--device"}, Synonym{"-dt", "--defrag-thold"}, Synonym{"-Cb", "--cpu-mask-batch"}, Synonym{"-Crb", "--cpu-range-batch"},
    Synonym{"-devd", "--device-draft"}, Synonym{"--spec-draft-device", "--device-draft"}, Synonym{"-tbd", "--threads-batch-draft"},
    Synonym{"-ctkd", "--cache-type-k-draft"}, Synonym{"-ctvd", "--cache-type-v-draft"}, Synonym{"-otd", "--override-tensor-draft"},
    Synonym{"--draft", "--draft-max"}, Synonym{"--draft-n", "--draft-max"}, Synonym{"--draft-n-min", "--draft-min"},
    Synonym{"-e", "--escape"}, Synonym{"-fa", "--flash-attn"}, Synonym{"-fit", "--fit"}, Synonym{"-fitt", "--fit-target"},
    Synonym{"-fitc", "--fit-ctx"}, Synonym{"-hf", "--hf-repo"}, Synonym{"-hfr", "--hf-repo"}, Synonym{"-hff", "--hf-file"},
    Synonym{"-j", "--json-schema"}, Synonym{"-jf", "--json-schema-file"}, Synonym{"-kvo", "--kv-offload"},
    Synonym{"-nkvo", "--kv-offload"}, Synonym{"-kvu", "--kv-unified"}, Synonym{"-no-kvu", "--kv-unified"},
    Synonym{"-l", "--logit-bias"}, Synonym{"-lv", "--verbosity"}, Synonym{"--log-verbosity", "--verbosity"},
    Synonym{"-m", "--model"}, Synonym{"-md", "--draft-model"}, Synonym{"--model-draft", "--draft-model"},
    Synonym{"--spec-draft-model", "--draft-model"}, Synonym{"-mg", "--main-gpu"}, Synonym{"-mm", "--mmproj"},
    Synonym{"-mu", "--model-url"}, Synonym{"-n", "--predict"}, Synonym{"--n-predict", "--predict"},
    Synonym{"-ncmoe", "--n-cpu-moe"}, Synonym{"-ngl", "--n-gpu-layers"}, Synonym{"--gpu-layers", "--n-gpu-layers"},
    Synonym{"-ngld", "--gpu-layers-draft"}, Synonym{"--n-gpu-layers-draft", "--gpu-layers-draft"},
    Synonym{"--spec-draft-ngl", "--gpu-layers-draft"}, Synonym{"-np", "--parallel"}, Synonym{"--no-host", "--no-host"}, Synonym{"-nr", "--repack"},
    Synonym{"-ot", "--override-tensor"}, Synonym{"-r", "--reverse-prompt"}, Synonym{"-s", "--seed"},
    Synonym{"-sm", "--split-mode"}, Synonym{"-sp", "--special"}, Synonym{"-sps", "--slot-prompt-similarity"},
    Synonym{"-t", "--threads"}, Synonym{"-tb", "--threads-batch"}, Synonym{"-td", "--threads-draft"},
    Synonym{"-to", "--timeout"}, Synonym{"-ts", "--tensor-split"}, Synonym{"-ub", "--ubatch-size"},
    Synonym{"-v", "--verbose"}, Synonym{"--log-verbose", "--verbose"}, Synonym{"--temperature", "--temp"},
    Synonym{"--embedding", "--embeddings"}, Synonym{"--rerank", "--reranking"}, Synonym{"--webui", "--ui"}};

constexpr std::array<Word, 11> llama_repeatable = {
    "--lora", "--lora-scaled", "--draft-model", "--override-kv", "--override-tensor", "--control-vector",
    "--control-vector-scaled", "--logit-bias", "--dry-sequence-breaker", "--reverse-prompt", "--api-key"};
constexpr std::array<Word, 1> llama_always = {"--metrics"};
constexpr std::array<Word, 1> flm_command = {"serve"};
// The image's own entry script fixes host and port; this is the command behind it.
constexpr std::array<Word, 7> kokoro_command = {"uv", "run", "--no-sync", "python", "-m", "uvicorn", "api.src.main:app"};
constexpr std::array<Word, 2> comfyui_command = {"python", "main.py"};

constexpr std::array rows = {
    Provider{.id = ProviderId::llama_server, .command = {}, .model_is_positional = false, .host = "--host", .port = "--port",
             .model = "--model", .alias = "--alias", .context_size = "--ctx-size", .n_gpu_layers = "--n-gpu-layers",
             .rope_freq_base = "--rope-freq-base", .mmproj = "--mmproj", .parallel = "--parallel", .embedding = "--embeddings",
             .reranking = "--reranking", .always = llama_always, .health_path = "/health", .busy_path = "/slots",
             .metrics_path = "/metrics", .models_path = "/v1/models", .needs_model_file = true, .synonyms = llama_synonyms, .repeatable = llama_repeatable},
    Provider{.id = ProviderId::flm, .command = flm_command, .model_is_positional = true, .host = "--host", .port = "--port",
             .model = {}, .alias = {}, .context_size = "--ctx-len", .n_gpu_layers = {}, .rope_freq_base = {}, .mmproj = {},
             .parallel = {}, .embedding = {}, .reranking = {}, .always = {}, .health_path = "/v1/models", .busy_path = {},
             .metrics_path = {}, .models_path = "/v1/models", .needs_model_file = false, .synonyms = {}, .repeatable = {}},
    Provider{.id = ProviderId::kokoro, .command = kokoro_command, .model_is_positional = false, .host = "--host", .port = "--port",
             .model = {}, .alias = {}, .context_size = {}, .n_gpu_layers = {}, .rope_freq_base = {}, .mmproj = {},
             .parallel = {}, .embedding = {}, .reranking = {}, .always = {}, .health_path = "/health", .busy_path = {},
             .metrics_path = {}, .models_path = "/v1/models", .needs_model_file = false, .synonyms = {}, .repeatable = {}},
    Provider{.id = ProviderId::moonshine, .command = {}, .model_is_positional = false, .host = "--host", .port = "--port",
             .model = "--model", .alias = {}, .context_size = {}, .n_gpu_layers = {}, .rope_freq_base = {}, .mmproj = {},
             .parallel = {}, .embedding = {}, .reranking = {}, .always = {}, .health_path = "/health", .busy_path = {},
             .metrics_path = {}, .models_path = "/v1/models", .needs_model_file = true, .synonyms = {}, .repeatable = {}},
    Provider{.id = ProviderId::comfyui, .command = comfyui_command, .model_is_positional = false, .host = "--listen", .port = "--port",
             .model = {}, .alias = {}, .context_size = {}, .n_gpu_layers = {}, .rope_freq_base = {}, .mmproj = {},
             .parallel = {}, .embedding = {}, .reranking = {}, .always = {}, .health_path = "/system_stats", .busy_path = "/queue",
             .metrics_path = {}, .models_path = {}, .needs_model_file = false, .synonyms = {}, .repeatable = {}},
};

}  // namespace

const Provider& provider(ProviderId id) {
    for (const auto& row : rows)
        if (row.id == id) return row;
    return rows.front();
}

}  // namespace hal0::slot
