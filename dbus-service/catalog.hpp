#pragma once

#include "slot/load.hpp"
#include "slot/model_registry.hpp"
#include "slot/plan.hpp"

#include <optional>
#include <string>

namespace hal0::service {

/// The files of design.md 3 as they were when they were last read, and what follows from them.
class Catalog {
public:
    /// `root` is put before every path; empty for the real one.
    explicit Catalog(std::string root) : root_(std::move(root)) { read(); }

    /// Reads everything again: small files in the page cache, so the loop does it itself.
    void read();

    const std::string& root() const { return root_; }
    const slot::Plan& plan() const { return plan_; }
    const slot::Registry& registry() const { return registry_; }
    const slot::Models& models() const { return registry_.models; }
    const std::optional<slot::SourceFile>& registry_file() const { return registry_file_; }
    const std::optional<slot::SourceFile>& hardware() const { return sources_.hardware; }
    /// The device of slots that name none, as hardware.json recommends it and the generator takes it.
    std::optional<slot::Device> detected() const;
    /// What could not be read or is wrong, of all files.
    const slot::Diagnostics& problems() const { return problems_; }

    /// Null if there is no such slot.
    const slot::PlannedSlot* find(const slot::SlotName& name) const;
    /// The file of a slot as it was read; null if there is none.
    const slot::SourceFile* source(const slot::SlotName& name) const;
    bool is_loaded(const slot::SlotName& name) const { return sources_.loaded.contains(name.str()); }

    /// Whether systemd has the slot's file as it is now: what the generator would write is what stands in its folder. Of the unit's
    /// other files only systemd knows (Systemd::needs_reload()).
    bool systemd_has_read(const slot::SlotName& name) const;

private:
    std::string root_;
    slot::Sources sources_;
    slot::Plan plan_;
    std::optional<slot::SourceFile> registry_file_;
    slot::Registry registry_;
    slot::Diagnostics problems_;
};

}  // namespace hal0::service
