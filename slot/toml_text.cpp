#include "slot/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace hal0::slot::toml_text {
namespace {

constexpr std::string_view blanks = " \t\r";

template <class Items>
auto nth(const Items& items, std::size_t index) { return items.begin() + static_cast<std::ptrdiff_t>(index); }

/// @return the last entry of `table` that stands for a key of the table `path[0..depth)`, if any does.
std::optional<std::size_t> last_entry(const Table& table, const KeyPath& path, std::size_t depth) {
    const KeyPath shared(nth(path, table.path.size()), nth(path, depth));
    for (std::size_t i = table.entries.size(); i-- > 0;) {
        if (starts_with(table.entries[i].key, shared)) return i;
    }
    return std::nullopt;
}

/// The entry goes behind `after`, or becomes the only one: then the white space in the empty braces is repeated behind
/// it, not shared out, so that removing the entry can bring the braces back as they were.
Edit insert_in_braces(std::string_view text, const Table& table, std::optional<std::size_t> after,
                      const std::string& entry) {
    if (after) {
        const std::size_t end = table.entries[*after].value_end;
        return {end, end, ", " + entry};
    }
    const std::size_t close = std::min(text.find('}', table.end), text.size());
    return {close, close, entry + std::string(text.substr(table.end, close - table.end))};
}

/// A last line without a newline gets one, and the new last line then goes without.
Edit insert_line(std::string_view text, std::size_t at, std::size_t body, const std::string& line) {
    const std::string newline(newline_of(text));
    const bool unfinished = at > body && text[at - 1] != '\n';
    return {at, at, unfinished ? newline + line : line + newline};
}

Edit insert_in_lines(std::string_view text, const std::vector<Table>& tables, const Table& table,
                     std::optional<std::size_t> after, const std::string& entry) {
    const std::size_t body = tables.front().begin;
    if (after) {
        const KeyValue& neighbour = table.entries[*after];
        const std::string indent(text.substr(neighbour.line_begin, neighbour.key_begin - neighbour.line_begin));
        return insert_line(text, neighbour.line_end, body, indent + entry);
    }
    if (table.kind == TableKind::header) {
        const std::string indent(text.substr(table.begin, text.find('[', table.begin) - table.begin));
        return insert_line(text, table.end, body, indent + entry);
    }
    // The first top-level key: above the first section and the comment that belongs to it.
    const auto header = std::ranges::find(tables, TableKind::header, &Table::kind);
    const std::size_t at = header == tables.end() ? text.size() : comment_block_above(text, header->begin);
    return insert_line(text, at, body, entry);
}

Edit append_section(std::string_view text, std::size_t body, const KeyPath& path, const std::string& value) {
    const std::string newline(newline_of(text));
    const std::string_view content = text.substr(body);
    const bool unfinished = !content.empty() && content.back() != '\n';
    const std::string_view lines = content.substr(0, content.size() - (content.empty() || unfinished ? 0 : 1));
    const std::string_view last_line = lines.substr(lines.rfind('\n') + 1);  // npos + 1 is 0: the only line
    const bool blank = last_line.find_first_not_of(blanks) == std::string_view::npos;
    const std::string gap = (unfinished ? newline : "") + (blank ? "" : newline);
    const std::string header = "[" + write_path({path.begin(), path.end() - 1}) + "]" + newline;
    const std::string entry = write_path({path.back()}) + " = " + value + (unfinished ? "" : newline);
    return {text.size(), text.size(), gap + header + entry};
}

Edit remove_lines(std::string_view text, const KeyValue& entry) {
    std::size_t begin = entry.line_begin;
    if (text[entry.line_end - 1] != '\n' && begin > 0 && text[begin - 1] == '\n') {
        // The last line has no newline, and the one that becomes the last is not to have one either.
        begin -= begin > 1 && text[begin - 2] == '\r' ? 2 : 1;
    }
    return {begin, entry.line_end, ""};
}

/// @return the first line from `at` on that is not blank, or the text's end.
std::size_t skip_blank_lines(std::string_view text, std::size_t at) {
    const std::size_t content = std::min(text.find_first_not_of(" \t\r\n", at), text.size());
    return content == text.size() ? content : std::max(at, text.rfind('\n', content) + 1);  // npos + 1 is 0
}

/// @return the first line from `at` on that is not a comment; at most `most`.
std::size_t skip_comment_lines(std::string_view text, std::size_t at, std::size_t most) {
    while (at < most) {
        const std::size_t content = std::min(text.find_first_not_of(blanks, at), text.size());
        if (content == text.size() || text[content] != '#') break;
        const std::size_t newline = text.find('\n', content);
        at = newline == std::string_view::npos ? text.size() : newline + 1;
    }
    return std::min(at, most);
}

/// Where the text ends that stays in front of a removed end of a document: without the blank line between the two, and
/// without its newline if the document had no final one.
std::size_t end_of_rest(std::string_view text, std::size_t body, std::size_t begin) {
    const std::size_t last_line = begin < 2 ? 0 : text.rfind('\n', begin - 2) + 1;
    const std::size_t content = std::min(text.find_first_not_of(" \t\r\n", last_line), text.size());
    if (begin > body && content >= begin) begin = std::max(last_line, body);
    if (text.ends_with('\n') || begin <= body) return begin;
    return begin - (text.substr(0, begin).ends_with("\r\n") ? 2 : 1);
}

Edit remove_from_braces(std::string_view text, const Table& table, std::size_t index) {
    const KeyValue& entry = table.entries[index];
    if (index > 0) return {table.entries[index - 1].value_end, entry.value_end, ""};
    if (table.entries.size() > 1) return {entry.key_begin, table.entries[1].key_begin, ""};
    return {entry.key_begin, std::min(text.find_first_not_of(blanks, entry.value_end), text.size()), ""};
}

}  // namespace

