#include "slot/arguments.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace hal0::slot {
namespace {

using Words = std::vector<std::string>;

const Provider& llama = provider(ProviderId::llama_server);

struct GroupCase {
    std::string rule;
    Words words;
    Arguments grouped;  // the source is left out here
};

TEST(GroupWords, FlagsTakeTheWordsBehindThem) {
    const std::vector<GroupCase> cases = {
        {"nothing", {}, {}},
        {"a switch", {"--jinja"}, {{"--jinja", {}}}},
        {"a flag and its value", {"-c", "4096"}, {{"-c", {"4096"}}}},
        {"two values", {"--lora-scaled", "a.gguf", "0.5"}, {{"--lora-scaled", {"a.gguf", "0.5"}}}},
        {"several", {"-a", "1", "--b", "-c", "2"}, {{"-a", {"1"}}, {"--b", {}}, {"-c", {"2"}}}},
        {"an equals sign", {"--ctx-size=4096"}, {{"--ctx-size", {"4096"}}}},
        {"an equals sign and nothing", {"--x="}, {{"--x", {""}}}},
        {"only the first equals sign", {"--override-kv=a=int:1"}, {{"--override-kv", {"a=int:1"}}}},
        {"a short flag knows no equals sign", {"-c=1"}, {{"-c=1", {}}}},
        {"an equals sign in a value", {"--kv", "a=b"}, {{"--kv", {"a=b"}}}},
        {"a negative number is a value", {"-ngl", "-1"}, {{"-ngl", {"-1"}}}},
        {"so is a negative fraction", {"--temp", "-0.5", "--p", "-.5"}, {{"--temp", {"-0.5"}}, {"--p", {"-.5"}}}},
        {"what has no name behind its dashes is a value", {"--a", "-.x", "--", "---", "- b", "-", "--1"}, {{"--a", {"-.x", "--", "---", "- b", "-", "--1"}}}},
        {"so is what holds a blank", {"--json", "--a b"}, {{"--json", {"--a b"}}}},
        {"unless it stands behind an equals sign", {"--json=--a b", "--x==-y"}, {{"--json", {"--a b"}}, {"--x", {"=-y"}}}},
        {"a lone dash is a value", {"-f", "-"}, {{"-f", {"-"}}}},
        {"an empty word is a value", {"--x", ""}, {{"--x", {""}}}},
        {"words in front of all flags stand alone", {"serve", "m", "--x", "1"}, {{"", {"serve"}}, {"", {"m"}}, {"--x", {"1"}}}},
        {"a dash with a digit in front stands alone", {"-1"}, {{"", {"-1"}}}},
    };
    for (const auto& c : cases) {
        auto expected = c.grouped;
        for (auto& argument : expected) argument.source = Source::profile;
        EXPECT_EQ(group_words(c.words, Source::profile), expected) << c.rule;
    }
}

struct CanonicalCase {
    std::string_view flag, name;
};

TEST(CanonicalFlag, MakesSpellingsEqual) {
    const std::vector<CanonicalCase> cases = {
        {"--ctx-size", "--ctx-size"}, {"-c", "--ctx-size"},          {"--ctx_size", "--ctx-size"},
        {"-ngl", "--n-gpu-layers"},   {"--gpu-layers", "--n-gpu-layers"}, {"--n_gpu_layers", "--n-gpu-layers"},
        {"-m", "--model"},            {"-a", "--alias"},             {"-np", "--parallel"},
        {"--no-mmap", "--mmap"},      {"--mmap", "--mmap"},          {"--no_mmap", "--mmap"},
        {"-nkvo", "--kv-offload"},    {"--no-kv-offload", "--kv-offload"}, {"-nocb", "--cont-batching"},
        {"--embedding", "--embeddings"}, {"--rerank", "--reranking"}, {"--no-webui", "--ui"},
        {"-mm", "--mmproj"},          {"--no-mmproj", "--mmproj"},   {"--host", "--host"},
        {"--no-host", "--no-host"},   {"--no_host", "--no-host"},    {"-a_b", "-a_b"},
        {"--unknown", "--unknown"},   {"", ""},
    };
    for (const auto& c : cases) EXPECT_EQ(canonical_flag(llama, c.flag), c.name) << c.flag;
    EXPECT_EQ(canonical_flag(provider(ProviderId::flm), "-c"), "-c") << "synonyms are the provider's own";
}

struct MergeCase {
    std::string rule;
    Words words, kept, removed;
};

TEST(MergeArguments, OfAFlagGivenTwiceTheLastWins) {
    const std::vector<MergeCase> cases = {
        {"nothing twice", {"--a", "1", "--b"}, {"--a", "1", "--b"}, {}},
        {"the same spelling", {"--a", "1", "--b", "--a", "2"}, {"--b", "--a", "2"}, {"--a", "1"}},
        {"short and long", {"-c", "1", "--ctx-size", "2"}, {"--ctx-size", "2"}, {"-c", "1"}},
        {"long and short", {"--ctx-size", "1", "-c", "2"}, {"-c", "2"}, {"--ctx-size", "1"}},
        {"with an equals sign", {"-c", "1", "--ctx-size=2"}, {"--ctx-size", "2"}, {"-c", "1"}},
        {"underscores", {"--ctx-size", "1", "--ctx_size", "2"}, {"--ctx_size", "2"}, {"--ctx-size", "1"}},
        {"a switch and its opposite", {"--mmap", "--no-mmap"}, {"--no-mmap"}, {"--mmap"}},
        {"the other way round", {"--no-mmap", "--x", "--mmap"}, {"--x", "--mmap"}, {"--no-mmap"}},
        {"irregular opposites", {"-cb", "-nocb"}, {"-nocb"}, {"-cb"}},
        {"three times: both earlier ones go, in order", {"-c", "1", "--ctx_size", "2", "--ctx-size", "3"}, {"--ctx-size", "3"}, {"-c", "1", "--ctx_size", "2"}},
        {"a negative number goes with its flag", {"-ngl", "-1", "-ngl", "99"}, {"-ngl", "99"}, {"-ngl", "-1"}},
        {"all values go with their flag", {"--x", "a", "b", "--x", "c"}, {"--x", "c"}, {"--x", "a", "b"}},
        {"repeatable flags stay", {"--lora", "a", "--lora", "b"}, {"--lora", "a", "--lora", "b"}, {}},
        {"in all spellings", {"-md", "a", "--draft-model", "b", "--model-draft", "c"}, {"-md", "a", "--draft-model", "b", "--model-draft", "c"}, {}},
        {"override-kv", {"--override-kv", "a=int:1", "--override_kv=b=int:2"}, {"--override-kv", "a=int:1", "--override_kv", "b=int:2"}, {}},
        {"words without a flag stay", {"serve", "serve", "--x", "--x"}, {"serve", "serve", "--x"}, {"--x"}},
        {"a buffer switch is not the address", {"--host", "1.2.3.4", "--no-host"}, {"--host", "1.2.3.4", "--no-host"}, {}},
    };
    for (const auto& c : cases) {
        const auto merged = merge(llama, group_words(c.words, Source::slot));
        EXPECT_EQ(words_of(merged.kept), c.kept) << c.rule;
        EXPECT_EQ(words_of(merged.removed), c.removed) << c.rule;
    }
}

TEST(MergeArguments, KeepsSourcesAndVariables) {
    const Argument variable{"$ARGS", {}, Source::model, true};
    const Argument low{"-c", {"1"}, Source::profile}, high{"--ctx-size", {"2"}, Source::extra_args};
    const auto merged = merge(llama, {variable, low, variable, high});
    EXPECT_EQ(merged.kept, (Arguments{variable, variable, high}));
    EXPECT_EQ(merged.removed, Arguments{low});
}

TEST(WordsOf, PutsFlagsBeforeTheirValues) {
    EXPECT_EQ(words_of(Arguments{{"", {"serve"}}, {"--x", {}}, {"--y", {"1", ""}}}), (Words{"serve", "--x", "--y", "1", ""}));
}

TEST(SourcedWords, PutsTogetherWhatStandsTogether) {
    const auto runs = sourced_words({{"--a", {"1"}, Source::hal0}, {"--b", {}, Source::hal0}, {"--c", {"2"}, Source::slot}, {"--d", {}, Source::hal0}});
    EXPECT_EQ(runs, (SourcedWords{{"hal0", {"--a", "1", "--b"}}, {"slot", {"--c", "2"}}, {"hal0", {"--d"}}}));
    EXPECT_EQ(words_of(runs), (Words{"--a", "1", "--b", "--c", "2", "--d"}));
    EXPECT_EQ(sourced_words({}), SourcedWords{});
}

}  // namespace
}  // namespace hal0::slot
