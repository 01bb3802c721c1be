#include "slot/toml_layout.hpp"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <utility>

namespace hal0::slot::toml_text {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// The value of one key part as written. toml++ decodes the escapes, so that both halves agree on every key's name.
std::string decode_key_part(std::string_view written) {
    if (written.empty() || (written.front() != '"' && written.front() != '\'')) return std::string(written);
    if (written.find('\\') == std::string_view::npos) {
        return std::string(written.substr(1, written.size() < 2 ? 0 : written.size() - 2));
    }
    try {
        return toml::parse(fmt::format("part = {}", written))["part"].value_or(std::string());
    } catch (const toml::parse_error&) {
        return std::string(written);
    }
}

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::vector<Table> run() {
        pos_ = text_.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
        tables_.push_back({.kind = TableKind::root, .path = {}, .begin = pos_, .end = pos_, .entries = {}});
        std::size_t current = 0;
        while (pos_ < text_.size()) {
            const std::size_t line_begin = pos_;
            skip_blanks();
            if (peek() == '[') {
                read_header(line_begin);
                current = tables_.size() - 1;
            } else if (peek() == '#' || peek() == '\r' || peek() == '\n' || pos_ == text_.size()) {
                finish_line();
            } else {
                read_entry(current);
                finish_line();
                tables_[current].entries.back().line_begin = line_begin;
                tables_[current].entries.back().line_end = pos_;
            }
        }
        return std::move(tables_);
    }

private:
    char peek(std::size_t ahead = 0) const { return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0'; }

    void skip_blanks() {
        while (peek() == ' ' || peek() == '\t') ++pos_;
    }

    /// Only white space and a comment can follow a header or a value on its line.
    void finish_line() {
        const std::size_t newline = text_.find('\n', pos_);
        pos_ = newline == std::string_view::npos ? text_.size() : newline + 1;
    }

    void read_header(std::size_t line_begin) {
        while (peek() == '[') ++pos_;
        KeyPath path = read_key();
        finish_line();
        tables_.push_back(
            {.kind = TableKind::header, .path = std::move(path), .begin = line_begin, .end = pos_, .entries = {}});
    }

    KeyPath read_key() {
        KeyPath parts;
        while (true) {
            skip_blanks();
            const std::size_t begin = pos_;
            if (peek() == '"' || peek() == '\'') {
                skip_string();
            } else {
                while (is_bare_key_char(peek())) ++pos_;
            }
            parts.push_back(decode_key_part(text_.substr(begin, pos_ - begin)));
            skip_blanks();
            if (peek() != '.') return parts;
            ++pos_;
        }
    }

    void read_entry(std::size_t table) {
        KeyValue entry;
        entry.key_begin = pos_;
        entry.key = read_key();
        if (peek() == '=') ++pos_;
        skip_blanks();
        entry.value_begin = pos_;
        if (peek() == '{') {
            KeyPath path = tables_[table].path;
            path.insert(path.end(), entry.key.begin(), entry.key.end());
            read_braces(std::move(path));
        } else {
            skip_value();
        }
        entry.value_end = pos_;
        tables_[table].entries.push_back(std::move(entry));
    }

    /// Newlines and comments between entries are skipped too, for the day the parser takes TOML 1.1.
    void read_braces(KeyPath path) {
        const std::size_t table = tables_.size();
        tables_.push_back(
            {.kind = TableKind::braces, .path = std::move(path), .begin = pos_, .end = pos_ + 1, .entries = {}});
        ++pos_;
        while (pos_ < text_.size() && peek() != '}') {
            if (peek() == '#') {
                finish_line();
            } else if (peek() == ',' || peek() == ' ' || peek() == '\t' || peek() == '\r' || peek() == '\n') {
                ++pos_;
            } else {
                read_entry(table);
            }
        }
        pos_ = std::min(pos_ + 1, text_.size());
    }

    /// Always moves on by at least one byte unless the text ends, which is what bounds the loops of the callers.
    void skip_value() {
        if (peek() == '"' || peek() == '\'') {
            skip_string();
        } else if (peek() == '[') {
            skip_brackets();
        } else if (pos_ < text_.size()) {
            // Not up to a space: a date and its time may have one between them.
            pos_ = std::min(text_.find_first_of(",]}#\r\n", pos_ + 1), text_.size());
            while (text_[pos_ - 1] == ' ' || text_[pos_ - 1] == '\t') --pos_;
        }
    }

    void skip_brackets() {
        std::size_t depth = 0;
        do {
            const char c = peek();
            if (c == '"' || c == '\'') {
                skip_string();
            } else if (c == '#') {
                finish_line();
            } else {
                depth += c == '[' || c == '{' ? 1 : 0;
                depth -= c == ']' || c == '}' ? 1 : 0;
                ++pos_;
            }
        } while (depth > 0 && pos_ < text_.size());
    }

    void skip_string() {
        const char quote = peek();
        const bool multi_line = peek(1) == quote && peek(2) == quote;
        pos_ += multi_line ? 3 : 1;
        while (pos_ < text_.size()) {
            if (quote == '"' && peek() == '\\') {
                pos_ += 2;
            } else if (peek() != quote) {
                ++pos_;
            } else {
                // A multi-line string may end in one or two quotes of its own before the three that close it.
                std::size_t run = 1;
                while (multi_line && run < 5 && peek(run) == quote) ++run;
                pos_ += run;
                if (!multi_line || run >= 3) return;
            }
        }
        pos_ = text_.size();
    }

    std::string_view text_;
    std::size_t pos_ = 0;
    std::vector<Table> tables_;
};

}  // namespace

bool is_bare_key_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

std::vector<Table> scan_document(std::string_view text) {
    return Scanner(text).run();
}

std::string_view newline_of(std::string_view text) {
    const std::size_t first = text.find('\n');
    return first != std::string_view::npos && first > 0 && text[first - 1] == '\r' ? "\r\n" : "\n";
}

std::size_t line_of(std::string_view text, std::size_t position) {
    return static_cast<std::size_t>(std::ranges::count(text.substr(0, position), '\n')) + 1;
}

std::size_t comment_block_above(std::string_view text, std::size_t line_begin) {
    std::size_t block = line_begin;
    while (block > 0) {
        const std::size_t newline = block >= 2 ? text.rfind('\n', block - 2) : std::string_view::npos;
        std::size_t previous = newline == std::string_view::npos ? 0 : newline + 1;
        if (previous == 0 && text.starts_with(byte_order_mark)) previous = byte_order_mark.size();
        const std::size_t first = text.find_first_not_of(" \t", previous);
        if (previous >= block || first >= block || text[first] != '#') break;
        block = previous;
    }
    return block;
}

}  // namespace hal0::slot::toml_text
