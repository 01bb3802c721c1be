#include "dbus-service/host_probe.hpp"

#include "scratch.hpp"

#include <gtest/gtest.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>

namespace hal0::service {
namespace {

namespace fs = std::filesystem;

class ProbeHost : public testing::Test {
protected:
    slot::Host probe() const { return probe_host((scratch / "").parent_path().string()); }
    void write(const std::string& path, const std::string& text) const { scratch.write(path, text); }
    void folder(const std::string& path) const { fs::create_directories(scratch / path); }

    /// A card as the kernel shows it: a link in class/drm to a folder below its device.
    void card(const std::string& name, const std::string& device, const std::string& node) const {
        const auto path = "sys/devices/" + device;
        folder(path + "/drm/" + name);
        if (!node.empty()) folder(path + "/drm/" + node);
        folder("sys/class/drm");
        fs::create_directory_symlink("../..", scratch / (path + "/drm/" + name + "/device"));
        fs::create_directory_symlink("../../devices/" + device + "/drm/" + name, scratch / ("sys/class/drm/" + name));
    }
    test::Scratch scratch;
};

TEST_F(ProbeHost, AMachineWithAnAmdGpuAndAnNpu) {
    card("card1", "0000:c5:00.0", "renderD128");
    fs::create_directory_symlink("../../devices/0000:c5:00.0/drm/card1", scratch / "sys/class/drm/card1-HDMI-A-1");
    fs::create_directory_symlink("../../devices/0000:c5:00.0/drm/renderD128", scratch / "sys/class/drm/renderD128");
    write("sys/devices/0000:c5:00.0/vendor", "0x1002\n");
    write("sys/devices/0000:c5:00.0/uevent", "DRIVER=amdgpu\nPCI_CLASS=38000\nPCI_ID=1002:1586\nPCI_SUBSYS_ID=F111:000A\nPCI_SLOT_NAME=0000:c5:00.0\n");
    write("sys/devices/0000:c5:00.0/mem_info_vram_total", "103079215104\n");
    folder("sys/class/kfd/kfd");
    write("sys/class/accel/accel0/device/vendor", "0x1022\n");
    write("sys/class/accel/accel0/device/vbnv", "RyzenAI-npu5\n");
    write("sys/class/accel/accel0/device/uevent", "DRIVER=amdxdna\n");
    write("proc/sys/kernel/hostname", "box\n");
    write("proc/sys/kernel/osrelease", "6.12.9\n");
    write("etc/os-release", "NAME=\"Debian GNU/Linux\"\nPRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\n");
    write("proc/meminfo", "MemTotal:       131072000 kB\nMemFree:        1 kB\n");
    write("proc/cpuinfo", "processor\t: 0\nmodel name\t: AMD RYZEN AI MAX+ 395 w/ Radeon 8060S\nphysical id\t: 0\ncore id\t\t: 0\n\n"
                           "processor\t: 1\nmodel name\t: AMD RYZEN AI MAX+ 395 w/ Radeon 8060S\nphysical id\t: 0\ncore id\t\t: 1\n\n"
                           "processor\t: 2\nmodel name\t: AMD RYZEN AI MAX+ 395 w/ Radeon 8060S\nphysical id\t: 0\ncore id\t\t: 0\n\n"
                           "processor\t: 3\nmodel name\t: AMD RYZEN AI MAX+ 395 w/ Radeon 8060S\nphysical id\t: 0\ncore id\t\t: 1\n");
    slot::Host expected;
    expected.hostname = "box";
    expected.kernel = "6.12.9";
    expected.distro = "Debian GNU/Linux 13 (trixie)";
    expected.cpu_model = "AMD RYZEN AI MAX+ 395 w/ Radeon 8060S";
    expected.cpu_cores = 2;
    expected.cpu_threads = 4;
    expected.ram_mb = 128000;
    expected.gpus = {{.vendor_id = 0x1002, .vram_mb = 98304, .driver = "amdgpu", .drm_path = "/dev/dri/renderD128"}};
    expected.has_kfd = true;
    expected.npu = {.vendor_id = 0x1022, .name = "RyzenAI-npu5", .driver = "amdxdna"};
    EXPECT_EQ(probe(), expected);
    EXPECT_EQ(slot::default_device(probe()), slot::Device::gpu_rocm);
}

TEST_F(ProbeHost, SeveralCardsByTheirNumber) {
    card("card10", "0000:0a:00.0", "renderD129");
    write("sys/devices/0000:0a:00.0/vendor", "0x10de\n");
    write("sys/devices/0000:0a:00.0/uevent", "DRIVER=nvidia\n");
    card("card2", "0000:00:02.0", "renderD128");
    write("sys/devices/0000:00:02.0/vendor", "0x8086\n");
    write("sys/devices/0000:00:02.0/product_name", "Arc\n");
    EXPECT_EQ(probe().gpus, (std::vector<slot::Gpu>{{.vendor_id = 0x8086, .name = "Arc", .drm_path = "/dev/dri/renderD128"},
                                                    {.vendor_id = 0x10DE, .driver = "nvidia", .drm_path = "/dev/dri/renderD129"}}));
    EXPECT_EQ(slot::default_device(probe()), slot::Device::gpu_vulkan);
}

TEST_F(ProbeHost, AFramebufferIsNoGpuAndAGpuOfAChipIs) {
    card("card0", "simple-framebuffer.0", "");
    write("sys/devices/simple-framebuffer.0/uevent", "DRIVER=simple-framebuffer\n");
    EXPECT_EQ(probe().gpus, std::vector<slot::Gpu>{});
    EXPECT_EQ(slot::default_device(probe()), slot::Device::cpu);
    card("card1", "1f000000.gpu", "renderD128");
    write("sys/devices/1f000000.gpu/uevent", "DRIVER=panfrost\nOF_NAME=gpu\n");
    EXPECT_EQ(probe().gpus, (std::vector<slot::Gpu>{{.driver = "panfrost", .drm_path = "/dev/dri/renderD128"}}));
}

TEST_F(ProbeHost, ACardOfAServerThatOnlyDisplays) {
    card("card0", "0000:02:00.0", "");
    write("sys/devices/0000:02:00.0/vendor", "0x1a03\n");
    write("sys/devices/0000:02:00.0/uevent", "DRIVER=ast\n");
    EXPECT_EQ(probe().gpus, (std::vector<slot::Gpu>{{.vendor_id = 0x1A03, .driver = "ast"}}));
}

TEST_F(ProbeHost, WithoutSysItCannotTell) {
    EXPECT_EQ(probe(), slot::Host{});
    EXPECT_FALSE(probe().gpus);
    EXPECT_EQ(slot::default_device(probe()), slot::Device::gpu_vulkan);
    folder("sys/class/net");
    EXPECT_EQ(probe().gpus, std::vector<slot::Gpu>{});
}

TEST_F(ProbeHost, ProcessorsThatDoNotTellTheirCores) {
    write("proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 108.00\n\nprocessor\t: 1\nBogoMIPS\t: 108.00\n\nHardware\t: BCM2835\n");
    EXPECT_EQ(probe().cpu_threads, 2U);
    EXPECT_EQ(probe().cpu_cores, 2U);
    EXPECT_EQ(probe().cpu_model, "");
}

TEST_F(ProbeHost, CoresOfTwoPackagesAreDifferent) {
    write("proc/cpuinfo", "processor : 0\nphysical id : 0\ncore id : 0\n\nprocessor : 1\nphysical id : 1\ncore id : 0\n");
    EXPECT_EQ(probe().cpu_cores, 2U);
}

TEST_F(ProbeHost, OsReleaseOfTheVendorAndWithOtherQuotes) {
    write("usr/lib/os-release", "PRETTY_NAME='Some Linux'\n");
    EXPECT_EQ(probe().distro, "Some Linux");
    write("etc/os-release", "PRETTY_NAME=Plain\n");
    EXPECT_EQ(probe().distro, "Plain");
}

TEST_F(ProbeHost, NonsenseIsNothing) {
    card("card0", "0000:01:00.0", "renderD128");
    write("sys/devices/0000:01:00.0/vendor", "0x\n");
    write("sys/devices/0000:01:00.0/mem_info_vram_total", "-5\n");
    write("proc/meminfo", "MemTotal: lots\nMemTotal");
    write("proc/cpuinfo", std::string{":\n\0:\n=", 6});
    EXPECT_EQ(probe().gpus, (std::vector<slot::Gpu>{{.drm_path = "/dev/dri/renderD128"}}));
    EXPECT_EQ(probe().ram_mb, 0U);
    EXPECT_EQ(probe().cpu_threads, 0U);
}

TEST(ProbeThisHost, SaysWhatTheKernelSays) {
    const auto host = probe_host("");
    utsname kernel{};
    ASSERT_EQ(uname(&kernel), 0);
    EXPECT_EQ(host.hostname, kernel.nodename);
    EXPECT_EQ(host.kernel, kernel.release);
    EXPECT_GE(host.cpu_threads, 1U);
    EXPECT_GE(host.cpu_cores, 1U);
    EXPECT_GT(host.ram_mb, 100U);
}

}  // namespace
}  // namespace hal0::service
