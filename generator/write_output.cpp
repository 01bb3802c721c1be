#include "generator/write_output.hpp"

#include "slot/disk/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace hal0::generator {
namespace {

/// One folder to write below. Everything that fails throws, with the path and the reason.
class Writer {
public:
    explicit Writer(const std::string& folder)
        : path_(folder), folder_(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)), temporary_(fmt::format(".hal0-{}", getpid())) {
        if (!folder_) fail("");
    }

    void file(const slot::OutputFile& output) {
        make_parent(output.path);
        const disk::Descriptor opened{openat(folder_.fd(), temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644)};
        if (!opened) fail(output.path);
        if (!disk::write_all(opened.fd(), output.text)) give_up(output.path, errno);
        publish(output.path);
    }

    void link(const slot::OutputLink& output) {
        make_parent(output.path);
        if (symlinkat(output.target.c_str(), folder_.fd(), temporary_.c_str()) < 0) fail(output.path);
        publish(output.path);
    }

private:
    [[noreturn]] void fail(const std::string& path) const {
        throw std::runtime_error(fmt::format("{}{}{} cannot be written: {}", path_, path.empty() ? "" : "/", path, std::strerror(errno)));
    }
    [[noreturn]] void give_up(const std::string& path, int problem) const {
        unlinkat(folder_.fd(), temporary_.c_str(), 0);
        errno = problem;
        fail(path);
    }

    void make_parent(const std::string& path) {
        auto parent = path.substr(0, path.rfind('/'));
        if (parent == made_) return;
        if (mkdirat(folder_.fd(), parent.c_str(), 0755) < 0 && errno != EEXIST) fail(parent);
        made_ = std::move(parent);
    }

    // No fsync: the folder is in memory and is made anew at the next boot and daemon-reload.
    void publish(const std::string& path) {
        if (renameat(folder_.fd(), temporary_.c_str(), folder_.fd(), path.c_str()) < 0) give_up(path, errno);
    }

    std::string path_;
    disk::Descriptor folder_;
    std::string temporary_;
    std::string made_;
};

}  // namespace

std::optional<slot::Error> write_output(const std::string& folder, const slot::Plan& plan) try {
    Writer writer{folder};
    // One slot after the other: the text of all at once would be more memory than everything else.
    for (const auto& planned : plan.slots) {
        const auto output = render(planned, plan.settings);
        for (const auto& file : output.files) writer.file(file);
        for (const auto& link : output.links) writer.link(link);
    }
    return std::nullopt;
} catch (const std::runtime_error& problem) {
    return slot::Error{problem.what()};
}

std::string print_output(const slot::Output& output) {
    std::string text;
    for (const auto& file : output.files) text += fmt::format("==> {} <==\n{}\n", file.path, file.text);
    for (const auto& link : output.links) text += fmt::format("==> {} -> {}\n", link.path, link.target);
    return text;
}

}  // namespace hal0::generator
