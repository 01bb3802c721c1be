#include "slot/http_response.hpp"

#include "slot/number.hpp"

#include <algorithm>

namespace hal0::slot {
namespace {

constexpr std::size_t most_head_bytes = 64 * 1024;

std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

std::string in_small_letters(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

}  // namespace

std::optional<Error> HttpResponse::feed(std::string_view bytes) {
    pending_ += bytes;
    while (step()) {}
    return part_ == Part::broken ? std::optional{Error{"what answers there does not speak HTTP"}} : std::nullopt;
}

std::optional<Error> HttpResponse::end() {
    if (part_ == Part::open_body) part_ = Part::done;
    return part_ == Part::done ? std::nullopt : std::optional{Error{"the connection ended in the middle of an answer"}};
}

std::optional<std::string> HttpResponse::header(const std::string& name) const {
    const auto found = headers_.find(name);
    return found == headers_.end() ? std::nullopt : std::optional{found->second};
}

/// As all of the following: returns whether there may be more to do.
bool HttpResponse::step() {
    switch (part_) {
        case Part::head: return read_head();
        case Part::sized_body: return read_sized(Part::done);
        case Part::chunk_size: return read_chunk_size();
        case Part::chunk: return read_sized(Part::chunk_end);
        case Part::chunk_end: return read_chunk_end();
        case Part::trailer: return read_trailer();
        case Part::open_body: body_ += std::exchange(pending_, {}); return false;
        case Part::done:
        case Part::broken: return false;
    }
    return false;
}

bool HttpResponse::no_http() {
    part_ = Part::broken;
    return false;
}

/// The next line, without its end; nothing if there is none yet, or none of a length that is right.
std::optional<std::string> HttpResponse::read_line() {
    const auto end = pending_.find("\r\n");
    if (end == std::string::npos) {
        if (pending_.size() > most_head_bytes) no_http();
        return std::nullopt;
    }
    auto line = pending_.substr(0, end);
    pending_.erase(0, end + 2);
    return line;
}

bool HttpResponse::read_head() {
    const auto end = pending_.find("\r\n\r\n");
    constexpr std::string_view begin = "HTTP/1.";
    if (!std::string_view{pending_}.starts_with(begin.substr(0, pending_.size()))) return no_http();
    if (heads_ + std::min(end, pending_.size()) > most_head_bytes) return no_http();
    if (end == std::string::npos) return false;
    std::string_view rest = std::string_view{pending_}.substr(0, end + 2);
    headers_.clear();
    for (bool is_first = true; !rest.empty(); is_first = false) {
        const auto line = rest.substr(0, rest.find("\r\n"));
        rest.remove_prefix(line.size() + 2);
        if (!(is_first ? read_status_line(line) : read_header(line))) return no_http();
    }
    pending_.erase(0, end + 4);
    heads_ += end + 4;
    return status_ < 200 || choose_body();  // 1xx: another head follows
}

/// Returns whether it is one.
bool HttpResponse::read_status_line(std::string_view line) {
    if (line.size() < 12 || line[8] != ' ') return false;
    status_ = parse_number<int>(line.substr(9, 3)).value_or(0);
    return status_ >= 100;
}

/// Returns whether it is one.
bool HttpResponse::read_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    headers_[in_small_letters(line.substr(0, colon))] = without_blanks(line.substr(colon + 1));
    return true;
}

bool HttpResponse::choose_body() {
    const auto length = header("content-length");
    if (status_ == 204 || status_ == 304)
        part_ = Part::done;
    else if (in_small_letters(header("transfer-encoding").value_or("")) == "chunked")
        part_ = Part::chunk_size;
    else if (length) {
        const auto size = parse_number<std::size_t>(*length);
        if (!size) return no_http();
        left_ = *size;
        part_ = left_ ? Part::sized_body : Part::done;
    } else
        part_ = Part::open_body;
    return true;
}

bool HttpResponse::read_sized(Part next) {
    const auto now = std::min(left_, pending_.size());
    body_.append(pending_, 0, now);
    pending_.erase(0, now);
    left_ -= now;
    if (left_ == 0) part_ = next;
    return left_ == 0;
}

bool HttpResponse::read_chunk_size() {
    const auto line = read_line();
    if (!line) return false;
    const auto size = parse_number<std::size_t>(without_blanks(std::string_view{*line}.substr(0, line->find(';'))), 16);
    if (!size) return no_http();
    left_ = *size;
    part_ = left_ ? Part::chunk : Part::trailer;
    return true;
}

bool HttpResponse::read_chunk_end() {
    const auto line = read_line();
    if (!line) return false;
    if (!line->empty()) return no_http();
    part_ = Part::chunk_size;
    return true;
}

bool HttpResponse::read_trailer() {
    const auto line = read_line();
    if (!line) return false;
    heads_ += line->size() + 2;
    if (heads_ > most_head_bytes) return no_http();
    if (line->empty()) part_ = Part::done;
    return true;
}

}  // namespace hal0::slot
