// How long hal0-generator takes for 1, 100 and 1,000 slots: whole processes, beside the floor, a process that only makes
// the same folders, files and links. Input and output are in memory (tmpfs), as at boot.
// usage: generator_bench GENERATOR FLOOR PROFILES SCRATCH-FOLDER      leaves the input for 100 slots in SCRATCH-FOLDER/100
#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

void write_file(const fs::path& path, const std::string& text) {
    std::ofstream file{path, std::ios::binary};
    if (!(file << text)) throw std::runtime_error("cannot write " + path.string());
}

/// A slot as people have them: half of the keys, a few arguments.
std::string slot_toml(int number) {
    return "# slot " + std::to_string(number) + "\ntype = \"llm\"\ndevice = \"gpu-vulkan\"\nport = " + std::to_string(10000 + number) +
           "\nexclusive_group = \"group-" + std::to_string(number / 4) + "\"\n\n[model]\ndefault = \"qwen3-" + std::to_string(number) +
           "\"\ncontext_size = 16384\nlabels = [\"chat\", \"tools\"]\n\n[server]\nextra_args = \"--threads 8 --flash-attn on --temp 0.7 --jinja\"\nparallel = 2\n\n"
           "[limits]\nmemory_max = \"32G\"\ncpu_weight = 200\n\n[timeouts]\nstart_s = 300\n";
}

void make_input(const fs::path& root, const fs::path& profiles, int slots) {
    fs::create_directories(root / "etc/hal0/slots");
    fs::create_directories(root / "etc/hal0/loaded");
    fs::create_directories(root / "usr/share/hal0");
    write_file(root / "usr/share/hal0/profiles.toml", [&] {
        std::ifstream file{profiles, std::ios::binary};
        return std::string{std::istreambuf_iterator<char>{file}, {}};
    }());
    for (int i = 0; i < slots; ++i) {
        write_file(root / "etc/hal0/slots" / ("slot-" + std::to_string(i) + ".toml"), slot_toml(i));
        if (i % 2 == 0) write_file(root / "etc/hal0/loaded" / ("slot-" + std::to_string(i)), "");
    }
}

/// What generator_floor.cpp reads: kind, path, and size and bytes, each ended by a newline.
void pack(const fs::path& tree, const fs::path& to) {
    std::string folders, rest;
    for (const auto& entry : fs::recursive_directory_iterator{tree}) {
        const auto path = entry.path().lexically_relative(tree).string();
        if (entry.is_symlink()) {
            rest += "L\n" + path + "\n" + fs::read_symlink(entry.path()).string() + "\n";
        } else if (entry.is_directory()) {
            folders += "D\n" + path + "\n";
        } else {
            std::ifstream file{entry.path(), std::ios::binary};
            const std::string text{std::istreambuf_iterator<char>{file}, {}};
            rest += "F\n" + path + "\n" + std::to_string(text.size()) + "\n" + text + "\n";
        }
    }
    write_file(to, folders + rest);
}

struct Run {
    double wall_ms, cpu_ms;
};

double ms(const timeval& time) { return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3; }

Run run(std::vector<std::string> command) {
    std::vector<char*> argv;
    for (auto& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    const auto begin = Clock::now();
    pid_t pid = 0;
    int status = 0;
    rusage used{};
    if (posix_spawn(&pid, argv[0], nullptr, nullptr, argv.data(), environ) != 0 || wait4(pid, &status, 0, &used) < 0 || status != 0)
        throw std::runtime_error(command[0] + " failed");
    return {std::chrono::duration<double, std::milli>(Clock::now() - begin).count(), ms(used.ru_utime) + ms(used.ru_stime)};
}

struct Figures {
    double least, median, most, cpu;
};

/// Into an empty folder each time.
Figures measure(const std::vector<std::string>& command, const fs::path& out, int runs) {
    std::vector<double> times, cpu;
    for (int i = -3; i < runs; ++i) {
        fs::remove_all(out);
        fs::create_directory(out);
        const auto [wall_ms, cpu_ms] = run(command);
        if (i < 0) continue;  // the first ones are for the caches
        times.push_back(wall_ms);
        cpu.push_back(cpu_ms);
    }
    std::sort(times.begin(), times.end());
    std::sort(cpu.begin(), cpu.end());
    return {times.front(), times[times.size() / 2], times.back(), cpu[cpu.size() / 2]};
}

struct Size {
    int slots, runs;
    double target_ms;
};
constexpr std::array sizes = {Size{1, 200, 2}, Size{100, 100, 10}, Size{1000, 40, 60}};
constexpr double target_ratio = 3;

}  // namespace

int main(int argc, char* argv[]) try {
    if (argc != 5) throw std::runtime_error("usage: generator_bench GENERATOR FLOOR PROFILES SCRATCH-FOLDER");
    const std::string generator = argv[1], floor = argv[2];
    const fs::path profiles = argv[3], scratch = argv[4];
    bool met = true;
    std::puts("wall time of a whole process, ms; cpu: its median user and system time, which tells when the machine is busy\n"
              "                |            hal0-generator              |              floor             |     ratio\n"
              " slots  KiB out |    min  median     max target      cpu |    min  median     max     cpu |     target");
    for (const auto& size : sizes) {
        const auto folder = scratch / std::to_string(size.slots), out = folder / "out", packed = folder / "packed";
        make_input(folder, profiles, size.slots);
        setenv("HAL0_ROOT", folder.c_str(), 1);
        const auto own = measure({generator, out}, out, size.runs);
        pack(out, packed);
        const auto bare = measure({floor, packed, out}, out, size.runs);
        const auto ratio = own.median / bare.median;
        met = met && own.median <= size.target_ms && ratio <= target_ratio;
        std::printf("%6d %8ju | %6.2f %7.2f %7.2f  <= %2.0f %8.2f | %6.2f %7.2f %7.2f %7.2f | %4.2f  <= %.0f\n", size.slots,
                    static_cast<std::uintmax_t>(fs::file_size(packed) / 1024), own.least, own.median, own.most, size.target_ms, own.cpu, bare.least,
                    bare.median, bare.most, bare.cpu, ratio, target_ratio);
    }
    std::puts(met ? "every target is met" : "A TARGET IS MISSED");
    return met ? EXIT_SUCCESS : EXIT_FAILURE;
} catch (const std::exception& problem) {
    std::fprintf(stderr, "generator_bench: %s\n", problem.what());
    return EXIT_FAILURE;
}
