#include "units/prepare/start_file.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>

namespace hal0::prepare {
namespace {

StartFacts facts() {
    return {{*slot::ModelId::parse("qwen"), slot::group_words({"--model", "/mnt/ai-models/qwen.gguf", "--alias", "qwen"}, slot::Source::model)},
            {"--device=/dev/kfd", "--device=/dev/dri/renderD128"},
            {"--group-add=105"}};
}

TEST(StartFile, OneVariablePerLine) {
    EXPECT_EQ(start_file_text(facts()),
              "HAL0_PREPARED=\"yes\"\n"
              "HAL0_RUNNING_MODEL=\"qwen\"\n"
              "HAL0_MODEL_ARGS=\"--model /mnt/ai-models/qwen.gguf --alias qwen\"\n"
              "HAL0_DEVICE_ARGS=\"--device=/dev/kfd --device=/dev/dri/renderD128\"\n"
              "HAL0_GROUP_ARGS=\"--group-add=105\"\n");
}

TEST(StartFile, NothingIsAnEmptyVariable) {
    EXPECT_EQ(start_file_text({}), "HAL0_PREPARED=\"yes\"\nHAL0_RUNNING_MODEL=\"\"\nHAL0_MODEL_ARGS=\"\"\nHAL0_DEVICE_ARGS=\"\"\nHAL0_GROUP_ARGS=\"\"\n");
}

// Two levels: the file's own quotes (systemd.exec(5)), then the splitting of $HAL0_MODEL_ARGS (systemd.service(5)).
TEST(StartFile, AnyPathStaysOneWord) {
    StartFacts nasty;
    nasty.model.arguments = {{"--model", {"/m/a b\"c'd\\e$f`g%h;i#j.gguf"}, slot::Source::model}};
    const auto text = start_file_text(nasty);
    EXPECT_NE(text.find("\nHAL0_MODEL_ARGS=\"--model /m/a\\\\ b\\\\\\\"c\\\\'d\\\\\\\\e\\$f\\`g%h;i#j.gguf\"\n"), std::string::npos) << text;
}

TEST(StartFile, IsWrittenWhole) {
    const test::Scratch scratch;
    const auto folder = (scratch / "run").string();
    scratch.write("run/start.env", std::string(100'000, 'x'));
    ASSERT_TRUE(write_start_file(folder, start_file_text(facts())));
    EXPECT_EQ(test::tree(folder), (std::map<std::string, std::string>{{"start.env", "file " + start_file_text(facts())}}));
}

TEST(StartFile, ARefusalIsOneVariableAndNoMore) {
    EXPECT_EQ(refusal_text("model 'x': \"$a\"\nHAL0_PREPARED=yes"), "HAL0_REFUSAL=\"model 'x': \\\"\\$a\\\" HAL0_PREPARED=yes\"\n");
}

TEST(StartFile, AFolderThatIsNotThereIsAnErrorThatNamesIt) {
    const test::Scratch scratch;
    const auto written = write_start_file((scratch / "none").string(), start_file_text(facts()));
    ASSERT_FALSE(written);
    EXPECT_NE(written.error().find("none/start.env cannot be written: No such file or directory"), std::string::npos) << written.error();
}

}  // namespace
}  // namespace hal0::prepare
