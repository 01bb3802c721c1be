#include "slot/edit.hpp"

#include "slot/client_config.hpp"
#include "slot/coherence.hpp"
#include "slot/judge.hpp"
#include "slot/toml_json.hpp"
#include "slot/toml_splice.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace hal0::slot {
namespace {

using Json = nlohmann::json;
using Path = std::vector<std::string>;

const Path flat{};
const Path nested{"slot"};

Path joined(Path front, const Path& back) {
    front.insert(front.end(), back.begin(), back.end());
    return front;
}

const Json* find(const Json& document, const Path& path) {
    const Json* node = &document;
    for (const auto& key : path)
        if (node) node = slot::find(*node, key);
    return node;
}

bool is_table(const Json* node) { return node && node->is_object(); }

/// Puts changes into a text, one key at a time.
class Splicer {
public:
    /// @param document what `text` says, as json_of_toml() has it.
    Splicer(std::string_view text, Json document) : text_(text), document_(std::move(document)) {}

    /// @return the new text, or why a key cannot be changed, and in which line.
    Result<std::string> splice(const Json& changes) {
        if (auto problem = merge({}, changes)) return *std::move(problem);
        return std::move(text_);
    }

private:
    std::optional<Error> merge(const Path& table, const Json& changes) {
        for (const auto& [key, value] : changes.items())
            if (auto problem = change(joined(table, {key}), value)) return problem;
        return std::nullopt;
    }

    std::optional<Error> change(const Path& key, const Json& value) {
        if (value.is_object()) return change_table(key, value);
        const auto home = home_of(key);
        // Given in both places, the file is wrong; then one of them goes.
        for (const auto& place : {joined(nested, key), joined(flat, key)})
            if (value.is_null() || place != home)
                if (auto problem = remove(place)) return problem;
        return value.is_null() ? std::nullopt : set(home, value);
    }

    std::optional<Error> change_table(const Path& key, const Json& value) {
        for (const auto& place : {joined(nested, key), joined(flat, key)})
            if (!is_table(find(document_, place)))
                if (auto problem = remove(place)) return problem;
        return merge(key, value);
    }

    std::optional<Error> set(const Path& place, const Json& value) {
        auto result = set_value(text_, place, toml_of_json(value));
        if (!result && find(document_, place)) {
            // Sections stand where a value is to be.
            if (auto problem = remove(place)) return problem;
            result = set_value(text_, place, toml_of_json(value));
        }
        return take(std::move(result));
    }

    std::optional<Error> remove(const Path& place) { return find(document_, place) ? take(remove_tree(text_, place)) : std::nullopt; }

    std::optional<Error> take(Result<std::string> result) {
        if (!result) return Error{result.error()};
        text_ = *std::move(result);
        return std::nullopt;
    }

    /// Where a key stands, or belongs: beside its nearest relatives.
    Path home_of(const Path& key) const {
        for (const auto& shape : {nested, flat})
            if (find(document_, joined(shape, key))) return joined(shape, key);
        for (auto table = key; table.size() > 1;) {
            table.pop_back();
            for (const auto& shape : {nested, flat})
                if (is_table(find(document_, joined(shape, table)))) return joined(shape, key);
        }
        const bool is_nested = has_plain_keys(find(document_, nested)) || (!has_plain_keys(&document_) && is_table(find(document_, nested)));
        return joined(is_nested ? nested : flat, key);
    }

    static bool has_plain_keys(const Json* table) {
        return is_table(table) && std::any_of(table->begin(), table->end(), [](const Json& value) { return !value.is_object(); });
    }

    std::string text_;
    Json document_;  // the text as it was
};

/// The problem as the file on disk has it, or, if the changes brought it, as it is.
Diagnostic on_disk(const Plan& plan, const PlannedSlot& planned, std::string_view before, std::optional<Device> detected, const Diagnostic& problem) {
    auto known = parse_slot(planned.name, planned.file, before).diagnostics;
    const auto verdict = judge(plan, planned.name, planned.file, before, detected);
    if (const auto* objection = std::get_if<Objection>(&verdict)) known.push_back(objection->diagnostic);
    const auto same = std::find_if(known.begin(), known.end(), [&](const auto& old) { return old.key == problem.key && old.message == problem.message; });
    return same == known.end() ? problem : *same;
}

/// Why the text cannot be accepted, if so.
std::optional<OperationError> refusal(const Plan& plan, const PlannedSlot& planned, std::string_view before, std::string_view after,
                                      std::optional<Device> detected) {
    const auto verdict = judge(plan, planned.name, planned.file, after, detected);
    const auto* objection = std::get_if<Objection>(&verdict);
    if (!objection) return std::nullopt;
    return OperationError{objection->kind, to_string(on_disk(plan, planned, before, detected, objection->diagnostic))};
}

}  // namespace

Result<std::string, OperationError> edit_slot(const Plan& plan, const SlotName& name, std::string_view toml, const Json& changes,
                                              std::optional<Device> detected) {
    const auto known = existing_slot(plan, name.str());
    if (!known) return known.failure();
    const auto& planned = *find(plan, name);
    if (auto problem = unacceptable(changes)) return *std::move(problem);
    if (changes.contains("slot")) return invalid_config("slot: is not a key of its own: a slot's keys are given without it");

    Diagnostics diagnostics;
    auto document = json_of_toml(planned.file, toml, diagnostics);
    const auto before = json_of_slot(planned.file, toml, diagnostics);
    if (!document || !before) return invalid_config(to_string(diagnostics.front()));
    auto complete = coherent_changes(*before, changes, plan.profiles, detected);
    if (!complete) return complete.failure();
    auto text = Splicer{toml, *std::move(document)}.splice(*complete);
    if (!text) return invalid_config(fmt::format("{}: {}", planned.file, text.error()));
    if (auto problem = refusal(plan, planned, toml, *text, detected)) return *std::move(problem);
    return *std::move(text);
}

Result<Slot, OperationError> slot_of_text(const Plan& plan, const SlotName& name, std::string_view toml, std::optional<Device> detected) {
    const auto known = existing_slot(plan, name.str());
    if (!known) return known.failure();
    const auto& file = find(plan, name)->file;
    if (toml.size() > most_text_bytes) return invalid_config(fmt::format("{}: a text of {} bytes is too long: at most {}", file, toml.size(), most_text_bytes));
    auto verdict = judge(plan, name, file, toml, detected);
    if (const auto* objection = std::get_if<Objection>(&verdict)) return OperationError{objection->kind, to_string(objection->diagnostic)};
    return std::get<Slot>(std::move(verdict));
}

}  // namespace hal0::slot
