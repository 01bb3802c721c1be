#include "units/prepare/model.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace hal0::prepare {
namespace {

namespace fs = std::filesystem;

class ChooseModel : public testing::Test {
protected:
    ChooseModel() {
        scratch.write("mnt/ai-models/qwen.gguf", "weights");
        scratch.write("mnt/ai-models/vision/mmproj.gguf", "weights");
        registry("[models.qwen]\npath = \"qwen.gguf\"\n\n[models.vision]\npath = \"/mnt/ai-models/qwen.gguf\"\nmmproj = \"vision/mmproj.gguf\"\n\n"
                 "[models.vision.defaults]\ncontext_size = 8192\nn_gpu_layers = 7\n");
        request.model_store = "/mnt/ai-models";
        request.model = *slot::ModelId::parse("qwen");
    }
    void registry(const std::string& toml) { scratch.write("var/lib/hal0/registry/registry.toml", toml); }
    void trial(const std::string& text) { scratch.write("run/hal0/trial/chat", text); }
    slot::Result<ChosenModel> choose() const { return choose_model(request, (scratch / "").parent_path().string()); }
    std::vector<std::string> words() const {
        const auto chosen = choose();
        return chosen ? slot::words_of(chosen->arguments) : std::vector<std::string>{chosen.error()};
    }
    /// What stands behind --model, or the error.
    std::string file() const {
        const auto all = words();
        return all.size() > 1 ? all[1] : all[0];
    }
    std::string error() const {
        const auto chosen = choose();
        return chosen ? "" : chosen.error();
    }
    static bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }
    void expect_error_with(const std::vector<std::string>& parts) const {
        const auto said = error();
        for (const auto& part : parts) EXPECT_TRUE(contains(said, part)) << "no \"" << part << "\" in \"" << said << "\"";
        EXPECT_EQ(said.find('\n'), std::string::npos);
    }

    test::Scratch scratch;
    Request request{*slot::SlotName::parse("chat")};
};

using Words = std::vector<std::string>;

TEST_F(ChooseModel, TheDefaultModelsFileAndId) {
    EXPECT_EQ(choose()->id->str(), "qwen");
    EXPECT_EQ(words(), (Words{"--model", "/mnt/ai-models/qwen.gguf", "--alias", "qwen", "--ctx-size", "4096"}));
}

TEST_F(ChooseModel, TheRegistrysDefaultsAndProjector) {
    request.model = *slot::ModelId::parse("vision");
    EXPECT_EQ(words(), (Words{"--model", "/mnt/ai-models/qwen.gguf", "--alias", "vision", "--ctx-size", "8192", "--mmproj", "/mnt/ai-models/vision/mmproj.gguf",
                              "--n-gpu-layers", "7"}));
}

TEST_F(ChooseModel, WhatIsSetElsewhereIsLeftOut) {
    request.model = *slot::ModelId::parse("vision");
    request.flags_set = {"--ctx-size", "--n-gpu-layers", "--mmproj"};
    EXPECT_EQ(words(), (Words{"--model", "/mnt/ai-models/qwen.gguf", "--alias", "vision"}));
}

TEST_F(ChooseModel, NoModelIsNoArgument) {
    request.model.reset();
    const auto chosen = choose();
    ASSERT_TRUE(chosen) << chosen.error();
    EXPECT_FALSE(chosen->id);
    EXPECT_TRUE(chosen->arguments.empty());
}

TEST_F(ChooseModel, AServerThatFetchesItsModelsNeedsNoRegistry) {
    fs::remove_all(scratch / "var");
    request.provider = slot::ProviderId::flm;
    request.model = *slot::ModelId::parse("llama3.2:1b");
    EXPECT_EQ(words(), Words{"llama3.2:1b"});
}

TEST_F(ChooseModel, ATrialModelWins) {
    trial("vision\n");
    EXPECT_EQ(choose()->id->str(), "vision");
    trial("vision");
    EXPECT_EQ(choose()->id->str(), "vision");
}

TEST_F(ChooseModel, ATrialModelIsTheSlotsOwn) {
    scratch.write("run/hal0/trial/other", "vision\n");
    EXPECT_EQ(choose()->id->str(), "qwen");
}

TEST_F(ChooseModel, ATrialOfNothingOrNonsenseIsAnError) {
    for (const auto* text : {"", "\n", "--rm\n", "a b\n", "../../etc/passwd x\n"}) {
        trial(text);
        expect_error_with({"/run/hal0/trial/chat"});
        EXPECT_FALSE(contains(error(), "Success")) << error();
    }
}

TEST_F(ChooseModel, ATrialModelThatIsNotInTheRegistryIsAnError) {
    trial("gone\n");
    expect_error_with({"'gone'", "not in the registry"});
}

// The folder belongs to hal0d's user, and prepare is root: nobody may have it read, and print, a file of his choice.
TEST_F(ChooseModel, ATrialModelIsNotReadThroughALink) {
    scratch.write("secret", "root:$y$j9T$secret:19000:0\n");
    fs::create_directories(scratch / "run/hal0/trial");
    fs::create_symlink(scratch / "secret", scratch / "run/hal0/trial/chat");
    EXPECT_FALSE(choose());
    EXPECT_FALSE(contains(error(), "secret:")) << error();
}

TEST_F(ChooseModel, ATrialThatIsAFolderIsAnError) {
    fs::create_directories(scratch / "run/hal0/trial/chat");
    expect_error_with({"/run/hal0/trial/chat"});
}

TEST_F(ChooseModel, AnAbsentRegistryIsNamed) {
    fs::remove_all(scratch / "var");
    expect_error_with({"'qwen'", "there is no registry /var/lib/hal0/registry/registry.toml"});
}

