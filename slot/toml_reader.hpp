#pragma once

// Internal to slot/: included by its .cpp files only, so that toml++ stays out of every other part.

#include "slot/diagnostic.hpp"
#include "slot/ranges.hpp"
#include "slot/text.hpp"
#include "slot/toml_parse.hpp"
#include "slot/vocabulary.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hal0::slot {

/// Reads typed values out of one or more tables that stand for the same thing, and notes what is wrong with each.
/// Keys are literals: the reader keeps what it was asked for. Every get… returns nothing both when the key is absent and when it is wrong; the difference is a diagnostic.
class TomlReader {
public:
    /// `prefix` is put before keys in messages (`model.`). A key given in two of the tables is an error.
    TomlReader(std::string file, Diagnostics& diagnostics, std::string prefix = {}) noexcept
        : file_(std::move(file)), diagnostics_(diagnostics), prefix_(std::move(prefix)) {}

    void add(const toml::table& table) { tables_.push_back(&table); }

    std::optional<std::string> string(std::string_view key);
    std::optional<std::int64_t> integer(std::string_view key, const Range& range);
    std::optional<double> number(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::vector<std::string>> strings(std::string_view key);
    /// The sub-tables under `key`, as a reader of their own (empty when absent).
    TomlReader table(std::string_view key);

    template <class E>
    std::optional<E> word(std::string_view key) {
        const auto text = string(key);
        if (!text) return std::nullopt;
        const auto value = parse_word<E>(*text);
        if (!value) error(key, in_quotes(*text) + " is not known: one of " + all_words<E>());
        return value;
    }

    /// A string that `parse` turns into a value; its error becomes the diagnostic.
    template <class Parse>
    auto parsed(std::string_view key, Parse parse) -> std::optional<std::decay_t<decltype(*parse(std::string_view{}))>> {
        const auto text = string(key);
        if (!text) return std::nullopt;
        auto value = parse(*text);
        if (value) return *std::move(value);
        error(key, value.error());
        return std::nullopt;
    }

    bool has(std::string_view key);
    /// Where the value of `key` stands; nothing when it is absent.
    std::optional<Position> position(std::string_view key);
    /// The same, or the file.
    Place place(std::string_view key);
    std::string dotted(std::string_view key) const;
    void error(std::string_view key, std::string message);
    /// A warning for every key that nobody asked for.
    void warn_about_unknown_keys();

private:
    const toml::node* find(std::string_view key);
    bool was_asked_for(std::string_view key) const;
    /// Returns false if it was asked for before.
    bool remember(std::string_view key);
    void wrong_type(std::string_view key, const toml::node& node, std::string_view wanted);

    std::string file_;
    Diagnostics& diagnostics_;
    std::string prefix_;
    std::vector<const toml::table*> tables_;
    std::vector<std::string_view> asked_;
};

/// A key as it is shown in messages: bare if it can be, else quoted with its control characters escaped.
std::string shown_key(std::string_view key);

}  // namespace hal0::slot
