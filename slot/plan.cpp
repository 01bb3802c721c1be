#include "slot/plan.hpp"

#include "slot/drop_in.hpp"
#include "slot/hardware.hpp"
#include "slot/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <set>

namespace hal0::slot {
namespace {

std::string_view stem(std::string_view path) {
    path.remove_prefix(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
    return path.substr(0, path.size() - std::string_view{".toml"}.size());
}

Diagnostic unreadable(const SourceFile& file) { return {Severity::error, {file.path}, "", "cannot be read: " + file.problem}; }

/// Keeps the first errors and warnings of a file: whoever may write it must not flood the log at every reload.
void bound(Diagnostics& diagnostics, const std::string& file) {
    constexpr std::size_t most = 20;
    if (diagnostics.size() <= most) return;
    std::stable_partition(diagnostics.begin(), diagnostics.end(), [](const auto& d) { return d.severity == Severity::error; });
    const auto more = diagnostics.size() - most;
    diagnostics.resize(most);
    diagnostics.push_back({Severity::warning, {file}, "", fmt::format("and {} more", more)});
}

/// Makes a Plan out of Sources, step by step.
class Planner {
public:
    explicit Planner(const Sources& sources) : sources_(sources) {}

    Plan plan() {
        read_settings();
        read_profiles();
        read_hardware();
        plan_.slots.reserve(sources_.slots.size());
        for (const auto& file : sources_.slots) read_slot(file);
        std::sort(plan_.slots.begin(), plan_.slots.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
        refuse_shared_ports();
        find_rivals();
        choose_boot();
        return std::move(plan_);
    }

private:
    void read_settings() {
        if (!sources_.settings) return;
        if (!sources_.settings->problem.empty())
            plan_.diagnostics.push_back(unreadable(*sources_.settings));
        else
            plan_.settings = parse_settings(sources_.settings->path, sources_.settings->text, plan_.diagnostics);
        note_common_error(0, {"", "models", "models.store"});
    }

    void read_profiles() {
        for (const auto& file : sources_.profiles) {
            const auto before = plan_.diagnostics.size();
            if (!file.problem.empty())
                plan_.diagnostics.push_back(unreadable(file));
            else
                layer_profiles(plan_.profiles, file.path, file.text, plan_.diagnostics);
            if (note_common_error(before, {"", "profile"})) profiles_are_known_ = false;
        }
    }

    /// Looks among the diagnostics from `first` on for an error of the file as a whole, or of a key that all slots hang on.
    bool note_common_error(std::size_t first, std::initializer_list<std::string_view> keys) {
        const auto is_common = [&](const Diagnostic& d) { return d.severity == Severity::error && std::find(keys.begin(), keys.end(), d.key) != keys.end(); };
        const auto found = std::find_if(plan_.diagnostics.begin() + static_cast<std::ptrdiff_t>(first), plan_.diagnostics.end(), is_common);
        if (found == plan_.diagnostics.end()) return false;
        common_error_ = *found;
        return true;
    }

    void read_hardware() {
        if (!sources_.hardware) return;
        if (!sources_.hardware->problem.empty())
            plan_.diagnostics.push_back(unreadable(*sources_.hardware));
        else
            detected_ = device_from_probe(sources_.hardware->path, sources_.hardware->text, plan_.diagnostics);
    }

    void read_slot(const SourceFile& file) {
        const auto name = SlotName::parse(stem(file.path));
        if (!name || plan_.slots.size() == most_slots) {
            // A file's name may hold anything; of the other files only those with a slot's name are read.
            plan_.diagnostics.push_back({Severity::error, {visible(file.path)}, "", name ? "more than 4096 slots; this one and those behind it are left out" : name.error()});
            return;
        }
        if (!file.problem.empty()) {
            refuse(*name, file.path, unreadable(file));
            return;
        }
        auto parsed = parse_slot(*name, file.path, file.text);
        const auto* error = first_error(parsed.diagnostics);
        const bool reads_well = parsed.config.has_value();
        auto slot = reads_well ? resolve(*std::move(parsed.config), plan_.profiles, detected_) : Refusal{*error};
        if (const auto* refusal = std::get_if<Refusal>(&slot); refusal && reads_well) parsed.diagnostics.push_back(refusal->reason);
        bound(parsed.diagnostics, file.path);
        plan_.diagnostics.insert(plan_.diagnostics.end(), parsed.diagnostics.begin(), parsed.diagnostics.end());
        auto& planned = plan_.slots.emplace_back(PlannedSlot{*name, file.path, std::move(slot), std::move(parsed.exclusive_group), {}, false});
        if (common_error_) replace(planned, *common_error_);
        if (!profiles_are_known_) planned.profile.reset();
    }

    /// What is known of the slot all the same stays known: it may run.
    static void replace(PlannedSlot& planned, Diagnostic reason) {
        auto* slot = std::get_if<Slot>(&planned.slot);
        if (slot) planned.profile = slot->profile;
        auto config = slot ? std::optional{std::move(slot->config)} : std::move(std::get<Refusal>(planned.slot).config);
        planned.slot = Refusal{std::move(reason), std::move(config)};
    }

    void refuse(const SlotName& name, const std::string& path, Diagnostic reason) {
        plan_.diagnostics.push_back(reason);
        plan_.slots.push_back({name, path, Refusal{std::move(reason)}, std::nullopt, {}, false});
    }

    /// Because of what stands in another file.
    void refuse(PlannedSlot& planned, Diagnostic reason) {
        plan_.diagnostics.push_back(reason);
        replace(planned, std::move(reason));
    }

    void refuse_shared_ports() {
        std::map<std::uint16_t, const SlotConfig*> owners;
        for (auto& planned : plan_.slots) {
            const auto* slot = std::get_if<Slot>(&planned.slot);
            if (!slot) continue;
            const auto [owner, is_first] = owners.emplace(slot->config.port, &slot->config);
            if (is_first) continue;
            Diagnostic reason{Severity::error, slot->config.place_of("port"), "port",
                              fmt::format("{} is taken by slot {} ({}): choose another one", slot->config.port, owner->second->name.str(),
                                          to_string(owner->second->place_of("port")))};
            refuse(planned, std::move(reason));
        }
    }

    /// A slot whose file is wrong is a rival all the same: it may run with what the file was before.
    void find_rivals() {
        std::map<std::string, std::vector<SlotName>> groups;
        for (auto& planned : plan_.slots) {
            if (!planned.exclusive_group) continue;
            auto& members = groups[*planned.exclusive_group];
            if (members.size() == most_rivals)
                leave_out_of_group(planned);
            else
                members.push_back(planned.name);
        }
        for (auto& planned : plan_.slots)
            if (planned.exclusive_group)
                std::copy_if(groups[*planned.exclusive_group].begin(), groups[*planned.exclusive_group].end(),
                             std::back_inserter(planned.rivals), [&](const auto& name) { return name != planned.name; });
    }

    void leave_out_of_group(PlannedSlot& planned) {
        Diagnostic reason{Severity::error, {planned.file}, "exclusive_group",
                          fmt::format("{} has {} slots already, the most that a group can have", in_quotes(*planned.exclusive_group), most_rivals)};
        refuse(planned, std::move(reason));
        planned.exclusive_group.reset();
    }

    void choose_boot() {
        std::map<std::string, PlannedSlot*> newest;  // of each exclusive group
        for (auto& planned : plan_.slots) {
            const auto* slot = std::get_if<Slot>(&planned.slot);
            planned.starts_at_boot = slot && slot->config.enabled && sources_.loaded.contains(planned.name.str());
            if (!planned.starts_at_boot || !planned.exclusive_group) continue;
            auto& best = newest[*planned.exclusive_group];
            auto* loser = best && loaded_at(*best) >= loaded_at(planned) ? &planned : best;
            if (loser) loser->starts_at_boot = false;
            if (loser != &planned) best = &planned;
        }
    }

    LoadedAt loaded_at(const PlannedSlot& planned) const { return sources_.loaded.at(planned.name.str()); }

    const Sources& sources_;
    std::optional<Device> detected_;
    // A file that decides for every slot cannot be read: rather no start than one with another image or store than meant.
    std::optional<Diagnostic> common_error_;
    bool profiles_are_known_ = true;
    Plan plan_;
};

}  // namespace

Plan make_plan(const Sources& sources) { return Planner{sources}.plan(); }

const SlotConfig* config_of(const PlannedSlot& planned) {
    if (const auto* slot = std::get_if<Slot>(&planned.slot)) return &slot->config;
    const auto& refusal = std::get<Refusal>(planned.slot);
    return refusal.config ? &*refusal.config : nullptr;
}

std::string drop_in_of(const PlannedSlot& planned, const Settings& settings) {
    if (const auto* refusal = std::get_if<Refusal>(&planned.slot))
        return refusing_drop_in({planned.name, planned.file, refusal->reason, config_of(planned), planned.profile ? &**planned.profile : nullptr}, planned.rivals);
    const auto& slot = std::get<Slot>(planned.slot);
    if (slot.config.enabled) return slot_drop_in(slot, settings, planned.rivals);
    const Diagnostic disabled{Severity::error, slot.config.place_of("enabled"), "enabled", "the slot is disabled; set it to true to start it"};
    return refusing_drop_in({planned.name, planned.file, disabled, &slot.config, &*slot.profile}, planned.rivals);
}

Output render(const PlannedSlot& planned, const Settings& settings) {
    Output output;
    const auto unit = unit_name(planned.name);
    output.files.push_back({fmt::format("{}.d/{}", unit, drop_in_file), drop_in_of(planned, settings)});
    if (planned.starts_at_boot) output.links.push_back({"hal0-slots.target.wants/" + unit, "../hal0-slot@.service"});
    return output;
}

Output render(const Plan& plan) {
    Output output;
    for (const auto& planned : plan.slots) {
        auto one = render(planned, plan.settings);
        std::move(one.files.begin(), one.files.end(), std::back_inserter(output.files));
        std::move(one.links.begin(), one.links.end(), std::back_inserter(output.links));
    }
    return output;
}

}  // namespace hal0::slot
