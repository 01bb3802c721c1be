#include "http-bridge/requests/fields.hpp"

#include "slot/client_config.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace hal0::http {
namespace {

using Json = nlohmann::json;
namespace limits = slot::client_config;

/// Walks through a body and notes all that is wrong, each value once.
class Check {
public:
    /// @param table where the body stands in the file: that table counts, too.
    Check(std::span<const Field> fields, std::string_view table, BadFields& bad) : fields_(fields), bad_(bad), values_(table.empty() ? 0 : 1), size_(table.size()) {}

    void items(const Json& object, const Location& where, std::string_view table, std::size_t depth) {
        for (const auto& [key, value] : object.items()) {
            if (!counts()) return;
            const auto at = below(where, slot::shortened(key, limits::longest_key));
            if (!is_key(key)) {
                bad_.add(at, "value_error", fmt::format("is not a key: 1 to {} bytes of UTF-8 without NUL are allowed", limits::longest_key));
                continue;
            }
            size_ += key.size();
            const auto* field = depth <= 1 ? known(table, key) : nullptr;
            if (!value.is_null() && (!field || is_right(*field, value, at))) any(value, at, key, depth + 1);
        }
    }
    /// To be called at the end: what is wrong with the body as a whole.
    void whole() {
        if (values_ > limits::most_values) bad_.add({"body"}, "value_error", fmt::format("has more than {} keys and list elements", limits::most_values));
        if (size_ > limits::most_bytes) bad_.add({"body"}, "value_error", fmt::format("is larger than {} KiB", limits::most_bytes / 1024));
    }

private:
    bool counts() { return values_ <= limits::most_values && ++values_ <= limits::most_values; }

    static bool is_text(const std::string& text) { return slot::is_utf8(text) && text.find('\0') == std::string::npos; }
    static bool is_key(const std::string& key) { return !key.empty() && key.size() <= limits::longest_key && is_text(key); }

    const Field* known(std::string_view table, std::string_view key) const {
        const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const auto& field) { return field.table == table && field.key == key; });
        return found == fields_.end() ? nullptr : &*found;
    }

    /// Whatever it is, it has to fit into a file.
    void any(const Json& value, const Location& at, std::string_view key, std::size_t depth) {
        if (value.is_string()) return text(value.get_ref<const std::string&>(), at);
        if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            return bad_.add(at, "less_than_equal", "is a number that TOML cannot hold: the largest is 2^63 - 1");
        if (!value.is_structured()) return;
        if (depth >= limits::deepest) return bad_.add(at, "value_error", fmt::format("is nested more than {} levels deep", limits::deepest));
        if (value.is_object()) return items(value, at, key, depth);
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (!counts()) return;
            if (value[i].is_null()) bad_.add(below(at, i), "value_error", "is null, which a list in TOML cannot have");
            else any(value[i], below(at, i), "", depth + 1);
        }
    }

    void text(const std::string& value, const Location& at) {
        size_ += value.size();
        if (value.size() > limits::longest_text) bad_.add(at, "value_error", fmt::format("is longer than {} bytes", limits::longest_text));
        else if (!is_text(value)) bad_.add(at, "value_error", "is not a text: UTF-8 without NUL is allowed");
    }

    bool wrong(const Location& at, std::string_view type, std::string_view message) {
        bad_.add(at, type, message);
        return false;
    }

    bool is_right(const Field& field, const Json& value, const Location& at) {
        switch (field.kind) {
            case Kind::text: return value.is_string() || wrong(at, "string_type", "has to be a text");
            case Kind::flag: return value.is_boolean() || wrong(at, "bool_type", "has to be true or false");
            case Kind::table: return value.is_object() || wrong(at, "value_error", "has to be an object of keys and values");
            case Kind::integer: return is_integer(field, value, at);
            case Kind::positive_number: return (value.is_number() && value.get<double>() > 0) || wrong(at, "value_error", "has to be a number greater than 0");
            case Kind::texts: return is_texts(value, at);
            case Kind::word:
                if (!value.is_string()) return wrong(at, "string_type", "has to be a text: one of " + field.words());
                return field.is_known(value.get_ref<const std::string&>()) || wrong(at, "literal_error", "has to be one of " + field.words());
        }
        return true;
    }

    bool is_integer(const Field& field, const Json& value, const Location& at) {
        const auto wanted = fmt::format("has to be a whole number from {} to {}", field.range.least, field.range.most);
        if (!value.is_number_integer()) return wrong(at, "int_parsing", wanted);
        const bool is_huge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(field.range.most);
        if (is_huge || (!value.is_number_unsigned() && value.get<std::int64_t>() > field.range.most)) return wrong(at, "less_than_equal", wanted);
        if (value.get<std::int64_t>() < field.range.least) return wrong(at, "greater_than_equal", wanted);
        return true;
    }

    bool is_texts(const Json& value, const Location& at) {
        if (!value.is_array()) return wrong(at, "value_error", "has to be a list of texts");
        bool right = true;
        for (std::size_t i = 0; i < value.size() && i < limits::most_values; ++i)
            if (!value[i].is_string()) right = wrong(below(at, i), "string_type", "has to be a text");
        return right;
    }

    std::span<const Field> fields_;
    BadFields& bad_;
    std::size_t values_;
    std::size_t size_;  // bytes of all keys and texts
};

}  // namespace

void check_fields(const Json& object, std::span<const Field> fields, std::string_view table, BadFields& bad) {
    Check check{fields, table, bad};
    // Below another table, one level less is left.
    check.items(object, {"body"}, table, table.empty() ? 0 : 1);
    check.whole();
}

void forbid_others(const Json& object, std::span<const std::string_view> known, BadFields& bad) {
    std::size_t count = 0;
    for (const auto& [key, value] : object.items())
        if (std::find(known.begin(), known.end(), key) == known.end() && ++count <= limits::most_values)
            bad.add(below({"body"}, slot::shortened(key, limits::longest_key)), "extra_forbidden", "is not known here");
}

}  // namespace hal0::http
