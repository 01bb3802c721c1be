#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace hal0::cli {

/// Rows of equally many cells below a head, all of them as shown() made them.
struct Table {
    std::vector<std::string> head;
    std::vector<std::vector<std::string>> rows;
    /// What a cell looks like, padding included, given its row, its column and its text; for colours. Nothing: as it is.
    std::function<std::string(std::size_t row, std::size_t column, const std::string& text)> paint{};
};

/// The lines of a table, none of them longer than `width` columns (0: no limit): the widest columns are cut first.
std::vector<std::string> table_lines(const Table& table, std::size_t width);

}  // namespace hal0::cli
