#include "cli/api/response_reader.hpp"

#include "cli/failure.hpp"
#include "slot/text.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace hal0::cli {
namespace {

constexpr std::size_t longest_head = 64 * 1024;

[[noreturn]] void no_http() { throw Disconnected{"what answers there does not speak HTTP"}; }

std::size_t number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size()) no_http();
    return value;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

void ResponseReader::feed(std::string_view bytes) {
    pending_ += bytes;
    while (step()) {}
}

void ResponseReader::end() {
    if (part_ == Part::open_body) part_ = Part::done;
    if (part_ != Part::done) throw Disconnected{"the connection ended in the middle of an answer"};
}

std::optional<std::string> ResponseReader::header(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? std::nullopt : std::optional{found->second};
}

/// Returns whether there may be more to do.
bool ResponseReader::step() {
    switch (part_) {
        case Part::head: return read_head();
        case Part::sized_body: return read_sized(Part::done);
        case Part::chunk_size: return read_chunk_size();
        case Part::chunk: return read_sized(Part::chunk_end);
        case Part::chunk_end:
        case Part::trailer: {
            std::string line;
            if (!read_line(line)) return false;
            if (part_ == Part::chunk_end && !line.empty()) no_http();
            if (line.empty()) part_ = part_ == Part::chunk_end ? Part::chunk_size : Part::done;
            return true;
        }
        case Part::open_body: body_ += std::exchange(pending_, {}); return false;
        case Part::done: return false;
    }
    return false;
}

bool ResponseReader::read_line(std::string& line) {
    const auto end = pending_.find("\r\n");
    if (end == std::string::npos && pending_.size() > longest_head) no_http();
    if (end == std::string::npos) return false;
    line = pending_.substr(0, end);
    pending_.erase(0, end + 2);
    return true;
}

bool ResponseReader::read_head() {
    const auto end = pending_.find("\r\n\r\n");
    constexpr std::string_view begin = "HTTP/1.";
    if (!std::string_view{pending_}.starts_with(begin.substr(0, pending_.size()))) no_http();
    if (std::min(end, pending_.size()) > longest_head) no_http();
    if (end == std::string::npos) return false;
    std::string_view rest = std::string_view{pending_}.substr(0, end + 2);
    headers_.clear();
    for (bool is_first = true; !rest.empty(); is_first = false) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(line.size() + 2);
        is_first ? read_status_line(line) : read_header(line);
    }
    pending_.erase(0, end + 4);
    if (status_ >= 200) choose_body();  // 1xx: another head follows
    return true;
}

void ResponseReader::read_status_line(std::string_view line) {
    if (line.size() < 12 || line[8] != ' ') no_http();
    status_ = static_cast<int>(number(line.substr(9, 3), 10));
    if (status_ < 100) no_http();
}

void ResponseReader::read_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) no_http();
    headers_[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
}

void ResponseReader::choose_body() {
    const auto length = header("content-length");
    if (status_ == 204 || status_ == 304)
        part_ = Part::done;
    else if (lower(header("transfer-encoding").value_or("")) == "chunked")
        part_ = Part::chunk_size;
    else if (length) {
        left_ = number(*length, 10);
        part_ = left_ ? Part::sized_body : Part::done;
    } else
        part_ = Part::open_body;
}

bool ResponseReader::read_sized(Part next) {
    const auto now = std::min(left_, pending_.size());
    body_.append(pending_, 0, now);
    pending_.erase(0, now);
    left_ -= now;
    if (left_ == 0) part_ = next;
    return left_ == 0;
}

bool ResponseReader::read_chunk_size() {
    std::string line;
    if (!read_line(line)) return false;
    left_ = number(trimmed(std::string_view{line}.substr(0, line.find(';'))), 16);
    part_ = left_ ? Part::chunk : Part::trailer;
    return true;
}

}  // namespace hal0::cli