std::optional<Position> find_entry(std::string_view text, const KeyPath& path) {
    for (Table& table : scan_document(text)) {
        if (!starts_with(path, table.path)) continue;
        const KeyPath rest(nth(path, table.path.size()), path.end());
        const auto found = std::ranges::find(table.entries, rest, &KeyValue::key);
        if (found == table.entries.end()) continue;
        const auto index = static_cast<std::size_t>(found - table.entries.begin());
        return Position{std::move(table), index};
    }
    return std::nullopt;
}

Edit insert_entry(std::string_view text, const KeyPath& path, std::size_t depth, const std::string& value) {
    const std::vector<Table> tables = scan_document(text);
    const Table* owner = nullptr;
    for (const Table& table : tables) {
        if (table.path.size() > depth || !starts_with(path, table.path)) continue;
        // Braces take all that is missing below them; a table that dotted keys made can only be continued where they
        // are. Braces in braces are the one case in which two of these can apply: the inner ones are the owner.
        const bool direct = table.kind == TableKind::braces || table.path.size() + 1 == path.size();
        const bool dotted = table.path.size() < depth && last_entry(table, path, depth);
        if ((direct || dotted) && (!owner || owner->path.size() < table.path.size())) owner = &table;
    }
    if (!owner) return append_section(text, tables.front().begin, path, value);
    const std::string entry = write_path({nth(path, owner->path.size()), path.end()}) + " = " + value;
    const auto after = last_entry(*owner, path, depth);
    return owner->kind == TableKind::braces ? insert_in_braces(text, *owner, after, entry)
                                            : insert_in_lines(text, tables, *owner, after, entry);
}

Edit remove_entry(std::string_view text, const Position& position) {
    return position.table.kind == TableKind::braces ? remove_from_braces(text, position.table, position.entry)
                                                    : remove_lines(text, position.table.entries[position.entry]);
}

Edit remove_section(std::string_view text, const std::vector<Table>& tables, std::size_t index) {
    const Table& section = tables[index];
    const std::size_t body = tables.front().begin;
    const auto next = std::find_if(nth(tables, index + 1), tables.end(), [](const Table& table) { return table.kind == TableKind::header; });
    const std::size_t stop = next == tables.end() ? text.size() : comment_block_above(text, next->begin);
    const std::size_t last_line = section.entries.empty() ? section.end : section.entries.back().line_end;
    const std::size_t end = skip_blank_lines(text, skip_comment_lines(text, std::min(last_line, stop), stop));
    const std::size_t comments = comment_block_above(text, section.begin);
    const std::size_t begin = comments == body ? section.begin : comments;
    return {end == text.size() ? end_of_rest(text, body, begin) : begin, end, ""};
}

bool starts_with(const KeyPath& path, const KeyPath& front) {
    return front.size() <= path.size() && std::equal(front.begin(), front.end(), path.begin());
}

bool is_element(std::string_view text, const Table& table) {
    return table.kind == TableKind::header && text.substr(text.find('[', table.begin)).starts_with("[[");
}

std::string write_string(std::string_view value) {
    static constexpr std::string_view named = "\b\t\n\f\r\"\\";
    static constexpr std::string_view letters = "btnfr\"\\";
    std::string out = "\"";
    for (const char c : value) {
        const auto code = static_cast<unsigned char>(c);
        if (const std::size_t index = named.find(c); index != std::string_view::npos) {
            out += {'\\', letters[index]};
        } else if (code < 0x20 || code == 0x7F) {
            out += fmt::format("\\u{:04X}", code);
        } else {
            out += c;
        }
    }
    return out += '"';
}

std::string write_float(double value) {
    if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value < 0 ? "-inf" : "inf";
    // fmt spells a double as short as it can be and still read back the same, but 1.0 as "1".
    const std::string out = fmt::format("{}", value);
    return out.find_first_of(".e") == std::string::npos ? out + ".0" : out;
}

std::string write_value(const TomlValue& value) {
    if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
    if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    if (const auto* number = std::get_if<double>(&value)) return write_float(*number);
    if (const auto* text = std::get_if<std::string>(&value)) return write_string(*text);
    std::string out;
    if (const auto* items = std::get_if<TomlArray>(&value)) {
        for (const TomlValue& item : *items) out += (out.empty() ? "" : ", ") + write_value(item);
        return "[" + out + "]";
    }
    for (const auto& [key, item] : std::get<TomlInlineTable>(value))
        out += (out.empty() ? "" : ", ") + write_path({key}) + " = " + write_value(item);
    return out.empty() ? "{}" : "{ " + out + " }";
}

std::string write_path(const KeyPath& path) {
    std::string out;
    for (const std::string& part : path) {
        const bool bare = !part.empty() && std::ranges::all_of(part, is_bare_key_char);
        out += (out.empty() ? "" : ".") + (bare ? part : write_string(part));
    }
    return out;
}

}  // namespace hal0::slot::toml_text
