#include "units/prepare/request.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

namespace hal0::prepare {
namespace {

using Variables = std::map<std::string, std::string>;

const Variables good = {{"HAL0_IMAGE", "ghcr.io/ggml-org/llama.cpp:server"}, {"HAL0_PROVIDER", "llama-server"}, {"HAL0_PORT", "8081"},
                        {"HAL0_MODEL_STORE", "/mnt/ai-models"}, {"HAL0_MODEL", "qwen"}, {"HAL0_FLAGS_SET", "--ctx-size --n-gpu-layers"},
                        {"HAL0_DEVICES", "/dev/kfd /dev/dri/renderD*"}, {"HAL0_GROUPS", "render video"}};

slot::Result<Request> request_of(const Variables& variables) {
    for (const auto& [name, value] : good) unsetenv(name.c_str());
    for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
    return read_request(*slot::SlotName::parse("chat"));
}

slot::Result<Request> request_with(const std::string& name, const std::string& value) {
    auto variables = good;
    variables[name] = value;
    return request_of(variables);
}

TEST(ReadRequest, TakesWhatTheDropInSays) {
    const auto request = request_of(good);
    ASSERT_TRUE(request) << request.error();
    EXPECT_EQ(request->name.str(), "chat");
    EXPECT_EQ(request->image, "ghcr.io/ggml-org/llama.cpp:server");
    EXPECT_EQ(request->provider, slot::ProviderId::llama_server);
    EXPECT_EQ(request->port, 8081);
    EXPECT_EQ(request->model_store, "/mnt/ai-models");
    EXPECT_EQ(request->model->str(), "qwen");
    EXPECT_EQ(request->flags_set, (std::vector<std::string>{"--ctx-size", "--n-gpu-layers"}));
    EXPECT_EQ(request->devices, (std::vector<std::string>{"/dev/kfd", "/dev/dri/renderD*"}));
    EXPECT_EQ(request->groups, (std::vector<std::string>{"render", "video"}));
}

TEST(ReadRequest, WhatASlotNeedNotHaveIsEmpty) {
    auto variables = good;
    for (const auto* name : {"HAL0_MODEL", "HAL0_FLAGS_SET", "HAL0_DEVICES", "HAL0_GROUPS"}) variables.erase(name);
    const auto request = request_of(variables);
    ASSERT_TRUE(request) << request.error();
    EXPECT_FALSE(request->model);
    EXPECT_TRUE(request->flags_set.empty() && request->devices.empty() && request->groups.empty());
}

TEST(ReadRequest, AWrongVariableIsNamed) {
    const std::vector<std::pair<std::string, std::string>> wrong = {
        {"HAL0_IMAGE", ""}, {"HAL0_IMAGE", "--privileged"}, {"HAL0_IMAGE", "a b"}, {"HAL0_PROVIDER", ""}, {"HAL0_PROVIDER", "ollama"},
        {"HAL0_PORT", ""}, {"HAL0_PORT", "0"}, {"HAL0_PORT", "65536"}, {"HAL0_PORT", "-1"}, {"HAL0_PORT", "8081x"}, {"HAL0_PORT", " 8081"},
        {"HAL0_MODEL", "--rm"}, {"HAL0_MODEL", "a b"}};
    for (const auto& [name, value] : wrong) {
        const auto request = request_with(name, value);
        ASSERT_FALSE(request) << name << "=" << value;
        EXPECT_TRUE(request.error().starts_with(name + " in the unit's environment: ")) << request.error();
    }
}

TEST(ReadRequest, NothingAtAllIsAnError) { EXPECT_FALSE(request_of({})); }

}  // namespace
}  // namespace hal0::prepare
