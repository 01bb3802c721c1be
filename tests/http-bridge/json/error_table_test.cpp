#include "http-bridge/json/error_table.hpp"

#include "slot/create.hpp"
#include "slot/edit.hpp"
#include "tests/slot/sample_plan.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace hal0::http {
namespace {

using nlohmann::json;
using slot::ErrorKind;
using slot::OperationError;

struct Row {
    ErrorKind kind;
    int status;
    std::string code;
};

// http-api.md, 1.
const std::vector<Row> table = {
    {ErrorKind::no_such_slot, 404, "slot.not_found"},        {ErrorKind::slot_exists, 409, "slot.exists"},       {ErrorKind::invalid_name, 400, "slot.name_invalid"},
    {ErrorKind::invalid_config, 400, "slot.config_error"},   {ErrorKind::no_such_model, 404, "model.not_found"}, {ErrorKind::no_such_profile, 404, "profiles.not_found"},
    {ErrorKind::port_in_use, 409, "slot.port_in_use"},       {ErrorKind::no_free_port, 400, "slot.no_free_port"}, {ErrorKind::disabled, 409, "slot.disabled"},
    {ErrorKind::busy, 409, "slot.busy"},                     {ErrorKind::not_authorized, 403, "auth.forbidden"}, {ErrorKind::systemd_failed, 500, "slot.spawn_failed"},
    {ErrorKind::file_failed, 500, "system.file_failed"},
};

TEST(ErrorTable, HasEveryKind) {
    std::set<ErrorKind> listed;
    for (const auto& row : table) {
        EXPECT_EQ(http_error(row.kind), (HttpError{row.status, row.code}));
        const auto answer = refused({row.kind, "why"}, {{"slot", "chat"}});
        EXPECT_EQ(answer.status(), row.status) << row.code;
        EXPECT_EQ(answer.code(), row.code);
        EXPECT_STREQ(answer.what(), "why");
        EXPECT_EQ(answer.details()["slot"], "chat") << row.code;
        listed.insert(row.kind);
    }
    EXPECT_EQ(listed.size(), slot::spellings<ErrorKind>.size());
}

std::string details(const OperationError& error, const json& about = {{"slot", "chat"}}) { return refused(error, about).details().dump(); }

struct DetailsCase {
    ErrorKind kind;
    std::string message, details;
};

void expect_details(const std::vector<DetailsCase>& cases) {
    for (const auto& c : cases) EXPECT_EQ(details({c.kind, c.message}), json::parse(c.details).dump()) << c.message;
}

TEST(ErrorDetails, AreAlwaysAnObject) {
    for (const auto& about : {json(), json::array({1}), json("x")}) EXPECT_EQ(details({ErrorKind::no_such_slot, "why"}, about), "{}") << about;
    // The message tells of a place and of a port only where that is the point.
    expect_details({{ErrorKind::no_such_slot, "/etc/hal0/slots/chat.toml:1:2: port: 80 is taken by slot x", R"({"slot":"chat"})"},
                    {ErrorKind::disabled, "slot chat is disabled (/etc/hal0/slots/chat.toml:2:1): set enabled to true to load it", R"({"slot":"chat"})"}});
}

TEST(ErrorDetails, OfAConfigurationSayWhere) {
    const auto kind = ErrorKind::invalid_config;
    expect_details({
        {kind, "/etc/hal0/slots/chat.toml:3:8: port: 80 is not allowed: a whole number", R"({"slot":"chat","file":"/etc/hal0/slots/chat.toml","line":3,"key":"port"})"},
        {kind, "/etc/hal0/slots/chat.toml:3: unexpected end", R"({"slot":"chat","file":"/etc/hal0/slots/chat.toml","line":3,"key":null})"},
        {kind, "/etc/hal0/slots/chat.toml: it cannot be read: Permission denied", R"({"slot":"chat","file":"/etc/hal0/slots/chat.toml","line":null,"key":null})"},
        {kind, "model.context_size: 1 is not allowed: at least 128", R"({"slot":"chat","file":null,"line":null,"key":"model.context_size"})"},
        {kind, "models[0].path: is missing", R"({"slot":"chat","file":null,"line":null,"key":"models[0].path"})"},
        {kind, "/a b.toml:1:1: \"x y\".z: is wrong", R"({"slot":"chat","file":"/a b.toml","line":1,"key":"\"x y\".z"})"},
        {kind, "\"a: b\": is wrong", R"({"slot":"chat","file":null,"line":null,"key":"\"a: b\""})"},
        {kind, "there are 4096 slots already, the most that there can be", R"({"slot":"chat","file":null,"line":null,"key":null})"},
        {kind, "the configuration: has more than 256 keys", R"({"slot":"chat","file":null,"line":null,"key":null})"},
        {kind, "", R"({"slot":"chat","file":null,"line":null,"key":null})"},
        {kind, ": ", R"({"slot":"chat","file":null,"line":null,"key":null})"},
        {kind, "/", R"({"slot":"chat","file":null,"line":null,"key":null})"},
    });
}