TEST_F(ChooseModel, ABrokenRegistrySaysWhereItIsBroken) {
    registry("[models.qwen\n");
    expect_error_with({"'qwen'", "registry.toml:1:"});
}

TEST_F(ChooseModel, ABrokenRowHidesOnlyItself) {
    registry("[models.qwen]\npath = 5\n\n[models.other]\npath = \"qwen.gguf\"\n");
    expect_error_with({"'qwen'", "registry.toml:2:8", "has other"});
    request.model = *slot::ModelId::parse("other");
    EXPECT_TRUE(choose()) << error();
}

TEST_F(ChooseModel, AnEmptyRegistryHasNoModel) {
    registry("");
    expect_error_with({"'qwen'", "no model"});
    EXPECT_FALSE(contains(error(), "Success")) << error();
    EXPECT_FALSE(contains(error(), "cannot be read")) << error();
}

TEST_F(ChooseModel, ALargeRegistryIsNotListedWhole) {
    std::string toml;
    for (int i = 0; i < 500; ++i) toml += "[models.m" + std::to_string(1000 + i) + "]\npath = \"qwen.gguf\"\n";
    registry(toml);
    expect_error_with({"m1000, m1001, m1002, m1003, m1004 and 495 more"});
    EXPECT_LT(error().size(), 400U);
}

TEST_F(ChooseModel, AMissingFileIsNamedWithItsRow) {
    fs::remove(scratch / "mnt/ai-models/qwen.gguf");
    expect_error_with({"'qwen'", "/mnt/ai-models/qwen.gguf", "No such file", "registry.toml:2:8"});
}

TEST_F(ChooseModel, AMissingProjectorIsNamed) {
    fs::remove(scratch / "mnt/ai-models/vision/mmproj.gguf");
    request.model = *slot::ModelId::parse("vision");
    expect_error_with({"'vision'", "/mnt/ai-models/vision/mmproj.gguf", "No such file"});
}

TEST_F(ChooseModel, AMissingStoreIsNamed) {
    fs::remove_all(scratch / "mnt");
    expect_error_with({"/mnt/ai-models", "No such file"});
}

TEST_F(ChooseModel, AFileOutsideTheStoreIsRefused) {
    scratch.write("srv/qwen.gguf", "weights");
    for (const auto* path : {"/srv/qwen.gguf", "../../srv/qwen.gguf", "/mnt/ai-models/../../srv/qwen.gguf"}) {
        registry(std::string{"[models.qwen]\npath = \""} + path + "\"\n");
        expect_error_with({"outside the model store /mnt/ai-models"});
    }
}

TEST_F(ChooseModel, ANeighbourOfTheStoreIsOutside) {
    scratch.write("mnt/ai-models-2/qwen.gguf", "weights");
    registry("[models.qwen]\npath = \"/mnt/ai-models-2/qwen.gguf\"\n");
    expect_error_with({"outside the model store"});
}

TEST_F(ChooseModel, ALinkOutOfTheStoreIsRefused) {
    const auto outside = scratch.write("srv/qwen.gguf", "weights");
    fs::create_symlink("../../srv/qwen.gguf", scratch / "mnt/ai-models/link.gguf");
    registry("[models.qwen]\npath = \"link.gguf\"\n");
    expect_error_with({"outside the model store"});
}

TEST_F(ChooseModel, ALinkWithinTheStoreIsFine) {
    fs::create_symlink("qwen.gguf", scratch / "mnt/ai-models/link.gguf");
    registry("[models.qwen]\npath = \"link.gguf\"\n");
    EXPECT_EQ(file(), "/mnt/ai-models/link.gguf") << error();
}

TEST_F(ChooseModel, AStoreThatIsALinkIsFine) {
    fs::rename(scratch / "mnt/ai-models", scratch / "data");
    fs::create_symlink("../data", scratch / "mnt/ai-models");
    EXPECT_EQ(file(), "/mnt/ai-models/qwen.gguf") << error();
}

// The container has the store at the store's path, and nothing else: another path to the same file means nothing there.
TEST_F(ChooseModel, APathOutsideThatLeadsIntoTheStoreIsTheFileInTheStore) {
    fs::create_directories(scratch / "home");
    fs::create_symlink("../mnt/ai-models/qwen.gguf", scratch / "home/qwen.gguf");
    registry("[models.qwen]\npath = \"/home/qwen.gguf\"\n");
    EXPECT_EQ(file(), "/mnt/ai-models/qwen.gguf") << error();
}

TEST_F(ChooseModel, ANameThatBeginsWithDotsIsInTheStore) {
    scratch.write("mnt/ai-models/..hidden.gguf", "weights");
    registry("[models.qwen]\npath = \"..hidden.gguf\"\n");
    EXPECT_EQ(file(), "/mnt/ai-models/..hidden.gguf") << error();
}

TEST_F(ChooseModel, WhatIsNoFileIsRefused) {
    ASSERT_EQ(mkfifo((scratch / "mnt/ai-models/fifo").c_str(), 0600), 0);
    registry("[models.qwen]\npath = \"fifo\"\n");
    expect_error_with({"/mnt/ai-models/fifo is not a file"});
}

TEST_F(ChooseModel, AFolderIsAModelToo) {
    fs::create_directories(scratch / "mnt/ai-models/moonshine");
    registry("[models.qwen]\npath = \"moonshine\"\n");
    EXPECT_EQ(file(), "/mnt/ai-models/moonshine") << error();
}

TEST_F(ChooseModel, ALoopOfLinksIsAnError) {
    fs::create_symlink("loop", scratch / "mnt/ai-models/loop");
    registry("[models.qwen]\npath = \"loop\"\n");
    expect_error_with({"/mnt/ai-models/loop: "});
}

}  // namespace
}  // namespace hal0::prepare
