#include "cli/terminal/table.hpp"

#include "cli/terminal/text.hpp"

#include <algorithm>
#include <numeric>

namespace hal0::cli {
namespace {

std::vector<std::size_t> natural_widths(const Table& table) {
    std::vector<std::size_t> widths;
    for (const auto& word : table.head) widths.push_back(columns(word));
    for (const auto& row : table.rows)
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns(row[i]));
    return widths;
}

std::size_t total(const std::vector<std::size_t>& widths, std::size_t gap) {
    return std::accumulate(widths.begin(), widths.end(), std::size_t{0}) + gap * (widths.size() - 1);
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::size_t gap,
                 const std::function<std::string(std::size_t, const std::string&)>& paint) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto text = fitted(cells[i], widths[i]);
        const bool is_last = i + 1 == cells.size();
        out += paint(i, text);
        if (!is_last) out.append(widths[i] - columns(text) + gap, ' ');
    }
    return out;
}

}  // namespace

std::vector<std::string> table_lines(const Table& table, std::size_t width) {
    auto widths = natural_widths(table);
    std::size_t gap = 2;
    if (width && total(widths, gap) > width) gap = 1;
    while (width && total(widths, gap) > width) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (*widest <= 1) break;
        --*widest;
    }
    std::vector<std::string> lines{line(table.head, widths, gap, [](std::size_t, const std::string& text) { return text; })};
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        lines.push_back(line(table.rows[row], widths, gap, [&](std::size_t column, const std::string& text) { return table.paint ? table.paint(row, column, text) : text; }));
    return lines;
}

}  // namespace hal0::cli
