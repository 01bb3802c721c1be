#include "http-bridge/dashboard_files.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace hal0::http {
namespace {

// Everything comes from here, and nothing is markup that a script did not make: what a slot or a log says stays text.
constexpr auto content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

std::string type_of(const std::filesystem::path& file) {
    static const std::map<std::string, std::string> types = {{".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
                                                             {".css", "text/css; charset=utf-8"}, {".svg", "image/svg+xml"}};
    const auto found = types.find(file.extension());
    return found == types.end() ? "" : found->second;
}

}  // namespace

std::map<std::string, Answer> read_dashboard(const std::string& folder) {
    std::map<std::string, Answer> files;
    std::error_code missing;
    for (const auto& entry : std::filesystem::directory_iterator{folder, missing}) {
        const auto type = type_of(entry.path());
        if (type.empty()) continue;
        std::ifstream in{entry.path(), std::ios::binary};
        Answer answer{200, {std::istreambuf_iterator<char>{in}, {}}, type};
        answer.headers = {{"Content-Security-Policy", content_security_policy}, {"Cache-Control", "no-cache"}, {"X-Content-Type-Options", "nosniff"},
                          {"Referrer-Policy", "no-referrer"}};
        const auto name = entry.path().filename().string();
        if (name == "index.html") files.emplace("/", answer);
        files.emplace("/dashboard/" + name, std::move(answer));
    }
    return files;
}

}  // namespace hal0::http
