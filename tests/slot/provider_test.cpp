#include "slot/provider.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace hal0::slot {
namespace {

/// Runs `check` for the row of every provider there is.
template <class Check>
void for_each_row(Check check) {
    for (const auto& [id, word] : spellings<ProviderId>) {
        SCOPED_TRACE(std::string{word});
        check(provider(id));
    }
}

TEST(Provider, EveryIdHasItsOwnRow) {
    for (const auto& [id, word] : spellings<ProviderId>) EXPECT_EQ(provider(id).id, id) << word;
}

TEST(Provider, EveryRowHasWhatItMust) {
    for_each_row([](const Provider& row) {
        EXPECT_TRUE(row.host.starts_with("--"));
        EXPECT_TRUE(row.port.starts_with("--"));
        EXPECT_TRUE(row.health_path.starts_with("/"));
        EXPECT_TRUE(row.busy_path.empty() || row.busy_path.starts_with("/"));
        EXPECT_TRUE(row.metrics_path.empty() || row.metrics_path.starts_with("/"));
        EXPECT_TRUE(row.models_path.empty() || row.models_path.starts_with("/"));
    });
}

TEST(Provider, AModelFileNeedsAFlagToPassIt) {
    for_each_row([](const Provider& row) {
        EXPECT_EQ(row.needs_model_file, !row.model.empty());
        EXPECT_FALSE(row.model_is_positional && !row.model.empty());
    });
}

TEST(Provider, FlagsAreLongAndDiffer) {
    for_each_row([](const Provider& row) {
        std::set<std::string_view> seen;
        for (const auto flag : {row.host, row.port, row.model, row.alias, row.context_size, row.n_gpu_layers, row.rope_freq_base, row.mmproj,
                                row.parallel, row.embedding, row.reranking}) {
            if (flag.empty()) continue;
            EXPECT_TRUE(flag.starts_with("--")) << flag;
            EXPECT_TRUE(seen.insert(flag).second) << flag << " stands for two things";
        }
    });
}

TEST(Provider, SynonymsLeadToASpellingThatIsNoSynonymItself) {
    for_each_row([](const Provider& row) {
        std::set<std::string_view> others;
        for (const auto& [other, used] : row.synonyms) {
            EXPECT_TRUE(other.starts_with("-")) << other;
            EXPECT_TRUE(used.starts_with("--")) << used;
            EXPECT_TRUE(others.insert(other).second) << other << " stands twice";
        }
        for (const auto& [other, used] : row.synonyms) EXPECT_TRUE(other == used || !others.contains(used)) << other << " → " << used << " → …";
        for (const auto flag : row.repeatable) EXPECT_FALSE(others.contains(flag)) << flag;
    });
}

TEST(Provider, LlamaServerIsDescribedAsItsHelpSays) {
    const auto& row = provider(ProviderId::llama_server);
    EXPECT_TRUE(row.command.empty());
    EXPECT_FALSE(row.model_is_positional);
    EXPECT_EQ(row.host, "--host");
    EXPECT_EQ(row.port, "--port");
    EXPECT_EQ(row.model, "--model");
    EXPECT_EQ(row.alias, "--alias");
    EXPECT_EQ(row.context_size, "--ctx-size");
    EXPECT_EQ(row.n_gpu_layers, "--n-gpu-layers");
    EXPECT_EQ(row.rope_freq_base, "--rope-freq-base");
    EXPECT_EQ(row.mmproj, "--mmproj");
    EXPECT_EQ(row.parallel, "--parallel");
    EXPECT_EQ(row.embedding, "--embeddings");
    EXPECT_EQ(row.reranking, "--reranking");
    EXPECT_EQ(row.health_path, "/health");
    EXPECT_EQ(row.busy_path, "/slots");
    EXPECT_EQ(row.metrics_path, "/metrics");
    EXPECT_EQ(row.models_path, "/v1/models");
    ASSERT_EQ(row.always.size(), 1U);
    EXPECT_EQ(row.always[0], "--metrics");
    const std::set<std::string_view> repeatable{row.repeatable.begin(), row.repeatable.end()};
    for (const auto* flag : {"--lora", "--draft-model", "--override-kv"}) EXPECT_TRUE(repeatable.contains(flag)) << flag;
}

TEST(Provider, FlmTakesTheModelsIdBehindItsCommand) {
    const auto& row = provider(ProviderId::flm);
    ASSERT_EQ(row.command.size(), 1U);
    EXPECT_EQ(row.command[0], "serve");
    EXPECT_TRUE(row.model_is_positional);
    EXPECT_FALSE(row.needs_model_file);
    EXPECT_EQ(row.context_size, "--ctx-len");
}

TEST(Provider, HealthPaths) {
    EXPECT_EQ(provider(ProviderId::flm).health_path, "/v1/models");
    EXPECT_EQ(provider(ProviderId::kokoro).health_path, "/health");
    EXPECT_EQ(provider(ProviderId::moonshine).health_path, "/health");
    EXPECT_EQ(provider(ProviderId::comfyui).health_path, "/system_stats");
    EXPECT_EQ(provider(ProviderId::comfyui).host, "--listen");
    EXPECT_EQ(provider(ProviderId::comfyui).busy_path, "/queue");
    EXPECT_EQ(provider(ProviderId::comfyui).models_path, "") << "it has no such list, and is not asked";
}

}  // namespace
}  // namespace hal0::slot
