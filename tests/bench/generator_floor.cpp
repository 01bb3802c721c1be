// The least that any generator has to do: start, and make folders, files and links, each file and link by a temporary name
// and a rename. Reads what generator_bench.cpp packed. usage: generator_floor PACKED FOLDER
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>

namespace {

std::string_view rest;

std::string line() {
    const auto end = rest.find('\n');
    std::string text{rest.substr(0, end)};
    rest.remove_prefix(end + 1);
    return text;
}

}  // namespace

int main(int, char* argv[]) {
    const int packed = open(argv[1], O_RDONLY);
    struct stat status {};
    fstat(packed, &status);
    std::string text(static_cast<std::size_t>(status.st_size), '\0');
    if (read(packed, text.data(), text.size()) != status.st_size) return 1;
    rest = text;
    const int folder = open(argv[2], O_RDONLY | O_DIRECTORY);
    bool ok = folder >= 0;
    while (ok && !rest.empty()) {
        const auto kind = line();
        const auto path = line();
        if (kind == "D") {
            ok = mkdirat(folder, path.c_str(), 0755) == 0;
        } else if (kind == "L") {
            ok = symlinkat(line().c_str(), folder, ".new") == 0 && renameat(folder, ".new", folder, path.c_str()) == 0;
        } else {
            const auto size = std::strtoul(line().c_str(), nullptr, 10);
            const int file = openat(folder, ".new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
            ok = write(file, rest.data(), size) == static_cast<ssize_t>(size) && close(file) == 0 && renameat(folder, ".new", folder, path.c_str()) == 0;
            rest.remove_prefix(size + 1);
        }
    }
    return ok ? 0 : 1;
}
