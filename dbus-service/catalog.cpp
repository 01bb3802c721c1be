#include "dbus-service/catalog.hpp"

#include "slot/disk/paths.hpp"
#include "slot/disk/read_file.hpp"
#include "slot/disk/sources.hpp"
#include "slot/drop_in.hpp"
#include "slot/hardware.hpp"
#include "slot/judge.hpp"

#include <algorithm>

namespace hal0::service {
namespace {

// systemd.generator(7): the first of its folders, which is what hal0-generator writes to.
constexpr auto generated_folder = "/run/systemd/generator/";

}  // namespace

void Catalog::read() {
    problems_.clear();
    sources_ = disk::read_sources(root_, problems_);
    plan_ = slot::make_plan(sources_);
    problems_.insert(problems_.end(), plan_.diagnostics.begin(), plan_.diagnostics.end());
    registry_file_ = disk::read_registry(root_);
    registry_ = {};
    if (registry_file_ && registry_file_->problem.empty())
        registry_.models = slot::parse_registry(registry_file_->path, registry_file_->text, registry_.diagnostics);
    else if (registry_file_)
        registry_.diagnostics.push_back({slot::Severity::error, {registry_file_->path}, "", "cannot be read: " + registry_file_->problem});
    problems_.insert(problems_.end(), registry_.diagnostics.begin(), registry_.diagnostics.end());
}

std::optional<slot::Device> Catalog::detected() const {
    slot::Diagnostics said_already;
    const bool readable = sources_.hardware && sources_.hardware->problem.empty();
    return readable ? slot::device_from_probe(sources_.hardware->path, sources_.hardware->text, said_already) : std::nullopt;
}

const slot::PlannedSlot* Catalog::find(const slot::SlotName& name) const { return slot::find(plan_, name); }

const slot::SourceFile* Catalog::source(const slot::SlotName& name) const {
    const auto path = std::string{disk::slots_folder} + "/" + name.str() + ".toml";
    const auto found = std::find_if(sources_.slots.begin(), sources_.slots.end(), [&](const auto& file) { return file.path == path; });
    return found == sources_.slots.end() ? nullptr : &*found;
}

bool Catalog::systemd_has_read(const slot::SlotName& name) const {
    const auto* planned = find(name);
    const auto generated = disk::read_file(root_ + generated_folder + unit_name(name) + ".d/" + std::string{slot::drop_in_file});
    if (!generated) return false;
    return planned ? *generated == slot::drop_in_of(*planned, plan_.settings) : !*generated;
}

}  // namespace hal0::service