TEST(ErrorDetails, OfAPortSayWhoHasIt) {
    const auto kind = ErrorKind::port_in_use;
    expect_details({
        {kind, "port: 8081 is taken by slot embed (embed.toml:1:8): choose another one", R"({"slot":"chat","port":8081,"used_by":"embed"})"},
        {kind, "/etc/hal0/slots/chat.toml:1:8: port: 8081 is taken by slot a-b_c: choose another one", R"({"slot":"chat","port":8081,"used_by":"a-b_c"})"},
        {kind, "port: 8081 is taken by another program on this host: choose another one", R"({"slot":"chat","port":8081,"used_by":"host"})"},
        {kind, "why", R"({"slot":"chat","used_by":"host"})"},
    });
    // What the message does not say is what the request said.
    EXPECT_EQ(details({kind, "why"}, {{"port", 8081}}), R"({"port":8081,"used_by":"host"})");
}

TEST(ErrorDetails, OfAProfileSayWhichThereAre) {
    const auto kind = ErrorKind::no_such_profile;
    expect_details({
        {kind, "/etc/hal0/slots/chat.toml:2:11: profile: there is no profile \"fast\": one of cpu, rocm, vulkan", R"({"slot":"chat","profile":"fast","available":["cpu","rocm","vulkan"]})"},
        {kind, "profile: there is no profile \"fast\": one of cpu", R"({"slot":"chat","profile":"fast","available":["cpu"]})"},
        {kind, "profile: there is no profile \"fast\": one of none", R"({"slot":"chat","profile":"fast","available":[]})"},
        {kind, "why", R"({"slot":"chat","available":[]})"},
    });
    EXPECT_EQ(details({kind, "why"}, {{"profile", "fast"}}), R"({"available":[],"profile":"fast"})");
}

TEST(ErrorDetails, OfABusySlotSayWhatIsGoingOn) {
    const auto kind = ErrorKind::busy;
    expect_details({
        {kind, "slot chat is being swapped to model 'qwen': wait until that has ended, or unload it", R"({"slot":"chat","operation":"swap"})"},
        {kind, "/etc/hal0/slots/chat.toml changes all the time: try again when nobody else writes it", R"({"slot":"chat","operation":"edit"})"},
        {kind, "/etc/hal0/slots/chat.toml was changed by somebody else since it was read: read it again, and edit that", R"({"slot":"chat","operation":"edit"})"},
        {kind, "256 operations wait for slot chat already: try again later", R"({"slot":"chat","operation":null})"},
    });
}

TEST(ErrorDetails, OfAJobSayHowItEnded) {
    const auto kind = ErrorKind::systemd_failed;
    expect_details({
        {kind, "hal0-slot@chat.service did not stop: its job ended with timeout", R"({"slot":"chat","result":"timeout"})"},
        {kind, "systemd refuses to start hal0-slot@chat.service: Unit is masked.", R"({"slot":"chat","result":null})"},
    });
}

// What slot/ itself says is understood: who changes a sentence there, sees it here.
TEST(ErrorDetails, ComeFromWhatIsReallySaid) {
    const auto plan = slot::sample_plan({{"embed", "port = 8081\n"}, {"chat", "port = 8082\n"}});
    const auto created = [&](const char* config) {
        const auto made = new_slot(plan, "new", json::parse(config), slot::Device::cpu, {8090});
        return made ? "it was made" : details(made.failure(), json::object());
    };
    EXPECT_EQ(created(R"({"port":8081})"), R"({"port":8081,"used_by":"embed"})");
    EXPECT_EQ(created(R"({"port":8090})"), R"({"port":8090,"used_by":"host"})");
    EXPECT_EQ(created(R"({"profile":"fast"})"), R"({"available":["anygpu","comfyui","cpu","flm","hosted","kokoro","rocm","vulkan"],"profile":"fast"})");
    EXPECT_EQ(created(R"({"port":80})"), R"({"file":null,"key":"port","line":null})");
    EXPECT_EQ(created(R"({"a":[null]})"), R"({"file":null,"key":"a","line":null})");

    const auto chat = *slot::SlotName::parse("chat");
    const auto edited = [&](const char* changes) {
        const auto text = edit_slot(plan, chat, "# mine\nport = 8082\n", json::parse(changes));
        return text ? "it was written" : details(text.failure(), json::object());
    };
    EXPECT_EQ(edited(R"({"port":8081})"), R"({"port":8081,"used_by":"embed"})");
    EXPECT_EQ(edited(R"({"port":null})"), R"({"file":"/etc/hal0/slots/chat.toml","key":"port","line":null})");
    EXPECT_EQ(details(slot_of_text(plan, chat, "\n\nport = 8082\n\"a b\" = \n").failure(), json::object()), R"({"file":"/etc/hal0/slots/chat.toml","key":null,"line":4})");
}

}  // namespace
}  // namespace hal0::http
