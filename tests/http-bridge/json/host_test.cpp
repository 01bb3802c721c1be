#include "sample_slots.hpp"

#include "http-bridge/json/host_json.hpp"

#include <gtest/gtest.h>

namespace hal0::http {
namespace {

using nlohmann::json;

constexpr std::uint64_t asked_at = 1'764'016'000'500'000;
constexpr HostFigures figures{.uptime_s = 3600, .ram_mb = 64000, .ram_available_mb = 24000, .cpu_util = 0.12345};
constexpr auto probe = R"({"hostname":"box","kernel":"6.18","distro":"Debian","cpu_model":"Ryzen","cpu_cores":8,"cpu_threads":16,"ram_mb":65000,
    "gpus":[{"vendor":"amd","name":"Radeon","vram_mb":16000,"driver":"amdgpu","drm_path":"/dev/dri/card0","compute_capable":true,"vulkan_capable":true}],
    "npu":{"present":true,"vendor":"amd","name":"XDNA","driver":"amdxdna"},"platform":"linux","probed_at":1764010000.0,"default_hardware":"rocm","more":1})";

TEST(Hardware, IsWhatWasProbedAndWhatIsSoNow) {
    auto expected = json::parse(probe);
    expected.update(json::parse(R"({"uptime_s":3600,"ram_available_mb":24000})"));
    EXPECT_EQ(hardware_json(json::parse(probe), figures, asked_at).dump(), expected.dump());
}

constexpr auto nothing_probed = R"({"hostname":null,"kernel":null,"distro":null,"uptime_s":3600,"cpu_model":null,"cpu_cores":null,"cpu_threads":null,"ram_mb":64000,"ram_available_mb":24000,
    "gpus":[],"npu":{"present":false,"vendor":"","name":"","driver":""},"platform":null,"probed_at":1764016000.5,"default_hardware":null})";

TEST(Hardware, ThatIsNotKnownIsNull) {
    for (const auto& hardware : {json::object(), json(), json::array()}) EXPECT_EQ(hardware_json(hardware, figures, asked_at).dump(), compact(nothing_probed)) << hardware;
}

TEST(HardwareStats, AddWhatIsInUse) {
    const auto chat = full_slot(), bare = bare_slot();
    auto expected = json::parse(nothing_probed);
    expected.update(json::parse(R"({"ram_used_mb":40000,"cpu_util":0.123,"per_slot":{"chat":{"vram_mb":null,"ram_mb":1536.0,"mem_mb":1536.0,"state":"serving","model_id":"qwen3-8b"}}})"));
    EXPECT_EQ(stats_hardware_json({}, figures, asked_at, {&chat, &bare}).dump(), expected.dump());
    // Read at two moments, so that more may be free than there is.
    EXPECT_EQ(stats_hardware_json({}, {.ram_mb = 1, .ram_available_mb = 2}, asked_at, {})["ram_used_mb"].dump(), "0");
}

TEST(SystemHealth, IsOk) {
    const auto chat = full_slot();
    EXPECT_EQ(health_system_json("", {&chat}, 512, "/etc/hal0/slots").dump(), compact(R"({"status":"ok","checks":{"dbus":{"ok":true,"status":"ok","detail":"hal0d answers"},
        "slots":{"ok":true,"status":"ok","slots":1,"errored":[]},"disk_config":{"ok":true,"status":"ok","free_mb":512,"path":"/etc/hal0/slots"}}})"));
}

TEST(SystemHealth, IsDegradedByEachCheck) {
    const auto chat = full_slot(), failed = failed_slot();
    EXPECT_EQ(health_system_json("", {&chat, &failed}, 512, "/f").dump(), compact(R"({"status":"degraded","checks":{"dbus":{"ok":true,"status":"ok","detail":"hal0d answers"},
        "slots":{"ok":false,"status":"degraded","slots":2,"errored":["embed"]},"disk_config":{"ok":true,"status":"ok","free_mb":512,"path":"/f"}}})"));
    EXPECT_EQ(health_system_json("it is masked", {}, 512, "/f").dump(), compact(R"({"status":"degraded","checks":{"dbus":{"ok":false,"status":"unavailable","detail":"it is masked"},
        "slots":{"ok":false,"status":"unknown","slots":0,"errored":[]},"disk_config":{"ok":true,"status":"ok","free_mb":512,"path":"/f"}}})"));
    const auto low = health_system_json("", {}, 15, "/f"), unknown = health_system_json("", {}, std::nullopt, "/f");
    EXPECT_EQ(low["status"], "degraded");
    EXPECT_EQ(low["checks"]["disk_config"].dump(), compact(R"({"ok":false,"status":"low","free_mb":15,"path":"/f"})"));
    EXPECT_EQ(unknown["status"], "degraded");
    EXPECT_EQ(unknown["checks"]["disk_config"].dump(), compact(R"({"ok":false,"status":"unknown","free_mb":null,"path":"/f"})"));
    EXPECT_EQ(health_system_json("", {}, 16, "/f")["status"], "ok");
}

}  // namespace
}  // namespace hal0::http
