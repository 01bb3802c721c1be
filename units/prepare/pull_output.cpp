#include "units/prepare/pull_output.hpp"

#include <algorithm>

namespace hal0::prepare {
namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_layers = 1024;

/// Removes escape sequences (ECMA-48: ESC [ parameters final byte) and other control characters.
std::string without_control(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\x1b' && i + 1 < text.size() && text[i + 1] == '[') {
            i += 2;
            while (i < text.size() && (text[i] < '@' || text[i] > '~')) ++i;
        } else if (static_cast<unsigned char>(text[i]) >= 0x20 && text[i] != 0x7F) {
            plain += text[i];
        }
    }
    return plain;
}

bool is_done(const std::string& figures) { return figures.starts_with("done") || figures.starts_with("skipped"); }

}  // namespace

bool PullOutput::feed(std::string_view bytes) {
    bool progressed = false;
    for (const char c : bytes) {
        if (c == '\n' || c == '\r' || rest_.size() >= longest_line) {
            progressed |= line(without_control(rest_));
            rest_.clear();
        }
        if (c != '\n' && c != '\r') rest_ += c;
    }
    return progressed;
}

bool PullOutput::line(std::string_view text) {
    constexpr std::string_view blob = "Copying blob ";
    constexpr std::string_view error = "Error: ";
    if (text.starts_with(error)) error_ = text.substr(error.size());
    if (!text.starts_with(blob)) {
        const bool other = !text.empty() && stage_ != text;
        if (other) stage_ = text;
        return other;
    }
    text.remove_prefix(blob.size());
    const auto id = text.substr(0, text.find(' '));
    auto figures = std::string{text.substr(std::min(id.size() + 1, text.size()))};
    if (layers_.size() == most_layers && !layers_.contains(std::string{id})) return false;
    auto& known = layers_[std::string{id}];
    // A bar that is drawn late must not take back what was said.
    if (is_done(known) || known == figures) return false;
    known = std::move(figures);
    return true;
}

slot::PullProgress PullOutput::progress() const {
    const auto done = std::count_if(layers_.begin(), layers_.end(), [](const auto& layer) { return is_done(layer.second); });
    return {image_, static_cast<std::uint32_t>(done), static_cast<std::uint32_t>(layers_.size())};
}

}  // namespace hal0::prepare
