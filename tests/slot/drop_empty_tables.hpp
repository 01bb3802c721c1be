#pragma once

#include <nlohmann/json.hpp>

#include <iterator>

namespace hal0::slot {

/// For comparisons that leave out empty tables: a merge (RFC 7386) makes some that TOML has no use for, and tables that only
/// their headers implied go with the last of these.
inline void drop_empty_tables(nlohmann::json& tree) {
    for (auto it = tree.begin(); it != tree.end();) {
        if (it->is_object()) drop_empty_tables(*it);
        it = it->is_object() && it->empty() ? tree.erase(it) : std::next(it);
    }
}

}  // namespace hal0::slot
