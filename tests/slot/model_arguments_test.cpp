#include "slot/model_arguments.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

Model model() {
    Model m{*ModelId::parse("qwen:7b")};
    m.path = "qwen/q4.gguf";
    return m;
}

Words words(const Model& m, ProviderId id = ProviderId::llama_server, const Words& set_elsewhere = {}) {
    return words_of(model_arguments(provider(id), m, "/store", set_elsewhere));
}

TEST(PathInStore, LeavesAbsolutePathsAlone) {
    EXPECT_EQ(path_in_store("a/b.gguf", "/mnt/models"), "/mnt/models/a/b.gguf");
    EXPECT_EQ(path_in_store("/srv/b.gguf", "/mnt/models"), "/srv/b.gguf");
    EXPECT_EQ(path_in_store("", "/mnt/models"), "");
}

TEST(ModelArguments, OfTheSmallestRow) {
    EXPECT_EQ(words(model()), (Words{"--model", "/store/qwen/q4.gguf", "--alias", "qwen:7b", "--ctx-size", "4096"}));
}

TEST(ModelArguments, OfAFullRow) {
    auto m = model();
    m.mmproj = "/abs/mm.gguf";
    m.context_size = 8192;
    m.n_gpu_layers = -1;
    m.rope_freq_base = 10000.5;
    EXPECT_EQ(words(m), (Words{"--model", "/store/qwen/q4.gguf", "--alias", "qwen:7b", "--ctx-size", "8192", "--mmproj", "/abs/mm.gguf", "--n-gpu-layers",
                               "-1", "--rope-freq-base", "10000.5"}));
}

TEST(ModelArguments, SayThatTheModelSetThem) {
    for (const auto& argument : model_arguments(provider(ProviderId::llama_server), model(), "/store", {})) {
        EXPECT_EQ(argument.source, Source::model) << argument.flag;
        EXPECT_FALSE(argument.is_variable) << argument.flag;
    }
}

TEST(ModelArguments, LeaveOutWhatIsSetElsewhere) {
    auto m = model();
    m.mmproj = "mm.gguf";
    m.n_gpu_layers = 3;
    m.rope_freq_base = 5.0;
    EXPECT_EQ(words(m, ProviderId::llama_server, {"--ctx-size", "--mmproj", "--n-gpu-layers", "--rope-freq-base", "--alias"}),
              (Words{"--model", "/store/qwen/q4.gguf"}));
    EXPECT_EQ(words(m, ProviderId::llama_server, {"--model", "--alias", "--ctx-size", "--mmproj", "--n-gpu-layers", "--rope-freq-base"}), Words{});
}

TEST(ModelArguments, OfTheOtherProviders) {
    EXPECT_EQ(words(model(), ProviderId::flm), Words{"qwen:7b"});
    EXPECT_EQ(words(model(), ProviderId::moonshine), (Words{"--model", "/store/qwen/q4.gguf"}));
    EXPECT_EQ(words(model(), ProviderId::kokoro), Words{});
    EXPECT_EQ(words(model(), ProviderId::comfyui), Words{});
}

}  // namespace
}  // namespace hal0::slot
